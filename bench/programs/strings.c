/* The C library's string functions on many short texts: format, copy, search, compare, split, convert. */
#include "bench.h"

#include <stdio.h>
#include <string.h>

enum { LINES = 400 };

static uint32_t hash(const char *text)
{
    uint32_t sum = 2166136261u;
    while (*text)
        sum = mix(sum, *text++);
    return sum;
}

PROGRAM(strings)
{
    static const char *const names[] = {"alpha", "beta", "gamma", "delta", "epsilon", "zeta", "eta", "theta"};
    uint32_t state = 5, sum = 0;
    char line[128], copy[128];
    for (int n = 0; n < LINES; n++) {
        uint32_t r = next_random(&state);
        snprintf(line, sizeof line, "%s=%u;%s=%x;%s", names[r & 7], r, names[r >> 3 & 7], n, names[r >> 6 & 7]);
        strcpy(copy, line);
        sum = mix(sum, hash(copy) + strlen(line) + (strcmp(line, copy) == 0));
        if (strstr(line, "eta;"))
            sum++;
        for (char *part = strtok(copy, ";"); part; part = strtok(NULL, ";")) {
            char *value = strchr(part, '=');
            sum = mix(sum, value ? strtoul(value + 1, NULL, 16) : memcmp(part, "gamma", 4) != 0);
        }
    }
    return sum;
}

/*
 * bench NAME ROUNDS: runs rounds of a program and prints
 *   @start
 *   @result checksum=<8 hex digits> ms=<milliseconds of the rounds> rounds=<number done>
 * It stops at a round whose checksum is not that of the first one, and gives that checksum then.
 */
#include "bench.h"

#include <stdio.h>
#include <string.h>
#include <termios.h>
#include <time.h>

extern const struct program __start_programs[], __stop_programs[];

static const struct program *find(const char *name)
{
    for (const struct program *p = __start_programs; p < __stop_programs; p++)
        if (strcmp(p->name, name) == 0)
            return p;
    return NULL;
}

static int64_t microseconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * 1000000LL + now.tv_nsec / 1000;
}

/* What was printed is out before the clock is read: a serial line takes its time. */
static void print_start(void)
{
    puts("@start");
    fflush(stdout);
    tcdrain(1);
}

int main(int argc, char **argv)
{
    const struct program *program = argc == 3 ? find(argv[1]) : NULL;
    if (argc == 2 && strcmp(argv[1], "nothing") == 0)
        return 0; /* for those who want to execute something */
    if (!program) {
        fprintf(stderr, "usage: %s NAME ROUNDS\n", argv[0]);
        return 2;
    }
    int rounds = atoi(argv[2]), done = 1;
    print_start();
    int64_t start = microseconds();
    uint32_t first = program->round(), sum = first;
    while (done < rounds && sum == first) {
        sum = program->round();
        done++;
    }
    int64_t passed = microseconds() - start;
    printf("@result checksum=%08x ms=%lld.%03d rounds=%d\n", sum, passed / 1000, (int)(passed % 1000), done);
    return 0;
}

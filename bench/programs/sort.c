/* The C library's qsort: calls of a comparison function through a pointer. */
#include "bench.h"

enum { LENGTH = 20000 };

static int compare(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return (x > y) - (x < y);
}

PROGRAM(sort)
{
    static uint32_t numbers[LENGTH];
    uint32_t state = 3, sum = 0;
    for (int n = 0; n < LENGTH; n++)
        numbers[n] = next_random(&state);
    qsort(numbers, LENGTH, sizeof numbers[0], compare);
    for (int n = 0; n < LENGTH; n++)
        sum = mix(sum, numbers[n]);
    return sum;
}

/* Recursion 50,000 frames deep, and all the way back. */
#include "bench.h"

static uint32_t __attribute__((noinline, noclone)) descend(uint32_t depth, uint32_t value)
{
    if (depth == 0)
        return value;
    uint32_t below = descend(depth - 1, value * 3 + depth);
    return below ^ (value + depth);
}

PROGRAM(deep)
{
    return descend(50000, 1) + descend(50000, 2);
}

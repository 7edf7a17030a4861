/* Sieve of Eratosthenes: byte stores with a growing stride, and a count. */
#include "bench.h"

#include <string.h>

enum { LIMIT = 400000 };

static uint8_t composite[LIMIT];

PROGRAM(sieve)
{
    uint32_t sum = 0;
    memset(composite, 0, LIMIT);
    for (uint32_t n = 2; n < LIMIT; n++) {
        if (composite[n])
            continue;
        sum += n;
        for (uint32_t multiple = 2 * n; multiple < LIMIT; multiple += n)
            composite[multiple] = 1;
    }
    return sum;
}

/* 64-bit integers on a 32-bit machine: carries, double shifts, long products, and the library's division. */
#include "bench.h"

enum { TURNS = 20000 };

static uint64_t next_random64(uint64_t *state)
{
    uint64_t x = *state;
    x ^= x >> 12;
    x ^= x << 25;
    x ^= x >> 27;
    *state = x;
    return x * 0x2545f4914f6cdd1dull;
}

PROGRAM(int64)
{
    uint64_t state = 88172645463325252ull, sum = 0;
    for (int n = 0; n < TURNS; n++) {
        uint64_t a = next_random64(&state), b = next_random64(&state);
        sum += a * b;
        sum ^= a / (b >> (n & 63) | 1);
        sum -= (int64_t)a % (int64_t)(b >> 40 | 1);
        sum = sum << (n & 31) | sum >> (64 - (n & 31)) % 64;
        if (a < b)
            sum += b - a;
    }
    return sum ^ sum >> 32;
}

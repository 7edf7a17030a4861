/* An indirect jump with 1,024 targets that are taken in no order, as a large interpreter's dispatch. */
#include "bench.h"

enum { TARGETS = 1024, JUMPS = 20000 };

#define CASE(n) case n: value = value * (2 * (n) + 3) ^ (n) << 7; break;
#define CASES4(n) CASE(n) CASE((n) + 1) CASE((n) + 2) CASE((n) + 3)
#define CASES16(n) CASES4(n) CASES4((n) + 4) CASES4((n) + 8) CASES4((n) + 12)
#define CASES64(n) CASES16(n) CASES16((n) + 16) CASES16((n) + 32) CASES16((n) + 48)
#define CASES256(n) CASES64(n) CASES64((n) + 64) CASES64((n) + 128) CASES64((n) + 192)

PROGRAM(jumptable)
{
    uint32_t value = 1;
    for (int n = 0; n < JUMPS; n++)
        switch ((value ^ value >> 16) % TARGETS) {
            CASES256(0) CASES256(256) CASES256(512) CASES256(768)
        }
    return value;
}

/* What all benchmark programs share: each is one PROGRAM. */
#ifndef BENCH_H
#define BENCH_H

#include <stdint.h>
#include <stdlib.h>

/* One round of a program's work. Every round does the same and gives the same checksum. */
struct program {
    const char *name;
    uint32_t (*round)(void);
};

/* PROGRAM(sieve) { ...; return checksum; } makes a program known under its name. */
#define PROGRAM(name)                                                                  \
    static uint32_t name##_round(void);                                                \
    static const struct program name##_program                                         \
        __attribute__((section("programs"), used)) = {#name, name##_round};            \
    static uint32_t name##_round(void)

/* Takes a value into a checksum (FNV-1a, a word at a time). */
static inline uint32_t mix(uint32_t sum, uint32_t value)
{
    return (sum ^ value) * 16777619u;
}

/* The next of a row of pseudo-random numbers; the state is the number itself (xorshift32). */
static inline uint32_t next_random(uint32_t *state)
{
    uint32_t x = *state;
    x ^= x << 13;
    x ^= x >> 17;
    x ^= x << 5;
    return *state = x;
}

/* Ends the program with a message if what the system was asked for was refused. */
static inline int checked(int result, const char *what)
{
    extern int puts(const char *);
    if (result >= 0)
        return result;
    puts(what);
    exit(1);
}

#endif

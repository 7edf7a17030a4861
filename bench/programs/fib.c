/* Fibonacci numbers the slow way: calls and returns, and nothing else. */
#include "bench.h"

static uint32_t __attribute__((noinline, noclone, optimize("no-optimize-sibling-calls"))) fib(uint32_t n)
{
    return n < 2 ? n : fib(n - 1) + fib(n - 2);
}

PROGRAM(fib)
{
    return fib(25);
}

/* 200 processes at a time, a ring: a number goes round through pipes, and each adds its own to it. */
#include "bench.h"

#include <sys/wait.h>
#include <unistd.h>

enum { PROCESSES = 200, LAPS = 3 };

/* Hands on what comes in until there is nothing more. */
static void relay(int from, int to, uint32_t own)
{
    uint32_t number;
    while (read(from, &number, sizeof number) == sizeof number) {
        number = mix(number, own);
        checked(write(to, &number, sizeof number), "write");
    }
    _exit(0);
}

/* Makes a process that reads from `from`, and gives what it writes to. */
static int add_process(int from, int first, uint32_t own)
{
    int link[2];
    checked(pipe(link), "pipe");
    if (checked(fork(), "fork") == 0) {
        close(first);
        close(link[0]);
        relay(from, link[1], own);
    }
    close(from);
    close(link[1]);
    return link[0];
}

PROGRAM(processes)
{
    int first[2];
    uint32_t number = 0;
    checked(pipe(first), "pipe");
    int last = first[0];
    for (uint32_t n = 0; n < PROCESSES; n++)
        last = add_process(last, first[1], n);
    for (int lap = 0; lap < LAPS; lap++) {
        checked(write(first[1], &number, sizeof number), "write");
        checked(read(last, &number, sizeof number), "read");
    }
    close(first[1]);
    close(last);
    while (wait(NULL) > 0)
        ;
    return number;
}

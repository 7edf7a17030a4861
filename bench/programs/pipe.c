/* Two processes that hand a byte to and fro through pipes: system calls, the scheduler and context switches. */
#include "bench.h"

#include <sys/wait.h>
#include <unistd.h>

enum { TURNS = 20 };

static void answer(int from, int to)
{
    uint8_t byte;
    while (read(from, &byte, 1) == 1) {
        byte = byte * 5 + 1;
        checked(write(to, &byte, 1), "write");
    }
    _exit(0);
}

PROGRAM(pipe)
{
    int there[2], back[2];
    uint32_t sum = 0;
    uint8_t byte = 0;
    checked(pipe(there) | pipe(back), "pipe");
    if (checked(fork(), "fork") == 0) {
        close(there[1]);
        answer(there[0], back[1]);
    }
    for (int n = 0; n < TURNS; n++) {
        checked(write(there[1], &byte, 1), "write");
        checked(read(back[0], &byte, 1), "read");
        sum = mix(sum, byte);
    }
    for (int n = 0; n < 2; n++) {
        close(there[n]);
        close(back[n]);
    }
    wait(NULL);
    return sum;
}

/* Processes that are made, write to a page that is shared until then, and end. */
#include "bench.h"

#include <sys/wait.h>
#include <unistd.h>

enum { PROCESSES = 5 };

PROGRAM(fork)
{
    static volatile uint32_t shared[4096];
    uint32_t sum = 0;
    for (int n = 0; n < PROCESSES; n++) {
        int status = 0, child = checked(fork(), "fork");
        if (child == 0) {
            shared[n] = n * 3 + 1;
            _exit(shared[n]);
        }
        checked(waitpid(child, &status, 0), "waitpid");
        sum = mix(sum, WEXITSTATUS(status) + shared[n]);
    }
    return sum;
}

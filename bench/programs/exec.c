/* Fork and execve of a small program, and waiting for its end, as a shell does all the time. */
#include "bench.h"

#include <sys/wait.h>
#include <unistd.h>

enum { PROCESSES = 2 };

PROGRAM(exec)
{
    uint32_t sum = 0;
    for (int n = 0; n < PROCESSES; n++) {
        int status = 0, child = checked(fork(), "fork");
        if (child == 0) {
            execl("/proc/self/exe", "bench", "nothing", (char *)NULL);
            _exit(127);
        }
        checked(waitpid(child, &status, 0), "waitpid");
        sum = mix(sum, status + 1);
    }
    return sum;
}

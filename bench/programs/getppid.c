/* A system call that does next to nothing: the way into the kernel and back. */
#include "bench.h"

#include <sys/syscall.h>
#include <unistd.h>

enum { CALLS = 2000 };

PROGRAM(getppid)
{
    uint32_t wrong = 0;
    long parent = syscall(SYS_getppid);
    for (int n = 0; n < CALLS; n++)
        wrong += syscall(SYS_getppid) != parent;
    return mix(CALLS, wrong);
}

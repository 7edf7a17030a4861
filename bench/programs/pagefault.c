/* Memory that is mapped, touched page by page and unmapped: page faults, and TLB entries that go. */
#include "bench.h"

#include <sys/mman.h>

enum { PAGES = 512, PAGE = 4096 };

PROGRAM(pagefault)
{
    uint32_t sum = 0;
    uint8_t *memory = mmap(NULL, PAGES * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    checked(memory == MAP_FAILED ? -1 : 0, "mmap");
    for (int n = 0; n < PAGES; n++)
        memory[n * PAGE + n] = n;
    for (int n = 0; n < PAGES; n++)
        sum = mix(sum, memory[n * PAGE + n] + memory[n * PAGE]);
    munmap(memory, PAGES * PAGE);
    return sum;
}

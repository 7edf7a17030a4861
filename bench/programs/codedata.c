/*
 * Code and the data that it writes in one page: a counter beside the loop that counts it down, as hand-written code
 * and some trampolines have it. The code itself never changes.
 */
#include "bench.h"

#include <string.h>
#include <sys/mman.h>

enum { PAGE = 4096, COUNTER = 128, TOTAL = 160, TURNS = 5000 };

/* loop: mov eax,[counter]  add [total],eax  dec dword [counter]  jnz loop  ret */
static void emit(uint8_t *page)
{
    uint8_t *at = page, *counter = page + COUNTER, *total = page + TOTAL;
    *at++ = 0xa1;
    memcpy(at, &counter, 4);
    memcpy(at + 4, "\x01\x05", 2);
    memcpy(at + 6, &total, 4);
    memcpy(at + 10, "\xff\x0d", 2);
    memcpy(at + 12, &counter, 4);
    memcpy(at + 16, "\x75\xed\xc3", 3);
}

PROGRAM(codedata)
{
    static uint8_t *page;
    if (!page) {
        page = mmap(NULL, PAGE, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        checked(page == MAP_FAILED ? -1 : 0, "mmap");
        emit(page);
    }
    volatile uint32_t *counter = (uint32_t *)(page + COUNTER), *total = (uint32_t *)(page + TOTAL);
    *counter = TURNS;
    *total = 0;
    ((void (*)(void))page)();
    return mix(*total, *counter);
}

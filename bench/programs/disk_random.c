/* Blocks of 4 KB anywhere on a disk, one at a time, past the system's page cache. */
#include "disk.h"

enum { READS = 500 };

PROGRAM(disk_random)
{
    static uint32_t words[BLOCK / 4] __attribute__((aligned(BLOCK)));
    uint32_t sum = 0, state = 1;
    int disk = open_disk(O_RDONLY | O_DIRECT);
    for (int n = 0; n < READS; n++) {
        read_at(disk, words, next_random(&state) % (HALF / BLOCK) * BLOCK, BLOCK);
        sum = mix(sum, words[0]);
    }
    close(disk);
    return sum;
}

/* 32 MB of a disk, one after the other, through the system's page cache, which does not have them yet. */
#include "disk.h"

PROGRAM(disk_read)
{
    static uint32_t words[MEGABYTE / 4];
    uint32_t sum = 0;
    int disk = open_disk(O_RDONLY);
    forget_pages(disk);
    for (int offset = 0; offset < HALF; offset += MEGABYTE) {
        read_at(disk, words, offset, MEGABYTE);
        for (int at = 0; at < MEGABYTE / 4; at += BLOCK / 4)
            sum = mix(sum, words[at]);
    }
    close(disk);
    return sum;
}

/* 8 MB written to a disk, with a flush after each, and looked at again. */
#include "disk.h"

enum { WRITTEN = 8 * MEGABYTE };

static void write_megabyte(int disk, int offset, uint32_t state)
{
    static uint32_t words[MEGABYTE / 4];
    for (int at = 0; at < MEGABYTE / 4; at += BLOCK / 4)
        words[at] = next_random(&state);
    checked(pwrite(disk, words, MEGABYTE, HALF + offset) == MEGABYTE ? 0 : -1, "the disk cannot be written");
    checked(fsync(disk), "the disk cannot be flushed");
}

PROGRAM(disk_write)
{
    static uint32_t words[BLOCK / 4];
    uint32_t sum = 0;
    int disk = open_disk(O_RDWR);
    for (int offset = 0; offset < WRITTEN; offset += MEGABYTE)
        write_megabyte(disk, offset, offset + 1);
    forget_pages(disk);
    for (int offset = 0; offset < WRITTEN; offset += MEGABYTE) {
        read_at(disk, words, HALF + offset, BLOCK);
        sum = mix(sum, words[0]);
    }
    close(disk);
    return sum;
}

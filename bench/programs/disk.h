/*
 * What programs that measure a disk share. The disk, or a file, that DISK names has the words of next_random in its first
 * half (bench/disks.ts); the second half may be written to.
 */
#ifndef DISK_H
#define DISK_H

#define _GNU_SOURCE
#include "bench.h"

#include <fcntl.h>
#include <unistd.h>

enum { BLOCK = 4096, MEGABYTE = 1 << 20, HALF = 32 * MEGABYTE };

static inline int open_disk(int flags)
{
    const char *path = getenv("DISK");
    return checked(path ? open(path, flags) : -1, "the disk cannot be opened");
}

static inline void read_at(int disk, void *bytes, int offset, int length)
{
    checked(pread(disk, bytes, length, offset) == length ? 0 : -1, "the disk cannot be read");
}

/* The system's page cache has nothing of the disk any more. */
static inline void forget_pages(int disk)
{
    checked(-posix_fadvise(disk, 0, 0, POSIX_FADV_DONTNEED), "the cache keeps its pages");
}

#endif

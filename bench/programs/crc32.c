/* CRC-32 (IEEE 802.3) by a table of 256 words: dependent loads in a tight loop. */
#include "bench.h"

enum { LENGTH = 256 * 1024 };

static uint32_t table[256];
static uint8_t data[LENGTH];

static void prepare(void)
{
    uint32_t state = 1;
    for (uint32_t n = 0; n < 256; n++) {
        uint32_t crc = n;
        for (int bit = 0; bit < 8; bit++)
            crc = crc & 1 ? crc >> 1 ^ 0xedb88320u : crc >> 1;
        table[n] = crc;
    }
    for (int n = 0; n < LENGTH; n++)
        data[n] = next_random(&state);
}

PROGRAM(crc32)
{
    uint32_t crc = ~0u;
    if (!table[1])
        prepare();
    for (int n = 0; n < LENGTH; n++)
        crc = crc >> 8 ^ table[(crc ^ data[n]) & 255];
    return ~crc;
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A fixed piece of work, to compare engines by: the CRC-32 of a message that it makes, with a table that it makes
 * first. Leaves with the checksum. The demonstration runs the same source natively, too.
 */
#include <stdint.h>

enum { MESSAGE_LEN = 512, PASSES = 60 };

static uint32_t table[256];
static uint8_t message[MESSAGE_LEN];

static void prepare(void)
{
    uint32_t state = 1;
    for (uint32_t value = 0; value < 256; value++) {
        uint32_t entry = value;
        for (int bit = 0; bit < 8; bit++) {
            entry = entry & 1 ? (entry >> 1) ^ 0xedb88320u : entry >> 1;
        }
        table[value] = entry;
    }
    for (uint32_t idx = 0; idx < MESSAGE_LEN; idx++) {
        state = state * 1664525u + 1013904223u;
        message[idx] = (uint8_t)(state >> 24);
    }
}

int main(void)
{
    uint32_t crc = UINT32_MAX;
    prepare();
    for (int pass = 0; pass < PASSES; pass++) {
        for (uint32_t idx = 0; idx < MESSAGE_LEN; idx++) {
            crc = table[(crc ^ message[idx]) & 0xff] ^ (crc >> 8);
        }
    }
    return (int)~crc;
}

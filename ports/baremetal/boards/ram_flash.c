/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A flash region in RAM, for boards whose flash can't be written: it obeys the rules, and forgets all when power goes.
 */
#include <stdbool.h>
#include <string.h>

#include "devices.h"

enum {
    LEN = 8 * 1024,
    ERASE_LEN = 2 * 1024,
    PROGRAM_LEN = 4,
};

static uint8_t bytes[LEN];

void board_flash_init(void)
{
    memset(bytes, 0xff, sizeof bytes);
}

static int32_t flash_read(void *ctx, uint32_t offset, uint8_t *buf, size_t len)
{
    (void)ctx;
    if (len > 0) {
        memcpy(buf, &bytes[offset], len);
    }
    return SAMPAN_STATUS_OK;
}

static int32_t flash_erase(void *ctx, uint32_t offset, uint32_t len)
{
    (void)ctx;
    memset(&bytes[offset], 0xff, len);
    return SAMPAN_STATUS_OK;
}

static int32_t flash_program(void *ctx, uint32_t offset, const uint8_t *data, size_t len)
{
    (void)ctx;
    for (size_t idx = 0; idx < len; idx++) {
        if (bytes[offset + idx] != 0xff) {
            return SAMPAN_STATUS_WRONG_STATE;
        }
    }
    memcpy(&bytes[offset], data, len);
    return SAMPAN_STATUS_OK;
}

const struct sampan_flash board_flash = {
    .size = sizeof board_flash,
    .len = LEN,
    .erase_len = ERASE_LEN,
    .program_len = PROGRAM_LEN,
    .mapped = bytes,
    .read = flash_read,
    .erase = flash_erase,
    .program = flash_program,
};

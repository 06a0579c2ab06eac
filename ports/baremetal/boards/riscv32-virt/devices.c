/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What QEMU's RISC-V virt machine has for containers: a line through its UART's loop, two banks of parallel flash of which
 * the second is free, and a clock that knows the date.
 */
#include "devices.h"

#define UART ((volatile uint8_t *)0x10000000u)
#define RTC ((volatile const uint32_t *)0x00101000u)
#define FLASH 0x22000000u

enum {
    UART_DATA = 0,
    UART_MODEM_CONTROL = 4,
    UART_MODEM_CONTROL_LOOP = 0x10,
    UART_LINE_STATUS = 5,
    UART_LINE_STATUS_RX_READY = 0x01,
    UART_LINE_STATUS_TX_EMPTY = 0x20,

    FLASH_LEN = 1024 * 1024, /* of 32 MB */
    FLASH_ERASE_LEN = 256 * 1024,
    FLASH_PROGRAM_LEN = 4,

    NS_PER_US = 1000,
};

/* Commands of Intel's set, to both of the parts that share a word. */
static const uint32_t FLASH_READ_ARRAY = 0x00ff00ffu;
static const uint32_t FLASH_CLEAR_STATUS = 0x00500050u;
static const uint32_t FLASH_ERASE_SETUP = 0x00200020u;
static const uint32_t FLASH_CONFIRM = 0x00d000d0u;
static const uint32_t FLASH_PROGRAM = 0x00400040u;
static const uint32_t FLASH_READY = 0x00800080u;
static const uint32_t FLASH_ERRORS = 0x003a003au; /* erase, program, voltage, lock */

/* ---- the UART, looped for as long as a byte is on its way ---- */

static int32_t loop_write(void *ctx, const uint8_t *bytes, size_t len, const struct sampan_operation *operation, uint32_t *out_len)
{
    (void)ctx, (void)operation;
    if (len == 0) {
        *out_len = 0;
        return SAMPAN_STATUS_OK;
    }
    if (!(UART[UART_LINE_STATUS] & UART_LINE_STATUS_TX_EMPTY) || UART[UART_MODEM_CONTROL] & UART_MODEM_CONTROL_LOOP) {
        return SAMPAN_STATUS_BUSY;
    }
    UART[UART_MODEM_CONTROL] |= UART_MODEM_CONTROL_LOOP;
    UART[UART_DATA] = bytes[0];
    *out_len = 1;
    return SAMPAN_STATUS_OK;
}

static int32_t loop_read(void *ctx, uint8_t *buf, size_t len, uint32_t *out_len)
{
    (void)ctx;
    *out_len = 0;
    if (len > 0 && UART[UART_MODEM_CONTROL] & UART_MODEM_CONTROL_LOOP && UART[UART_LINE_STATUS] & UART_LINE_STATUS_RX_READY) {
        buf[0] = UART[UART_DATA];
        UART[UART_MODEM_CONTROL] &= (uint8_t)~UART_MODEM_CONTROL_LOOP;
        *out_len = 1;
    }
    return SAMPAN_STATUS_OK;
}

static const struct sampan_uart_ops loop_ops = { .size = sizeof loop_ops, .write = loop_write, .read = loop_read };

const struct sampan_device board_devices[] = {
    { .name = "loop", .kind = SAMPAN_DEVICE_KIND_UART, .ops.uart = &loop_ops },
};
const size_t board_devices_len = sizeof board_devices / sizeof board_devices[0];

/* ---- flash ---- */

static volatile uint32_t *flash_word(uint32_t offset)
{
    return (volatile uint32_t *)(FLASH + offset);
}

/* Waits until a command is done, and goes back to reading. */
static int32_t flash_finish(volatile uint32_t *word)
{
    uint32_t status;
    do {
        status = *word;
    } while ((status & FLASH_READY) != FLASH_READY);
    *word = FLASH_CLEAR_STATUS;
    *word = FLASH_READ_ARRAY;
    return (status & FLASH_ERRORS) == 0 ? SAMPAN_STATUS_OK : SAMPAN_STATUS_PLATFORM;
}

void board_flash_init(void)
{
    *flash_word(0) = FLASH_READ_ARRAY;
}

static int32_t flash_read(void *ctx, uint32_t offset, uint8_t *buf, size_t len)
{
    const volatile uint8_t *bytes = (const volatile uint8_t *)FLASH;
    (void)ctx;
    for (size_t idx = 0; idx < len; idx++) {
        buf[idx] = bytes[offset + idx];
    }
    return SAMPAN_STATUS_OK;
}

static int32_t flash_erase(void *ctx, uint32_t offset, uint32_t len)
{
    (void)ctx;
    for (uint32_t at = 0; at < len; at += FLASH_ERASE_LEN) {
        volatile uint32_t *word = flash_word(offset + at);
        *word = FLASH_ERASE_SETUP;
        *word = FLASH_CONFIRM;
        if (flash_finish(word) != SAMPAN_STATUS_OK) {
            return SAMPAN_STATUS_PLATFORM;
        }
    }
    return SAMPAN_STATUS_OK;
}

static int32_t flash_program(void *ctx, uint32_t offset, const uint8_t *data, size_t len)
{
    (void)ctx;
    for (size_t at = 0; at < len; at += FLASH_PROGRAM_LEN) {
        volatile uint32_t *word = flash_word(offset + at);
        if (*word != UINT32_MAX) {
            return SAMPAN_STATUS_WRONG_STATE;
        }
        *word = FLASH_PROGRAM;
        *word = data[at] | (uint32_t)data[at + 1] << 8 | (uint32_t)data[at + 2] << 16 | (uint32_t)data[at + 3] << 24;
        if (flash_finish(word) != SAMPAN_STATUS_OK) {
            return SAMPAN_STATUS_PLATFORM;
        }
    }
    return SAMPAN_STATUS_OK;
}

const struct sampan_flash board_flash = {
    .size = sizeof board_flash,
    .len = FLASH_LEN,
    .erase_len = FLASH_ERASE_LEN,
    .program_len = FLASH_PROGRAM_LEN,
    .mapped = (const uint8_t *)FLASH,
    .read = flash_read,
    .erase = flash_erase,
    .program = flash_program,
};

/* ---- the date: Goldfish's clock, in nanoseconds; its low word latches the high one ---- */

uint64_t board_wall_us(void *ctx)
{
    (void)ctx;
    uint32_t low = RTC[0];
    return ((uint64_t)RTC[1] << 32 | low) / NS_PER_US;
}

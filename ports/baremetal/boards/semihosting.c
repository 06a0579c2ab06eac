/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a debugger or QEMU does for a firmware: semihosting, on Cortex-M and RISC-V. Its end, always; and its console, if
 * BOARD_CONSOLE_SEMIHOSTING says so. Every call halts the core, so such a console is for a bench.
 *
 * A product resets where this stops.
 */
#include <string.h>

#include "board.h"

enum {
    SYS_WRITE0 = 0x04,
    PART_LEN = 64,
    SYS_EXIT_EXTENDED = 0x20,
    ADP_STOPPED_APPLICATION_EXIT = 0x20026,
    EXIT_FATAL = 98,
};

#ifdef BOARD_CONSOLE_SEMIHOSTING

/* The debugger wants an end to the text. A NUL in it ends that part. */
void board_put(const char *text, size_t len)
{
    char part[PART_LEN + 1];
    while (len > 0) {
        size_t part_len = len < PART_LEN ? len : PART_LEN;
        memcpy(part, text, part_len);
        part[part_len] = '\0';
        arch_semihosting_call(SYS_WRITE0, part);
        text += part_len;
        len -= part_len;
    }
}

#else

void board_put(const char *text, size_t len)
{
    board_uart_put(text, len);
}

#endif

_Noreturn void board_fatal(const char *message, size_t len)
{
    board_put("fatal: ", 7);
    board_put(message, len);
    board_put("\n", 1);
    board_exit(EXIT_FATAL);
}

_Noreturn void board_exit(int code)
{
    const uint32_t block[2] = { ADP_STOPPED_APPLICATION_EXIT, (uint32_t)code };
    for (;;) {
        arch_semihosting_call(SYS_EXIT_EXTENDED, block);
    }
}

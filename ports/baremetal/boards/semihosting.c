/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The end of a firmware that a debugger or QEMU watches: semihosting, on Cortex-M and RISC-V.
 *
 * A product resets where this stops.
 */
#include "board.h"

enum {
    SYS_EXIT_EXTENDED = 0x20,
    ADP_STOPPED_APPLICATION_EXIT = 0x20026,
    EXIT_FATAL = 98,
};

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

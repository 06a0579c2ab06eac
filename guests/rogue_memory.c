/* SPDX-License-Identifier: Apache-2.0 */
/* Rogue: takes memory until there is no more, writes to all of it, and aborts when it is refused. */
#include <stddef.h>
#include <stdint.h>

enum { STEP_LEN = 1024 };

int main(void)
{
    for (;;) {
        /* Pages are single bytes here, so this is the old size in bytes. */
        size_t start = __builtin_wasm_memory_grow(0, STEP_LEN);
        if (start == SIZE_MAX) {
            __builtin_trap();
        }
        for (size_t idx = 0; idx < STEP_LEN; idx++) {
            *(volatile uint8_t *)(start + idx) = 0xa5;
        }
    }
}

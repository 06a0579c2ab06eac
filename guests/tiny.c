/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How small a container can be: 2 KB of linear memory and no libc. Sums a table that it builds in its
 * memory and leaves with code 42 if the sum is right.
 */
#include <stdint.h>

__attribute__((import_module("wasi_snapshot_preview1"), import_name("proc_exit"))) _Noreturn void
proc_exit(int32_t code);

static volatile uint16_t table[512];

__attribute__((export_name("_start"))) void start(void)
{
    uint32_t sum = 0;
    for (uint32_t idx = 0; idx < 512; idx++) {
        table[idx] = (uint16_t)(idx * 3);
    }
    for (uint32_t idx = 0; idx < 512; idx++) {
        sum += table[idx];
    }
    proc_exit(sum == 3 * 511 * 512 / 2 ? 42 : 1);
}

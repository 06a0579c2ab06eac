/* SPDX-License-Identifier: Apache-2.0 */
/* Blinks a lamp that the firmware lends it, five times a second. */
#include <stdint.h>
#include <time.h>

__attribute__((import_module("board"), import_name("led"))) void board_led(int32_t on);

int main(void)
{
    const struct timespec pause = { .tv_nsec = 100 * 1000 * 1000 };
    for (int32_t on = 1;; on = !on) {
        board_led(on);
        nanosleep(&pause, NULL);
    }
}

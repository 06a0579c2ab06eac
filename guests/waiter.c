/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Waits in a function of the firmware that answers later: each call parks this program until the next beat
 * of a timer interrupt. Leaves with code 1 if a beat is lost or comes twice.
 */
#include <stdint.h>

__attribute__((import_module("oven"), import_name("next-beat"))) uint32_t oven_next_beat(void);

int main(void)
{
    uint32_t last = oven_next_beat();
    for (;;) {
        uint32_t beat = oven_next_beat();
        if (beat != last + 1) {
            return 1;
        }
        last = beat;
    }
}

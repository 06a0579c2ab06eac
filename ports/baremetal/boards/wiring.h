/* SPDX-License-Identifier: Apache-2.0 */
/* What the boards' devices are wired to, for the runners of the conformance suite. */
#ifndef BOARD_WIRING_H
#define BOARD_WIRING_H

#include "conformance.h"

static const struct conformance_wiring board_wiring = {
#if defined(__riscv)
    .uart = "loop",
#else
    .gpio_out = "led0",
    .gpio_in = "led0",
    .i2c = "i2c-sensors",
    .i2c_nobody = 0x20,
    .i2c_address = 0x48, /* QEMU's TMP105: its two limits, of 16 bits */
    .i2c_register_len = 2,
    .i2c_registers = { 2, 3 },
    .spi = "loop",
    .sensor = "thermometer",
    .sensor_min = 0, /* QEMU's begins at the freezing point */
    .sensor_max = 0,
#endif
};

#endif

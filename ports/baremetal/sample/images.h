/* SPDX-License-Identifier: Apache-2.0 */
/* The containers that are linked into the firmware. */
#ifndef IMAGES_H
#define IMAGES_H

#include <stdint.h>

extern const uint8_t image_control[], image_printer[], image_waiter[], image_sleeper[], image_stopper[], image_tiny[],
    image_rogue_write[], image_rogue_loop[], image_rogue_recursion[], image_rogue_memory[], image_rogue_import[];
extern const uint32_t image_control_len, image_printer_len, image_waiter_len, image_sleeper_len, image_stopper_len,
    image_tiny_len, image_rogue_write_len, image_rogue_loop_len, image_rogue_recursion_len, image_rogue_memory_len,
    image_rogue_import_len;

#endif

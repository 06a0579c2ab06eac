/* SPDX-License-Identifier: Apache-2.0 */
/* The containers that are linked into the firmware: packed images, and the plain modules that they were made of. */
#ifndef IMAGES_H
#define IMAGES_H

#include <stdint.h>

#define PROGRAM(name)                                               \
    extern const uint8_t image_##name[], module_##name[];           \
    extern const uint32_t image_##name##_len, module_##name##_len

PROGRAM(control);
PROGRAM(printer);
PROGRAM(waiter);
PROGRAM(sleeper);
PROGRAM(stopper);
PROGRAM(compute);
PROGRAM(tiny);
PROGRAM(blink);
PROGRAM(thermostat);
PROGRAM(meter);
PROGRAM(rogue_write);
PROGRAM(rogue_loop);
PROGRAM(rogue_recursion);
PROGRAM(rogue_memory);
PROGRAM(rogue_import);

#undef PROGRAM

/* What the sample gives the library: the packed image, or where that has wasmi alone the plain module. */
#ifdef WITH_PLAIN_MODULES
#define SAMPLE_IMAGE(name) module_##name, module_##name##_len
#else
#define SAMPLE_IMAGE(name) image_##name, image_##name##_len
#endif

#endif

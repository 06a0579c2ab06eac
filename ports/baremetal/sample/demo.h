/* SPDX-License-Identifier: Apache-2.0 */
/* The demonstration: drives the sample through its story and ends the firmware with its verdict. */
#ifndef DEMO_H
#define DEMO_H

#include <stddef.h>

struct sampan_host_function;
struct sampan_runtime;

/* What the demonstration takes over of the sample: its runtime, and the functions that it offers. */
struct demo_firmware {
    struct sampan_runtime **runtime;
    void *arena;
    size_t arena_len;
    const struct sampan_host_function *functions[2];
};

/* Runs the whole demonstration and ends the firmware: code 0 if every check held, else 1. */
_Noreturn void demo_run(const struct demo_firmware *firmware);

#endif

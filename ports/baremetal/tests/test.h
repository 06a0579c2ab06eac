/* SPDX-License-Identifier: Apache-2.0 */
/* What the test firmwares share: a runtime, a heartbeat, and checks that end the firmware when they fail. */
#ifndef TEST_H
#define TEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sampan.h"

struct test_module {
    const char *name;
    const uint8_t *image;
    const uint32_t *image_len;
};

/* A program of images.h as an image for the packed engine, and as the module that wasmi takes. */
#define TEST_PACKED(name) { #name, image_##name, &image_##name##_len }
#define TEST_PLAIN(name) { #name, module_##name, &module_##name##_len }

/* How a container came out. */
struct test_outcome {
    sampan_status status; /* of create and start; if it isn't 0 the rest isn't set */
    uint8_t exit_kind;
    int32_t exit_code;
};

/* Starts the heartbeat, and the runtime on all RAM that a test can have. */
struct sampan_runtime *test_begin(void);

/* Ends the firmware with code 1 and says what didn't hold. */
void test_check(bool held, const char *what, uint32_t value);

size_t test_arena_used(struct sampan_runtime *rt);

/* Beats of the timer interrupt so far: they must go on whatever containers do. */
uint32_t test_beats(void);

/* Polls until the container has ended, at most `polls_max` times; false if it hasn't by then. */
bool test_poll_until_ended(struct sampan_runtime *rt, uint32_t id, uint32_t polls_max);

struct sampan_container_status test_status(struct sampan_runtime *rt, uint32_t id);

uint64_t test_activations(struct sampan_runtime *rt, uint32_t id);

#endif

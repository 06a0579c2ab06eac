/* SPDX-License-Identifier: Apache-2.0 */
/* Steps that the demonstration is made of: the firmware's main loop goes on in each of them. */
#ifndef DEMO_STEPS_H
#define DEMO_STEPS_H

#include <stdbool.h>
#include <stdint.h>

#include "sampan.h"
#include "signed_images.h"

uint64_t demo_now_us(void);

/* Runs the firmware's main loop for a while. */
void demo_run_ms(uint32_t duration_ms);

/*
 * Runs the main loop until a control step has just been done. A load isn't sliced; one that starts now
 * has a whole period before the next step is due.
 */
void demo_run_until_step_done(struct sampan_runtime *rt);

/*
 * Verifies an image and makes a container of it at such a moment; false, and a failed check, if that can't be. The main
 * loop stands still for as long as a signature takes, and has caught up when this returns.
 */
bool demo_create(struct sampan_runtime *rt, struct signed_image image, uint32_t *out_id);

/* The same, and starts it. */
bool demo_start(struct sampan_runtime *rt, struct signed_image image, uint32_t *out_id);

/* Checks that a container has ended, and how. */
void demo_check_ended(struct sampan_runtime *rt, uint32_t id, uint8_t exit_kind, int32_t exit_code);

#endif

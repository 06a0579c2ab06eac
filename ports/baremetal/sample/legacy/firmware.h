/* SPDX-License-Identifier: Apache-2.0 */
/* The main loop of the oven firmware. */
#ifndef FIRMWARE_H
#define FIRMWARE_H

#include <stdbool.h>
#include <stdint.h>

struct firmware_loop_report {
    uint32_t steps;
    uint32_t late_most_ticks; /* from the beat to the start of its control step */
};

/* One round of the main loop: whatever is due, then sleep until there is more to do. */
void firmware_round(void);

/* Copies the figures; then forgets the worst, if `restart`. */
void firmware_loop_read(struct firmware_loop_report *out_report, bool restart);

#endif

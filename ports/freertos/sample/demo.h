/* SPDX-License-Identifier: Apache-2.0 */
/* The demonstration: rogues at work beside the firmware's tasks. */
#ifndef DEMO_H
#define DEMO_H

struct sampan_runtime;

/* Makes the task that tells the story, if this is the firmware that has one. */
void demo_start(struct sampan_runtime *rt);

#endif

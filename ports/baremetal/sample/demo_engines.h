/* SPDX-License-Identifier: Apache-2.0 */
/* One program natively and on each engine: what it takes in time and memory. */
#ifndef DEMO_ENGINES_H
#define DEMO_ENGINES_H

#include "sampan.h"

/* Runs guests/compute.c in all three ways, checks that they agree, and prints a line for each. */
void demo_engines_run(struct sampan_runtime *rt);

#endif

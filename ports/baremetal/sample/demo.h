/* SPDX-License-Identifier: Apache-2.0 */
/* The demonstration: drives the sample through its story and ends the firmware with its verdict. */
#ifndef DEMO_H
#define DEMO_H

struct sampan_runtime;

/* Runs the whole demonstration and ends the firmware: code 0 if every check held, else 1. */
_Noreturn void demo_run(struct sampan_runtime *rt);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/* What a shim promises: parameters and results come through, and whatever the library does, the caller goes on. */
#ifndef CHECKS_H
#define CHECKS_H

#include "sampan_lift.h"

extern struct sampan_lift faulty_lift; /* in the shim */

/* The library isn't started: its functions fail. */
void checks_before_start(void);

/* The library has been started, on `runtime`. */
void checks_run(struct sampan_runtime *runtime);

/* How many checks didn't hold, and were made. */
unsigned checks_result(unsigned *out_made);

/* The program's: tells that a check didn't hold. */
void checks_failed(const char *what, int line);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/* Three native threads with a period: of higher, of equal and of lower priority than the runtime. */
#ifndef NATIVES_H
#define NATIVES_H

#include <stdbool.h>

/* Starts them. Once. */
void natives_start(void);

/* Forgets what was measured so far. */
void natives_begin(void);

/* Prints what was measured since; returns whether every one kept its period. */
bool natives_report(void);

#endif

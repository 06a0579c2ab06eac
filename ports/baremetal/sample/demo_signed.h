/* SPDX-License-Identifier: Apache-2.0 */
/* Signed images: a good one at work, bad ones refused, and a key revoked. */
#ifndef DEMO_SIGNED_H
#define DEMO_SIGNED_H

#include "sampan.h"

/* Takes `rt` out of service, and shows it all on a runtime with memory of its own; that one goes too. */
void demo_signed_run(struct sampan_runtime *rt);

#endif

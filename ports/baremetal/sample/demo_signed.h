/* SPDX-License-Identifier: Apache-2.0 */
/* Signed images: a good one at work, bad ones refused, and a key revoked. */
#ifndef DEMO_SIGNED_H
#define DEMO_SIGNED_H

#include "sampan.h"

/* On a runtime that takes signed images only, and has a trust store in force; leaves a newer one in force. */
void demo_signed_run(struct sampan_runtime *rt);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/* Devices of the board that the suite runs on, and what they are wired to. */
#ifndef DEVICES_H
#define DEVICES_H

#include "conformance.h"

/* Thousandths of a degree below zero that the emulated thermometer tells. */
#define CONFORMANCE_MC 12345

/* Adds what the platform's table doesn't have. NULL if the board has no devices for the suite. Once. */
const struct conformance_wiring *devices_prepare(struct sampan_platform *platform);

#endif

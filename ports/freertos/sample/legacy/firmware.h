/* SPDX-License-Identifier: Apache-2.0 */
/* The oven firmware's tasks. */
#ifndef FIRMWARE_H
#define FIRMWARE_H

#include "periodic.h"

/* Above, at and below the priority of what comes later. */
extern struct periodic sensor, control, telemetry, console;

#endif

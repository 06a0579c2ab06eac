/* SPDX-License-Identifier: Apache-2.0 */
/* The containers of the demonstration: three useful ones and all rogues, at once. */
#ifndef CONTAINERS_H
#define CONTAINERS_H

#include <stdbool.h>

#include "sampan_zephyr.h"

/* Offers the oven's functions to containers, and starts its beat. */
bool containers_offer(struct sampan_runtime *rt);

/* Creates and starts all of them. The one that imports what nobody offers is to be refused. */
bool containers_start(struct sampan_runtime *rt);

/* Kills what is left of the rogues, prints how each ended, and removes all; false if one ended otherwise than it should. */
bool containers_report(struct sampan_runtime *rt);

#endif

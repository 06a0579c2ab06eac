/* SPDX-License-Identifier: Apache-2.0 */
/* The gateway's containers. */
#ifndef CONTAINERS_H
#define CONTAINERS_H

/* Starts the runtime and the container that LZ4 has been lifted into; ends the firmware if that fails. */
void containers_init(void);

#endif

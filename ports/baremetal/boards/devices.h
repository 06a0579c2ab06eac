/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The devices of a board, as firmware offers them to containers: for the members of struct sampan_platform.
 *
 * None of the drivers keeps anything that an interrupt touches, and each is done within a millisecond.
 */
#ifndef BOARD_DEVICES_H
#define BOARD_DEVICES_H

#include "sampan.h"

extern const struct sampan_device board_devices[];
extern const size_t board_devices_len;

/* The flash region. Not before board_flash_init was called, once. */
extern const struct sampan_flash board_flash;
void board_flash_init(void);

/* Microseconds since 1970, 0 on a board that doesn't know. */
uint64_t board_wall_us(void *ctx);

#endif

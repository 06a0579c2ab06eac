/* SPDX-License-Identifier: Apache-2.0 */
/* Arm's SBCon: the two wires of an I2C bus, moved by software. */
#ifndef SBCON_H
#define SBCON_H

#include <stddef.h>
#include <stdint.h>

/*
 * Writes, then reads after a repeated start; a length of 0 leaves that part out. `base` is the controller's. Returns 0,
 * SAMPAN_STATUS_NOT_FOUND if nobody acknowledges the address, or SAMPAN_STATUS_PLATFORM if a byte isn't. Takes 0.1 ms a byte.
 */
int32_t sbcon_transfer(void *base, uint8_t address, const uint8_t *write, size_t write_len, uint8_t *read, size_t read_len);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/* CRC-32 of a message, with a table that is made first. */
#include "kernel.h"

uint32_t kernel_crc32(uint32_t seed);

#define MESSAGE_LENGTH 4096
#define PASSES 12

uint32_t kernel_crc32(uint32_t seed)
{
	static uint32_t table[256];
	static uint8_t message[MESSAGE_LENGTH];
	uint32_t crc = 0;

	for (uint32_t value = 0; value < 256; value++) {
		uint32_t entry = value;

		for (int bit = 0; bit < 8; bit++) {
			entry = entry & 1 ? (entry >> 1) ^ 0xedb88320u : entry >> 1;
		}
		table[value] = entry;
	}
	for (uint32_t idx = 0; idx < MESSAGE_LENGTH; idx++) {
		message[idx] = (uint8_t)random_next(&seed);
	}
	for (int pass = 0; pass < PASSES; pass++) {
		crc = ~crc;
		for (uint32_t idx = 0; idx < MESSAGE_LENGTH; idx++) {
			crc = table[(crc ^ message[idx]) & 0xff] ^ (crc >> 8);
		}
		crc = ~crc;
	}
	return crc;
}

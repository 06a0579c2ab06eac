/* SPDX-License-Identifier: Apache-2.0 */
/* A message to base64 and back, a strict check of UTF-8, and numbers read from and written to text. */
#include "kernel.h"

uint32_t kernel_text(uint32_t seed);

#define MESSAGE_LENGTH 1500
#define PASSES 6

static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

static uint32_t encode(const uint8_t *in, uint32_t length, uint8_t *out)
{
	uint32_t written = 0;

	for (uint32_t at = 0; at < length; at += 3) {
		uint32_t group = (uint32_t)in[at] << 16 | (uint32_t)in[at + 1] << 8 | in[at + 2];

		for (int shift = 18; shift >= 0; shift -= 6) {
			out[written++] = (uint8_t)alphabet[group >> shift & 63];
		}
	}
	return written;
}

static int32_t digit_of(uint8_t byte)
{
	if (byte >= 'A' && byte <= 'Z') {
		return byte - 'A';
	}
	if (byte >= 'a' && byte <= 'z') {
		return byte - 'a' + 26;
	}
	if (byte >= '0' && byte <= '9') {
		return byte - '0' + 52;
	}
	return byte == '+' ? 62 : byte == '/' ? 63 : -1;
}

static uint32_t decode(const uint8_t *in, uint32_t length, uint8_t *out)
{
	uint32_t written = 0, group = 0, bits = 0;

	for (uint32_t at = 0; at < length; at++) {
		int32_t digit = digit_of(in[at]);

		if (digit < 0) {
			return 0;
		}
		group = group << 6 | (uint32_t)digit;
		bits += 6;
		if (bits >= 8) {
			bits -= 8;
			out[written++] = (uint8_t)(group >> bits);
		}
	}
	return written;
}

/* Counts characters; stops at the first that is malformed, overlong or a surrogate. */
static uint32_t utf8_count(const uint8_t *text, uint32_t length)
{
	uint32_t count = 0, at = 0;

	while (at < length) {
		uint8_t lead = text[at++];
		uint32_t more = lead < 0x80 ? 0 : lead >= 0xf0 ? 3 : lead >= 0xe0 ? 2 : 1;
		uint32_t code = lead < 0x80 ? lead : lead & (0x3fu >> more);
		static const uint32_t least[] = { 0, 0x80, 0x800, 0x10000 };

		if ((lead >= 0x80 && lead < 0xc2) || lead > 0xf4 || at + more > length) {
			break;
		}
		for (uint32_t idx = 0; idx < more; idx++) {
			if ((text[at] & 0xc0) != 0x80) {
				return count;
			}
			code = code << 6 | (text[at++] & 0x3f);
		}
		if (code < least[more] || code > 0x10ffff || (code >= 0xd800 && code < 0xe000)) {
			break;
		}
		count++;
	}
	return count;
}

static uint32_t utf8_put(uint8_t *text, uint32_t code)
{
	if (code < 0x80) {
		text[0] = (uint8_t)code;
		return 1;
	}
	if (code < 0x800) {
		text[0] = (uint8_t)(0xc0 | code >> 6);
		text[1] = (uint8_t)(0x80 | (code & 63));
		return 2;
	}
	text[0] = (uint8_t)(0xe0 | code >> 12);
	text[1] = (uint8_t)(0x80 | (code >> 6 & 63));
	text[2] = (uint8_t)(0x80 | (code & 63));
	return 3;
}

static uint32_t number_put(uint8_t *text, uint32_t value)
{
	uint8_t digits[10];
	uint32_t count = 0, length = 0;

	do {
		digits[count++] = (uint8_t)('0' + value % 10);
		value /= 10;
	} while (value != 0);
	while (count > 0) {
		text[length++] = digits[--count];
	}
	return length;
}

static uint32_t number_get(const uint8_t *text, uint32_t length)
{
	uint32_t value = 0;

	for (uint32_t at = 0; at < length; at++) {
		value = value * 10 + (uint32_t)(text[at] - '0');
	}
	return value;
}

uint32_t kernel_text(uint32_t seed)
{
	static uint8_t message[MESSAGE_LENGTH + 3], coded[2 * MESSAGE_LENGTH], decoded[MESSAGE_LENGTH + 3];
	uint32_t checksum = 0;

	for (int pass = 0; pass < PASSES; pass++) {
		uint32_t length = 0;

		while (length < MESSAGE_LENGTH - 2) {
			length += utf8_put(&message[length], random_next(&seed) & (length & 1 ? 0x7f : 0xfff));
		}
		length -= length % 3;
		length = decode(coded, encode(message, length, coded), decoded);
		checksum = checksum_add(checksum, utf8_count(decoded, length));
		for (int count = 0; count < 40; count++) {
			uint8_t number[10];
			uint32_t value = random_next(&seed);

			checksum = checksum_add(checksum, number_get(number, number_put(number, value)) - value + 1);
		}
	}
	return checksum;
}

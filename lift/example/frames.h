/* SPDX-License-Identifier: Apache-2.0 */
/* Frames of the gateway's radio: compressed text, as devices in the field have sent it for years. */
#ifndef FRAMES_H
#define FRAMES_H

#include <stddef.h>
#include <stdint.h>

enum { RADIO_FRAME_BYTES = 64, RADIO_TEXT_BYTES = 128 };

/*
 * Takes a frame: the length of its text in a byte, then the text, compressed by LZ4.
 *
 * Writes the text and a NUL to `out_text`. Returns its length, or -1 for a frame that holds none.
 */
int frames_receive(const uint8_t *frame, size_t len, char out_text[RADIO_TEXT_BYTES + 1]);

#endif

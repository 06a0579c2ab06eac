/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The code that calls LZ4. It's the same file, and the same object, whether LZ4 is linked beside it or has
 * been lifted into a container.
 *
 * It uses LZ4_decompress_fast, which was the usual choice once and isn't told where its input ends: a frame that says
 * more than it holds has it read on, into whatever lies behind. LZ4's own header warns of it.
 */
#include "frames.h"

#include <string.h>

#include "lz4.h"

/* What the radio's driver fills, and what the linker happened to put behind it. */
static struct {
    uint8_t frame[RADIO_FRAME_BYTES];
    char key[32];
} radio = {.key = "network key: 7f3a-90c2-11de"};

int frames_receive(const uint8_t *frame, size_t len, char out_text[RADIO_TEXT_BYTES + 1])
{
    if (len < 2 || len > sizeof radio.frame + 1 || frame[0] > RADIO_TEXT_BYTES) {
        return -1;
    }
    memcpy(radio.frame, &frame[1], len - 1);
    int text_len = frame[0];
    if (LZ4_decompress_fast((const char *)radio.frame, out_text, text_len) < 0) {
        return -1;
    }
    out_text[text_len] = '\0';
    return text_len;
}

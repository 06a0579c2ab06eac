/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A gateway that prints what its radio receives: two frames of honest devices, and one that says its text is longer
 * than it is. WITH_SAMPAN is the one thing that the lift has added: the containers' start.
 */
#include "board.h"
#include "frames.h"
#include "print.h"

#ifdef WITH_SAMPAN
#include "containers.h"
#endif

static const uint8_t pumps[] = {
    72, 0xf1, 0x09, 0x70, 0x75, 0x6d, 0x70, 0x20, 0x31, 0x3a, 0x20, 0x32, 0x31, 0x2e, 0x35, 0x20, 0x43, 0x2c,
    0x20, 0x33, 0x2e, 0x32, 0x20, 0x62, 0x61, 0x72, 0x0a, 0x18, 0x00, 0x11, 0x32, 0x18, 0x00, 0x1d, 0x37, 0x18,
    0x00, 0x11, 0x33, 0x18, 0x00, 0x12, 0x34, 0x18, 0x00, 0x60, 0x31, 0x20, 0x62, 0x61, 0x72, 0x0a,
};
static const uint8_t tank[] = {
    51, 0xdf, 0x74, 0x61, 0x6e, 0x6b, 0x3a, 0x20, 0x34, 0x31, 0x32, 0x20, 0x6c, 0x2c, 0x20, 0x0d, 0x00, 0x0e,
    0x50, 0x31, 0x33, 0x20, 0x6c, 0x0a,
};
/* A hundred bytes that stand for themselves, of which it has none: LZ4 goes on reading behind the frame. */
static const uint8_t crafted[] = {100, 0xf0, 85};

/* Whether `text` has `part` somewhere. */
static bool has(const char *text, size_t len, const char *part)
{
    for (size_t at = 0; at < len; at++) {
        size_t same = 0;
        while (part[same] != '\0' && at + same < len && text[at + same] == part[same]) {
            same++;
        }
        if (part[same] == '\0') {
            return true;
        }
    }
    return false;
}

static int receive(const char *name, const uint8_t *frame, size_t len, const char *expected)
{
    static char text[RADIO_TEXT_BYTES + 1];
    int text_len = frames_receive(frame, len, text);
    size_t bytes = text_len < 0 ? 0 : (size_t)text_len;
    print("frame name=%s text_len=%d expected=%s key=%s\n", name, text_len,
          has(text, bytes, expected) ? "yes" : "no", has(text, bytes, "network key") ? "yes" : "no");
    return text_len;
}

int main(void)
{
#ifdef WITH_SAMPAN
    containers_init();
#endif
    receive("pumps", pumps, sizeof pumps, "pump 3: 21.4 C, 3.1 bar\n");
    receive("tank", tank, sizeof tank, "tank: 412 l, tank: 413 l\n");
    receive("crafted", crafted, sizeof crafted, "");
    receive("tank", tank, sizeof tank, "tank: 412 l, tank: 413 l\n");
    board_exit(0);
}

/* SPDX-License-Identifier: Apache-2.0 */
/* Counts to five, ten times a second, in C: each count is logged, and published on `tally/c`. */
#include <stdint.h>
#include <stdlib.h>

#include "sampan_guest.h"

enum { PERIOD_US = 100000, LAST = 5, INFORMATION = 3 };

static const char topic[] = "tally/c";
static char line[] = "count 0";

static void must(int32_t answer)
{
    if (answer < 0) {
        abort();
    }
}

static void say(const char *text, uint32_t len)
{
    must(sampan_log_write(INFORMATION, text, len));
}

static void tell(int count)
{
    static const char denied[] = "publishing is denied";
    line[sizeof line - 2] = (char)('0' + count);
    say(line, sizeof line - 1);
    int32_t answer = sampan_msg_publish(topic, sizeof topic - 1, line, sizeof line - 1);
    if (answer == SAMPAN_GUEST_DENIED) {
        say(denied, sizeof denied - 1); /* A container can do without what it isn't granted. */
    } else {
        must(answer);
    }
}

int main(void)
{
    must(sampan_timer_create(PERIOD_US, PERIOD_US));
    for (int count = 1; count <= LAST; count++) {
        struct sampan_guest_event event;
        must(sampan_event_wait(UINT64_MAX, &event));
        tell(count);
    }
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "checks.h"

#include <string.h>

#include "faulty.h"

#define CHECK(held) check((held), #held, __LINE__)

static unsigned made, failed;

static void check(bool held, const char *what, int line)
{
    made++;
    if (!held) {
        failed++;
        checks_failed(what, line);
    }
}

static uint64_t now_us(void)
{
    return faulty_lift.options.now_us(faulty_lift.options.ctx);
}

static void values_come_through(void)
{
    uint8_t bytes[5] = {1, 2, 3, 4, 5};
    CHECK(faulty_sum(-5, UINT64_C(1) << 40, 2.5f, -7.0) == (INT64_C(1) << 40) - 10);
    CHECK(faulty_half(3.0f) == 1.5);
    faulty_reverse(bytes, sizeof bytes);
    CHECK(memcmp(bytes, (uint8_t[]){5, 4, 3, 2, 1}, sizeof bytes) == 0);
    faulty_reverse(bytes, 0);
    CHECK(bytes[0] == 5);
    CHECK(faulty_length("twelve bytes") == 12);
    CHECK(faulty_length("") == 0);
    CHECK(faulty_length(NULL) == -1);
}

/* Each failure ends the container, which starts anew: its count begins again. Nothing of it was written. */
static void failures_end_in_the_container(void)
{
    for (int how = FAULTY_TRAPS; how <= FAULTY_RECURSES; how++) {
        uint8_t out[4] = {0};
        CHECK(faulty_fail(FAULTY_NOT, out) == 7 && out[3] == 0xee);
        memset(out, 0, sizeof out);
        faulty_count();
        CHECK(faulty_count() >= 2);
        uint64_t before_us = now_us();
        CHECK(faulty_fail(how, out) == -3);
        CHECK(now_us() - before_us < faulty_lift.options.limit_us * 2);
        CHECK(out[0] == 0 && out[3] == 0);
        CHECK(faulty_count() == 1);
    }
}

/* What doesn't fit is refused before the container hears of it. */
static void too_much_is_refused(void)
{
    static uint8_t bytes[257] = {1};
    faulty_count();
    unsigned before = faulty_count();
    faulty_reverse(bytes, sizeof bytes);
    CHECK(bytes[0] == 1 && bytes[256] == 0);
    faulty_reverse(bytes, (size_t)-1);
    CHECK(bytes[0] == 1);
    CHECK(faulty_count() == before + 1);
}

void checks_before_start(void)
{
    CHECK(faulty_count() == 0);
}

void checks_run(struct sampan_runtime *runtime)
{
    values_come_through();
    failures_end_in_the_container();
    too_much_is_refused();

    /* Ended by its owner, it is started again by the first call that misses it. */
    CHECK(sampan_container_kill(runtime, faulty_lift.container) == SAMPAN_STATUS_OK);
    CHECK(faulty_count() == 0);
    CHECK(faulty_count() == 1);
}

unsigned checks_result(unsigned *out_made)
{
    *out_made = made;
    return failed;
}

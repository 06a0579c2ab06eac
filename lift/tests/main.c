/* SPDX-License-Identifier: Apache-2.0 */
/* What a shim promises: parameters and results come through, and whatever the library does, the caller goes on. */
#include <string.h>

#include "board.h"
#include "faulty.h"
#include "print.h"
#include "sampan_baremetal.h"
#include "sampan_lift.h"

extern struct sampan_lift faulty_lift;
extern const uint8_t image_lifted[];
extern const uint32_t image_lifted_len;

static uint8_t arena[16 * 1024] __attribute__((aligned(16)));
static struct sampan_runtime *runtime;
static unsigned checks, failures;

#define CHECK(held) check((held), #held, __LINE__)

static void check(bool held, const char *what, int line)
{
    checks++;
    if (!held) {
        failures++;
        print("line %d: not so: %s\n", line, what);
    }
}

static uint64_t now_us(void *ctx)
{
    (void)ctx;
    const struct sampan_platform *platform = sampan_baremetal_platform();
    return platform->now_us(platform->ctx);
}

static void wait(void *ctx, uint64_t deadline_us)
{
    (void)ctx;
    uint64_t due_us;
    if (sampan_baremetal_poll(runtime, &due_us) == SAMPAN_STATUS_OK) {
        sampan_baremetal_wait(due_us < deadline_us ? due_us : deadline_us);
    }
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
        uint64_t before_us = now_us(NULL);
        CHECK(faulty_fail(how, out) == -3);
        CHECK(now_us(NULL) - before_us < 60000);
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

int main(void)
{
    struct sampan_lift_options options = {
        .image = image_lifted, .image_len = image_lifted_len, .now_us = now_us, .wait = wait, .limit_us = 50000,
    };
    CHECK(faulty_count() == 0); /* not started yet */
    CHECK(sampan_baremetal_init(arena, sizeof arena, &runtime) == SAMPAN_STATUS_OK);
    options.runtime = runtime;
    CHECK(sampan_lift_start(&faulty_lift, &options) == SAMPAN_STATUS_OK);
    values_come_through();
    failures_end_in_the_container();
    too_much_is_refused();

    /* Ended by its owner, it is started again by the first call that misses it. */
    CHECK(sampan_container_kill(runtime, faulty_lift.container) == SAMPAN_STATUS_OK);
    CHECK(faulty_count() == 0);
    CHECK(faulty_count() == 1);
    print("lift checks=%u failed=%u\n", checks, failures);
    board_exit(failures != 0);
}

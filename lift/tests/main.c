/* SPDX-License-Identifier: Apache-2.0 */
/* The checks on a board, in a superloop. */
#include "board.h"
#include "checks.h"
#include "print.h"
#include "sampan_baremetal.h"
#include "sampan_lift_baremetal.h"

extern const uint8_t image_lifted[];
extern const uint32_t image_lifted_len;

static uint8_t arena[16 * 1024] __attribute__((aligned(16)));
static struct sampan_runtime *runtime;

void checks_failed(const char *what, int line)
{
    print("checks.c, line %d: not so: %s\n", line, what);
}

int main(void)
{
    struct sampan_lift_options options = {
        .image = image_lifted, .image_len = image_lifted_len, .now_us = sampan_lift_baremetal_now_us,
        .wait = sampan_lift_baremetal_wait, .limit_us = 50000,
    };
    checks_before_start();
    sampan_status status = sampan_baremetal_init(arena, sizeof arena, &runtime);
    options.runtime = runtime;
    options.ctx = runtime;
    if (status == SAMPAN_STATUS_OK) {
        status = sampan_lift_start(&faulty_lift, &options);
    }
    if (status != SAMPAN_STATUS_OK) {
        print("not started: %s\n", sampan_status_text(status));
        board_exit(1);
    }
    checks_run(runtime);
    unsigned made, failed = checks_result(&made);
    print("lift checks=%u failed=%u\n", made, failed);
    board_exit(failed != 0);
}

/* SPDX-License-Identifier: Apache-2.0 */
/* The least that runs a container: it prints a line and ends, and the firmware is told. */
#include "sampan_zephyr.h"

/* What containers may do here: print, sleep, draw random numbers. */
static const char *const permissions[] = { "clock", "log", "random" };
static const struct sampan_container_options permitted = {
    .size = sizeof permitted,
    .permissions = permissions,
    .permissions_len = sizeof permissions / sizeof permissions[0],
};

static void on_event(void *ctx, const struct sampan_event *event)
{
    char reason[48];
    ARG_UNUSED(ctx);
    sampan_exit_text(event->exit_kind, event->exit_code, reason, sizeof reason);
    printk("container is %s: %s\n", sampan_state_text(event->state), reason);
}

int main(void)
{
    const struct sampan_zephyr_image *image = sampan_zephyr_image_find("hello");
    struct sampan_runtime *runtime;
    uint32_t id;
    sampan_status status = sampan_zephyr_init(on_event, NULL, &runtime);
    if (status == SAMPAN_STATUS_OK) {
        status = sampan_container_create(runtime, image->bytes, image->len, &permitted, &id);
    }
    if (status == SAMPAN_STATUS_OK) {
        status = sampan_container_start(runtime, id);
    }
    if (status != SAMPAN_STATUS_OK) {
        printk("no container: %s\n", sampan_status_text(status));
    }
    return 0;
}

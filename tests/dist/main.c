/* SPDX-License-Identifier: Apache-2.0 */
/* Whether what the package has fits together: header, archive and port make a runtime that answers. */
#include <string.h>

#include "board.h"
#include "sampan_baremetal.h"

static uint8_t arena[64 * 1024];

static void say(const char *text)
{
    board_put(text, strlen(text));
}

int main(void)
{
    struct sampan_runtime *runtime = NULL;
    struct sampan_runtime_stats stats = { .size = sizeof stats };
    uint64_t deadline_us = 0;
    uint32_t id = 0;
    static const uint8_t no_image[4];
    bool works = sampan_abi_version() == SAMPAN_ABI_VERSION &&
                 sampan_baremetal_init(arena, sizeof arena, &runtime) == SAMPAN_STATUS_OK &&
                 sampan_container_create(runtime, no_image, sizeof no_image, NULL, &id) == SAMPAN_STATUS_BAD_IMAGE &&
                 sampan_baremetal_poll(runtime, &deadline_us) == SAMPAN_STATUS_OK && deadline_us == SAMPAN_NEVER &&
                 sampan_runtime_stats(runtime, &stats) == SAMPAN_STATUS_OK && stats.polls == 1;
    say("sampan ");
    say(sampan_version());
    say(works ? " works\n" : " doesn't work\n");
    board_exit(works ? 0 : 1);
}

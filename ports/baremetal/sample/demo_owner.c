/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What firmware does so that only signed images run: it gives the runtime its vendor id, two root keys and counters,
 * and puts the trust store in force.
 *
 * The counters are in RAM here, which a product must not do: see docs/sign.md.
 */
#include "demo_owner.h"

#include <stdbool.h>
#include <string.h>

#include "demo_report.h"
#include "print.h"
#include "root_keys.h"
#include "sampan_baremetal.h"
#include "signed_images.h"

enum { COUNTERS = 4 };

/* The trust store's counter has an empty name. */
static struct counter {
    char container[24];
    uint64_t confirmed;
} counters[COUNTERS];

static char last_error[SAMPAN_MAX_LOG_LINE + 1];

/* The counter of a container, or the place for one that has none yet. */
static struct counter *counter_of(const char *container, size_t len)
{
    for (size_t idx = 0; idx < COUNTERS; idx++) {
        struct counter *counter = &counters[idx];
        if (counter->confirmed == 0 || (strlen(counter->container) == len && !memcmp(counter->container, container, len))) {
            return counter;
        }
    }
    return NULL;
}

static int32_t counter_read(void *ctx, const char *container, size_t container_len, struct sampan_counter *out)
{
    const struct counter *counter = counter_of(container, container_len);
    (void)ctx;
    out->confirmed = counter != NULL ? counter->confirmed : 0;
    out->floor = 0;
    return SAMPAN_STATUS_OK;
}

static int32_t counter_raise(void *ctx, const char *container, size_t container_len, uint64_t sequence)
{
    struct counter *counter = counter_of(container, container_len);
    (void)ctx;
    if (counter == NULL || container_len >= sizeof counter->container) {
        return SAMPAN_STATUS_PLATFORM;
    }
    memcpy(counter->container, container, container_len);
    counter->container[container_len] = 0;
    counter->confirmed = sequence;
    return SAMPAN_STATUS_OK;
}

/* What hashes and verifies is left out: built in. */
static const struct sampan_crypto crypto = {
    .size = sizeof crypto,
    .counter_read = counter_read,
    .counter_raise = counter_raise,
};

static struct sampan_authority authority = {
    .size = sizeof authority,
    .vendor_id = { 0xfa, 0x6b, 0x4a, 0x53, 0xd5, 0xad, 0x5f, 0xdf, 0xbe, 0x9d, 0xe6, 0x63, 0xe4, 0xd4, 0x1f, 0xfe },
    .crypto = &crypto,
};

/* Errors are kept, to be shown beside what was answered; the lines go on to the console. */
static void keep_line(void *ctx, uint8_t level, const char *source, size_t source_len, const char *line, size_t len)
{
    const struct sampan_platform *platform = sampan_baremetal_platform();
    (void)ctx;
    if (level == SAMPAN_LOG_LEVEL_ERROR && len < sizeof last_error) {
        memcpy(last_error, line, len);
        last_error[len] = 0;
    }
    platform->log(platform->ctx, level, source, source_len, line, len);
}

static void show_trust(struct sampan_runtime *rt)
{
    uint64_t sequence = 0;
    struct sampan_trust_key key = { .size = sizeof key };
    uint32_t keys = 0;
    demo_check(sampan_trust_install(rt, signed_trust, signed_trust_len) == SAMPAN_STATUS_OK, "the trust store is good");
    demo_check(sampan_trust_sequence(rt, &sequence) == SAMPAN_STATUS_OK, "it's in force");
    while (sampan_trust_key(rt, keys, &key) == SAMPAN_STATUS_OK) {
        keys++;
    }
    print("trust sequence=%u keys=%u roots=2\n", (unsigned)sequence, (unsigned)keys);
}

void demo_owner_take_over(struct sampan_runtime **rt, void *arena, size_t arena_len)
{
    static struct sampan_platform platform;
    const struct sampan_config config = {
        .size = sizeof config,
        .arena = arena,
        .arena_len = arena_len,
        .platform = &platform,
        .authority = &authority,
        .signed_only = 1,
    };
    platform = *sampan_baremetal_platform();
    platform.log = keep_line;
    memcpy(authority.root_keys, root_keys, sizeof root_keys);
    demo_check(sampan_runtime_deinit(*rt) == SAMPAN_STATUS_OK, "the runtime that took any module goes out of service");
    demo_check(sampan_runtime_init(&config, rt) == SAMPAN_STATUS_OK, "a runtime for signed images only");
    show_trust(*rt);
}

uint64_t demo_owner_counter(const char *container)
{
    const struct counter *counter = counter_of(container, strlen(container));
    return counter != NULL ? counter->confirmed : 0;
}

const char *demo_owner_last_error(void)
{
    return last_error;
}

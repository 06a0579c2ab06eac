/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What firmware does so that only signed images run: it gives the runtime its vendor id, two root keys and counters,
 * puts the trust store in force, and creates containers by sampan_image_create.
 *
 * The counters are in RAM here, which a product must not do: see docs/sign.md.
 */
#include "demo_signed.h"

#include <stdbool.h>
#include <string.h>

#include "demo_report.h"
#include "demo_steps.h"
#include "firmware.h"
#include "images.h"
#include "plant.h"
#include "print.h"
#include "root_keys.h"
#include "sampan_baremetal.h"

#define FILE(name)                        \
    extern const uint8_t signed_##name[]; \
    extern const uint32_t signed_##name##_len

FILE(trust);
FILE(revoked);
FILE(good);
FILE(older);
FILE(unsigned);
FILE(foreign);
FILE(tampered);

enum { RUN_MS = 200 };

static uint8_t arena[40 * 1024] __attribute__((aligned(16)));
static uint64_t trust_counter, container_counter;
static char last_line[SAMPAN_MAX_LOG_LINE + 1];
static uint32_t readings;

/* The trust store's counter has no name, and there is one container. */
static int32_t counter_read(void *ctx, const char *container, size_t container_len, struct sampan_counter *out)
{
    (void)ctx, (void)container;
    out->confirmed = container_len == 0 ? trust_counter : container_counter;
    out->floor = 0;
    return SAMPAN_STATUS_OK;
}

static int32_t counter_raise(void *ctx, const char *container, size_t container_len, uint64_t sequence)
{
    (void)ctx, (void)container;
    *(container_len == 0 ? &trust_counter : &container_counter) = sequence;
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
    if (level == SAMPAN_LOG_LEVEL_ERROR && len < sizeof last_line) {
        memcpy(last_line, line, len);
        last_line[len] = 0;
    }
    platform->log(platform->ctx, level, source, source_len, line, len);
}

static int32_t room_temperature(void *ctx, struct sampan_call *call, uint64_t *values)
{
    (void)ctx, (void)call;
    readings++;
    values[0] = (uint32_t)plant_temperature_mc();
    return SAMPAN_STATUS_OK;
}

static int32_t room_heat(void *ctx, struct sampan_call *call, uint64_t *values)
{
    (void)ctx, (void)call, (void)values;
    return SAMPAN_STATUS_OK;
}

static struct sampan_runtime *open(void)
{
    static const struct sampan_host_function temperature = { sizeof temperature, "room", "temperature", "()i",
                                                             room_temperature, NULL, NULL };
    static const struct sampan_host_function heat = { sizeof heat, "room", "heat", "(i)", room_heat, NULL, NULL };
    static struct sampan_platform platform;
    struct sampan_config config = {
        .size = sizeof config,
        .arena = arena,
        .arena_len = sizeof arena,
        .platform = &platform,
        .authority = &authority,
        .signed_only = 1,
    };
    struct sampan_runtime *rt = NULL;
    platform = *sampan_baremetal_platform();
    platform.log = keep_line;
    memcpy(authority.root_keys, root_keys, sizeof root_keys);
    demo_check(sampan_runtime_init(&config, &rt) == SAMPAN_STATUS_OK, "a runtime for signed images only");
    demo_check(sampan_host_register(rt, &temperature) == SAMPAN_STATUS_OK &&
                   sampan_host_register(rt, &heat) == SAMPAN_STATUS_OK,
               "its functions are offered");
    return rt;
}

static void run_ms(struct sampan_runtime *rt, uint32_t duration_ms)
{
    uint64_t end_us = demo_now_us() + (uint64_t)duration_ms * 1000;
    while (demo_now_us() < end_us) {
        uint64_t deadline_us = 0;
        sampan_baremetal_poll(rt, &deadline_us);
        sampan_baremetal_wait(deadline_us < end_us ? deadline_us : end_us);
    }
}

static size_t arena_used(struct sampan_runtime *rt)
{
    struct sampan_runtime_stats stats = { .size = sizeof stats };
    sampan_runtime_stats(rt, &stats);
    return stats.arena_used;
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

static uint32_t show_good(struct sampan_runtime *rt)
{
    struct sampan_image_info info = { .size = sizeof info };
    struct sampan_container_status status = { .size = sizeof status };
    uint32_t id = 0;
    demo_check(sampan_image_verify(rt, signed_good, signed_good_len, SAMPAN_IMAGE_PURPOSE_INSTALL, &info) ==
                   SAMPAN_STATUS_OK,
               "a good image verifies");
    sampan_status created = sampan_image_create(rt, signed_good, signed_good_len, &id);
    demo_check(created == SAMPAN_STATUS_OK && sampan_container_start(rt, id) == SAMPAN_STATUS_OK, "and starts");
    run_ms(rt, RUN_MS);
    sampan_container_status(rt, id, &status);
    /* It has read the sensor as often as it should: healthy. From now on nothing older of it runs. */
    bool confirmed = readings >= RUN_MS / 25 && sampan_image_confirm(rt, id) == SAMPAN_STATUS_OK;
    demo_check(confirmed && container_counter == info.sequence, "a healthy container moves its counter up");
    print("image name=%-12s status=\"%s\" container=%s version=%u.%u.%u engine=%s readings=%u confirmed=%s\n", "good",
          sampan_status_text(created), info.container, (unsigned)info.version[0], (unsigned)info.version[1],
          (unsigned)info.version[2], demo_engine_text(status.engine), (unsigned)readings, confirmed ? "yes" : "no");
    return id;
}

static void show_refused(const char *name, sampan_status status, sampan_status expected, bool nothing_changed)
{
    demo_check(status == expected, "an image is refused for the right reason");
    demo_check(nothing_changed, "and nothing has changed");
    print("image name=%-12s status=\"%s\" nothing_changed=%s log=\"%s\"\n", name, sampan_status_text(status),
          nothing_changed ? "yes" : "no", last_line);
}

static void refuse(struct sampan_runtime *rt, const char *name, const uint8_t *image, uint32_t len,
                   sampan_status expected)
{
    size_t used = arena_used(rt);
    uint32_t id = 0;
    sampan_status status = sampan_image_create(rt, image, len, &id);
    show_refused(name, status, expected, id == 0 && arena_used(rt) == used);
}

static void show_refusals(struct sampan_runtime *rt)
{
    size_t used = arena_used(rt);
    uint32_t id = 0;
    sampan_status status = sampan_container_create(rt, image_thermostat, image_thermostat_len, NULL, &id);
    show_refused("plain-module", status, SAMPAN_STATUS_UNTRUSTED, id == 0 && arena_used(rt) == used);
    refuse(rt, "unsigned", signed_unsigned, signed_unsigned_len, SAMPAN_STATUS_UNTRUSTED);
    refuse(rt, "tampered", signed_tampered, signed_tampered_len, SAMPAN_STATUS_UNTRUSTED);
    refuse(rt, "foreign-key", signed_foreign, signed_foreign_len, SAMPAN_STATUS_UNTRUSTED);
    refuse(rt, "older", signed_older, signed_older_len, SAMPAN_STATUS_ROLLBACK);
}

static void show_revocation(struct sampan_runtime *rt, uint32_t id)
{
    struct sampan_container_status status = { .size = sizeof status };
    char exit[64];
    demo_check(sampan_trust_install(rt, signed_revoked, signed_revoked_len) == SAMPAN_STATUS_OK,
               "a newer trust store, signed by the other root key");
    sampan_status restart = sampan_container_restart(rt, id);
    sampan_container_status(rt, id, &status);
    sampan_exit_text(status.exit_kind, status.exit_code, exit, sizeof exit);
    demo_check(status.exit_kind == SAMPAN_EXIT_KIND_REVOKED && restart == SAMPAN_STATUS_UNTRUSTED,
               "what a revoked key signed ends, and stays ended");
    print("revoked name=%s state=%s exit=\"%s\" restart=\"%s\" log=\"%s\"\n", status.name,
          sampan_state_text(status.state), exit, sampan_status_text(restart), last_line);
    demo_check(sampan_container_remove(rt, id) == SAMPAN_STATUS_OK, "it is removed");
}

void demo_signed_run(struct sampan_runtime *rt)
{
    demo_check(sampan_runtime_deinit(rt) == SAMPAN_STATUS_OK, "the first runtime goes out of service");
    rt = open();
    show_trust(rt);
    uint32_t id = show_good(rt);
    show_refusals(rt);
    show_revocation(rt, id);
    demo_check(sampan_runtime_deinit(rt) == SAMPAN_STATUS_OK, "the second one does too");
}

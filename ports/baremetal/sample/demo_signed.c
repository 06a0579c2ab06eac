/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Images that must be refused, one after another, beside a good one; and what becomes of that once its key is revoked.
 */
#include "demo_signed.h"

#include <stdbool.h>

#include "demo_owner.h"
#include "demo_report.h"
#include "demo_steps.h"
#include "images.h"
#include "plant.h"
#include "print.h"
#include "signed_images.h"

enum { RUN_MS = 200 };

static uint32_t readings;

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

static void offer(struct sampan_runtime *rt)
{
    static const struct sampan_host_function temperature = { sizeof temperature, "room", "temperature", "()i",
                                                             room_temperature, NULL, NULL };
    static const struct sampan_host_function heat = { sizeof heat, "room", "heat", "(i)", room_heat, NULL, NULL };
    demo_check(sampan_host_register(rt, &temperature) == SAMPAN_STATUS_OK &&
                   sampan_host_register(rt, &heat) == SAMPAN_STATUS_OK,
               "its functions are offered");
}

static size_t arena_used(struct sampan_runtime *rt)
{
    struct sampan_runtime_stats stats = { .size = sizeof stats };
    sampan_runtime_stats(rt, &stats);
    return stats.arena_used;
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
    demo_run_ms(RUN_MS);
    sampan_container_status(rt, id, &status);
    /* It has read the sensor as often as it should: healthy. From now on nothing older of it runs. */
    bool confirmed = readings >= RUN_MS / 25 && sampan_image_confirm(rt, id) == SAMPAN_STATUS_OK;
    demo_check(confirmed && demo_owner_counter(info.container) == info.sequence, "a healthy container moves its counter up");
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
          nothing_changed ? "yes" : "no", demo_owner_last_error());
}

static void refuse(struct sampan_runtime *rt, const char *name, struct signed_image image, sampan_status expected)
{
    size_t used = arena_used(rt);
    uint32_t id = 0;
    sampan_status status = sampan_image_create(rt, image.bytes, *image.len, &id);
    show_refused(name, status, expected, id == 0 && arena_used(rt) == used);
}

static void show_refusals(struct sampan_runtime *rt)
{
    size_t used = arena_used(rt);
    uint32_t id = 0;
    sampan_status status = sampan_container_create(rt, image_thermostat, image_thermostat_len, NULL, &id);
    show_refused("plain-module", status, SAMPAN_STATUS_UNTRUSTED, id == 0 && arena_used(rt) == used);
    refuse(rt, "unsigned", SIGNED(unsigned), SAMPAN_STATUS_UNTRUSTED);
    refuse(rt, "tampered", SIGNED(tampered), SAMPAN_STATUS_UNTRUSTED);
    refuse(rt, "foreign-key", SIGNED(foreign), SAMPAN_STATUS_UNTRUSTED);
    refuse(rt, "older", SIGNED(older), SAMPAN_STATUS_ROLLBACK);
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
          sampan_state_text(status.state), exit, sampan_status_text(restart), demo_owner_last_error());
    demo_check(sampan_container_remove(rt, id) == SAMPAN_STATUS_OK, "it is removed");
}

void demo_signed_run(struct sampan_runtime *rt)
{
    offer(rt);
    uint32_t id = show_good(rt);
    show_refusals(rt);
    show_revocation(rt, id);
}

/* SPDX-License-Identifier: Apache-2.0 */
/* The shell command's verbs for signed images, with what guests/sign made: one good image, and all that must be refused. */
#include <errno.h>
#include <string.h>

#include <zephyr/ztest.h>

#include "command.h"
#include "root_keys.h"

static uint64_t trust_counter, container_counter;
static struct sampan_runtime *runtime;

/* The trust store's counter has no name, and there is one container. */
static int32_t counter_read(void *ctx, const char *container, size_t container_len, struct sampan_counter *out)
{
    ARG_UNUSED(ctx);
    ARG_UNUSED(container);
    out->confirmed = container_len == 0 ? trust_counter : container_counter;
    out->floor = 0;
    return SAMPAN_STATUS_OK;
}

static int32_t counter_raise(void *ctx, const char *container, size_t container_len, uint64_t sequence)
{
    ARG_UNUSED(ctx);
    ARG_UNUSED(container);
    *(container_len == 0 ? &trust_counter : &container_counter) = sequence;
    return SAMPAN_STATUS_OK;
}

static int32_t answer(void *ctx, struct sampan_call *call, uint64_t *values)
{
    ARG_UNUSED(ctx);
    ARG_UNUSED(call);
    values[0] = 20000;
    return SAMPAN_STATUS_OK;
}

static void before(void *unused)
{
    static const struct sampan_crypto crypto = {
        .size = sizeof crypto, .counter_read = counter_read, .counter_raise = counter_raise,
    };
    static struct sampan_authority authority = {
        .size = sizeof authority,
        .vendor_id = { 0xfa, 0x6b, 0x4a, 0x53, 0xd5, 0xad, 0x5f, 0xdf, 0xbe, 0x9d, 0xe6, 0x63, 0xe4, 0xd4, 0x1f, 0xfe },
        .crypto = &crypto,
    };
    static const struct sampan_host_function temperature = { sizeof temperature, "room", "temperature", "()i", answer, NULL, NULL };
    static const struct sampan_host_function heat = { sizeof heat, "room", "heat", "(i)", answer, NULL, NULL };
    ARG_UNUSED(unused);
    memcpy(authority.root_keys, root_keys, sizeof root_keys);
    trust_counter = 0;
    container_counter = 0;
    sampan_zephyr_authority(&authority, true);
    zassert_equal(sampan_zephyr_init(NULL, NULL, &runtime), SAMPAN_STATUS_OK);
    zassert_equal(sampan_host_register(runtime, &temperature), SAMPAN_STATUS_OK);
    zassert_equal(sampan_host_register(runtime, &heat), SAMPAN_STATUS_OK);
}

/* What verifying took, with the shell around it. */
static void print_stack(void)
{
    size_t unused_len;
    if (k_thread_stack_space_get(k_current_get(), &unused_len) == 0) {
        TC_PRINT("stack name=verifier size=%u used=%u\n", (unsigned int)CONFIG_ZTEST_STACK_SIZE,
                 (unsigned int)(CONFIG_ZTEST_STACK_SIZE - unused_len));
    }
}

static void after(void *unused)
{
    ARG_UNUSED(unused);
    (void)sampan_zephyr_deinit();
    sampan_zephyr_authority(NULL, false);
}

ZTEST_SUITE(signed_images, NULL, command_wait, before, after, NULL);

ZTEST(signed_images, test_good)
{
    command("sampan keys", -ENOENT, "no trust store");
    command("sampan load good", -EINVAL, "");
    command("sampan trust trust", 0, "");
    command("sampan keys", 0, "trust store ");
    command("sampan keys", 0, " developer oven.");
    command("sampan keys", 0, " operator *");
    command("sampan inspect good", 0, "container   oven.thermostat");
    command("sampan inspect good", 0, "version     1.2.0, sequence 2");
    command("sampan inspect good", 0, "memory      8192");
    command("sampan inspect good", 0, "part        b, ");
    command("sampan inspect good", 0, "signed by   ");
    command("sampan permissions good", 0, "effective clock");
    command("sampan load good", 0, "");
    command("sampan ps", 0, "oven.thermostat");
    command("sampan confirm oven.thermostat", -EINVAL, "state");
    command("sampan start oven.thermostat", 0, "");
    k_msleep(50);
    command("sampan ps", 0, "/8192");
    command("sampan confirm oven.thermostat", 0, "");
    zassert_equal(container_counter, 2);
    command("sampan stop oven.thermostat 10", 0, "");
    k_msleep(50);
    command("sampan rm oven.thermostat", 0, "");
    command("sampan load older", -EINVAL, "older than");
    print_stack();
}

ZTEST(signed_images, test_refused)
{
    command("sampan trust good", -EINVAL, "");
    command("sampan trust trust", 0, "");
    command("sampan trust trust", -EINVAL, "older than");
    command("sampan create tiny", -EINVAL, "");
    command("sampan load unsigned", -EINVAL, "");
    command("sampan load foreign", -EINVAL, "");
    command("sampan load tampered", -EINVAL, "");
    command("sampan inspect tampered", -EINVAL, "");
    command("sampan permissions tiny", -EINVAL, "tiny: ");
    command("sampan load nothing", -ENOENT, "no image nothing");
    command("sampan stats", 0, "containers         0 of 8");
}

ZTEST(signed_images, test_revoked)
{
    command("sampan trust trust", 0, "");
    command("sampan load good", 0, "");
    command("sampan start oven.thermostat", 0, "");
    command("sampan trust revoked", 0, "");
    command("sampan keys", 0, " revoked");
    k_msleep(50);
    command("sampan ps", 0, "no longer trusted");
    command("sampan start oven.thermostat", -EINVAL, "");
    command("sampan trust trust", -EINVAL, "older than");
}

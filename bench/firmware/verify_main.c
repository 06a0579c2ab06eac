/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What it takes to verify a signed image with libsampan.a: instructions and stack of sampan_trust_install, which has
 * one signature, and of sampan_image_verify on an image that has two.
 */
#include "bench.h"
#include "platform.h"

#include <string.h>

#include "root_keys.h"

int bench_main(void);

extern const uint8_t trust[], trust_end[], image[], image_end[];

static uint8_t arena[64 * 1024] __attribute__((aligned(16)));
static struct sampan_runtime *runtime;

static int32_t counter_read(void *ctx, const char *container, size_t container_len, struct sampan_counter *out)
{
	(void)ctx, (void)container, (void)container_len;
	out->confirmed = 0;
	out->floor = 0;
	return SAMPAN_STATUS_OK;
}

static int32_t counter_raise(void *ctx, const char *container, size_t container_len, uint64_t sequence)
{
	(void)ctx, (void)container, (void)container_len, (void)sequence;
	return SAMPAN_STATUS_OK;
}

static const struct sampan_crypto crypto = {
	.size = sizeof crypto, .counter_read = counter_read, .counter_raise = counter_raise,
};

static struct sampan_authority authority = {
	.size = sizeof authority,
	.vendor_id = { 0xfa, 0x6b, 0x4a, 0x53, 0xd5, 0xad, 0x5f, 0xdf, 0xbe, 0x9d, 0xe6, 0x63, 0xe4, 0xd4, 0x1f, 0xfe },
	.crypto = &crypto,
};

static int32_t install(void)
{
	return sampan_trust_install(runtime, trust, (size_t)(trust_end - trust));
}

static int32_t verify(void)
{
	static struct sampan_image_info info;

	info.size = sizeof info;
	return sampan_image_verify(runtime, image, (size_t)(image_end - image), SAMPAN_IMAGE_PURPOSE_INSTALL, &info);
}

int bench_main(void)
{
	struct sampan_config config = {
		.size = sizeof config, .arena = arena, .arena_len = sizeof arena, .platform = &bench_platform,
		.authority = &authority,
	};
	int failures;

	memcpy(authority.root_keys, root_keys, sizeof root_keys);
	failures = sampan_runtime_init(&config, &runtime) != SAMPAN_STATUS_OK;
	failures += bench_measure("store", install);
	failures += bench_measure("image", verify);
	bench_print("end\n");
	return failures;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "platform.h"

#include "bench.h"

static uint64_t now_us(void *ctx)
{
	(void)ctx;
	return 0;
}

static int32_t lock(void *ctx)
{
	(void)ctx;
	return 0;
}

static void nothing(void *ctx)
{
	(void)ctx;
}

static int32_t entropy(void *ctx, uint8_t *buf, size_t len)
{
	(void)ctx, (void)buf, (void)len;
	return SAMPAN_STATUS_PLATFORM;
}

static void take_line(void *ctx, uint8_t level, const char *source, size_t source_len, const char *line, size_t len)
{
	(void)ctx, (void)level, (void)source, (void)source_len, (void)line, (void)len;
}

static void fatal(void *ctx, const char *message, size_t len)
{
	(void)ctx, (void)message, (void)len;
	bench_exit(5);
}

const struct sampan_platform bench_platform = {
	.size = sizeof bench_platform, .now_us = now_us, .lock = lock, .unlock = nothing, .wake = nothing,
	.entropy = entropy, .log = take_line, .fatal = fatal,
};

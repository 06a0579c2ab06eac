/* SPDX-License-Identifier: Apache-2.0 */
/* The firmware without an engine: what the size of one with an engine is compared with. */
#include "bench.h"

const char *bench_engine_name(void)
{
	return "none";
}

int32_t bench_engine_run(const uint8_t *image, size_t length, uint32_t seed, struct bench_run *out)
{
	(void)image;
	(void)length;
	(void)seed;
	(void)out;
	return -1;
}

uint32_t bench_engine_switch(const uint8_t *image, size_t length, uint32_t count)
{
	(void)image;
	(void)length;
	(void)count;
	return 0;
}

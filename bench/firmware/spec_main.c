/* SPDX-License-Identifier: Apache-2.0 */
/* Runs a bundle of the WebAssembly testsuite that QEMU put at link_bundle; see src/spec.rs. */
#include "bench.h"

extern const uint8_t link_bundle[];

int bench_main(void);

uint8_t *bench_arena(size_t *length)
{
	static uint8_t arena[3 * 1024 * 1024] __attribute__((aligned(16)));

	*length = sizeof arena;
	return arena;
}

int bench_main(void)
{
	const uint32_t *head = (const uint32_t *)(const void *)link_bundle;
	uint32_t passed = 0;
	bool all = bench_spec_run(link_bundle, head[2], &passed);
	char digits[12] = { 0 };
	size_t at = sizeof digits - 1;

	for (uint32_t rest = passed; rest != 0 || digits[at] == 0; rest /= 10) {
		digits[--at] = (char)('0' + rest % 10);
	}
	bench_print(bench_engine_name());
	bench_print(" ");
	bench_print(&digits[at]);
	bench_print(all ? " passed\nend\n" : " passed, but not all\nend\n");
	return all ? 0 : 1;
}

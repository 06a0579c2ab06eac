/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What makes a module of kernels: the export that runs them. `KERNELS` lists them as `KERNEL(name)`, one or all.
 */
#include "kernel.h"

#define KERNEL(name) uint32_t kernel_##name(uint32_t seed);
KERNELS
#undef KERNEL

__attribute__((import_module("bench"), import_name("seed"))) uint32_t bench_seed(void);
__attribute__((import_module("bench"), import_name("result"))) void bench_result(uint32_t checksum);

/* Runs every kernel once. */
__attribute__((export_name("run"))) void run(void)
{
#define KERNEL(name) bench_result(kernel_##name(bench_seed()));
	KERNELS
#undef KERNEL
}

/* Never comes back: what a container is switched away from. */
__attribute__((export_name("spin"))) void spin(void)
{
	volatile uint32_t count = 0;

	for (;;) {
		count++;
	}
}

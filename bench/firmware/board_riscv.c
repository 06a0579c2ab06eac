/* SPDX-License-Identifier: Apache-2.0 */
/* QEMU's riscv32 virt machine: start-up, text through its UART, and the device that ends it. */
#include "bench.h"

#define UART_DATA (*(volatile uint8_t *)0x10000000u)
#define FINISHER (*(volatile uint32_t *)0x00100000u)

#define FINISHER_PASS 0x5555u
#define FINISHER_FAIL 0x3333u

extern uint32_t link_bss[], link_bss_end[];

void board_start(void);
int bench_main(void);

void bench_print(const char *text)
{
	while (*text != 0) {
		UART_DATA = (uint8_t)*text++;
	}
}

void bench_exit(int code)
{
	for (;;) {
		FINISHER = code == 0 ? FINISHER_PASS : (uint32_t)code << 16 | FINISHER_FAIL;
	}
}

uint32_t bench_ticks(void)
{
	uint32_t cycles;

	__asm__ volatile("csrr %0, mcycle" : "=r"(cycles));
	return cycles;
}

static __attribute__((aligned(4))) void fault(void)
{
	bench_print("fault\n");
	bench_exit(3);
}

void board_start(void)
{
	__asm__ volatile("csrw mtvec, %0" : : "r"(fault));
	for (uint32_t *to = link_bss; to < link_bss_end; to++) {
		*to = 0;
	}
	bench_exit(bench_main());
}

__asm__(".section .start, \"ax\"\n"
	".global _start\n"
	"_start:\n"
	"	la sp, link_stack_top\n"
	"	j board_start\n"
	".text\n");

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * QEMU's mps2-an386 (a Cortex-M4F): start-up, a timer to count instructions by, and text to the host.
 *
 * Under `-icount shift=0` every instruction takes one nanosecond of the machine's time, and the timer ticks every 40:
 * what it counts is exact to 40 instructions and the same in every run.
 */
#include "bench.h"

#define TIMER_CTRL (*(volatile uint32_t *)0x40000000u)
#define TIMER_VALUE (*(volatile uint32_t *)0x40000004u)
#define TIMER_RELOAD (*(volatile uint32_t *)0x40000008u)
#define COPROCESSOR_ACCESS (*(volatile uint32_t *)0xe000ed88u)

#define SEMIHOSTING_WRITE0 0x04
#define SEMIHOSTING_EXIT_EXTENDED 0x20
#define EXIT_APPLICATION 0x20026u

extern uint32_t link_stack_top[];
extern uint32_t link_data_load[], link_data[], link_data_end[], link_bss[], link_bss_end[];

void board_reset(void);
int bench_main(void);

static uint32_t semihosting(uint32_t operation, const void *argument)
{
	register uint32_t r0 __asm__("r0") = operation;
	register const void *r1 __asm__("r1") = argument;

	__asm__ volatile("bkpt 0xab" : "+r"(r0) : "r"(r1) : "memory");
	return r0;
}

void bench_print(const char *text)
{
	semihosting(SEMIHOSTING_WRITE0, text);
}

void bench_exit(int code)
{
	uint32_t block[2] = { EXIT_APPLICATION, (uint32_t)code };

	for (;;) {
		semihosting(SEMIHOSTING_EXIT_EXTENDED, block);
	}
}

uint32_t bench_ticks(void)
{
	return ~TIMER_VALUE;
}

static void fault(void)
{
	bench_print("fault\n");
	bench_exit(3);
}

void board_reset(void)
{
	const uint32_t *from = link_data_load;

	COPROCESSOR_ACCESS |= 0xfu << 20;
	__asm__ volatile("dsb\n\tisb");
	for (uint32_t *to = link_data; to < link_data_end; to++) {
		*to = *from++;
	}
	for (uint32_t *to = link_bss; to < link_bss_end; to++) {
		*to = 0;
	}
	TIMER_RELOAD = 0xffffffffu;
	TIMER_VALUE = 0xffffffffu;
	TIMER_CTRL = 1;
	bench_exit(bench_main());
}

__attribute__((section(".vectors"), used)) static void (*const vectors[16])(void) = {
	(void (*)(void))link_stack_top, board_reset, fault, fault, fault, fault, fault,
};

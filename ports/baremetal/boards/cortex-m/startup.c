/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Start-up of a Cortex-M: vectors, stacks, FPU if there is one, initial data.
 *
 * Thread mode runs on the process stack and handlers on the main stack. So an interrupt needs only its
 * exception frame on whatever stack the thread is on, which may be a small one that a library switched to.
 */
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "board.h"
#include "board_config.h"

extern uint8_t __data_start[], __data_end[], __data_load[], __bss_start[], __bss_end[];
extern uint8_t __interrupt_stack_top[], __thread_stack_top[];

int main(void);
void Reset_Handler(void);
void Timer0_Handler(void);

#define CPACR (*(volatile uint32_t *)0xe000ed88u)
#define VTOR (*(volatile uint32_t *)0xe000ed08u)
#define CCR (*(volatile uint32_t *)0xe000ed14u)
#define CFSR (*(volatile const uint32_t *)0xe000ed28u)

enum {
    IRQ_COUNT = 32,
    CCR_UNALIGN_TRP = 1 << 3, /* always on in ARMv6-M; so code for it is held to that wherever it runs */
};

struct vectors {
    void *initial_stack;
    void (*exceptions[15])(void);
    void (*interrupts[IRQ_COUNT])(void);
};

static void put_hex(const char *label, uint32_t value)
{
    char text[9];
    for (int digit = 0; digit < 8; digit++) {
        text[digit] = "0123456789abcdef"[value >> (28 - 4 * digit) & 15u];
    }
    text[8] = '\n';
    board_put(label, strlen(label));
    board_put(text, sizeof text);
}

/* The frame that the core stacked: r0-r3, r12, lr, pc, xpsr. */
__attribute__((used)) static _Noreturn void fault_report(const uint32_t *frame, uint32_t exception)
{
    put_hex("fault: exception ", exception);
#if !defined(__ARM_ARCH_6M__)
    put_hex("fault: cfsr ", CFSR);
#endif
    put_hex("fault: lr ", frame[5]);
    put_hex("fault: pc ", frame[6]);
    board_exit(99);
}

/* With what every Cortex-M has: a Cortex-M0 knows no conditional instructions, and branches no further than 2 KB. */
__attribute__((naked)) static void Fault_Handler(void)
{
    __asm volatile(".syntax unified\n\t"
                   "mrs r0, msp\n\t"
                   "mov r1, lr\n\t"
                   "lsrs r1, r1, #3\n\t" /* bit 2 says which stack, and is now in the carry */
                   "bcc 1f\n\t"
                   "mrs r0, psp\n"
                   "1:\n\t"
                   "mrs r1, ipsr\n\t"
                   "ldr r2, =fault_report\n\t"
                   "bx r2");
}

/* An operating system has routines of its own for these. */
__attribute__((weak, alias("Fault_Handler"))) void SVC_Handler(void);
__attribute__((weak, alias("Fault_Handler"))) void PendSV_Handler(void);
__attribute__((weak, alias("Fault_Handler"))) void SysTick_Handler(void);

__attribute__((section(".vectors"), used)) static const struct vectors vectors = {
    .initial_stack = __interrupt_stack_top,
    .exceptions = {
        Reset_Handler, Fault_Handler, Fault_Handler, Fault_Handler, Fault_Handler, Fault_Handler, Fault_Handler,
        NULL, NULL, NULL, SVC_Handler, Fault_Handler, NULL, PendSV_Handler, SysTick_Handler,
    },
    .interrupts = { [BOARD_TIMER0_IRQ] = Timer0_Handler },
};

__attribute__((used)) static _Noreturn void start(void)
{
#if !defined(__ARM_ARCH_6M__) /* a Cortex-M0 finds its vectors at 0 */
    VTOR = (uint32_t)(uintptr_t)&vectors;
#else
    CCR |= CCR_UNALIGN_TRP;
#endif
#if defined(__ARM_FP)
    CPACR |= 0xfu << 20; /* full access to coprocessors 10 and 11: the FPU */
#endif
    __asm volatile("dsb\n\tisb" : : : "memory");
    memcpy(__data_start, __data_load, (size_t)(__data_end - __data_start));
    memset(__bss_start, 0, (size_t)(__bss_end - __bss_start));
    board_init();
    arch_interrupts_restore(0);
    board_exit(main());
}

/* Naked, since the compiler must not use a stack while it changes. */
__attribute__((naked)) void Reset_Handler(void)
{
    __asm volatile(".syntax unified\n\t"
                   "cpsid i\n\t"
                   "ldr r0, =__thread_stack_top\n\t"
                   "msr psp, r0\n\t"
                   "movs r0, #2\n\t"
                   "msr control, r0\n\t"
                   "isb\n\t"
                   "ldr r0, =start\n\t"
                   "bx r0");
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The few things that depend on the core and not on the board: Cortex-M and RISC-V in machine mode.
 */
#ifndef ARCH_H
#define ARCH_H

#include <stdbool.h>
#include <stdint.h>

#if defined(__arm__)

/* Masks interrupts and returns what arch_interrupts_restore needs to undo exactly this. Nests. */
static inline uint32_t arch_interrupts_mask(void)
{
    uint32_t before;
    __asm volatile("mrs %0, primask\n\tcpsid i" : "=r"(before) : : "memory");
    return before;
}

static inline void arch_interrupts_restore(uint32_t before)
{
    __asm volatile("msr primask, %0" : : "r"(before) : "memory");
}

/* Sleeps until an interrupt is pending, masked or not: call it with interrupts masked to lose none. */
static inline void arch_wait_for_interrupt(void)
{
    __asm volatile("dsb\n\twfi" : : : "memory");
}

/* Wakes a core that waits for an event: another one, or this one before it gets to wait. */
static inline void arch_send_event(void)
{
    __asm volatile("dsb\n\tsev" : : : "memory");
}

/*
 * Makes the calling function save every floating-point register that belongs to its caller: needed around
 * setjmp, since newlib's for Cortex-M leaves them out.
 */
static inline void arch_save_callers_floats(void)
{
#if defined(__ARM_FP)
    __asm volatile("" : : : "d8", "d9", "d10", "d11", "d12", "d13", "d14", "d15");
#endif
}

/*
 * PendSV counts as thread context: it has the lowest priority, so a lock that is a flag keeps it and main apart as it
 * keeps a host function out.
 */
static inline bool arch_in_interrupt(void)
{
    enum { PENDSV = 14 };
    uint32_t exception;
    __asm volatile("mrs %0, ipsr" : "=r"(exception));
    return exception != 0 && exception != PENDSV;
}

/* Gives the exception of the interrupt-driven form the lowest priority. */
static inline void arch_exception_prepare(void)
{
    *(volatile uint32_t *)0xe000ed20u |= 0xffu << 16; /* SHPR3 */
}

/* Has it come as soon as no interrupt is served or masked. Any context. */
static inline void arch_exception_pend(void)
{
    *(volatile uint32_t *)0xe000ed04u = 1u << 28; /* ICSR: PENDSVSET */
    __asm volatile("dsb\n\tisb" : : : "memory");
}

/* Asks the debugger, or QEMU, for a service. Without one this is a fault. */
static inline void arch_semihosting_call(uint32_t operation, const void *argument)
{
    register uint32_t r0 __asm("r0") = operation;
    register const void *r1 __asm("r1") = argument;
    __asm volatile("bkpt 0xab" : "+r"(r0) : "r"(r1) : "memory");
}

#elif defined(__riscv)

/* RISC-V can't be asked whether it serves an interrupt: the board's trap handler counts. */
extern volatile uint32_t arch_interrupt_depth;

static inline uint32_t arch_interrupts_mask(void)
{
    uint32_t before;
    __asm volatile("csrrci %0, mstatus, 8" : "=r"(before) : : "memory");
    return before & 8u;
}

static inline void arch_interrupts_restore(uint32_t before)
{
    __asm volatile("csrs mstatus, %0" : : "r"(before) : "memory");
}

/* Sleeps until an interrupt is pending, masked or not: call it with interrupts masked to lose none. */
static inline void arch_wait_for_interrupt(void)
{
    __asm volatile("fence\n\twfi" : : : "memory");
}

/* A core that waits for an interrupt needs no event. */
static inline void arch_send_event(void)
{
}

/* setjmp keeps what the calling convention says. */
static inline void arch_save_callers_floats(void)
{
}

static inline bool arch_in_interrupt(void)
{
    return arch_interrupt_depth != 0;
}

/*
 * Lets the exception of the interrupt-driven form come: the machine's software interrupt. The board's trap handler runs it
 * with interrupts on and without counting it.
 */
static inline void arch_exception_prepare(void)
{
    __asm volatile("csrs mie, %0" : : "r"(1u << 3));
}

/* Raises it. Where the bit for that is, is the board's to know. Any context. */
void arch_exception_pend(void);

/* Asks the debugger, or QEMU, for a service. The three instructions are one marker. Without one this is a fault. */
static inline void arch_semihosting_call(uint32_t operation, const void *argument)
{
    register uint32_t a0 __asm("a0") = operation;
    register const void *a1 __asm("a1") = argument;
    __asm volatile(".balign 16\n\t"
                   ".option push\n\t"
                   ".option norvc\n\t"
                   "slli zero, zero, 0x1f\n\t"
                   "ebreak\n\t"
                   "srai zero, zero, 7\n\t"
                   ".option pop"
                   : "+r"(a0)
                   : "r"(a1)
                   : "memory");
}

#else
#error "arch.h knows Cortex-M and RISC-V only"
#endif

#endif

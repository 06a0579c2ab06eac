/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Start-up of RV32 in machine mode: stacks, trap entry, initial data.
 *
 * mscratch holds the top of the interrupt stack while the thread runs, so that a trap leaves whatever
 * stack the thread is on alone. Traps don't nest, but for the software interrupt: its routine runs on the thread's
 * stack and as interruptible as the thread, all but by itself.
 */
    .equ CLINT_MSIP, 0x02000000
    .equ CAUSE_MACHINE_SOFTWARE, 0x80000003
    .equ MIE_MACHINE_SOFTWARE, 8
    .equ MSTATUS_MIE, 8

    /* What a C function may change, in the 64 bytes at sp. */
    .macro save_registers
    sw ra, 0(sp)
    sw t0, 4(sp)
    sw t1, 8(sp)
    sw t2, 12(sp)
    sw a0, 16(sp)
    sw a1, 20(sp)
    sw a2, 24(sp)
    sw a3, 28(sp)
    sw a4, 32(sp)
    sw a5, 36(sp)
    sw a6, 40(sp)
    sw a7, 44(sp)
    sw t3, 48(sp)
    sw t4, 52(sp)
    sw t5, 56(sp)
    sw t6, 60(sp)
    .endm
    .macro load_registers
    lw ra, 0(sp)
    lw t0, 4(sp)
    lw t1, 8(sp)
    lw t2, 12(sp)
    lw a0, 16(sp)
    lw a1, 20(sp)
    lw a2, 24(sp)
    lw a3, 28(sp)
    lw a4, 32(sp)
    lw a5, 36(sp)
    lw a6, 40(sp)
    lw a7, 44(sp)
    lw t3, 48(sp)
    lw t4, 52(sp)
    lw t5, 56(sp)
    lw t6, 60(sp)
    .endm

    .section .init, "ax"
    .globl _start
_start:
    csrw mstatus, zero
    csrw mie, zero
    .option push
    .option norelax
    la gp, __global_pointer$
    .option pop
    la sp, __thread_stack_top
    la t0, __interrupt_stack_top
    csrw mscratch, t0
    la t0, trap_entry
    csrw mtvec, t0
    j start

    .text
    .align 4
trap_entry:
    csrrw sp, mscratch, sp
    addi sp, sp, -64
    save_registers
    csrr a0, mcause
    li t0, CAUSE_MACHINE_SOFTWARE
    beq a0, t0, software_entry
    csrr a1, mepc
    csrr a2, mtval
    call trap_serve
    load_registers
    addi sp, sp, 64
    csrrw sp, mscratch, sp
    mret

/* Back to the thread's stack, and interrupts on: the interrupt stack is free for them. */
software_entry:
    load_registers
    addi sp, sp, 64
    csrrw sp, mscratch, sp
    addi sp, sp, -80
    save_registers
    csrr t0, mepc
    csrr t1, mstatus
    sw t0, 64(sp)
    sw t1, 68(sp)
    li t0, MIE_MACHINE_SOFTWARE
    csrc mie, t0
    li t0, CLINT_MSIP
    sw zero, 0(t0)
    csrsi mstatus, MSTATUS_MIE
    call Software_Handler
    csrci mstatus, MSTATUS_MIE
    li t0, MIE_MACHINE_SOFTWARE
    csrs mie, t0
    lw t0, 64(sp)
    lw t1, 68(sp)
    csrw mepc, t0
    csrw mstatus, t1
    load_registers
    addi sp, sp, 80
    mret

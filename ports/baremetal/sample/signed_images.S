/* SPDX-License-Identifier: Apache-2.0 */
/* What guests/sign made: trust stores and signed images, used where they lie, so aligned as bytecode must be. */
    .macro file name
    .section .rodata.signed_\name, "a"
    .balign 16
    .globl signed_\name
signed_\name:
    .incbin "\name\().suit"
signed_\name\()_end:
    .balign 4
    .globl signed_\name\()_len
signed_\name\()_len:
    .word signed_\name\()_end - signed_\name
    .endm

    file trust
    file revoked
    file good
    file older
    file unsigned
    file foreign
    file tampered
    file control
    file printer
    file waiter
    file rogue_write
    file rogue_loop
    file rogue_recursion
    file rogue_memory
    file rogue_import
    file subject_rogue_loop_packed
    file subject_sleeper_packed
    file subject_waiter_packed
    file subject_stopper_packed
    file subject_rogue_loop_wasmi
    file subject_sleeper_wasmi
    file subject_waiter_wasmi
    file subject_stopper_wasmi
    file compute_packed
    file compute_wasmi

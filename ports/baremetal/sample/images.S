/* SPDX-License-Identifier: Apache-2.0 */
/* The containers, as they came from the compiler, in flash. Those that nothing names are left out. */
    .macro image name
    .section .rodata.image_\name, "a"
    .balign 16
    .globl image_\name
image_\name:
    .incbin "\name\().wasm"
image_\name\()_end:
    .balign 4
    .globl image_\name\()_len
image_\name\()_len:
    .word image_\name\()_end - image_\name
    .endm

    image control
    image printer
    image waiter
    image sleeper
    image stopper
    image tiny
    image rogue_write
    image rogue_loop
    image rogue_recursion
    image rogue_memory
    image rogue_import

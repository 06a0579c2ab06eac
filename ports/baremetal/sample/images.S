/* SPDX-License-Identifier: Apache-2.0 */
/* The containers in flash: packed, and as they came from the compiler. Those that nothing names are left out. */
    .macro file kind name ending
    .section .rodata.\kind\()_\name, "a"
    .balign 16
    .globl \kind\()_\name
\kind\()_\name:
    .incbin "\name\().\ending"
\kind\()_\name\()_end:
    .balign 4
    .globl \kind\()_\name\()_len
\kind\()_\name\()_len:
    .word \kind\()_\name\()_end - \kind\()_\name
    .endm

    .macro program name
    file image, \name, spk
    file module, \name, wasm
    .endm

    program control
    program printer
    program waiter
    program sleeper
    program stopper
    program compute
    program tiny
    program blink
    program thermostat
    program meter
    program rogue_write
    program rogue_loop
    program rogue_recursion
    program rogue_memory
    program rogue_import

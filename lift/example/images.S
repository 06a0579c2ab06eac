/* SPDX-License-Identifier: Apache-2.0 */
/* The container, packed, where it is run. */
    .section .rodata.image_lifted, "a"
    .balign 16
    .globl image_lifted
image_lifted:
    .incbin LIFT_IMAGE
image_lifted_end:
    .balign 4
    .globl image_lifted_len
image_lifted_len:
    .word image_lifted_end - image_lifted

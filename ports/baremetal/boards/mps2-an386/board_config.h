/* SPDX-License-Identifier: Apache-2.0 */
/* Arm MPS2 with FPGA image AN386: Cortex-M4 with FPU at 25 MHz. */
#ifndef BOARD_CONFIG_H
#define BOARD_CONFIG_H

#define BOARD_CLOCK_HZ 25000000u
#define BOARD_UART0 0x40004000u
#define BOARD_TIMER0 0x40000000u
#define BOARD_TIMER0_IRQ 8u
#define BOARD_FPGAIO 0x40028000u
#define BOARD_UART1 0x40005000u
#define BOARD_SPI 0x40020000u
#define BOARD_I2C 0x4002a000u

/* The small sample: containers, and the memory that they and the runtime share. */
#define BOARD_SMALL_CONTAINERS 3
#define BOARD_SMALL_ARENA_LEN (13 * 1024)

#endif

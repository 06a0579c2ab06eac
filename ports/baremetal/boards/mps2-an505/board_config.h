/* SPDX-License-Identifier: Apache-2.0 */
/* Arm MPS2 with FPGA image AN505: Cortex-M33 with FPU at 20 MHz, in secure state (0x5... are secure aliases). */
#ifndef BOARD_CONFIG_H
#define BOARD_CONFIG_H

#define BOARD_CLOCK_HZ 20000000u
#define BOARD_UART0 0x50200000u
#define BOARD_TIMER0 0x50000000u
#define BOARD_TIMER0_IRQ 3u
#define BOARD_FPGAIO 0x50302000u
#define BOARD_UART1 0x50201000u
#define BOARD_SPI 0x50205000u
#define BOARD_I2C 0x5020d000u

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * BBC micro:bit, on the peripherals of its nRF51822.
 *
 * Timer 0, the only one with 32 bits, runs freely at a megahertz: it tells the time by a capture, and raises an
 * interrupt by a compare.
 */
#include "board.h"
#include "board_config.h"
#include "events.h"

#define REGISTER(address) (*(volatile uint32_t *)(address))

#define CLOCK_HFCLKSTART REGISTER(0x40000000u)
#define CLOCK_HFCLKSTARTED REGISTER(0x40000100u)

#define UART_STARTRX REGISTER(0x40002000u)
#define UART_STARTTX REGISTER(0x40002008u)
#define UART_RXDRDY REGISTER(0x40002108u)
#define UART_TXDRDY REGISTER(0x4000211cu)
#define UART_ENABLE REGISTER(0x40002500u)
#define UART_PSELTXD REGISTER(0x4000250cu)
#define UART_PSELRXD REGISTER(0x40002514u)
#define UART_RXD REGISTER(0x40002518u)
#define UART_TXD REGISTER(0x4000251cu)
#define UART_BAUDRATE REGISTER(0x40002524u)

#define TIMER_START REGISTER(0x40008000u)
#define TIMER_CLEAR REGISTER(0x4000800cu)
#define TIMER_CAPTURE_NOW REGISTER(0x40008044u)
#define TIMER_COMPARE_EVENT REGISTER(0x40008140u)
#define TIMER_INTENSET REGISTER(0x40008304u)
#define TIMER_INTENCLR REGISTER(0x40008308u)
#define TIMER_BITMODE REGISTER(0x40008508u)
#define TIMER_PRESCALER REGISTER(0x40008510u)
#define TIMER_COMPARE REGISTER(0x40008540u)
#define TIMER_NOW REGISTER(0x40008544u)

#define RNG_START REGISTER(0x4000d000u)
#define RNG_STOP REGISTER(0x4000d004u)
#define RNG_VALRDY REGISTER(0x4000d100u)
#define RNG_CONFIG REGISTER(0x4000d504u)
#define RNG_VALUE REGISTER(0x4000d508u)

#define GPIO_OUTSET REGISTER(0x50000508u)
#define GPIO_OUTCLR REGISTER(0x5000050cu)
#define GPIO_DIRSET REGISTER(0x50000518u)

#define NVIC_ISER REGISTER(0xe000e100u)
#define NVIC_ISPR REGISTER(0xe000e200u)

enum {
    TICKS_HZ = 1000000,
    PIN_TXD = 24,
    PIN_RXD = 25,
    PIN_LED_COLUMN = 4, /* low lights it, */
    PIN_LED_ROW = 13,   /* while its row is high */
    UART_ENABLED = 4,
    UART_115200_BAUD = 0x01d7e000,
    TIMER_32_BITS = 3,
    TIMER_16_MHZ_BY_16 = 4,
    TIMER_COMPARE_INTERRUPT = 1 << 16,
    TIMER_MARGIN_TICKS = 2, /* a compare value nearer than this may be missed */
    RNG_CORRECT_BIAS = 1,
};

void Timer0_Handler(void);

void board_init(void)
{
    /* The crystal: the oscillator that the part starts with is too inexact for the UART. */
    CLOCK_HFCLKSTARTED = 0;
    CLOCK_HFCLKSTART = 1;
    while (CLOCK_HFCLKSTARTED == 0) {
    }
    GPIO_OUTSET = 1u << PIN_TXD | 1u << PIN_LED_COLUMN | 1u << PIN_LED_ROW;
    GPIO_DIRSET = 1u << PIN_TXD | 1u << PIN_LED_COLUMN | 1u << PIN_LED_ROW;
    UART_PSELTXD = PIN_TXD;
    UART_PSELRXD = PIN_RXD;
    UART_BAUDRATE = UART_115200_BAUD;
    UART_ENABLE = UART_ENABLED;
    UART_STARTTX = 1;
    UART_STARTRX = 1;
    TIMER_BITMODE = TIMER_32_BITS;
    TIMER_PRESCALER = TIMER_16_MHZ_BY_16;
    TIMER_CLEAR = 1;
    TIMER_START = 1;
    NVIC_ISER = 1u << BOARD_TIMER0_IRQ;
}

/* Masked, so that no interrupt captures between capture and read. */
uint32_t board_ticks(void)
{
    uint32_t masked = arch_interrupts_mask();
    TIMER_CAPTURE_NOW = 1;
    uint32_t ticks = TIMER_NOW;
    arch_interrupts_restore(masked);
    return ticks;
}

uint32_t board_ticks_hz(void)
{
    return TICKS_HZ;
}

void board_timer_set(uint32_t ticks)
{
    TIMER_INTENCLR = TIMER_COMPARE_INTERRUPT;
    if (ticks == UINT32_MAX) {
        return;
    }
    uint32_t at_ticks = board_ticks() + (ticks > TIMER_MARGIN_TICKS ? ticks : TIMER_MARGIN_TICKS);
    TIMER_COMPARE = at_ticks;
    TIMER_COMPARE_EVENT = 0;
    TIMER_INTENSET = TIMER_COMPARE_INTERRUPT;
    if ((int32_t)(board_ticks() - at_ticks) >= 0) {
        NVIC_ISPR = 1u << BOARD_TIMER0_IRQ; /* it has passed meanwhile, and its event may have been cleared */
    }
}

void Timer0_Handler(void)
{
    TIMER_COMPARE_EVENT = 0;
    events_serve();
}

void board_uart_put(const char *text, size_t len)
{
    for (size_t idx = 0; idx < len; idx++) {
        UART_TXDRDY = 0;
        UART_TXD = (uint8_t)text[idx];
        while (UART_TXDRDY == 0) {
        }
    }
}

int board_get(void)
{
    if (UART_RXDRDY == 0) {
        return -1;
    }
    UART_RXDRDY = 0;
    return (int)(UART_RXD & 0xffu);
}

/* Noise of the part's own, most of a millisecond a byte. */
int32_t board_entropy(uint8_t *buf, size_t len)
{
    RNG_CONFIG = RNG_CORRECT_BIAS;
    RNG_START = 1;
    for (size_t idx = 0; idx < len; idx++) {
        RNG_VALRDY = 0;
        while (RNG_VALRDY == 0) {
        }
        buf[idx] = (uint8_t)RNG_VALUE;
    }
    RNG_STOP = 1;
    return 0;
}

void board_led(bool on)
{
    if (on) {
        GPIO_OUTCLR = 1u << PIN_LED_COLUMN;
    } else {
        GPIO_OUTSET = 1u << PIN_LED_COLUMN;
    }
}

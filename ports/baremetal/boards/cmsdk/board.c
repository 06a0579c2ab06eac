/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Boards made of Arm's CMSDK peripherals, as QEMU models them.
 *
 * The cycle counter of the FPGA tells the time. Timer 0 raises one interrupt at a time: no periodic timer, because
 * QEMU with `-icount sleep=off` moves a sleeping machine's clock on by two events where a timer starts anew by itself,
 * and every other beat would be lost.
 */
#include "board.h"
#include "board_config.h"
#include "events.h"

struct cmsdk_uart {
    volatile uint32_t data;
    volatile uint32_t state;
    volatile uint32_t control;
    volatile uint32_t interrupt;
    volatile uint32_t baud_divisor;
};

struct cmsdk_timer {
    volatile uint32_t control;
    volatile uint32_t value;
    volatile uint32_t reload;
    volatile uint32_t interrupt;
};

struct fpga_counter {
    volatile uint32_t count;    /* counts up each time that the prescaler has run down */
    volatile uint32_t prescale; /* and the prescaler starts from here */
};

#define UART0 ((struct cmsdk_uart *)BOARD_UART0)
#define TIMER0 ((struct cmsdk_timer *)BOARD_TIMER0)
#define COUNTER ((struct fpga_counter *)(BOARD_FPGAIO + 0x18u))
#define LED ((volatile uint32_t *)BOARD_FPGAIO)
#define NVIC_ISER ((volatile uint32_t *)0xe000e100u)

enum {
    UART_STATE_TX_FULL = 1,
    UART_STATE_RX_FULL = 2,
    UART_CONTROL_TX_RX = 3,
    UART_BAUD = 115200,
    TIMER_CONTROL_ENABLE = 1,
    TIMER_CONTROL_INTERRUPT = 8,
};

static uint32_t entropy_state;

void Timer0_Handler(void);

void board_init(void)
{
    UART0->baud_divisor = BOARD_CLOCK_HZ / UART_BAUD;
    UART0->control = UART_CONTROL_TX_RX;
    COUNTER->prescale = 0;
    *NVIC_ISER = 1u << BOARD_TIMER0_IRQ;
}

uint32_t board_ticks(void)
{
    return COUNTER->count;
}

uint32_t board_ticks_hz(void)
{
    return BOARD_CLOCK_HZ;
}

void board_timer_set(uint32_t ticks)
{
    TIMER0->control = 0;
    TIMER0->interrupt = 1;
    if (ticks != UINT32_MAX) {
        TIMER0->reload = 0; /* it stops when it has run down */
        TIMER0->value = ticks > 0 ? ticks : 1;
        TIMER0->control = TIMER_CONTROL_ENABLE | TIMER_CONTROL_INTERRUPT;
    }
}

void Timer0_Handler(void)
{
    events_serve();
}

void board_led(bool on)
{
    *LED = on;
}

void board_uart_put(const char *text, size_t len)
{
    for (size_t idx = 0; idx < len; idx++) {
        while (UART0->state & UART_STATE_TX_FULL) {
        }
        UART0->data = (uint8_t)text[idx];
    }
}

int board_get(void)
{
    return UART0->state & UART_STATE_RX_FULL ? (int)(UART0->data & 0xffu) : -1;
}

/* The FPGA has no random source. This is xorshift over the timer: it serves a demonstration, never a product. */
int32_t board_entropy(uint8_t *buf, size_t len)
{
    for (size_t idx = 0; idx < len; idx++) {
        uint32_t x = entropy_state ^ board_ticks() ^ 0x9e3779b9u;
        x ^= x << 13;
        x ^= x >> 17;
        x ^= x << 5;
        entropy_state = x;
        buf[idx] = (uint8_t)(x >> 11);
    }
    return 0;
}

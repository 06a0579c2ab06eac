/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Boards made of Arm's CMSDK peripherals, as QEMU models them.
 *
 * The cycle counter of the FPGA tells the time. Timer 0 raises one interrupt at a time, for the nearer of
 * heartbeat and alarm: no periodic timer, because QEMU with `-icount sleep=off` moves a sleeping machine's clock on
 * by two events where a timer starts anew by itself, and every other beat would be lost.
 */
#include <stdbool.h>

#include "board.h"
#include "board_config.h"

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
#define NVIC_ISER ((volatile uint32_t *)0xe000e100u)

enum {
    UART_STATE_TX_FULL = 1,
    UART_STATE_RX_FULL = 2,
    UART_CONTROL_TX_RX = 3,
    UART_BAUD = 115200,
    TIMER_CONTROL_ENABLE = 1,
    TIMER_CONTROL_INTERRUPT = 8,
};

/* When timer 0 is wanted. The interrupt is masked where one of these changes. */
struct event {
    bool wanted;
    uint32_t at_ticks;
};

static struct event heartbeat;
static struct event alarm;
static uint32_t heartbeat_period_ticks;
static void (*heartbeat_isr)(uint32_t late_ticks);
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

/* Ticks until an event; 0 if it is due, UINT32_MAX if there is none. Events are less than half a wrap away. */
static uint32_t ticks_left(const struct event *event, uint32_t now_ticks)
{
    if (!event->wanted) {
        return UINT32_MAX;
    }
    int32_t left = (int32_t)(event->at_ticks - now_ticks);
    return left > 0 ? (uint32_t)left : 0;
}

static void timer_set(void)
{
    uint32_t now_ticks = board_ticks();
    uint32_t until_heartbeat = ticks_left(&heartbeat, now_ticks);
    uint32_t until_alarm = ticks_left(&alarm, now_ticks);
    uint32_t ticks = until_heartbeat < until_alarm ? until_heartbeat : until_alarm;
    TIMER0->control = 0;
    TIMER0->interrupt = 1;
    if (ticks != UINT32_MAX) {
        TIMER0->reload = 0; /* it stops when it has run down */
        TIMER0->value = ticks > 0 ? ticks : 1;
        TIMER0->control = TIMER_CONTROL_ENABLE | TIMER_CONTROL_INTERRUPT;
    }
}

static void event_set(struct event *event, bool wanted, uint32_t at_ticks)
{
    uint32_t masked = arch_interrupts_mask();
    *event = (struct event){ wanted, at_ticks };
    timer_set();
    arch_interrupts_restore(masked);
}

void board_alarm_start(uint32_t ticks)
{
    event_set(&alarm, true, board_ticks() + ticks);
}

void board_alarm_stop(void)
{
    event_set(&alarm, false, 0);
}

void board_heartbeat_start(uint32_t hz, void (*isr)(uint32_t late_ticks))
{
    heartbeat_isr = isr;
    heartbeat_period_ticks = BOARD_CLOCK_HZ / hz;
    event_set(&heartbeat, true, board_ticks() + heartbeat_period_ticks);
}

void Timer0_Handler(void)
{
    uint32_t now_ticks = board_ticks();
    if (ticks_left(&alarm, now_ticks) == 0) {
        alarm.wanted = false; /* the interrupt alone ends the sleep */
    }
    if (ticks_left(&heartbeat, now_ticks) == 0) {
        uint32_t late_ticks = now_ticks - heartbeat.at_ticks;
        heartbeat.at_ticks += heartbeat_period_ticks;
        heartbeat_isr(late_ticks);
    }
    timer_set();
}

void board_put(const char *text, size_t len)
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

_Noreturn void board_fatal(const char *message, size_t len)
{
    board_put("fatal: ", 7);
    board_put(message, len);
    board_put("\n", 1);
    board_exit(98);
}

/* Semihosting: SYS_EXIT_EXTENDED with ADP_Stopped_ApplicationExit. */
_Noreturn void board_exit(int code)
{
    const uint32_t block[2] = { 0x20026u, (uint32_t)code };
    for (;;) {
        register uint32_t operation __asm("r0") = 0x20u;
        register const uint32_t *argument __asm("r1") = block;
        __asm volatile("bkpt 0xab" : "+r"(operation) : "r"(argument) : "memory");
    }
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Boards made of Arm's CMSDK peripherals, as QEMU models them.
 *
 * The dual timer runs free and tells the time, timer 0 is the alarm, SysTick is the heartbeat. All three
 * count at the core's clock, so their ticks compare.
 */
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

struct cmsdk_dual_timer {
    volatile uint32_t load;
    volatile uint32_t value;
    volatile uint32_t control;
};

struct systick {
    volatile uint32_t control;
    volatile uint32_t reload;
    volatile uint32_t value;
};

#define UART0 ((struct cmsdk_uart *)BOARD_UART0)
#define TIMER0 ((struct cmsdk_timer *)BOARD_TIMER0)
#define DUAL_TIMER ((struct cmsdk_dual_timer *)BOARD_DUAL_TIMER)
#define SYSTICK ((struct systick *)0xe000e010u)
#define NVIC_ISER ((volatile uint32_t *)0xe000e100u)

enum {
    UART_STATE_TX_FULL = 1,
    UART_STATE_RX_FULL = 2,
    UART_CONTROL_TX_RX = 3,
    UART_BAUD = 115200,
    TIMER_CONTROL_ENABLE = 1,
    TIMER_CONTROL_INTERRUPT = 8,
    DUAL_TIMER_FREE_RUNNING_32BIT = 0x82,
    SYSTICK_ENABLE_INTERRUPT_CORE_CLOCK = 7,
};

static void (*heartbeat_isr)(uint32_t late_ticks);
static uint32_t entropy_state;

void SysTick_Handler(void);
void Timer0_Handler(void);

void board_init(void)
{
    UART0->baud_divisor = BOARD_CLOCK_HZ / UART_BAUD;
    UART0->control = UART_CONTROL_TX_RX;
    DUAL_TIMER->control = DUAL_TIMER_FREE_RUNNING_32BIT;
    *NVIC_ISER = 1u << BOARD_TIMER0_IRQ;
}

uint32_t board_ticks(void)
{
    return ~DUAL_TIMER->value; /* it counts down from 0xffffffff */
}

uint32_t board_ticks_hz(void)
{
    return BOARD_CLOCK_HZ;
}

void board_alarm_start(uint32_t ticks)
{
    TIMER0->control = 0;
    TIMER0->interrupt = 1;
    TIMER0->reload = ticks;
    TIMER0->value = ticks;
    TIMER0->control = TIMER_CONTROL_ENABLE | TIMER_CONTROL_INTERRUPT;
}

void board_alarm_stop(void)
{
    TIMER0->control = 0;
    TIMER0->interrupt = 1;
}

void Timer0_Handler(void)
{
    board_alarm_stop(); /* the timer is periodic, the alarm is not; the interrupt alone ends the sleep */
}

void board_heartbeat_start(uint32_t hz, void (*isr)(uint32_t late_ticks))
{
    heartbeat_isr = isr;
    SYSTICK->reload = BOARD_CLOCK_HZ / hz - 1;
    SYSTICK->value = 0;
    SYSTICK->control = SYSTICK_ENABLE_INTERRUPT_CORE_CLOCK;
}

void SysTick_Handler(void)
{
    uint32_t value = SYSTICK->value; /* 0 for the first tick after it expired, then from reload down */
    heartbeat_isr(value == 0 ? 0 : SYSTICK->reload + 1 - value);
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

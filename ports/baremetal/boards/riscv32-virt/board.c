/* SPDX-License-Identifier: Apache-2.0 */
/*
 * QEMU's RISC-V virt machine: the CLINT's timer and a 16550 UART.
 *
 * There is one comparator, so heartbeat and alarm share it: it is always set to the nearer of the two.
 */
#include <string.h>

#include "board.h"

#define CLINT_MSIP ((volatile uint32_t *)0x02000000u)
#define CLINT_MTIMECMP ((volatile uint32_t *)0x02004000u)
#define CLINT_MTIME ((volatile const uint32_t *)0x0200bff8u)
#define UART ((volatile uint8_t *)0x10000000u)

enum {
    CLINT_HZ = 10000000,
    UART_DATA = 0,
    UART_LINE_STATUS = 5,
    UART_LINE_STATUS_RX_READY = 0x01,
    UART_LINE_STATUS_TX_EMPTY = 0x20,
    MIE_MACHINE_TIMER = 0x80,
};

static const uint32_t CAUSE_MACHINE_TIMER = 0x80000007u;
static const uint64_t NEVER = UINT64_MAX;

extern uint8_t __data_start[], __data_end[], __data_load[], __bss_start[], __bss_end[];

volatile uint32_t arch_interrupt_depth;

static void (*heartbeat_isr)(uint32_t late_ticks);
static uint32_t heartbeat_period_ticks;
static uint64_t heartbeat_at = UINT64_MAX;
static uint64_t alarm_at = UINT64_MAX;
static uint32_t entropy_state;

int main(void);
_Noreturn void start(void);
void trap_serve(uint32_t cause, uint32_t pc, uint32_t value);
void Software_Handler(void);

static uint64_t now_ticks(void)
{
    uint32_t high, low;
    do {
        high = CLINT_MTIME[1];
        low = CLINT_MTIME[0];
    } while (high != CLINT_MTIME[1]);
    return (uint64_t)high << 32 | low;
}

/* Interrupts are masked. The high word goes to its maximum in between, so that no early match appears. */
static void comparator_set(void)
{
    uint64_t at = heartbeat_at < alarm_at ? heartbeat_at : alarm_at;
    CLINT_MTIMECMP[1] = UINT32_MAX;
    CLINT_MTIMECMP[0] = (uint32_t)at;
    CLINT_MTIMECMP[1] = (uint32_t)(at >> 32);
}

_Noreturn void start(void)
{
    memcpy(__data_start, __data_load, (size_t)(__data_end - __data_start));
    memset(__bss_start, 0, (size_t)(__bss_end - __bss_start));
    board_init();
    __asm volatile("csrsi mstatus, 8" : : : "memory");
    board_exit(main());
}

void board_init(void)
{
    comparator_set();
    __asm volatile("csrs mie, %0" : : "r"(MIE_MACHINE_TIMER));
}

uint32_t board_ticks(void)
{
    return CLINT_MTIME[0];
}

uint32_t board_ticks_hz(void)
{
    return CLINT_HZ;
}

static void alarm_set(uint64_t at)
{
    uint32_t before = arch_interrupts_mask();
    alarm_at = at;
    comparator_set();
    arch_interrupts_restore(before);
}

void board_alarm_start(uint32_t ticks)
{
    alarm_set(now_ticks() + ticks);
}

void board_alarm_stop(void)
{
    alarm_set(NEVER);
}

void board_heartbeat_start(uint32_t hz, void (*isr)(uint32_t late_ticks))
{
    uint32_t before = arch_interrupts_mask();
    heartbeat_isr = isr;
    heartbeat_period_ticks = CLINT_HZ / hz;
    heartbeat_at = now_ticks() + heartbeat_period_ticks;
    comparator_set();
    arch_interrupts_restore(before);
}

__attribute__((weak)) void board_alarm_expired(void)
{
}

/* The routine of the software interrupt, which startup.S calls; the firmware's own, where it has one. */
__attribute__((weak)) void Software_Handler(void)
{
}

void arch_exception_pend(void)
{
    *CLINT_MSIP = 1;
    __asm volatile("fence" : : : "memory");
}

static void put_hex(const char *label, uint32_t value)
{
    char text[9];
    for (int digit = 0; digit < 8; digit++) {
        text[digit] = "0123456789abcdef"[value >> (28 - 4 * digit) & 15u];
    }
    text[8] = '\n';
    board_put(label, strlen(label));
    board_put(text, sizeof text);
}

void trap_serve(uint32_t cause, uint32_t pc, uint32_t value)
{
    arch_interrupt_depth++;
    if (cause != CAUSE_MACHINE_TIMER) {
        put_hex("fault: mcause ", cause);
        put_hex("fault: mepc ", pc);
        put_hex("fault: mtval ", value);
        board_exit(99);
    }
    uint64_t now = now_ticks();
    if (now >= alarm_at) {
        alarm_at = NEVER; /* the interrupt alone ends a sleep */
        board_alarm_expired();
    }
    if (now >= heartbeat_at) {
        uint32_t late_ticks = (uint32_t)(now - heartbeat_at);
        heartbeat_at += heartbeat_period_ticks;
        heartbeat_isr(late_ticks);
    }
    comparator_set();
    arch_interrupt_depth--;
}

void board_uart_put(const char *text, size_t len)
{
    for (size_t idx = 0; idx < len; idx++) {
        while (!(UART[UART_LINE_STATUS] & UART_LINE_STATUS_TX_EMPTY)) {
        }
        UART[UART_DATA] = (uint8_t)text[idx];
    }
}

int board_get(void)
{
    return UART[UART_LINE_STATUS] & UART_LINE_STATUS_RX_READY ? UART[UART_DATA] : -1;
}

/* No random source here. This is xorshift over the timer: it serves a demonstration, never a product. */
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

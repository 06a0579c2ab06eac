/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The container of the conformance suite: does one step after the other, as the suite says, and tells it each
 * result. suite.h lists the steps.
 */
#include <stdint.h>

#define IMPORT(module, name) __attribute__((import_module(module), import_name(name)))

IMPORT("conformance", "next") uint32_t next(int32_t result);
IMPORT("conformance", "wait") int32_t wait(void);
IMPORT("wasi_snapshot_preview1", "proc_exit") _Noreturn void proc_exit(int32_t code);
IMPORT("wasi_snapshot_preview1", "fd_write") int32_t fd_write(int32_t fd, const void *parts, int32_t count, uint32_t *out_len);
IMPORT("wasi_snapshot_preview1", "random_get") int32_t random_get(void *buf, uint32_t len);
IMPORT("wasi_snapshot_preview1", "poll_oneoff") int32_t poll_oneoff(const void *in, void *out, int32_t count, uint32_t *out_count);

enum { EXIT, SLEEP, PRINT, SPIN, WAIT, RANDOM, WORK, TRAP };

enum { PRINT_MAX = 512, RANDOM_LEN = 16 };

struct part {
    const void *start;
    uint32_t len;
};

/* A subscription of poll_oneoff to the monotonic clock, relative. */
struct subscription {
    uint64_t userdata;
    _Alignas(8) uint8_t tag;
    _Alignas(8) uint32_t clock;
    uint64_t timeout_ns;
    uint64_t precision_ns;
    uint16_t flags;
};

static int32_t do_sleep(uint32_t ms)
{
    static struct subscription subscription = { .clock = 1 };
    static uint8_t event[32];
    uint32_t count;
    subscription.timeout_ns = (uint64_t)ms * 1000000;
    return poll_oneoff(&subscription, event, 1, &count);
}

static int32_t do_print(uint32_t len)
{
    static char text[PRINT_MAX + 1];
    uint32_t written;
    for (uint32_t idx = 0; idx < len; idx++) {
        text[idx] = (char)(' ' + idx % 95);
    }
    text[len] = '\n';
    /* A long text may be taken in parts. */
    for (uint32_t done = 0; done < len + 1; done += written) {
        const struct part part = { &text[done], len + 1 - done };
        int32_t error = fd_write(1, &part, 1, &written);
        if (error != 0) {
            return error;
        }
    }
    return 0;
}

static int32_t do_random(void)
{
    static uint8_t first[RANDOM_LEN], second[RANDOM_LEN];
    uint32_t differ = 0, any_first = 0, any_second = 0;
    if (random_get(first, RANDOM_LEN) != 0 || random_get(second, RANDOM_LEN) != 0) {
        return 0;
    }
    for (uint32_t idx = 0; idx < RANDOM_LEN; idx++) {
        differ |= first[idx] ^ second[idx];
        any_first |= first[idx];
        any_second |= second[idx];
    }
    return differ != 0 && any_first != 0 && any_second != 0;
}

/* Every round adds one to each of three numbers, so that one wrong register shows in the end. */
static int32_t do_work(uint32_t rounds)
{
    uint32_t integer = 0;
    float single = 0;
    double twice = 0;
    for (uint32_t round = 0; round < rounds; round++) {
        integer += 1;
        single += 1.0f;
        twice += 1.0;
    }
    return integer == rounds && single == (float)rounds && twice == (double)rounds ? (int32_t)rounds : -1;
}

__attribute__((export_name("_start"))) void start(void)
{
    int32_t result = 0;
    for (;;) {
        uint32_t step = next(result);
        uint32_t argument = step & 0xffffff;
        switch (step >> 24) {
        case EXIT:
            proc_exit((int32_t)argument);
        case SLEEP:
            result = do_sleep(argument);
            break;
        case PRINT:
            result = do_print(argument < PRINT_MAX ? argument : PRINT_MAX);
            break;
        case SPIN:
            for (volatile uint32_t turns = 0;; turns++) {
            }
        case WAIT:
            result = wait();
            break;
        case RANDOM:
            result = do_random();
            break;
        case WORK:
            result = do_work(argument);
            break;
        default:
            __builtin_trap();
        }
    }
}

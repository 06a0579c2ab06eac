/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Ten thousand containers, packed and plain by turns, are created, run, ended in every way there is and removed, up to
 * three at a time and in changing order. The arena is then what it was before the first, and the last one still fits.
 */
#include "board.h"
#include "images.h"
#include "print.h"
#include "sampan_baremetal.h"
#include "test.h"

/* What containers may do here: print, sleep, draw random numbers. */
static const char *const permissions[] = { "clock", "log", "random" };
static const struct sampan_container_options permitted = {
    .size = sizeof permitted,
    .permissions = permissions,
    .permissions_len = sizeof permissions / sizeof permissions[0],
};

enum {
    CYCLES = 10000,
    ROUND_CYCLES = 500, /* after so many, all are removed and the arena is looked at */
    PLACES = 3,
    POLLS_MAX = 200,
};

/* How a life is meant to end. */
enum end {
    END_BY_ITSELF,
    END_KILLED_RUNNING,
    END_KILLED_WAITING,
    END_STOPPED,
    END_NEVER_STARTED,
    END_REFUSED,
};

struct life {
    struct test_module packed;
    struct test_module plain;
    enum end end;
    uint8_t exit_kind;
    int32_t exit_code;
};

#define BOTH(name) TEST_PACKED(name), TEST_PLAIN(name)

static const struct life lives[] = {
    { BOTH(tiny), END_BY_ITSELF, SAMPAN_EXIT_KIND_EXITED, 42 },
    { BOTH(rogue_write), END_BY_ITSELF, SAMPAN_EXIT_KIND_TRAPPED, SAMPAN_TRAP_KIND_MEMORY_OUT_OF_BOUNDS },
    { BOTH(rogue_loop), END_KILLED_RUNNING, SAMPAN_EXIT_KIND_KILLED, 0 },
    { BOTH(rogue_recursion), END_BY_ITSELF, SAMPAN_EXIT_KIND_TRAPPED, SAMPAN_TRAP_KIND_STACK_OVERFLOW },
    { BOTH(sleeper), END_KILLED_WAITING, SAMPAN_EXIT_KIND_KILLED, 0 },
    { BOTH(rogue_memory), END_BY_ITSELF, SAMPAN_EXIT_KIND_TRAPPED, SAMPAN_TRAP_KIND_UNREACHABLE },
    { BOTH(stopper), END_STOPPED, SAMPAN_EXIT_KIND_STOPPED, 7 },
    { BOTH(rogue_import), END_REFUSED, SAMPAN_EXIT_KIND_NONE, 0 },
    { BOTH(tiny), END_NEVER_STARTED, SAMPAN_EXIT_KIND_NONE, 0 },
};

enum { LIVES = sizeof lives / sizeof lives[0] };

/* Each life is led in turn on either engine, so that whoever comes next finds a region of the other one. */
_Static_assert(LIVES % 2 == 1, "an even number of lives would give each the same engine for ever");

static struct sampan_runtime *runtime;
static uint32_t places[PLACES];

static void call(sampan_status status, const char *what)
{
    test_check(status == SAMPAN_STATUS_OK, what, (uint32_t)status);
}

static void poll_times(uint32_t count)
{
    while (count-- > 0) {
        uint64_t deadline_us;
        call(sampan_baremetal_poll(runtime, &deadline_us), "a poll succeeds");
    }
}

static void vacate(uint32_t place)
{
    if (places[place] != 0) {
        call(sampan_container_remove(runtime, places[place]), "an ended container is removed");
        places[place] = 0;
    }
}

static void end(uint32_t id, const struct life *life)
{
    switch (life->end) {
    case END_KILLED_RUNNING:
        poll_times(2);
        call(sampan_container_kill(runtime, id), "a running container is killed");
        break;
    case END_KILLED_WAITING:
        for (uint32_t poll = 0; poll < POLLS_MAX && !test_status(runtime, id).waiting; poll++) {
            poll_times(1);
        }
        call(sampan_container_kill(runtime, id), "a waiting container is killed");
        break;
    case END_STOPPED:
        poll_times(1);
        call(sampan_container_stop(runtime, id, SAMPAN_NEVER), "a container is asked to stop");
        break;
    default:
        break;
    }
    test_check(test_poll_until_ended(runtime, id, POLLS_MAX), "a container ends", id);
    struct sampan_container_status status = test_status(runtime, id);
    test_check(status.exit_kind == life->exit_kind, "a container ends as it should", status.exit_kind);
    test_check(status.exit_code == life->exit_code, "a container ends with the right code", (uint32_t)status.exit_code);
}

static void check_engine(uint32_t id, const struct life *life, const struct test_module *module)
{
    uint8_t engine = test_status(runtime, id).engine;
    uint8_t expected = module == &life->packed ? SAMPAN_ENGINE_KIND_PACKED : SAMPAN_ENGINE_KIND_WASMI;
    test_check(engine == expected, "an image goes to its engine", engine);
}

/* One life in a place, whose last container is removed first. */
static void live(uint32_t place, const struct life *life, const struct test_module *module)
{
    uint32_t id;
    vacate(place);
    /* The memory bomb is held to what it's allowed; the others get what they need. */
    const struct sampan_container_options options = {
        .size = sizeof options,
        .permissions = permissions,
        .permissions_len = sizeof permissions / sizeof permissions[0],
        .memory_limit = life->packed.image == image_rogue_memory ? 24 * 1024 : 0,
    };
    sampan_status status = sampan_container_create(runtime, module->image, *module->image_len, &options, &id);
    if (life->end == END_REFUSED) {
        test_check(status == SAMPAN_STATUS_UNKNOWN_IMPORT, "an unknown import is refused", (uint32_t)status);
        return;
    }
    call(status, module->name);
    places[place] = id;
    check_engine(id, life, module);
    if (life->end != END_NEVER_STARTED) {
        call(sampan_container_start(runtime, id), "a container starts");
        end(id, life);
    }
}

static int32_t host_temperature(void *ctx, struct sampan_call *call_now, uint64_t *values)
{
    (void)ctx, (void)call_now;
    values[0] = 0;
    return SAMPAN_STATUS_OK;
}

/* The largest module comes and goes: it takes almost half of the arena, so that a leak or a hole would show. */
static void largest_fits(void)
{
    uint32_t id;
    call(sampan_container_create(runtime, module_printer, module_printer_len, &permitted, &id), "the largest module fits");
    call(sampan_container_remove(runtime, id), "a container that never ran is removed");
}

int main(void)
{
    static const struct sampan_host_function temperature = {
        sizeof temperature, "oven", "temperature", "()i", host_temperature, NULL, NULL,
    };
    runtime = test_begin();
    call(sampan_host_register(runtime, &temperature), "a function is offered");
    largest_fits();
    size_t used_first = test_arena_used(runtime);
    for (uint32_t cycle = 0; cycle < CYCLES; cycle++) {
        const struct life *life = &lives[cycle % LIVES];
        live(cycle * 7 / 3 % PLACES, life, cycle % 2 == 0 ? &life->packed : &life->plain);
        if ((cycle + 1) % ROUND_CYCLES == 0) {
            for (uint32_t place = 0; place < PLACES; place++) {
                vacate(place);
            }
            size_t used = test_arena_used(runtime);
            test_check(used == used_first, "the arena is what it was", (uint32_t)used);
            print("lifecycle cycles=%u arena_used=%u beats=%u\n", (unsigned)cycle + 1, (unsigned)used,
                  (unsigned)test_beats());
        }
    }
    largest_fits();
    print("lifecycle cycles=%u arena_used_first=%u arena_used_last=%u result=passed\n", (unsigned)CYCLES,
          (unsigned)used_first, (unsigned)test_arena_used(runtime));
    return 0;
}

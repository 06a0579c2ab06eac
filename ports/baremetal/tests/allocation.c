/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The n-th allocation fails, for every n of loading, starting and running several modules, hostile ones
 * among them. Whatever fails: that container ends with its reason or is refused, its memory comes back
 * whole, a witness on each engine runs on beside it, and so does the heartbeat. With the packed engine there is no
 * allocation that could fail.
 *
 * Needs an archive built with the feature fault-injection.
 */
#include <string.h>

#include "board.h"
#include "hostile.h"
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
    POLLS_MAX = 120, /* enough for every module that ends by itself */
    FAILURES_MAX = 5000,
    SUBJECT_LIMIT = 64 * 1024,
    WITNESS_POLLS_MAX = 8,
};

/* Makes the `nth` allocation of an engine from now fail, counted from 1; 0: none. Returns whether one still would. */
uint8_t sampan_test_fail_allocation(uint32_t nth);

static const struct test_module modules[] = {
    TEST_PLAIN(tiny),        TEST_PLAIN(control),         TEST_PLAIN(stopper),
    TEST_PLAIN(rogue_write), TEST_PLAIN(rogue_recursion), TEST_PLAIN(rogue_memory),
};

static const struct test_module images[] = {
    TEST_PACKED(tiny),        TEST_PACKED(control),         TEST_PACKED(stopper),
    TEST_PACKED(rogue_write), TEST_PACKED(rogue_recursion), TEST_PACKED(rogue_memory),
};

static const struct test_module witness_modules[] = { TEST_PACKED(rogue_loop), TEST_PLAIN(rogue_loop) };

enum { WITNESSES = sizeof witness_modules / sizeof witness_modules[0] };

static struct sampan_runtime *runtime;
static uint32_t witnesses[WITNESSES];

static int32_t host_answer_zero(void *ctx, struct sampan_call *call, uint64_t *values)
{
    (void)ctx, (void)call;
    values[0] = 0;
    return SAMPAN_STATUS_OK;
}

static void start_witnesses(void)
{
    for (size_t idx = 0; idx < WITNESSES; idx++) {
        const struct test_module *module = &witness_modules[idx];
        sampan_status status =
            sampan_container_create(runtime, module->image, *module->image_len, &permitted, &witnesses[idx]);
        test_check(status == SAMPAN_STATUS_OK, "a witness is created", (uint32_t)status);
        status = sampan_container_start(runtime, witnesses[idx]);
        test_check(status == SAMPAN_STATUS_OK, "a witness starts", (uint32_t)status);
    }
}

/* Each witness runs, and gets a slice in the next few polls. */
static void check_witnesses(uint32_t failures)
{
    for (size_t idx = 0; idx < WITNESSES; idx++) {
        uint32_t id = witnesses[idx];
        uint64_t activations = test_activations(runtime, id);
        for (uint32_t poll = 0; poll < WITNESS_POLLS_MAX && test_activations(runtime, id) == activations; poll++) {
            test_poll_until_ended(runtime, id, 1);
        }
        test_check(test_status(runtime, id).state == SAMPAN_CONTAINER_STATE_RUNNING, "a witness runs", failures);
        test_check(test_activations(runtime, id) > activations, "a witness gets on", failures);
    }
}

/* The life of a subject with the `nth` allocation failing; tells whether it did fail. */
static bool live_with_failure(const uint8_t *image, size_t image_len, uint32_t nth, struct test_outcome *out_outcome)
{
    uint32_t id;
    const struct sampan_container_options options = {
        .size = sizeof options,
        .permissions = permissions,
        .permissions_len = sizeof permissions / sizeof permissions[0],
        .name = "subject",
        .memory_limit = SUBJECT_LIMIT,
    };
    sampan_test_fail_allocation(nth);
    memset(out_outcome, 0, sizeof *out_outcome);
    out_outcome->status = sampan_container_create(runtime, image, image_len, &options, &id);
    if (out_outcome->status != SAMPAN_STATUS_OK) {
        return sampan_test_fail_allocation(0) == 0;
    }
    out_outcome->status = sampan_container_start(runtime, id);
    if (out_outcome->status == SAMPAN_STATUS_OK && !test_poll_until_ended(runtime, id, POLLS_MAX)) {
        sampan_status killed = sampan_container_kill(runtime, id); /* it sleeps, as it should */
        test_check(killed == SAMPAN_STATUS_OK, "a sleeping subject is killed", (uint32_t)killed);
    }
    bool failed = sampan_test_fail_allocation(0) == 0;
    struct sampan_container_status status = test_status(runtime, id);
    out_outcome->exit_kind = status.exit_kind;
    out_outcome->exit_code = status.exit_code;
    sampan_status removed = sampan_container_remove(runtime, id);
    test_check(removed == SAMPAN_STATUS_OK, "the subject is removed", (uint32_t)removed);
    return failed;
}

/* What a failed allocation may come out as. A guest whose memory.grow is refused goes on, and ends as it does. */
static void check_failure(const struct test_outcome *outcome, const struct test_outcome *unharmed)
{
    bool told = outcome->status == SAMPAN_STATUS_NO_MEMORY || outcome->exit_kind == SAMPAN_EXIT_KIND_OUT_OF_MEMORY;
    bool borne = outcome->status == unharmed->status && outcome->exit_kind == unharmed->exit_kind &&
                 outcome->exit_code == unharmed->exit_code;
    test_check(told || borne, "a failed allocation is told as one", outcome->exit_kind);
}

/* A packed image states what it takes: so much is enough, a byte less is refused, and then nothing has changed. */
static uint32_t check_exact_memory(const struct test_module *module)
{
    uint32_t id = 0;
    struct sampan_container_options options = { .size = sizeof options, .name = "subject",
                                                      .permissions = permissions, .permissions_len = sizeof permissions / sizeof permissions[0] };
    struct sampan_container_stats stats = { .size = sizeof stats };
    size_t used_before = test_arena_used(runtime);
    sampan_status status = sampan_container_create(runtime, module->image, *module->image_len, &options, &id);
    test_check(status == SAMPAN_STATUS_OK, "an image without a limit is loaded", (uint32_t)status);
    status = sampan_container_stats(runtime, id, &stats);
    test_check(status == SAMPAN_STATUS_OK && sampan_container_remove(runtime, id) == SAMPAN_STATUS_OK,
               "its memory is told", (uint32_t)status);
    options.memory_limit = stats.memory_limit - 1;
    status = sampan_container_create(runtime, module->image, *module->image_len, &options, &id);
    test_check(status == SAMPAN_STATUS_NO_MEMORY, "a byte less is refused", (uint32_t)status);
    test_check(test_arena_used(runtime) == used_before, "a refusal changes nothing", 0);
    options.memory_limit = stats.memory_limit;
    status = sampan_container_create(runtime, module->image, *module->image_len, &options, &id);
    test_check(status == SAMPAN_STATUS_OK && sampan_container_remove(runtime, id) == SAMPAN_STATUS_OK,
               "what it states is enough", (uint32_t)status);
    test_check(test_arena_used(runtime) == used_before, "the memory comes back whole", 0);
    return stats.memory_limit;
}

/* On the packed engine: none can be made to fail. */
static void allocate_nothing(const struct test_module *module)
{
    struct test_outcome outcome;
    size_t used_before = test_arena_used(runtime);
    uint32_t memory = check_exact_memory(module);
    bool failed = live_with_failure(module->image, *module->image_len, 1, &outcome);
    test_check(!failed, "a packed image allocates nothing", 0);
    test_check(outcome.status == SAMPAN_STATUS_OK, "a packed image is loaded", (uint32_t)outcome.status);
    test_check(test_arena_used(runtime) == used_before, "the memory comes back whole", 0);
    check_witnesses(0);
    print("allocation image=%-15s failures=0    status=\"%s\" exit_kind=%u exit_code=%d beats=%u memory=%u\n",
          module->name, sampan_status_text(outcome.status), (unsigned)outcome.exit_kind, (int)outcome.exit_code,
          (unsigned)test_beats(), (unsigned)memory);
}

static void fail_everywhere(const char *name, const uint8_t *image, size_t image_len)
{
    struct test_outcome unharmed;
    struct test_outcome outcome;
    size_t used_before = test_arena_used(runtime);
    uint32_t failures = 0;
    live_with_failure(image, image_len, 0, &unharmed);
    while (failures < FAILURES_MAX && live_with_failure(image, image_len, failures + 1, &outcome)) {
        failures++;
        check_failure(&outcome, &unharmed);
        test_check(test_arena_used(runtime) == used_before, "the memory comes back whole", failures);
        check_witnesses(failures);
    }
    /* One that is refused at a glance allocates nothing. */
    bool allocates = failures > 0 || unharmed.status != SAMPAN_STATUS_OK;
    test_check(allocates && failures < FAILURES_MAX, "allocations fail, and end", failures);
    live_with_failure(image, image_len, 0, &outcome);
    test_check(memcmp(&outcome, &unharmed, sizeof outcome) == 0, "afterwards it ends as before", failures);
    test_check(test_arena_used(runtime) == used_before, "the memory comes back whole", failures);
    print("allocation module=%-15s failures=%-4u status=\"%s\" exit_kind=%u exit_code=%d beats=%u\n", name,
          (unsigned)failures, sampan_status_text(unharmed.status), (unsigned)unharmed.exit_kind,
          (int)unharmed.exit_code, (unsigned)test_beats());
}

int main(void)
{
    static const struct sampan_host_function temperature = {
        sizeof temperature, "oven", "temperature", "()i", host_answer_zero, NULL, NULL,
    };
    static const struct sampan_host_function set_setpoint = {
        sizeof set_setpoint, "oven", "set-setpoint", "(i)i", host_answer_zero, NULL, NULL,
    };
    static uint8_t hostile_image[HOSTILE_LEN_MAX];
    runtime = test_begin();
    test_check(sampan_host_register(runtime, &temperature) == SAMPAN_STATUS_OK, "a function is offered", 1);
    test_check(sampan_host_register(runtime, &set_setpoint) == SAMPAN_STATUS_OK, "a function is offered", 2);
    start_witnesses();
    for (size_t idx = 0; idx < sizeof modules / sizeof modules[0]; idx++) {
        fail_everywhere(modules[idx].name, modules[idx].image, *modules[idx].image_len);
    }
    for (size_t idx = 0; idx < sizeof images / sizeof images[0]; idx++) {
        allocate_nothing(&images[idx]);
    }
    for (int kind = 0; kind < HOSTILE_COUNT; kind++) {
        size_t len = hostile_write(kind, hostile_image);
        fail_everywhere(hostile_name(kind), hostile_image, len);
    }
    test_check(test_beats() > 0, "the heartbeat goes on", 0);
    print("allocation result=passed\n");
    return 0;
}

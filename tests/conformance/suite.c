/* SPDX-License-Identifier: Apache-2.0 */
#include "suite.h"

#include <string.h>

/* What containers may do here: print, sleep, draw random numbers. */
static const char *const permissions[] = { "clock", "log", "random" };

const struct conformance_port *port;
int32_t (*probe_intercept)(struct sampan_call *call, uint64_t *values);

static struct probe *probes[PROBES];
static uint32_t checks_passed;
static uint32_t checks_failed;
static uint32_t checks_skipped;

/* The first failure of the check that runs. Loads and stores alone: not every core has more that is atomic. */
static atomic_bool has_failed;
static const char *failed_what;
static int64_t failed_value;

static void put_text(const char *text)
{
    port->put(text, strlen(text));
}

static void put_number(int64_t value)
{
    char digits[21];
    size_t at = sizeof digits;
    uint64_t rest = value < 0 ? 0 - (uint64_t)value : (uint64_t)value;
    do {
        digits[--at] = (char)('0' + rest % 10);
        rest /= 10;
    } while (rest != 0);
    if (value < 0) {
        digits[--at] = '-';
    }
    port->put(&digits[at], sizeof digits - at);
}

static void put_start(const char *name)
{
    put_text("conformance ");
    put_text(port->name);
    put_text(" ");
    put_text(name);
}

static void check_begin(void)
{
    has_failed = false;
}

static void check_end(const char *name)
{
    put_start(name);
    if (has_failed) {
        checks_failed++;
        put_text(" failed ");
        put_text(failed_what);
        put_text(" (");
        put_number(failed_value);
        put_text(")\n");
    } else {
        checks_passed++;
        put_text(" passed\n");
    }
}

void suite_check(const char *name, void (*check)(void))
{
    check_begin();
    check();
    check_end(name);
}

void suite_check_runtime(const char *name, void (*check)(struct sampan_runtime *rt))
{
    check_begin();
    struct sampan_runtime *rt = runtime_begin(0);
    if (rt != NULL) {
        check(rt);
        runtime_end(rt);
    }
    check_end(name);
}

void suite_skip(const char *name, const char *why)
{
    checks_skipped++;
    put_start(name);
    put_text(" not-applicable ");
    put_text(why);
    put_text("\n");
}

bool expect(bool held, const char *what, int64_t value)
{
    if (!held && !has_failed) {
        failed_what = what;
        failed_value = value;
        has_failed = true;
    }
    return held;
}

bool expect_status(int32_t expected, int32_t actual, const char *what)
{
    return expect(expected == actual, what, actual);
}

uint64_t now_us(void)
{
    return port->platform->now_us(port->platform->ctx);
}

void spin_until(uint64_t time_us)
{
    while (now_us() < time_us) {
    }
}

bool wait_for(atomic_bool *done, uint64_t deadline_us)
{
    while (!*done && now_us() < deadline_us) {
        port->wait(deadline_us);
    }
    return *done;
}

struct sampan_runtime *runtime_begin(size_t offset)
{
    struct sampan_runtime *rt = NULL;
    const struct sampan_config config = {
        .size = sizeof config,
        .arena = port->arena + offset,
        .arena_len = port->arena_len - offset,
        .platform = port->platform,
        .max_containers = PROBES,
        .max_host_functions = 2,
        .engine_stack_len = port->engine_stack_len,
    };
    sampan_status status = sampan_runtime_init(&config, &rt);
    if (!expect_status(SAMPAN_STATUS_OK, status, "a runtime is made")) {
        return NULL;
    }
    if (!expect(probe_offer(rt), "functions are offered", 0)) {
        runtime_end(rt);
        return NULL;
    }
    return rt;
}

void runtime_end(struct sampan_runtime *rt)
{
    expect_status(SAMPAN_STATUS_OK, sampan_runtime_deinit(rt), "a runtime is taken out of service");
}

static struct probe *probe_of(struct sampan_call *call)
{
    uint32_t id;
    if (sampan_call_container(call, &id) != SAMPAN_STATUS_OK) {
        return NULL;
    }
    for (uint32_t idx = 0; idx < PROBES; idx++) {
        if (probes[idx] != NULL && probes[idx]->id == id) {
            return probes[idx];
        }
    }
    return NULL;
}

static int32_t host_next(void *ctx, struct sampan_call *call, uint64_t *values)
{
    struct probe *probe = probe_of(call);
    (void)ctx;
    if (probe == NULL) {
        return SAMPAN_STATUS_NOT_FOUND;
    }
    if (probe_intercept != NULL) {
        return probe_intercept(call, values);
    }
    probe->result = (int32_t)values[0];
    probe->stepped_us = now_us();
    const struct probe_step *step = &probe->steps[probe->step++];
    values[0] = (uint32_t)step->operation << 24 | step->argument;
    return SAMPAN_STATUS_OK;
}

static int32_t host_wait(void *ctx, struct sampan_call *call, uint64_t *values)
{
    struct probe *probe = probe_of(call);
    uint64_t token;
    (void)ctx, (void)values;
    sampan_status status = sampan_call_defer(call, &token);
    if (status == SAMPAN_STATUS_OK && probe != NULL) {
        probe->token = token;
    }
    return status == SAMPAN_STATUS_OK ? SAMPAN_STATUS_PENDING : status;
}

bool probe_offer(struct sampan_runtime *rt)
{
    static const struct sampan_host_function next = { sizeof next, "conformance", "next", "(i)i", host_next, NULL, NULL };
    static const struct sampan_host_function wait = { sizeof wait, "conformance", "wait", "()i", host_wait, NULL, NULL };
    probe_intercept = NULL;
    memset(probes, 0, sizeof probes);
    return sampan_host_register(rt, &next) == SAMPAN_STATUS_OK && sampan_host_register(rt, &wait) == SAMPAN_STATUS_OK;
}

sampan_status probe_start(struct sampan_runtime *rt, uint32_t idx, struct probe *probe, const char *name,
                          const struct probe_step *steps)
{
    const struct sampan_container_options options = {
        .size = sizeof options,
        .permissions = permissions,
        .permissions_len = sizeof permissions / sizeof permissions[0],
        .name = name,
        .memory_limit = port->probe_memory_limit,
    };
    *probe = (struct probe){ .steps = steps };
    sampan_status status = sampan_container_create(rt, port->probe, port->probe_len, &options, &probe->id);
    if (status == SAMPAN_STATUS_OK) {
        probes[idx] = probe;
        status = sampan_container_start(rt, probe->id);
    }
    return status;
}

sampan_status poll_once(struct sampan_runtime *rt, uint64_t *out_deadline_us)
{
    return port->poll != NULL ? port->poll(rt, out_deadline_us) : sampan_runtime_poll(rt, out_deadline_us);
}

/* What is run until it holds. */
typedef bool condition(struct sampan_runtime *rt, const void *ctx);

/* Polls and waits, as a port does for ever. False if a poll failed, or it's later than the limit. */
static bool run_until(struct sampan_runtime *rt, condition *holds, const void *ctx, uint32_t limit_us)
{
    uint64_t until_us = now_us() + limit_us;
    while (!holds(rt, ctx)) {
        uint64_t deadline_us = SAMPAN_NEVER;
        if (!expect_status(SAMPAN_STATUS_OK, poll_once(rt, &deadline_us), "a poll succeeds") ||
            !expect(now_us() < until_us, "it takes no longer than it should", limit_us)) {
            return false;
        }
        if (!holds(rt, ctx)) {
            port->wait(deadline_us < until_us ? deadline_us : until_us);
        }
    }
    return true;
}

static bool has_ended(struct sampan_runtime *rt, const void *ctx)
{
    struct sampan_container_status status = { .size = sizeof status };
    int32_t result = sampan_container_status(rt, *(const uint32_t *)ctx, &status);
    return !expect_status(SAMPAN_STATUS_OK, result, "a status is told") || status.exit_kind != SAMPAN_EXIT_KIND_NONE;
}

bool run_until_ended(struct sampan_runtime *rt, uint32_t id, uint32_t limit_us)
{
    return run_until(rt, has_ended, &id, limit_us);
}

struct stepping {
    const struct probe *probe;
    uint32_t step;
};

static bool has_begun(struct sampan_runtime *rt, const void *ctx)
{
    const struct stepping *stepping = ctx;
    (void)rt;
    return stepping->probe->step >= stepping->step;
}

bool run_until_step(struct sampan_runtime *rt, const struct probe *probe, uint32_t step, uint32_t limit_us)
{
    const struct stepping stepping = { probe, step };
    return run_until(rt, has_begun, &stepping, limit_us);
}

void expect_ended(struct sampan_runtime *rt, uint32_t id, uint8_t exit_kind, int32_t exit_code)
{
    struct sampan_container_status status = { .size = sizeof status };
    expect_status(SAMPAN_STATUS_OK, sampan_container_status(rt, id, &status), "an ended container tells its status");
    expect(status.exit_kind == exit_kind, "a container ends as it should", status.exit_kind);
    expect(status.exit_code == exit_code, "a container ends with its code", status.exit_code);
    expect_status(SAMPAN_STATUS_OK, sampan_container_remove(rt, id), "an ended container is removed");
}

void expect_life(size_t offset, const struct probe_step *steps, uint8_t exit_kind, int32_t exit_code)
{
    static struct probe probe;
    struct sampan_runtime *rt = runtime_begin(offset);
    if (rt == NULL) {
        return;
    }
    if (expect_status(SAMPAN_STATUS_OK, probe_start(rt, 0, &probe, "probe", steps), "a container starts") &&
        run_until_ended(rt, probe.id, 5 * S)) {
        expect_ended(rt, probe.id, exit_kind, exit_code);
    }
    runtime_end(rt);
}

uint32_t conformance_run(const struct conformance_port *under_test)
{
    port = under_test;
    checks_passed = checks_failed = checks_skipped = 0;
    checks_memory_begin();
    checks_clock();
    checks_lock();
    checks_wait();
    checks_output();
    checks_containers();
    checks_callers();
    checks_devices();
    checks_flash();
    checks_net();
    checks_fatal();
    checks_memory(); /* last, since it tells what all of them have left in the heap */
    put_start(checks_failed == 0 && checks_passed > 0 ? "result=passed" : "result=failed");
    put_text(" passed=");
    put_number(checks_passed);
    put_text(" not_applicable=");
    put_number(checks_skipped);
    put_text(" failed=");
    put_number(checks_failed);
    put_text("\n");
    return checks_failed + (checks_passed == 0);
}

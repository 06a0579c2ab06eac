/* SPDX-License-Identifier: Apache-2.0 */
/* What goes out and what comes in: the log, and random bytes. */
#include "suite.h"

#include <string.h>

enum {
    LONG_LEN = 300, /* more than two lines of the log */
    RANDOM_LEN = 32,
    GUARD_LEN = 8,
    GUARD = 0x5a,
    LIMIT_US = 5 * S,
};

static const char source[] = "conformance.source-12345"; /* as long as a name can be, and a byte to be left out */

/* Where `part` is in `text`, at or after `from`; `len` if it isn't. */
static size_t find(const char *text, size_t len, size_t from, const char *part, size_t part_len)
{
    for (size_t at = from; at + part_len <= len; at++) {
        if (memcmp(&text[at], part, part_len) == 0) {
            return at;
        }
    }
    return len;
}

static const char *take_log(size_t *out_len)
{
    const char *text = port->log_taken(out_len);
    expect(*out_len > 0, "a line is put out", 0);
    return text;
}

static void log_line(uint8_t level, const char *line, size_t line_len)
{
    port->platform->log(port->platform->ctx, level, source, sizeof source - 2, line, line_len);
}

/* Neither text ends with a NUL, so a port that looks for one puts out too much. */
static void log_exact(void)
{
    static const char line[] = "a line of text| and what doesn't belong to it";
    size_t len = 0;
    port->log_taken(&len);
    log_line(SAMPAN_LOG_LEVEL_INFO, line, 14);
    const char *text = take_log(&len);
    expect(find(text, len, 0, source, sizeof source - 2) < len, "the source is put out", (int64_t)len);
    expect(find(text, len, 0, source, sizeof source - 1) == len, "the source ends where it ends", (int64_t)len);
    expect(find(text, len, 0, line, 14) < len, "the line is put out", (int64_t)len);
    expect(find(text, len, 0, "|", 1) == len, "the line ends where it ends", (int64_t)len);
}

/* A source and a line that are empty, and levels that differ in what is put out. */
static void log_levels(void)
{
    static char first[128];
    size_t len = 0;
    size_t first_len = 0;
    for (uint8_t level = SAMPAN_LOG_LEVEL_ERROR; level <= SAMPAN_LOG_LEVEL_DEBUG; level++) {
        port->log_taken(&len);
        log_line(level, "level", 5);
        const char *text = take_log(&len);
        bool same = len == first_len && memcmp(text, first, len) == 0;
        expect(!same, "levels can be told from one another", level);
        first_len = len < sizeof first ? len : sizeof first;
        memcpy(first, text, first_len);
    }
    log_line(SAMPAN_LOG_LEVEL_ERROR, NULL, 0);
    take_log(&len);
}

/* What a container prints arrives whole, in lines that are no longer than they may be. */
static void log_split(struct sampan_runtime *rt)
{
    static const struct probe_step steps[] = { { PROBE_PRINT, LONG_LEN }, { PROBE_EXIT, 0 } };
    static struct probe probe;
    char expected[SAMPAN_MAX_LOG_LINE + 1];
    size_t len = 0;
    port->log_taken(&len);
    if (!expect_status(SAMPAN_STATUS_OK, probe_start(rt, 0, &probe, "printer", steps), "a container starts") ||
        !run_until_ended(rt, probe.id, LIMIT_US)) {
        return;
    }
    const char *text = take_log(&len);
    size_t at = 0;
    for (size_t begun = 0; begun < LONG_LEN; begun += SAMPAN_MAX_LOG_LINE) {
        size_t part_len = LONG_LEN - begun < SAMPAN_MAX_LOG_LINE ? LONG_LEN - begun : SAMPAN_MAX_LOG_LINE;
        for (size_t idx = 0; idx < part_len; idx++) {
            expected[idx] = (char)(' ' + (begun + idx) % PROBE_PATTERN_LEN);
        }
        at = find(text, len, at, expected, part_len);
        expect(at < len, "a long line arrives in parts, in order and whole", (int64_t)begun);
        expect(find(text, len, 0, "printer", 7) < len, "a part says who printed it", (int64_t)begun);
    }
    expect_ended(rt, probe.id, SAMPAN_EXIT_KIND_EXITED, 0);
}

static int32_t entropy(uint8_t *buf, size_t len)
{
    return port->platform->entropy(port->platform->ctx, buf, len);
}

/* Asks for random bytes between two guards that must stay; whether all of those in between are zero. */
static bool all_zero(uint8_t buf[GUARD_LEN + RANDOM_LEN + GUARD_LEN], size_t len)
{
    uint8_t any = 0;
    memset(buf, GUARD, GUARD_LEN + RANDOM_LEN + GUARD_LEN);
    memset(&buf[GUARD_LEN], 0, len);
    expect_status(SAMPAN_STATUS_OK, entropy(&buf[GUARD_LEN], len), "random bytes are given");
    for (size_t idx = 0; idx < GUARD_LEN; idx++) {
        expect(buf[idx] == GUARD && buf[GUARD_LEN + len + idx] == GUARD, "no byte beside the buffer is written", (int64_t)len);
    }
    for (size_t idx = 0; idx < len; idx++) {
        any |= buf[GUARD_LEN + idx];
    }
    return any == 0;
}

static void entropy_fills(void)
{
    uint8_t first[GUARD_LEN + RANDOM_LEN + GUARD_LEN];
    uint8_t second[GUARD_LEN + RANDOM_LEN + GUARD_LEN];
    for (size_t len = 8; len <= RANDOM_LEN; len++) {
        expect(!all_zero(first, len), "random bytes aren't all zero", (int64_t)len);
        expect(!all_zero(second, len), "random bytes aren't all zero", (int64_t)len);
        expect(memcmp(&first[GUARD_LEN], &second[GUARD_LEN], len) != 0, "random bytes differ each time", (int64_t)len);
        uint8_t last = 0;
        for (int tries = 0; tries < 20 && last == 0; tries++) {
            all_zero(first, len);
            last = first[GUARD_LEN + len - 1];
        }
        expect(last != 0, "the last byte is filled too", (int64_t)len);
    }
}

static void entropy_empty(void)
{
    uint8_t buf[GUARD_LEN + RANDOM_LEN + GUARD_LEN];
    all_zero(buf, 0);
    expect_status(SAMPAN_STATUS_OK, entropy(NULL, 0), "no bytes are given nowhere");
}

static void entropy_container(void)
{
    static const struct probe_step steps[] = { { PROBE_RANDOM, 0 }, { PROBE_SLEEP, 1 }, { PROBE_EXIT, 0 } };
    static struct probe probe;
    struct sampan_runtime *rt = runtime_begin(0);
    if (rt == NULL) {
        return;
    }
    if (expect_status(SAMPAN_STATUS_OK, probe_start(rt, 0, &probe, "random", steps), "a container starts") &&
        run_until_step(rt, &probe, 2, LIMIT_US)) {
        expect(probe.result == 1, "a container gets random bytes", probe.result);
    }
    runtime_end(rt);
}

void checks_output(void)
{
    if (port->log_taken != NULL) {
        suite_check("log.exact", log_exact);
        suite_check("log.levels", log_levels);
        suite_check_runtime("log.split", log_split);
    } else {
        suite_skip("log.exact", "what is logged can't be seen");
        suite_skip("log.levels", "what is logged can't be seen");
        suite_skip("log.split", "what is logged can't be seen");
    }
    suite_check("entropy.fills", entropy_fills);
    suite_check("entropy.empty", entropy_empty);
    suite_check("entropy.container", entropy_container);
}

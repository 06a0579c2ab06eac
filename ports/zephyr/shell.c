/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The shell command `sampan`: what the C interface does, by the names of containers and images.
 *
 * Runs on the shell's thread and takes the runtime's lock like any other caller. Every refusal is told in words, and as a
 * negative result to whoever runs the command in a script.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "shell.h"

/* What containers may do here: print, sleep, draw random numbers. */
static const char *const permissions[] = { "clock", "log", "random" };

BUILD_ASSERT(CONFIG_SHELL_STACK_SIZE >= 8192, "\"sampan create\" and \"load\" run on the shell's stack: set CONFIG_SHELL_STACK_SIZE=8192");

enum { REASON_LEN = 64, STOP_DEFAULT_MS = 1000 };

struct sampan_runtime *shell_runtime(const struct shell *sh)
{
    struct sampan_runtime *rt = sampan_zephyr_runtime();
    if (rt == NULL) {
        shell_error(sh, "no runtime is in service");
    }
    return rt;
}

int shell_told(const struct shell *sh, const char *what, sampan_status status)
{
    if (status == SAMPAN_STATUS_OK) {
        return 0;
    }
    shell_error(sh, "%s: %s", what, sampan_status_text(status));
    return status == SAMPAN_STATUS_NO_MEMORY ? -ENOMEM : status == SAMPAN_STATUS_NOT_FOUND ? -ENOENT : -EINVAL;
}

const struct sampan_zephyr_image *shell_image(const struct shell *sh, const char *name)
{
    const struct sampan_zephyr_image *image = sampan_zephyr_image_find(name);
    if (image == NULL) {
        shell_error(sh, "no image %s; \"sampan images\" lists them", name);
    }
    return image;
}

/* A number in decimal or 0x-hexadecimal up to `max`, all of the text. */
static int number(const struct shell *sh, const char *text, uint32_t max, uint32_t *out)
{
    char *end;
    errno = 0;
    unsigned long value = text[0] == '-' ? 0 : strtoul(text, &end, 0);
    if (text[0] == '-' || text[0] == '\0' || *end != '\0' || errno != 0 || value > max) {
        shell_error(sh, "%s is no number from 0 to %u", text, (unsigned int)max);
        return -EINVAL;
    }
    *out = (uint32_t)value;
    return 0;
}

static int each_id(const struct shell *sh, int (*tell)(const struct shell *, struct sampan_runtime *, uint32_t))
{
    uint32_t ids[CONFIG_SAMPAN_MAX_CONTAINERS];
    size_t count = 0;
    struct sampan_runtime *rt = shell_runtime(sh);
    if (rt == NULL) {
        return -ENODEV;
    }
    sampan_status status = sampan_container_list(rt, ids, ARRAY_SIZE(ids), &count);
    for (size_t idx = 0; status == SAMPAN_STATUS_OK && idx < MIN(count, ARRAY_SIZE(ids)); idx++) {
        (void)tell(sh, rt, ids[idx]); /* one that is gone since the list was made isn't told */
    }
    return shell_told(sh, "sampan", status);
}

static const char *engine_text(uint8_t engine)
{
    switch (engine) {
    case SAMPAN_ENGINE_KIND_WASMI:
        return "wasmi";
    case SAMPAN_ENGINE_KIND_PACKED:
        return "packed";
    case SAMPAN_ENGINE_KIND_NATIVE:
        return "native";
    default:
        return "?";
    }
}

static int ps_row(const struct shell *sh, struct sampan_runtime *rt, uint32_t id)
{
    char reason[REASON_LEN];
    struct sampan_container_status status = { .size = sizeof status };
    struct sampan_container_stats stats = { .size = sizeof stats };
    if (sampan_container_status(rt, id, &status) != SAMPAN_STATUS_OK ||
        sampan_container_stats(rt, id, &stats) != SAMPAN_STATUS_OK) {
        return -ENOENT;
    }
    (void)sampan_exit_text(status.exit_kind, status.exit_code, reason, sizeof reason);
    const char *doing = status.stopping ? "stopping" : status.waiting ? "waiting" : sampan_state_text(status.state);
    shell_print(sh, "%-23s %-8s %-6s %7u/%-7u %s", status.name, doing, engine_text(status.engine),
                (unsigned int)stats.memory_used, (unsigned int)stats.memory_limit, reason);
    return 0;
}

static int cmd_ps(const struct shell *sh, size_t argc, char **argv)
{
    ARG_UNUSED(argc);
    ARG_UNUSED(argv);
    if (sampan_zephyr_runtime() != NULL) {
        shell_print(sh, "%-23s %-8s %-6s %15s %s", "NAME", "STATE", "ENGINE", "MEMORY", "ENDED BY");
    }
    return each_id(sh, ps_row);
}

static int cmd_images(const struct shell *sh, size_t argc, char **argv)
{
    ARG_UNUSED(argc);
    ARG_UNUSED(argv);
    STRUCT_SECTION_FOREACH(sampan_zephyr_image, image) {
        shell_print(sh, "%-23s %u bytes", image->name, (unsigned int)image->len);
    }
    return 0;
}

/* Reads one option and its number at argv[0] and argv[1]. */
static int create_option(const struct shell *sh, size_t argc, char **argv, struct sampan_container_options *options)
{
    uint32_t value;
    bool memory = strcmp(argv[0], "--memory") == 0;
    bool stack = strcmp(argv[0], "--stack") == 0;
    bool share = strcmp(argv[0], "--share") == 0;
    bool priority = strcmp(argv[0], "--priority") == 0;
    if (!memory && !stack && !share && !priority) {
        shell_error(sh, "create has no option %s", argv[0]);
        return -EINVAL;
    }
    if (argc < 2) {
        shell_error(sh, "%s needs a number", argv[0]);
        return -EINVAL;
    }
    uint32_t max = share ? SAMPAN_MAX_SHARE : priority ? SAMPAN_MAX_PRIORITY : UINT32_MAX;
    int result = number(sh, argv[1], max, &value);
    if (result != 0) {
        return result;
    }
    if (memory) {
        options->memory_limit = value;
    } else if (stack) {
        options->stack_len = value;
    } else if (share) {
        options->share = (uint16_t)value;
    } else {
        options->priority = (uint8_t)value;
    }
    return 0;
}

/* sampan create IMAGE [NAME] [--memory N] [--stack N] [--share N] [--priority N] */
static int cmd_create(const struct shell *sh, size_t argc, char **argv)
{
    struct sampan_container_options options = { .size = sizeof options, .name = argv[1],
                                                      .permissions = permissions, .permissions_len = sizeof permissions / sizeof permissions[0] };
    uint32_t id;
    size_t at = 2;
    struct sampan_runtime *rt = shell_runtime(sh);
    const struct sampan_zephyr_image *image = shell_image(sh, argv[1]);
    if (rt == NULL || image == NULL) {
        return rt == NULL ? -ENODEV : -ENOENT;
    }
    if (at < argc && argv[at][0] != '-') {
        options.name = argv[at++];
    }
    for (; at < argc; at += 2) {
        int result = create_option(sh, argc - at, &argv[at], &options);
        if (result != 0) {
            return result;
        }
    }
    return shell_told(sh, options.name, sampan_container_create(rt, image->bytes, image->len, &options, &id));
}

/* Finds the container that argv[1] names. */
static int find(const struct shell *sh, char **argv, struct sampan_runtime **out_rt, uint32_t *out_id)
{
    *out_rt = shell_runtime(sh);
    if (*out_rt == NULL) {
        return -ENODEV;
    }
    sampan_status status = sampan_container_find(*out_rt, argv[1], strlen(argv[1]), out_id);
    if (status == SAMPAN_STATUS_NOT_FOUND) {
        shell_error(sh, "no container %s; \"sampan ps\" lists them", argv[1]);
        return -ENOENT;
    }
    return shell_told(sh, argv[1], status);
}

int shell_with_container(const struct shell *sh, char **argv, sampan_status (*call)(struct sampan_runtime *, uint32_t))
{
    struct sampan_runtime *rt;
    uint32_t id;
    int result = find(sh, argv, &rt, &id);
    return result != 0 ? result : shell_told(sh, argv[1], call(rt, id));
}

static int cmd_start(const struct shell *sh, size_t argc, char **argv)
{
    ARG_UNUSED(argc);
    return shell_with_container(sh, argv, sampan_container_start);
}

static int cmd_kill(const struct shell *sh, size_t argc, char **argv)
{
    ARG_UNUSED(argc);
    return shell_with_container(sh, argv, sampan_container_kill);
}

static int cmd_pause(const struct shell *sh, size_t argc, char **argv)
{
    ARG_UNUSED(argc);
    return shell_with_container(sh, argv, sampan_container_pause);
}

static int cmd_resume(const struct shell *sh, size_t argc, char **argv)
{
    ARG_UNUSED(argc);
    return shell_with_container(sh, argv, sampan_container_resume);
}

static int cmd_restart(const struct shell *sh, size_t argc, char **argv)
{
    ARG_UNUSED(argc);
    return shell_with_container(sh, argv, sampan_container_restart);
}

static int cmd_release(const struct shell *sh, size_t argc, char **argv)
{
    ARG_UNUSED(argc);
    return shell_with_container(sh, argv, sampan_container_release);
}

static int cmd_rm(const struct shell *sh, size_t argc, char **argv)
{
    ARG_UNUSED(argc);
    return shell_with_container(sh, argv, sampan_container_remove);
}

/* sampan stop NAME [MS] */
static int cmd_stop(const struct shell *sh, size_t argc, char **argv)
{
    struct sampan_runtime *rt;
    uint32_t id, grace_ms = STOP_DEFAULT_MS;
    int result = argc > 2 ? number(sh, argv[2], UINT32_MAX, &grace_ms) : 0;
    if (result == 0) {
        result = find(sh, argv, &rt, &id);
    }
    if (result != 0) {
        return result;
    }
    return shell_told(sh, argv[1], sampan_container_stop(rt, id, port_now_us(NULL) + (uint64_t)grace_ms * USEC_PER_MSEC));
}

static int stats_of_runtime(const struct shell *sh)
{
    struct sampan_runtime_stats stats = { .size = sizeof stats };
    struct sampan_runtime *rt = shell_runtime(sh);
    if (rt == NULL) {
        return -ENODEV;
    }
    int result = shell_told(sh, "stats", sampan_runtime_stats(rt, &stats));
    if (result != 0) {
        return result;
    }
    shell_print(sh, "version            %s", sampan_version());
    shell_print(sh, "containers         %u of %u", (unsigned int)stats.containers, CONFIG_SAMPAN_MAX_CONTAINERS);
    shell_print(sh, "container overhead %u", (unsigned int)stats.container_overhead);
    shell_print(sh, "arena              %u used, %u at most, of %u", (unsigned int)stats.arena_used,
                (unsigned int)stats.arena_peak, (unsigned int)stats.arena_len);
    shell_print(sh, "engine stack       %u at most, of %u", (unsigned int)stats.engine_stack_peak,
                (unsigned int)stats.engine_stack_len);
#if defined(CONFIG_INIT_STACKS) && defined(CONFIG_THREAD_STACK_INFO)
    size_t unused;
    if (k_thread_stack_space_get(sampan_zephyr_thread(), &unused) == 0) {
        shell_print(sh, "thread stack       %u at most, of %u", (unsigned int)(CONFIG_SAMPAN_THREAD_STACK_SIZE - unused),
                    CONFIG_SAMPAN_THREAD_STACK_SIZE);
    }
#endif
    shell_print(sh, "device events      %u, %u lost", (unsigned int)stats.device_events, (unsigned int)stats.device_events_lost);
    shell_print(sh, "polls              %llu", (unsigned long long)stats.polls);
    return 0;
}

/* sampan stats [NAME] */
static int cmd_stats(const struct shell *sh, size_t argc, char **argv)
{
    struct sampan_container_stats stats = { .size = sizeof stats };
    struct sampan_runtime *rt;
    uint32_t id;
    if (argc < 2) {
        return stats_of_runtime(sh);
    }
    int result = find(sh, argv, &rt, &id);
    if (result == 0) {
        result = shell_told(sh, argv[1], sampan_container_stats(rt, id, &stats));
    }
    if (result != 0) {
        return result;
    }
    shell_print(sh, "memory      %u used, %u at most, of %u", (unsigned int)stats.memory_used,
                (unsigned int)stats.memory_peak, (unsigned int)stats.memory_limit);
    shell_print(sh, "linear      %u", (unsigned int)stats.memory_linear);
    shell_print(sh, "fuel        %llu", (unsigned long long)stats.fuel);
    shell_print(sh, "cpu         %llu us, %u at a stretch", (unsigned long long)stats.cpu_us,
                (unsigned int)stats.longest_us);
    shell_print(sh, "activations %llu", (unsigned long long)stats.activations);
    shell_print(sh, "host calls  %llu", (unsigned long long)stats.host_calls);
    shell_print(sh, "denied      %llu", (unsigned long long)stats.denied_calls);
    shell_print(sh, "throttled   %llu", (unsigned long long)stats.throttled_calls);
    shell_print(sh, "messages    %llu, %llu lost", (unsigned long long)stats.messages, (unsigned long long)stats.messages_lost);
    shell_print(sh, "restarts    %u", (unsigned int)stats.restarts);
    return 0;
}

SHELL_STATIC_SUBCMD_SET_CREATE(
    sampan_commands,
    SHELL_CMD_ARG(ps, NULL, "Lists containers.", cmd_ps, 1, 0),
    SHELL_CMD_ARG(images, NULL, "Lists the images of this firmware.", cmd_images, 1, 0),
    SHELL_CMD_ARG(create, NULL,
                  "Creates a container.\n"
                  "create <image> [<name>] [--memory <bytes>] [--stack <bytes>]\n"
                  "       [--share <1..1000>] [--priority <0..7, 0 first>]\n"
                  "Without a name it is called as its image is.",
                  cmd_create, 2, 9),
    SHELL_CMD_ARG(start, NULL, "Runs a container that was created or has ended.\nstart <name>", cmd_start, 2, 0),
    SHELL_CMD_ARG(stop, NULL,
                  "Asks a container to end, and kills it if it hasn't in time.\nstop <name> [<milliseconds, 1000>]",
                  cmd_stop, 2, 1),
    SHELL_CMD_ARG(kill, NULL, "Ends a container now.\nkill <name>", cmd_kill, 2, 0),
    SHELL_CMD_ARG(pause, NULL, "Keeps a container from running.\npause <name>", cmd_pause, 2, 0),
    SHELL_CMD_ARG(resume, NULL, "Lets a paused container run on.\nresume <name>", cmd_resume, 2, 0),
    SHELL_CMD_ARG(restart, NULL, "Runs a container from its beginning, with fresh memory.\nrestart <name>", cmd_restart, 2,
                  0),
    SHELL_CMD_ARG(release, NULL, "Lets a container go from quarantine: it's stopped then.\nrelease <name>", cmd_release, 2, 0),
    SHELL_CMD_ARG(rm, NULL, "Removes a container that doesn't run.\nrm <name>", cmd_rm, 2, 0),
    SHELL_CMD_ARG(stats, NULL, "Counters of the runtime, or of a container.\nstats [<name>]", cmd_stats, 1, 1),
#ifdef CONFIG_SAMPAN_SHELL_IMAGES
    SHELL_CMD_ARG(keys, NULL, "Lists the keys of the trust store in force.", shell_cmd_keys, 1, 0),
    SHELL_CMD_ARG(trust, NULL, "Puts a trust store in force.\ntrust <image>", shell_cmd_trust, 2, 0),
    SHELL_CMD_ARG(inspect, NULL, "Verifies a signed image and tells what it says.\ninspect <image>", shell_cmd_inspect, 2, 0),
    SHELL_CMD_ARG(permissions, NULL, "Lists what a signed image may do, and what it asks for in vain.\npermissions <image>",
                  shell_cmd_permissions, 2, 0),
    SHELL_CMD_ARG(load, NULL, "Verifies a signed image and creates its container.\nload <image>", shell_cmd_load, 2, 0),
    SHELL_CMD_ARG(confirm, NULL, "Refuses older images of a container from now on.\nconfirm <name>", shell_cmd_confirm, 2, 0),
#endif
    SHELL_SUBCMD_SET_END);

SHELL_CMD_REGISTER(sampan, &sampan_commands, "Containers", NULL);

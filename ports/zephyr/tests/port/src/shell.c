/* SPDX-License-Identifier: Apache-2.0 */
/* The shell command: every verb, and what it says to those who err. */
#include <errno.h>
#include <string.h>

#include <zephyr/shell/shell.h>
#include <zephyr/shell/shell_dummy.h>
#include <zephyr/ztest.h>

#include "command.h"

static struct sampan_runtime *runtime;

void command(const char *line, int result, const char *text)
{
    const struct shell *sh = shell_backend_dummy_get_ptr();
    size_t len = 0;
    shell_backend_dummy_clear_output(sh);
    int actual = shell_execute_cmd(sh, line);
    const char *output = shell_backend_dummy_get_output(sh, &len);
    zassert_equal(actual, result, "%s: %d, %s", line, actual, output);
    zassert_not_null(strstr(output, text), "%s: %s", line, output);
}

void *command_wait(void)
{
    WAIT_FOR(shell_ready(shell_backend_dummy_get_ptr()), 2 * USEC_PER_SEC, k_msleep(1));
    zassert_true(shell_ready(shell_backend_dummy_get_ptr()));
    return NULL;
}

static void before(void *unused)
{
    ARG_UNUSED(unused);
    zassert_equal(sampan_zephyr_init(NULL, NULL, &runtime), SAMPAN_STATUS_OK);
}

static void after(void *unused)
{
    ARG_UNUSED(unused);
    (void)sampan_zephyr_deinit();
}

ZTEST_SUITE(shell, NULL, command_wait, before, after, NULL);

ZTEST(shell, test_life)
{
    command("sampan images", 0, "rogue-loop");
    command("sampan create rogue-loop", 0, "");
    command("sampan ps", 0, "created");
    command("sampan start rogue-loop", 0, "");
    k_msleep(50);
    command("sampan ps", 0, "running");
    command("sampan pause rogue-loop", 0, "");
    command("sampan ps", 0, "paused");
    command("sampan resume rogue-loop", 0, "");
    command("sampan ps", 0, "running");
    command("sampan stats rogue-loop", 0, "activations");
    command("sampan release rogue-loop", -EINVAL, "state");
    command("sampan kill rogue-loop", 0, "");
    command("sampan ps", 0, "killed");
    command("sampan restart rogue-loop", 0, "");
    command("sampan ps", 0, "running");
    command("sampan stats rogue-loop", 0, "restarts    1");
    command("sampan stats", 0, "containers         1 of 8");
    command("sampan stop rogue-loop 20", 0, "");
    k_msleep(200);
    command("sampan ps", 0, "stopped");
    command("sampan rm rogue-loop", 0, "");
    command("sampan stats", 0, "containers         0 of 8");
}

ZTEST(shell, test_options)
{
    command("sampan create stopper second --memory 65536 --stack 2048 --share 50 --priority 3", 0, "");
    command("sampan start second", 0, "");
    k_msleep(50);
    command("sampan ps", 0, "/65536");
    command("sampan stop second", 0, "");
    k_msleep(50);
    command("sampan ps", 0, "exit code 7");
}

ZTEST(shell, test_errors)
{
    command("sampan create nothing", -ENOENT, "no image nothing");
    command("sampan start nobody", -ENOENT, "no container nobody");
    command("sampan create tiny --share 2000", -EINVAL, "no number from 0 to 1000");
    command("sampan create tiny --share -1", -EINVAL, "no number");
    command("sampan create tiny --share 1x", -EINVAL, "no number");
    command("sampan create tiny --memory", -EINVAL, "needs a number");
    command("sampan create tiny --colour 1", -EINVAL, "no option --colour");
    command("sampan create tiny --memory 100", -ENOMEM, "memory");
    command("sampan create tiny", 0, "");
    command("sampan create tiny", -EINVAL, "duplicate name");
    command("sampan resume tiny", -EINVAL, "state");
    command("sampan keys", -ENOENT, "no trust store");
    command("sampan inspect tiny", -EINVAL, "state");
    command("sampan stop tiny soon", -EINVAL, "no number");
    zassert_equal(sampan_zephyr_deinit(), SAMPAN_STATUS_OK);
    command("sampan ps", -ENODEV, "no runtime");
    command("sampan stats", -ENODEV, "no runtime");
    command("sampan keys", -ENODEV, "no runtime");
}

/* One that isn't permitted to sleep, and whose policy puts it aside when it tries. */
ZTEST(shell, test_quarantine)
{
    const struct sampan_zephyr_image *image = sampan_zephyr_image_find("stopper");
    const struct sampan_container_options options = { .size = sizeof options, .name = "restless",
                                                      .denied_action = SAMPAN_DENIED_ACTION_QUARANTINE };
    uint32_t id;
    zassert_equal(sampan_container_create(runtime, image->bytes, image->len, &options, &id), SAMPAN_STATUS_OK);
    command("sampan start restless", 0, "");
    k_msleep(50);
    command("sampan ps", 0, "quarantined");
    command("sampan stats restless", 0, "denied      1");
    command("sampan start restless", -EINVAL, "state");
    command("sampan rm restless", -EINVAL, "state");
    command("sampan release restless", 0, "");
    command("sampan ps", 0, "stopped");
    command("sampan rm restless", 0, "");
}

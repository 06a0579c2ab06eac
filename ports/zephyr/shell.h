/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of the shell command share; no part of the port's interface. */
#ifndef SAMPAN_ZEPHYR_SHELL_H
#define SAMPAN_ZEPHYR_SHELL_H

#include <zephyr/shell/shell.h>

#include "port.h"

/* The runtime, or NULL with words on the shell. */
struct sampan_runtime *shell_runtime(const struct shell *sh);

/* The image of that name, or NULL with words on the shell. */
const struct sampan_zephyr_image *shell_image(const struct shell *sh, const char *name);

/* What a command's result is: 0, or negative with words on the shell. */
int shell_told(const struct shell *sh, const char *what, sampan_status status);

/* Calls a function with the container that argv[1] names. */
int shell_with_container(const struct shell *sh, char **argv, sampan_status (*call)(struct sampan_runtime *, uint32_t));

/* Of signed images: shell_image.c. */
int shell_cmd_keys(const struct shell *sh, size_t argc, char **argv);
int shell_cmd_trust(const struct shell *sh, size_t argc, char **argv);
int shell_cmd_inspect(const struct shell *sh, size_t argc, char **argv);
int shell_cmd_permissions(const struct shell *sh, size_t argc, char **argv);
int shell_cmd_load(const struct shell *sh, size_t argc, char **argv);
int shell_cmd_confirm(const struct shell *sh, size_t argc, char **argv);

#endif

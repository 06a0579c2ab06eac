/* SPDX-License-Identifier: Apache-2.0 */
/* Commands of the shell, as the tests give them. */
#ifndef COMMAND_H
#define COMMAND_H

#include "sampan_zephyr.h"

/* Runs a command and checks its result and that its output has `text` in it. */
void command(const char *line, int result, const char *text);

/* Waits until there is a shell: for ZTEST_SUITE. */
void *command_wait(void);

#endif

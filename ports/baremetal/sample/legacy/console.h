/* SPDX-License-Identifier: Apache-2.0 */
/* Line console on the UART. */
#ifndef CONSOLE_H
#define CONSOLE_H

void console_init(void);

/* Takes up what was typed since the last call, and runs a command at the end of its line. */
void console_poll(void);

#endif

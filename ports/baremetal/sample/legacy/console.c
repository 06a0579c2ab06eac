/* SPDX-License-Identifier: Apache-2.0 */
#include "console.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "board.h"
#include "controller.h"
#include "firmware.h"
#include "heartbeat.h"
#include "plant.h"
#include "print.h"

struct command {
    const char *name;
    const char *help;
    void (*run)(const char *argument);
};

static char line[64];
static size_t line_len;

static bool parse_number(const char *text, int32_t *out_number)
{
    int32_t number = 0;
    if (*text == '\0' || strlen(text) > 6) {
        return false;
    }
    for (; *text != '\0'; text++) {
        if (*text < '0' || *text > '9') {
            return false;
        }
        number = number * 10 + (*text - '0');
    }
    *out_number = number;
    return true;
}

static void run_help(const char *argument);

static void run_status(const char *argument)
{
    (void)argument;
    struct heartbeat_report report;
    struct firmware_loop_report loop;
    heartbeat_read(&report, false);
    firmware_loop_read(&loop, false);
    print("temperature_mc=%d setpoint_mc=%d\n", (int)plant_temperature_mc(), (int)controller_setpoint_mc());
    print("beats=%u beat_late_ticks=%u..%u\n", (unsigned)report.beats, (unsigned)report.late_least_ticks,
          (unsigned)report.late_most_ticks);
    print("control_steps=%u control_late_most_ticks=%u\n", (unsigned)loop.steps, (unsigned)loop.late_most_ticks);
}

static void run_set(const char *argument)
{
    int32_t setpoint_mc;
    if (!parse_number(argument, &setpoint_mc) || !controller_set_setpoint_mc(setpoint_mc)) {
        print("set: needs a setpoint of 20000 to 90000 thousandths of a degree\n");
        return;
    }
    print("setpoint_mc=%d\n", (int)setpoint_mc);
}

static void run_halt(const char *argument)
{
    (void)argument;
    print("halted\n");
    board_exit(0);
}

static const struct command commands[] = {
    { "help", "lists the commands", run_help },
    { "status", "shows temperature, heartbeat and control loop", run_status },
    { "set", "<mc>: sets the setpoint, in thousandths of a degree", run_set },
    { "halt", "ends the firmware", run_halt },
};

static void run_help(const char *argument)
{
    (void)argument;
    for (size_t idx = 0; idx < sizeof commands / sizeof commands[0]; idx++) {
        print("%-8s %s\n", commands[idx].name, commands[idx].help);
    }
}

static void run_line(void)
{
    char *argument = strchr(line, ' ');
    if (argument != NULL) {
        *argument++ = '\0';
    }
    for (size_t idx = 0; idx < sizeof commands / sizeof commands[0]; idx++) {
        if (strcmp(commands[idx].name, line) == 0) {
            commands[idx].run(argument != NULL ? argument : "");
            return;
        }
    }
    if (line[0] != '\0') {
        print("%s: no such command; try help\n", line);
    }
}

void console_init(void)
{
    line_len = 0;
}

void console_poll(void)
{
    int c;
    while ((c = board_get()) >= 0) {
        if (c == '\r' || c == '\n') {
            line[line_len] = '\0';
            line_len = 0;
            run_line();
        } else if (line_len < sizeof line - 1) {
            line[line_len++] = (char)c;
        }
    }
}

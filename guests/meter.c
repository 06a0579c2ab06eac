/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Keeps the last 64 readings of a sensor of the firmware's and prints their lowest, mean and highest now and then:
 * text without printf, which alone takes more memory than this program.
 */
#include <stdint.h>
#include <time.h>
#include <unistd.h>

__attribute__((import_module("room"), import_name("temperature"))) int32_t room_temperature_mc(void);

enum { READINGS = 64, READINGS_A_LINE = 16 };

static int32_t readings[READINGS];

static char *put_text(char *at, const char *text)
{
    while (*text != '\0') {
        *at++ = *text++;
    }
    return at;
}

/* Tenths of a degree, of a temperature that isn't below zero. */
static char *put_degrees(char *at, int32_t mc)
{
    char digits[12];
    int32_t tenths = mc / 100;
    int count = 0;
    do {
        digits[count++] = (char)('0' + tenths % 10);
        tenths /= 10;
    } while (tenths > 0);
    if (count == 1) {
        digits[count++] = '0';
    }
    while (count > 0) {
        *at++ = digits[--count];
        if (count == 1) {
            *at++ = '.';
        }
    }
    return at;
}

static void print_figures(uint32_t count)
{
    char line[80];
    int32_t lowest = readings[0], highest = readings[0], sum = 0;
    for (uint32_t idx = 0; idx < count; idx++) {
        lowest = readings[idx] < lowest ? readings[idx] : lowest;
        highest = readings[idx] > highest ? readings[idx] : highest;
        sum += readings[idx];
    }
    char *at = put_degrees(put_text(line, "lowest "), lowest);
    at = put_degrees(put_text(at, ", mean "), sum / (int32_t)count);
    at = put_degrees(put_text(at, ", highest "), highest);
    *at++ = '\n';
    write(STDOUT_FILENO, line, (size_t)(at - line));
}

int main(void)
{
    const struct timespec pause = { .tv_nsec = 20 * 1000 * 1000 };
    for (uint32_t taken = 1;; taken++) {
        readings[(taken - 1) % READINGS] = room_temperature_mc();
        if (taken % READINGS_A_LINE == 0) {
            print_figures(taken < READINGS ? taken : READINGS);
        }
        nanosleep(&pause, NULL);
    }
}

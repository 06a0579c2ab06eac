/* SPDX-License-Identifier: Apache-2.0 */
/* Blinks a lamp that it knows by name. */
#include <stdio.h>

#include "ocre_api.h"

enum { TIMER = 1, INTERVAL_MS = 1000 };

static void blink(void)
{
    static int is_on;
    is_on = !is_on;
    int answer = ocre_gpio_set_by_name("led0", is_on ? OCRE_GPIO_PIN_SET : OCRE_GPIO_PIN_RESET);
    printf("led0 set to %d: %d, reads %d\n", is_on, answer, ocre_gpio_get_by_name("led0"));
}

int main(void)
{
    if (ocre_gpio_init() != OCRE_SUCCESS) {
        printf("no gpio\n");
        return 1;
    }
    int answer = ocre_gpio_configure_by_name("led0", OCRE_GPIO_DIR_OUTPUT);
    if (answer != OCRE_SUCCESS) {
        printf("not configured: %d\n", answer);
        return 1;
    }
    if (ocre_register_timer_callback(TIMER, blink) != OCRE_SUCCESS || ocre_timer_create(TIMER) != OCRE_SUCCESS ||
        ocre_timer_start(TIMER, INTERVAL_MS, 1) != OCRE_SUCCESS) {
        printf("no timer\n");
        return 1;
    }
    for (;;) {
        ocre_process_events();
    }
}

/* SPDX-License-Identifier: Apache-2.0 */
/* Toggles a lamp with a button, both by port and pin; says what lines outside of the board's answer. */
#include <stdio.h>

#include "ocre_api.h"

enum { LED_PORT = 7, LED_PIN = 7, BUTTON_PORT = 2, BUTTON_PIN = 13 };

static void pressed(void)
{
    int level = ocre_gpio_pin_get(BUTTON_PORT, BUTTON_PIN);
    printf("button %d\n", level);
    if (level == OCRE_GPIO_PIN_SET) {
        printf("toggled: %d\n", ocre_gpio_pin_toggle(LED_PORT, LED_PIN));
    }
}

int main(void)
{
    if (ocre_gpio_init() != OCRE_SUCCESS) {
        printf("no gpio\n");
        return 1;
    }
    int led = ocre_gpio_configure(LED_PORT, LED_PIN, OCRE_GPIO_DIR_OUTPUT);
    int button = ocre_gpio_configure(BUTTON_PORT, BUTTON_PIN, OCRE_GPIO_DIR_INPUT);
    printf("configured: %d %d\n", led, button);
    printf("negative: %d %d, beyond: %d, unconfigured: %d, an input set: %d\n",
           ocre_gpio_configure(-1, 7, OCRE_GPIO_DIR_OUTPUT), ocre_gpio_pin_set(7, -1, OCRE_GPIO_PIN_SET),
           ocre_gpio_configure(99, 99, OCRE_GPIO_DIR_OUTPUT), (int)ocre_gpio_pin_get(2, 12),
           ocre_gpio_pin_set(BUTTON_PORT, BUTTON_PIN, OCRE_GPIO_PIN_SET));
    if (led != OCRE_SUCCESS || button != OCRE_SUCCESS ||
        ocre_register_gpio_callback(BUTTON_PIN, BUTTON_PORT, pressed) != OCRE_SUCCESS) {
        return 1;
    }
    for (;;) {
        ocre_process_events();
    }
}

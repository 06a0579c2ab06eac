/* SPDX-License-Identifier: Apache-2.0 */
/* Blinks on the console: a periodic timer and its callback. */
#include <stdio.h>

#include "ocre_api.h"

enum { TIMER = 1, INTERVAL_MS = 1000 };

static void blink(void)
{
    static int count;
    printf("blink %d\n", ++count);
}

int main(void)
{
    if (ocre_register_timer_callback(TIMER, blink) != OCRE_SUCCESS) {
        printf("no callback\n");
        return 1;
    }
    if (ocre_timer_create(TIMER) != OCRE_SUCCESS || ocre_timer_start(TIMER, INTERVAL_MS, 1) != OCRE_SUCCESS) {
        printf("no timer\n");
        return 1;
    }
    for (;;) {
        ocre_process_events();
    }
}

/* SPDX-License-Identifier: Apache-2.0 */
/* Publishes a message each second. */
#include <stdio.h>
#include <string.h>

#include "ocre_api.h"

#define TOPIC "test/topic"

enum { TIMER = 1, INTERVAL_MS = 1000 };

static void publish(void)
{
    static int count;
    char payload[32];
    snprintf(payload, sizeof payload, "message %d", count++);
    int answer = ocre_publish_message(TOPIC, "text/plain", payload, strlen(payload) + 1);
    if (answer == OCRE_SUCCESS) {
        printf("published %s\n", payload);
    } else {
        printf("not published: %d\n", answer);
    }
}

int main(void)
{
    if (ocre_register_timer_callback(TIMER, publish) != OCRE_SUCCESS || ocre_timer_create(TIMER) != OCRE_SUCCESS ||
        ocre_timer_start(TIMER, INTERVAL_MS, 1) != OCRE_SUCCESS) {
        printf("no timer\n");
        return 1;
    }
    for (;;) {
        ocre_process_events();
    }
}

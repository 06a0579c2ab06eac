/* SPDX-License-Identifier: Apache-2.0 */
/* Prints every message on a topic that begins with test/. */
#include <stdio.h>

#include "ocre_api.h"

#define TOPIC "test/"

static void receive(const char *topic, const char *content_type, const void *payload, uint32_t payload_len)
{
    printf("received %s %s %s %u\n", topic, content_type, (const char *)payload, (unsigned)payload_len);
}

int main(void)
{
    if (ocre_register_message_callback(TOPIC, receive) != OCRE_SUCCESS) {
        printf("no callback\n");
        return 1;
    }
    int answer = ocre_subscribe_message(TOPIC);
    if (answer != OCRE_SUCCESS) {
        printf("not subscribed: %d\n", answer);
        return 1;
    }
    for (;;) {
        ocre_process_events();
    }
}

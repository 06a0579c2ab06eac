/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The container's half of Ocre's API: events are asked for and handed to callbacks, in the order of calls in which
 * Ocre's SDK does it. It sleeps between an event and the copying of its message, so that a message must stay where it is.
 */
#include <string.h>

#include "ocre_api.h"

enum { TIMERS = 17, MOST_AT_ONCE = 5, PAUSE_MS = 10 };

static timer_callback_func_t timer_callbacks[TIMERS];
static gpio_callback_func_t gpio_callback;
static int gpio_callback_pin, gpio_callback_port;
static message_callback_func_t message_callback;
static char message_callback_topic[OCRE_MAX_TOPIC_LEN];

int ocre_register_timer_callback(int timer_id, timer_callback_func_t callback)
{
    if (timer_id < 0 || timer_id >= TIMERS) {
        return -1;
    }
    timer_callbacks[timer_id] = callback;
    return ocre_register_dispatcher(OCRE_RESOURCE_TYPE_TIMER, "timer_callback");
}

int ocre_register_gpio_callback(int pin, int port, gpio_callback_func_t callback)
{
    gpio_callback = callback;
    gpio_callback_pin = pin;
    gpio_callback_port = port;
    if (ocre_register_dispatcher(OCRE_RESOURCE_TYPE_GPIO, "gpio_callback") != OCRE_SUCCESS) {
        return -1;
    }
    return ocre_gpio_register_callback(port, pin);
}

int ocre_register_message_callback(const char *topic, message_callback_func_t callback)
{
    message_callback = callback;
    strncpy(message_callback_topic, topic, OCRE_MAX_TOPIC_LEN - 1);
    return ocre_register_dispatcher(OCRE_RESOURCE_TYPE_MESSAGE, "message_callback");
}

static void take_message(uint32_t topic, uint32_t content_type, uint32_t payload, uint32_t payload_len)
{
    static char topic_copy[OCRE_MAX_TOPIC_LEN], content_type_copy[OCRE_MAX_CONTENT_TYPE_LEN];
    static uint8_t payload_copy[OCRE_MAX_PAYLOAD_LEN];
    uint32_t len = payload_len > OCRE_MAX_PAYLOAD_LEN ? OCRE_MAX_PAYLOAD_LEN : payload_len;
    strncpy(topic_copy, (const char *)topic, OCRE_MAX_TOPIC_LEN - 1);
    strncpy(content_type_copy, (const char *)content_type, OCRE_MAX_CONTENT_TYPE_LEN - 1);
    memcpy(payload_copy, (const void *)payload, len);
    ocre_messaging_free_module_event_data(topic, content_type, payload);
    if (message_callback && strncmp(topic_copy, message_callback_topic, strlen(message_callback_topic)) == 0) {
        message_callback(topic_copy, content_type_copy, payload_copy, len);
    }
}

void ocre_process_events(void)
{
    uint32_t type, id, port, state, extra, payload_len;
    int count = 0;
    for (; count < MOST_AT_ONCE; count++) {
        int answer = ocre_get_event((uint32_t)&type, (uint32_t)&id, (uint32_t)&port, (uint32_t)&state,
                                    (uint32_t)&extra, (uint32_t)&payload_len);
        ocre_sleep(PAUSE_MS);
        if (answer != OCRE_SUCCESS) {
            break;
        }
        if (type == OCRE_RESOURCE_TYPE_TIMER && id < TIMERS && timer_callbacks[id]) {
            timer_callbacks[id]();
        } else if (type == OCRE_RESOURCE_TYPE_GPIO && gpio_callback && (int)id == gpio_callback_pin &&
                   (int)port == gpio_callback_port) {
            gpio_callback();
        } else if (type == OCRE_RESOURCE_TYPE_MESSAGE) {
            take_message(port, state, extra, payload_len);
        }
    }
    if (count == 0) {
        ocre_sleep(PAUSE_MS);
    }
}

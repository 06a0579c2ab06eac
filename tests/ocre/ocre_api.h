/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Ocre's guest API, as far as the programs here use it: names, types and numbers of the ocre_api.h that Ocre's SDK 1.0
 * gives its containers, so that they compile against either.
 */
#ifndef OCRE_API_H
#define OCRE_API_H

#include <stdint.h>

#define OCRE_SUCCESS 0
#define OCRE_MAX_TOPIC_LEN 128
#define OCRE_MAX_CONTENT_TYPE_LEN 128
#define OCRE_MAX_PAYLOAD_LEN 1024

typedef enum {
  OCRE_RESOURCE_TYPE_TIMER,
  OCRE_RESOURCE_TYPE_GPIO,
  OCRE_RESOURCE_TYPE_SENSOR,
  OCRE_RESOURCE_TYPE_MESSAGE,
} ocre_resource_type_t;

typedef enum { OCRE_GPIO_DIR_INPUT, OCRE_GPIO_DIR_OUTPUT } ocre_gpio_direction_t;
typedef enum { OCRE_GPIO_PIN_RESET = 0, OCRE_GPIO_PIN_SET = 1 } ocre_gpio_pin_state_t;

/* What the runtime provides. */
int ocre_sleep(int milliseconds);
int ocre_get_event(uint32_t type_offset, uint32_t id_offset, uint32_t port_offset, uint32_t state_offset,
                   uint32_t extra_offset, uint32_t payload_len_offset);
int ocre_register_dispatcher(ocre_resource_type_t type, const char *function_name);
int ocre_publish_message(const char *topic, const char *content_type, const void *payload, uint32_t payload_len);
int ocre_subscribe_message(const char *topic);
int ocre_messaging_free_module_event_data(uint32_t topic_offset, uint32_t content_offset, uint32_t payload_offset);
int ocre_timer_create(int id);
int ocre_timer_start(int id, int interval, int is_periodic);
int ocre_timer_stop(int id);
int ocre_timer_delete(int id);
int ocre_timer_get_remaining(int id);
int ocre_gpio_init(void);
int ocre_gpio_configure(int port, int pin, int direction);
int ocre_gpio_pin_set(int port, int pin, ocre_gpio_pin_state_t state);
ocre_gpio_pin_state_t ocre_gpio_pin_get(int port, int pin);
int ocre_gpio_pin_toggle(int port, int pin);
int ocre_gpio_register_callback(int port, int pin);
int ocre_gpio_unregister_callback(int port, int pin);
int ocre_gpio_configure_by_name(const char *name, int direction);
int ocre_gpio_set_by_name(const char *name, int state);
int ocre_gpio_get_by_name(const char *name);
int ocre_gpio_toggle_by_name(const char *name);
int ocre_sensors_init(void);
int ocre_sensors_discover(void);
int ocre_sensors_open(int handle);
int ocre_sensors_get_handle(int sensor_id);
int ocre_sensors_get_channel_count(int sensor_id);
int ocre_sensors_get_channel_type(int sensor_id, int channel_index);
double ocre_sensors_read(int sensor_id, int channel_type);
int ocre_sensors_open_by_name(const char *sensor_name);
double ocre_sensors_read_by_name(const char *sensor_name, int channel_type);

/* What the SDK makes of it in the container: here events.c. */
typedef void (*timer_callback_func_t)(void);
typedef void (*gpio_callback_func_t)(void);
typedef void (*message_callback_func_t)(const char *topic, const char *content_type, const void *payload,
                                        uint32_t payload_len);
int ocre_register_timer_callback(int timer_id, timer_callback_func_t callback);
int ocre_register_gpio_callback(int pin, int port, gpio_callback_func_t callback);
int ocre_register_message_callback(const char *topic, message_callback_func_t callback);
void ocre_process_events(void);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/* Digital lines: configured when they are first used, as the devicetree and the line's macro say. */
#include "sampan_zephyr_devices.h"

static int32_t configure(struct sampan_zephyr_gpio *line)
{
    if (line->configured) {
        return SAMPAN_STATUS_OK;
    }
    if (!gpio_is_ready_dt(&line->spec)) {
        return SAMPAN_STATUS_PLATFORM;
    }
    /* An output is read back too where the controller can do both. */
    bool both = (line->direction & GPIO_OUTPUT) != 0 && gpio_pin_configure_dt(&line->spec, line->direction | GPIO_INPUT) == 0;
    if (!both && gpio_pin_configure_dt(&line->spec, line->direction) != 0) {
        return SAMPAN_STATUS_PLATFORM;
    }
    line->configured = true;
    return SAMPAN_STATUS_OK;
}

static int32_t line_read(void *ctx, uint8_t *out_level)
{
    struct sampan_zephyr_gpio *line = ctx;
    int32_t status = configure(line);
    if (status == SAMPAN_STATUS_OK) {
        int level = gpio_pin_get_dt(&line->spec);
        if (level < 0) {
            return SAMPAN_STATUS_PLATFORM;
        }
        *out_level = (uint8_t)level;
    }
    return status;
}

static int32_t line_write(void *ctx, uint8_t level)
{
    struct sampan_zephyr_gpio *line = ctx;
    int32_t status = configure(line);
    if (status == SAMPAN_STATUS_OK && gpio_pin_set_dt(&line->spec, level) != 0) {
        return SAMPAN_STATUS_PLATFORM;
    }
    return status;
}

static void on_edge(const struct device *port, struct gpio_callback *callback, gpio_port_pins_t pins)
{
    struct sampan_zephyr_gpio *line = CONTAINER_OF(callback, struct sampan_zephyr_gpio, callback);
    ARG_UNUSED(port);
    ARG_UNUSED(pins);
    uint32_t edge = gpio_pin_get_dt(&line->spec) > 0 ? SAMPAN_EDGE_RISING : SAMPAN_EDGE_FALLING;
    if ((atomic_get(&line->edges) & edge) != 0) {
        (void)sampan_device_event(line->rt, SAMPAN_DEVICE_KIND_GPIO, line->index, edge);
    }
}

static int32_t line_watch(void *ctx, struct sampan_runtime *rt, uint32_t index, uint32_t edges)
{
    struct sampan_zephyr_gpio *line = ctx;
    int32_t status = configure(line);
    if (status != SAMPAN_STATUS_OK) {
        return status;
    }
    if (line->callback.handler == NULL) {
        gpio_init_callback(&line->callback, on_edge, BIT(line->spec.pin));
        if (gpio_add_callback_dt(&line->spec, &line->callback) != 0) {
            line->callback.handler = NULL;
            return SAMPAN_STATUS_UNSUPPORTED;
        }
    }
    atomic_clear(&line->edges);
    line->rt = rt;
    line->index = index;
    atomic_set(&line->edges, (atomic_val_t)edges);
    gpio_flags_t when = edges == 0 ? GPIO_INT_DISABLE : GPIO_INT_EDGE_BOTH;
    return gpio_pin_interrupt_configure_dt(&line->spec, when) == 0 ? SAMPAN_STATUS_OK : SAMPAN_STATUS_UNSUPPORTED;
}

const struct sampan_gpio_ops sampan_zephyr_gpio_output_ops = {
    .size = sizeof(struct sampan_gpio_ops), .read = line_read, .write = line_write,
};
const struct sampan_gpio_ops sampan_zephyr_gpio_input_ops = {
    .size = sizeof(struct sampan_gpio_ops), .read = line_read, .watch = line_watch,
};

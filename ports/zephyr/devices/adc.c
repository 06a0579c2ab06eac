/* SPDX-License-Identifier: Apache-2.0 */
/* Analogue inputs: a conversion waits for its interrupt, so it's made on the system's work queue. */
#include "sampan_zephyr_devices.h"

/* The result's count; negative if it failed. */
static int32_t convert(const struct adc_dt_spec *spec)
{
    uint32_t raw = 0; /* as wide as any result */
    struct adc_sequence sequence = { .buffer = &raw, .buffer_size = sizeof raw };
    if (adc_channel_setup_dt(spec) != 0 || adc_sequence_init_dt(spec, &sequence) != 0 || adc_read_dt(spec, &sequence) != 0) {
        return SAMPAN_STATUS_PLATFORM;
    }
    return (int32_t)(raw & BIT_MASK(spec->resolution));
}

static void convert_later(struct k_work *work)
{
    struct sampan_zephyr_adc *input = CONTAINER_OF(work, struct sampan_zephyr_adc, work);
    struct sampan_operation operation = input->operation;
    int32_t result = convert(&input->spec);
    atomic_clear(&input->busy);
    (void)sampan_call_complete(operation.rt, operation.token, (uint32_t)result);
}

static int32_t input_read(void *ctx, const struct sampan_operation *operation, uint32_t *out_raw)
{
    struct sampan_zephyr_adc *input = ctx;
    ARG_UNUSED(out_raw);
    if (!adc_is_ready_dt(&input->spec)) {
        return SAMPAN_STATUS_PLATFORM;
    }
    if (operation->token == 0 || !atomic_cas(&input->busy, 0, 1)) {
        return SAMPAN_STATUS_BUSY;
    }
    if (!input->prepared) {
        k_work_init(&input->work, convert_later);
        input->prepared = true;
    }
    input->operation = *operation;
    if (k_work_submit(&input->work) < 0) {
        atomic_clear(&input->busy);
        return SAMPAN_STATUS_BUSY;
    }
    return SAMPAN_STATUS_PENDING;
}

static int32_t input_scale(void *ctx, uint32_t *out_raw_max, int32_t *out_min_uv, int32_t *out_max_uv)
{
    struct sampan_zephyr_adc *input = ctx;
    uint32_t raw_max = BIT_MASK(input->spec.resolution);
    int32_t max_mv = (int32_t)raw_max;
    if (input->spec.channel_cfg.differential || raw_max == 0 || raw_max > INT32_MAX) {
        return SAMPAN_STATUS_UNSUPPORTED;
    }
    if (adc_raw_to_millivolts_dt(&input->spec, &max_mv) != 0 || max_mv <= 0 || max_mv > INT32_MAX / 1000) {
        return SAMPAN_STATUS_PLATFORM;
    }
    *out_raw_max = raw_max;
    *out_min_uv = 0;
    *out_max_uv = max_mv * 1000;
    return SAMPAN_STATUS_OK;
}

const struct sampan_adc_ops sampan_zephyr_adc_ops = {
    .size = sizeof(struct sampan_adc_ops), .read = input_read, .scale = input_scale,
};

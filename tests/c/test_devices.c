/* SPDX-License-Identifier: Apache-2.0 */
/* The platform's devices, flash and sockets: what init refuses of them, finding them, and their events. */
#include <string.h>

#include "support.h"
#include "tests.h"

static int32_t line_read(void *ctx, uint8_t *out_level) {
  *out_level = *(const uint8_t *)ctx;
  return SAMPAN_STATUS_OK;
}

static int32_t flash_read(void *ctx, uint32_t offset, uint8_t *buf, size_t len) {
  (void)ctx, (void)offset;
  memset(buf, 0xff, len);
  return SAMPAN_STATUS_OK;
}

static int32_t flash_erase(void *ctx, uint32_t offset, uint32_t len) {
  (void)ctx, (void)offset, (void)len;
  return SAMPAN_STATUS_OK;
}

static int32_t flash_program(void *ctx, uint32_t offset, const uint8_t *data, size_t len) {
  (void)ctx, (void)offset, (void)data, (void)len;
  return SAMPAN_STATUS_OK;
}

static uint8_t level;
static const struct sampan_gpio_ops gpio = {.size = sizeof gpio, .read = line_read};
static const struct sampan_adc_ops adc = {.size = sizeof adc};
static const struct sampan_i2c_ops i2c = {.size = sizeof i2c};
static const struct sampan_spi_ops spi = {.size = sizeof spi};
static const struct sampan_uart_ops uart = {.size = sizeof uart};
static const struct sampan_sensor_ops sensor = {.size = sizeof sensor};

/* One of each kind, and two lines; a name may come again under another kind. */
static const struct sampan_device all_kinds[] = {
  {.name = "led0", .kind = SAMPAN_DEVICE_KIND_GPIO, .ops.gpio = &gpio, .ctx = &level},
  {.name = "led0", .kind = SAMPAN_DEVICE_KIND_ADC, .ops.adc = &adc},
  {.name = "i2c-sensors", .kind = SAMPAN_DEVICE_KIND_I2C, .ops.i2c = &i2c},
  {.name = "A.b_9", .kind = SAMPAN_DEVICE_KIND_SPI, .ops.spi = &spi},
  {.name = "a-name-of-thirty-one-bytes-1234", .kind = SAMPAN_DEVICE_KIND_UART, .ops.uart = &uart},
  {.name = "led1", .kind = SAMPAN_DEVICE_KIND_GPIO, .ops.gpio = &gpio, .ctx = &level},
  {.name = "s", .kind = SAMPAN_DEVICE_KIND_SENSOR, .ops.sensor = &sensor},
};

enum { KINDS_LEN = sizeof all_kinds / sizeof all_kinds[0], LONG_NAME = 4 };

/* Init answers `expected` to this platform. */
static void init_answers(int32_t expected, const struct sampan_platform *platform) {
  struct sampan_config config = config_default();
  struct sampan_runtime *rt = NULL;
  config.platform = platform;
  CHECK_EQUAL(expected, sampan_runtime_init(&config, &rt));
  if (expected == SAMPAN_STATUS_OK) {
    runtime_close(rt);
  } else {
    CHECK(rt == NULL);
  }
}

/* The same where one device is as given. */
static void init_answers_device(int32_t expected, struct sampan_device device) {
  struct sampan_device table[2] = {all_kinds[0], device};
  struct sampan_platform platform = port_platform();
  platform.devices = table;
  platform.devices_len = 2;
  init_answers(expected, &platform);
}

static void tables(void) {
  static const char *const bad_names[] = {"", "led 1", "led/1", "l\xc3\xa9" "d", "led1\n", "a-name-of-thirty-two-bytes-12345"};
  static const uint8_t bad_kinds[] = {0, SAMPAN_DEVICE_KIND_NET, 8, 255};
  struct sampan_device good = all_kinds[5];
  init_answers_device(SAMPAN_STATUS_OK, good);
  for (size_t idx = 0; idx < sizeof bad_names / sizeof bad_names[0]; idx++) {
    struct sampan_device device = good;
    device.name = bad_names[idx];
    init_answers_device(SAMPAN_STATUS_INVALID_ARGUMENT, device);
  }
  for (size_t idx = 0; idx < sizeof bad_kinds; idx++) {
    struct sampan_device device = good;
    device.kind = bad_kinds[idx];
    init_answers_device(SAMPAN_STATUS_INVALID_ARGUMENT, device);
  }
  struct sampan_device device = good;
  device.name = NULL;
  init_answers_device(SAMPAN_STATUS_NULL_POINTER, device);
  for (uint8_t kind = SAMPAN_DEVICE_KIND_GPIO; kind < SAMPAN_DEVICE_KIND_NET; kind++) {
    device = (struct sampan_device){.name = "none", .kind = kind};
    init_answers_device(SAMPAN_STATUS_NULL_POINTER, device);
  }
  init_answers_device(SAMPAN_STATUS_DUPLICATE, all_kinds[0]);
  struct sampan_platform platform = port_platform();
  platform.devices_len = 1;
  init_answers(SAMPAN_STATUS_NULL_POINTER, &platform);
  platform.devices = all_kinds;
  platform.devices_len = SAMPAN_MAX_DEVICES + 1;
  init_answers(SAMPAN_STATUS_INVALID_ARGUMENT, &platform);
}

/* Drivers' structs that are older, newer, or none. */
static void driver_sizes(void) {
  struct {
    struct sampan_gpio_ops ops;
    uint64_t newer;
  } longer = {.ops = gpio};
  struct sampan_device device = all_kinds[5];
  device.ops.gpio = &longer.ops;
  longer.ops.size = sizeof longer;
  init_answers_device(SAMPAN_STATUS_OK, device);
  longer.newer = 1;
  init_answers_device(SAMPAN_STATUS_VERSION, device);
  longer.ops.size = sizeof longer.ops.size;
  init_answers_device(SAMPAN_STATUS_OK, device);
  longer.ops.size = 0;
  init_answers_device(SAMPAN_STATUS_INVALID_ARGUMENT, device);
}

static const struct sampan_flash good_flash = {
  .size = sizeof good_flash, .len = 8192, .erase_len = 4096, .program_len = 4,
  .read = flash_read, .erase = flash_erase, .program = flash_program,
};

static void init_answers_flash(int32_t expected, struct sampan_flash flash) {
  struct sampan_platform platform = port_platform();
  platform.flash = &flash;
  init_answers(expected, &platform);
}

static void flashes(void) {
  /* len, erase_len, program_len */
  static const uint32_t bad[][3] = {
    {0, 4096, 4},    {8193, 4096, 4}, {2048, 4096, 4},      {8192, 0, 4},          {8192, 4096, 0},
    {9000, 3000, 4}, {8192, 4096, 3}, {8192, 4096, 8192},   {UINT32_MAX, 4096, 4}, {8192, 4096, UINT32_MAX},
  };
  init_answers_flash(SAMPAN_STATUS_OK, good_flash);
  for (size_t idx = 0; idx < sizeof bad / sizeof bad[0]; idx++) {
    struct sampan_flash flash = good_flash;
    flash.len = bad[idx][0];
    flash.erase_len = bad[idx][1];
    flash.program_len = bad[idx][2];
    init_answers_flash(SAMPAN_STATUS_INVALID_ARGUMENT, flash);
  }
  for (int member = 0; member < 3; member++) {
    struct sampan_flash flash = good_flash;
    switch (member) {
      case 0: flash.read = NULL; break;
      case 1: flash.erase = NULL; break;
      default: flash.program = NULL; break;
    }
    init_answers_flash(SAMPAN_STATUS_NULL_POINTER, flash);
  }
  struct sampan_flash flash = good_flash;
  flash.size = 3;
  init_answers_flash(SAMPAN_STATUS_INVALID_ARGUMENT, flash);
}

static void sockets(void) {
  struct {
    struct sampan_net net;
    uint64_t newer;
  } longer = {.net = {.size = sizeof longer}};
  struct sampan_platform platform = port_platform();
  platform.net = &longer.net;
  init_answers(SAMPAN_STATUS_OK, &platform);
  longer.newer = 1;
  init_answers(SAMPAN_STATUS_VERSION, &platform);
  longer.net.size = 0;
  init_answers(SAMPAN_STATUS_INVALID_ARGUMENT, &platform);
}

/* A runtime with all kinds of devices, and with sockets if that is said. */
static struct sampan_runtime *open_with_devices(const struct sampan_net *net) {
  static struct sampan_platform platform;
  struct sampan_config config = config_default();
  platform = port_platform();
  platform.devices = all_kinds;
  platform.devices_len = KINDS_LEN;
  platform.net = net;
  config.platform = &platform;
  return runtime_open_with(&config);
}

static void finds(void) {
  struct sampan_runtime *rt = open_with_devices(NULL);
  uint32_t place = 77;
  for (uint32_t idx = 0; idx < KINDS_LEN; idx++) {
    CHECK_STATUS(OK, sampan_device_find(rt, all_kinds[idx].kind, all_kinds[idx].name, &place));
    CHECK_EQUAL(idx, place);
  }
  place = 77;
  CHECK_STATUS(NOT_FOUND, sampan_device_find(rt, SAMPAN_DEVICE_KIND_GPIO, "led2", &place));
  CHECK_STATUS(NOT_FOUND, sampan_device_find(rt, SAMPAN_DEVICE_KIND_GPIO, "", &place));
  CHECK_STATUS(NOT_FOUND, sampan_device_find(rt, SAMPAN_DEVICE_KIND_SENSOR, "led0", &place));
  CHECK_STATUS(NOT_FOUND, sampan_device_find(rt, SAMPAN_DEVICE_KIND_NET, "led0", &place));
  CHECK_STATUS(INVALID_ARGUMENT, sampan_device_find(rt, 0, "led0", &place));
  CHECK_STATUS(INVALID_ARGUMENT, sampan_device_find(rt, SAMPAN_DEVICE_KIND_GPIO, "\xff", &place));
  CHECK_STATUS(INVALID_ARGUMENT,
               sampan_device_find(rt, SAMPAN_DEVICE_KIND_UART, "a-name-of-thirty-two-bytes-12345", &place));
  CHECK_STATUS(INVALID_ARGUMENT, sampan_device_find((void *)&level, SAMPAN_DEVICE_KIND_GPIO, "led0", &place));
  CHECK_STATUS(NULL_POINTER, sampan_device_find(NULL, SAMPAN_DEVICE_KIND_GPIO, "led0", &place));
  CHECK_STATUS(NULL_POINTER, sampan_device_find(rt, SAMPAN_DEVICE_KIND_GPIO, NULL, &place));
  CHECK_STATUS(NULL_POINTER, sampan_device_find(rt, SAMPAN_DEVICE_KIND_GPIO, "led0", NULL));
  CHECK_EQUAL(77, place);
  runtime_close(rt);
}

static struct sampan_runtime_stats stats_of(struct sampan_runtime *rt) {
  struct sampan_runtime_stats stats = {.size = sizeof stats};
  CHECK_STATUS(OK, sampan_runtime_stats(rt, &stats));
  return stats;
}

static void events(void) {
  static const struct sampan_net net = {.size = sizeof net};
  struct sampan_runtime *rt = open_with_devices(NULL);
  CHECK_STATUS(NULL_POINTER, sampan_device_event(NULL, SAMPAN_DEVICE_KIND_GPIO, 0, SAMPAN_EDGE_RISING));
  CHECK_STATUS(INVALID_ARGUMENT, sampan_device_event((void *)&level, SAMPAN_DEVICE_KIND_GPIO, 0, SAMPAN_EDGE_RISING));
  CHECK_STATUS(INVALID_ARGUMENT, sampan_device_event(rt, 0, 0, SAMPAN_EDGE_RISING));
  CHECK_STATUS(INVALID_ARGUMENT, sampan_device_event(rt, SAMPAN_DEVICE_KIND_GPIO, 1, SAMPAN_EDGE_RISING));
  CHECK_STATUS(INVALID_ARGUMENT, sampan_device_event(rt, SAMPAN_DEVICE_KIND_GPIO, KINDS_LEN, SAMPAN_EDGE_RISING));
  CHECK_STATUS(INVALID_ARGUMENT, sampan_device_event(rt, SAMPAN_DEVICE_KIND_GPIO, UINT32_MAX, SAMPAN_EDGE_RISING));
  CHECK_STATUS(INVALID_ARGUMENT, sampan_device_event(rt, SAMPAN_DEVICE_KIND_NET, 0, SAMPAN_READY_READ));
  CHECK_EQUAL(0, port.wakes);
  for (unsigned round = 1; round < 4; round++) {
    for (unsigned count = 0; count < SAMPAN_MAX_DEVICE_EVENTS; count++) {
      CHECK_STATUS(OK, sampan_device_event(rt, SAMPAN_DEVICE_KIND_UART, LONG_NAME, SAMPAN_READY_READ));
    }
    CHECK_STATUS(BUSY, sampan_device_event(rt, SAMPAN_DEVICE_KIND_UART, LONG_NAME, SAMPAN_READY_READ));
    CHECK_EQUAL(round * SAMPAN_MAX_DEVICE_EVENTS, port.wakes);
    poll_once(rt);
    CHECK_EQUAL(round * SAMPAN_MAX_DEVICE_EVENTS, stats_of(rt).device_events);
    CHECK_EQUAL(round, stats_of(rt).device_events_lost);
  }
  runtime_close(rt);
  rt = open_with_devices(&net);
  CHECK_STATUS(OK, sampan_device_event(rt, SAMPAN_DEVICE_KIND_NET, UINT32_MAX, SAMPAN_READY_WRITE));
  poll_once(rt);
  CHECK_EQUAL(1, stats_of(rt).device_events);
  runtime_close(rt);
}

void test_devices(void) {
  group("devices, flash and sockets");
  tables();
  driver_sizes();
  flashes();
  sockets();
  finds();
  events();
}

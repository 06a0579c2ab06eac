/* SPDX-License-Identifier: Apache-2.0 */
/* Devices and sockets as a container uses them: what reaches the drivers, what they answer later, and what is given back. */
#include <stdatomic.h>
#include <string.h>

#include "support.h"
#include "tests.h"

/* What the drivers were asked, and what they do. */
static struct {
  struct sampan_runtime *rt;
  uint8_t level;
  uint32_t edges;
  uint32_t readiness;
  uint32_t socket_readiness;
  unsigned sockets;
  unsigned connects;
  struct sampan_operation operation;
  int32_t connect_status;
} fake;

static int32_t line_read(void *ctx, uint8_t *out_level) {
  (void)ctx;
  *out_level = fake.level;
  return SAMPAN_STATUS_OK;
}

static int32_t line_write(void *ctx, uint8_t level) {
  (void)ctx;
  fake.level = level;
  return SAMPAN_STATUS_OK;
}

static int32_t line_watch(void *ctx, struct sampan_runtime *rt, uint32_t index, uint32_t edges) {
  (void)ctx;
  CHECK(rt == fake.rt && index == 0);
  fake.edges = edges;
  return SAMPAN_STATUS_OK;
}

static int32_t convert(void *ctx, const struct sampan_operation *operation, uint32_t *out_raw) {
  (void)ctx, (void)out_raw;
  CHECK(operation->size == sizeof *operation && operation->rt == fake.rt && operation->token != 0);
  fake.operation = *operation;
  return SAMPAN_STATUS_PENDING;
}

static int32_t measure(void *ctx, uint32_t channel, const struct sampan_operation *operation, int32_t *out_value) {
  (void)ctx, (void)out_value;
  CHECK_EQUAL(0, channel);
  fake.operation = *operation;
  return SAMPAN_STATUS_PENDING;
}

static int32_t bus_transfer(void *ctx, uint16_t address, uint8_t address_bits, const uint8_t *write, size_t write_len,
                            uint8_t *read, size_t read_len, const struct sampan_operation *operation) {
  (void)ctx, (void)operation;
  CHECK(address == 0x48 && address_bits == 7 && write_len == 1 && write[0] == 'd' && read_len == 3);
  memset(read, 0x55, read_len);
  return SAMPAN_STATUS_OK;
}

static int32_t exchange(void *ctx, uint8_t *bytes, size_t len, const struct sampan_operation *operation) {
  (void)ctx;
  CHECK(len == 4 && operation->write_addr == operation->read_addr);
  memset(bytes, 0xaa, len);
  return SAMPAN_STATUS_OK;
}

static int32_t serial_write(void *ctx, const uint8_t *bytes, size_t len, const struct sampan_operation *operation,
                            uint32_t *out_len) {
  (void)ctx, (void)operation;
  CHECK(len == 2 && bytes[0] == 'o');
  *out_len = 2;
  return SAMPAN_STATUS_OK;
}

static int32_t serial_read(void *ctx, uint8_t *buf, size_t len, uint32_t *out_len) {
  (void)ctx;
  CHECK_EQUAL(5, len);
  memcpy(buf, "ok", 2);
  *out_len = 2;
  return SAMPAN_STATUS_OK;
}

static int32_t serial_watch(void *ctx, struct sampan_runtime *rt, uint32_t index, uint32_t readiness) {
  (void)ctx;
  fake.readiness = readiness;
  /* What is so already is told at once. */
  return readiness == 0 ? SAMPAN_STATUS_OK : sampan_device_event(rt, SAMPAN_DEVICE_KIND_UART, index, SAMPAN_READY_READ);
}

static int32_t net_open(void *ctx, uint8_t kind, uint8_t ip_len, uint32_t *out_socket) {
  (void)ctx;
  CHECK(kind == SAMPAN_SOCKET_KIND_STREAM && ip_len == 4);
  fake.sockets++;
  *out_socket = 7;
  return SAMPAN_STATUS_OK;
}

static int32_t net_connect(void *ctx, uint32_t socket, const struct sampan_net_address *address) {
  static const uint8_t expected[4] = {10, 0, 0, 7};
  (void)ctx;
  CHECK(socket == 7 && address->ip_len == 4 && address->port == 1883 && memcmp(address->ip, expected, 4) == 0);
  fake.connects++;
  return fake.connect_status;
}

static int32_t net_send(void *ctx, uint32_t socket, const uint8_t *bytes, size_t len,
                        const struct sampan_net_address *address, uint32_t *out_len) {
  (void)ctx, (void)bytes;
  CHECK(socket == 7 && len == 6 && address == NULL);
  *out_len = 6;
  return SAMPAN_STATUS_OK;
}

static int32_t net_receive(void *ctx, uint32_t socket, uint8_t *buf, size_t len, uint32_t *out_len,
                           struct sampan_net_address *out_address) {
  (void)ctx;
  CHECK(socket == 7 && len == 8);
  memset(buf, 'x', 3);
  *out_len = 3;
  *out_address = (struct sampan_net_address){.ip = {10, 0, 0, 7}, .ip_len = 4, .port = 1883};
  return SAMPAN_STATUS_OK;
}

static int32_t net_watch(void *ctx, struct sampan_runtime *rt, uint32_t socket, uint32_t readiness) {
  (void)ctx;
  CHECK(rt == fake.rt && socket == 7);
  fake.socket_readiness = readiness;
  return SAMPAN_STATUS_OK;
}

static int32_t net_close(void *ctx, uint32_t socket) {
  (void)ctx;
  CHECK_EQUAL(7, socket);
  fake.sockets--;
  return SAMPAN_STATUS_OK;
}

static int32_t net_resolve(void *ctx, const char *name, size_t name_len, const struct sampan_operation *operation,
                           struct sampan_net_address *out_address) {
  (void)ctx, (void)out_address;
  CHECK(name_len == 12 && memcmp(name, "broker.local", 12) == 0);
  fake.operation = *operation;
  return SAMPAN_STATUS_PENDING;
}

static const struct sampan_gpio_ops gpio = {.size = sizeof gpio, .read = line_read, .write = line_write, .watch = line_watch};
static const struct sampan_adc_ops adc = {.size = sizeof adc, .read = convert};
static const struct sampan_i2c_ops i2c = {.size = sizeof i2c, .transfer = bus_transfer};
static const struct sampan_spi_ops spi = {.size = sizeof spi, .transfer = exchange};
static const struct sampan_uart_ops uart = {.size = sizeof uart, .write = serial_write, .read = serial_read, .watch = serial_watch};
static const struct sampan_sensor_channel channel = {.name = "t", .unit = SAMPAN_SENSOR_UNIT_CELSIUS, .exponent = -3};
static const struct sampan_sensor_ops sensor = {.size = sizeof sensor, .channels = &channel, .channels_len = 1, .read = measure};
static const struct sampan_net net = {
  .size = sizeof net,     .open = net_open,       .connect = net_connect, .send = net_send,
  .receive = net_receive, .watch = net_watch,     .close = net_close,     .resolve = net_resolve,
};
static const struct sampan_device devices[] = {
  {.name = "d", .kind = SAMPAN_DEVICE_KIND_GPIO, .ops.gpio = &gpio},
  {.name = "d", .kind = SAMPAN_DEVICE_KIND_ADC, .ops.adc = &adc},
  {.name = "d", .kind = SAMPAN_DEVICE_KIND_I2C, .ops.i2c = &i2c},
  {.name = "d", .kind = SAMPAN_DEVICE_KIND_SPI, .ops.spi = &spi},
  {.name = "d", .kind = SAMPAN_DEVICE_KIND_UART, .ops.uart = &uart},
  {.name = "d", .kind = SAMPAN_DEVICE_KIND_SENSOR, .ops.sensor = &sensor},
};

static const char *const all[] = {"gpio:d", "adc:*", "i2c:d", "spi:d", "uart:d", "sensor:d", "net.connect:broker.local:1883"};
enum { ALL_LEN = sizeof all / sizeof all[0] };

static struct sampan_runtime *open_with_devices(void) {
  static struct sampan_platform platform;
  struct sampan_config config = config_default();
  platform = port_platform();
  platform.devices = devices;
  platform.devices_len = sizeof devices / sizeof devices[0];
  platform.net = &net;
  config.platform = &platform;
  memset(&fake, 0, sizeof fake);
  fake.rt = runtime_open_with(&config);
  return fake.rt;
}

/* A container with the first `count` permissions. */
static uint32_t run(struct sampan_runtime *rt, size_t count) {
  struct sampan_container_options options = {.size = sizeof options, .permissions = all, .permissions_len = count,
                                             .memory_limit = CONTAINER_LEN};
  uint32_t id = 0;
  CHECK_STATUS(OK, sampan_container_create(rt, module_devices.bytes, module_devices.len, &options, &id));
  CHECK_STATUS(OK, sampan_container_start(rt, id));
  poll_until_idle(rt, 50);
  return id;
}

/* As far as the lookup of the broker. */
static uint32_t run_to_lookup(struct sampan_runtime *rt) {
  memset(&fake.operation, 0, sizeof fake.operation);
  uint32_t id = run(rt, ALL_LEN);
  CHECK(fake.level == 1 && fake.edges == SAMPAN_EDGE_FALLING);
  CHECK_STATUS(OK, sampan_device_event(rt, SAMPAN_DEVICE_KIND_GPIO, 0, SAMPAN_EDGE_RISING)); /* not watched */
  poll_until_idle(rt, 50);
  CHECK_EQUAL(0, fake.operation.token);
  CHECK_STATUS(OK, sampan_device_event(rt, SAMPAN_DEVICE_KIND_GPIO, 0, SAMPAN_EDGE_FALLING));
  poll_until_idle(rt, 50);
  CHECK_STATUS(OK, sampan_call_complete(rt, fake.operation.token, 40));
  poll_until_idle(rt, 50);
  static const uint8_t value[4] = {0xe8, 0x03, 0, 0};
  CHECK_EQUAL(96, fake.operation.read_addr);
  CHECK_STATUS(OK, sampan_pending_write(rt, fake.operation.token, fake.operation.read_addr, value, sizeof value));
  CHECK_STATUS(OK, sampan_call_complete(rt, fake.operation.token, 0));
  poll_until_idle(rt, 50);
  CHECK_EQUAL(SAMPAN_READY_READ, fake.readiness);
  return id;
}

static void answer_lookup(struct sampan_runtime *rt) {
  static const uint8_t mapped[16] = {[10] = 0xff, [11] = 0xff, [12] = 10, [15] = 7};
  uint32_t at = fake.operation.read_addr;
  CHECK_STATUS(OUT_OF_BOUNDS, sampan_pending_write(rt, fake.operation.token, at + 1, mapped, sizeof mapped));
  CHECK_STATUS(OK, sampan_pending_write(rt, fake.operation.token, at, mapped, sizeof mapped));
  CHECK_STATUS(OK, sampan_call_complete(rt, fake.operation.token, 0));
  poll_until_idle(rt, 50);
}

static void uses_all(void) {
  struct sampan_runtime *rt = open_with_devices();
  fake.connect_status = SAMPAN_STATUS_BUSY;
  uint32_t id = run_to_lookup(rt);
  answer_lookup(rt);
  CHECK(fake.sockets == 1 && fake.connects == 1 && fake.socket_readiness == SAMPAN_READY_WRITE);
  fake.connect_status = SAMPAN_STATUS_OK;
  CHECK_STATUS(OK, sampan_device_event(rt, SAMPAN_DEVICE_KIND_NET, 7, SAMPAN_READY_WRITE));
  poll_until_idle(rt, 50);
  CHECK_EQUAL(2, fake.connects);
  atomic_fetch_add(&port.now_us, 2000);
  poll_until_idle(rt, 50);
  /* level, edge, count, value, i2c, spi, ready, read, written, connected, sent, received */
  ended_with(rt, id, SAMPAN_EXIT_KIND_EXITED, 1 + 2 + 40 + 1000 + 3 + 4 + 1 + 2 + 2 + 2 + 6 + 3);
  CHECK(fake.sockets == 0 && fake.edges == 0 && fake.readiness == 0);
  container_drop(rt, id);
  runtime_close(rt);
}

/* A driver's failure is the guest's code, and what is denied reaches no driver. */
static void failures(void) {
  struct sampan_runtime *rt = open_with_devices();
  uint32_t id = run_to_lookup(rt);
  CHECK_STATUS(OK, sampan_call_complete(rt, fake.operation.token, (uint32_t)SAMPAN_STATUS_NOT_FOUND));
  poll_until_idle(rt, 50);
  ended_with(rt, id, SAMPAN_EXIT_KIND_EXITED, -6);
  container_drop(rt, id);
  fake.connect_status = SAMPAN_STATUS_PLATFORM;
  id = run_to_lookup(rt);
  answer_lookup(rt);
  ended_with(rt, id, SAMPAN_EXIT_KIND_EXITED, -8);
  CHECK_EQUAL(0, fake.sockets);
  container_drop(rt, id);
  memset(&fake.level, 0, sizeof fake.level);
  id = run(rt, 0);
  ended_with(rt, id, SAMPAN_EXIT_KIND_EXITED, -1);
  CHECK(fake.level == 0 && fake.edges == 0);
  container_drop(rt, id);
  runtime_close(rt);
}

/* Whether it's killed, restarted, or the runtime is taken out of service, nothing is left open or watched. */
static void gives_back(void) {
  struct sampan_runtime *rt = open_with_devices();
  for (int way = 0; way < 3; way++) {
    uint32_t id = run_to_lookup(rt);
    uint64_t token = fake.operation.token;
    answer_lookup(rt);
    CHECK(fake.sockets == 1 && fake.edges != 0 && fake.readiness != 0);
    switch (way) {
      case 0: CHECK_STATUS(OK, sampan_container_kill(rt, id)); break;
      case 1: CHECK_STATUS(OK, sampan_container_restart(rt, id)); break;
      default: runtime_close(rt); break;
    }
    CHECK(fake.sockets == 0 && fake.edges == 0 && fake.readiness == 0);
    if (way < 2) {
      CHECK_STATUS(STALE_CALL, sampan_pending_write(rt, token, 0, NULL, 0));
      container_drop(rt, id);
    }
  }
}

void test_calls(void) {
  group("devices and sockets in a container's hands");
  uses_all();
  failures();
  gives_back();
}

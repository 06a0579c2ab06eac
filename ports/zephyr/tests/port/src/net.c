/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Names that a container looks up, of a server in a thread of the test; and a runtime that ends meanwhile.
 *
 * The container calls a host function again and again, which the first time asks the platform's `resolve` for a name, and
 * the second time, which is after the answer, looks at what came.
 */
#include <string.h>

#include <zephyr/kernel.h>
#include <zephyr/net/socket.h>
#include <zephyr/ztest.h>

#include "sampan_zephyr.h"

enum { LIMIT_MS = 10000, SERVER_PORT = 5300, HEADER_LEN = 12, MESSAGE_LEN = 256, READ_ADDR = 64 };

static const char *const permissions[] = { "clock", "log" };

/* ---- the server: knows one name, says of one that it's unknown, and leaves all others without an answer ---- */

static const uint8_t known_ip[4] = { 10, 1, 2, 3 };

/* The question's first label, as in `\4oven`. */
static bool asks_for(const uint8_t *message, const char *label)
{
    return message[HEADER_LEN] == strlen(label) && memcmp(&message[HEADER_LEN + 1], label, strlen(label)) == 0;
}

/* Makes an answer of a question. Returns its length. */
static size_t answer(uint8_t *message, size_t len)
{
    const uint8_t record[] = { 0xc0, HEADER_LEN, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4, known_ip[0], known_ip[1], known_ip[2], known_ip[3] };
    bool known = asks_for(message, "oven");
    message[2] |= 0x80;
    message[3] = known ? 0x80 : 0x83; /* no such name */
    message[7] = known;
    if (known) {
        memcpy(&message[len], record, sizeof record);
        len += sizeof record;
    }
    return len;
}

static void serve(void *unused_0, void *unused_1, void *unused_2)
{
    static uint8_t message[MESSAGE_LEN + 16];
    const struct sockaddr_in at = { .sin_family = AF_INET, .sin_port = htons(SERVER_PORT), .sin_addr.s4_addr = { 127, 0, 0, 1 } };
    int fd = zsock_socket(AF_INET, SOCK_DGRAM, IPPROTO_UDP);
    ARG_UNUSED(unused_0);
    ARG_UNUSED(unused_1);
    ARG_UNUSED(unused_2);
    if (fd < 0 || zsock_bind(fd, (const struct sockaddr *)&at, sizeof at) != 0) {
        return;
    }
    for (;;) {
        struct sockaddr_in from;
        socklen_t from_len = sizeof from;
        ssize_t len = zsock_recvfrom(fd, message, MESSAGE_LEN, 0, (struct sockaddr *)&from, &from_len);
        if (len > HEADER_LEN && !asks_for(message, "silence")) {
            (void)zsock_sendto(fd, message, answer(message, (size_t)len), 0, (const struct sockaddr *)&from, from_len);
        }
    }
}

K_THREAD_DEFINE(server, 2048 * (IS_ENABLED(CONFIG_ARCH_POSIX) ? 4 : 1), serve, NULL, NULL, NULL, 3, 0, 0);

/* ---- the container's calls ---- */

static struct sampan_runtime *runtime;
static const char *name;
static bool has_asked;
static int32_t asked_status;
static int32_t result;
static uint8_t ip[16];
static K_SEM_DEFINE(asked, 0, 1);
static K_SEM_DEFINE(looked, 0, 1);

static int32_t look(struct sampan_call *call, uint64_t *values)
{
    result = sampan_call_read(call, READ_ADDR, ip, sizeof ip);
    values[0] = 0;
    k_sem_give(&looked);
    return SAMPAN_STATUS_OK;
}

static int32_t ask(void *ctx, struct sampan_call *call, uint64_t *values)
{
    const struct sampan_net *net = sampan_zephyr_platform()->net;
    struct sampan_operation operation = { .size = sizeof operation, .read_addr = READ_ADDR, .rt = runtime };
    struct sampan_net_address address;
    ARG_UNUSED(ctx);
    if (has_asked) {
        return look(call, values);
    }
    has_asked = true;
    sampan_status status = sampan_call_defer(call, &operation.token);
    asked_status = status == SAMPAN_STATUS_OK ? net->resolve(net->ctx, name, strlen(name), &operation, &address) : status;
    k_sem_give(&asked);
    return asked_status == SAMPAN_STATUS_PENDING ? SAMPAN_STATUS_PENDING : SAMPAN_STATUS_PLATFORM;
}

static int32_t succeed(void *ctx, struct sampan_call *call, uint64_t *values)
{
    ARG_UNUSED(ctx);
    ARG_UNUSED(call);
    values[0] = 0;
    return SAMPAN_STATUS_OK;
}

static void begin(const char *of_name)
{
    static const struct sampan_host_function first = { sizeof first, "oven", "temperature", "()i", ask, NULL, NULL };
    static const struct sampan_host_function second = { sizeof second, "oven", "set-setpoint", "(i)i", succeed, NULL, NULL };
    const struct sampan_container_options options = { .size = sizeof options, .permissions = permissions,
                                                      .permissions_len = ARRAY_SIZE(permissions) };
    const struct sampan_zephyr_image *image = sampan_zephyr_image_find("control");
    uint32_t id;
    name = of_name;
    has_asked = false;
    memset(ip, 0, sizeof ip);
    k_sem_reset(&asked);
    k_sem_reset(&looked);
    zassert_equal(sampan_zephyr_init(NULL, NULL, &runtime), SAMPAN_STATUS_OK);
    zassert_equal(sampan_host_register(runtime, &first), SAMPAN_STATUS_OK);
    zassert_equal(sampan_host_register(runtime, &second), SAMPAN_STATUS_OK);
    zassert_equal(sampan_container_create(runtime, image->bytes, image->len, &options, &id), SAMPAN_STATUS_OK);
    zassert_equal(sampan_container_start(runtime, id), SAMPAN_STATUS_OK);
    zassert_ok(k_sem_take(&asked, K_MSEC(LIMIT_MS)));
    zassert_equal(asked_status, SAMPAN_STATUS_PENDING, "%d", asked_status);
}

static void after(void *unused)
{
    ARG_UNUSED(unused);
    if (sampan_zephyr_runtime() != NULL) {
        zassert_equal(sampan_zephyr_deinit(), SAMPAN_STATUS_OK);
    }
}

ZTEST_SUITE(net, NULL, NULL, NULL, after, NULL);

ZTEST(net, test_known_name)
{
    static const uint8_t mapped[16] = { [10] = 0xff, 0xff, 10, 1, 2, 3 };
    begin("oven.example");
    zassert_ok(k_sem_take(&looked, K_MSEC(LIMIT_MS)), "the name is answered");
    zassert_equal(result, SAMPAN_STATUS_OK);
    zassert_mem_equal(ip, mapped, sizeof ip);
}

ZTEST(net, test_unknown_name)
{
    static const uint8_t none[16];
    begin("nobody.example");
    zassert_ok(k_sem_take(&looked, K_MSEC(LIMIT_MS)), "that there is no such name is answered");
    zassert_mem_equal(ip, none, sizeof ip);
}

ZTEST(net, test_runtime_ends_meanwhile)
{
    for (int round = 0; round < CONFIG_SAMPAN_NET_QUERIES; round++) {
        begin("silence.example");
        k_msleep(20);
        zassert_equal(sampan_zephyr_deinit(), SAMPAN_STATUS_OK);
    }
    k_msleep(LIMIT_MS / 2 + 1000); /* the resolver's own time is over */
    begin("oven.example");
    zassert_ok(k_sem_take(&looked, K_MSEC(LIMIT_MS)), "names are looked up again");
}

ZTEST(net, test_names_that_are_none)
{
    const struct sampan_net *net = sampan_zephyr_platform()->net;
    const struct sampan_operation operation = { .size = sizeof operation, .token = 1 };
    static char endless[300];
    struct sampan_net_address address;
    memset(endless, 'a', sizeof endless);
    zassert_equal(net->resolve(net->ctx, "", 0, &operation, &address), SAMPAN_STATUS_INVALID_ARGUMENT);
    zassert_equal(net->resolve(net->ctx, "a\0b", 3, &operation, &address), SAMPAN_STATUS_INVALID_ARGUMENT);
    zassert_equal(net->resolve(net->ctx, endless, sizeof endless, &operation, &address), SAMPAN_STATUS_INVALID_ARGUMENT);
    zassert_equal(net->resolve(net->ctx, "192.0.2.1", 9, &operation, &address), SAMPAN_STATUS_OK);
    zassert_equal(address.ip[3], 1);
    zassert_equal(net->resolve(net->ctx, "2001:db8::7", 11, &operation, &address), SAMPAN_STATUS_OK);
    zassert_equal(address.ip_len, 16);
    zassert_equal(address.ip[15], 7);
}

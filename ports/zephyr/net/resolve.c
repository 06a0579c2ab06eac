/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Names of hosts: addresses at once, others by the network's resolver, if it has one.
 *
 * The resolver is asked, and its answer handed on, on the system's work queue: it answers with a lock of its own held, under
 * which nobody may wait for the runtime's. IPv4 is asked for first, then IPv6.
 */
#include "net.h"

#include <string.h>

#include <zephyr/kernel.h>
#include <zephyr/net/net_ip.h>
#include <zephyr/sys/util.h>

bool port_net_parse(const char *text, size_t len, struct sampan_net_address *out_address)
{
    char address_text[INET6_ADDRSTRLEN];
    struct sampan_net_address address = { .ip_len = 4 };
    if (len >= sizeof address_text) {
        return false;
    }
    memcpy(address_text, text, len);
    address_text[len] = '\0';
    if (net_addr_pton(AF_INET, address_text, address.ip) != 0) {
        memset(address.ip, 0, sizeof address.ip);
        if (net_addr_pton(AF_INET6, address_text, address.ip) != 0) {
            return false;
        }
        address.ip_len = 16;
    }
    *out_address = address;
    return true;
}

#ifdef CONFIG_DNS_RESOLVER

#include <zephyr/net/dns_resolve.h>

enum { QUERIES = CONFIG_SAMPAN_NET_QUERIES, NAME_LEN = 254, LIMIT_MS = 5000 };

struct query {
    atomic_t used;
    struct sampan_operation operation;
    char name[NAME_LEN];
    struct k_work begin;
    struct k_work end;
    enum dns_query_type type;
    bool found;
    enum dns_resolve_status status;
    uint8_t ip[16]; /* IPv4 is mapped into it */
};

static struct query queries[QUERIES];

/* Called by the resolver for each address, and then once more. */
static void on_answer(enum dns_resolve_status status, struct dns_addrinfo *info, void *user_data)
{
    static const uint8_t v4_mapped[12] = { [10] = 0xff, [11] = 0xff };
    struct query *query = user_data;
    if (status != DNS_EAI_INPROGRESS) {
        query->status = status;
        (void)k_work_submit(&query->end);
    } else if (!query->found && info->ai_family == AF_INET) {
        memcpy(query->ip, v4_mapped, sizeof v4_mapped);
        memcpy(&query->ip[12], &net_sin(&info->ai_addr)->sin_addr, 4);
        query->found = true;
    } else if (!query->found && info->ai_family == AF_INET6) {
        memcpy(query->ip, &net_sin6(&info->ai_addr)->sin6_addr, 16);
        query->found = true;
    }
}

static void begin_query(struct k_work *work)
{
    struct query *query = CONTAINER_OF(work, struct query, begin);
    int error = dns_get_addr_info(query->name, query->type, NULL, on_answer, query, LIMIT_MS);
    if (error != 0) {
        query->status = error == -EAGAIN ? DNS_EAI_AGAIN : DNS_EAI_FAIL;
        (void)k_work_submit(&query->end);
    }
}

static int32_t status_of(enum dns_resolve_status status)
{
    switch (status) {
    case DNS_EAI_ALLDONE: /* without an address */
    case DNS_EAI_NONAME:
    case DNS_EAI_NODATA:
    case DNS_EAI_CANCELED: /* nobody answered in time */
        return SAMPAN_STATUS_NOT_FOUND;
    case DNS_EAI_AGAIN:
    case DNS_EAI_MEMORY:
        return SAMPAN_STATUS_BUSY;
    default:
        return SAMPAN_STATUS_PLATFORM;
    }
}

static void end_query(struct k_work *work)
{
    struct query *query = CONTAINER_OF(work, struct query, end);
    struct sampan_operation operation = query->operation;
    if (!query->found && query->type == DNS_QUERY_TYPE_A && IS_ENABLED(CONFIG_NET_IPV6)) {
        query->type = DNS_QUERY_TYPE_AAAA;
        (void)k_work_submit(&query->begin);
        return;
    }
    int32_t status = query->found ? SAMPAN_STATUS_OK : status_of(query->status);
    if (operation.rt != NULL && status == SAMPAN_STATUS_OK) {
        status = sampan_pending_write(operation.rt, operation.token, operation.read_addr, query->ip, sizeof query->ip);
    }
    atomic_clear(&query->used);
    if (operation.rt != NULL) {
        (void)sampan_call_complete(operation.rt, operation.token, (uint32_t)status);
    }
}

static struct query *query_free(void)
{
    for (uint32_t idx = 0; idx < QUERIES; idx++) {
        if (atomic_cas(&queries[idx].used, 0, 1)) {
            return &queries[idx];
        }
    }
    return NULL;
}

int32_t port_net_resolve(void *ctx, const char *name, size_t name_len, const struct sampan_operation *operation,
                         struct sampan_net_address *out_address)
{
    ARG_UNUSED(ctx);
    if (port_net_parse(name, name_len, out_address)) {
        return SAMPAN_STATUS_OK;
    }
    if (name_len == 0 || name_len >= NAME_LEN || memchr(name, '\0', name_len) != NULL) {
        return SAMPAN_STATUS_INVALID_ARGUMENT;
    }
    struct query *query = operation->token != 0 ? query_free() : NULL;
    if (query == NULL) {
        return SAMPAN_STATUS_BUSY;
    }
    query->operation = *operation;
    memcpy(query->name, name, name_len);
    query->name[name_len] = '\0';
    query->type = IS_ENABLED(CONFIG_NET_IPV4) ? DNS_QUERY_TYPE_A : DNS_QUERY_TYPE_AAAA;
    query->found = false;
    k_work_init(&query->begin, begin_query);
    k_work_init(&query->end, end_query);
    (void)k_work_submit(&query->begin);
    return SAMPAN_STATUS_PENDING;
}

/* The resolver goes on, and what it answers is dropped. */
void port_net_resolve_quiet(void)
{
    for (uint32_t idx = 0; idx < QUERIES; idx++) {
        queries[idx].operation.rt = NULL;
    }
}

#else

int32_t port_net_resolve(void *ctx, const char *name, size_t name_len, const struct sampan_operation *operation,
                         struct sampan_net_address *out_address)
{
    ARG_UNUSED(ctx);
    ARG_UNUSED(operation);
    return port_net_parse(name, name_len, out_address) ? SAMPAN_STATUS_OK : SAMPAN_STATUS_NOT_FOUND;
}

void port_net_resolve_quiet(void)
{
}

#endif

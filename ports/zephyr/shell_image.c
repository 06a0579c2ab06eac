/* SPDX-License-Identifier: Apache-2.0 */
/* Verbs of the shell command for signed images: whose keys count, what an image says and may do, loading and confirming it. */
#include "shell.h"

#include <zephyr/sys/util.h>

/* Writes bytes as hexadecimal digits and a NUL. */
static const char *hex(const uint8_t *bytes, size_t len, char *out, size_t out_len)
{
    (void)bin2hex(bytes, len, out, out_len);
    return out;
}

static void print_key(const struct shell *sh, const struct sampan_trust_key *key)
{
    char id[2 * sizeof key->id + 1];
    shell_print(sh, "%-32s%s%s%s%s %s%s", hex(key->id, key->id_len, id, sizeof id),
                (key->roles & SAMPAN_KEY_ROLE_DEVELOPER) != 0 ? " developer" : "",
                (key->roles & SAMPAN_KEY_ROLE_OPERATOR) != 0 ? " operator" : "",
                (key->roles & SAMPAN_KEY_ROLE_AOT) != 0 ? " aot" : "", (key->roles & SAMPAN_KEY_ROLE_ROOT) != 0 ? " root" : "",
                key->prefix[0] != '\0' ? key->prefix : "*", key->revoked ? " revoked" : "");
}

int shell_cmd_keys(const struct shell *sh, size_t argc, char **argv)
{
    struct sampan_trust_key key = { .size = sizeof key };
    uint64_t sequence;
    struct sampan_runtime *rt = shell_runtime(sh);
    ARG_UNUSED(argc);
    ARG_UNUSED(argv);
    if (rt == NULL) {
        return -ENODEV;
    }
    sampan_status status = sampan_trust_sequence(rt, &sequence);
    if (status == SAMPAN_STATUS_NOT_FOUND) {
        shell_error(sh, "no trust store is in force");
        return -ENOENT;
    }
    if (status == SAMPAN_STATUS_OK) {
        shell_print(sh, "trust store %llu", (unsigned long long)sequence);
        for (uint32_t idx = 0; (status = sampan_trust_key(rt, idx, &key)) == SAMPAN_STATUS_OK; idx++) {
            print_key(sh, &key);
        }
    }
    return shell_told(sh, "keys", status == SAMPAN_STATUS_NOT_FOUND ? SAMPAN_STATUS_OK : status);
}

/* sampan trust IMAGE */
int shell_cmd_trust(const struct shell *sh, size_t argc, char **argv)
{
    struct sampan_runtime *rt = shell_runtime(sh);
    const struct sampan_zephyr_image *image = shell_image(sh, argv[1]);
    ARG_UNUSED(argc);
    if (rt == NULL || image == NULL) {
        return rt == NULL ? -ENODEV : -ENOENT;
    }
    return shell_told(sh, argv[1], sampan_trust_install(rt, image->bytes, image->len));
}

static void print_parts(const struct shell *sh, const struct sampan_zephyr_image *image)
{
    struct sampan_image_part part = { .size = sizeof part };
    struct sampan_image_signer signer = { .size = sizeof signer };
    char text[2 * sizeof signer.key_id + 1];
    for (uint32_t idx = 0; sampan_image_part(image->bytes, image->len, idx, &part) == SAMPAN_STATUS_OK; idx++) {
        shell_print(sh, "part        %c, %u bytes at %u", part.part, (unsigned int)part.len, (unsigned int)part.offset);
    }
    for (uint32_t idx = 0; sampan_image_signer(image->bytes, image->len, idx, &signer) == SAMPAN_STATUS_OK; idx++) {
        shell_print(sh, "signed by   %s", hex(signer.key_id, signer.key_id_len, text, sizeof text));
    }
}

/* sampan inspect IMAGE */
int shell_cmd_inspect(const struct shell *sh, size_t argc, char **argv)
{
    struct sampan_image_info info = { .size = sizeof info };
    struct sampan_runtime *rt = shell_runtime(sh);
    const struct sampan_zephyr_image *image = shell_image(sh, argv[1]);
    ARG_UNUSED(argc);
    if (rt == NULL || image == NULL) {
        return rt == NULL ? -ENODEV : -ENOENT;
    }
    int result = shell_told(sh, argv[1], sampan_image_verify(rt, image->bytes, image->len, SAMPAN_IMAGE_PURPOSE_RUN, &info));
    if (result != 0) {
        return result;
    }
    shell_print(sh, "container   %s", info.container);
    shell_print(sh, "version     %u.%u.%u, sequence %llu", (unsigned int)info.version[0], (unsigned int)info.version[1],
                (unsigned int)info.version[2], (unsigned long long)info.sequence);
    if (info.memory_bytes != SAMPAN_NOT_SAID) {
        shell_print(sh, "memory      %u", (unsigned int)info.memory_bytes);
    }
    shell_print(sh, "permissions %u of %u", (unsigned int)info.effective_len, (unsigned int)info.requested_len);
    print_parts(sh, image);
    return 0;
}

static sampan_status print_permissions(const struct shell *sh, const struct sampan_zephyr_image *image, uint8_t list,
                                       const char *title)
{
    char text[SAMPAN_MAX_PERMISSION + 1];
    size_t len;
    sampan_status status;
    for (uint32_t idx = 0; (status = sampan_image_permission(image->bytes, image->len, list, idx, text, sizeof text, &len)) ==
                           SAMPAN_STATUS_OK; idx++) {
        shell_print(sh, "%-9s %s", title, text);
    }
    return status == SAMPAN_STATUS_NOT_FOUND ? SAMPAN_STATUS_OK : status;
}

/* sampan permissions IMAGE */
int shell_cmd_permissions(const struct shell *sh, size_t argc, char **argv)
{
    const struct sampan_zephyr_image *image = shell_image(sh, argv[1]);
    ARG_UNUSED(argc);
    if (image == NULL) {
        return -ENOENT;
    }
    sampan_status status = print_permissions(sh, image, SAMPAN_PERMISSION_LIST_EFFECTIVE, "effective");
    if (status == SAMPAN_STATUS_OK) {
        status = print_permissions(sh, image, SAMPAN_PERMISSION_LIST_REFUSED, "refused");
    }
    return shell_told(sh, argv[1], status);
}

/* sampan load IMAGE */
int shell_cmd_load(const struct shell *sh, size_t argc, char **argv)
{
    uint32_t id;
    struct sampan_runtime *rt = shell_runtime(sh);
    const struct sampan_zephyr_image *image = shell_image(sh, argv[1]);
    ARG_UNUSED(argc);
    if (rt == NULL || image == NULL) {
        return rt == NULL ? -ENODEV : -ENOENT;
    }
    return shell_told(sh, argv[1], sampan_image_create(rt, image->bytes, image->len, &id));
}

/* sampan confirm NAME */
int shell_cmd_confirm(const struct shell *sh, size_t argc, char **argv)
{
    ARG_UNUSED(argc);
    return shell_with_container(sh, argv, sampan_image_confirm);
}

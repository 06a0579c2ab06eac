/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a container written against Ocre's guest API needs beside its own sources.
 *
 * Ocre's runtime puts messages into memory that it takes from the container's heap. Sampan's reaches into no heap:
 * here is the room for one message, of which the runtime is told before the first subscription. `sampan cc --ocre` adds
 * this to what it compiles; a program that doesn't subscribe doesn't link it.
 */
#include <stdalign.h>
#include <stdint.h>

/* Topic and content type of 127 bytes each, and the 1024 bytes of payload that Ocre's SDK passes on. */
static alignas(8) uint8_t mail[1024 + 2 * 128];

__attribute__((import_module("sampan:ocre/1"), import_name("mail"))) int32_t sampan_ocre_mail(void *, uint32_t);
__attribute__((import_module("env"), import_name("ocre_subscribe_message"))) int imported_subscribe(const char *);

int ocre_subscribe_message(const char *topic);

int ocre_subscribe_message(const char *topic)
{
    static int is_told;
    if (!is_told) {
        is_told = sampan_ocre_mail(mail, sizeof mail) == 0;
    }
    return imported_subscribe(topic);
}

/* SPDX-License-Identifier: Apache-2.0 */
/* Trust stores and signed images that are linked into the demonstration; guests/sign makes them. */
#ifndef SIGNED_IMAGES_H
#define SIGNED_IMAGES_H

#include <stdint.h>

/* A signed image, or a trust store, where it lies. */
struct signed_image {
    const uint8_t *bytes;
    const uint32_t *len;
};

#define SIGNED(name) ((struct signed_image){ signed_##name, &signed_##name##_len })
#define FILE(name)                        \
    extern const uint8_t signed_##name[]; \
    extern const uint32_t signed_##name##_len
#define BOTH(name)          \
    FILE(name##_packed);    \
    FILE(name##_wasmi)

FILE(trust);
FILE(revoked);

FILE(control);
FILE(printer);
FILE(waiter);
FILE(rogue_write);
FILE(rogue_loop);
FILE(rogue_recursion);
FILE(rogue_memory);
FILE(rogue_import);
BOTH(subject_rogue_loop);
BOTH(subject_sleeper);
BOTH(subject_waiter);
BOTH(subject_stopper);
BOTH(compute);

FILE(good);
FILE(older);
FILE(unsigned);
FILE(foreign);
FILE(tampered);

#undef FILE
#undef BOTH

#endif

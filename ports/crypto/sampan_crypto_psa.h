/* SPDX-License-Identifier: Apache-2.0 */
/*
 * PSA Crypto under Sampan: hashes and signatures of images by Mbed TLS, a secure element's driver, or TF-M, instead
 * of the built-in Rust, which then isn't linked (build the archive without the feature `rust-crypto`).
 */
#ifndef SAMPAN_CRYPTO_PSA_H
#define SAMPAN_CRYPTO_PSA_H

#include <sampan.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Starts PSA Crypto, and sets the members that hash and verify. The counters are the caller's to set, since PSA
 * has none. Returns SAMPAN_STATUS_OK, _NULL_POINTER or _PLATFORM. Thread context.
 *
 * SHA-256 and ECDSA on P-256 are in every provider. PureEdDSA often isn't: Mbed TLS up to 3.6 has its name and not the
 * algorithm. Then `verify_ed25519` answers SAMPAN_STATUS_PLATFORM, and an image or a trust store with such a
 * signature is refused with that status. For Ed25519 beside such a provider, set the member to NULL and
 * build the archive with the feature `ed25519`. */
sampan_status sampan_crypto_psa_init(struct sampan_crypto *crypto);

/* Random bytes, as `entropy` of struct sampan_platform wants them; after sampan_crypto_psa_init. */
int32_t sampan_crypto_psa_entropy(void *ctx, uint8_t *buf, size_t len);

#ifdef __cplusplus
}
#endif

#endif

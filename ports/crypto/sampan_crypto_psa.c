/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Everything goes through the functions of PSA Crypto 1.0 alone, so that any provider of them will do. Keys are
 * imported for one verification and destroyed after it: none takes a slot for longer.
 */
#include "sampan_crypto_psa.h"

#include <psa/crypto.h>
#include <string.h>

#define HASH_LEN 32u
#define POINT_LEN 64u
#define SIGNATURE_LEN 64u

static int32_t sha256(void *ctx, const struct sampan_bytes *pieces, size_t pieces_len, uint8_t *out_hash) {
  (void)ctx;
  psa_hash_operation_t operation = PSA_HASH_OPERATION_INIT;
  size_t len = 0;
  psa_status_t status = psa_hash_setup(&operation, PSA_ALG_SHA_256);
  for (size_t idx = 0; status == PSA_SUCCESS && idx < pieces_len; idx++) {
    status = psa_hash_update(&operation, pieces[idx].start, pieces[idx].len);
  }
  if (status == PSA_SUCCESS) {
    status = psa_hash_finish(&operation, out_hash, HASH_LEN, &len);
  }
  if (status != PSA_SUCCESS || len != HASH_LEN) {
    psa_hash_abort(&operation);
    return SAMPAN_STATUS_PLATFORM;
  }
  return SAMPAN_STATUS_OK;
}

/* Imports a public key for one use; a key that is none verifies nothing. */
static int32_t import(psa_key_type_t type, psa_algorithm_t algorithm, psa_key_usage_t usage, const uint8_t *key,
                      size_t len, psa_key_id_t *out_id) {
  psa_key_attributes_t attributes = PSA_KEY_ATTRIBUTES_INIT;
  psa_set_key_type(&attributes, type);
  psa_set_key_algorithm(&attributes, algorithm);
  psa_set_key_usage_flags(&attributes, usage);
  switch (psa_import_key(&attributes, key, len, out_id)) {
    case PSA_SUCCESS:
      return SAMPAN_STATUS_OK;
    case PSA_ERROR_INVALID_ARGUMENT:
      return SAMPAN_STATUS_UNTRUSTED;
    default:
      return SAMPAN_STATUS_PLATFORM;
  }
}

/* What a verification says, once its key is gone. */
static int32_t verdict(psa_status_t verified, psa_key_id_t id) {
  if (psa_destroy_key(id) != PSA_SUCCESS) {
    return SAMPAN_STATUS_PLATFORM;
  }
  switch (verified) {
    case PSA_SUCCESS:
      return SAMPAN_STATUS_OK;
    case PSA_ERROR_INVALID_SIGNATURE:
      return SAMPAN_STATUS_UNTRUSTED;
    default:
      return SAMPAN_STATUS_PLATFORM;
  }
}

static int32_t verify_es256(void *ctx, const uint8_t *key, const uint8_t *hash, const uint8_t *signature) {
  (void)ctx;
  const psa_algorithm_t algorithm = PSA_ALG_ECDSA(PSA_ALG_SHA_256);
  psa_key_id_t id;
  uint8_t point[1 + POINT_LEN];
  point[0] = 4; /* SEC 1: uncompressed */
  memcpy(point + 1, key, POINT_LEN);
  int32_t code = import(PSA_KEY_TYPE_ECC_PUBLIC_KEY(PSA_ECC_FAMILY_SECP_R1), algorithm, PSA_KEY_USAGE_VERIFY_HASH,
                        point, sizeof point, &id);
  if (code != SAMPAN_STATUS_OK) {
    return code;
  }
  return verdict(psa_verify_hash(id, algorithm, hash, HASH_LEN, signature, SIGNATURE_LEN), id);
}

#ifdef PSA_ALG_PURE_EDDSA
/* Where the provider knows the name but not the algorithm, it says so, and there is no verdict. */
static int32_t verify_ed25519(void *ctx, const uint8_t *key, const uint8_t *message, size_t message_len,
                              const uint8_t *signature) {
  (void)ctx;
  psa_key_id_t id;
  int32_t code = import(PSA_KEY_TYPE_ECC_PUBLIC_KEY(PSA_ECC_FAMILY_TWISTED_EDWARDS), PSA_ALG_PURE_EDDSA,
                        PSA_KEY_USAGE_VERIFY_MESSAGE, key, 32, &id);
  if (code != SAMPAN_STATUS_OK) {
    return SAMPAN_STATUS_PLATFORM; /* Mbed TLS answers to a family that it lacks as to a key that is none */
  }
  return verdict(psa_verify_message(id, PSA_ALG_PURE_EDDSA, message, message_len, signature, SIGNATURE_LEN), id);
}
#endif

sampan_status sampan_crypto_psa_init(struct sampan_crypto *crypto) {
  if (crypto == NULL) {
    return SAMPAN_STATUS_NULL_POINTER;
  }
  if (psa_crypto_init() != PSA_SUCCESS) {
    return SAMPAN_STATUS_PLATFORM;
  }
  crypto->size = sizeof *crypto;
  crypto->sha256 = sha256;
  crypto->verify_es256 = verify_es256;
#ifdef PSA_ALG_PURE_EDDSA
  crypto->verify_ed25519 = verify_ed25519;
#endif
  return SAMPAN_STATUS_OK;
}

int32_t sampan_crypto_psa_entropy(void *ctx, uint8_t *buf, size_t len) {
  (void)ctx;
  return psa_generate_random(buf, len) == PSA_SUCCESS ? SAMPAN_STATUS_OK : SAMPAN_STATUS_PLATFORM;
}

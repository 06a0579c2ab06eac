/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The verifier of signed images without the runtime around it: one of its functions, MEASURED, and what it takes.
 * Without MEASURED, a firmware that verifies nothing, for the size of those that do.
 */
#include "bench.h"

#include "root_keys.h"

int bench_main(void);
bool bench_es256(const uint8_t *key, const uint8_t *hash, const uint8_t *signature);

extern const uint8_t trust[], trust_end[], image[], image_end[];

static struct bench_image input = {
	.vendor_id = { 0xfa, 0x6b, 0x4a, 0x53, 0xd5, 0xad, 0x5f, 0xdf, 0xbe, 0x9d, 0xe6, 0x63, 0xe4, 0xd4, 0x1f, 0xfe },
};

/* Takes every signature for good: stands for hardware that isn't counted. */
bool bench_es256(const uint8_t *key, const uint8_t *hash, const uint8_t *signature)
{
	return key != NULL && hash != NULL && signature != NULL;
}

static int32_t call(void)
{
#ifdef MEASURED
	return (int32_t)MEASURED(&input);
#else
	return (int32_t)input.image_len - (int32_t)(image_end - image);
#endif
}

int bench_main(void)
{
	for (size_t key = 0; key < 2; key++) {
		for (size_t byte = 0; byte < sizeof input.root_keys[key]; byte++) {
			input.root_keys[key][byte] = root_keys[key][byte];
		}
	}
	input.trust = trust;
	input.trust_len = (size_t)(trust_end - trust);
	input.image = image;
	input.image_len = (size_t)(image_end - image);
	int failures = bench_measure("alone", call);

	bench_print("end\n");
	return failures;
}

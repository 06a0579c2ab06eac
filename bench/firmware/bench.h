/* SPDX-License-Identifier: Apache-2.0 */
/* What the parts of the benchmark firmware offer each other; src/lib.rs has the engine's side of it. */
#ifndef BENCH_H
#define BENCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A kernel, natively and as an image of the engine that this firmware links. */
struct bench_kernel {
	const char *name;
	uint32_t (*native)(uint32_t seed);
	const uint8_t *image;
	const uint8_t *image_end;
};

/* What an engine did with an image. */
struct bench_run {
	uint32_t load_ticks;
	uint32_t run_ticks;
	uint32_t checksum;
	uint64_t fuel;
};

/* Text to the host, and the end of the machine. */
void bench_print(const char *text);
void bench_exit(int code);

/* A counter that rises by one every 40 instructions. */
uint32_t bench_ticks(void);

/* Memory for the engine, and its size. */
uint8_t *bench_arena(size_t *length);

/* The engine's name. */
const char *bench_engine_name(void);

/* Loads an image, runs it with `seed`, and unloads it. Returns 0, or what the engine answered. */
int32_t bench_engine_run(const uint8_t *image, size_t length, uint32_t seed, struct bench_run *out);

/* Switches `count` times between two instances of an image that spins; the ticks that it takes, or 0. */
uint32_t bench_engine_switch(const uint8_t *image, size_t length, uint32_t count);

/* Runs a bundle of the testsuite, prints what fails, and tells whether nothing did and how much passed. */
bool bench_spec_run(const uint8_t *bundle, size_t length, uint32_t *passed);

/* What the verifier of signed images is given: who the device is, and a trust store and an image of its vendor. */
struct bench_image {
	uint8_t vendor_id[16];
	uint8_t root_keys[2][64];
	const uint8_t *trust;
	size_t trust_len;
	const uint8_t *image;
	size_t image_len;
};

/* Verifies the trust store's envelope, and nothing else, or all there is; `_foreign` has the signatures verified by
 * bench_es256. Returns 0, or why it's refused. */
uint32_t bench_envelope(const struct bench_image *input);
uint32_t bench_envelope_foreign(const struct bench_image *input);
uint32_t bench_image(const struct bench_image *input);
uint32_t bench_image_foreign(const struct bench_image *input);

/* Calls, and prints a line: `verify`, the name, instructions, bytes of stack. Returns whether the call did not return 0. */
int bench_measure(const char *name, int32_t (*call)(void));

#endif

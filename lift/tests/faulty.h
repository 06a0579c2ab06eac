/* SPDX-License-Identifier: Apache-2.0 */
/* A library that has every kind of parameter, and every kind of failure. */
#ifndef FAULTY_H
#define FAULTY_H

#include <stddef.h>
#include <stdint.h>

enum { FAULTY_NOT, FAULTY_TRAPS, FAULTY_LOOPS, FAULTY_LEAVES, FAULTY_RECURSES };

int64_t faulty_sum(int8_t narrow, uint64_t wide, float single, double precise);
double faulty_half(float number);
void faulty_reverse(uint8_t *bytes, size_t len);
int faulty_length(const char *text);
/* How often it was called since the library was started. */
unsigned faulty_count(void);
/* Fails as `how` says, after it has written to `out`. */
int faulty_fail(int how, uint8_t *out);

#endif

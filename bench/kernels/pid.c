/* SPDX-License-Identifier: Apache-2.0 */
/* Four PID controllers in Q16.16 with saturation and anti-windup, each with a simulated plant of second order. */
#include "kernel.h"

uint32_t kernel_pid(uint32_t seed);

#define LOOPS 4
#define STEPS 1200
#define ONE 65536

struct loop {
	int32_t kp, ki, kd;
	int32_t integral, previous_error;
	int32_t position, velocity;
	int32_t setpoint;
};

static int32_t multiply(int32_t a, int32_t b)
{
	return (int32_t)(((int64_t)a * b) >> 16);
}

static int32_t clamp(int32_t value, int32_t limit)
{
	return value > limit ? limit : value < -limit ? -limit : value;
}

static int32_t control(struct loop *l)
{
	int32_t error = l->setpoint - l->position;
	int32_t derivative = error - l->previous_error;
	int32_t output;

	l->previous_error = error;
	output = multiply(l->kp, error) + multiply(l->ki, l->integral) + multiply(l->kd, derivative);
	/* The integral stands still while the output is saturated in the direction of the error. */
	if ((output < 4 * ONE || error < 0) && (output > -4 * ONE || error > 0)) {
		l->integral = clamp(l->integral + error, 512 * ONE);
	}
	return clamp(output, 4 * ONE);
}

static void plant(struct loop *l, int32_t force)
{
	int32_t acceleration = force - multiply(ONE / 4, l->position) - multiply(ONE / 2, l->velocity);

	l->velocity += multiply(ONE / 16, acceleration);
	l->position += multiply(ONE / 16, l->velocity);
}

uint32_t kernel_pid(uint32_t seed)
{
	static struct loop loops[LOOPS];
	uint32_t checksum = 0;

	for (int idx = 0; idx < LOOPS; idx++) {
		struct loop l = { 2 * ONE + idx * 4096, ONE / 32, 8 * ONE, 0, 0, 0, 0, 0 };

		loops[idx] = l;
	}
	for (int step = 0; step < STEPS; step++) {
		for (int idx = 0; idx < LOOPS; idx++) {
			struct loop *l = &loops[idx];

			if (step % 300 == 0) {
				l->setpoint = (int32_t)(random_next(&seed) & 0x3ffff) - 2 * ONE;
			}
			plant(l, control(l));
			checksum = checksum_add(checksum, (uint32_t)l->position);
		}
	}
	return checksum;
}

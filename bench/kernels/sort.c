/* SPDX-License-Identifier: Apache-2.0 */
/* Quicksort through a comparison callback, as the C library's qsort, then binary searches in the result. */
#include "kernel.h"

uint32_t kernel_sort(uint32_t seed);

#define COUNT 800

struct record {
	uint32_t key;
	uint32_t value;
};

typedef int (*record_compare)(const struct record *a, const struct record *b);

static int by_key(const struct record *a, const struct record *b)
{
	return (a->key > b->key) - (a->key < b->key);
}

static int by_value(const struct record *a, const struct record *b)
{
	return (a->value > b->value) - (a->value < b->value);
}

static void swap(struct record *a, struct record *b)
{
	struct record kept = *a;

	*a = *b;
	*b = kept;
}

static void sort(struct record *records, int32_t low, int32_t high, record_compare compare)
{
	while (low < high) {
		struct record pivot = records[(low + high) / 2];
		int32_t left = low, right = high;

		while (left <= right) {
			while (compare(&records[left], &pivot) < 0) {
				left++;
			}
			while (compare(&records[right], &pivot) > 0) {
				right--;
			}
			if (left <= right) {
				swap(&records[left++], &records[right--]);
			}
		}
		/* The shorter part by recursion, so that the stack stays small. */
		if (right - low < high - left) {
			sort(records, low, right, compare);
			low = left;
		} else {
			sort(records, left, high, compare);
			high = right;
		}
	}
}

static uint32_t search(const struct record *records, uint32_t key)
{
	uint32_t low = 0, high = COUNT;

	while (low < high) {
		uint32_t middle = (low + high) / 2;

		if (records[middle].key < key) {
			low = middle + 1;
		} else {
			high = middle;
		}
	}
	return low;
}

uint32_t kernel_sort(uint32_t seed)
{
	static struct record records[COUNT];
	uint32_t checksum = 0;

	for (uint32_t idx = 0; idx < COUNT; idx++) {
		records[idx].key = random_next(&seed);
		records[idx].value = idx;
	}
	sort(records, 0, COUNT - 1, by_key);
	for (uint32_t idx = 0; idx < COUNT; idx++) {
		checksum = checksum_add(checksum, search(records, random_next(&seed)) + records[idx].value);
	}
	sort(records, 0, COUNT - 1, by_value);
	return checksum_add(checksum, records[COUNT / 2].key);
}

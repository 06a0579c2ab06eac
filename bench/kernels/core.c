/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Integer work in the proportions of the embedded world's best-known benchmark, by code of our own: a linked list that
 * is searched, reversed and merge-sorted through comparison callbacks, small 16-bit matrices, a state machine that
 * recognises numbers in text, and a bit-by-bit CRC over every intermediate result.
 */
#include "kernel.h"

uint32_t kernel_core(uint32_t seed);

#define ITERATIONS 2
#define LIST_LENGTH 40
#define MATRIX_SIZE 9
#define TEXT_LENGTH 640

static uint16_t crc16_byte(uint16_t crc, uint8_t byte)
{
	for (int bit = 0; bit < 8; bit++) {
		uint16_t carry = (uint16_t)((crc ^ byte) & 1);

		byte >>= 1;
		crc >>= 1;
		if (carry) {
			crc ^= 0xa001;
		}
	}
	return crc;
}

static uint16_t crc16_half(uint16_t crc, uint16_t value)
{
	return crc16_byte(crc16_byte(crc, (uint8_t)value), (uint8_t)(value >> 8));
}

static uint16_t crc16_word(uint16_t crc, uint32_t value)
{
	return crc16_half(crc16_half(crc, (uint16_t)value), (uint16_t)(value >> 16));
}

/* Matrices */

struct matrices {
	int16_t a[MATRIX_SIZE][MATRIX_SIZE];
	int16_t b[MATRIX_SIZE][MATRIX_SIZE];
	int32_t c[MATRIX_SIZE][MATRIX_SIZE];
};

static void matrices_fill(struct matrices *m, uint32_t *random)
{
	for (int row = 0; row < MATRIX_SIZE; row++) {
		for (int column = 0; column < MATRIX_SIZE; column++) {
			uint32_t value = random_next(random);

			m->a[row][column] = (int16_t)(value & 0x7ff);
			m->b[row][column] = (int16_t)((value >> 16) & 0x7ff);
			m->c[row][column] = 0;
		}
	}
}

static void matrix_add_constant(int16_t matrix[MATRIX_SIZE][MATRIX_SIZE], int16_t value)
{
	for (int row = 0; row < MATRIX_SIZE; row++) {
		for (int column = 0; column < MATRIX_SIZE; column++) {
			matrix[row][column] = (int16_t)(matrix[row][column] + value);
		}
	}
}

static void matrix_multiply(struct matrices *m)
{
	for (int row = 0; row < MATRIX_SIZE; row++) {
		for (int column = 0; column < MATRIX_SIZE; column++) {
			int32_t sum = 0;

			for (int k = 0; k < MATRIX_SIZE; k++) {
				sum += (int32_t)m->a[row][k] * m->b[k][column];
			}
			m->c[row][column] = sum;
		}
	}
}

static void matrix_multiply_bits(struct matrices *m)
{
	for (int row = 0; row < MATRIX_SIZE; row++) {
		for (int column = 0; column < MATRIX_SIZE; column++) {
			int32_t sum = 0;

			for (int k = 0; k < MATRIX_SIZE; k++) {
				int32_t product = (int32_t)m->a[row][k] * m->b[k][column];

				sum += ((product >> 2) & 0x0f) * ((product >> 5) & 0x7f);
			}
			m->c[row][column] = sum;
		}
	}
}

static int32_t matrix_sum(struct matrices *m, int32_t clip)
{
	int32_t partial = 0, previous = 0, result = 0;

	for (int row = 0; row < MATRIX_SIZE; row++) {
		for (int column = 0; column < MATRIX_SIZE; column++) {
			int32_t current = m->c[row][column];

			partial += current;
			if (partial > clip) {
				result += 10;
				partial = 0;
			} else {
				result += current > previous ? 1 : 0;
			}
			previous = current;
		}
	}
	return result;
}

static uint16_t matrix_work(struct matrices *m, int16_t value, uint16_t crc)
{
	matrix_add_constant(m->a, value);
	matrix_multiply(m);
	crc = crc16_half(crc, (uint16_t)matrix_sum(m, 100000));
	matrix_multiply_bits(m);
	crc = crc16_half(crc, (uint16_t)matrix_sum(m, 5000));
	matrix_add_constant(m->a, (int16_t)-value);
	return crc;
}

/* State machine */

enum number_state { START, SIGN, INTEGER, POINT, FRACTION, EXPONENT, EXPONENT_SIGN, POWER, INVALID, STATES };

static int is_digit(uint8_t byte)
{
	return byte >= '0' && byte <= '9';
}

/* Reads up to the next comma and tells what it read. */
static enum number_state number_scan(const uint8_t **text, uint32_t *transitions)
{
	const uint8_t *at = *text;
	enum number_state state = START;

	for (; *at != 0; at++) {
		uint8_t byte = *at;

		if (byte == ',') {
			at++;
			break;
		}
		switch (state) {
		case START:
			state = is_digit(byte)              ? INTEGER
				: byte == '+' || byte == '-' ? SIGN
				: byte == '.'                ? POINT
							     : INVALID;
			transitions[START]++;
			break;
		case SIGN:
			state = is_digit(byte) ? INTEGER : byte == '.' ? POINT : INVALID;
			transitions[SIGN]++;
			break;
		case INTEGER:
			if (byte == '.') {
				state = POINT;
				transitions[INTEGER]++;
			} else if (!is_digit(byte)) {
				state = INVALID;
				transitions[INTEGER]++;
			}
			break;
		case POINT:
		case FRACTION:
			if (byte == 'e' || byte == 'E') {
				state = EXPONENT;
				transitions[FRACTION]++;
			} else {
				state = is_digit(byte) ? FRACTION : INVALID;
			}
			break;
		case EXPONENT:
			state = byte == '+' || byte == '-' ? EXPONENT_SIGN : INVALID;
			transitions[EXPONENT]++;
			break;
		case EXPONENT_SIGN:
		case POWER:
			state = is_digit(byte) ? POWER : INVALID;
			transitions[POWER]++;
			break;
		default:
			break;
		}
	}
	*text = at;
	return state;
}

static uint32_t text_fill(uint8_t *text, uint32_t *random)
{
	static const char *const words[] = {
		"5012", "1234", "-874", "+122", "35.54400", ".1234500", "-110.700", "+0.64400",
		"5.500e+3", "-.123e-2", "-87e+832", "+0.6e-12", "T0.3e-1F", "-T.T++Tq", "1T3.4e4z", "34.0e-T^",
	};
	uint32_t length = 0;

	while (length + 10 <= TEXT_LENGTH) {
		const char *word = words[random_next(random) & 15];

		while (*word != 0) {
			text[length++] = (uint8_t)*word++;
		}
		text[length++] = ',';
	}
	text[length] = 0;
	return length;
}

static uint16_t text_work(uint8_t *text, uint32_t length, uint32_t step, uint16_t crc)
{
	uint32_t ends[STATES] = { 0 }, transitions[STATES] = { 0 };

	for (uint32_t pass = 0; pass < 2; pass++) {
		for (const uint8_t *at = text; *at != 0;) {
			ends[number_scan(&at, transitions)]++;
		}
		/* Damages the text, then mends it. */
		for (uint32_t at = 0; at < length; at += step) {
			if (text[at] != ',' && (text[at] ^ 1) != ',') {
				text[at] ^= 1;
			}
		}
	}
	for (int state = 0; state < STATES; state++) {
		crc = crc16_word(crc, ends[state]);
		crc = crc16_word(crc, transitions[state]);
	}
	return crc;
}

/* List */

struct item {
	struct item *next;
	int16_t value;
	int16_t index;
};

typedef int32_t (*item_compare)(const struct item *a, const struct item *b);

static int32_t compare_value(const struct item *a, const struct item *b)
{
	return (int32_t)a->value - b->value;
}

static int32_t compare_index(const struct item *a, const struct item *b)
{
	return (int32_t)a->index - b->index;
}

static struct item *list_fill(struct item *items, uint32_t *random)
{
	for (int idx = 0; idx < LIST_LENGTH; idx++) {
		items[idx].value = (int16_t)random_next(random);
		items[idx].index = (int16_t)idx;
		items[idx].next = idx + 1 < LIST_LENGTH ? &items[idx + 1] : NULL;
	}
	return items;
}

static struct item *list_reverse(struct item *list)
{
	struct item *reversed = NULL;

	while (list != NULL) {
		struct item *next = list->next;

		list->next = reversed;
		reversed = list;
		list = next;
	}
	return reversed;
}

static struct item *list_find(struct item *list, int16_t index)
{
	while (list != NULL && list->index != index) {
		list = list->next;
	}
	return list;
}

static struct item *list_merge(struct item *a, struct item *b, item_compare compare)
{
	struct item head = { NULL, 0, 0 }, *tail = &head;

	while (a != NULL && b != NULL) {
		struct item **least = compare(a, b) <= 0 ? &a : &b;

		tail->next = *least;
		tail = *least;
		*least = tail->next;
	}
	tail->next = a != NULL ? a : b;
	return head.next;
}

static struct item *list_sort(struct item *list, item_compare compare)
{
	struct item *slow = list, *fast, *second;

	if (list == NULL || list->next == NULL) {
		return list;
	}
	for (fast = list->next; fast != NULL && fast->next != NULL; fast = fast->next->next) {
		slow = slow->next;
	}
	second = slow->next;
	slow->next = NULL;
	return list_merge(list_sort(list, compare), list_sort(second, compare), compare);
}

static uint16_t list_work(struct item **list, uint16_t crc)
{
	for (int16_t index = 0; index < LIST_LENGTH; index += 2) {
		struct item *found = list_find(*list, index);

		*list = list_reverse(*list);
		if (found != NULL) {
			crc = crc16_half(crc, (uint16_t)found->value);
		}
	}
	*list = list_sort(*list, compare_value);
	for (struct item *at = *list; at != NULL; at = at->next) {
		crc = crc16_half(crc, (uint16_t)at->index);
	}
	*list = list_sort(*list, compare_index);
	return crc;
}

uint32_t kernel_core(uint32_t seed)
{
	static struct matrices matrices;
	static struct item items[LIST_LENGTH];
	static uint8_t text[TEXT_LENGTH + 1];
	struct item *list = list_fill(items, &seed);
	uint32_t length = text_fill(text, &seed);
	uint16_t crc = 0;

	matrices_fill(&matrices, &seed);
	for (int iteration = 0; iteration < ITERATIONS; iteration++) {
		crc = list_work(&list, crc);
		for (int16_t value = 1; value <= 4; value++) {
			crc = matrix_work(&matrices, value, crc);
			crc = text_work(text, length, 7u * (uint32_t)value, crc);
		}
	}
	return crc;
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The C library's memory and string functions, as plain C has them: copying, comparing, searching, and splitting
 * lines of settings into keys and values that go into a hash table.
 */
#include "kernel.h"

uint32_t kernel_strings(uint32_t seed);

#define LINES 24
#define BUCKETS 32
#define PASSES 30
#define TEXT_LENGTH 1024

struct entry {
	const char *key;
	const char *value;
	struct entry *next;
};

struct table {
	struct entry *buckets[BUCKETS];
	struct entry entries[LINES];
	uint32_t used;
};

static size_t length_of(const char *text)
{
	const char *end = text;

	while (*end != 0) {
		end++;
	}
	return (size_t)(end - text);
}

static int compare(const char *a, const char *b)
{
	while (*a != 0 && *a == *b) {
		a++;
		b++;
	}
	return (int)(uint8_t)*a - (int)(uint8_t)*b;
}

static char *find_byte(char *text, char byte)
{
	while (*text != 0 && *text != byte) {
		text++;
	}
	return *text == byte ? text : NULL;
}

static uint32_t hash(const char *text)
{
	uint32_t value = 5381;

	while (*text != 0) {
		value = value * 33 ^ (uint8_t)*text++;
	}
	return value;
}

static void put(struct table *table, const char *key, const char *value)
{
	struct entry **bucket = &table->buckets[hash(key) % BUCKETS], *entry;

	for (entry = *bucket; entry != NULL; entry = entry->next) {
		if (compare(entry->key, key) == 0) {
			entry->value = value;
			return;
		}
	}
	entry = &table->entries[table->used++];
	entry->key = key;
	entry->value = value;
	entry->next = *bucket;
	*bucket = entry;
}

static const char *get(const struct table *table, const char *key)
{
	const struct entry *entry = table->buckets[hash(key) % BUCKETS];

	while (entry != NULL && compare(entry->key, key) != 0) {
		entry = entry->next;
	}
	return entry != NULL ? entry->value : "";
}

static uint32_t write_settings(char *text, uint32_t *random)
{
	static const char *const words[] = { "motor", "valve", "pump", "fan", "heater", "lamp", "relay", "door" };
	uint32_t length = 0;

	for (uint32_t line = 0; line < LINES; line++) {
		uint32_t value = random_next(random);
		const char *parts[] = { words[line & 7], ".", words[value & 7], "=", words[value >> 8 & 7], "\n" };

		for (uint32_t part = 0; part < 6; part++) {
			size_t size = length_of(parts[part]);

			__builtin_memcpy(&text[length], parts[part], size);
			length += (uint32_t)size;
		}
	}
	text[length] = 0;
	return length;
}

static void read_settings(char *text, struct table *table)
{
	while (*text != 0) {
		char *end = find_byte(text, '\n'), *equals;

		if (end == NULL) {
			break;
		}
		*end = 0;
		equals = find_byte(text, '=');
		if (equals != NULL) {
			*equals = 0;
			put(table, text, equals + 1);
		}
		text = end + 1;
	}
}

uint32_t kernel_strings(uint32_t seed)
{
	static char settings[TEXT_LENGTH], text[TEXT_LENGTH];
	static struct table table;
	uint32_t checksum = 0;

	for (int pass = 0; pass < PASSES; pass++) {
		uint32_t length = write_settings(settings, &seed);

		__builtin_memset(&table, 0, sizeof table);
		__builtin_memcpy(text, settings, length + 1);
		read_settings(text, &table);
		for (uint32_t idx = 0; idx < table.used; idx++) {
			checksum = checksum_add(checksum, hash(get(&table, table.entries[idx].key)));
		}
		checksum = checksum_add(checksum, (uint32_t)compare(get(&table, "pump.fan"), get(&table, "door.lamp")));
	}
	return checksum_add(checksum, table.used);
}

/* thread/attribute.h - attribute columns: which row has which value under which key.
 *
 * A column is the values of one key that have one type, beside the rows that have them.  What
 * events carry is laid flat first:
 *
 *   {"a": 1}             a: 1
 *   {"a": {"b": "x"}}    a.b: "x", up to ATTRIBUTE_DEPTH_MAX maps and lists deep
 *   {"a": [1, "x"]}      a: 1 and a: "x": a row may have several values under a key
 *   {"a": null}          nothing; nor have empty lists and maps
 *
 *   STRING    a code in the column's own dictionary, which holds at most
 *             ATTRIBUTE_DICTIONARY_MAX texts of at most ATTRIBUTE_TEXT_BYTES_MAX
 *   HASHED    what the dictionary does not take: 64 bits of hash.  Equal texts have equal hashes;
 *             the other way round must be looked up in the journal.  No text is in both.
 *   INTEGER, FLOAT, BOOLEAN
 *   TIME      ticks of 100 ns (thread.h)
 *
 * Values are 64 bits that sort as what they stand for: attribute_integer() and so on give it back.
 *
 * Fields of the event that questions are asked about are columns too (enum attribute_field).
 *
 * Budgets.  A source may bring ATTRIBUTE_SOURCE_KEYS_MAX new keys and ATTRIBUTE_SOURCE_VALUES_MAX
 * new texts.  What is past them, too deep, under too long a key or the event's value number
 * ATTRIBUTE_ROW_VALUES_MAX + 1 is kept in the journal but in no column: it is counted by source,
 * and its row is told by attributes_partial(): for those rows the columns are not the whole
 * truth and the journal must be asked.
 *
 * Rows that are hidden stay in the columns: readers skip them by their flag.  What was erased goes
 * for good when the state is renewed from the journal.
 *
 * Memory: a column keeps up to 1,024 pairs as they come (16 bytes each) and packs them
 * (attribute_block.h) when full: 0 to 12 bytes a pair, 32 a block.
 *
 * Threads: one writer; views are read by any thread.
 */
#pragma once

#include "base/saving.h"
#include "base/strings.h"
#include "event/record.h"
#include "thread/attribute_block.h"

enum {
	ATTRIBUTE_DEPTH_MAX = 8,
	ATTRIBUTE_KEY_BYTES_MAX = 1024, /* laid flat */
	ATTRIBUTE_TEXT_BYTES_MAX = 1024,
	ATTRIBUTE_ROW_VALUES_MAX = 1000,
	ATTRIBUTE_DICTIONARY_MAX = 1 << 20,
	ATTRIBUTE_SOURCE_KEYS_MAX = 2000,
	ATTRIBUTE_SOURCE_VALUES_MAX = 1 << 22,
	ATTRIBUTE_KEYS_MAX = 1 << 16, /* of all sources: a key costs about 30 KB */
};

enum attribute_type {
	ATTRIBUTE_STRING,
	ATTRIBUTE_HASHED,
	ATTRIBUTE_INTEGER,
	ATTRIBUTE_FLOAT,
	ATTRIBUTE_BOOLEAN,
	ATTRIBUTE_TIME,
	ATTRIBUTE_TYPE_COUNT
};

enum attribute_field {
	FIELD_SOURCE,
	FIELD_ACTOR,
	FIELD_INTERACTION,
	FIELD_CASE,
	FIELD_TEXT, /* BOOLEAN, true: there is a verbatim */
	FIELD_COUNT
};

/* ---- laying flat */

/* Called for each value that is neither null, list nor map; `key` is valid for the call. */
typedef void attribute_visit(void *context, str key, const struct value *value);
/* Returns how many values were left out (ATTRIBUTE_DEPTH_MAX, ATTRIBUTE_KEY_BYTES_MAX and
 * ATTRIBUTE_ROW_VALUES_MAX; a list or map that lies too deep counts as one). */
size_t attribute_walk(const struct record *record, attribute_visit *visit, void *context);

/* ---- the writer */

struct attributes;
struct attributes_view;

struct attributes *attributes_create(void);
void attributes_free(struct attributes *attributes); /* NULL is fine; views stay valid */
/* What `record` has in row `row`, which is above all rows before. */
void attributes_add(struct attributes *attributes, uint32_t row, const struct record *record);
/* The same of `count` rows side by side that have nothing but their source. */
void attributes_add_plain(
	struct attributes *attributes, uint32_t first_row, size_t count, str source);
/* Before several records are added: their texts are looked for together, which is several times
 * faster.  Changes nothing of what adding does.  Until _end() the records stay where they are, and
 * any of them may be added, in any order, or not. */
enum { ATTRIBUTES_SEEK_MAX = 32 };
void attributes_seek(struct attributes *attributes, const struct record *records, size_t count);
void attributes_seek_end(struct attributes *attributes);
size_t attributes_resident_bytes(const struct attributes *attributes);

/* One reference, for the caller; the same view again when nothing changed. */
struct attributes_view *attributes_publish(struct attributes *attributes);

/* As identity_save() and identity_load(); attribute_save.c has the format. */
void attributes_save(struct attributes *attributes, struct saving *saving);
err attributes_load(struct file *file, str *index, struct attributes **out, struct why *why);

/* ---- readers */

struct attributes_view *attributes_view_ref(struct attributes_view *view);
void attributes_view_unref(struct attributes_view *view); /* NULL is fine */

size_t attributes_key_count(const struct attributes_view *view);
str attributes_key(const struct attributes_view *view, uint32_t key);
uint32_t attributes_find_key(const struct attributes_view *view, str key); /* or STRINGS_NONE */
uint64_t attributes_value_count(const struct attributes_view *view); /* in columns of keys */
uint64_t attributes_not_indexed(const struct attributes_view *view);
/* By source: those that left something out; false behind the last.  *i starts at 0. */
bool attributes_next_over_budget(
	const struct attributes_view *view, uint32_t *i, str *source, uint64_t *not_indexed);

/* A column of a view: lives as long.  NULL: no value. */
struct attribute_column;
const struct attribute_column *attributes_column(
	const struct attributes_view *view, uint32_t key, enum attribute_type type);
/* Of a field; STRING or HASHED, but FIELD_TEXT: BOOLEAN. */
const struct attribute_column *attributes_field(
	const struct attributes_view *view, enum attribute_field field, enum attribute_type type);
/* The rows of which some value is in no column (values mean nothing). */
const struct attribute_column *attributes_partial(const struct attributes_view *view);

uint64_t attribute_count(const struct attribute_column *column); /* pairs */
/* STRING only: codes are 0 to attribute_distinct() - 1. */
size_t attribute_distinct(const struct attribute_column *column);
str attribute_text(const struct attribute_column *column, uint32_t code);
uint32_t attribute_code(const struct attribute_column *column, str text); /* or STRINGS_NONE */
uint64_t attributes_hash(const struct attributes_view *view, str text); /* as HASHED has it */

int64_t attribute_integer(uint64_t value); /* also of a TIME: ticks */
double attribute_float(uint64_t value);

/* Pairs in the order of rows, a block at a time. */
struct attribute_cursor {
	const struct attribute_column *column; /* NULL: an empty one */
	size_t block; /* the next */
	size_t count, at; /* of the pairs below; `at` is the caller's, and that of seek */
	uint32_t rows[ATTRIBUTE_BLOCK_ENTRIES];
	uint64_t values[ATTRIBUTE_BLOCK_ENTRIES];
};
void attribute_cursor_init(struct attribute_cursor *cursor, const struct attribute_column *column);
bool attribute_next_block(struct attribute_cursor *cursor); /* false: no more */
/* To the first pair whose row is `row` or above, anywhere; false if there is none. */
bool attribute_seek(struct attribute_cursor *cursor, uint32_t row);

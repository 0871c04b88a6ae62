/* exchange/row_map_internal.h - a bound mapping from within: row_map.c binds, row_map_read.c reads.
 */
#pragma once

#include "exchange/row_map.h"

#define NO_COLUMN SIZE_MAX

enum { TERMS_MAX = 7 };

/* A piece of a template: words, then perhaps a column. */
struct piece {
	str words;
	size_t column;
};

struct bound_term {
	const struct mapping_term *term;
	size_t column;
	size_t at; /* offset in struct record of the text that it gives */
	bool is_plain; /* the column's text as it is: no table, nothing otherwise */
	const struct piece *pieces;
	size_t piece_count;
};

struct bound_rule {
	const struct mapping_rule *rule;
	size_t column;
};

struct bound_identifier {
	const struct mapping_identifier *identifier;
	size_t column;
	struct bound_rule when;
};

struct bound_attribute {
	size_t column;
	str key;
	enum mapping_type type;
	bool is_channel_word; /* kept only where the channel is spelled otherwise */
	const struct bound_identifier *identifier; /* kept only where it names nobody; or NULL */
};

struct row_map {
	struct mapping mapping; /* completed by column_guess() */
	const str *names;
	size_t count;
	struct arena *arena;
	const struct zone *zone;
	size_t time_columns[2], time_count;
	struct time_format time_format;
	struct time_guess time_guess;
	bool time_is_ambiguous;
	uint64_t times_without_zone;
	struct bound_term channel, terms[TERMS_MAX]; /* those that the mapping has */
	size_t term_count;
	struct bound_identifier *identifiers;
	struct bound_attribute *attributes, *traits;
	size_t attribute_count, trait_count;
	struct bound_rule *rules;
	bool *taken; /* columns that need not be kept as attributes */
	struct record_identifier *identifier_room; /* of the row at hand, and so below */
	struct attribute *attribute_room, *trait_room;
	struct record_form form; /* what row_map_form() told */
	size_t text_columns[FORM_TEXTS_MAX], text_count; /* of its texts */
};

err row_map_no_room(struct row_map *map, struct why *why);

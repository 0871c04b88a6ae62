/* matching/field.h - what a field of a record is, and how alike two of its values are.
 *
 * Each kind brings a raw value into a form made for comparing, once for each distinct value, and
 * tells of two such forms a level.  Levels are an order from "different" to "exact"; what a level
 * is worth is not said here but learnt from the data (model.h).  Which levels a kind has:
 *
 *   kind            typo      alias                      sounds     similar     related
 *   given, surname  1 edit    nickname, part of a        French or  JW >= 0.85  JW >= 0.75, initial
 *                             compound, words swapped    English
 *   date            1 edit    day and month swapped                 two of the  within a year
 *                                                                   three parts
 *   address         1-2 edits same words, other order               JW >= 0.90  longest word equal
 *   place           1 edit    part of the other          as names   JW >= 0.85
 *   postcode        1 edit                                                      same first two
 *   number          1 edit
 *   code, phone     1 edit                                          2 edits
 *   email           1 edit    same before the @                     JW >= 0.90  JW >= 0.80
 *   gender
 *   text            1-2 edits                                       JW >= 0.90  JW >= 0.80
 *
 * An edit is a letter more, less, other, or two neighbours swapped (similarity.h); JW is the
 * similarity of Jaro and Winkler.  LEVEL_SWAPPED is told by whoever sees two fields (compare.h).
 *
 * Keys are what blocking may ask two values to agree on: at most KEYS_MAX for a value, hashes; a
 * collision costs a comparison and nothing else.
 *
 * Pure functions; values borrow the arena's memory.
 */
#pragma once

#include "base/arena.h"
#include "matching/similarity.h"

enum field_kind {
	KIND_GIVEN_NAME,
	KIND_SURNAME,
	KIND_FULL_NAME, /* taken apart into the two above: full_name.h */
	KIND_DATE,
	KIND_ADDRESS,
	KIND_PLACE,
	KIND_POSTCODE,
	KIND_NUMBER,
	KIND_CODE,
	KIND_PHONE,
	KIND_EMAIL,
	KIND_GENDER,
	KIND_TEXT,
	KIND_COUNT_
};

enum level {
	LEVEL_MISSING, /* one of the two has no value: this says nothing */
	LEVEL_DIFFERENT,
	LEVEL_RELATED,
	LEVEL_SIMILAR,
	LEVEL_SOUNDS,
	LEVEL_ALIAS,
	LEVEL_SWAPPED, /* it stands in the other field: given name and surname */
	LEVEL_TYPO,
	LEVEL_EXACT,
	LEVEL_COUNT_
};

enum { KEYS_MAX = 4 };

struct field_value {
	str text; /* folded, words parted by one blank */
	str tight; /* without the blanks */
	uint64_t letters; /* of `tight`: letters_of() */
	uint32_t french, english; /* phonetic.h; 0 where the kind has none */
	uint64_t nicknames;
	uint32_t date; /* year * 10000 + month * 100 + day; 0: no date */
	uint32_t keys[KEYS_MAX]; /* 0: none; keys[0] stands for the whole value */
};

/* By the field's name: given_name, birth_date ...; KIND_TEXT for any other. */
enum field_kind field_kind_named(str name);

/* False: the raw value says nothing (empty, or a word that stands for nothing such as "n/a"). *room
 * is false if the arena is full. */
bool field_value_of(
	enum field_kind kind, str raw, struct arena *arena, struct field_value *out, bool *room);

enum level field_compare(enum field_kind kind, struct similarity *scratch,
	const struct field_value *a, const struct field_value *b);

/* Does field_compare() ever tell this level of this kind? */
bool field_has_level(enum field_kind kind, enum level level);

/* How many keys values of this kind have. */
size_t field_key_count(enum field_kind kind);
const char *field_key_name(enum field_kind kind, size_t key); /* "whole", "sound (French)" ... */

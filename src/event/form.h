/* event/form.h - records of one form: what they share is checked and encoded once.
 *
 * A file of a million rows gives a million records that differ in a time and a few strings.  The
 * form is the rest of them: it knows their canonical bytes but for the places of what differs, and
 * lays a record out by copying the pieces in between.
 *
 *   version kind flags [time] piece text piece text piece ...
 *
 * A record kept so is the same, byte for byte, as record_keep() of the record that
 * record_of_form() tells: the long way, which everything else takes.
 *
 * Threads: a form is not written after it was made.
 */
#pragma once

#include "event/keep.h"

enum {
	FORM_STRINGS_MAX = 9, /* those of a record that may differ */
	FORM_IDENTIFIERS_MAX = 4,
	FORM_TEXTS_MAX = FORM_STRINGS_MAX + FORM_IDENTIFIERS_MAX,
	FORM_BYTES_MAX = 2048, /* of what all share */
};

/* What one record has of its own. */
struct formed {
	struct instant time;
	str texts[FORM_TEXTS_MAX]; /* its strings as record_form_init() was told, then the values of
				      its identifiers */
};

/* Private but for the pattern. */
struct form_piece {
	size_t from, len; /* in bytes[] */
	size_t text; /* which follows */
	size_t at; /* of its str, in struct formed_record */
};
struct form_shared {
	size_t piece, from; /* where the string stands in it */
	size_t at; /* of its str, in struct formed_record */
};
struct record_form {
	struct record pattern; /* its strings lie in bytes[]; those that differ are empty */
	struct record_identifier identifiers[FORM_IDENTIFIERS_MAX];
	size_t strings[FORM_STRINGS_MAX], string_count;
	struct form_piece pieces[FORM_TEXTS_MAX + 1];
	size_t piece_count;
	struct form_shared shared[FORM_TEXTS_MAX + 1]; /* every string, and every type */
	size_t shared_count;
	char bytes[FORM_BYTES_MAX];
	size_t byte_count;
};

/* `pattern`: an event with what all share, which record_check() accepts but for what differs.
 * `strings`: offsets in struct record of the strings that differ.  Each event has a message id of
 * its own (it differs) or none.  False: such records have no form, for they carry attributes or
 * objects, or too much of something.  Nothing is borrowed; the form stays where it is made. */
bool record_form_init(struct record_form *form, const struct record *pattern, const size_t *strings,
	size_t string_count);

/* Has each record a message id of its own? */
bool record_form_has_id(const struct record_form *form);

/* Would record_check() accept the record?  Asked of texts that str_is_plain(); false: ask it. */
bool record_form_takes(const struct record_form *form, const struct formed *formed);

/* The record itself, borrowing from both; `identifiers` has room for those of the form. */
void record_of_form(const struct record_form *form, const struct formed *formed,
	struct record_identifier *identifiers, struct record *out);

/* record_keep() of that record.  NULL: the arena is full. */
struct kept_record *record_keep_formed(const struct record_form *form, const struct formed *formed,
	size_t gap, struct arena *arena);

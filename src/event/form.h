/* event/form.h - records of one form: what they share is checked and encoded once.
 *
 * A file of a million rows gives a million records that differ in a time and a few strings.  The
 * form is the rest of them: it knows their canonical bytes but for the places of what differs, and
 * lays a record out by copying the pieces in between.
 *
 *   version kind flags [time] piece text piece text piece ...
 *
 * The bytes are the same as those of record_keep() of the record that record_of_form() tells: the
 * long way, which everything else takes.  The record itself is told by its row when it is needed.
 *
 * Threads: a form is not written after it was made.
 */
#pragma once

#include "event/codec.h"
#include "event/keep.h"

enum {
	FORM_STRINGS_MAX = 9, /* those of a record that may differ */
	FORM_IDENTIFIERS_MAX = 4,
	FORM_TEXTS_MAX = FORM_STRINGS_MAX + FORM_IDENTIFIERS_MAX,
	FORM_BYTES_MAX = 2048, /* of what all share */
	FORM_CHUNK_BYTES = 16, /* which are copied so many at a time */
};

/* What one record has of its own. */
struct formed {
	struct instant time;
	str texts[FORM_TEXTS_MAX]; /* its strings as record_form_init() was told, then the values of
				      its identifiers */
	bool is_clean; /* the texts are printable ASCII without blanks at their ends, as far as
			  somebody has looked */
	bool may_read_on; /* from where a text begins, FORM_CHUNK_BYTES may be read */
};

/* Private but for the pattern. */
struct form_piece {
	size_t from, len; /* in bytes[] */
	size_t text; /* which follows */
};
struct form_rule {
	size_t least, most; /* bytes of a text */
};
struct record_form {
	struct record pattern; /* its strings lie in bytes[]; those that differ are empty */
	struct record_identifier identifiers[FORM_IDENTIFIERS_MAX];
	size_t strings[FORM_STRINGS_MAX], string_count;
	struct form_rule rules[FORM_TEXTS_MAX];
	size_t text_count; /* strings and identifiers */
	struct form_piece pieces[FORM_TEXTS_MAX + 1];
	size_t piece_count;
	/* among the texts; FORM_TEXTS_MAX: not there */
	size_t source_text, id_text, channel_text, activity_text;
	size_t id_from; /* else: where the id would stand, in the piece behind the source */
	char bytes[FORM_BYTES_MAX + FORM_CHUNK_BYTES]; /* the last chunk may be read whole */
	size_t byte_count;
	size_t row_bytes; /* of a struct formed_row */
	size_t most_bytes; /* of a record but for its texts */
	uint8_t kinds[FORM_IDENTIFIERS_MAX]; /* what who prepares rows knows of the types of their
						identifiers; 0: nothing */
};

/* A record of a form, laid out: its bytes, and where in them its texts are.  Another thread reads
 * it, so it is a third of a record.  Private but for `bytes` and `gap`. */
struct formed_row {
	const struct record_form *form; /* outlives it */
	struct instant time;
	str bytes; /* canonical */
	size_t gap; /* free bytes before them: keep.h */
	uint32_t id_at, id_bytes; /* the message id, where it is none of the texts */
	struct {
		uint32_t at, bytes; /* from the row */
	} texts[]; /* as in struct formed */
};

/* `pattern`: an event with what all share, which record_check() accepts but for what differs.
 * `strings`: offsets in struct record of the strings that differ.  Each event has a message id of
 * its own (it differs) or none.  False: such records have no form, for they carry attributes or
 * objects, or too much of something.  Nothing is borrowed; the form stays where it is made. */
bool record_form_init(struct record_form *form, const struct record *pattern, const size_t *strings,
	size_t string_count);

/* Has each record a message id of its own? */
static inline bool record_form_has_id(const struct record_form *form)
{
	return form->id_text != FORM_TEXTS_MAX;
}

/* Is the form of events that tell who, when, on which channel and what, and nothing else?  One
 * identifier, no actor, no interaction, no case, no verbatim. */
bool record_form_is_plain(const struct record_form *form);

/* Would record_check() accept the record?  Asked of texts that str_is_plain(); false: ask it. */
bool record_form_takes(const struct record_form *form, const struct formed *formed);
/* The same in steps, for who has each text at hand: each of them, then the channel among them; and
 * the time by instant_is_valid(). */
static inline bool record_form_takes_text(const struct record_form *form, size_t i, str text)
{
	return text.len >= form->rules[i].least && text.len <= form->rules[i].most;
}

static inline bool record_form_takes_channel(
	const struct record_form *form, const struct formed *formed)
{
	return form->channel_text == FORM_TEXTS_MAX ||
	       channel_is_valid(formed->texts[form->channel_text]);
}

/* The record itself, borrowing from both; `identifiers` has room for those of the form. */
void record_of_form(const struct record_form *form, const struct formed *formed,
	struct record_identifier *identifiers, struct record *out);

/* A form of its own with the same content. */
void record_form_copy(const struct record_form *form, struct record_form *copy);

/* That record, kept: the bytes are those of record_keep().  Everything but the form lies in
 * `arena`.  NULL: the arena is full. */
struct formed_row *record_form_lay(const struct record_form *form, const struct formed *formed,
	size_t gap, struct arena *arena);

/* Makes of the gap before the bytes one within, which is the message id; returns where to write its
 * `gap` bytes, fewer than 0x80.  As record_put_message_id(), but for writing it. */
char *formed_row_place_id(struct formed_row *row);

static inline str formed_row_text(const struct formed_row *row, size_t text)
{
	return (str){ (const char *)row + row->texts[text].at, row->texts[text].bytes };
}

static inline str formed_row_text_or(const struct formed_row *row, size_t text, str shared)
{
	return text == FORM_TEXTS_MAX ? shared : formed_row_text(row, text);
}

static inline str formed_row_source(const struct formed_row *row)
{
	return formed_row_text_or(row, row->form->source_text, row->form->pattern.source);
}

static inline str formed_row_channel(const struct formed_row *row)
{
	return formed_row_text_or(row, row->form->channel_text, row->form->pattern.channel);
}

static inline str formed_row_activity(const struct formed_row *row)
{
	return formed_row_text_or(row, row->form->activity_text, row->form->pattern.activity);
}

static inline str formed_row_value(const struct formed_row *row) /* of its first identifier */
{
	return formed_row_text(row, row->form->string_count);
}

static inline str formed_row_id(const struct formed_row *row) /* empty: none yet */
{
	const str own = { (const char *)row + row->id_at, row->id_bytes };

	return formed_row_text_or(row, row->form->id_text, own);
}

/* The record, standing on the row and on its form; `identifiers` has room for those of the form.
 * formed_row_next_record(): of the same form as the record that *out and `identifiers` hold, of
 * which only what differs is written. */
void formed_row_record(
	const struct formed_row *row, struct record_identifier *identifiers, struct record *out);
void formed_row_next_record(
	const struct formed_row *row, struct record_identifier *identifiers, struct record *out);

/* exchange/stream.h - what readers and writers of formats stand between.
 *
 * A reader pulls bytes from a `struct input` and pushes records into a `struct record_sink`;
 * a writer pulls records from a `struct record_source` and pushes bytes into a `struct output`.
 * Both are pure: they know neither engine nor disk, keep constant memory however long the
 * stream is, and leave order as they find it.
 */
#pragma once

#include "base/why.h"
#include "event/form.h"

struct mapping;

/* Bytes coming in: a file, standard input, the inside of a gzip or zstd stream. */
struct input {
	/* Reads up to `bytes`; *got is 0 only at the end. */
	err (*read)(struct input *input, void *to, size_t bytes, size_t *got, struct why *why);
	str name; /* for messages: "calls.csv" */
};

/* Bytes going out. */
struct output {
	err (*write)(struct output *output, str bytes, struct why *why);
};

/* Where a record stood: for rejects and for messages.  -1 where it has no meaning. */
struct place {
	int64_t line, column; /* from 1 */
	int64_t offset; /* of the first byte, from 0 */
	str raw; /* the piece itself, where it can stand alone (CSV: the row); else empty */
};

/* Records coming out of a reader.  Everything is borrowed for the time of the call.  An error
 * other than OK stops the reader, which returns it. */
struct record_sink {
	/* A record as read: kind EVENT or ENTITY (or any kind, from Ariane's own JSON lines);
	 * source and message_id may be empty: the importer fills them in.  Not yet checked. */
	err (*record)(struct record_sink *sink, const struct record *record,
		const struct place *place, struct why *why);
	/* A piece of input that is no record: why (place included), and the piece itself, cut to
	 * a reasonable length, as it stood in the input (CSV: the whole row). */
	err (*reject)(struct record_sink *sink, const struct why *reason, str raw, struct why *why);
	/* May be NULL, both: a quicker way for many records alike.  Told once, before the first of
	 * them, what form they have (record_form_init(), but that the source may be missing);
	 * false: all shall come one by one. */
	bool (*form)(struct record_sink *sink, const struct record *pattern, const size_t *strings,
		size_t string_count);
	/* Instead of record(), where the record has that form; checked, as record_check() would. */
	err (*formed)(struct record_sink *sink, const struct formed *formed,
		const struct place *place, struct why *why);
	/* May be NULL.  CSV, before the first row: what a file of rejected rows begins with, so
	 * that it is read as this one is. */
	void (*header)(struct record_sink *sink, str text);
	/* May be NULL.  Before the first row, where pieces can stand alone: the mapping with all
	 * that was told from the input, by which rejected rows are read as this input is.  Their
	 * encoding is UTF-8.  Borrowed for the time of the call. */
	void (*read_as)(struct record_sink *sink, const struct mapping *mapping);
};

/* What a reader saw; the importer's summary is made from it. */
struct read_summary {
	uint64_t records, rejects, bytes;
	uint64_t times_without_zone; /* read in the default zone */
	char encoding[32]; /* "UTF-8", "ISO-8859-1" ...; "" if the format fixes it */
	char delimiter; /* CSV; 0 elsewhere */
	char time_format[64]; /* CSV: of the time column, as detected */
};

/* Records going into a writer, in the order the format wants (see each writer). */
struct record_source {
	err (*rewind)(struct record_source *source, struct why *why); /* back to the first */
	/* *more false at the end.  `customer`: the same text for all events of one customer, one
	 * after the other, in thread order; empty for records that belong to none. */
	err (*next)(struct record_source *source, bool *more, struct record *record, str *customer,
		struct why *why);
};

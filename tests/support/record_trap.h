/* tests/support/record_trap.h - both ends of a reader under test: bytes in memory or in a file as
 * its input, and a sink that keeps what comes out as lines of text.
 *
 *   record: {line} kind time channel activity type:value... key=value... traits  "text"
 *   reject: !{line}:{column} kebab raw
 */
#pragma once

#include "exchange/stream.h"

struct text_input {
	struct input input;
	str left;
	size_t step; /* at most so many bytes a read; 0: all */
};
struct text_input text_input_of(str text, size_t step);

struct record_trap {
	struct record_sink sink;
	struct strbuf lines; /* freed by record_trap_done() */
	uint64_t records, rejects;
	uint64_t stop_after; /* answers ERR_CANCELLED to this record; 0: never */
	bool counts_only;
	struct record_form *form; /* of record_trap_forms(); else NULL */
	uint64_t formed; /* records that came so */
	void (*seen)(void *context, const struct record *record); /* may be NULL */
	void *context;
};
struct record_trap record_trap_make(void);
/* From now on it takes records by their form too, and sees that these are what they should be. */
void record_trap_forms(struct record_trap *trap);
str record_trap_lines(const struct record_trap *trap);
void record_trap_done(struct record_trap *trap);

/* A record's words as above, without the line. */
void record_words(const struct record *record, struct strbuf *out);

/* The whole of a file, in `arena`; the test fails if it cannot be read. */
str file_text(const char *folder, const char *name, struct arena *arena);

/* tests/support/kept_stream.h - streams in memory: bytes as an input, an output that keeps them,
 * records that are kept as a sink and given again as a source. */
#pragma once

#include "exchange/stream.h"

/* Gives `step` bytes at a time (0: all that is asked); fails with ERR_IO behind `fail_after`. */
struct kept_input {
	struct input base;
	str bytes;
	size_t at, step, fail_after; /* fail_after 0: never */
};
struct kept_input kept_input(str bytes);

struct kept_output {
	struct output base;
	struct strbuf text;
	size_t writes, fail_at; /* the nth write fails with ERR_IO; 0: none */
};
struct kept_output kept_output(void); /* done with strbuf_done(&.text) */

struct kept_reject {
	enum message message;
	int64_t line;
	str raw;
};

/* Records as canonical bytes.  As a source: an EVENT's customer is its first identifier. */
struct kept_records {
	struct record_sink sink;
	struct record_source source;
	struct arena *arena; /* all below */
	str *records;
	int64_t *lines;
	size_t count, next;
	struct kept_reject *rejects;
	size_t reject_count;
	size_t stop_after; /* the sink fails with ERR_CANCELLED at that record; 0: never */
	struct arena *read; /* the record last given */
	struct strbuf customer;
};
void kept_records_init(struct kept_records *kept);
void kept_records_done(struct kept_records *kept);
void kept_records_add(struct kept_records *kept, const struct record *record);
struct record kept_record(struct kept_records *kept, size_t i); /* valid until the next */
void kept_records_sort(struct kept_records *kept); /* by bytes */

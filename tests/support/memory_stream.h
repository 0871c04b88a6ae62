/* tests/support/memory_stream.h - the four ends of exchange/stream.h, in memory. */
#pragma once

#include "exchange/stream.h"

/* Bytes, at most `step` a read. */
struct memory_input {
	struct input input;
	str left;
	size_t step;
};
struct memory_input memory_input_of(str bytes, size_t step);

struct memory_output {
	struct output output;
	struct strbuf *bytes;
};
struct memory_output memory_output_of(struct strbuf *bytes);

/* Each record as a line (exchange/native.h), each reject as "! kebab line:column+offset raw". */
struct telling_sink {
	struct record_sink sink;
	struct strbuf *out;
};
struct telling_sink telling_sink_of(struct strbuf *out);

/* Keeps copies of up to `most` records in the arena, by way of their canonical bytes. */
struct keeping_sink {
	struct record_sink sink;
	struct arena *arena;
	struct record *records;
	size_t count, most, rejects;
};
struct keeping_sink keeping_sink_of(struct arena *arena, size_t most);

/* The records of an array; the customer of each is its first identifier's value. */
struct memory_source {
	struct record_source source;
	const struct record *records;
	size_t count, at;
};
struct memory_source memory_source_of(const struct record *records, size_t count);

/* exchange/xes_build.h - from the attributes of a log, a trace, an event to records: the half of
 * the XES reader that knows no XML (xes.c is the other).
 *
 *   struct build  what the reader has gathered; xes.c owns it and its arenas
 *   build_*       make a record of it, in the arena that lives as long as the record does
 */
#pragma once

#include "exchange/xes.h"
#include "exchange/xes_internal.h"

/* Values gathered in an arena, doubling. */
struct value_list {
	struct value *items;
	size_t count;
};
bool value_list_add(struct value_list *list, struct arena *arena, const struct value *value);

/* A trace, ready for its events. */
struct trace_parts {
	const struct attribute *attributes; /* with the prefix "case:" */
	size_t count;
	const int64_t *positions; /* where each stands among an event's attributes; NULL: first */
	str name; /* its own concept:name */
	struct record_identifier identifier; /* case:NAME */
	bool has_identifier;
};

struct log_parts {
	struct value head; /* VALUE_MAP: the attributes of <log> itself */
	struct value_list extensions, globals, classifiers;
};

struct build {
	const struct xes_options *options;
	struct xes_zone zone;
	bool ours; /* Ariane wrote it: fields and escapes count */
};

/* All are false when `arena` is full. */
bool build_trace(const struct build *b, const struct attribute *raw, size_t count,
	struct arena *arena, struct trace_parts *out);
/* *reason stays MSG_NONE unless the event must be rejected; then *detail is its argument. */
bool build_event(struct build *b, const struct trace_parts *trace, const struct attribute *raw,
	size_t count, struct arena *arena, struct record *out, enum message *reason, str *detail);
bool build_trace_entity(struct build *b, const struct attribute *raw, size_t count,
	struct arena *arena, struct record *out);
bool build_log(const struct build *b, const struct log_parts *log, const struct attribute *raw,
	size_t count, struct arena *arena, struct record *out);

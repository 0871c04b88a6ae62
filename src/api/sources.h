/* api/sources.h - what each source sends, as it happens: counted, limited, and the last that was
 * refused, to find out why.
 *
 * What was refused is kept masked: names of members stay, of values only their form ("xxxx.xx@xx",
 * 00 for digits), at most SOURCE_PAYLOAD_BYTES of it, the last SOURCE_REJECTS of each source.
 * All of it is of this process: gone after a restart, like any counter.
 *
 * Threads: any.  Numbers of one source are those of one moment.
 */
#pragma once

#include "base/clock.h"
#include "base/json.h"

enum {
	SOURCES_MAX = 1024, /* what comes from more is counted as one, "..." */
	SOURCE_NAME_BYTES = 129,
	SOURCE_REASONS_MAX = 16, /* different ones; more are counted together */
	SOURCE_REJECTS = 16,
	SOURCE_PAYLOAD_BYTES = 1024,
};

struct sources;
struct source;

struct sources *sources_create(struct clock *clock, uint64_t events_per_second);
void sources_free(struct sources *sources);

/* By name; made if it is new.  Lives as long as `sources`. */
struct source *sources_get(struct sources *sources, str name);

/* May it send so many events now?  Else *retry_s says when. */
bool source_may_send(struct source *source, size_t events, int64_t *retry_s);

struct source_counts {
	uint64_t requests, bytes;
	uint64_t accepted, erased; /* events, by the writer's answer */
	uint64_t duplicates; /* known by their message id, whatever else they say */
	uint64_t rejected; /* events, and bodies that were none */
	uint64_t limited; /* requests told to come again: too many, or no room */
	int64_t last_ms; /* when something was accepted or known already; 0: never */
};
void source_add(struct source *source, const struct source_counts *more);
/* Something of it was refused; `raw` as it came, JSON or not. */
void source_reject(struct source *source, const struct why *why, str raw);

struct source_reason {
	enum message message; /* MSG_NONE: all others */
	uint64_t count;
};
struct source_reject {
	int64_t at_ms;
	struct why why;
	char payload[SOURCE_PAYLOAD_BYTES];
	size_t payload_len;
};
struct source_view {
	char name[SOURCE_NAME_BYTES];
	struct source_counts counts;
	struct source_reason reasons[SOURCE_REASONS_MAX];
	size_t reason_count;
};

/* All of them by name, in `arena`; NULL when it is full. */
const struct source_view *sources_view(struct sources *sources, struct arena *arena, size_t *count);
/* The last that was refused of a source, newest first; *count 0 if there is no such source. */
const struct source_reject *sources_rejects(
	struct sources *sources, str name, struct arena *arena, size_t *count);

/* {"sources":[{"source","requests","bytes","accepted","duplicates","erased",
 * "rejected","limited","last_time","reasons":[{"code","count"}]}]} */
void sources_put(struct sources *sources, struct arena *arena, struct json_writer *w);
/* {"source","rejects":[{"time","code","detail","payload"}]} */
void sources_put_rejects(struct sources *sources, str name, enum language language,
	struct arena *arena, struct json_writer *w);

/* The form of JSON, or of what should have been: see above.  Appends at most `bytes_max`. */
void source_mask(str raw, size_t bytes_max, struct strbuf *out);

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
	SOURCE_SECONDS = 60, /* whose acceptances are counted one by one */
};

struct sources;
struct source;

/* `events_per_second`: that each source may send, with bursts of as many; 0: any number. */
struct sources *sources_create(struct clock *clock, uint64_t events_per_second);
void sources_free(struct sources *sources);

/* By name; made if it is new.  Lives as long as `sources`. */
struct source *sources_get(struct sources *sources, str name);

/* Other limits, for all and for one; what sources_limit() says goes for all that have none of
 * their own, which it takes from those that had. */
void sources_limit(struct sources *sources, uint64_t events_per_second);
void source_limit(struct source *source, uint64_t events_per_second);

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
	uint64_t last_minute; /* events accepted in the last SOURCE_SECONDS */
	uint64_t events_per_second; /* that it may send; 0: any number */
	struct source_reason reasons[SOURCE_REASONS_MAX];
	size_t reason_count;
};

/* All of them by name, in `arena`; NULL when it is full. */
const struct source_view *sources_view(struct sources *sources, struct arena *arena, size_t *count);
/* The last that was refused of a source, newest first; *count 0 if there is no such source. */
const struct source_reject *sources_rejects(
	struct sources *sources, str name, struct arena *arena, size_t *count);

/* One of them, NULL if there is none of that name. */
const struct source_view *source_view_named(struct sources *sources, str name, struct arena *arena);
int64_t sources_since_ms(const struct sources *sources); /* since when is counted */

/* The members of an object that is open in `w` (docs/schemas/source.json): "source", "since",
 * "requests", "bytes", "accepted", "duplicates", "erased", "rejected", "limited", "last_minute",
 * "rate_limit", "last_time", "reasons":[{"code","count"}] */
void source_put(const struct source_view *view, int64_t since_ms, struct json_writer *w);
/* "rejects":[{"time","code","detail","payload"}] */
void source_put_rejects(const struct source_reject *rejects, size_t count, enum language language,
	struct json_writer *w);

/* The form of JSON, or of what should have been: see above.  Appends at most `bytes_max`. */
void source_mask(str raw, size_t bytes_max, struct strbuf *out);

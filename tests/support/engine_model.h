/* tests/support/engine_model.h - what an engine must hold, told in the plainest way.
 *
 * A list of all records in order, and from it, each time from nothing: which rows are seen, whose
 * they are, in which order.  Quadratic where that is shorter; no index, no increment, nothing kept.
 * So it says the same as the engine only if both are right.
 *
 * Events carry some of MODEL_IDENTIFIERS identifiers, so few that customers join all the time.
 * Their order is that by which an owner is chosen: user_id, email, anonymous_id.
 */
#pragma once

#include "base/arena.h"
#include "event/record.h"

enum {
	MODEL_RECORDS_MAX = 1000,
	MODEL_IDENTIFIERS = 12,
	MODEL_KEYS_MAX = 600,
	MODEL_NOBODY = 255,
	MODEL_PENDING_MAX = 64,
	MODEL_BATCHES_MAX = 4,
};

enum model_decision { MODEL_NONE, MODEL_TOGETHER, MODEL_APART };

/* A record, as little of it as is needed to make it again. */
struct model_record {
	enum record_kind kind;
	uint32_t key; /* number of the message; 0: none */
	uint32_t content; /* unlike for unlike contents: seeds the text */
	uint32_t padding; /* bytes of text beyond */
	uint16_t mask; /* identifiers */
	int64_t time_ms;
	uint64_t target; /* CORRECTION, RETRACTION */
	uint8_t pair[2]; /* IDENTITY */
	enum model_decision decision;
	uint64_t *places; /* ERASURE: sequences, ascending; owned */
	size_t place_count;
	/* of its place in the journal */
	bool is_erased; /* an ERASURE names it */
	enum { MODEL_WHOLE, MODEL_EITHER, MODEL_STONE } bytes;
	int64_t received_ms; /* 0: not read back yet */
};

struct model {
	struct model_record log[MODEL_RECORDS_MAX]; /* by sequence; [0] unused */
	uint64_t end; /* sequences below are acknowledged */
	uint64_t pending; /* records behind `end` that may be there, in whole batches */
	uint64_t batch_ends[MODEL_BATCHES_MAX]; /* of all pending batches but the last */
	size_t batch_count;
};

struct model *model_create(void);
void model_free(struct model *model);

/* Puts a record at end + pending; takes over its places. */
void model_add(struct model *model, struct model_record record);
/* What is pending so far is a batch of its own; could the journal end here? */
void model_end_batch(struct model *model);
bool model_may_end(const struct model *model, uint64_t end);
void model_accept(struct model *model); /* what is pending is there */
void model_drop(struct model *model); /* it is not */
/* The same for the pending sequences below, or from, `end`. */
void model_accept_below(struct model *model, uint64_t end);
void model_drop_from(struct model *model, uint64_t end);

str model_identifier(unsigned i); /* "user_id:quagga-u0" */
/* Words that stand in the bytes of this content and nowhere else. */
void model_secret(uint32_t content, char out[static 24]);

/* As a source tells it, or as the journal keeps it; memory from `arena`. */
struct record model_record_of(const struct model_record *record, struct arena *arena);

/* Is the message known? */
struct model_known {
	enum { MODEL_UNKNOWN, MODEL_KNOWN, MODEL_ERASED } state;
	uint64_t seq; /* KNOWN: of the one there is */
};
struct model_known model_find(const struct model *model, uint32_t key);

struct model_state {
	uint64_t origin[MODEL_RECORDS_MAX]; /* of each row, its first version; 0: no row */
	bool shown[MODEL_RECORDS_MAX];
	bool erased[MODEL_RECORDS_MAX];
	uint64_t events, entities; /* shown */
	uint16_t live; /* identifiers that shown rows name */
	uint8_t decision[MODEL_IDENTIFIERS][MODEL_IDENTIFIERS]; /* lower first */
	uint8_t customer[MODEL_IDENTIFIERS]; /* the same number: one customer; or MODEL_NOBODY */
};
void model_state_of(const struct model *model, struct model_state *out);

uint8_t model_customer_of(const struct model *model, const struct model_state *state, uint64_t seq);
/* Sequences of the shown events, or entities, of a customer, in order; returns how many. */
size_t model_thread(const struct model *model, const struct model_state *state, uint8_t customer,
	bool entities, uint64_t out[static MODEL_RECORDS_MAX]);

/* Which places the erasure of an identifier's customer, or of one event, must name. */
size_t model_places_of_customer(
	const struct model *model, unsigned identifier, uint64_t out[static MODEL_RECORDS_MAX]);
size_t model_places_of_event(
	const struct model *model, uint64_t seq, uint64_t out[static MODEL_RECORDS_MAX]);
/* Is it named by an ERASURE before this sequence?  Then another need not name it again: once part
 * of an event's bytes are gone, the engine may not know the rest for its own. */
bool model_erased_before(const struct model *model, uint64_t place, uint64_t seq);
/* Does a record that is not erased name the identifier? */
bool model_names(const struct model *model, unsigned identifier);

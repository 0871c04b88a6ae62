/* main/retention.h - rules on how long events are kept, applied: what is older goes as an erasure
 * does (engine/erase.h): out of sight at once, its bytes within erase_within, its keyed hash stays,
 * so that sending it again brings nothing back.
 *
 * An event is older by its own time, and goes with all its versions; a retracted one too.  Entities
 * and decisions on identity are not events: they stay.
 *
 * A server runs all rules when it starts and every RETENTION_EVERY_MS; `ariane retention run` does
 * it now.  Finding is done on a snapshot beside the writer; removing in pieces of
 * RETENTION_PIECE records, between which others write.  Each rule that removed something is a row
 * of the audit ("retention:3").
 */
#pragma once

#include "desk/retention.h"
#include "engine/writer.h"

#include <stdatomic.h>

enum { RETENTION_EVERY_MS = 3600 * 1000, RETENTION_PIECE = 5000 };

struct retention_place {
	struct engine *engine;
	struct writer *writer; /* NULL: nobody else uses the engine */
	struct desk *desk;
	const atomic_bool *stop; /* may be NULL */
};

struct retention_found {
	uint64_t *seqs; /* of all versions, on the heap */
	size_t count;
	uint64_t events; /* of which so many can be seen */
	int64_t oldest_ms; /* where events > 0 */
};
/* ERR_CANCELLED, ERR_LIMIT (the columns of @source). */
err retention_find(const struct retention_place *place, const struct retention_rule *rule,
	int64_t now_ms, struct retention_found *out, struct why *why);
void retention_found_done(struct retention_found *found);

/* One rule; *gone events can no longer be seen. */
err retention_apply(const struct retention_place *place, const struct retention_rule *rule,
	int64_t now_ms, uint64_t *gone, struct why *why);

/* The server's clock for all of them. */
struct retention_keeper;
/* `tell` gets an error that came, on its thread. */
struct retention_keeper *retention_keeper_start(const struct retention_place *place,
	void (*tell)(void *context, const struct why *why), void *context);
void retention_keeper_stop(struct retention_keeper *keeper); /* NULL is fine */

/* identity/recount.h - customers computed beside the writer, where that takes long.
 *
 * What a look may not wait for (a reach of many thousand links, other rules for everybody) is
 * deferred; the former answer stands.  It is computed by another thread on what identity was at one
 * moment, then what changed meanwhile is brought in, in rounds that grow shorter, and at last the
 * result takes the place of what there is:
 *
 *   begin      writer   a moment of all tables, for the price of a publication; from now on the
 *                       writer notes which sets and decisions change
 *   compute    beside   as ever (settle.c), on tables of its own that begin as the moment's
 *   catch up   writer   another moment, and what has changed until then
 *   follow     beside   the same changes, there
 *   take       writer   once little has changed: the tables change places
 *   free       beside
 *
 * What cannot be joined at once while following, and what reached too far meanwhile, is noted as
 * ever and comes next: the answer is at most as old as two such rounds, however fast evidence
 * comes.  Nothing of it is a record: after a crash, or if it is given up, the same is computed
 * again from the journal, or from a checkpoint, which holds what was not computed yet.
 *
 * A study is the first half alone: one moment, computed to its end, for questions that look at
 * everything (study.h) and shall keep no writer waiting.
 *
 * Threads: as said above; a recount is in one hand at a time.
 */
#pragma once

#include "identity/identity.h"

enum {
	/* Pieces of evidence that one look may follow to reach a customer: a link is one at each of
	 * its ends, so this is 12,500 links, some milliseconds; all its tries together take twice
	 * as many. */
	RECOUNT_STEPS = 25000,
	RECOUNT_LEFT = 2000, /* sets and decisions that the writer itself brings in at last */
};

/* From now on what takes more steps is deferred; 0: nothing ever.  The writer's. */
void identity_look_within(struct identity *identity, size_t steps);
struct recount;

/* The writer's, right after a publication; one at a time. */
struct recount *recount_begin(struct identity *identity);
/* Given up: what it was to compute is deferred again. */
void recount_give_up(struct identity *identity);

/* Beside.  `find` as identity_ask_times(), of the same moment; it may be NULL. */
void recount_compute(struct recount *recount, identity_times_fn *find, void *context);

/* The writer's: false if it is in vain, for rules changed again, or all was computed meanwhile.
 * *left: how much there is to follow. */
bool recount_catch_up(struct recount *recount, struct identity *identity, size_t *left);
void recount_follow(struct recount *recount); /* beside, or the writer's */

/* The writer's, nothing being left: it takes the place.  What it replaced goes with the recount. */
void recount_take(struct recount *recount, struct identity *identity);
void recount_free(struct recount *recount); /* NULL is fine; beside: it may be large */

/* Beside, once it is computed.  Did owners of sets change? */
bool recount_moved_owners(const struct recount *recount);
/* What readers would see if it were taken at once: `then` was published at its moment. */
struct identity_view *recount_publish(struct recount *recount, const struct identity_view *then);

/* ---- one moment, for questions */

struct identity_moment;

/* The writer's. */
struct identity_moment *identity_moment(struct identity *identity);
void identity_moment_free(struct identity_moment *moment); /* NULL is fine */
/* Beside: an identity of its own that begins as the moment, with nothing left to compute; for
 * study.h alone, and identity_free(). */
struct identity *identity_of_moment(
	struct identity_moment *moment, identity_times_fn *find, void *context);

/* main/store.h - the data folder, for the time of a command.
 *
 * Opened and closed by the command, or open already where a server runs (house.h): then commands
 * whose row says `in_house` run in it, beside others, and use the engine only through this header,
 * but for what engine.h allows to readers (engine_read(), the journal, its options).
 */
#pragma once

#include "engine/engine.h"
#include "engine/erasing.h"
#include "engine/recount.h"
#include "main/house.h"
#include "main/request.h"
#include "main/sink.h"

enum store_use {
	STORE_READ, /* must exist */
	STORE_CHANGE, /* must exist */
	STORE_MAKE, /* made if it is not there */
	STORE_SERVE, /* the same, by its absolute path: commands that come in work in other folders
		      */
};

/* Opens the folder that the request names; says beside the answer what opening had to mend.  Bytes
 * of what was erased longer ago than the setting allows are rewritten first, but for STORE_READ.
 * In a house: its engine. */
err store_open(const struct request *request, struct sink *sink, enum store_use use,
	struct engine **out, struct why *why);
/* Nothing in a house. */
void store_close(const struct request *request, struct engine *engine);

/* What most commands do: opens, lets `act` answer, closes. */
typedef err store_act(
	const struct request *request, struct sink *sink, struct engine *engine, struct why *why);
err store_with(const struct request *request, struct sink *sink, enum store_use use, store_act *act,
	struct why *why);

/* The present state; one reference for the caller. */
struct snapshot *store_snapshot(const struct request *request, struct engine *engine);
/* Threads in order, where that pays; a house does that by itself. */
void store_index(const struct request *request, struct engine *engine);
/* Writes a checkpoint after much was changed; a house does that by itself. */
err store_checkpoint(const struct request *request, struct engine *engine, struct why *why);
/* Both, for after much was written. */
err store_settle(const struct request *request, struct engine *engine, struct why *why);

/* Changes through a function that may use all of engine.h.  In a house it runs in the writer's
 * place, and all producers wait meanwhile; what it did is in the next snapshot. */
typedef err store_change(struct engine *engine, void *context, struct why *why);
err store_call(const struct request *request, struct engine *engine, store_change *call,
	void *context, struct why *why);
/* The same for what only looks. */
err store_ask(const struct request *request, struct engine *engine, store_change *call,
	void *context, struct why *why);
/* One moment of identity, for what looks at everything (identity/study.h): the writer goes on. */
err store_study(const struct request *request, struct engine *engine, struct engine_study **out,
	struct why *why);
/* Beside the writer, house-keeping at rest: for what may take long and changes no state. */
err store_call_beside(const struct request *request, struct engine *engine, store_change *call,
	void *context, struct why *why);
/* engine_write(). */
err store_write(const struct request *request, struct engine *engine, struct engine_item *items,
	size_t count, struct why *why);

/* In a house: waits until all that was written is in the newest snapshot. */
void store_await(const struct request *request);

/* The records of all decisions that hold, in their order; on the heap: free(). */
err store_decisions(const struct request *request, struct engine *engine, uint64_t **seqs,
	size_t *count, struct why *why);

/* engine_erase_bytes() with a progress bar; in a house beside the writer. */
err store_erase_bytes(const struct request *request, struct sink *sink, struct engine *engine,
	struct erasing_result *result, struct why *why);

/* How identifiers that a person types are read: the country of the settings. */
struct identifier_rules;
struct identifier_rules store_identifier_rules(const struct request *request);
struct identifier_rules identifier_rules_of(const struct settings *settings);

/* The customer whom a person means by "type:value".  ERR_NOT_FOUND: nobody; `text` gets the normal
 * form, in the request's arena. */
err store_customer(const struct request *request, const struct snapshot *snapshot, str typed,
	str *text, uint32_t *customer, struct why *why);

/* engine/places.h - the places of the journal that name a customer: what erasing him empties, and
 * what he is given who asks what is known of him.
 *
 * All versions of an event count, retracted ones too; of entities and decisions all records.
 *
 * Threads: what takes a view is for any thread; of the engine they use the journal alone, but for
 * places_has_decision(), which is for the writer's place.
 */
#pragma once

#include "engine/erase.h"

/* Sequences, on the heap; { 0 } is empty. */
struct places {
	struct erased *items;
	size_t count, room;
};
void places_note(struct places *places, uint64_t seq);
void places_sort(struct places *places); /* ascending, each once */
void places_done(struct places *places);

/* A byte for each identifier: is it one of the customer to whom `identifier` belongs?  free(). */
uint8_t *places_wanted(const struct identity_view *identity, uint32_t identifier);

bool places_set_names(const struct identity_view *view, uint32_t set, const uint8_t *wanted);

/* Rows, hidden ones too, whose set names one of the identifiers; and, so that no version of an
 * event stays behind, all rows of the same origin. */
void places_find_rows(
	const struct threads_view *view, const uint8_t *wanted, struct places *places);

/* Identity knows only the newest decision on a pair; the records of those before it name people
 * too.  So whoever has one is sought in the whole journal, from `from_seq` on. */
bool places_has_decision(struct engine *engine, const uint8_t *wanted);
err places_find_decisions(struct engine *engine, const struct identity_view *view,
	const uint8_t *wanted, uint64_t from_seq, struct places *places, struct why *why);

/* What was erased stands in the journal until its bytes are rewritten.  places_waiting(), in the
 * writer's place: which ERASURE records say so; places_drop_erased(): those they name fall away. */
void places_waiting(struct engine *engine, struct places *out);
err places_drop_erased(struct engine *engine, const struct places *waiting, struct places *places,
	struct why *why);

/* The keyed hash of the message at each place; places already emptied fall away. */
err places_find_keys(struct engine *engine, struct places *places, struct why *why);

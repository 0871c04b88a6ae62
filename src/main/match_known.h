/* main/match_known.h - what a data folder knows of records before they are matched: which are one
 * customer, which are kept apart by people or by keys of which a customer has one.
 */
#pragma once

#include "engine/engine.h"
#include "main/request.h"
#include "matching/known.h"
#include "matching/records.h"

/* As known_pairs has it; on the heap. */
struct match_known {
	struct row_pair *together, *apart;
	size_t together_count, apart_count;
	uint32_t *told;
	uint8_t *keys;
};
static inline struct known_pairs match_known_pairs(const struct match_known *k)
{
	return (struct known_pairs){ k->together, k->apart, k->together_count, k->apart_count,
		k->told, k->keys };
}

/* Of these records, which are settled, by the snapshot.  Errors of reading decisions. */
err match_known_find(const struct request *request, struct engine *engine,
	const struct snapshot *snapshot, const struct match_records *records,
	struct match_known *out, struct why *why);
void match_known_done(struct match_known *known);

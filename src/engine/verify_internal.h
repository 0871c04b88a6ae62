/* engine/verify_internal.h - what the parts of a verification share; see verify.h. */
#pragma once

#include "engine/engine_internal.h"
#include "engine/verify.h"
#include "identity/rules.h"

struct verifying {
	struct engine *engine;
	void (*report)(void *context, const struct why *fault);
	void *context;
	struct verification *out;
	const struct verify_place *place;
	const struct threads_view
		*view; /* the state: all of it of one moment, with all threads indexed */
	const struct identity_view *identity;
	const struct identity *state_of;
	uint64_t end_seq; /* records from here on came later */
	enum verify_part part;
	struct watch watch; /* of the present part */
};

void verify_fault(struct verifying *v, const struct why *fault);
void verify_fault_at(struct verifying *v, enum message message, uint64_t seq);
void verify_fault_of(struct verifying *v, enum message message, str identifier);

/* A part begins: who waits is told of it by this. */
const struct watch *verify_part(struct verifying *v, enum verify_part part);

/* The decision that holds on each pair, as the journal has it. */
struct verify_decision {
	uint32_t a, b; /* a < b by text */
	enum decision_kind kind;
	bool by_people;
	uint64_t seq;
};

/* ---- what a replay would make, in few bytes, and compared with the live state on the way
 * (verify_rows.c, verify_evidence.c) */

struct verify_evidence;
struct verify_evidence *verify_evidence_create(struct verifying *v);
void verify_evidence_free(struct verify_evidence *evidence); /* NULL is fine */
/* A row with this set, which a record tells; one whose record is gone. */
void verify_evidence_add(struct verify_evidence *e, uint32_t set, const struct record *record);
void verify_evidence_pass(struct verify_evidence *e, uint32_t set);
void verify_evidence_remove(struct verify_evidence *e, uint32_t set);
void verify_evidence_decide(struct verify_evidence *e, const struct record *record);
void verify_evidence_forget(struct verify_evidence *e, uint64_t seq); /* a decision's record */
/* Is the live evidence the same?  Then customers are computed from it, in another way than
 * identity's, and compared (verify_customers.c). */
void verify_evidence_end(struct verify_evidence *e);

void verify_customers(struct verifying *v, const uint32_t *live_of_sets,
	const struct verify_decision *decisions, size_t count);

/* ---- addresses and their digests that live and are one by the rules (verify_twins.c) */

struct verify_twin {
	uint32_t hash, plain;
};
struct verify_twins;
struct verify_twins *verify_twins_create(
	const struct identity_view *identity, const struct identity_rules *rules);
void verify_twins_free(struct verify_twins *twins); /* NULL is fine */
const struct verify_twin *verify_twins_all(const struct verify_twins *twins, size_t *count);
/* The least of those that an identifier is one with, and how many they are. */
uint32_t verify_twins_class(const struct verify_twins *twins, uint32_t identifier);
size_t verify_twins_size(const struct verify_twins *twins, uint32_t class);
uint32_t verify_twins_plain(const struct verify_twins *twins, uint32_t identifier);

/* ---- what sets link, by the rules in force (verify_links.c) */

struct verify_link {
	uint32_t a, b; /* b: the weaker end */
	bool by_people, by_hash, by_matching, verified;
	uint8_t trust, priority;
	uint32_t set, place; /* of a set's link: b is the place-th of its ends */
	int64_t time;
};
struct verify_links;
struct verify_links *verify_links_create(struct verifying *v, const uint32_t *live_of_sets);
void verify_links_free(struct verify_links *links); /* NULL is fine */
/* The links of one set, written to `out`; returns how many. */
size_t verify_links_of(const struct verify_links *links, uint32_t set,
	struct verify_link out[static SET_IDENTIFIERS_MAX]);
/* The same of twins, in the order of verify_twins_all(): false if they do not join. */
bool verify_links_of_twins(const struct verify_links *links, size_t i, struct verify_link *out);
size_t verify_links_twins(const struct verify_links *links);
/* Does it count in the limit of its type? */
bool verify_links_let_count(const struct verify_links *links, uint32_t identifier);
/* Which row of the rules an identifier's type has. */
unsigned verify_links_row(const struct verify_links *links, uint32_t identifier);
int verify_link_compare(const void *a, const void *b, void *identity_view); /* canonical order */

struct verify_rows;
struct verify_rows *verify_rows_create(struct verifying *v);
void verify_rows_free(struct verify_rows *rows); /* NULL is fine */
/* In the order of sequences, without those in quarantine. */
void verify_rows_record(struct verify_rows *rows, const struct record *record);
void verify_rows_end(struct verify_rows *rows);

/* Does each thread hold its events, all of them, once, in order?  (verify_threads.c) */
err verify_threads(struct verifying *v, struct why *why);

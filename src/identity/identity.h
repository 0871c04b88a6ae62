/* identity/identity.h - which identifiers are one customer, and why.
 *
 * Every event carries a set of identifiers.  Distinct sets are the evidence: each has a count of
 * the live events that carry it, the first and the last of them, and the source that told it
 * first.  Decisions by people (link, unlink) are evidence too.  Customers are the connected
 * components of the evidence, less what decisions forbid: a pure function of the set of evidence,
 * whatever the order in which it came.
 *
 *   identifier  code of "type:value"            customer_of[identifier] -> customer
 *   set         code of its identifiers, the     members of a customer: a ring of identifiers
 *               owner first
 *   owner       the identifier of a set with the lowest rank, then text (identifier.h): an
 *               event stands in the thread of its owner's customer
 *
 * How customers follow from evidence (identity_closure.c): without decisions, joining is the
 * smaller ring into the larger.  Where a decision keeps two identifiers apart, all the evidence
 * that reaches them is taken in canonical order (links by people, then sets by their text) and
 * each join that would bring the two together is refused; when evidence goes, the refused is
 * considered again.
 *
 * Invariants:
 *  1. an identifier without live evidence belongs to no customer (CUSTOMER_NONE);
 *  2. customer numbers are volatile: valid within one snapshot, reused afterwards;
 *  3. adding evidence and removing it restores the customers.
 *
 * Threads: one writer; views are read by any thread.
 */
#pragma once

#include "base/saving.h"
#include "base/strings.h"
#include "base/table.h"
#include "event/record.h"

#define IDENTIFIERS_MAX 400000000u /* codes are 32 bits; the rest is room for marks */

#define CUSTOMER_NONE UINT32_MAX
#define IDENTITY_NO_CODE UINT32_MAX

struct identity;

struct identity *identity_create(void);
void identity_free(struct identity *identity); /* NULL is fine */

/* Is there room for `identifiers` more?  ERR_FULL if not: asked before a record is made durable,
 * so that applying it cannot fail. */
err identity_reserve(struct identity *identity, size_t identifiers, struct why *why);

/* The set that a record carries, found or made; IDENTITY_NO_CODE if it carries none. */
uint32_t identity_set(struct identity *identity, const struct record *record);

/* The sets of many records at once, where they are known: IDENTITY_NO_CODE where identity_set() is
 * still to be asked.  A set that is known stays the record's, whatever is added meanwhile.  The
 * waits for memory are overlapped, also those of identity_add(): several times faster. */
enum { IDENTITY_FIND_MAX = 64 }; /* records at once */
void identity_find_many(const struct identity *identity, const struct record *records, size_t count,
	uint32_t *sets);

/* An event with this set came (live), or went (erased, retracted, replaced). */
void identity_add(struct identity *identity, uint32_t set, uint64_t seq, uint32_t source);
void identity_remove(struct identity *identity, uint32_t set);

enum decision_kind { DECISION_NONE, DECISION_TOGETHER, DECISION_APART };

/* Applies a record of kind IDENTITY: activity "link", "unlink" or "forget" (the former decision
 * on the pair), identifiers[0] and [1]; the newest decision on a pair holds.  Unknown identifiers
 * are made known, without life.  False if the record is no such decision: nothing changed. */
bool identity_decide(struct identity *identity, const struct record *record);
/* What such an activity decides; false, and *kind untouched, if it is none of the three. */
bool identity_decision_named(str activity, enum decision_kind *kind);
/* Takes back the decision that the record with this sequence made, if it is the one that holds. */
void identity_forget(struct identity *identity, uint64_t seq);

/* Adds the present state to what is to be saved (base/saving.h): in the writer's place. */
void identity_save(struct identity *identity, struct saving *saving);
/* Takes it back from a table store.  ERR_CORRUPT, ERR_VERSION: derive it anew. */
err identity_load(struct file *file, str *index, struct identity **out, struct why *why);

/* ---- what readers see */

struct identity_view;

struct identity_view *identity_publish(struct identity *identity);
struct identity_view *identity_view_ref(struct identity_view *view);
void identity_view_unref(struct identity_view *view); /* NULL is fine */

/* A customer: a ring of identifiers. */
struct customer {
	uint32_t head; /* any member; IDENTITY_NO_CODE: this number is free */
	uint32_t members;
};

uint32_t identity_identifier_count(const struct identity_view *view); /* codes, live or not */
uint32_t identity_live_count(const struct identity_view *view); /* identifiers with evidence */
uint32_t identity_customer_count(const struct identity_view *view); /* customers there are */
uint32_t identity_customer_end(const struct identity_view *view); /* numbers are below this */
const struct customer *identity_customer(const struct identity_view *view, uint32_t customer);
/* IDENTITY_NO_CODE if it is not known. */
uint32_t identity_find(const struct identity_view *view, str type_value);
str identity_text(const struct identity_view *view, uint32_t identifier); /* "type:value" */
/* CUSTOMER_NONE for an identifier without live evidence. */
uint32_t identity_customer_of(const struct identity_view *view, uint32_t identifier);
/* How many live sets name it. */
uint32_t identity_live_sets(const struct identity_view *view, uint32_t identifier);
uint32_t identity_next_member(const struct identity_view *view, uint32_t identifier);
/* The identifiers of a set, its owner first; *count >= 1.  Copied to `out`. */
enum { SET_IDENTIFIERS_MAX = RECORD_IDENTIFIERS_MAX };
size_t identity_set_members(
	const struct identity_view *view, uint32_t set, uint32_t out[static SET_IDENTIFIERS_MAX]);
uint32_t identity_set_owner(const struct identity_view *view, uint32_t set);
uint32_t identity_set_count(const struct identity_view *view);

/* ---- for whoever stands where the writer stands */

/* What is known of a set.  The first and last of all events that ever carried it, also of those
 * that are gone; `live` counts those that are there. */
struct evidence {
	uint64_t first_seq, last_seq;
	uint32_t live;
	uint32_t source; /* code, of the first event */
};
const struct evidence *identity_evidence(const struct identity *identity, uint32_t set);

/* The newest decision on each pair, in the order of their first mention. */
struct identity_decision {
	uint32_t a, b; /* identifiers; a < b by text */
	enum decision_kind kind;
	uint64_t seq; /* of the record that made it */
};
size_t identity_decision_count(const struct identity *identity);
const struct identity_decision *identity_decision_at(const struct identity *identity, size_t i);

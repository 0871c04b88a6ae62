/* identity/identity_internal.h - the writer's state, shared by the files of this folder.
 *
 *   members[identifier]   whose it is, its ring, how many live sets name it, its evidence
 *   kinds[identifier]     what the rules say of it: the row of its type, barred, shared
 *   alone[identifier]     the set of it and no other, or IDENTITY_NO_CODE: most sets are such, and
 *                         need no place in the dictionary of sets to be found again
 *   nodes                 the evidence of an identifier: a list of sets, decisions and twins
 *   evidence[set]         see identity.h
 *   owners[set]           which of its identifiers is the owner
 *   customers[number]     rings; free numbers are kept in `free_customers`
 *   decisions, acts       what holds for a pair; every record that decided, undone ones too
 *
 * The words of a set, as the dictionary of sets has them: a code each, SET_VERIFIED where the
 * source says that it was verified; behind them, if they are several, SET_SOURCE | source: a link
 * is worth what its source is worth, so the same identifiers told by two sources are two sets.
 *
 * Joining is done at once where it cannot be refused (link.c); all else is noted as `seeds` and
 * computed anew before anybody looks (settle.c), or, where that takes long, beside (recount.h).
 */
#pragma once

#include "identity/hashed.h"
#include "identity/identity.h"

#define NODE_END UINT32_MAX
/* What a node names, and its number: a set, a decision, a pair of twins (twins.h). */
#define NODE_SET 0u /* numbers below 2^31 */
#define NODE_DECISION 0x80000000u /* below 2^30, and so the last */
#define NODE_TWIN 0xc0000000u
static inline uint32_t node_kind(uint32_t what)
{
	return (what & NODE_DECISION) == 0 ? NODE_SET : what & NODE_TWIN;
}
static inline uint32_t node_index(uint32_t what)
{
	return (what & NODE_DECISION) == 0 ? what : what & ~NODE_TWIN;
}

#define SET_VERIFIED 0x40000000u
#define SET_SOURCE 0x80000000u
enum { SET_WORDS_MAX = SET_IDENTIFIERS_MAX + 1 };

/* kinds: the row of the type in the low six bits. */
enum { KIND_ROW = 0x3f, KIND_BARRED = 0x40, KIND_SHARED = 0x80 };

#define TIME_UNKNOWN INT64_MAX /* the earliest event of a set went: to be found anew */

struct member {
	uint32_t customer;
	uint32_t next; /* in the ring, of the dead too; itself when alone; nothing without a
			  customer */
	uint32_t live; /* live sets that name it */
	uint32_t nodes; /* first of its evidence, or NODE_END */
};

struct node {
	uint32_t what; /* NODE_...: a set, a decision, or twins */
	uint32_t next;
};

/* A record that decided something, in the order of their sequences. */
enum act_kind { ACT_PAIR, ACT_RULES, ACT_UNDO, ACT_DOCUMENT };
struct act {
	uint64_t seq;
	uint32_t about; /* ACT_PAIR: the decision; ACT_UNDO: the act; else the document's text */
	uint32_t before; /* the act before on this pair, on the rules, on this subject: + 1, or 0 */
	uint32_t undone; /* valid acts that undo it */
	uint8_t kind, decides; /* enum act_kind; ACT_PAIR: enum decision_kind */
	bool by_people, erased;
};

/* An identifier and its digest (twins.h). */
struct twin {
	uint32_t hash, plain; /* identifiers */
	uint32_t kind; /* enum identifier_hash */
};

/* What is kept under a name: documents.c.  Its text is the name, DOCUMENT_CUT, the document. */
#define DOCUMENT_CUT '\n'
struct subject {
	uint64_t seq; /* of the record that holds; 0: none */
	uint32_t newest; /* act, valid or not */
	uint32_t text; /* in force, in `documents`; IDENTITY_NO_CODE: none */
};

struct identity_rules;
struct rules_source;

/* A list of identifiers, sets or decisions; zeroed: empty. */
struct codes {
	uint32_t *items;
	size_t count, room;
};
void codes_add(struct codes *codes, uint32_t code);
void codes_add_all(struct codes *codes, const struct codes *more);
void codes_sort(struct codes *codes); /* ascending, each once */
void codes_done(struct codes *codes); /* empty again */

struct identity {
	struct strings *identifiers, *sets, *sources, *documents, *subject_names;
	struct table *members, *kinds, *alone, *nodes, *evidence, *owners, *customers,
		*free_customers;
	struct table *decisions, *acts; /* struct identity_decision, struct act */
	struct table *subjects; /* struct subject, by name */
	uint32_t live_identifiers, live_customers;
	/* Identifiers below this: the set of each and no other has the same code, alone[i] == i.
	 * Where each record has one identifier, that is so of all, and `alone` need not be asked.
	 * Found for who adds many (identity_remember()); 0 else is right too. */
	uint32_t in_step;
	uint32_t newest_rules; /* act, valid or not; IDENTITY_NO_CODE: none */
	uint32_t rules_held; /* act whose rules are in force; IDENTITY_NO_CODE: the default */
	uint64_t owners_version;
	struct identity_rules *rules;
	struct rules_source *source_rules; /* by source */
	size_t source_count;
	/* Identifiers from which customers are to be computed anew: before the next look; beside;
	 * beside, and it has begun.  Or of all, before the next look. */
	struct codes seeds, deferred, lent;
	bool all_stale;
	/* Identifiers (+ 1) that were found to reach too far since the last recount began: who
	 * leads to them need not look for himself.  NULL: none. */
	struct map64 *far;
	size_t steps_max; /* of a look; 0: as many as it takes (recount.h) */
	/* What changes while they are computed beside; `rulings` grows whenever that is in vain. */
	bool watching;
	struct codes touched_sets, touched_decisions;
	uint64_t rulings;
	/* twins.h; `prints` is NULL beside the writer, who alone finds them */
	struct table *twins; /* struct twin */
	struct strings *prints;
	struct table *print_of;
	uint32_t watched; /* families, a bit each */
	uint32_t scanned[HASH_FAMILIES];
	struct table *unsettled; /* all three lists, where they are saved */
	identity_times_fn *find_times;
	identity_rows_fn *times_rows; /* NULL: too many */
	void *times_context;
};

static inline const struct member *member_at(const struct identity *identity, uint32_t i)
{
	return table_at(identity->members, i);
}
static inline struct member *member_change(struct identity *identity, uint32_t i)
{
	return table_change(identity->members, i);
}
static inline uint8_t kind_at(const struct identity *identity, uint32_t i)
{
	return *(const uint8_t *)table_at(identity->kinds, i);
}

/* A set taken to pieces. */
struct set_parts {
	uint32_t codes[SET_IDENTIFIERS_MAX];
	uint64_t verified; /* a bit each */
	uint32_t source; /* IDENTITY_NO_CODE of a set of one */
	size_t count;
};
void set_parts(str bytes, struct set_parts *out);

/* The code of "type:value", a new one if it is new. */
uint32_t intern_identifier(struct identity *identity, str type, str value);
/* Puts a set, or NODE_DECISION | decision, before the other evidence of an identifier. */
void add_node(struct identity *identity, uint32_t identifier, uint32_t what);

/* ---- through which rules evidence is seen (link.c) */

struct lens {
	struct identity *identity;
	const struct identity_rules *rules;
	const struct rules_source *sources; /* by source */
	const uint8_t *kinds; /* of all identifiers; NULL: the state's */
};
struct lens lens_of(struct identity *identity);
static inline uint8_t lens_kind(const struct lens *lens, uint32_t identifier)
{
	return lens->kinds != NULL ? lens->kinds[identifier] : kind_at(lens->identity, identifier);
}
/* What the rules say of an identifier, KIND_SHARED aside. */
uint8_t kind_of(const struct identity_rules *rules, str type_value);

/* The identifiers of a set that may join: not barred by their kind, asserted by their source; the
 * one that says best who it is first. */
struct set_ends {
	uint32_t codes[SET_IDENTIFIERS_MAX];
	uint8_t priority[SET_IDENTIFIERS_MAX];
	bool verified[SET_IDENTIFIERS_MAX];
	uint8_t trust; /* of the source */
	size_t count;
};
/* `bars`: which marks of kinds keep one out; KIND_BARRED, mostly with KIND_SHARED. */
void lens_ends(const struct lens *lens, uint32_t set, uint8_t bars, struct set_ends *out);
/* Which identifier of a set owns its events: the first end, or else the first. */
uint8_t lens_owner(const struct lens *lens, uint32_t set);
/* Is an identifier told with more unique values of one type than its rule allows?  A step for each
 * piece of its evidence; without steps left the answer is none. */
bool lens_is_shared(const struct lens *lens, uint32_t identifier, size_t *steps);

void seed(struct identity *identity, uint32_t identifier);
void seed_set(struct identity *identity, uint32_t set);
/* A set became live: joins what it joins, or notes seeds. */
void link_set(struct identity *identity, uint32_t set);
/* The time of its earliest event changed: matters where something was refused. */
void link_moved(struct identity *identity, uint32_t set);

/* ---- customers (identity.c) */

uint32_t customer_new(struct identity *identity, uint32_t head);
void customer_drop(struct identity *identity, uint32_t customer);
/* An identifier has its first live set, or none any more: it stays in its ring until that is
 * computed anew, which may be a while, but nobody sees it there. */
void member_lives(struct identity *identity, uint32_t identifier);
void member_died(struct identity *identity, uint32_t identifier);
/* Joins the rings of two identifiers; nothing if they are one. */
void rings_join(struct identity *identity, uint32_t a, uint32_t b);
/* Would so many of each limited type be too many, joined with so many? */
bool limits_hold(const struct identity_rules *rules, const uint8_t *a, const uint8_t *b);

/* ---- what decides (act.c), rules in force (rules_state.c), customers anew (settle.c) */

/* Others were decided, or that was undone: they come into force, at once unless that takes long. */
void rules_decide(struct identity *identity);
/* Those of rules_held are read again: all that follows of them is there already. */
void rules_reload(struct identity *identity);
/* The rules of a source told for the first time. */
void rules_add_source(struct identity *identity, str source);
struct rules_source *rules_sources(
	const struct identity *identity, const struct identity_rules *rules);
void settle(struct identity *identity); /* all, however long it takes */
void settle_for_look(struct identity *identity); /* within steps_max */
bool rules_are_due(const struct identity *identity); /* others were decided than are in force */
void rules_take_due(struct identity *identity);
/* The set's evidence, or a decision, changed in a way that customers depend on. */
void watch_set(struct identity *identity, uint32_t set);
void watch_decision(struct identity *identity, uint32_t decision);

/* ---- acts (act.c) for documents.c */

uint32_t act_push(struct identity *identity, const struct act *act);
/* The newest valid one of a chain that begins with this; IDENTITY_NO_CODE: none. */
uint32_t act_newest_valid(const struct identity *identity, uint32_t from);
bool act_on_document(struct identity *identity, const struct record *record);
/* The validity of an act on a subject changed: what holds under its name is found anew. */
void decide_document(struct identity *identity, uint32_t text);

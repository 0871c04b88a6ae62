/* identity/identity.h - which identifiers are one customer, and why.
 *
 * Every event carries a set of identifiers.  Distinct sets, by source, are the evidence: each has a
 * count of the live events that carry it, the time of the earliest of them, the first and the last
 * that ever did.  Decisions by people (link, unlink) are evidence too.  Rules (rules.h) say which
 * identifiers may join, and how many of a type one customer may have.  Customers are the connected
 * components of the evidence, less what decisions and rules refuse: a pure function of the set of
 * evidence, whatever the order in which it came.
 *
 *   identifier  code of "type:value"            customer_of[identifier] -> customer
 *   set         code of its identifiers and      members of a customer: a ring of identifiers
 *               their source
 *   owner       the identifier of a set that says best who it is, of those that may join: an
 *               event stands in the thread of its owner's customer
 *   link        the first end of a set with each of its others: a set joins as a star
 *
 * How customers follow from evidence (closure.c), within all that evidence connects:
 *  1. an identifier told with more unique values than its type's `owners` allows is shared, and
 *     joins nobody; so do blocked ones, and those that their source may not assert;
 *  2. links are taken in canonical order: by people; an address and its digest (twins.h); then
 *     verified before unverified, by trust of
 *     the source, by priority of the weaker end, by the time of the set's earliest event, by the
 *     texts of the set; last those by matching;
 *  3. a link is refused if it would bring together two that a decision keeps apart, or, unless
 *     people made it, more identifiers of a type than its limit: the weaker end is dropped from
 *     the join.  When evidence goes, what was refused is considered again.
 *
 * Invariants:
 *  1. an identifier without live evidence belongs to no customer (CUSTOMER_NONE);
 *  2. customer numbers are volatile: valid within one snapshot, reused afterwards;
 *  3. adding evidence and removing it restores the customers; so does deciding and undoing.
 *
 * Changes are brought into the customers before anybody looks: by identity_publish(), and
 * identity_save().  So a replay, or a bulk load, computes them once.  Where that would take long,
 * a running engine has it computed beside (recount.h), and the former answer stands meanwhile.
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
struct identity_rules;

struct identity *identity_create(void);
void identity_free(struct identity *identity); /* NULL is fine */

/* Until IDENTIFIERS_MAX: asked before a record is made durable, so that applying it cannot fail. */
size_t identity_identifiers_left(const struct identity *identity);

/* The set that a record carries, found or made; IDENTITY_NO_CODE if it carries none. */
uint32_t identity_set(struct identity *identity, const struct record *record);

/* The sets of many records at once, where they are known: IDENTITY_NO_CODE where identity_set() is
 * still to be asked.  A set that is known stays the record's, whatever is added meanwhile.  The
 * waits for memory are overlapped, also those of identity_add(): several times faster. */
enum { IDENTITY_FIND_MAX = 64 }; /* records at once */
void identity_find_many(const struct identity *identity, const struct record *records, size_t count,
	uint32_t *sets);
/* The set of a record that carries one identifier. */
uint32_t identity_set_of_one(struct identity *identity, str type, str value);
/* identity_find_many() for such records, in steps with something else to be done in between, for
 * that is how long memory takes to come:
 *   ask_one        of each: where to look for its set
 *   find_asked     of all that were asked for since the last time: their sets, in order
 *   ask_evidence   of each set, PREFETCH_BURST at a time: where identity_add() will count; of
 *                  IDENTITY_NO_CODE nothing */
enum { IDENTITY_ASKED_BYTES = 64 }; /* a longer one is not found here */
struct identity_asked {
	size_t count; /* at most IDENTITY_FIND_MAX; at first 0 */
	uint64_t hashes[IDENTITY_FIND_MAX];
	str texts[IDENTITY_FIND_MAX]; /* each here, or empty: too long */
	char bytes[IDENTITY_FIND_MAX][IDENTITY_ASKED_BYTES]; /* "type:value" */
};
void identity_ask_one(
	const struct identity *identity, struct identity_asked *asked, str type, str value);
void identity_find_asked(
	const struct identity *identity, struct identity_asked *asked, uint32_t *sets);
void identity_ask_evidence(const struct identity *identity, uint32_t set);
/* For who adds very many: where about so many identifiers are is remembered from now on, until 0
 * are to be (strings_remember()). */
void identity_remember(struct identity *identity, size_t identifiers_max);

/* An event with this set, of this time (in any unit; IDENTITY_ALWAYS without one), came (live), or
 * went (erased, retracted, replaced). */
#define IDENTITY_ALWAYS INT64_MIN
void identity_add(
	struct identity *identity, uint32_t set, uint64_t seq, uint32_t source, int64_t time);
void identity_remove(struct identity *identity, uint32_t set, int64_t time);

/* When the earliest event of a set goes, the earliest of those that stay is asked for, once it
 * matters: times[i] of sets[i], which ascend.  Without such a function what was told first stands.
 */
typedef void identity_times_fn(void *context, const uint32_t *sets, int64_t *times, size_t count);
void identity_ask_times(struct identity *identity, identity_times_fn *find, void *context);
/* How many rows such a question looks through, with the same context: up to IDENTITY_ROWS_MAX a
 * look (recount.h) asks it, beyond it leaves that to be computed beside.  Without it, it always
 * does. */
enum { IDENTITY_ROWS_MAX = 100000 };
typedef size_t identity_rows_fn(void *context);
void identity_count_rows(struct identity *identity, identity_rows_fn *rows);

enum decision_kind { DECISION_NONE, DECISION_TOGETHER, DECISION_APART };

/* Applies a record of kind IDENTITY; the newest decision on a pair holds that is not undone:
 *
 *   activity "link", "confirm"     identifiers[0] and [1] are one customer
 *            "unlink", "forbid"    they are not, whatever says so
 *            "forget"              nothing is decided about them
 *            "rules"               attribute "rules": the document that is in force from now on,
 *                                 for all that is past too
 *            "document"            attributes "subject" and "document": what is kept under that
 *                                 name from now on; an empty one: nothing any more
 *            "undo"                target: the record that is as if it never was; also another
 *                                 undo
 *
 * Links by an actor whose name begins with "ariane:" are those of matching.  Unknown identifiers
 * are made known, without life.  False if the record is no such decision: nothing changed. */
bool identity_decide(struct identity *identity, const struct record *record);
/* What such an activity decides on a pair; false, and *kind untouched, if it decides on none. */
bool identity_decision_named(str activity, enum decision_kind *kind);
/* A decision of matching, which gives way to rules and comes after all else. */
bool identity_decided_by_people(const struct record *record);
/* The record with this sequence was erased: it decides nothing any more, and never will. */
void identity_forget(struct identity *identity, uint64_t seq);
/* Is there such a decision, undo or rule change? */
bool identity_has_act(const struct identity *identity, uint64_t seq);

/* The document that such a record brings; NULL .ptr: none. */
str identity_rules_of(const struct record *record);
/* Of the record that brought the rules in force; 0: the default. */
uint64_t identity_rules_seq(const struct identity *identity);

/* Documents that people keep about customers, each under a subject ("profile", "segment:NAME"),
 * beside the rules: this folder keeps them, their versions and their undoing, and does not read
 * them.  A subject once named stays counted. */
enum { KEPT_BYTES_MAX = 60000, SUBJECT_BYTES_MAX = 200, SUBJECTS_MAX = 10000 };
/* Is there room for a document under this name?  MSG_DOCUMENT_LARGE, MSG_DOCUMENTS_FULL. */
err identity_check_document(
	const struct identity *identity, str subject, str document, struct why *why);

/* The rules in force.  Borrowed: until the next change. */
const struct identity_rules *identity_rules(const struct identity *identity);
/* Grows whenever owners of sets change: whoever has sorted by owner has to do it again. */
uint64_t identity_owners_version(const struct identity *identity);

/* Computes all that is due, however long it takes.  Publishing and saving do it by themselves,
 * unless that is done beside (recount.h). */
void identity_settle(struct identity *identity);
/* Is something computed beside, or to be computed there? */
bool identity_is_behind(const struct identity *identity);
/* Is nothing to be computed beside: do looks, each a part, lead there? */
bool identity_looks_suffice(const struct identity *identity);

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
enum { CUSTOMER_LIMITS = 7 };
struct customer {
	uint32_t head; /* any member; IDENTITY_NO_CODE: this number is free */
	uint32_t members; /* those that live */
	uint8_t counts[CUSTOMER_LIMITS]; /* identifiers of each limited type, at most 255 */
	bool restrained; /* a link of its was refused, or might be */
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
/* Of an identifier that lives: the next of its customer. */
uint32_t identity_next_member(const struct identity_view *view, uint32_t identifier);
/* The identifiers of a set, in the order of their types' ranks and of their texts. */
enum { SET_IDENTIFIERS_MAX = RECORD_IDENTIFIERS_MAX };
size_t identity_set_members(
	const struct identity_view *view, uint32_t set, uint32_t out[static SET_IDENTIFIERS_MAX]);
/* Which of them its source says to be verified, a bit each, and that source; of a set of one
 * neither is kept: 0, "". */
uint64_t identity_set_verified(const struct identity_view *view, uint32_t set);
str identity_set_source(const struct identity_view *view, uint32_t set);
uint32_t identity_set_owner(const struct identity_view *view, uint32_t set);
uint32_t identity_set_count(const struct identity_view *view);

/* The document of the rules in force; "": the default. */
str identity_view_rules(const struct identity_view *view);
/* Is something of it still being computed beside (recount.h)?  Until then the former answer
 * stands: of the customers concerned, of the rules. */
bool identity_view_is_behind(const struct identity_view *view);
/* What is kept under a subject; "": nothing.  *seq (may be NULL): of the record that holds. */
str identity_document(const struct identity_view *view, str subject, uint64_t *seq);
uint32_t identity_subject_count(const struct identity_view *view);
str identity_subject(const struct identity_view *view, uint32_t i);

/* ---- for whoever stands where the writer stands */

/* What is known of a set.  The first and last of all events that ever carried it, also of those
 * that are gone; `live` counts those that are there. */
struct evidence {
	uint64_t first_seq, last_seq;
	int64_t first_time; /* of the live ones; private: it may be unknown for a while */
	uint32_t live;
	uint32_t source; /* code, of the first event */
};
const struct evidence *identity_evidence(const struct identity *identity, uint32_t set);

/* The newest decision on each pair, in the order of their first mention. */
struct identity_decision {
	uint32_t a, b; /* identifiers; a < b by text */
	enum decision_kind kind;
	bool by_people; /* not by matching */
	uint32_t last_act; /* private */
	uint64_t seq; /* of the record that made it; 0 of DECISION_NONE may be */
};
size_t identity_decision_count(const struct identity *identity);
const struct identity_decision *identity_decision_at(const struct identity *identity, size_t i);

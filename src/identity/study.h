/* identity/study.h - questions about identity: why two are one, what rules would change, what
 * looks wrong.
 *
 * All compute from the evidence and change nothing but what is due anyway.  In the writer's place;
 * linear in what they look at: a reach (explain), everything (preview, health).
 */
#pragma once

#include "identity/identity.h"
#include "identity/rules.h"

/* ---- explain */

enum identity_fate {
	FATE_JOINS, /* a link that holds the two ends together */
	FATE_APART, /* refused: a decision keeps apart whom it would join */
	FATE_LIMIT, /* refused: too many identifiers of a type */
	FATE_BARRED, /* no link: an end is blocked, of a shared or context type, or shared by
		      * evidence, or its source may not assert it */
};

/* One piece of evidence between two identifiers. */
struct identity_step {
	uint32_t a, b; /* identifier codes */
	enum identity_fate fate;
	bool by_decision, by_hash; /* else by events */
	uint64_t seq; /* of the decision, or of the first event that ever carried the set; 0 by hash
		       */
	uint32_t events; /* live ones that carry it */
	int64_t first_time; /* of them; INT64_MAX: not asked for; IDENTITY_ALWAYS */
	bool verified;
	uint8_t trust;
};

enum { STUDY_STEPS_MAX = 200 };
struct identity_explanation {
	bool together;
	enum identity_fate bar[2]; /* FATE_BARRED where an identifier joins nobody */
	enum rules_bar why_barred[2]; /* BAR_NONE: shared by evidence */
	struct identity_step steps[STUDY_STEPS_MAX];
	size_t count; /* together: the chain from a to b, in order; else what was refused */
	size_t more; /* that had no room */
};
void identity_explain(
	struct identity *identity, uint32_t a, uint32_t b, struct identity_explanation *out);

/* ---- preview */

enum { STUDY_EXAMPLES_MAX = 20, STUDY_MEMBERS_MAX = 12 };
/* Identifiers that would be one customer, though they are of several now; or the other way. */
struct identity_example {
	uint32_t members[STUDY_MEMBERS_MAX]; /* one of each of the customers that it concerns */
	size_t count, more;
};
struct identity_preview {
	uint32_t customers_before, customers_after;
	uint32_t merged; /* customers there are that would be joined with others */
	uint32_t split; /* customers there are that would be several */
	uint32_t changed; /* either: customers there are that would be others */
	struct identity_example merges[STUDY_EXAMPLES_MAX], splits[STUDY_EXAMPLES_MAX];
	size_t merge_count, split_count; /* shown; the largest number of customers is not sought */
};
void identity_preview(struct identity *identity, const struct identity_rules *rules,
	struct identity_preview *out);

/* ---- health */

enum { STUDY_WORST_MAX = 20 };
struct identity_worst {
	uint32_t identifier; /* of a customer: that by which he is told of (naming.h) */
	uint32_t number;
};
struct identity_health {
	uint32_t identifiers, customers;
	uint32_t links; /* that evidence asks for, by set */
	uint32_t dropped; /* of them: the ends are of two customers */
	uint32_t barred; /* pairs told together of which one may not join */
	uint32_t apart, together; /* decisions that hold */
	uint32_t restrained; /* customers with something refused */
	uint32_t shared; /* identifiers that evidence shows to be shared */
	struct identity_worst largest[STUDY_WORST_MAX]; /* customers, by identifiers */
	struct identity_worst conflicts[STUDY_WORST_MAX]; /* identifiers, by dropped links */
	struct identity_worst suspects[STUDY_WORST_MAX]; /* shared ones, by sets that name them */
	size_t largest_count, conflict_count, suspect_count;
};
void identity_health(struct identity *identity, struct identity_health *out);

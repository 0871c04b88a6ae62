/* identity/closure.h - customers computed from nothing, for all that evidence connects.
 *
 * The reach of an identifier is all that live sets and decisions connect it with, refused links
 * included, and the customer that it is of now, whole: so a reach can be put in place of what there
 * is, though others are still to be computed.  Within a reach (or over everything) groups follow
 * from contents alone, in the order that identity.h states; nothing is changed, so the same serves
 * to ask what other rules would make of it (preview.c), and why (explain.c).
 *
 * Whole components within which nothing can be refused are joined without sorting their links.
 *
 * For the writer's place.
 */
#pragma once

#include "identity/identity_internal.h"

struct closure;

/* The lens, and what it points to, outlive the closure. */
struct closure *closure_create(const struct lens *lens);
void closure_free(struct closure *closure); /* NULL is fine */
/* What is to be computed: the reach of these, or everything.  A step for each piece of evidence;
 * false if there were too few: then it can only be freed. */
bool closure_reach(struct closure *closure, const uint32_t *from, size_t count, size_t *steps);
void closure_whole(struct closure *closure);

/* Before closure_reach(): whoever reaches one of these (by number + 1) reaches too far. */
struct map64;
void closure_stop_at(struct closure *closure, const struct map64 *far);

/* Are the times of all sets known?  Else joining may look through all events for them. */
bool closure_knows_times(const struct closure *closure);

/* A join that evidence asks for; b is the weaker end. */
struct closure_link {
	uint32_t a, b; /* identifiers */
	uint32_t what; /* NODE_...: a set, a decision, or twins */
	uint32_t rank; /* canonical order: lower first ... */
	int64_t time; /* ... then earlier; then by texts */
	uint32_t place; /* of b among the ends of its set */
	uint32_t x, y; /* private: the indices of a and b */
};
enum link_fate {
	LINK_JOINS,
	LINK_REPEATS, /* they are one customer already */
	LINK_APART, /* refused: a decision */
	LINK_LIMIT, /* refused: too many of a type */
};
typedef void closure_tell(void *context, const struct closure_link *link, enum link_fate fate);

/* Joins.  `tell`, if there is one, hears of every link in canonical order. */
void closure_join(struct closure *closure, closure_tell *tell, void *context);

size_t closure_count(const struct closure *closure); /* identifiers in it */
uint32_t closure_identifier(const struct closure *closure, size_t i);
/* Below closure_count(); equal for one customer.  Also of identifiers without life. */
uint32_t closure_group(struct closure *closure, size_t i);
/* Its live identifiers of each limited type, CUSTOMER_LIMITS of them, at most 255. */
const uint8_t *closure_counts(const struct closure *closure, uint32_t group);
bool closure_is_restrained(const struct closure *closure, uint32_t group);
/* The group of an identifier; false if it is not in the closure. */
bool closure_find(struct closure *closure, uint32_t identifier, uint32_t *group);

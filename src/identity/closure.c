/* identity/closure.c - see closure.h
 *
 *   loose   all links of a component joined, whatever the rules: if it passes no limit and has no
 *           pair to be kept apart, none of its links could have been refused, in any order
 *   strict  the others are taken to pieces; their links, sorted, are joined one by one
 */
#include "identity/closure.h"

#include "identity/closure_internal.h"
#include "identity/twins.h"

#include <stdlib.h>
#include <string.h>

enum { RANK_PEOPLE = 0, RANK_TWINS = 1, RANK_SETS = 1 << 28, RANK_UNVERIFIED = 1 << 24 };
#define RANK_MATCHING UINT32_MAX

struct closure *closure_create(const struct lens *lens)
{
	struct closure *c = memory_alloc(sizeof(*c));

	c->lens = *lens;
	return c;
}

void closure_free(struct closure *c)
{
	if (c == NULL)
		return;
	free(c->slots);
	free(c->identifiers);
	free(c->sets);
	free(c->decisions);
	free(c->twins);
	free(c->edges);
	free(c->parents);
	free(c->states);
	free(c->next);
	free(c->times);
	free(c->links);
	free(c);
}

size_t closure_count(const struct closure *c)
{
	return c->count;
}

uint32_t closure_identifier(const struct closure *c, size_t i)
{
	return c->is_whole ? (uint32_t)i : c->identifiers[i];
}

uint32_t closure_group(struct closure *c, size_t i)
{
	return closure_root(c, (uint32_t)i);
}

bool closure_find(struct closure *c, uint32_t identifier, uint32_t *group)
{
	uint32_t index = closure_index(c, identifier);

	if (index == UINT32_MAX)
		return false;
	*group = closure_root(c, index);
	return true;
}

static const struct rules_type *type_of(const struct closure *c, uint32_t identifier)
{
	return rules_type(c->lens.rules, lens_kind(&c->lens, identifier) & KIND_ROW);
}

const uint8_t *closure_counts(const struct closure *c, uint32_t group)
{
	return c->states[group].counts;
}

bool closure_is_restrained(const struct closure *c, uint32_t group)
{
	return (c->states[group].marks & (GROUP_BOUND | GROUP_RESTRAINED)) != 0;
}

/* ---- groups */

static void add_counts(struct group_state *to, const struct group_state *from)
{
	for (size_t i = 0; i < CUSTOMER_LIMITS; i++)
		to->counts[i] = (uint8_t)MIN_OF(to->counts[i] + from->counts[i], UINT8_MAX);
	to->marks |= from->marks;
}

static void unite(struct closure *c, uint32_t x, uint32_t y)
{
	uint32_t to = MIN_OF(x, y), from = MAX_OF(x, y);

	add_counts(&c->states[to], &c->states[from]);
	c->parents[from] = to;
	if (c->next == NULL)
		return;
	uint32_t after = c->next[to]; /* two rings crossed are one */
	c->next[to] = c->next[from];
	c->next[from] = after;
}

int closure_slot(const struct closure *c, uint32_t index)
{
	uint32_t identifier = closure_identifier(c, index);

	if ((c->limited >> (lens_kind(&c->lens, identifier) & KIND_ROW) & 1) == 0)
		return NO_SLOT;
	const struct rules_type *type = type_of(c, identifier);
	bool counts = member_at(c->lens.identity, identifier)->live > 0 &&
		      twins_let_count(&c->lens, identifier);

	return counts ? type->slot : NO_SLOT;
}

static void begin_alone(struct closure *c, uint32_t index)
{
	int slot = closure_slot(c, index);

	c->parents[index] = index;
	memset(c->states[index].counts, 0, sizeof(c->states[index].counts));
	if (slot != NO_SLOT)
		c->states[index].counts[slot] = 1;
	if (c->next != NULL)
		c->next[index] = index;
}

static void begin(struct closure *c)
{
	size_t room = MAX_OF(c->count, (size_t)1);

	for (unsigned row = 0; row < rules_type_count(c->lens.rules); row++)
		c->limited |= (uint64_t)(rules_type(c->lens.rules, row)->limit > 0) << row;
	c->parents = closure_alloc(room * sizeof(*c->parents));
	c->states = closure_alloc(room * sizeof(*c->states));
	if (rules_have_windows(c->lens.rules)) {
		c->next = memory_alloc(room * sizeof(*c->next));
		c->times = memory_alloc(room * sizeof(*c->times));
		for (size_t i = 0; i < c->count; i++)
			c->times[i] = INT64_MAX;
	}
}

/* ---- loose */

static void unite_all(struct closure *c, uint32_t a, uint32_t b)
{
	uint32_t x = closure_root(c, a), y = closure_root(c, b);

	if (x != y)
		unite(c, x, y);
}

size_t closure_loose_ends(
	const struct closure *c, uint32_t set, uint32_t out[static SET_IDENTIFIERS_MAX])
{
	str bytes = strings_get(c->lens.identity->sets, set);
	uint32_t word;
	size_t count = 0;

	if (bytes.len <= sizeof(word))
		return 0; /* two codes and a source at least: else it links nothing */
	memcpy(&word, bytes.ptr + bytes.len - sizeof(word), sizeof(word));
	const struct rules_source *source = &c->lens.sources[word & ~SET_SOURCE];
	for (size_t at = 0; at + sizeof(word) < bytes.len; at += sizeof(word)) {
		memcpy(&word, bytes.ptr + at, sizeof(word));
		uint32_t code = word & ~SET_VERIFIED;
		uint8_t kind = lens_kind(&c->lens, code);
		uint64_t may =
			source->asserts | ((word & SET_VERIFIED) != 0 ? source->verifies : 0);
		if ((kind & (KIND_BARRED | KIND_SHARED)) == 0 &&
			(may >> (kind & KIND_ROW) & 1) != 0)
			out[count++] = code;
	}
	return count;
}

static void join_loosely(struct closure *c)
{
	for (uint32_t i = 0; i < c->count; i++)
		begin_alone(c, i);
	for (size_t i = 0; i < c->decision_count; i++) {
		const struct identity_decision *d = closure_decision(c, c->decisions[i]);
		if (d->kind == DECISION_TOGETHER)
			unite_all(c, closure_index(c, d->a), closure_index(c, d->b));
	}
	for (size_t i = 0; i < c->twin_count; i++) {
		const struct twin *twin = closure_twin(c, c->twins[i]);
		unite_all(c, closure_index(c, twin->hash), closure_index(c, twin->plain));
	}
	for (size_t i = 0; i < c->edge_count; i++)
		unite_all(c, c->edges[i].a, c->edges[i].b);
}

/* By slot; 255, which no count passes, where a slot has no limit. */
static void limits_of(const struct closure *c, uint8_t limits[static CUSTOMER_LIMITS])
{
	memset(limits, UINT8_MAX, CUSTOMER_LIMITS);
	for (unsigned row = 0; row < rules_type_count(c->lens.rules); row++) {
		const struct rules_type *type = rules_type(c->lens.rules, row);
		if (type->limit > 0)
			limits[type->slot] = type->limit;
	}
}

static bool passes_a_limit(
	const struct group_state *state, const uint8_t limits[static CUSTOMER_LIMITS])
{
	bool passes = false;

	for (size_t slot = 0; slot < CUSTOMER_LIMITS; slot++)
		passes |= state->counts[slot] > limits[slot];
	return passes;
}

/* Marks who is bound by a decision, and the components that hold such a pair. */
static bool mark_bound(struct closure *c)
{
	bool any = false;

	for (size_t i = 0; i < c->decision_count; i++) {
		const struct identity_decision *d = closure_decision(c, c->decisions[i]);
		uint32_t a = closure_index(c, d->a), b = closure_index(c, d->b);
		if (d->kind != DECISION_APART)
			continue;
		for (int end = 0; end < 2; end++) {
			uint32_t index = end == 0 ? a : b;
			if (index != UINT32_MAX)
				c->states[closure_root(c, index)].marks |= GROUP_BOUND;
		}
		if (a != UINT32_MAX && b != UINT32_MAX &&
			closure_root(c, a) == closure_root(c, b)) {
			c->states[closure_root(c, a)].marks |= GROUP_SPLIT;
			any = true;
		}
	}
	return any;
}

static bool mark_split(struct closure *c)
{
	uint8_t limits[CUSTOMER_LIMITS];
	bool any = mark_bound(c);

	limits_of(c, limits);
	for (uint32_t i = 0; i < c->count; i++)
		if (c->parents[i] == i && passes_a_limit(&c->states[i], limits)) {
			c->states[i].marks |= GROUP_SPLIT;
			any = true;
		}
	return any;
}

/* ---- strict */

static void add_link(struct closure *c, const struct closure_link *link)
{
	if (c->link_count == c->link_room) {
		c->link_room = MAX_OF(c->link_room * 2, (size_t)64);
		c->links = memory_resize(c->links, c->link_room * sizeof(*c->links));
	}
	c->links[c->link_count] = *link;
	c->links[c->link_count].x = closure_index(c, link->a);
	c->links[c->link_count++].y = closure_index(c, link->b);
}

bool closure_is_split(const struct closure *c, uint32_t identifier)
{
	return c->tell != NULL ||
	       (c->states[closure_index(c, identifier)].marks & GROUP_SPLIT) != 0;
}

static void note_time(struct closure *c, uint32_t identifier, int64_t time)
{
	uint32_t i = closure_index(c, identifier);

	c->times[i] = MIN_OF(c->times[i], time);
}

static void add_set_links(struct closure *c, uint32_t set)
{
	const struct evidence *evidence = table_at(c->lens.identity->evidence, set);
	struct set_ends ends;

	lens_ends(&c->lens, set, KIND_BARRED | KIND_SHARED, &ends);
	if (ends.count < 2 || !closure_is_split(c, ends.codes[0]))
		return;
	for (uint32_t k = 1; k < ends.count; k++) {
		bool verified = ends.verified[0] || ends.verified[k];
		const struct closure_link link = { .a = ends.codes[0],
			.b = ends.codes[k],
			.what = set,
			.rank = RANK_SETS + (verified ? 0u : RANK_UNVERIFIED) +
				((uint32_t)(RULES_TRUST_MAX - ends.trust) << 8) + ends.priority[k],
			.time = evidence->first_time,
			.place = k };
		add_link(c, &link);
		if (c->times != NULL) {
			note_time(c, link.a, link.time);
			note_time(c, link.b, link.time);
		}
	}
}

/* An address is linked when its digest is. */
static void share_time(struct closure *c, const struct twin *twin)
{
	uint32_t hash = closure_index(c, twin->hash), plain = closure_index(c, twin->plain);

	c->times[plain] = MIN_OF(c->times[plain], c->times[hash]);
}

static void add_twin_links(struct closure *c)
{
	for (size_t i = 0; i < c->twin_count; i++) {
		const struct twin *twin = closure_twin(c, c->twins[i]);
		if (!closure_is_split(c, twin->plain))
			continue;
		add_link(c, &(struct closure_link){ .a = twin->plain,
				    .b = twin->hash,
				    .what = NODE_TWIN | c->twins[i],
				    .rank = RANK_TWINS });
		if (c->times != NULL)
			share_time(c, twin);
	}
}

static void add_links(struct closure *c)
{
	for (size_t i = 0; i < c->decision_count; i++) {
		const struct identity_decision *d = closure_decision(c, c->decisions[i]);
		if (d->kind == DECISION_TOGETHER && closure_is_split(c, d->a))
			add_link(c, &(struct closure_link){ .a = d->a,
					    .b = d->b,
					    .what = NODE_DECISION | c->decisions[i],
					    .rank = d->by_people ? RANK_PEOPLE : RANK_MATCHING });
	}
	for (size_t i = 0; i < c->set_count; i++)
		add_set_links(c, c->sets[i]);
	add_twin_links(c);
}

static int by_number(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return (x > y) - (x < y);
}

/* Asked only where the order of time matters: the earliest events may have gone. */
static void find_times(struct closure *c)
{
	struct identity *identity = c->lens.identity;
	uint32_t *sets = memory_alloc(MAX_OF(c->set_count, (size_t)1) * sizeof(*sets));
	size_t count = 0;

	for (size_t i = 0; i < c->set_count; i++) {
		const struct evidence *evidence = table_at(identity->evidence, c->sets[i]);
		if (evidence->first_time == TIME_UNKNOWN && identity->find_times != NULL)
			sets[count++] = c->sets[i];
	}
	int64_t *times = memory_alloc(MAX_OF(count, (size_t)1) * sizeof(*times));
	if (count > 0) {
		qsort(sets, count, sizeof(*sets), by_number);
		identity->find_times(identity->times_context, sets, times, count);
	}
	for (size_t i = 0; i < count; i++)
		((struct evidence *)table_change(identity->evidence, sets[i]))->first_time =
			times[i];
	free(times);
	free(sets);
}

static str text_of(const struct identity *identity, uint32_t identifier)
{
	return strings_get(identity->identifiers, identifier);
}

static int by_set_text(const struct identity *identity, uint32_t a, uint32_t b)
{
	struct set_parts x, y;

	set_parts(strings_get(identity->sets, a), &x);
	set_parts(strings_get(identity->sets, b), &y);
	for (size_t i = 0; i < x.count && i < y.count; i++)
		if (x.codes[i] != y.codes[i])
			return str_compare(
				text_of(identity, x.codes[i]), text_of(identity, y.codes[i]));
	return (x.count > y.count) - (x.count < y.count);
}

static int by_canonical_order(const void *a, const void *b, void *context)
{
	const struct identity *identity = context;
	const struct closure_link *x = a, *y = b;
	int order = 0;

	if (x->rank != y->rank)
		return x->rank < y->rank ? -1 : 1;
	if (x->time != y->time)
		return x->time < y->time ? -1 : 1;
	if (node_kind(x->what) != NODE_SET) { /* of this rank all are, or none is */
		order = str_compare(text_of(identity, x->a), text_of(identity, y->a));
		return order != 0 ? order
				  : str_compare(text_of(identity, x->b), text_of(identity, y->b));
	}
	order = x->what == y->what ? 0 : by_set_text(identity, x->what, y->what);
	return order != 0 ? order : (x->place > y->place) - (x->place < y->place);
}

/* The pairs that decisions keep apart and that are both within the closure. */
struct bounds {
	struct {
		uint32_t a, b;
	} * pairs; /* indices */
	size_t count;
};

static struct bounds bounds_of(const struct closure *c)
{
	struct bounds bounds = { .pairs = memory_alloc(MAX_OF(c->decision_count, (size_t)1) *
						       sizeof(*bounds.pairs)) };

	for (size_t i = 0; i < c->decision_count; i++) {
		const struct identity_decision *d = closure_decision(c, c->decisions[i]);
		uint32_t a = closure_index(c, d->a), b = closure_index(c, d->b);
		if (d->kind == DECISION_APART && a != UINT32_MAX && b != UINT32_MAX) {
			bounds.pairs[bounds.count].a = a;
			bounds.pairs[bounds.count++].b = b;
		}
	}
	return bounds;
}

static bool are_apart(struct closure *c, const struct bounds *bounds, uint32_t x, uint32_t y)
{
	if (((c->states[x].marks & c->states[y].marks) & GROUP_BOUND) == 0)
		return false;
	for (size_t i = 0; i < bounds->count; i++) {
		uint32_t a = closure_root(c, bounds->pairs[i].a),
			 b = closure_root(c, bounds->pairs[i].b);
		if ((a == x && b == y) || (a == y && b == x))
			return true;
	}
	return false;
}

static int by_time(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return (x > y) - (x < y);
}

static size_t list_times(struct closure *c, const struct rules_type *type, uint32_t group,
	int64_t **times, size_t count)
{
	uint32_t at = group;

	do {
		uint32_t identifier = closure_identifier(c, at);
		const struct rules_type *own = type_of(c, identifier);
		if (own->limit > 0 && own->slot == type->slot &&
			member_at(c->lens.identity, identifier)->live > 0 &&
			twins_let_count(&c->lens, identifier)) {
			*times = memory_resize(*times, (count + 1) * sizeof(**times));
			(*times)[count++] = c->times[at];
		}
		at = c->next[at];
	} while (at != group);
	return count;
}

/* Would more than the limit have been linked first within so short a time? */
static bool passes_window(struct closure *c, const struct rules_type *type, uint32_t x, uint32_t y)
{
	int64_t *times = NULL;
	size_t count = list_times(c, type, x, &times, 0);
	bool passes = false;

	count = list_times(c, type, y, &times, count);
	if (count > 0)
		qsort(times, count, sizeof(*times), by_time);
	for (size_t i = type->limit; i < count && !passes; i++)
		passes = (uint64_t)times[i] - (uint64_t)times[i - type->limit] <
			 (uint64_t)type->within_ms;
	free(times);
	return passes;
}

static bool are_too_many(struct closure *c, uint32_t x, uint32_t y)
{
	const uint8_t *a = c->states[x].counts, *b = c->states[y].counts;

	for (unsigned row = 0; row < rules_type_count(c->lens.rules); row++) {
		const struct rules_type *type = rules_type(c->lens.rules, row);
		unsigned slot = type->slot;
		if (type->limit == 0 || a[slot] == 0 || b[slot] == 0 ||
			(unsigned)a[slot] + b[slot] <= type->limit)
			continue;
		if (type->within_ms == 0 || passes_window(c, type, x, y))
			return true;
	}
	return false;
}

static enum link_fate join(
	struct closure *c, const struct bounds *bounds, const struct closure_link *link)
{
	uint32_t x = closure_root(c, link->x), y = closure_root(c, link->y);
	enum link_fate fate = LINK_JOINS;

	if (x == y)
		return LINK_REPEATS;
	if (are_apart(c, bounds, x, y))
		fate = LINK_APART;
	else if (link->rank != RANK_PEOPLE && are_too_many(c, x, y))
		fate = LINK_LIMIT;
	if (fate == LINK_JOINS) {
		unite(c, x, y);
		return fate;
	}
	c->states[x].marks |= GROUP_RESTRAINED;
	c->states[y].marks |= GROUP_RESTRAINED;
	return fate;
}

/* Each of a split component begins alone again, with the marks that are its own. */
static void take_apart(struct closure *c)
{
	uint8_t *split = memory_alloc(c->count / 8 + 1);

	for (uint32_t i = 0; i < c->count; i++)
		if (c->tell != NULL || (c->states[closure_root(c, i)].marks & GROUP_SPLIT) != 0)
			split[i / 8] |= (uint8_t)(1u << (i % 8));
	for (uint32_t i = 0; i < c->count; i++)
		if ((split[i / 8] >> (i % 8) & 1) != 0) {
			begin_alone(c, i);
			c->states[i].marks = GROUP_SPLIT;
		}
	free(split);
	for (size_t i = 0; i < c->decision_count; i++) {
		const struct identity_decision *d = closure_decision(c, c->decisions[i]);
		uint32_t a = closure_index(c, d->a), b = closure_index(c, d->b);
		if (d->kind == DECISION_APART && a != UINT32_MAX)
			c->states[closure_root(c, a)].marks |= GROUP_BOUND;
		if (d->kind == DECISION_APART && b != UINT32_MAX)
			c->states[closure_root(c, b)].marks |= GROUP_BOUND;
	}
}

static void join_strictly(struct closure *c)
{
	struct bounds bounds = bounds_of(c);
	uint8_t limits[CUSTOMER_LIMITS];

	limits_of(c, limits);
	take_apart(c);
	if (c->is_whole)
		closure_list_sets(c);
	find_times(c);
	add_links(c);
	if (c->link_count > 0)
		qsort_r(c->links, c->link_count, sizeof(*c->links), by_canonical_order,
			c->lens.identity);
	for (size_t i = 0; i < c->link_count; i++) {
		enum link_fate fate = join(c, &bounds, &c->links[i]);
		if (c->tell != NULL)
			c->tell(c->context, &c->links[i], fate);
	}
	free(bounds.pairs);
	for (uint32_t i = 0; i < c->count; i++)
		if (c->parents[i] == i && passes_a_limit(&c->states[i], limits))
			c->states[i].marks |= GROUP_RESTRAINED;
}

void closure_join(struct closure *c, closure_tell *tell, void *context)
{
	c->tell = tell;
	c->context = context;
	begin(c);
	if (c->is_whole)
		closure_join_whole(c);
	else
		join_loosely(c);
	if (mark_split(c) || tell != NULL)
		join_strictly(c);
}

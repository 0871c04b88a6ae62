/* identity/whole.c - the loose half of a closure of everything, by two threads; see closure.h
 *
 *   parents   begin as themselves; a root is hung below a smaller one by compare-and-swap, so that
 *             parents only ever grow smaller, whoever else does the same: in the end the root of a
 *             component is its smallest index, in whatever order its links came
 *   states    what a component counts is counted afterwards, once its root is known
 *
 * Sets lie in memory in the order of their codes; what they name does not.  So ends are gathered,
 * and fetched, before they are joined.
 */
#include "base/shares.h"
#include "identity/closure_internal.h"
#include "identity/twins.h"

#include <sys/mman.h>

enum { PAIRS_AT_ONCE = 64, LARGE_BYTES = 8 << 20, PAGE_BYTES = 4096 };

/* Advice: a system that does not take it is slower, no more. */
void *closure_alloc(size_t bytes)
{
	char *memory = memory_alloc(bytes);
	size_t before = (PAGE_BYTES - (uintptr_t)memory % PAGE_BYTES) % PAGE_BYTES;

	if (bytes >= LARGE_BYTES)
		(void)madvise(memory + before, bytes - before, MADV_HUGEPAGE);
	return memory;
}

void closure_whole(struct closure *c)
{
	const struct identity *identity = c->lens.identity;

	c->is_whole = true;
	c->count = table_count(identity->members);
	for (uint32_t i = 0; i < table_count(identity->decisions); i++)
		if (closure_decision(c, i)->kind != DECISION_NONE)
			closure_push(&c->decisions, &c->decision_count, &c->decision_room, i);
	for (uint32_t i = 0; i < table_count(identity->twins); i++)
		if (twins_join(&c->lens, closure_twin(c, i)))
			closure_push(&c->twins, &c->twin_count, &c->twin_room, i);
}

/* ---- parents, by several threads */

static uint32_t parent_of(const struct closure *c, uint32_t i)
{
	return __atomic_load_n(&c->parents[i], __ATOMIC_RELAXED);
}

/* Halves the way it goes: what it writes is an ancestor still, and a root is never written to. */
static uint32_t root_of(struct closure *c, uint32_t i)
{
	for (uint32_t parent = parent_of(c, i); parent != i;) {
		uint32_t above = parent_of(c, parent);
		if (above == parent)
			return parent;
		__atomic_store_n(&c->parents[i], above, __ATOMIC_RELAXED);
		i = above;
		parent = parent_of(c, i);
	}
	return i;
}

static void unite_at_once(struct closure *c, uint32_t a, uint32_t b)
{
	for (;;) {
		uint32_t x = root_of(c, a), y = root_of(c, b), to = MIN_OF(x, y);
		uint32_t from = MAX_OF(x, y), expected = from;
		if (x == y || __atomic_compare_exchange_n(&c->parents[from], &expected, to, false,
				      __ATOMIC_RELAXED, __ATOMIC_RELAXED))
			return;
	}
}

static void begin_share(void *context, size_t from, size_t to)
{
	struct closure *c = context;

	for (size_t i = from; i < to; i++)
		c->parents[i] = (uint32_t)i;
}

/* ---- links */

struct pairs {
	uint32_t a[PAIRS_AT_ONCE], b[PAIRS_AT_ONCE];
	size_t count;
};

static void unite_pairs(struct closure *c, struct pairs *pairs)
{
	for (size_t i = 0; i < pairs->count; i++)
		unite_at_once(c, pairs->a[i], pairs->b[i]);
	pairs->count = 0;
}

static void add_pair(struct closure *c, struct pairs *pairs, uint32_t a, uint32_t b)
{
	PREFETCH(&c->parents[a]);
	PREFETCH(&c->parents[b]);
	pairs->a[pairs->count] = a;
	pairs->b[pairs->count++] = b;
	if (pairs->count == PAIRS_AT_ONCE)
		unite_pairs(c, pairs);
}

static bool is_live(const struct identity *identity, uint32_t set)
{
	return ((const struct evidence *)table_at(identity->evidence, set))->live > 0;
}

static void join_share(void *context, size_t from, size_t to)
{
	struct closure *c = context;
	struct pairs pairs = { .count = 0 };
	uint32_t ends[SET_IDENTIFIERS_MAX];

	for (size_t set = from; set < to; set++) {
		if (!is_live(c->lens.identity, (uint32_t)set))
			continue;
		size_t count = closure_loose_ends(c, (uint32_t)set, ends);
		for (size_t i = 1; i < count; i++)
			add_pair(c, &pairs, ends[0], ends[i]);
	}
	unite_pairs(c, &pairs);
}

/* ---- what components count */

static void count_one(uint8_t *count)
{
	uint8_t now = __atomic_load_n(count, __ATOMIC_RELAXED);

	while (now < UINT8_MAX && !__atomic_compare_exchange_n(count, &now, (uint8_t)(now + 1),
					  false, __ATOMIC_RELAXED, __ATOMIC_RELAXED))
		;
}

static void count_share(void *context, size_t from, size_t to)
{
	struct closure *c = context;

	for (uint32_t i = (uint32_t)from; i < to; i++) {
		uint32_t root = root_of(c, i);
		__atomic_store_n(&c->parents[i], root, __ATOMIC_RELAXED);
		int slot = closure_slot(c, i);
		if (slot != NO_SLOT)
			count_one(&c->states[root].counts[slot]);
	}
}

void closure_join_whole(struct closure *c)
{
	const struct identity *identity = c->lens.identity;

	shares_do(SHARES_THREADS, c->count, SHARE_ITEMS, begin_share, c);
	for (size_t i = 0; i < c->decision_count; i++) {
		const struct identity_decision *d = closure_decision(c, c->decisions[i]);
		if (d->kind == DECISION_TOGETHER)
			unite_at_once(c, d->a, d->b);
	}
	for (size_t i = 0; i < c->twin_count; i++)
		unite_at_once(
			c, closure_twin(c, c->twins[i])->hash, closure_twin(c, c->twins[i])->plain);
	shares_do(SHARES_THREADS, table_count(identity->evidence), SHARE_ITEMS, join_share, c);
	shares_do(SHARES_THREADS, c->count, SHARE_ITEMS, count_share, c);
	for (uint32_t i = 0; c->next != NULL && i < c->count; i++) {
		uint32_t root = c->parents[i];
		c->next[i] = root == i ? i : c->next[root];
		c->next[root] = i;
	}
}

void closure_list_sets(struct closure *c)
{
	const struct identity *identity = c->lens.identity;
	uint32_t ends[SET_IDENTIFIERS_MAX];

	for (uint32_t set = 0; set < table_count(identity->evidence); set++)
		if (is_live(identity, set) && closure_loose_ends(c, set, ends) > 1 &&
			closure_is_split(c, ends[0]))
			closure_push(&c->sets, &c->set_count, &c->set_room, set);
}

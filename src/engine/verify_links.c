/* engine/verify_links.c - what sets of identifiers link, by the rules in force; see verify.h
 *
 * From the rules as they are written and from the rows, without what identity keeps of them: each
 * identifier is judged by its text, what is shared is counted in one sorted list of pairs.
 */
#include "engine/verify_internal.h"
#include "identity/rules.h"

#include <stdlib.h>

enum { ROW_BITS = 0x3f, BARRED = 0x40, SHARED = 0x80 };

struct verify_links {
	struct verifying *v;
	const struct identity_rules *rules;
	const uint32_t *live;
	uint8_t *kinds; /* by identifier: the row of its type, BARRED, SHARED */
	int64_t *first; /* by set: the time of its earliest live event */
	struct verify_twins *twins;
};

unsigned verify_links_row(const struct verify_links *l, uint32_t identifier)
{
	return l->kinds[identifier] & ROW_BITS;
}

static void judge(struct verify_links *l)
{
	uint32_t count = identity_identifier_count(l->v->identity);

	l->kinds = memory_alloc((size_t)count + 1);
	for (uint32_t i = 0; i < count; i++) {
		str type, value;
		l->kinds[i] = RULES_TYPE_OTHER;
		if (!str_split(identity_text(l->v->identity, i), ':', &type, &value))
			continue;
		unsigned row = rules_row(l->rules, type);
		bool barred = rules_bar(l->rules, row, value) != BAR_NONE;
		l->kinds[i] = (uint8_t)(row | (barred ? BARRED : 0u));
	}
}

static void find_first(struct verify_links *l)
{
	size_t sets = identity_set_count(l->v->identity), rows = threads_view_rows(l->v->view);

	l->first = memory_alloc((sets + 1) * sizeof(*l->first));
	for (size_t i = 0; i < sets; i++)
		l->first[i] = INT64_MAX;
	for (uint32_t i = 0; i < rows; i++) {
		struct row row = threads_view_row(l->v->view, i);
		if ((row.flags & ROW_HIDDEN) == 0 && row.set != IDENTITY_NO_CODE)
			l->first[row.set] = MIN_OF(l->first[row.set], identity_time_of(row.time));
	}
}

/* ---- ends */

struct ends {
	uint32_t codes[SET_IDENTIFIERS_MAX];
	bool verified[SET_IDENTIFIERS_MAX];
	uint8_t trust;
	size_t count;
};

static uint8_t priority_of(const struct verify_links *l, uint32_t identifier)
{
	return rules_type(l->rules, verify_links_row(l, identifier))->priority;
}

static void find_ends(const struct verify_links *l, uint32_t set, unsigned bars, struct ends *out)
{
	uint32_t members[SET_IDENTIFIERS_MAX];
	size_t count = identity_set_members(l->v->identity, set, members);
	uint64_t said = identity_set_verified(l->v->identity, set);
	struct rules_source source =
		rules_source(l->rules, identity_set_source(l->v->identity, set));

	out->count = 0;
	out->trust = source.trust;
	for (int priority = 0; count > 1 && priority <= RULES_PRIORITY_MAX; priority++)
		for (size_t i = 0; i < count; i++) {
			uint64_t bit = UINT64_C(1) << verify_links_row(l, members[i]);
			bool verified = (said >> i & 1) != 0 && (source.verifies & bit) != 0;
			if (priority_of(l, members[i]) != priority ||
				(l->kinds[members[i]] & bars) != 0 ||
				((source.asserts & bit) == 0 && !verified))
				continue;
			out->codes[out->count] = members[i];
			out->verified[out->count++] = verified;
		}
}

/* ---- what is shared */

struct told_with {
	uint32_t class, slot, owner; /* of twins; an identifier of a unique type */
};

static int by_all(const void *a, const void *b)
{
	const struct told_with *x = a, *y = b;

	if (x->class != y->class)
		return x->class < y->class ? -1 : 1;
	if (x->slot != y->slot)
		return x->slot < y->slot ? -1 : 1;
	return (x->owner > y->owner) - (x->owner < y->owner);
}

struct pairs {
	struct told_with *items;
	size_t count, room;
};

static void note_pairs(struct verify_links *l, const struct ends *ends, struct pairs *pairs)
{
	for (size_t i = 0; i < ends->count; i++)
		for (size_t k = 0; k < ends->count; k++) {
			uint32_t class = verify_twins_class(l->twins, ends->codes[i]);
			const struct rules_type *type =
				rules_type(l->rules, verify_links_row(l, ends->codes[k]));
			unsigned owners =
				rules_type(l->rules, verify_links_row(l, ends->codes[i]))->owners;
			bool counts = owners > 0 || verify_twins_size(l->twins, class) > 1;
			if (i == k || !counts || !type->unique)
				continue;
			if (pairs->count == pairs->room) {
				pairs->room = MAX_OF(pairs->room * 2, (size_t)64);
				pairs->items = memory_resize(
					pairs->items, pairs->room * sizeof(*pairs->items));
			}
			pairs->items[pairs->count++] = (struct told_with){ class, type->slot,
				verify_twins_plain(l->twins, ends->codes[k]) };
		}
}

/* By class: the most owners of one type. */
static uint32_t *count_owners(const struct verify_links *l, const struct pairs *pairs)
{
	size_t count = identity_identifier_count(l->v->identity);
	uint32_t *most = memory_alloc((count + 1) * sizeof(*most)), distinct = 0;

	for (size_t i = 0; i < pairs->count; i++) {
		const struct told_with *p = &pairs->items[i], *before = p - 1;
		bool same = i > 0 && before->class == p->class && before->slot == p->slot;
		if (same && before->owner == p->owner)
			continue;
		distinct = same ? distinct + 1 : 1;
		most[p->class] = MAX_OF(most[p->class], distinct);
	}
	return most;
}

static void mark_shared(struct verify_links *l, const struct pairs *pairs)
{
	uint32_t *most = count_owners(l, pairs);

	for (uint32_t i = 0; i < identity_identifier_count(l->v->identity); i++) {
		uint32_t class = verify_twins_class(l->twins, i);
		unsigned owners = rules_type(l->rules, verify_links_row(l, i))->owners;
		if ((owners > 0 && most[class] > owners) ||
			verify_twins_size(l->twins, class) > TWINS_MAX)
			l->kinds[i] |= SHARED;
	}
	free(most);
}

/* What bars an address bars its digests. */
static void bar_digests(struct verify_links *l)
{
	size_t count;
	const struct verify_twin *twins = verify_twins_all(l->twins, &count);

	for (size_t i = 0; i < count; i++)
		if ((l->kinds[twins[i].plain] & BARRED) != 0)
			l->kinds[twins[i].hash] |= SHARED;
}

static void find_shared(struct verify_links *l)
{
	struct pairs pairs = { 0 };
	struct ends ends;

	for (uint32_t set = 0; set < identity_set_count(l->v->identity); set++)
		if (l->live[set] > 0) {
			find_ends(l, set, BARRED, &ends);
			note_pairs(l, &ends, &pairs);
		}
	if (pairs.count > 0)
		qsort(pairs.items, pairs.count, sizeof(*pairs.items), by_all);
	mark_shared(l, &pairs);
	bar_digests(l);
	free(pairs.items);
}

/* The owner of a set's events is its first end, what evidence shares included. */
static void check_owners(struct verify_links *l)
{
	uint32_t members[SET_IDENTIFIERS_MAX];
	struct ends ends;

	for (uint32_t set = 0; set < identity_set_count(l->v->identity); set++) {
		(void)identity_set_members(l->v->identity, set, members);
		find_ends(l, set, BARRED, &ends);
		uint32_t owner = ends.count > 0 ? ends.codes[0] : members[0];
		if (identity_set_owner(l->v->identity, set) != owner)
			verify_fault_of(l->v, MSG_VERIFY_EVIDENCE,
				identity_text(l->v->identity, members[0]));
	}
}

struct verify_links *verify_links_create(struct verifying *v, const uint32_t *live)
{
	struct verify_links *l = memory_alloc(sizeof(*l));

	l->v = v;
	l->rules = identity_rules(v->state_of);
	l->live = live;
	l->twins = verify_twins_create(v->identity, l->rules);
	judge(l);
	find_first(l);
	check_owners(l);
	find_shared(l);
	return l;
}

void verify_links_free(struct verify_links *l)
{
	if (l == NULL)
		return;
	verify_twins_free(l->twins);
	free(l->kinds);
	free(l->first);
	free(l);
}

size_t verify_links_of(const struct verify_links *l, uint32_t set,
	struct verify_link out[static SET_IDENTIFIERS_MAX])
{
	struct ends ends;

	if (l->live[set] == 0)
		return 0;
	find_ends(l, set, BARRED | SHARED, &ends);
	for (uint32_t k = 1; k < ends.count; k++)
		out[k - 1] = (struct verify_link){ .a = ends.codes[0],
			.b = ends.codes[k],
			.verified = ends.verified[0] || ends.verified[k],
			.trust = ends.trust,
			.priority = priority_of(l, ends.codes[k]),
			.set = set,
			.place = k,
			.time = l->first[set] };
	return ends.count > 1 ? ends.count - 1 : 0;
}

size_t verify_links_twins(const struct verify_links *l)
{
	size_t count;

	(void)verify_twins_all(l->twins, &count);
	return count;
}

bool verify_links_of_twins(const struct verify_links *l, size_t i, struct verify_link *out)
{
	size_t count;
	const struct verify_twin *twin = verify_twins_all(l->twins, &count) + i;

	if (((l->kinds[twin->hash] | l->kinds[twin->plain]) & (BARRED | SHARED)) != 0)
		return false;
	*out = (struct verify_link){
		.a = twin->plain, .b = twin->hash, .by_hash = true, .time = INT64_MAX
	};
	return true;
}

bool verify_links_let_count(const struct verify_links *l, uint32_t identifier)
{
	return verify_twins_plain(l->twins, identifier) == identifier;
}

/* ---- order */

static int compare_texts(const struct identity_view *identity, uint32_t a, uint32_t b)
{
	return a == b ? 0 : str_compare(identity_text(identity, a), identity_text(identity, b));
}

static int compare_sets(const struct identity_view *identity, uint32_t a, uint32_t b)
{
	uint32_t x[SET_IDENTIFIERS_MAX], y[SET_IDENTIFIERS_MAX];
	size_t nx = identity_set_members(identity, a, x), ny = identity_set_members(identity, b, y);
	int order = 0;

	for (size_t i = 0; i < nx && i < ny && order == 0; i++)
		order = compare_texts(identity, x[i], y[i]);
	return order != 0 ? order : (nx > ny) - (nx < ny);
}

static int first_is(bool x, bool y)
{
	return (int)y - (int)x;
}

int verify_link_compare(const void *a, const void *b, void *identity_view)
{
	const struct verify_link *x = a, *y = b;
	int order = first_is(x->by_people, y->by_people);

	if (order == 0)
		order = first_is(x->by_hash, y->by_hash);
	if (order == 0)
		order = -first_is(x->by_matching, y->by_matching);
	if (order != 0)
		return order;
	if (x->by_people || x->by_hash || x->by_matching) {
		order = compare_texts(identity_view, x->a, y->a);
		return order != 0 ? order : compare_texts(identity_view, x->b, y->b);
	}
	order = first_is(x->verified, y->verified);
	if (order == 0)
		order = (int)y->trust - (int)x->trust;
	if (order == 0)
		order = (int)x->priority - (int)y->priority;
	if (order == 0)
		order = (x->time > y->time) - (x->time < y->time);
	if (order == 0)
		order = compare_sets(identity_view, x->set, y->set);
	return order != 0 ? order : (x->place > y->place) - (x->place < y->place);
}

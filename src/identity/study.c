/* identity/study.c - why two identifiers are one customer, or are not; see study.h */
#include "identity/study.h"

#include "identity/closure.h"
#include "identity/twins.h"

#include <stdlib.h>

/* Links as they are told: those that join make a forest; between two of one tree is one way. */
struct told {
	struct closure_link link;
	enum link_fate fate;
};

struct telling {
	struct identity *identity;
	struct told *joins, *refused;
	size_t join_count, join_room, refused_count, refused_room;
};

static void push(struct told **list, size_t *count, size_t *room, const struct told *told)
{
	if (*count == *room) {
		*room = MAX_OF(*room * 2, (size_t)64);
		*list = memory_resize(*list, *room * sizeof(**list));
	}
	(*list)[(*count)++] = *told;
}

static void hear(void *context, const struct closure_link *link, enum link_fate fate)
{
	struct telling *t = context;

	const struct told told = { *link, fate };
	if (fate == LINK_JOINS)
		push(&t->joins, &t->join_count, &t->join_room, &told);
	else if (fate != LINK_REPEATS)
		push(&t->refused, &t->refused_count, &t->refused_room, &told);
}

static struct identity_step step_of(
	struct identity *identity, const struct closure_link *link, enum identity_fate fate)
{
	struct identity_step step = { .a = link->a, .b = link->b, .fate = fate };

	if (node_kind(link->what) == NODE_TWIN) {
		step.by_hash = true;
		step.first_time = INT64_MAX;
		return step;
	}
	if (node_kind(link->what) == NODE_DECISION) {
		const struct identity_decision *d =
			table_at(identity->decisions, node_index(link->what));
		step.by_decision = true;
		step.seq = d->seq;
		step.verified = d->by_people;
		step.first_time = INT64_MAX;
		return step;
	}
	const struct evidence *evidence = table_at(identity->evidence, link->what);
	const struct lens lens = lens_of(identity);
	struct set_ends ends;
	lens_ends(&lens, link->what, KIND_BARRED, &ends);
	for (size_t i = 0; i < ends.count; i++)
		step.verified |=
			ends.verified[i] && (ends.codes[i] == link->a || ends.codes[i] == link->b);
	step.trust = ends.trust;
	step.seq = evidence->first_seq;
	step.events = evidence->live;
	step.first_time = evidence->first_time;
	return step;
}

static void add_step(struct identity_explanation *out, const struct identity_step *step)
{
	if (out->count == STUDY_STEPS_MAX)
		out->more++;
	else
		out->steps[out->count++] = *step;
}

/* ---- together: the chain */

/* Walks back from b, to which the search from a came over `by`. */
static void add_chain(struct telling *t, const size_t *by, uint32_t a, uint32_t b,
	struct identity_explanation *out)
{
	size_t length = 0, *chain = memory_alloc((t->join_count + 1) * sizeof(*chain));

	for (uint32_t at = b; at != a;) {
		const struct closure_link *link = &t->joins[by[at] - 1].link;
		chain[length++] = by[at] - 1;
		at = link->a == at ? link->b : link->a;
	}
	uint32_t at = a;
	while (length > 0) {
		const struct closure_link *link = &t->joins[chain[--length]].link;
		struct identity_step step = step_of(t->identity, link, FATE_JOINS);
		step.a = at;
		at = link->a == at ? link->b : link->a;
		step.b = at;
		add_step(out, &step);
	}
	free(chain);
}

/* The links of each identifier, side by side: first[i] .. first[i + 1] of list. */
struct ties {
	size_t *first, *list;
};

static struct ties ties_of(const struct telling *t, size_t identifiers)
{
	struct ties ties = { memory_alloc((identifiers + 2) * sizeof(size_t)),
		memory_alloc((2 * t->join_count + 1) * sizeof(size_t)) };

	for (size_t i = 0; i < t->join_count; i++) {
		ties.first[t->joins[i].link.a + 2]++;
		ties.first[t->joins[i].link.b + 2]++;
	}
	for (size_t i = 2; i < identifiers + 2; i++)
		ties.first[i] += ties.first[i - 1];
	for (size_t i = 0; i < t->join_count; i++) {
		ties.list[ties.first[t->joins[i].link.a + 1]++] = i;
		ties.list[ties.first[t->joins[i].link.b + 1]++] = i;
	}
	return ties;
}

static void find_chain(struct telling *t, uint32_t a, uint32_t b, struct identity_explanation *out)
{
	size_t identifiers = table_count(t->identity->members);
	struct ties ties = ties_of(t, identifiers);
	size_t *by = memory_alloc((identifiers + 1) * sizeof(*by)); /* link + 1 */
	uint32_t *queue = memory_alloc((identifiers + 1) * sizeof(*queue));
	size_t head = 0, tail = 0;

	queue[tail++] = a;
	while (head < tail && by[b] == 0) {
		uint32_t at = queue[head++];
		for (size_t i = ties.first[at]; i < ties.first[at + 1]; i++) {
			const struct closure_link *link = &t->joins[ties.list[i]].link;
			uint32_t to = link->a == at ? link->b : link->a;
			if (to == a || by[to] != 0)
				continue;
			by[to] = ties.list[i] + 1;
			queue[tail++] = to;
		}
	}
	if (by[b] != 0)
		add_chain(t, by, a, b, out);
	free(ties.first);
	free(ties.list);
	free(by);
	free(queue);
}

/* ---- apart: what was refused between their groups, and what never was a link */

static void add_refused(struct telling *t, struct closure *c, uint32_t a, uint32_t b,
	struct identity_explanation *out)
{
	uint32_t x = 0, y = 0, p = 0, q = 0;

	(void)closure_find(c, a, &x); /* both are in it */
	(void)closure_find(c, b, &y);
	for (size_t i = 0; i < t->refused_count; i++) {
		const struct closure_link *link = &t->refused[i].link;
		(void)closure_find(c, link->a, &p);
		(void)closure_find(c, link->b, &q);
		if ((p != x || q != y) && (p != y || q != x))
			continue;
		struct identity_step step = step_of(t->identity, link,
			t->refused[i].fate == LINK_APART ? FATE_APART : FATE_LIMIT);
		add_step(out, &step);
	}
}

/* An address and its digest that do not join: one of them joins nobody. */
static void add_barred_twins(struct identity *identity, const struct node *node, uint32_t a,
	uint32_t b, struct identity_explanation *out)
{
	const struct twin *twin = table_at(identity->twins, node_index(node->what));
	const struct closure_link link = { .a = a, .b = b, .what = node->what };
	const struct lens lens = lens_of(identity);

	if ((twin->hash != b && twin->plain != b) || !twins_are_one(&lens, twin) ||
		twins_join(&lens, twin) || out->count == STUDY_STEPS_MAX)
		return;
	struct identity_step step = step_of(identity, &link, FATE_BARRED);
	add_step(out, &step);
}

static void add_barred(
	struct identity *identity, uint32_t a, uint32_t b, struct identity_explanation *out)
{
	uint32_t at = member_at(identity, a)->nodes;

	while (at != NODE_END) {
		const struct node *node = table_at(identity->nodes, at);
		struct set_parts parts;
		bool named = false;
		at = node->next;
		if (node_kind(node->what) == NODE_TWIN)
			add_barred_twins(identity, node, a, b, out);
		if (node_kind(node->what) != NODE_SET)
			continue;
		const struct evidence *evidence = table_at(identity->evidence, node->what);
		set_parts(strings_get(identity->sets, node->what), &parts);
		for (size_t i = 0; i < parts.count; i++)
			named |= parts.codes[i] == b;
		if (!named || evidence->live == 0 || out->count == STUDY_STEPS_MAX)
			continue;
		const struct closure_link link = { .a = a, .b = b, .what = node->what };
		struct identity_step step = step_of(identity, &link, FATE_BARRED);
		const struct lens lens = lens_of(identity);
		struct set_ends ends;
		size_t found = 0;
		lens_ends(&lens, node->what, KIND_BARRED | KIND_SHARED, &ends);
		for (size_t i = 0; i < ends.count; i++)
			found += ends.codes[i] == a || ends.codes[i] == b;
		if (found < 2) /* else it is a link, and told with those that were refused */
			add_step(out, &step);
	}
}

static void say_barred(struct identity *identity, uint32_t identifier, enum identity_fate *fate,
	enum rules_bar *why)
{
	uint8_t kind = kind_at(identity, identifier);
	str type, value, text = strings_get(identity->identifiers, identifier);

	*fate = (kind & (KIND_BARRED | KIND_SHARED)) != 0 ? FATE_BARRED : FATE_JOINS;
	*why = BAR_NONE;
	if (str_split(text, ':', &type, &value))
		*why = rules_bar(identity->rules, kind & KIND_ROW, value);
}

void identity_explain(
	struct identity *identity, uint32_t a, uint32_t b, struct identity_explanation *out)
{
	settle_for_look(identity);
	const struct lens lens = lens_of(identity);
	const uint32_t both[] = { a, b };
	size_t steps = SIZE_MAX;
	struct closure *c = closure_create(&lens);
	struct telling t = { .identity = identity };

	*out = (struct identity_explanation){ 0 };
	(void)closure_reach(c, both, 2, &steps);
	closure_join(c, hear, &t);
	out->together = member_at(identity, a)->live > 0 && member_at(identity, b)->live > 0 &&
			member_at(identity, a)->customer == member_at(identity, b)->customer;
	say_barred(identity, a, &out->bar[0], &out->why_barred[0]);
	say_barred(identity, b, &out->bar[1], &out->why_barred[1]);
	if (out->together) {
		find_chain(&t, a, b, out);
	} else {
		add_refused(&t, c, a, b, out);
		add_barred(identity, a, b, out);
	}
	closure_free(c);
	free(t.joins);
	free(t.refused);
}

/* profile/traits.c - see traits.h */
#include "profile/traits.h"

#include "base/hash.h"
#include "event/value.h"

#include <stdlib.h>
#include <string.h>

/* Most people have a dozen traits: room for thousands would cost more to make than all the rest. */
enum { FIRST_ROOM = 4, FIRST_TRAITS = 32, SLOTS_PER_TRAIT = 4 };

static err no_room(const struct traits *traits, str what, struct why *why)
{
	return fail(why, MSG_NO_ROOM, arg_str(what), arg_int((int64_t)arena_taken(traits->arena)));
}

static uint32_t *slot_of(const struct traits *traits, str key)
{
	size_t slots = traits->room * SLOTS_PER_TRAIT, at = hash64(0, key) & (slots - 1);

	while (traits->slots[at] != 0 && !str_equal(traits->items[traits->slots[at] - 1].key, key))
		at = (at + 1) & (slots - 1);
	return &traits->slots[at];
}

/* Room stays a power of 2.  False: the arena is full. */
static bool widen(struct traits *traits, size_t room)
{
	struct profile_trait *items = arena_array(traits->arena, room, sizeof(*items));
	uint32_t *slots = arena_array(traits->arena, room * SLOTS_PER_TRAIT, sizeof(*slots));

	if (items == NULL || slots == NULL)
		return false;
	if (traits->count > 0)
		memcpy(items, traits->items, traits->count * sizeof(*items));
	traits->items = items;
	traits->slots = slots;
	traits->room = room;
	for (size_t i = 0; i < traits->count; i++)
		*slot_of(traits, items[i].key) = (uint32_t)i + 1;
	return true;
}

err traits_begin(struct traits *traits, struct arena *arena, struct why *why)
{
	*traits = (struct traits){ .arena = arena };
	return widen(traits, FIRST_TRAITS) ? OK : no_room(traits, STR("traits"), why);
}

static bool grow(struct arena *arena, struct profile_trait *trait)
{
	size_t room = MAX_OF(trait->room * 2, (size_t)FIRST_ROOM);
	struct trait_telling *more = arena_array(arena, room, sizeof(*more));

	if (more == NULL)
		return false;
	if (trait->count > 0)
		memcpy(more, trait->tellings, trait->count * sizeof(*more));
	trait->tellings = more;
	trait->room = room;
	return true;
}

/* NULL: there are too many, or the arena is full. */
static struct profile_trait *trait_of(struct traits *traits, str key)
{
	uint32_t *slot = slot_of(traits, key);

	if (*slot > 0)
		return &traits->items[*slot - 1];
	if (traits->count == TRAITS_MAX)
		return NULL;
	if (traits->count == traits->room) {
		if (!widen(traits, traits->room * 2))
			return NULL;
		slot = slot_of(traits, key);
	}
	traits->items[traits->count] = (struct profile_trait){ .key = key };
	*slot = (uint32_t)++traits->count;
	return &traits->items[*slot - 1];
}

err traits_tell(struct traits *traits, str key, const struct trait_telling *told, struct why *why)
{
	struct profile_trait *trait = trait_of(traits, key);

	if (trait == NULL)
		return no_room(traits, key, why);
	if (trait->count == trait->room && !grow(traits->arena, trait))
		return no_room(traits, key, why);
	trait->tellings[trait->count++] = *told;
	return OK;
}

/* ---- deciding */

/* Latest first. */
static int by_lateness(const void *a, const void *b)
{
	const struct trait_telling *x = a, *y = b;

	if (x->ms != y->ms)
		return x->ms > y->ms ? -1 : 1;
	if (x->trust != y->trust)
		return x->trust > y->trust ? -1 : 1;
	int order = str_compare(x->source, y->source);
	return order != 0 ? order : value_compare(&x->value, &y->value);
}

static int by_value(const void *a, const void *b)
{
	const struct trait_telling *const *x = a, *const *y = b;
	int order = value_compare(&(*x)->value, &(*y)->value);

	return order != 0 ? order : (*x > *y) - (*x < *y); /* latest first */
}

/* Tellings by value, and where each value's begin: ends[i] is behind those of value i. */
struct grouped {
	const struct trait_telling **tellings;
	size_t *ends, count;
};

static bool group(struct arena *arena, const struct profile_trait *trait, struct grouped *out)
{
	*out = (struct grouped){ .tellings = arena_array(arena, trait->count, sizeof(void *)),
		.ends = arena_array(arena, trait->count, sizeof(*out->ends)) };
	if (out->tellings == NULL || out->ends == NULL)
		return false;
	for (size_t i = 0; i < trait->count; i++)
		out->tellings[i] = &trait->tellings[i];
	qsort(out->tellings, trait->count, sizeof(*out->tellings), by_value);
	for (size_t i = 0; i < trait->count; i++) {
		bool is_last = i + 1 == trait->count || value_compare(&out->tellings[i]->value,
								&out->tellings[i + 1]->value) != 0;
		if (is_last)
			out->ends[out->count++] = i + 1;
	}
	return true;
}

static bool is_null(const struct trait_telling *t)
{
	return t->value.kind == VALUE_NULL;
}

static const struct trait_telling *most_trusted(const struct profile_trait *trait)
{
	const struct trait_telling *best = NULL;

	for (size_t i = 0; i < trait->count; i++)
		if (!is_null(&trait->tellings[i]) &&
			(best == NULL || trait->tellings[i].trust > best->trust))
			best = &trait->tellings[i];
	return best;
}

static const struct trait_telling *earliest(const struct profile_trait *trait)
{
	for (size_t i = trait->count; i-- > 0;)
		if (!is_null(&trait->tellings[i]))
			return &trait->tellings[i];
	return NULL;
}

/* Of values told equally often the one that was told last: tellings lie latest first. */
static const struct trait_telling *most_frequent(const struct grouped *g)
{
	const struct trait_telling *best = NULL;
	size_t most = 0, from = 0;

	for (size_t i = 0; i < g->count; from = g->ends[i++]) {
		const struct trait_telling *latest = g->tellings[from];
		size_t times = g->ends[i] - from;
		if (is_null(latest) || times < most || (times == most && latest > best))
			continue;
		best = latest;
		most = times;
	}
	return best;
}

static const struct trait_telling *chosen(
	const struct profile_trait *trait, const struct grouped *g)
{
	const struct trait_telling *best = NULL;

	switch (trait->rule) {
	case TRAIT_EARLIEST:
		best = earliest(trait);
		break;
	case TRAIT_MOST_TRUSTED:
		best = most_trusted(trait);
		break;
	case TRAIT_MOST_FREQUENT:
		best = most_frequent(g);
		break;
	case TRAIT_MOST_RECENT:
	case TRAIT_SET:
	case TRAIT_RULES:
		break;
	}
	return best != NULL ? best : &trait->tellings[0];
}

/* Is it among the first `count`? */
static bool has(const struct value *items, size_t count, const struct value *value)
{
	for (size_t i = 0; i < count; i++)
		if (value_compare(&items[i], value) == 0)
			return true;
	return false;
}

/* In the order in which they were first told. */
static bool gather_set(struct arena *arena, struct profile_trait *trait)
{
	struct value *items = arena_array(arena, TRAIT_SET_MAX, sizeof(*items));
	size_t count = 0;

	if (items == NULL)
		return false;
	for (size_t i = trait->count; i-- > 0;) {
		const struct value *told = &trait->tellings[i].value;
		bool is_list = told->kind == VALUE_LIST;
		const struct value *members = is_list ? told->list.items : told;
		for (size_t k = 0; k < (is_list ? told->list.count : 1); k++)
			if (members[k].kind != VALUE_NULL && count < TRAIT_SET_MAX &&
				!has(items, count, &members[k]))
				items[count++] = members[k];
	}
	trait->value = (struct value){ .kind = VALUE_LIST, .list = { items, count } };
	return true;
}

static bool decide(
	struct traits *traits, struct profile_trait *trait, const struct profile_rules *rules)
{
	struct grouped grouped;

	trait->rule = profile_rules_of(rules, trait->key);
	qsort(trait->tellings, trait->count, sizeof(*trait->tellings), by_lateness);
	if (!group(traits->arena, trait, &grouped))
		return false;
	trait->different = grouped.count;
	trait->from = *chosen(trait, &grouped);
	trait->value = trait->from.value;
	return trait->rule != TRAIT_SET || gather_set(traits->arena, trait);
}

static int by_key(const void *a, const void *b)
{
	return str_compare(
		((const struct profile_trait *)a)->key, ((const struct profile_trait *)b)->key);
}

err traits_decide(struct traits *traits, const struct profile_rules *rules, struct why *why)
{
	for (size_t i = 0; i < traits->count; i++)
		if (!decide(traits, &traits->items[i], rules))
			return no_room(traits, traits->items[i].key, why);
	if (traits->count > 0)
		qsort(traits->items, traits->count, sizeof(*traits->items), by_key);
	return OK;
}

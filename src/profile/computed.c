/* profile/computed.c - see computed.h */
#include "profile/computed.h"

#include "base/glob.h"
#include "event/value.h"

#include <math.h>
#include <string.h>

enum { KEYS_DEEP = 8, MEMBER_TEXT_BYTES = 64 };

/* One value of one fold, and how often it came. */
struct seen {
	struct value value;
	uint64_t times;
	uint64_t last; /* the event's number: who came last wins */
};

struct fold {
	str group;
	uint64_t count; /* of values; of events where no attribute is asked for */
	uint64_t events;
	bool is_float; /* the sum is no whole number any more */
	int64_t whole;
	double number;
	struct value one; /* least, most, earliest, latest */
	struct seen *seen;
	size_t seen_count, seen_room;
	int64_t first_ms, last_ms;
};

struct folding {
	struct computed_trait trait;
	struct fold *folds;
	size_t fold_count, fold_room;
};

struct computed {
	struct arena *arena;
	int64_t as_of_ms;
	struct folding *items;
	size_t count;
	uint64_t event; /* its number, from 1 */
	bool is_full;
};

struct computed *computed_begin(
	const struct profile_rules *rules, int64_t as_of_ms, struct arena *arena)
{
	const struct profile_computed *wanted;
	size_t count = profile_rules_computed(rules, &wanted);
	struct computed *c = arena_alloc(arena, sizeof(*c));

	if (c == NULL)
		return NULL;
	*c = (struct computed){ .arena = arena,
		.as_of_ms = as_of_ms,
		.items = arena_array(arena, count, sizeof(*c->items)),
		.count = count };
	if (c->items == NULL)
		return NULL;
	for (size_t i = 0; i < count; i++)
		c->items[i].trait.rule = &wanted[i];
	return c;
}

/* ---- values of an event */

typedef void visit_fn(struct computed *c, struct folding *f, const struct value *value, void *with);

static void visit_value(struct computed *c, struct folding *f, const struct value *value,
	visit_fn *visit, void *with)
{
	if (value->kind == VALUE_LIST)
		for (size_t i = 0; i < value->list.count; i++)
			visit_value(c, f, &value->list.items[i], visit, with);
	else if (value->kind != VALUE_NULL && value->kind != VALUE_MAP)
		visit(c, f, value, with);
}

/* What an attribute is asked for. */
struct asking {
	struct computed *c;
	struct folding *f;
	visit_fn *visit;
	void *with;
};

static void visit_key(
	const struct asking *a, const struct attribute *items, size_t count, str key, int deep);

/* The maps of a value: itself, or those in a list. */
static void visit_within(const struct asking *a, const struct value *value, str key, int deep)
{
	if (deep == 0)
		return;
	if (value->kind == VALUE_MAP)
		visit_key(a, value->map.items, value->map.count, key, deep - 1);
	else if (value->kind == VALUE_LIST)
		for (size_t i = 0; i < value->list.count; i++)
			visit_within(a, &value->list.items[i], key, deep - 1);
}

/* A key may itself have dots in it: each cut is tried. */
static void visit_key(
	const struct asking *a, const struct attribute *items, size_t count, str key, int deep)
{
	for (size_t i = 0; i < count; i++) {
		str rest = key;
		if (str_equal(items[i].key, key))
			visit_value(a->c, a->f, &items[i].value, a->visit, a->with);
		else if (str_skip_prefix(&rest, items[i].key) && str_skip_prefix(&rest, STR(".")))
			visit_within(a, &items[i].value, rest, deep);
	}
}

static bool field_of(const struct record *r, str name, str *out)
{
	const struct {
		str name, value;
	} fields[] = { { STR("@channel"), r->channel }, { STR("@activity"), r->activity },
		{ STR("@source"), r->source }, { STR("@interaction"), r->interaction },
		{ STR("@case"), r->case_id } };

	for (size_t i = 0; i < ARRAY_LEN(fields); i++)
		if (str_equal(fields[i].name, name)) {
			*out = fields[i].value;
			return true;
		}
	return false;
}

static void visit_attribute(struct computed *c, struct folding *f, const struct record *r, str key,
	visit_fn *visit, void *with)
{
	str text;

	if (!field_of(r, key, &text)) {
		const struct asking asking = { c, f, visit, with };
		visit_key(&asking, r->attributes, r->attribute_count, key, KEYS_DEEP);
		return;
	}
	const struct value value = { .kind = VALUE_STRING, .string = text };
	if (text.len > 0)
		visit(c, f, &value, with);
}

/* ---- folding */

static void *copy_of(struct computed *c, const void *old, size_t count, size_t *room, size_t bytes)
{
	size_t more = MAX_OF(*room * 2, (size_t)4);
	void *items = arena_array(c->arena, more, bytes);

	if (items == NULL) {
		c->is_full = true;
		return NULL;
	}
	if (count > 0)
		memcpy(items, old, count * bytes);
	*room = more;
	return items;
}

/* Texts of a record live as long as its reading. */
static struct value kept(struct computed *c, const struct value *value)
{
	struct value copy = *value;

	if (value->kind == VALUE_STRING) {
		copy.string = arena_str(c->arena, value->string);
		c->is_full |= copy.string.ptr == NULL;
		if (copy.string.ptr == NULL)
			copy.string = STR("");
	}
	return copy;
}

static void add_number(struct fold *fold, const struct value *value)
{
	double number = value->kind == VALUE_FLOAT ? value->number : (double)value->integer;

	fold->number += number;
	fold->is_float |= value->kind == VALUE_FLOAT ||
			  __builtin_add_overflow(fold->whole, value->integer, &fold->whole);
}

static void add_seen(
	struct computed *c, struct folding *f, struct fold *fold, const struct value *value)
{
	size_t i = 0;

	while (i < fold->seen_count && value_compare(&fold->seen[i].value, value) != 0)
		i++;
	if (i == COMPUTED_VALUES_MAX) {
		f->trait.left_out++;
		return;
	}
	if (i == fold->seen_room) {
		void *more = copy_of(
			c, fold->seen, fold->seen_count, &fold->seen_room, sizeof(*fold->seen));
		if (more == NULL)
			return;
		fold->seen = more;
	}
	if (i == fold->seen_count)
		fold->seen[fold->seen_count++] = (struct seen){ .value = kept(c, value) };
	fold->seen[i].times++;
	fold->seen[i].last = c->event;
}

static bool is_number(const struct value *value)
{
	return value->kind == VALUE_INTEGER || value->kind == VALUE_FLOAT;
}

static bool takes(enum computed_as as, const struct fold *fold, const struct value *value)
{
	bool is_first = fold->count == 0;

	return (as == COMPUTED_LEAST && (is_first || value_compare(value, &fold->one) < 0)) ||
	       (as == COMPUTED_MOST && (is_first || value_compare(value, &fold->one) > 0)) ||
	       (as == COMPUTED_EARLIEST && is_first) || as == COMPUTED_LATEST;
}

struct point {
	struct fold *fold;
	bool any; /* something counted */
};

static void fold_value(struct computed *c, struct folding *f, const struct value *value, void *with)
{
	enum computed_as as = f->trait.rule->as;
	struct point *point = with;
	struct fold *fold = point->fold;
	bool adds = as == COMPUTED_SUM || as == COMPUTED_AVERAGE;

	if ((adds || as == COMPUTED_LEAST || as == COMPUTED_MOST) && !is_number(value))
		return;
	if (adds)
		add_number(fold, value);
	if (takes(as, fold, value))
		fold->one = kept(c, value);
	if (as == COMPUTED_MOST_FREQUENT || as == COMPUTED_DISTINCT || as == COMPUTED_SET)
		add_seen(c, f, fold, value);
	fold->count++;
	point->any = true;
}

static struct fold *fold_named(struct computed *c, struct folding *f, str group)
{
	for (size_t i = 0; i < f->fold_count; i++)
		if (str_equal(f->folds[i].group, group))
			return &f->folds[i];
	if (f->fold_count == COMPUTED_GROUPS_MAX) {
		f->trait.left_out++;
		return NULL;
	}
	if (f->fold_count == f->fold_room) {
		void *more = copy_of(c, f->folds, f->fold_count, &f->fold_room, sizeof(*f->folds));
		if (more == NULL)
			return NULL;
		f->folds = more;
	}
	const struct value text = { .kind = VALUE_STRING, .string = group };
	f->folds[f->fold_count] = (struct fold){ .group = kept(c, &text).string };
	return &f->folds[f->fold_count++];
}

/* What an event tells a fold; without an attribute, that it happened. */
static void fold_event(
	struct computed *c, struct folding *f, const struct record *r, int64_t ms, str group)
{
	struct point point = { .fold = fold_named(c, f, group) };

	if (point.fold == NULL)
		return;
	if (f->trait.rule->attribute.len > 0) {
		uint64_t before = point.fold->count;
		visit_attribute(c, f, r, f->trait.rule->attribute, fold_value, &point);
		if (f->trait.rule->as == COMPUTED_COUNT && point.any)
			point.fold->count = before + 1; /* events, not values */
	} else {
		point.fold->count++;
		point.any = true;
	}
	if (!point.any)
		return;
	struct fold *fold = point.fold;
	fold->first_ms = fold->events == 0 ? ms : MIN_OF(fold->first_ms, ms);
	fold->last_ms = fold->events == 0 ? ms : MAX_OF(fold->last_ms, ms);
	fold->events++;
	struct computed_trait *t = &f->trait;
	t->first_ms = t->events == 0 ? ms : MIN_OF(t->first_ms, ms);
	t->last_ms = t->events == 0 ? ms : MAX_OF(t->last_ms, ms);
	t->events++;
}

struct grouping {
	const struct record *record;
	int64_t ms;
};

static void fold_group(struct computed *c, struct folding *f, const struct value *value, void *with)
{
	const struct grouping *g = with;
	char room[MEMBER_TEXT_BYTES];
	struct strbuf text = { .ptr = room, .cap = sizeof(room), .cap_max = sizeof(room) };

	if (value->kind == VALUE_STRING) {
		fold_event(c, f, g->record, g->ms, value->string);
		return;
	}
	if (value->kind == VALUE_INTEGER)
		strbuf_printf(&text, "%lld", (long long)value->integer);
	else if (value->kind == VALUE_BOOLEAN)
		strbuf_add_c(&text, value->boolean ? "true" : "false");
	else
		return; /* floats and times name nothing */
	fold_event(c, f, g->record, g->ms, strbuf_str(&text));
}

static bool fits_any(const struct field_names *patterns, str name)
{
	for (size_t i = 0; i < patterns->count; i++)
		if (glob_fits(patterns->items[i], name))
			return true;
	return patterns->count == 0;
}

err computed_event(struct computed *c, const struct record *r, int64_t ms, struct why *why)
{
	c->event++;
	for (size_t i = 0; i < c->count; i++) {
		struct folding *f = &c->items[i];
		const struct profile_computed *rule = f->trait.rule;
		struct grouping grouping = { r, ms };
		bool is_old = rule->within_ms > 0 &&
			      (ms > c->as_of_ms || c->as_of_ms - ms > rule->within_ms);
		if (is_old || !fits_any(&rule->channels, r->channel) ||
			!fits_any(&rule->activities, r->activity))
			continue;
		if (rule->by.len > 0)
			visit_attribute(c, f, r, rule->by, fold_group, &grouping);
		else
			fold_event(c, f, r, ms, STR(""));
	}
	return c->is_full ? fail(why, MSG_NO_ROOM, arg_c("computed"),
				    arg_int((int64_t)arena_taken(c->arena)))
			  : OK;
}

/* ---- what is asked of events */

static bool has_key(const struct computed_needs *needs, str key)
{
	for (size_t i = 0; i < needs->key_count; i++)
		if (str_equal(needs->keys[i], key))
			return true;
	return false;
}

static void note_need(struct computed_needs *needs, str name, bool is_told)
{
	static const struct {
		str name;
		unsigned field;
	} fields[] = { { STR_INIT(""), 0 }, { STR_INIT("@channel"), 0 },
		{ STR_INIT("@activity"), 0 }, { STR_INIT("@source"), COMPUTED_SOURCE },
		{ STR_INIT("@interaction"), COMPUTED_INTERACTION },
		{ STR_INIT("@case"), COMPUTED_CASE } };

	for (size_t i = 0; i < ARRAY_LEN(fields); i++)
		if (str_equal(fields[i].name, name)) {
			needs->fields |= fields[i].field;
			needs->texts |= is_told ? fields[i].field : 0;
			return;
		}
	if (!has_key(needs, name))
		needs->keys[needs->key_count++] = name;
}

void computed_needs(const struct profile_rules *rules, struct computed_needs *out)
{
	const struct profile_computed *wanted;
	size_t count = profile_rules_computed(rules, &wanted);

	*out = (struct computed_needs){ .fields = 0 };
	for (size_t i = 0; i < count; i++) {
		bool is_told = wanted[i].as != COMPUTED_DISTINCT && wanted[i].as != COMPUTED_COUNT;
		note_need(out, wanted[i].attribute, is_told);
		note_need(out, wanted[i].by, true);
	}
}

static bool is_attribute(str name)
{
	return name.len > 0 && name.ptr[0] != '@';
}

bool computed_asks(const struct computed *c, str channel, str activity)
{
	for (size_t i = 0; i < c->count; i++) {
		const struct profile_computed *rule = c->items[i].trait.rule;
		if ((is_attribute(rule->attribute) || is_attribute(rule->by)) &&
			fits_any(&rule->channels, channel) && fits_any(&rule->activities, activity))
			return true;
	}
	return false;
}

/* ---- what came of it */

static struct value whole(int64_t n)
{
	return (struct value){ .kind = VALUE_INTEGER, .integer = n };
}

/* A sum past what a float holds is told as nothing rather than as something else. */
static struct value real(double number)
{
	return isfinite(number) ? (struct value){ .kind = VALUE_FLOAT, .number = number }
				: (struct value){ .kind = VALUE_NULL };
}

static struct value sum_of(const struct fold *fold)
{
	return fold->is_float ? real(fold->number) : whole(fold->whole);
}

static struct value average_of(const struct fold *fold)
{
	double sum = fold->is_float ? fold->number : (double)fold->whole;

	return real(sum / (double)fold->count);
}

static struct value moment(int64_t ms)
{
	return (struct value){ .kind = VALUE_TIME, .time = { .ms = ms } };
}

static struct value most_frequent(const struct fold *fold)
{
	const struct seen *best = &fold->seen[0];

	for (size_t i = 1; i < fold->seen_count; i++)
		if (fold->seen[i].times > best->times ||
			(fold->seen[i].times == best->times && fold->seen[i].last > best->last))
			best = &fold->seen[i];
	return best->value;
}

static struct value set_of(struct computed *c, const struct fold *fold)
{
	struct value *items = arena_array(c->arena, fold->seen_count, sizeof(*items));

	c->is_full |= items == NULL;
	for (size_t i = 0; items != NULL && i < fold->seen_count; i++)
		items[i] = fold->seen[i].value;
	return (struct value){ .kind = VALUE_LIST,
		.list = { items, items == NULL ? 0 : fold->seen_count } };
}

static struct value value_of(struct computed *c, enum computed_as as, const struct fold *fold)
{
	switch (as) {
	case COMPUTED_COUNT:
		return whole((int64_t)fold->count);
	case COMPUTED_SUM:
		return sum_of(fold);
	case COMPUTED_AVERAGE:
		return average_of(fold);
	case COMPUTED_DISTINCT:
		return whole((int64_t)fold->seen_count);
	case COMPUTED_FIRST_TIME:
		return moment(fold->first_ms);
	case COMPUTED_LAST_TIME:
		return moment(fold->last_ms);
	case COMPUTED_MOST_FREQUENT:
		return most_frequent(fold);
	case COMPUTED_SET:
		return set_of(c, fold);
	case COMPUTED_LEAST:
	case COMPUTED_MOST:
	case COMPUTED_EARLIEST:
	case COMPUTED_LATEST:
	case COMPUTED_AS:
		break;
	}
	return fold->one;
}

static bool is_told(const struct fold *fold)
{
	return fold->count > 0;
}

static void end_map(struct computed *c, struct folding *f)
{
	struct attribute *members = arena_array(c->arena, f->fold_count, sizeof(*members));
	size_t count = 0;

	c->is_full |= members == NULL;
	for (size_t i = 0; members != NULL && i < f->fold_count; i++)
		if (is_told(&f->folds[i]))
			members[count++] = (struct attribute){ f->folds[i].group,
				value_of(c, f->trait.rule->as, &f->folds[i]) };
	f->trait.value = (struct value){ .kind = VALUE_MAP, .map = { members, count } };
}

err computed_end(
	struct computed *c, const struct computed_trait **out, size_t *count, struct why *why)
{
	struct computed_trait *traits = arena_array(c->arena, c->count, sizeof(*traits));

	for (size_t i = 0; i < c->count; i++) {
		struct folding *f = &c->items[i];
		enum computed_as as = f->trait.rule->as;
		if (f->trait.rule->by.len > 0)
			end_map(c, f);
		else if (f->fold_count == 0 && (as == COMPUTED_COUNT || as == COMPUTED_DISTINCT))
			f->trait.value = whole(0);
		else if (f->fold_count > 0 && is_told(&f->folds[0]))
			f->trait.value = value_of(c, as, &f->folds[0]);
		if (traits != NULL)
			traits[i] = f->trait;
	}
	if (c->is_full || traits == NULL)
		return fail(why, MSG_NO_ROOM, arg_c("computed"),
			arg_int((int64_t)arena_taken(c->arena)));
	*out = traits;
	*count = c->count;
	return OK;
}

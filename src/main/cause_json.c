/* main/cause_json.c - traits, frictions and drivers as JSON, figures of theirs as CSV; see
 * cause_ask.h */
#include "main/cause_ask.h"
#include "main/csv_out.h"

#include <math.h>

void put_finite(struct json_writer *w, const char *key, double n)
{
	json_put_key(w, str_of(key));
	if (isfinite(n))
		json_put_float(w, n);
	else
		json_put_null(w);
}

void put_interval(struct json_writer *w, const char *key, struct interval i)
{
	json_put_key(w, str_of(key));
	json_put_object(w);
	put_finite(w, "value", i.value);
	put_finite(w, "low", i.low);
	put_finite(w, "high", i.high);
	json_put_end(w);
}

static const char *trait_kind_word(enum trait_kind kind)
{
	static const char *const words[TRAIT_KINDS] = { [TRAIT_TEXT] = "text",
		[TRAIT_NUMBER] = "number",
		[TRAIT_RANGE] = "range",
		[TRAIT_BOOLEAN] = "boolean",
		[TRAIT_WEEKDAY] = "weekday",
		[TRAIT_HOURS] = "hours",
		[TRAIT_MONTH] = "month",
		[TRAIT_CHANNEL] = "channel-before",
		[TRAIT_STEP] = "step-before",
		[TRAIT_TIMES] = "times-before" };

	return words[kind];
}

static void put_trait_value(struct json_writer *w, const struct trait *t)
{
	static const char *const days[] = { "monday", "tuesday", "wednesday", "thursday", "friday",
		"saturday", "sunday" };
	char month[16];

	switch (t->kind) {
	case TRAIT_TEXT:
		json_member_string(w, "value", t->text);
		break;
	case TRAIT_NUMBER:
		put_finite(w, "value", t->low);
		break;
	case TRAIT_BOOLEAN:
		json_put_key(w, STR("value"));
		json_put_bool(w, t->low != 0);
		break;
	case TRAIT_WEEKDAY:
		json_member_string(w, "value", str_of(days[(size_t)t->low % 7]));
		break;
	case TRAIT_MONTH: {
		struct strbuf text = {
			.ptr = month, .cap = sizeof(month), .cap_max = sizeof(month)
		};
		strbuf_printf(&text, "%04d-%02d", (int)t->low / 12, (int)t->low % 12 + 1);
		json_member_string(w, "value", strbuf_str(&text));
		break;
	}
	case TRAIT_RANGE:
	case TRAIT_HOURS:
	case TRAIT_TIMES:
		put_finite(w, "low", t->low);
		put_finite(w, "high", t->high);
		break;
	case TRAIT_CHANNEL:
	case TRAIT_STEP:
	case TRAIT_KINDS:
		break;
	}
}

void put_trait(struct json_writer *w, const char *key, const struct journey_question *q,
	const struct trait *t)
{
	struct strbuf says = strbuf_heap(1 << 12);

	if (key != NULL)
		json_put_key(w, str_of(key));
	json_put_object(w);
	json_member_string(w, "kind", str_of(trait_kind_word(t->kind)));
	if (t->key.len > 0)
		json_member_string(w, "name", t->key);
	put_trait_value(w, t);
	json_put_key(w, STR("own"));
	json_put_bool(w, t->own);
	json_member_uint(w, "same", t->same);
	cause_add_trait(&says, q, t);
	json_member_string(w, "says", strbuf_str(&says));
	json_put_end(w);
	strbuf_done(&says);
}

static void put_set(
	struct json_writer *w, const char *key, const struct journey_plan *plan, const uint8_t *set)
{
	json_put_key(w, str_of(key));
	json_put_array(w);
	for (uint32_t s = 0; set != NULL && s < journey_plan_steps(plan); s++)
		if (set[s])
			json_put_string(w, journey_plan_step_name(plan, s));
	json_put_end(w);
}

void put_friction(struct json_writer *w, const char *key, const struct friction *f,
	const struct journey_plan *plan)
{
	static const char *const words[FRICTION_KINDS] = { [FRICTION_NEXT] = "next",
		[FRICTION_LATER] = "later",
		[FRICTION_LEAVE] = "leave",
		[FRICTION_RETURN] = "return",
		[FRICTION_INSTEAD] = "instead",
		[FRICTION_WAIT] = "wait",
		[FRICTION_OUTCOME] = "outcome" };

	json_put_key(w, str_of(key));
	json_put_object(w);
	json_member_string(w, "kind", str_of(words[f->kind]));
	put_set(w, "at", plan, f->at);
	if (f->to != NULL)
		put_set(w, "to", plan, f->to);
	if (f->within != INT64_MAX)
		json_member_float(w, "within_s", (double)f->within / (TICKS_PER_MS * 1000.0));
	if (f->visit != 0)
		json_member_float(w, "visit_s", (double)f->visit / (TICKS_PER_MS * 1000.0));
	if (f->kind == FRICTION_OUTCOME) {
		json_put_key(w, STR("outcomes"));
		json_put_array(w);
		for (unsigned i = 0; i < JOURNEY_OUTCOMES; i++)
			if (f->outcomes >> i & 1)
				json_put_string(w, journey_outcome_word((enum journey_outcome)i));
		json_put_end(w);
	}
	json_put_end(w);
}

static void put_traits(struct json_writer *w, const char *key, const struct journey_question *q,
	const struct traits *traits, uint32_t one, uint32_t two)
{
	json_put_key(w, str_of(key));
	json_put_array(w);
	put_trait(w, NULL, q, &traits->items[one]);
	if (two != TRAIT_NOBODY)
		put_trait(w, NULL, q, &traits->items[two]);
	json_put_end(w);
}

static const struct trait *any_of_family(const struct traits *traits, uint32_t family)
{
	size_t i = 0;

	while (traits->items[i].family != family)
		i++;
	return &traits->items[i];
}

static void put_adjusted(struct json_writer *w, const struct journey_question *q,
	const struct driver *d, const struct traits *traits)
{
	if (d->by == TRAIT_NOBODY && d->by_family == TRAIT_NOBODY)
		return;
	json_put_key(w, STR("adjusted"));
	json_put_object(w);
	put_interval(w, "odds_ratio", d->adjusted.ratio);
	put_finite(w, "p", d->adjusted.p);
	put_finite(w, "left", d->adjusted.left);
	if (d->by != TRAIT_NOBODY) {
		put_traits(w, "for", q, traits, d->by, d->by_other);
	} else {
		const struct trait *t = any_of_family(traits, d->by_family);
		json_member_string(w, "for_kind", str_of(trait_kind_word(t->kind)));
		json_member_string(w, "for_all_of", t->key);
	}
	json_put_end(w);
}

void put_driver(struct json_writer *w, const struct journey_question *q, const struct driver *d,
	const struct traits *traits, const struct trials *trials)
{
	json_put_object(w);
	put_traits(w, "traits", q, traits, d->trait, d->other);
	json_member_uint(w, "with", d->table.a + d->table.b);
	json_member_uint(w, "with_suffered", d->table.a);
	json_member_uint(w, "without", d->table.c + d->table.d);
	json_member_uint(w, "without_suffered", d->table.c);
	json_member_uint(w, "customers", d->customers);
	put_interval(w, "share_with", d->with);
	put_interval(w, "share_without", d->without);
	put_interval(w, "difference", d->difference);
	put_interval(w, "odds_ratio", d->ratio);
	put_finite(w, "lift", d->lift);
	put_interval(w, "excess", d->excess);
	put_interval(w, "excess_cost", driver_cost(d, trials));
	put_finite(w, "design_effect", d->design);
	put_finite(w, "p", d->p);
	put_finite(w, "q", d->q);
	json_member_string(
		w, "method", odds_is_small(&d->table) ? STR("fisher") : STR("chi-square"));
	put_adjusted(w, q, d, traits);
	json_put_key(w, STR("explained"));
	json_put_bool(w, d->explained);
	json_put_end(w);
}

/* ---- CSV */

void csv_out_finite(struct csv_out *csv, double number)
{
	if (isfinite(number))
		csv_out_number(csv, number);
	else
		csv_out_text(csv, STR(""));
}

void csv_out_interval(struct csv_out *csv, struct interval i)
{
	csv_out_finite(csv, i.value);
	csv_out_finite(csv, i.low);
	csv_out_finite(csv, i.high);
}

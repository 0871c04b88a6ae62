/* main/cause_words.c - traits and frictions told: in words, and in JSON; see cause_ask.h */
#include "main/cause_ask.h"

#include "main/display.h"

#include <math.h>

enum { WORD_BYTES_MAX = 1 << 12 };

static enum language language_of(const struct journey_question *q)
{
	return request_locale(q->request)->language;
}

/* ---- traits */

static void add_number(struct strbuf *out, double n)
{
	char text[JSON_FLOAT_BYTES];
	size_t length = json_float_text(n, text);

	if (n == floor(n) && fabs(n) < 1e15)
		strbuf_printf(out, "%.0f", n);
	else
		strbuf_add(out, (str){ text, length });
}

static void add_range(struct strbuf *out, const struct trait *t)
{
	if (!isinf(t->low)) {
		add_number(out, t->low);
		strbuf_add(out, STR(" \xe2\x89\xa4 ")); /* <= */
	}
	strbuf_add(out, t->key);
	if (!isinf(t->high)) {
		strbuf_add(out, STR(" < "));
		add_number(out, t->high);
	}
}

static str weekday_words(const struct trait *t, enum language language)
{
	static const enum text days[] = { TEXT_MONDAY, TEXT_TUESDAY, TEXT_WEDNESDAY, TEXT_THURSDAY,
		TEXT_FRIDAY, TEXT_SATURDAY, TEXT_SUNDAY };

	return text_words(days[(size_t)t->low % 7], language);
}

static void add_attribute(struct strbuf *out, const struct trait *t)
{
	strbuf_add(out, t->key);
	strbuf_add(out, STR(" = "));
	if (t->kind == TRAIT_TEXT)
		strbuf_add(out, t->text);
	else if (t->kind == TRAIT_BOOLEAN)
		strbuf_add(out, t->low != 0 ? STR("true") : STR("false"));
	else
		add_number(out, t->low);
}

static void add_times(struct strbuf *out, const struct trait *t, enum language language)
{
	int64_t low = (int64_t)t->low;

	if (low == 0)
		strbuf_add(out, text_words(TEXT_TRAIT_FIRST, language));
	else if (isinf(t->high))
		text_add(out, language, TEXT_TRAIT_TIMES_MORE, arg_int(low));
	else if (t->high - t->low <= 1)
		text_add(out, language, TEXT_TRAIT_TIMES, arg_int(low));
	else
		text_add(out, language, TEXT_TRAIT_TIMES_RANGE, arg_int(low),
			arg_int((int64_t)t->high - 1));
}

static void add_month(struct strbuf *out, const struct trait *t)
{
	int month = (int)t->low;

	strbuf_printf(out, "%04d-%02d", month / 12, month % 12 + 1);
}

static str safe(struct strbuf *room, str text)
{
	display_add_safe(room, text);
	return strbuf_str(room);
}

void cause_add_trait(struct strbuf *out, const struct journey_question *q, const struct trait *t)
{
	enum language language = language_of(q);
	struct strbuf room = strbuf_heap(WORD_BYTES_MAX);

	switch (t->kind) {
	case TRAIT_WEEKDAY:
		text_add(out, language, TEXT_TRAIT_WEEKDAY, arg_str(weekday_words(t, language)));
		break;
	case TRAIT_HOURS:
		text_add(out, language, TEXT_TRAIT_HOURS, arg_int((int64_t)t->low),
			arg_int((int64_t)t->high));
		break;
	case TRAIT_MONTH:
		add_month(out, t);
		break;
	case TRAIT_CHANNEL:
		text_add(out, language, TEXT_TRAIT_CHANNEL, arg_str(safe(&room, t->key)));
		break;
	case TRAIT_STEP:
		text_add(out, language, TEXT_TRAIT_STEP, arg_str(safe(&room, t->key)));
		break;
	case TRAIT_TIMES:
		add_times(out, t, language);
		break;
	case TRAIT_RANGE:
		add_range(out, t);
		break;
	case TRAIT_TEXT:
	case TRAIT_NUMBER:
	case TRAIT_BOOLEAN:
	case TRAIT_KINDS:
		add_attribute(out, t);
		break;
	}
	strbuf_done(&room);
}

void cause_add_traits(struct strbuf *out, const struct journey_question *q,
	const struct traits *traits, uint32_t trait, uint32_t other)
{
	cause_add_trait(out, q, &traits->items[trait]);
	if (other == TRAIT_NOBODY)
		return;
	strbuf_add(out, text_words(TEXT_TRAIT_AND, language_of(q)));
	cause_add_trait(out, q, &traits->items[other]);
}

/* ---- frictions */

static void add_set(struct strbuf *out, const struct journey_plan *plan, const uint8_t *set)
{
	bool any = false;

	for (uint32_t s = 0; set != NULL && s < journey_plan_steps(plan); s++) {
		if (!set[s])
			continue;
		strbuf_add(out, any ? STR(" | ") : STR(""));
		strbuf_add(out, journey_plan_step_name(plan, s));
		any = true;
	}
}

void cause_add_friction(struct strbuf *out, const struct journey_question *q,
	const struct friction *f, const struct journey_plan *plan)
{
	static const enum text words[FRICTION_KINDS] = {
		[FRICTION_NEXT] = TEXT_FRICTION_NEXT,
		[FRICTION_LATER] = TEXT_FRICTION_LATER,
		[FRICTION_LEAVE] = TEXT_FRICTION_LEAVE,
		[FRICTION_RETURN] = TEXT_FRICTION_RETURN,
		[FRICTION_INSTEAD] = TEXT_FRICTION_INSTEAD,
		[FRICTION_WAIT] = TEXT_FRICTION_WAIT,
		[FRICTION_OUTCOME] = TEXT_FRICTION_OUTCOME,
	};
	struct strbuf at = strbuf_heap(WORD_BYTES_MAX), to = strbuf_heap(WORD_BYTES_MAX);
	struct strbuf span = strbuf_heap(WORD_BYTES_MAX), raw = strbuf_heap(WORD_BYTES_MAX);

	add_set(&raw, plan, f->at);
	display_add_safe(&at, strbuf_str(&raw));
	strbuf_clear(&raw);
	add_set(&raw, plan, f->to);
	display_add_safe(&to, strbuf_str(&raw));
	if (f->within != INT64_MAX)
		locale_duration(language_of(q), f->within / TICKS_PER_MS, &span);
	text_add(out, language_of(q),
		f->kind == FRICTION_LATER && f->within == INT64_MAX ? TEXT_FRICTION_EVER
								    : words[f->kind],
		arg_str(strbuf_str(&at)), arg_str(strbuf_str(&to)), arg_str(strbuf_str(&span)));
	strbuf_done(&at);
	strbuf_done(&to);
	strbuf_done(&span);
	strbuf_done(&raw);
}

/* ---- cells */

static void add_decimal(struct strbuf *out, enum language language, double n, int digits)
{
	if (isinf(n))
		strbuf_add(out, STR("\xe2\x88\x9e"));
	else
		locale_decimal(language, n, digits, out);
}

void cell_interval(struct grid *grid, enum language language, struct interval i, int digits)
{
	struct strbuf cell = strbuf_heap(WORD_BYTES_MAX);

	add_decimal(&cell, language, i.value, digits);
	strbuf_add(&cell, STR(" ("));
	add_decimal(&cell, language, i.low, digits);
	strbuf_add(&cell, language == LANGUAGE_FRENCH ? STR(" \xc3\xa0 ") : STR(" to "));
	add_decimal(&cell, language, i.high, digits);
	strbuf_add(&cell, STR(")"));
	grid_add_cell(grid, strbuf_str(&cell));
	strbuf_done(&cell);
}

/* thread/where.c - conditions read, and put to values and records; see where.h.  Columns:
 * where_select.c */
#include "thread/where.h"

#include "base/glob.h"
#include "base/json.h"
#include "thread/thread.h"
#include "thread/where_internal.h"

#include <string.h>

/* ---- reading */

static const struct {
	str sign;
	enum where_is is;
} signs[] = {
	{ STR_INIT("!="), WHERE_NOT_EQUAL },
	{ STR_INIT("<="), WHERE_LESS_OR_EQUAL },
	{ STR_INIT(">="), WHERE_MORE_OR_EQUAL },
	{ STR_INIT("="), WHERE_EQUAL },
	{ STR_INIT("<"), WHERE_LESS },
	{ STR_INIT(">"), WHERE_MORE },
	{ STR_INIT("~"), WHERE_FITS },
};

static bool take_sign(str *rest, enum where_is *is)
{
	for (size_t i = 0; i < ARRAY_LEN(signs); i++)
		if (str_skip_prefix(rest, signs[i].sign)) {
			*is = signs[i].is;
			return true;
		}
	return false;
}

static void read_value(struct where *w, const struct zone *zone)
{
	struct timestamp time;
	struct instant instant;

	w->is_integer = str_to_int64(w->text, &w->integer);
	w->is_number = json_number(w->text, &w->number);
	w->boolean = str_equal(w->text, STR("true"));
	w->is_boolean = w->boolean || str_equal(w->text, STR("false"));
	w->is_time = timestamp_parse(w->text, &time) && zone_instant(zone, &time, &instant);
	if (w->is_time)
		w->ticks = ticks_of(instant);
}

err where_parse(str text, const struct zone *zone, struct where *out, struct why *why)
{
	struct where w = { .is = WHERE_HAS, .key = text };

	for (size_t at = 0; at < text.len; at++) {
		str rest = str_from(text, at);
		if (!take_sign(&rest, &w.is))
			continue;
		w.key = str_upto(text, at);
		w.text = rest;
		if (w.is != WHERE_FITS) /* a pattern is text, whatever it looks like */
			read_value(&w, zone);
		break;
	}
	if (w.key.len == 0)
		return fail(why, MSG_WHERE_FORM, arg_str(text));
	*out = w;
	return OK;
}

/* ---- comparing: the value on the left, the condition's on the right */

static enum order order_of(bool less, bool more)
{
	return less ? ORDER_LESS : more ? ORDER_MORE : ORDER_EQUAL;
}

enum order where_order_integer(const struct where *w, int64_t n)
{
	if (w->is_integer)
		return order_of(n<w->integer, n> w->integer);
	if (!w->is_number)
		return ORDER_NONE;
	long double wide = n; /* 64 bits of mantissa: exact */
	return order_of(wide<(long double)w->number, wide>(long double) w->number);
}

enum order where_order_float(const struct where *w, double x)
{
	if (w->is_integer)
		return order_of((long double)x<(long double)w->integer, (long double)x>(long double)
					w->integer);
	return w->is_number ? order_of(x<w->number, x> w->number) : ORDER_NONE;
}

enum order where_order_boolean(const struct where *w, bool b)
{
	return w->is_boolean && b == w->boolean ? ORDER_EQUAL : ORDER_NONE;
}

enum order where_order_ticks(const struct where *w, int64_t ticks)
{
	return w->is_time ? order_of(ticks<w->ticks, ticks> w->ticks) : ORDER_NONE;
}

enum order where_order_text(const struct where *w, str text)
{
	int order = str_compare(text, w->text);

	if (w->is == WHERE_FITS)
		return glob_fits(w->text, text) ? ORDER_EQUAL : ORDER_NONE;
	if (order == 0)
		return ORDER_EQUAL;
	return w->is_integer || w->is_number ? ORDER_NONE : order_of(order<0, order> 0);
}

bool where_accepts(enum where_is is, enum order order)
{
	switch (is) {
	case WHERE_HAS:
		return true;
	case WHERE_EQUAL:
	case WHERE_NOT_EQUAL: /* the caller turns it round */
	case WHERE_FITS:
		return order == ORDER_EQUAL;
	case WHERE_LESS:
		return order == ORDER_LESS;
	case WHERE_LESS_OR_EQUAL:
		return order == ORDER_LESS || order == ORDER_EQUAL;
	case WHERE_MORE:
		return order == ORDER_MORE;
	case WHERE_MORE_OR_EQUAL:
		return order == ORDER_MORE || order == ORDER_EQUAL;
	}
	return false;
}

/* ---- fields */

bool where_is_field(const struct where *w, enum attribute_field *field)
{
	static const str names[FIELD_COUNT] = {
		[FIELD_SOURCE] = STR_INIT("@source"),
		[FIELD_ACTOR] = STR_INIT("@actor"),
		[FIELD_INTERACTION] = STR_INIT("@interaction"),
		[FIELD_CASE] = STR_INIT("@case"),
		[FIELD_TEXT] = STR_INIT("@text"),
	};

	for (size_t i = 0; i < FIELD_COUNT; i++)
		if (str_equal(w->key, names[i])) {
			*field = (enum attribute_field)i;
			return true;
		}
	return false;
}

static str field_text(const struct record *record, enum attribute_field field)
{
	switch (field) {
	case FIELD_SOURCE:
		return record->source;
	case FIELD_ACTOR:
		return record->actor;
	case FIELD_INTERACTION:
		return record->interaction;
	case FIELD_CASE:
		return record->case_id;
	case FIELD_TEXT:
	case FIELD_COUNT:
		break;
	}
	return STR("");
}

/* ---- records */

struct asking {
	const struct where *where;
	bool has, meets;
};

static enum order order_of_value(const struct where *w, const struct value *value)
{
	switch (value->kind) {
	case VALUE_STRING:
		return where_order_text(w, value->string);
	case VALUE_INTEGER:
		return where_order_integer(w, value->integer);
	case VALUE_FLOAT:
		return where_order_float(w, value->number);
	case VALUE_BOOLEAN:
		return where_order_boolean(w, value->boolean);
	case VALUE_TIME:
		return where_order_ticks(w, ticks_of(value->time));
	case VALUE_NULL:
	case VALUE_LIST:
	case VALUE_MAP:
	case VALUE_KIND_COUNT_:
		break;
	}
	return ORDER_NONE;
}

static void note(struct asking *a, enum order order)
{
	a->has = true;
	a->meets |= where_accepts(a->where->is, order);
}

/* The values under what is left of the key, which then is empty: without limits, for rows that the
 * columns do not know wholly.  A record nests at most RECORD_NESTING_MAX deep. */
static void ask_value(struct asking *a, str left, const struct value *value)
{
	if (value->kind == VALUE_LIST) {
		for (size_t i = 0; i < value->list.count; i++)
			ask_value(a, left, &value->list.items[i]);
	} else if (value->kind == VALUE_MAP) {
		for (size_t i = 0; i < value->map.count; i++) {
			str rest = left;
			if (str_skip_prefix(&rest, STR(".")) &&
				str_skip_prefix(&rest, value->map.items[i].key))
				ask_value(a, rest, &value->map.items[i].value);
		}
	} else if (value->kind != VALUE_NULL && left.len == 0) {
		note(a, order_of_value(a->where, value));
	}
}

static void ask_attributes(struct asking *a, const struct record *record)
{
	for (size_t i = 0; i < record->attribute_count; i++) {
		str left = a->where->key;
		if (str_skip_prefix(&left, record->attributes[i].key))
			ask_value(a, left, &record->attributes[i].value);
	}
}

bool where_record(const struct where *where, const struct record *record)
{
	struct asking a = { .where = where };
	enum attribute_field field;

	if (!where_is_field(where, &field))
		ask_attributes(&a, record);
	else if (field == FIELD_TEXT && record->text.len > 0)
		note(&a, where_order_boolean(where, true));
	else if (field != FIELD_TEXT && field_text(record, field).len > 0)
		note(&a, where_order_text(where, field_text(record, field)));
	return a.has && (where->is == WHERE_NOT_EQUAL ? !a.meets : a.meets);
}

/* event/value.c - see value.h */
#include "event/value.h"

#include <math.h>
#include <string.h>

static int sign(bool is_less, bool is_more)
{
	return (int)is_more - (int)is_less;
}

static int compare_floats(double a, double b)
{
	if (a != b)
		return sign(a<b, a> b);
	return sign(signbit(a) && !signbit(b), signbit(b) && !signbit(a)); /* -0.0 is not 0.0 */
}

/* Exactly: no int64_t is rounded. */
static int compare_mixed(int64_t a, double b)
{
	if (b >= 0x1p63)
		return -1;
	if (b < -0x1p63)
		return 1;
	double whole = trunc(b);
	int64_t i = (int64_t)whole;
	if (a != i)
		return sign(a<i, a> i);
	return whole != b ? sign(whole<b, whole> b) : -1; /* equal: the integer first */
}

static int compare_times(const struct instant *a, const struct instant *b)
{
	if (a->ms != b->ms)
		return sign(a->ms<b->ms, a->ms> b->ms);
	if (a->sub_ns != b->sub_ns)
		return sign(a->sub_ns<b->sub_ns, a->sub_ns> b->sub_ns);
	return sign(a->offset_min<b->offset_min, a->offset_min> b->offset_min);
}

static int compare_lists(const struct value *a, const struct value *b)
{
	for (size_t i = 0; i < a->list.count && i < b->list.count; i++) {
		int order = value_compare(&a->list.items[i], &b->list.items[i]);
		if (order != 0)
			return order;
	}
	return sign(a->list.count<b->list.count, a->list.count> b->list.count);
}

static int compare_maps(const struct value *a, const struct value *b)
{
	for (size_t i = 0; i < a->map.count && i < b->map.count; i++) {
		int order = str_compare(a->map.items[i].key, b->map.items[i].key);
		if (order == 0)
			order = value_compare(&a->map.items[i].value, &b->map.items[i].value);
		if (order != 0)
			return order;
	}
	return sign(a->map.count<b->map.count, a->map.count> b->map.count);
}

static int compare_same_kind(const struct value *a, const struct value *b)
{
	switch (a->kind) {
	case VALUE_STRING:
		return str_compare(a->string, b->string);
	case VALUE_INTEGER:
		return sign(a->integer<b->integer, a->integer> b->integer);
	case VALUE_FLOAT:
		return compare_floats(a->number, b->number);
	case VALUE_BOOLEAN:
		return sign(!a->boolean && b->boolean, a->boolean && !b->boolean);
	case VALUE_TIME:
		return compare_times(&a->time, &b->time);
	case VALUE_LIST:
		return compare_lists(a, b);
	case VALUE_MAP:
		return compare_maps(a, b);
	case VALUE_NULL:
	case VALUE_KIND_COUNT_:
		break;
	}
	return 0;
}

int value_compare(const struct value *a, const struct value *b)
{
	if (a->kind == b->kind)
		return compare_same_kind(a, b);
	if (a->kind == VALUE_INTEGER && b->kind == VALUE_FLOAT)
		return compare_mixed(a->integer, b->number);
	if (a->kind == VALUE_FLOAT && b->kind == VALUE_INTEGER)
		return -compare_mixed(b->integer, a->number);
	return sign(a->kind<b->kind, a->kind> b->kind);
}

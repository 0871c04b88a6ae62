/* journey/values.c - see values.h */
#include "journey/values.h"

#include "base/json.h"
#include "base/timestamp.h"
#include "journey/plan_internal.h"

#include <stdlib.h>
#include <string.h>

enum { VALUE_TEXT_BYTES_MAX = 1 << 16 };

struct journey_values {
	const struct threads_view *view;
	uint32_t *of_row; /* NULL: by channel, or no event has a value */
	struct strings *texts; /* type, then the value */
	uint32_t *of_what; /* by channel: names, numbered from 1 */
};

static err number_channels(
	const struct journey_plan *plan, struct journey_values *values, struct why *why)
{
	size_t whats = threads_view_what_count(plan->view);
	err e = limits_check(plan->limits, why);

	values->texts = strings_create(0);
	values->of_what = memory_alloc((whats + 1) * sizeof(*values->of_what));
	for (uint32_t w = 0; e == OK && w < whats; w++) {
		str name = threads_view_name(plan->view, threads_view_what(plan->view, w).channel);
		char text[256];
		struct strbuf typed = { .ptr = text, .cap = sizeof(text), .cap_max = sizeof(text) };
		strbuf_add_byte(&typed, 's');
		strbuf_add(&typed, name);
		values->of_what[w] = strings_intern(values->texts, strbuf_str(&typed)) + 1;
	}
	return e;
}

err journey_values_make(struct journey_plan *plan, const struct journey_journal *journal, str key,
	struct journey_values **out, struct why *why)
{
	struct journey_values *values = memory_alloc(sizeof(*values));
	err e;

	values->view = plan->view;
	if (str_equal(key, STR("channel")))
		e = number_channels(plan, values, why);
	else
		e = plan_groups(plan, journal, key, &values->of_row, &values->texts, why);
	if (e != OK)
		journey_values_free(values);
	else
		*out = values;
	if (e == OK && strings_count(values->texts) == 0) { /* nothing to look up, row by row */
		free(values->of_row);
		values->of_row = NULL;
	}
	return e;
}

void journey_values_free(struct journey_values *values)
{
	if (values == NULL)
		return;
	strings_free(values->texts);
	free(values->of_row);
	free(values->of_what);
	free(values);
}

bool journey_values_any(const struct journey_values *values)
{
	return strings_count(values->texts) > 0;
}

size_t journey_values_count(const struct journey_values *values)
{
	return strings_count(values->texts);
}

uint32_t journey_values_of(const struct journey_values *values, uint32_t row, uint32_t what)
{
	if (values->of_row != NULL)
		return values->of_row[row];
	return values->of_what != NULL ? values->of_what[what] : 0;
}

static void add_digest(str bytes, struct strbuf *out)
{
	strbuf_add_byte(out, '#');
	for (size_t i = 0; i < bytes.len; i++)
		strbuf_printf(out, "%02x", (unsigned)(unsigned char)bytes.ptr[i]);
}

static void add_word(char type, str bytes, struct strbuf *out)
{
	char text[MAX_OF((size_t)JSON_FLOAT_BYTES, (size_t)INSTANT_TEXT_BYTES)];
	uint64_t word = 0;
	double number = 0;

	memcpy(&word, bytes.ptr, MIN_OF(bytes.len, sizeof(word)));
	memcpy(&number, &word, sizeof(number));
	if (type == 'i')
		strbuf_printf(out, "%lld", (long long)word);
	else if (type == 'f')
		strbuf_add(out, (str){ text, json_float_text(number, text) });
	else if (type == 'b')
		strbuf_add(out, word != 0 ? STR("true") : STR("false"));
	else
		strbuf_add(out, instant_utc(text, ms_of_ticks((int64_t)word)));
}

void journey_values_add(const struct journey_values *values, uint32_t number, struct strbuf *out)
{
	if (number == 0)
		return;
	str text = strings_get(values->texts, number - 1);
	str bytes = { text.ptr + 1, text.len - 1 };
	if (text.ptr[0] == 's')
		strbuf_add(out, bytes);
	else if (text.ptr[0] == 'd')
		add_digest(bytes, out);
	else
		add_word(text.ptr[0], bytes, out);
}

/* ---- in order, and by text */

static double number_of(str typed)
{
	uint64_t word = 0;
	double number = 0;

	memcpy(&word, typed.ptr + 1, MIN_OF(typed.len - 1, sizeof(word)));
	memcpy(&number, &word, sizeof(number));
	return typed.ptr[0] == 'f' ? number : (double)(int64_t)word;
}

int journey_values_compare(const struct journey_values *values, uint32_t a, uint32_t b)
{
	if (a == b || a == 0 || b == 0)
		return (a > b) - (a < b);
	str x = strings_get(values->texts, a - 1), y = strings_get(values->texts, b - 1);
	if (x.ptr[0] != y.ptr[0])
		return x.ptr[0] < y.ptr[0] ? -1 : 1;
	if (x.ptr[0] == 's' || x.ptr[0] == 'd')
		return str_compare(x, y);
	double m = number_of(x), n = number_of(y);
	return m != n ? (m > n) - (m < n) : str_compare(x, y);
}

bool journey_values_find(const struct journey_values *values, str text, uint32_t *number)
{
	struct strbuf told = strbuf_heap(VALUE_TEXT_BYTES_MAX);
	bool is_found = text.len == 0;

	*number = 0;
	for (uint32_t i = 1; !is_found && i <= journey_values_count(values); i++) {
		strbuf_clear(&told);
		journey_values_add(values, i, &told);
		is_found = strbuf_ok(&told) && str_equal(strbuf_str(&told), text);
		*number = is_found ? i : 0;
	}
	strbuf_done(&told);
	return is_found;
}

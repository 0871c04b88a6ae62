/* main/thread_view.c - see thread_view.h */
#include "main/thread_view.h"

#include "base/hash.h"
#include "main/display.h"
#include "main/text.h"
#include "main/value_view.h"

#include <stdlib.h>

enum {
	INDENT = 2,
	CHANNEL_COLUMNS = 10,
	BLOCK_COLUMN = INDENT + 8 + 2 + CHANNEL_COLUMNS + 2,
	ACTIVITY_COLUMNS = 26,
	LINE_BYTES_MAX = 1 << 14,
	NAME_BYTES_SHOWN = 200,
	COLUMNS_LEAST = 40,
	SAME_TIME_MS = 60000
};

void thread_view_init(struct thread_view *view, const struct locale *locale, size_t columns)
{
	*view = (struct thread_view){
		.locale = locale,
		.columns = columns == 0 ? 0 : MAX_OF(columns, (size_t)COLUMNS_LEAST),
	};
}

static void add_day(struct thread_view *view, int64_t utc_ms, struct strbuf *out)
{
	int64_t day = locale_day_number(view->locale, utc_ms);

	if (view->has_day && day == view->day)
		return;
	if (view->has_day)
		strbuf_add_byte(out, '\n');
	locale_day(view->locale, utc_ms, out);
	int64_t days = view->has_day ? day - view->day : 0;
	if (days > 1) {
		struct strbuf gap = strbuf_heap(LINE_BYTES_MAX);
		text_add(&gap, view->locale->language, TEXT_THREAD_DAYS, arg_int(days));
		strbuf_add_byte(out, ' ');
		text_add(out, view->locale->language, TEXT_THREAD_GAP, arg_str(strbuf_str(&gap)));
		strbuf_done(&gap);
	}
	strbuf_add_byte(out, '\n');
	view->has_day = true;
	view->day = day;
}

/* A name in its column; one that is wider pushes the rest of its line. */
static void add_column(struct strbuf *line, str text, size_t columns)
{
	struct strbuf safe = strbuf_heap(LINE_BYTES_MAX);

	display_add_safe(&safe, str_cut(text, NAME_BYTES_SHOWN));
	size_t width = display_width(strbuf_str(&safe));
	strbuf_add(line, strbuf_str(&safe));
	display_add_spaces(line, width < columns ? columns - width : 0);
	display_add_spaces(line, 2);
	strbuf_done(&safe);
}

/* Between details. */
static void add_gap(struct strbuf *details)
{
	strbuf_add_c(details, details->len > 0 ? ", " : "");
}

static void add_named(struct strbuf *details, const struct locale *locale, enum text id, str name)
{
	struct strbuf safe = strbuf_heap(LINE_BYTES_MAX);

	if (name.len == 0)
		return;
	add_gap(details);
	display_add_safe(&safe, str_cut(name, NAME_BYTES_SHOWN));
	text_add(details, locale->language, id, arg_str(strbuf_str(&safe)));
	strbuf_done(&safe);
}

/* Whether the attribute is as the thread last told it; notes it.  Past THREAD_KEYS_MAX keys
 * everything is new. */
static bool is_told(struct thread_view *view, str key, str value)
{
	uint64_t k = hash64(0, key), v = hash64(1, value);
	size_t i = 0;

	while (i < view->key_count && view->last[i].key != k)
		i++;
	if (i < view->key_count && view->last[i].value == v)
		return true;
	if (i < THREAD_KEYS_MAX) {
		view->last[i].key = k;
		view->last[i].value = v;
		view->key_count = MAX_OF(view->key_count, i + 1);
	}
	return false;
}

/* What stands on the line already: its words, or its time but for what a delivery takes. */
static bool says_again(const struct record *record, const struct value *value)
{
	if (value->kind == VALUE_TIME)
		return record->has_time && llabs(value->time.ms - record->time.ms) < SAME_TIME_MS;
	return value->kind == VALUE_STRING && value->string.len > 0 &&
	       (str_equal(value->string, record->activity) ||
		       str_equal(value->string, record->actor));
}

/* The event's own attributes, or those of its case; *left counts what is still shown. */
static void add_attributes(struct thread_view *view, struct strbuf *details,
	const struct record *record, bool of_case, size_t *left, size_t *more)
{
	struct strbuf value = strbuf_heap(LINE_BYTES_MAX);

	for (size_t i = 0; i < record->attribute_count; i++) {
		const struct attribute *a = &record->attributes[i];
		if (str_starts(a->key, STR("case:")) != of_case)
			continue;
		strbuf_clear(&value);
		value_view_add(&a->value, view->locale, &value);
		bool told = is_told(view, a->key, (str){ value.ptr, value.len });
		if (told || says_again(record, &a->value))
			continue;
		if (*left == 0) {
			++*more;
			continue;
		}
		--*left;
		add_gap(details);
		display_add_safe(details, str_cut(a->key, NAME_BYTES_SHOWN));
		strbuf_add_byte(details, '=');
		strbuf_add(details, (str){ value.ptr, value.len }); /* if cut, what fitted */
	}
	strbuf_done(&value);
}

static void add_details(
	struct thread_view *view, struct strbuf *details, const struct record *record)
{
	const struct locale *locale = view->locale;
	size_t left = THREAD_ATTRIBUTES_MAX, more = 0;

	add_named(details, locale, TEXT_THREAD_CASE, record->case_id);
	add_named(details, locale, TEXT_THREAD_INTERACTION, record->interaction);
	add_named(details, locale, TEXT_THREAD_BY, record->actor);
	add_attributes(view, details, record, false, &left, &more);
	add_attributes(view, details, record, true, &left, &more);
	if (more > 0) {
		add_gap(details);
		text_add(details, locale->language, TEXT_THREAD_MORE, arg_int((int64_t)more));
	}
}

static void trim_end(struct strbuf *line) /* no blanks at the end of a line */
{
	while (line->len > 0 && line->ptr[line->len - 1] == ' ')
		line->len--;
}

/* Behind what stands on the line, or wrapped below it where the terminal is too narrow. */
static void add_block(const struct thread_view *view, struct strbuf *line, str text)
{
	size_t at = display_width(strbuf_str(line));

	if (view->columns == 0 || at + display_width(text) <= view->columns) {
		strbuf_add(line, text);
		return;
	}
	if (at > BLOCK_COLUMN) {
		trim_end(line);
		strbuf_add_byte(line, '\n');
		display_add_spaces(line, BLOCK_COLUMN);
	}
	display_add_wrapped(line, text, view->columns, BLOCK_COLUMN, BLOCK_COLUMN);
}

static void finish_line(struct strbuf *line, struct strbuf *out)
{
	trim_end(line);
	strbuf_add(out, strbuf_str(line));
	strbuf_add_byte(out, '\n');
	strbuf_clear(line);
}

/* What was said, on a line of its own, the blanks in it made single. */
static void add_excerpt(const struct thread_view *view, struct strbuf *line, str text)
{
	struct strbuf flat = strbuf_heap(LINE_BYTES_MAX), safe = strbuf_heap(LINE_BYTES_MAX);
	bool blank = false;

	text = str_cut(str_trim(text), (size_t)THREAD_EXCERPT_COLUMNS * 4);
	for (size_t i = 0; i < text.len; i++) {
		bool is_blank = str_has(STR(" \t\r\n"), text.ptr[i]);
		if (!is_blank || !blank)
			strbuf_add(&flat, is_blank ? STR(" ") : (str){ text.ptr + i, 1 });
		blank = is_blank;
	}
	display_add_safe(&safe, strbuf_str(&flat));
	strbuf_clear(&flat);
	strbuf_add_byte(&flat, '"');
	display_add_cut(&flat, strbuf_str(&safe), THREAD_EXCERPT_COLUMNS);
	strbuf_add_byte(&flat, '"');
	display_add_spaces(line, BLOCK_COLUMN);
	add_block(view, line, strbuf_str(&flat));
	strbuf_done(&flat);
	strbuf_done(&safe);
}

void thread_view_add(struct thread_view *view, const struct record *record, struct strbuf *out)
{
	struct strbuf line = strbuf_heap(LINE_BYTES_MAX), details = strbuf_heap(LINE_BYTES_MAX);

	ASSERT(record->has_time);
	add_day(view, record->time.ms, out);
	add_details(view, &details, record);
	display_add_spaces(&line, INDENT);
	locale_clock(view->locale, record->time.ms, &line);
	display_add_spaces(&line, 2);
	add_column(&line, record->channel, CHANNEL_COLUMNS);
	add_column(&line, record->activity, ACTIVITY_COLUMNS);
	add_block(view, &line, (str){ details.ptr, details.len }); /* if cut, what fitted */
	finish_line(&line, out);
	if (str_trim(record->text).len > 0) {
		add_excerpt(view, &line, record->text);
		finish_line(&line, out);
	}
	strbuf_done(&line);
	strbuf_done(&details);
}

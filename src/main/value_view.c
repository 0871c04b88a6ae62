/* main/value_view.c - see value_view.h */
#include "main/value_view.h"

#include "base/json.h"
#include "main/display.h"
#include "main/text.h"

static void add_text(str text, struct strbuf *out)
{
	bool is_plain = text.len > 0 && !str_has(text, ' ');

	strbuf_add_c(out, is_plain ? "" : "\"");
	display_add_safe(out, str_cut(text, VALUE_VIEW_BYTES_MAX));
	strbuf_add_c(out, text.len > VALUE_VIEW_BYTES_MAX ? "…" : "");
	strbuf_add_c(out, is_plain ? "" : "\"");
}

void value_view_add(const struct value *value, const struct locale *locale, struct strbuf *out)
{
	enum language language = locale->language;
	char digits[JSON_FLOAT_BYTES];

	switch (value->kind) {
	case VALUE_STRING:
		add_text(value->string, out);
		return;
	case VALUE_INTEGER:
		strbuf_add_int(out, value->integer);
		return;
	case VALUE_FLOAT:
		strbuf_add(out, (str){ digits, json_float_text(value->number, digits) });
		return;
	case VALUE_BOOLEAN:
		strbuf_add(
			out, text_words(value->boolean ? TEXT_VALUE_YES : TEXT_VALUE_NO, language));
		return;
	case VALUE_TIME:
		locale_moment(locale, value->time.ms, out);
		return;
	case VALUE_LIST:
		text_add(out, language, TEXT_VALUE_ITEMS, arg_int((int64_t)value->list.count));
		return;
	case VALUE_MAP:
		text_add(out, language, TEXT_VALUE_ITEMS, arg_int((int64_t)value->map.count));
		return;
	case VALUE_NULL:
	case VALUE_KIND_COUNT_:
		strbuf_add(out, text_words(TEXT_VALUE_NULL, language));
		return;
	}
}

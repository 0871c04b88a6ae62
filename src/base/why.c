/* base/why.c - see why.h */
#include "base/why.h"

#include <string.h>

static const struct {
	err code;
	str kebab;
	str words[2], hint[2]; /* by enum language */
} messages[MSG_COUNT_] = {
#define M(id, code_, kebab_, english, french, hint_english, hint_french) \
	[MSG_##id] = { \
		.code = ERR_##code_, \
		.kebab = STR_INIT(kebab_), \
		.words = { STR_INIT(english), STR_INIT(french) }, \
		.hint = { STR_INIT(hint_english), STR_INIT(hint_french) }, \
	},
#include "base/messages.def"
#undef M
};

static size_t copy_text(struct why *why, size_t at, str text)
{
	text = str_cut(text, sizeof(why->text) - at);
	if (text.len > 0)
		memmove(why->text + at, text.ptr, text.len);
	return text.len;
}

err why_fill(struct why *why, enum message id, const struct arg args[static WHY_ARGS_MAX])
{
	ASSERT(id > MSG_NONE && id < MSG_COUNT_);
	if (why == NULL)
		return messages[id].code;

	struct why old = *why; /* the arguments may point into it: read them from where they are */
	struct why filled = old;
	size_t at = 0;
	filled.message = id;
	for (size_t i = 0; i < WHY_ARGS_MAX; i++) {
		filled.args[i].kind = (uint16_t)args[i].kind;
		filled.args[i].len = 0;
		filled.args[i].number = args[i].number;
		if (args[i].kind != ARG_TEXT)
			continue;
		size_t len = copy_text(&filled, at, args[i].text);
		filled.args[i].number = (int64_t)at;
		filled.args[i].len = (uint16_t)len;
		at += len;
	}
	*why = filled;
	return messages[id].code;
}

void why_at(struct why *why, str file, int64_t line, int64_t column, int64_t offset)
{
	if (why == NULL)
		return;
	if (file.len > 0) {
		size_t room = sizeof(why->file) - 1;
		while (file.len > room ||
			(file.len > 0 && ((unsigned char)file.ptr[0] & 0xc0) == 0x80))
			file = str_from(file, 1); /* the end of a path says most */
		memcpy(why->file, file.ptr, file.len);
		why->file[file.len] = '\0';
	}
	if (line >= 0) {
		why->line = line;
		why->has_line = true;
	}
	if (column >= 0) {
		why->column = column;
		why->has_column = true;
	}
	if (offset >= 0) {
		why->offset = offset;
		why->has_offset = true;
	}
}

err why_usage(struct why *why, err e)
{
	if (why != NULL && e != OK)
		why->is_usage = true;
	return e;
}

err message_code(enum message id)
{
	return messages[id].code;
}

str message_kebab(enum message id)
{
	return messages[id].kebab;
}

/* 1234567 is 1,234,567 in English and 1 234 567, with narrow no-break spaces, in French. */
static void add_number(struct strbuf *out, int64_t number, enum language language)
{
	char digits[24];
	struct strbuf plain = { .ptr = digits, .cap = sizeof(digits), .cap_max = sizeof(digits) };
	str gap = language == LANGUAGE_FRENCH ? STR("\xe2\x80\xaf") : STR(",");

	strbuf_add_int(&plain, number);
	size_t first = number < 0 ? 1 : 0;
	for (size_t i = 0; i < plain.len; i++) {
		if (i > first && (plain.len - i) % 3 == 0 && plain.len - first > 4)
			strbuf_add(out, gap);
		strbuf_add_byte(out, digits[i]);
	}
}

/* What came from outside must not move the cursor of a terminal or forge a log line. */
static void add_safely(struct strbuf *out, str text)
{
	size_t len;

	for (; text.len > 0; text = str_from(text, len)) {
		len = 1;
		while (len < 4 && len < text.len && ((unsigned char)text.ptr[len] & 0xc0) == 0x80)
			len++;
		if (str_is_text(str_upto(text, len)))
			strbuf_add(out, str_upto(text, len));
		else
			for (size_t i = 0; i < len; i++)
				strbuf_printf(out, "\\x%02x", (unsigned char)text.ptr[i]);
	}
}

static void add_arg(const struct why *why, size_t i, enum language language, struct strbuf *out)
{
	if (why->args[i].kind == ARG_NUMBER)
		add_number(out, why->args[i].number, language);
	else if (why->args[i].kind == ARG_TEXT)
		add_safely(out, (str){ why->text + why->args[i].number, why->args[i].len });
}

static void fill(const struct why *why, str pattern, enum language language, struct strbuf *out)
{
	for (size_t i = 0; i < pattern.len; i++) {
		bool is_arg = i + 2 < pattern.len && pattern.ptr[i] == '{' &&
			      pattern.ptr[i + 1] >= '1' && pattern.ptr[i + 1] <= '4' &&
			      pattern.ptr[i + 2] == '}';
		if (!is_arg) {
			strbuf_add_byte(out, pattern.ptr[i]);
			continue;
		}
		add_arg(why, (size_t)(pattern.ptr[i + 1] - '1'), language, out);
		i += 2;
	}
}

void why_words(const struct why *why, enum language language, struct strbuf *out)
{
	fill(why, messages[why->message].words[language], language, out);
}

void why_hint(const struct why *why, enum language language, struct strbuf *out)
{
	fill(why, messages[why->message].hint[language], language, out);
}

/* main/text.c - see text.h */
#include "main/text.h"

#include "main/locale.h"

static const str rows[TEXT_COUNT_][2] = {
/* by enum language */
#define T(id, english, french) [TEXT_##id] = { STR_INIT(english), STR_INIT(french) },
#include "main/texts.def"
#undef T
};

str text_words(enum text id, enum language language)
{
	return rows[id][language];
}

static bool is_one(int64_t number, enum language language)
{
	return number == 1 || (language == LANGUAGE_FRENCH && number == 0);
}

static void add_arg(struct strbuf *out, enum language language, const struct arg *arg)
{
	if (arg->kind == ARG_NUMBER)
		locale_number(language, arg->number, out);
	else if (arg->kind == ARG_TEXT)
		strbuf_add(out, arg->text);
}

void text_add_with(struct strbuf *out, enum language language, enum text id,
	const struct arg args[static WHY_ARGS_MAX])
{
	str pattern = rows[id][language], one, many;

	if (args[0].kind == ARG_NUMBER && str_split(pattern, '|', &one, &many))
		pattern = is_one(args[0].number, language) ? one : many;
	for (size_t i = 0; i < pattern.len; i++) {
		bool is_arg = i + 2 < pattern.len && pattern.ptr[i] == '{' &&
			      pattern.ptr[i + 1] >= '1' && pattern.ptr[i + 1] <= '4' &&
			      pattern.ptr[i + 2] == '}';
		if (!is_arg) {
			strbuf_add_byte(out, pattern.ptr[i]);
			continue;
		}
		add_arg(out, language, &args[pattern.ptr[i + 1] - '1']);
		i += 2;
	}
}

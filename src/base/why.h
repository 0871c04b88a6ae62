/* base/why.h - what went wrong, in words for people, in their language.
 *
 * Code that fails names a message and its arguments; nobody formats a sentence
 * there.  A `struct why` keeps the message and a copy of the arguments, and
 * whoever stands at the border (command line, HTTP, log) renders it once, in
 * French or in English.  All sentences stand in messages.def, one row each:
 *
 *   M(ID, CODE, "stable-kebab-code", "English, {1} {2}", "Francais, {1} {2}",
 *     "hint in English", "conseil en francais")
 *
 * {1} to {4} are the arguments in order; a hint may use them too and may be "".
 */
#pragma once

#include "base/arena.h"

enum message {
	MSG_NONE, /* nothing went wrong */
#define M(id, code, kebab, english, french, hint_english, hint_french) MSG_##id,
#include "base/messages.def"
#undef M
	MSG_COUNT_
};

enum language { LANGUAGE_ENGLISH, LANGUAGE_FRENCH };

enum { WHY_ARGS_MAX = 4, WHY_TEXT_BYTES_MAX = 480, WHY_FILE_BYTES_MAX = 120 };

/* One argument: text (borrowed until fail() has copied it) or a whole number. */
struct arg {
	enum { ARG_NONE, ARG_TEXT, ARG_NUMBER } kind;
	str text;
	int64_t number;
};
static inline struct arg arg_str(str text)
{
	return (struct arg){ .kind = ARG_TEXT, .text = text };
}
static inline struct arg arg_c(const char *text)
{
	return arg_str(str_of(text));
}
static inline struct arg arg_int(int64_t number)
{
	return (struct arg){ .kind = ARG_NUMBER, .number = number };
}

/* A plain value, owned by the outermost caller; copying it is fine.  Set it to
 * (struct why){0} before use.  line and column count from 1, offset from 0;
 * all three are -1 or 0 where unknown: see `has_*`. */
struct why {
	enum message message;
	struct {
		uint16_t kind, len;
		int64_t number; /* of a text argument: where it starts in text[] */
	} args[WHY_ARGS_MAX];
	char text[WHY_TEXT_BYTES_MAX]; /* the text arguments, one after the other */
	char file[WHY_FILE_BYTES_MAX]; /* "" where unknown; a long path keeps its end */
	int64_t line, column, offset; /* meaningful where the flag below says so */
	bool has_line, has_column, has_offset;
	bool is_usage; /* why_usage() */
};

/* Returns the code of the message's row, after filling `why` unless that is NULL.
 * The place (file, line ...) already noted in `why` stays.  Arguments may point into
 * `why` itself; each text argument is cut to what room there is, between characters. */
err why_fill(struct why *why, enum message id, const struct arg args[static WHY_ARGS_MAX]);
#define fail(why, id, ...) fail_with((why), (id), (struct arg[WHY_ARGS_MAX]){ __VA_ARGS__ })
static inline err fail_with(
	struct why *why, enum message id, const struct arg args[static WHY_ARGS_MAX])
{
	err e = why_fill(why, id, args);

	if (e == OK) /* no row says so; compilers and analysers should know it too */
		__builtin_unreachable();
	return e;
}

/* Notes where it happened; a file "" or a negative number means: not known, keep. */
void why_at(struct why *why, str file, int64_t line, int64_t column, int64_t offset);

/* Notes of any error that the fault lies in the words of a question, whatever the message: the same
 * one may tell of a file's content elsewhere.  Returns `e`. */
err why_usage(struct why *why, err e);

err message_code(enum message id); /* OK for MSG_NONE */
str message_kebab(enum message id); /* "csv-open-quote": stable, for programs */

/* The sentence, and the hint ("" if there is none), in `language`.  Control
 * characters in arguments come out as \xNN, numbers with the language's group
 * separators.  Cut, never failing, if `out` fills up. */
void why_words(const struct why *why, enum language language, struct strbuf *out);
void why_hint(const struct why *why, enum language language, struct strbuf *out);

/* fuzz/request_fuzz.c - words of a command line, one a line: what is accepted satisfies the row of
 * its command, what is refused is a usage error that can be told. */
#include "main/request.h"

#include "fuzz.h"
#include "main/render.h"

enum { WORDS_MAX = 64 };

static size_t split(str text, str *words)
{
	size_t count = 0;

	while (count < WORDS_MAX - 1 && str_split(text, '\n', &words[count], &text))
		count++;
	words[count++] = text;
	return count;
}

static void check_accepted(const struct request *request)
{
	const struct command *c = request_command(request);
	bool told = request_has(request, "help") || request_has(request, "version");

	if (c == NULL)
		return;
	ASSERT(request_argument_count(request) <= c->arguments.max);
	ASSERT(told || request_argument_count(request) >= c->arguments.min);
	for (const struct option *o = c->options; o->name.len > 0; o++)
		ASSERT(o->repeats || o->is == IS_FLAG || request_times(request, o->name.ptr) <= 1);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	AUTO_ARENA arena = arena_create(1 << 20);
	str words[WORDS_MAX], text = { (const char *)data, size };
	struct request *request = NULL;
	struct why why = { 0 };

	if (str_has(text, '\0'))
		return 0; /* words end there */
	size_t count = split(text, words);
	err e = request_parse(commands_all(), words, count, LANGUAGE_FRENCH, arena, &request, &why);
	if (e == OK) {
		check_accepted(request);
		return 0;
	}
	struct strbuf told = strbuf_in(arena, 1 << 14);
	render_words(&why, LANGUAGE_FRENCH, &told);
	ASSERT(err_exit_code(e, &why) == 2 && strbuf_ok(&told) && str_is_utf8(strbuf_str(&told)));
	return 0;
}

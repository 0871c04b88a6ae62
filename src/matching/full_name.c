/* matching/full_name.c - a name in one field taken apart into given name and surname */
#include "matching/records.h"

#include <string.h>

enum { WORDS_MAX = 16 };

static bool is_particle(str word)
{
	static const str particles[] = { STR_INIT("de"), STR_INIT("du"), STR_INIT("des"),
		STR_INIT("la"), STR_INIT("le"), STR_INIT("les"), STR_INIT("van"), STR_INIT("von"),
		STR_INIT("den"), STR_INIT("der"), STR_INIT("da"), STR_INIT("dos"), STR_INIT("di"),
		STR_INIT("el"), STR_INIT("al"), STR_INIT("ben"), STR_INIT("bin"), STR_INIT("mac"),
		STR_INIT("st"), STR_INIT("saint") };

	for (size_t i = 0; i < ARRAY_LEN(particles); i++)
		if (word.len == particles[i].len &&
			strncasecmp(word.ptr, particles[i].ptr, word.len) == 0)
			return true;
	return false;
}

/* Two letters at least, and none of a-z.  Letters beyond ASCII say nothing. */
static bool is_capitals(str word)
{
	size_t capitals = 0;

	for (size_t i = 0; i < word.len; i++) {
		if (word.ptr[i] >= 'a' && word.ptr[i] <= 'z')
			return false;
		capitals += word.ptr[i] >= 'A' && word.ptr[i] <= 'Z';
	}
	return capitals >= 2;
}

static str span(str first, str last)
{
	return (str){ first.ptr, (size_t)(last.ptr + last.len - first.ptr) };
}

static size_t words_of(str text, str words[static WORDS_MAX])
{
	size_t count = 0;

	for (size_t i = 0; i < text.len && count < WORDS_MAX;) {
		size_t from = i;
		while (i < text.len && text.ptr[i] != ' ' && text.ptr[i] != ',')
			i++;
		if (i > from)
			words[count++] = (str){ text.ptr + from, i - from };
		else
			i++;
	}
	return count;
}

/* Where the surname begins and ends among the words: by a comma, by capitals, else the last one. */
static void find_surname(str full, const str *words, size_t count, size_t *from, size_t *to)
{
	str before, behind;
	size_t capitals = 0;

	*to = count;
	*from = count - 1;
	if (str_split(full, ',', &before, &behind) && str_trim(before).len > 0 &&
		str_trim(behind).len > 0) { /* Dupont, Jean */
		*from = 0;
		for (*to = 0; *to < count && words[*to].ptr < behind.ptr; ++*to)
			;
		return;
	}
	for (size_t i = 0; i < count; i++)
		capitals += is_capitals(words[i]);
	if (capitals > 0 && capitals < count && is_capitals(words[0])) { /* DUPONT Jean */
		*from = 0;
		for (*to = 0; is_capitals(words[*to]); ++*to)
			;
		return;
	}
	while (*from > 1 && is_particle(words[*from - 1])) /* Charles de Gaulle */
		--*from;
}

void full_name_split(str full, str *given, str *surname)
{
	str words[WORDS_MAX];
	size_t count = words_of(full, words), from, to;

	*given = *surname = (str){ NULL, 0 };
	if (count == 0)
		return;
	find_surname(full, words, count, &from, &to);
	ASSERT(from < to && to <= count);
	*surname = span(words[from], words[to - 1]);
	if (from > 0)
		*given = span(words[0], words[from - 1]);
	else if (to < count)
		*given = span(words[to], words[count - 1]);
}

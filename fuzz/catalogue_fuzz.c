/* fuzz/catalogue_fuzz.c - the first bytes of any file: recognising them ends, gives the same twice,
 * and patterns fit as the plainest way of matching says.
 *
 * Input: a pattern, a line feed, the first bytes of a file.
 */
#include "exchange/catalogue.h"
#include "fuzz.h"

enum { SHORT = 14 }; /* the plain way takes exponential time */

/* Without sets: every way of dividing the text among the stars. */
static bool plainly_fits(str pattern, str text)
{
	if (pattern.len == 0)
		return text.len == 0;
	if (pattern.ptr[0] == '*')
		return plainly_fits(str_from(pattern, 1), text) ||
		       (text.len > 0 && plainly_fits(pattern, str_from(text, 1)));
	return text.len > 0 && (pattern.ptr[0] == '?' || pattern.ptr[0] == text.ptr[0]) &&
	       plainly_fits(str_from(pattern, 1), str_from(text, 1));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct catalogue catalogue;
	static struct arena *arena;
	const struct catalogue_entry *first = NULL, *second = NULL;
	str pattern, text, all = { (const char *)data, size };

	if (arena == NULL) {
		arena = arena_create(32 << 20);
		ASSERT(catalogue_read(arena, &catalogue, NULL) == OK);
	}
	if (!str_split(all, '\n', &pattern, &text))
		return 0;
	err e = catalogue_recognise(&catalogue, STR("folder/file"), text, &first, NULL);
	ASSERT(catalogue_recognise(&catalogue, STR("folder/file"), text, &second, NULL) == e);
	ASSERT(first == second);
	str little = str_upto(pattern, SHORT), word = str_upto(text, SHORT);
	if (!str_has(little, '['))
		ASSERT(pattern_fits(little, word) == plainly_fits(little, word));
	(void)pattern_fits(pattern, text);
	return 0;
}

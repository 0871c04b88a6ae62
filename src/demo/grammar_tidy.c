/* demo/grammar_tidy.c - spaces and capitals of a text that a grammar made; see grammar.h */
#include "demo/grammar.h"

#include "demo/grammar_internal.h"

#include <string.h>

static bool is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (unsigned char)c >= 0x80;
}

/* A sentence ends before a space that follows . ! ? - but not after "..." nor after a letter that
 * stands alone ("M. Petit") or a short form of figures ("5. "). */
static bool ends_sentence(const struct strbuf *out)
{
	const char *p = out->ptr;
	size_t n = out->len;

	if (n == 0 || p[n - 1] == '\n' || p[n - 1] == '!' || p[n - 1] == '?')
		return true;
	if (p[n - 1] != '.' || n < 3)
		return false;
	return p[n - 2] != '.' && p[n - 3] != ' ' && p[n - 3] != '\n';
}

/* The capital of a letter of one or two bytes, as French and English have them. */
static size_t put_capital(str text, struct strbuf *out)
{
	unsigned char first = (unsigned char)text.ptr[0];

	if (first >= 'a' && first <= 'z') {
		strbuf_add_byte(out, (char)(first - 'a' + 'A'));
		return 1;
	}
	if (first == 0xc3 && text.len > 1 && (unsigned char)text.ptr[1] >= 0xa0 &&
		(unsigned char)text.ptr[1] != 0xb7) { /* à to þ, but ÷ */
		strbuf_add_byte(out, (char)first);
		strbuf_add_byte(out, (char)((unsigned char)text.ptr[1] - 0x20));
		return 2;
	}
	return 0;
}

/* Does a space at this place go: doubled, before , . ) or a line's end, or after "l'"? */
static bool is_vain(const struct strbuf *out, str after)
{
	char before = out->len > 0 ? out->ptr[out->len - 1] : '\n';

	if (before == ' ' || before == '\n' || before == '(' || after.len == 0)
		return true;
	if (before == '\'' && out->len > 1 && is_letter(out->ptr[out->len - 2]))
		return true;
	return memchr(" ,)\n", after.ptr[0], 4) != NULL ||
	       (after.ptr[0] == '.' && !(after.len > 1 && after.ptr[1] == '.'));
}

/* Two marks that alternatives brought together: ". ." is one full stop, "?." and "!." their first.
 */
static bool is_doubled(const struct strbuf *out, char c)
{
	char before = out->len > 0 ? out->ptr[out->len - 1] : '\0';
	char earlier = out->len > 1 ? out->ptr[out->len - 2] : '\0';
	bool ended = before == '?' || before == '!' || before == ',' || before == '\n' ||
		     (before == '.' && earlier != '.');

	return (c == '.' || c == ',') && ended;
}

/* "de avril" is "d'avril"; no English word comes before these. */
static void elide(str rest, struct strbuf *out)
{
	bool vowel = str_starts(rest, STR("avril")) || str_starts(rest, STR("août")) ||
		     str_starts(rest, STR("octobre"));

	if (!vowel || out->len < 4 || memcmp(out->ptr + out->len - 4, " de ", 4) != 0)
		return;
	out->len -= 2;
	strbuf_add_byte(out, '\'');
}

void grammar_tidy(str raw, struct strbuf *out)
{
	size_t from = out->len;
	bool fresh = true; /* a sentence begins */

	for (size_t i = 0; i < raw.len;) {
		char c = raw.ptr[i];
		str after = str_from(raw, i + 1);
		if (c == ' ') {
			if (out->len > from && !is_vain(out, after)) {
				fresh = fresh || ends_sentence(out);
				strbuf_add_byte(out, c);
			}
			i++;
			continue;
		}
		if (c == '.' && out->len > from && out->ptr[out->len - 1] == ',') {
			out->ptr[out->len - 1] = '.'; /* the comma of a clause that is not there */
			i++;
			continue;
		}
		if (is_doubled(out, c) && !str_starts(after, STR("."))) {
			i++;
			continue;
		}
		elide(str_from(raw, i), out);
		size_t taken = fresh ? put_capital(str_from(raw, i), out) : 0;
		if (taken == 0) {
			strbuf_add_byte(out, c);
			taken = 1;
		}
		fresh = c == '\n' || (fresh && !is_letter(c) && !(c >= '0' && c <= '9'));
		i += taken;
	}
}

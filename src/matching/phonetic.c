/* matching/phonetic.c - see phonetic.h
 *
 * The French code applies Phonex's replacements in their order, each from left to right over the
 * whole name.  Two steps differ from the publication, on purpose: accents are gone before (records
 * often lack them), so that nothing depends on é; and d and p stay apart from t, b and v from f,
 * which the publication joins for family names of the XVIIIth century.
 */
#include "matching/phonetic.h"

#include <string.h>

enum { NAME_BYTES = 48 }; /* six signs never need more */

struct name {
	char at[NAME_BYTES + 1];
	size_t len;
};

static bool is_vowel(char c)
{
	return c != '\0' && strchr("aeiou", c) != NULL;
}

static struct name letters_only(str folded)
{
	struct name name = { .len = 0 };

	for (size_t i = 0; i < folded.len && name.len < NAME_BYTES; i++)
		if (folded.ptr[i] >= 'a' && folded.ptr[i] <= 'z')
			name.at[name.len++] = folded.ptr[i];
	return name;
}

/* a to z are 1 to 26, the signs 1 to 5 are 27 to 31. */
static uint32_t code_of(const struct name *name)
{
	uint32_t code = 0;

	for (size_t i = 0; i < PHONETIC_SIGNS; i++) {
		char c = i < name->len ? name->at[i] : '\0';
		uint32_t sign = c == '\0' ? 0 : (uint32_t)(c >= 'a' ? c - 'a' + 1 : c - '1' + 27);
		code = code << 5 | sign;
	}
	return code;
}

str phonetic_text(uint32_t code, char out[static PHONETIC_SIGNS])
{
	size_t len = 0;

	for (int shift = 5 * (PHONETIC_SIGNS - 1); shift >= 0; shift -= 5) {
		uint32_t sign = code >> shift & 31;
		if (sign > 0)
			out[len++] = (char)(sign <= 26 ? 'a' + sign - 1 : '1' + sign - 27);
	}
	return (str){ out, len };
}

/* ---- French */

enum followed { ANYHOW, BY_VOWEL, BY_NO_VOWEL, BY_E_OR_I };

struct rule {
	const char *from, *to; /* `to` is never longer */
	enum followed followed;
};

static const struct rule french[] = {
	{ "y", "i", ANYHOW },
	{ "ph", "f", ANYHOW },
	{ "gan", "kan", ANYHOW },
	{ "gam", "kam", ANYHOW },
	{ "ain", "in", BY_VOWEL },
	{ "ein", "in", BY_VOWEL },
	{ "aim", "im", BY_VOWEL },
	{ "eim", "im", BY_VOWEL },
	{ "eau", "o", ANYHOW },
	{ "oua", "2", ANYHOW },
	{ "ein", "4", ANYHOW },
	{ "ain", "4", ANYHOW },
	{ "eim", "4", ANYHOW },
	{ "aim", "4", ANYHOW },
	{ "ai", "e", ANYHOW },
	{ "ei", "e", ANYHOW },
	{ "an", "1", BY_NO_VOWEL },
	{ "am", "1", BY_NO_VOWEL },
	{ "en", "1", BY_NO_VOWEL },
	{ "em", "1", BY_NO_VOWEL },
	{ "in", "4", BY_NO_VOWEL },
	{ "im", "4", BY_NO_VOWEL },
	{ "oe", "e", ANYHOW },
	{ "eu", "e", ANYHOW },
	{ "au", "o", ANYHOW },
	{ "oi", "2", ANYHOW },
	{ "ou", "3", ANYHOW },
	{ "sch", "5", ANYHOW },
	{ "ch", "5", ANYHOW },
	{ "sh", "5", ANYHOW },
	{ "ss", "s", ANYHOW },
	{ "sc", "s", BY_E_OR_I },
	{ "c", "s", BY_E_OR_I },
	{ "ck", "k", ANYHOW },
	{ "c", "k", ANYHOW },
	{ "qu", "k", ANYHOW },
	{ "q", "k", ANYHOW },
	{ "gu", "k", BY_E_OR_I },
	{ "ga", "ka", ANYHOW },
	{ "go", "ko", ANYHOW },
	{ "g", "j", BY_E_OR_I },
	{ "z", "s", ANYHOW },
	{ "m", "n", ANYHOW },
	{ "w", "v", ANYHOW },
	{ "x", "s", ANYHOW },
};

static bool fits(const struct rule *rule, char next)
{
	switch (rule->followed) {
	case BY_VOWEL:
		return is_vowel(next);
	case BY_NO_VOWEL:
		return !is_vowel(next);
	case BY_E_OR_I:
		return next == 'e' || next == 'i';
	case ANYHOW:
		break;
	}
	return true;
}

static void apply(struct name *name, const struct rule *rule)
{
	size_t from = strlen(rule->from), to = strlen(rule->to), out = 0;

	for (size_t i = 0; i < name->len;) {
		if (i + from <= name->len && memcmp(name->at + i, rule->from, from) == 0 &&
			fits(rule, i + from < name->len ? name->at[i + from] : '\0')) {
			memcpy(name->at + out, rule->to, to);
			out += to;
			i += from;
		} else
			name->at[out++] = name->at[i++];
	}
	name->len = out;
	name->at[out] = '\0';
}

/* Mute: every h but behind c, s, p. */
static void drop_h(struct name *name)
{
	size_t out = 0;

	for (size_t i = 0; i < name->len; i++)
		if (name->at[i] != 'h' || (i > 0 && strchr("csp", name->at[i - 1]) != NULL))
			name->at[out++] = name->at[i];
	name->len = out;
	name->at[out] = '\0';
}

static void drop_doubles(struct name *name)
{
	size_t out = 0;

	for (size_t i = 0; i < name->len; i++)
		if (out == 0 || name->at[i] != name->at[out - 1])
			name->at[out++] = name->at[i];
	name->len = out;
	name->at[out] = '\0';
}

/* Dupont, Dupond; Martin and Martine differ by their nasal vowel, told before. */
static void drop_mute_end(struct name *name)
{
	while (name->len > 2 && strchr("tdsxze", name->at[name->len - 1]) != NULL)
		name->len--;
	name->at[name->len] = '\0';
}

uint32_t phonetic_french(str folded)
{
	struct name name = letters_only(folded);

	drop_h(&name);
	for (size_t i = 0; i < ARRAY_LEN(french); i++)
		apply(&name, &french[i]);
	drop_doubles(&name);
	drop_mute_end(&name);
	return code_of(&name);
}

/* ---- English */

static bool starts(const struct name *name, const char *with)
{
	return strncmp(name->at, with, strlen(with)) == 0;
}

static bool ends(const struct name *name, const char *with)
{
	size_t len = strlen(with);

	return name->len >= len && memcmp(name->at + name->len - len, with, len) == 0;
}

static void replace_start(struct name *name)
{
	if (starts(name, "mac"))
		name->at[1] = 'c';
	else if (starts(name, "kn")) {
		name->len--;
		memmove(name->at, name->at + 1, name->len + 1);
	} else if (starts(name, "k"))
		name->at[0] = 'c';
	else if (starts(name, "ph") || starts(name, "pf"))
		name->at[0] = name->at[1] = 'f';
	else if (starts(name, "sch"))
		name->at[1] = name->at[2] = 's';
}

static void replace_end(struct name *name)
{
	static const char *const hard[] = { "dt", "rt", "rd", "nt", "nd" };
	char end = ends(name, "ie") || ends(name, "ee") ? 'y' : '\0';

	for (size_t i = 0; i < ARRAY_LEN(hard); i++)
		if (ends(name, hard[i]))
			end = 'd';
	if (end == '\0')
		return;
	name->len--;
	name->at[name->len - 1] = end;
	name->at[name->len] = '\0';
}

/* What stands for the letter at *i; moves *i to the last letter that it takes. */
static const char *english_sign(const struct name *name, size_t *i, char kept[static 2])
{
	char c = name->at[*i], before = name->at[*i - 1], next = name->at[*i + 1];

	kept[0] = c;
	kept[1] = '\0';
	if (c == 'e' && next == 'v') {
		++*i;
		return "af";
	}
	if (is_vowel(c))
		return "a";
	if (c == 's' && next == 'c' && name->at[*i + 2] == 'h') {
		*i += 2;
		return "ss";
	}
	if (c == 'p' && next == 'h') {
		++*i;
		return "f";
	}
	switch (c) {
	case 'q':
		return "g";
	case 'z':
		return "s";
	case 'm':
		return "n";
	case 'k':
		return next == 'n' ? "n" : "c";
	case 'h':
		if (!is_vowel(before) || !is_vowel(next))
			kept[0] = is_vowel(before) ? 'a' : before;
		break;
	case 'w':
		if (is_vowel(before))
			kept[0] = before;
		break;
	default:
		break;
	}
	return kept;
}

static void trim_end(struct name *key)
{
	if (key->len > 1 && key->at[key->len - 1] == 's')
		key->len--;
	if (key->len > 1 && key->at[key->len - 1] == 'y' && key->at[key->len - 2] == 'a') {
		key->len--;
		key->at[key->len - 1] = 'y';
	}
	if (key->len > 1 && key->at[key->len - 1] == 'a')
		key->len--;
}

uint32_t phonetic_english(str folded)
{
	struct name name = letters_only(folded), key = { .len = 0 };
	char kept[2];

	if (name.len == 0)
		return 0;
	replace_start(&name);
	replace_end(&name);
	key.at[key.len++] = name.at[0];
	for (size_t i = 1; i < name.len; i++) {
		const char *sign = english_sign(&name, &i, kept);
		size_t len = strlen(sign);
		if (sign[len - 1] != key.at[key.len - 1] && key.len + len <= NAME_BYTES) {
			memcpy(key.at + key.len, sign, len);
			key.len += len;
		}
	}
	trim_end(&key);
	return code_of(&key);
}

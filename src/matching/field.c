/* matching/field.c - see field.h: from raw values to forms that can be compared */
#include "matching/field.h"

#include "base/hash.h"
#include "matching/fold.h"
#include "matching/nickname.h"
#include "matching/phonetic.h"

#include <string.h>

#define KEY_SEED UINT64_C(0x6d61746368696e67)

enum field_kind field_kind_named(str name)
{
	static const struct {
		str name;
		enum field_kind kind;
	} known[] = {
		{ STR_INIT("given_name"), KIND_GIVEN_NAME },
		{ STR_INIT("surname"), KIND_SURNAME },
		{ STR_INIT("full_name"), KIND_FULL_NAME },
		{ STR_INIT("birth_date"), KIND_DATE },
		{ STR_INIT("street_number"), KIND_NUMBER },
		{ STR_INIT("address"), KIND_ADDRESS },
		{ STR_INIT("suburb"), KIND_PLACE },
		{ STR_INIT("city"), KIND_PLACE },
		{ STR_INIT("postcode"), KIND_POSTCODE },
		{ STR_INIT("state"), KIND_PLACE },
		{ STR_INIT("country"), KIND_PLACE },
		{ STR_INIT("phone"), KIND_PHONE },
		{ STR_INIT("email"), KIND_EMAIL },
		{ STR_INIT("national_id"), KIND_CODE },
		{ STR_INIT("occupation"), KIND_TEXT },
		{ STR_INIT("gender"), KIND_GENDER },
	};

	for (size_t i = 0; i < ARRAY_LEN(known); i++)
		if (str_equal(known[i].name, name))
			return known[i].kind;
	/* address_2, phone_home ...: a known name and what tells it from another */
	for (size_t i = 0; i < ARRAY_LEN(known); i++)
		if (name.len > known[i].name.len && str_starts(name, known[i].name) &&
			name.ptr[known[i].name.len] == '_')
			return known[i].kind;
	return KIND_TEXT;
}

/* ---- words */

static bool says_nothing(str folded)
{
	static const str nothing[] = { STR_INIT(""), STR_INIT("n a"), STR_INIT("na"),
		STR_INIT("nan"), STR_INIT("null"), STR_INIT("none"), STR_INIT("nil"),
		STR_INIT("unknown"), STR_INIT("inconnu"), STR_INIT("inconnue"), STR_INIT("nc"),
		STR_INIT("anonymous"), STR_INIT("anonyme") };

	for (size_t i = 0; i < ARRAY_LEN(nothing); i++)
		if (str_equal(folded, nothing[i]))
			return true;
	return false;
}

/* What a word of an address is short for. */
static str spelled_out(str word)
{
	static const struct {
		str brief, whole;
	} table[] = {
		{ STR_INIT("all"), STR_INIT("allee") },
		{ STR_INIT("apt"), STR_INIT("appartement") },
		{ STR_INIT("appt"), STR_INIT("appartement") },
		{ STR_INIT("av"), STR_INIT("avenue") },
		{ STR_INIT("ave"), STR_INIT("avenue") },
		{ STR_INIT("bat"), STR_INIT("batiment") },
		{ STR_INIT("bd"), STR_INIT("boulevard") },
		{ STR_INIT("bld"), STR_INIT("boulevard") },
		{ STR_INIT("blvd"), STR_INIT("boulevard") },
		{ STR_INIT("ch"), STR_INIT("chemin") },
		{ STR_INIT("che"), STR_INIT("chemin") },
		{ STR_INIT("cres"), STR_INIT("crescent") },
		{ STR_INIT("crs"), STR_INIT("cours") },
		{ STR_INIT("ct"), STR_INIT("court") },
		{ STR_INIT("dr"), STR_INIT("drive") },
		{ STR_INIT("fbg"), STR_INIT("faubourg") },
		{ STR_INIT("fg"), STR_INIT("faubourg") },
		{ STR_INIT("hwy"), STR_INIT("highway") },
		{ STR_INIT("imp"), STR_INIT("impasse") },
		{ STR_INIT("ln"), STR_INIT("lane") },
		{ STR_INIT("mt"), STR_INIT("mount") },
		{ STR_INIT("pl"), STR_INIT("place") },
		{ STR_INIT("qu"), STR_INIT("quai") },
		{ STR_INIT("rd"), STR_INIT("road") },
		{ STR_INIT("res"), STR_INIT("residence") },
		{ STR_INIT("rte"), STR_INIT("route") },
		{ STR_INIT("sq"), STR_INIT("square") },
		{ STR_INIT("st"), STR_INIT("saint") },
		{ STR_INIT("ste"), STR_INIT("sainte") },
	};

	for (size_t i = 0; i < ARRAY_LEN(table); i++)
		if (str_equal(table[i].brief, word))
			return table[i].whole;
	return word;
}

/* Word by word; "st" at the end is a street, elsewhere a saint. */
static str spell_out(str folded, bool is_address, char out[static FOLD_BYTES_MAX])
{
	str word, rest = folded;
	size_t len = 0;

	for (bool more = true; more;) {
		more = str_split(rest, ' ', &word, &rest);
		word = more ? word : rest;
		str whole = !more && is_address && len > 0 && str_equal(word, STR("st"))
				    ? STR("street")
				    : spelled_out(word);
		if (len + whole.len + 1 > FOLD_BYTES_MAX)
			break;
		if (len > 0)
			out[len++] = ' ';
		memcpy(out + len, whole.ptr, whole.len);
		len += whole.len;
	}
	return (str){ out, len };
}

static str longest_word(str text)
{
	str word, rest = text, best = { NULL, 0 };

	for (bool more = true; more;) {
		more = str_split(rest, ' ', &word, &rest);
		word = more ? word : rest;
		if (word.len > best.len || (word.len == best.len && str_compare(word, best) < 0))
			best = word;
	}
	return best;
}

/* ---- kinds of values that are no plain text */

static uint32_t number_of(str digits)
{
	uint32_t n = 0;

	for (size_t i = 0; i < digits.len; i++)
		n = n * 10 + (uint32_t)(digits.ptr[i] - '0');
	return n;
}

static bool is_date(uint32_t year, uint32_t month, uint32_t day)
{
	return year >= 1000 && year <= 2999 && month >= 1 && month <= 12 && day >= 1 && day <= 31;
}

static bool zeros_only(str word)
{
	for (size_t i = 0; i < word.len; i++)
		if (word.ptr[i] != '0')
			return false;
	return word.len > 0;
}

/* Up to three groups of digits at the front; a clock behind a date is not looked at. */
static size_t groups_of(str text, str groups[static 3])
{
	size_t count = 0, i = 0;

	while (count < 3 && i < text.len) {
		size_t from = i;
		while (i < text.len && text.ptr[i] >= '0' && text.ptr[i] <= '9')
			i++;
		if (i == from || i - from > 8)
			break;
		groups[count++] = (str){ text.ptr + from, i - from };
		if (i < text.len && text.ptr[i] != ' ')
			break;
		i++;
	}
	return count;
}

/* 1971-06-24, 19710624, 24/06/1971, 24061971; with the month first only where it cannot be
 * otherwise, for the house is French. */
static uint32_t date_of(str folded)
{
	str g[3];
	size_t count = groups_of(folded, g);
	uint32_t y = 0, m = 0, d = 0;

	if (count == 3 && g[0].len == 4) {
		y = number_of(g[0]);
		m = number_of(g[1]);
		d = number_of(g[2]);
	} else if (count == 3 && g[2].len == 4) {
		d = number_of(g[0]);
		m = number_of(g[1]);
		y = number_of(g[2]);
		if (m > 12 && d <= 12) {
			uint32_t kept = m;
			m = d;
			d = kept;
		}
	} else if (count == 1 && g[0].len == 8) {
		uint32_t n = number_of(g[0]);
		y = n / 10000;
		m = n / 100 % 100;
		d = n % 100;
		if (!is_date(y, m, d)) {
			d = n / 1000000;
			m = n / 10000 % 100;
			y = n % 10000;
		}
	}
	return is_date(y, m, d) ? y * 10000 + m * 100 + d : 0;
}

static str gender_of(str folded)
{
	static const str he[] = { STR_INIT("m"), STR_INIT("male"), STR_INIT("man"), STR_INIT("h"),
		STR_INIT("homme"), STR_INIT("masculin"), STR_INIT("mr"), STR_INIT("monsieur") };
	static const str she[] = { STR_INIT("f"), STR_INIT("female"), STR_INIT("woman"),
		STR_INIT("femme"), STR_INIT("feminin"), STR_INIT("mme"), STR_INIT("madame"),
		STR_INIT("mlle"), STR_INIT("mrs"), STR_INIT("ms"), STR_INIT("miss") };

	for (size_t i = 0; i < ARRAY_LEN(he); i++)
		if (str_equal(folded, he[i]))
			return STR("m");
	for (size_t i = 0; i < ARRAY_LEN(she); i++)
		if (str_equal(folded, she[i]))
			return STR("f");
	return folded;
}

/* The nine last digits: what is left of a French number without its 0 or +33, and of most others
 * without what stands before the area. */
static str phone_of(str raw, char out[static FOLD_BYTES_MAX])
{
	str digits = fold_digits(raw, out);

	return digits.len > 9 ? str_from(digits, digits.len - 9) : digits;
}

static str email_of(str raw, char out[static FOLD_BYTES_MAX])
{
	size_t len = 0;

	raw = str_trim(str_cut(str_trim(raw), FOLD_BYTES_MAX));
	for (size_t i = 0; i < raw.len; i++) {
		char c = raw.ptr[i];
		out[len++] = c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
	}
	return (str){ out, len };
}

/* ---- keys */

static uint32_t key_of(size_t which, str text)
{
	uint32_t key = text.len == 0 ? 0 : (uint32_t)(hash64(KEY_SEED + which, text) >> 32);

	return key == 0 && text.len > 0 ? 1 : key;
}

static uint32_t key_of_number(size_t which, uint32_t number)
{
	return number == 0 ? 0 : key_of(which, (str){ (const char *)&number, sizeof(number) });
}

static const struct {
	size_t count;
	const char *names[KEYS_MAX];
} keys_of_kind[KIND_COUNT_] = {
	[KIND_GIVEN_NAME] = { 4,
		{ "whole", "sound (French)", "sound (English)", "first letters" } },
	[KIND_SURNAME] = { 4, { "whole", "sound (French)", "sound (English)", "first letters" } },
	[KIND_FULL_NAME] = { 1, { "whole" } },
	[KIND_DATE] = { 4, { "whole", "year and month", "month and day", "year and day" } },
	[KIND_ADDRESS] = { 3, { "whole", "longest word", "first letters" } },
	[KIND_PLACE] = { 3, { "whole", "sound (English)", "first letters" } },
	[KIND_POSTCODE] = { 2, { "whole", "first two" } },
	[KIND_NUMBER] = { 1, { "whole" } },
	[KIND_CODE] = { 3, { "whole", "first half", "last half" } },
	[KIND_PHONE] = { 3, { "whole", "first half", "last half" } },
	[KIND_EMAIL] = { 3, { "whole", "before the @", "first letters" } },
	[KIND_GENDER] = { 1, { "whole" } },
	[KIND_TEXT] = { 2, { "whole", "first letters" } },
};

size_t field_key_count(enum field_kind kind)
{
	return keys_of_kind[kind].count;
}

const char *field_key_name(enum field_kind kind, size_t key)
{
	return keys_of_kind[kind].names[key];
}

static str local_part(str email)
{
	str before, behind;

	return str_split_last(email, '@', &before, &behind) ? before : email;
}

static void add_keys(enum field_kind kind, struct field_value *v)
{
	size_t half = v->tight.len / 2;

	v->keys[0] = key_of(0, v->tight);
	switch (kind) {
	case KIND_GIVEN_NAME:
	case KIND_SURNAME:
		v->keys[1] = key_of_number(1, v->french);
		v->keys[2] = key_of_number(2, v->english);
		v->keys[3] = key_of(3, str_cut(v->tight, 3));
		break;
	case KIND_PLACE:
		v->keys[1] = key_of_number(2, v->english);
		v->keys[2] = key_of(3, str_cut(v->tight, 4));
		break;
	case KIND_DATE:
		v->keys[1] = key_of_number(1, v->date / 100);
		v->keys[2] = key_of_number(2, v->date % 10000);
		v->keys[3] = key_of_number(3, v->date / 10000 * 100 + v->date % 100);
		break;
	case KIND_ADDRESS:
		v->keys[1] = key_of(1, longest_word(v->text));
		v->keys[2] = key_of(3, str_cut(v->tight, 5));
		break;
	case KIND_POSTCODE:
		v->keys[1] = key_of(1, str_cut(v->tight, 2));
		break;
	case KIND_CODE:
	case KIND_PHONE:
		v->keys[1] = half < 2 ? 0 : key_of(1, str_upto(v->tight, half));
		v->keys[2] = half < 2 ? 0 : key_of(2, str_from(v->tight, v->tight.len - half));
		break;
	case KIND_EMAIL:
		v->keys[1] = key_of(1, local_part(v->tight));
		v->keys[2] = key_of(3, str_cut(v->tight, 4));
		break;
	case KIND_TEXT:
		v->keys[1] = key_of(3, str_cut(v->tight, 4));
		break;
	case KIND_FULL_NAME:
	case KIND_NUMBER:
	case KIND_GENDER:
	case KIND_COUNT_:
		break;
	}
}

/* ---- values */

static str date_text(uint32_t date, char out[static FOLD_BYTES_MAX])
{
	for (int i = 7; i >= 0; i--, date /= 10)
		out[i] = (char)('0' + date % 10);
	return (str){ out, 8 };
}

static str form_of(enum field_kind kind, str raw, char folded[static FOLD_BYTES_MAX],
	char out[static FOLD_BYTES_MAX], struct field_value *v)
{
	str text = fold_text(raw, folded);

	if (says_nothing(text))
		return (str){ NULL, 0 };
	switch (kind) {
	case KIND_PHONE:
		return phone_of(raw, out);
	case KIND_EMAIL:
		return email_of(raw, out);
	case KIND_GENDER:
		return gender_of(text);
	case KIND_ADDRESS:
	case KIND_PLACE:
		return spell_out(text, kind == KIND_ADDRESS, out);
	case KIND_DATE:
		v->date = date_of(text);
		return v->date > 0 ? date_text(v->date, out) : text;
	case KIND_CODE:
	case KIND_POSTCODE:
	case KIND_NUMBER:
		return fold_squeeze(text, out);
	case KIND_GIVEN_NAME:
	case KIND_SURNAME:
	case KIND_FULL_NAME:
	case KIND_TEXT:
	case KIND_COUNT_:
		break;
	}
	return text;
}

static bool sounds(enum field_kind kind)
{
	return kind == KIND_GIVEN_NAME || kind == KIND_SURNAME || kind == KIND_PLACE;
}

bool field_value_of(
	enum field_kind kind, str raw, struct arena *arena, struct field_value *out, bool *room)
{
	char folded[FOLD_BYTES_MAX], formed[FOLD_BYTES_MAX], squeezed[FOLD_BYTES_MAX];
	struct field_value v = { .date = 0 };
	str text = form_of(kind, raw, folded, formed, &v);

	*room = true;
	if (text.len == 0 || (kind != KIND_TEXT && zeros_only(text)))
		return false;
	str tight = kind == KIND_EMAIL ? text : fold_squeeze(text, squeezed);
	v.text = arena_str(arena, text);
	v.tight = tight.len == text.len || v.text.ptr == NULL ? v.text : arena_str(arena, tight);
	*room = v.text.ptr != NULL && v.tight.ptr != NULL;
	if (!*room)
		return false;
	v.letters = letters_of(v.tight);
	if (sounds(kind)) {
		v.french = phonetic_french(v.text);
		v.english = phonetic_english(v.text);
	}
	if (kind == KIND_GIVEN_NAME)
		v.nicknames = nickname_groups(v.text);
	add_keys(kind, &v);
	*out = v;
	return true;
}

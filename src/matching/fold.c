/* matching/fold.c - see fold.h */
#include "matching/fold.h"

#include <unicode/uchar.h>
#include <unicode/unorm2.h>
#include <unicode/ustring.h>

#include <string.h>

enum { UNITS_MAX = 4 * FOLD_BYTES_MAX }; /* of what is read; a character decomposes into few */

/* Where the result grows: a blank is kept back until something follows it. */
struct folding {
	char *out;
	size_t len;
	bool blank, full;
};

static void put(struct folding *f, const char *bytes, size_t count)
{
	size_t need = count + (f->blank && f->len > 0 ? 1 : 0);

	if (f->full || need > FOLD_BYTES_MAX - f->len) {
		f->full = true; /* a later, shorter character must not close the gap */
		return;
	}
	if (f->blank && f->len > 0)
		f->out[f->len++] = ' ';
	f->blank = false;
	memcpy(f->out + f->len, bytes, count);
	f->len += count;
}

static void put_ascii(struct folding *f, char c)
{
	if (c >= 'A' && c <= 'Z')
		c = (char)(c - 'A' + 'a');
	if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'))
		put(f, &c, 1);
	else
		f->blank = true;
}

/* Letters that have no decomposition, but a spelling. */
static const char *spelling(UChar32 c)
{
	switch (c) {
	case 0xe6:
		return "ae"; /* æ */
	case 0xf8:
		return "o"; /* ø */
	case 0xf0:
	case 0x111:
		return "d"; /* ð đ */
	case 0xfe:
		return "th"; /* þ */
	case 0xdf:
		return "ss"; /* ß */
	case 0x127:
		return "h"; /* ħ */
	case 0x131:
		return "i"; /* ı */
	case 0x142:
		return "l"; /* ł */
	case 0x153:
		return "oe"; /* œ */
	default:
		return NULL;
	}
}

/* c is U+0080 to U+10FFFF. */
static size_t utf8_of(UChar32 c, char out[static 4])
{
	static const unsigned lead[] = { 0xc0, 0xe0, 0xf0 };
	size_t more = c < 0x800 ? 1 : c < 0x10000 ? 2 : 3;

	for (size_t i = more; i > 0; i--, c >>= 6)
		out[i] = (char)(0x80 | (c & 0x3f));
	out[0] = (char)(lead[more - 1] | (unsigned)c);
	return more + 1;
}

/* The character at *i of UTF-16, moving on; a half of a pair alone is itself. */
static UChar32 character_at(const UChar *units, int32_t count, int32_t *i)
{
	UChar32 c = units[(*i)++];

	if ((c & 0xfc00) == 0xd800 && *i < count && (units[*i] & 0xfc00) == 0xdc00)
		c = 0x10000 + ((c & 0x3ff) << 10) + (units[(*i)++] & 0x3ff);
	return c;
}

static void put_character(struct folding *f, UChar32 c)
{
	char bytes[4];

	if (c < 0x80) {
		put_ascii(f, (char)c);
		return;
	}
	if (u_charType(c) == U_NON_SPACING_MARK || c == 0x2bc || c == 0x2019)
		f->blank = f->blank || c >= 0x2000; /* an apostrophe parts words, a mark does not */
	else if (u_isalnum(c)) {
		c = u_tolower(c);
		const char *spelled = spelling(c);
		if (spelled != NULL) {
			put(f, spelled, strlen(spelled));
			return;
		}
		put(f, bytes, utf8_of(c, bytes));
	} else
		f->blank = true;
}

static bool is_ascii(str raw)
{
	for (size_t i = 0; i < raw.len; i++)
		if ((unsigned char)raw.ptr[i] >= 0x80)
			return false;
	return true;
}

/* False if it is no UTF-8: then the bytes are taken one by one. */
static bool put_unicode(struct folding *f, str raw)
{
	UChar units[UNITS_MAX], apart[2 * UNITS_MAX];
	UErrorCode code = U_ZERO_ERROR;
	const UNormalizer2 *nfkd = unorm2_getNFKDInstance(&code);
	int32_t count = 0;

	u_strFromUTF8(units, UNITS_MAX, &count, raw.ptr, (int32_t)raw.len, &code);
	if (U_FAILURE(code))
		return false;
	count = unorm2_normalize(nfkd, units, count, apart, 2 * UNITS_MAX, &code);
	if (U_FAILURE(code)) /* too much of it: ligatures that stand for whole sentences */
		return false;
	for (int32_t i = 0; i < count;)
		put_character(f, character_at(apart, count, &i));
	return true;
}

str fold_text(str raw, char out[static FOLD_BYTES_MAX])
{
	struct folding f = { .out = out };
	str most = str_cut(raw, UNITS_MAX);

	if (is_ascii(most) || !put_unicode(&f, most))
		for (size_t i = 0; i < most.len; i++)
			put_ascii(&f, most.ptr[i]);
	return (str){ out, f.len };
}

str fold_digits(str raw, char out[static FOLD_BYTES_MAX])
{
	size_t len = 0;

	for (size_t i = 0; i < raw.len && len < FOLD_BYTES_MAX; i++)
		if (raw.ptr[i] >= '0' && raw.ptr[i] <= '9')
			out[len++] = raw.ptr[i];
	return (str){ out, len };
}

str fold_squeeze(str folded, char out[static FOLD_BYTES_MAX])
{
	size_t len = 0;

	for (size_t i = 0; i < folded.len && len < FOLD_BYTES_MAX; i++)
		if (folded.ptr[i] != ' ')
			out[len++] = folded.ptr[i];
	return (str){ out, len };
}

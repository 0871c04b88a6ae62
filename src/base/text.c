/* base/text.c - see text.h */
#include "base/text.h"

#include <stdlib.h>
#include <string.h>
#include <unicode/unorm2.h>
#include <unicode/ustring.h>

bool text_is_ascii(str text)
{
	uint64_t seen = 0;
	size_t i = 0;

	for (; i + 8 <= text.len; i += 8) {
		uint64_t word;
		memcpy(&word, text.ptr + i, 8);
		seen |= word;
	}
	for (; i < text.len; i++)
		seen |= (uint64_t)(unsigned char)text.ptr[i] << 56;
	return (seen & UINT64_C(0x8080808080808080)) == 0;
}

/* The first character that composes with another is U+0300, whose first byte is 0xcc. */
bool text_is_surely_nfc(str text)
{
	if (text_is_ascii(text))
		return true;
	for (size_t i = 0; i < text.len; i++)
		if ((unsigned char)text.ptr[i] >= 0xcc)
			return false;
	return true;
}

static err no_room(struct arena *arena, struct why *why)
{
	return fail(why, MSG_NO_ROOM, arg_c("text"), arg_int((int64_t)arena_left(arena)));
}

/* Three units for one are always enough (annex 15, 9), and three bytes for each unit. */
static err compose(const UNormalizer2 *nfc, const UChar *wide, int32_t len, struct arena *arena,
	str *out, struct why *why)
{
	UErrorCode status = U_ZERO_ERROR;
	UChar *composed = memory_alloc(((size_t)len * 3 + 1) * sizeof(*composed));
	int32_t units = unorm2_normalize(nfc, wide, len, composed, len * 3 + 1, &status), bytes = 0;
	ASSERT(U_SUCCESS(status));
	char *to = arena_alloc(arena, (size_t)units * 3 + 1);
	if (to != NULL) {
		(void)u_strToUTF8(to, units * 3 + 1, &bytes, composed, units, &status);
		ASSERT(U_SUCCESS(status));
		*out = (str){ to, (size_t)bytes };
	}
	free(composed);
	return to == NULL ? no_room(arena, why) : OK;
}

/* Through UTF-16, which is what ICU's C interface speaks. */
err text_nfc(str text, struct arena *arena, str *out, struct why *why)
{
	UErrorCode status = U_ZERO_ERROR;
	int32_t len = 0;
	err e = OK;

	if (text_is_surely_nfc(text) || !str_is_utf8(text)) {
		*out = text;
		return OK;
	}
	if (text.len > TEXT_NFC_BYTES_MAX)
		return no_room(arena, why);
	UChar *wide = memory_alloc((text.len + 1) * sizeof(*wide));
	(void)u_strFromUTF8(
		wide, (int32_t)text.len + 1, &len, text.ptr, (int32_t)text.len, &status);
	const UNormalizer2 *nfc = unorm2_getNFCInstance(&status);
	ASSERT(U_SUCCESS(status)); /* well-formed, and the tables are part of the library */
	if (unorm2_spanQuickCheckYes(nfc, wide, len, &status) == len)
		*out = text;
	else
		e = compose(nfc, wide, len, arena, out, why);
	free(wide);
	return e;
}

static const struct {
	enum text_encoding encoding;
	str mark;
} marks[] = {
	{ ENCODING_UTF8, STR_INIT("\xef\xbb\xbf") },
	{ ENCODING_UTF16LE, STR_INIT("\xff\xfe") },
	{ ENCODING_UTF16BE, STR_INIT("\xfe\xff") },
};

/* How many bytes the character has that begins so; 0 for none that does. */
static size_t utf8_length(uint8_t first)
{
	return first < 0xc2 ? 0 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : first < 0xf5 ? 4 : 0;
}

static bool is_utf8_but_for_its_end(str sample)
{
	for (size_t cut = 1; cut < 4 && cut <= sample.len; cut++) {
		uint8_t byte = (uint8_t)sample.ptr[sample.len - cut];
		if ((byte & 0xc0) == 0x80)
			continue; /* the middle of a character: look for its beginning */
		return utf8_length(byte) > cut && str_is_utf8(str_upto(sample, sample.len - cut));
	}
	return false;
}

/* Latin text in UTF-16 has a zero in every second byte. */
static enum text_encoding utf16_without_mark(str sample)
{
	size_t pairs = MIN_OF(sample.len, (size_t)4096) / 2, zeros[2] = { 0, 0 };

	for (size_t i = 0; i < pairs * 2; i++)
		zeros[i % 2] += sample.ptr[i] == '\0';
	if (pairs > 0 && zeros[1] * 10 >= pairs * 9 && zeros[0] * 10 < pairs)
		return ENCODING_UTF16LE;
	if (pairs > 0 && zeros[0] * 10 >= pairs * 9 && zeros[1] * 10 < pairs)
		return ENCODING_UTF16BE;
	return ENCODING_UNKNOWN;
}

enum text_encoding text_detect(str sample, bool whole, size_t *mark_bytes)
{
	for (size_t i = 0; i < ARRAY_LEN(marks); i++)
		if (str_starts(sample, marks[i].mark)) {
			*mark_bytes = marks[i].mark.len;
			return marks[i].encoding;
		}
	*mark_bytes = 0;
	enum text_encoding wide = utf16_without_mark(sample);
	if (wide != ENCODING_UNKNOWN)
		return wide;
	if (str_is_utf8(sample) || (!whole && is_utf8_but_for_its_end(sample)))
		return ENCODING_UTF8;
	for (size_t i = 0; i < sample.len; i++)
		if ((unsigned char)sample.ptr[i] >= 0x80 && (unsigned char)sample.ptr[i] < 0xa0)
			return ENCODING_WINDOWS_1252;
	return ENCODING_ISO_8859_1;
}

static const struct {
	const char *name; /* lower case, without '-', '_' and ' ' */
	enum text_encoding encoding;
} names[] = {
	{ "utf8", ENCODING_UTF8 },
	{ "ascii", ENCODING_UTF8 },
	{ "usascii", ENCODING_UTF8 },
	{ "utf16", ENCODING_UTF16LE },
	{ "utf16le", ENCODING_UTF16LE },
	{ "utf16be", ENCODING_UTF16BE },
	{ "windows1252", ENCODING_WINDOWS_1252 },
	{ "cp1252", ENCODING_WINDOWS_1252 },
	{ "ansi", ENCODING_WINDOWS_1252 },
	{ "iso88591", ENCODING_ISO_8859_1 },
	{ "latin1", ENCODING_ISO_8859_1 },
	{ "iso885915", ENCODING_ISO_8859_15 },
	{ "latin9", ENCODING_ISO_8859_15 },
};

enum text_encoding text_encoding_named(str name)
{
	char plain[16];
	struct strbuf buf = { .ptr = plain, .cap = sizeof(plain), .cap_max = sizeof(plain) };

	for (size_t i = 0; i < name.len; i++)
		if (!str_has(STR("-_ "), name.ptr[i]))
			strbuf_add_lower(&buf, (str){ name.ptr + i, 1 });
	for (size_t i = 0; i < ARRAY_LEN(names) && strbuf_ok(&buf); i++)
		if (str_equal(strbuf_str(&buf), str_of(names[i].name)))
			return names[i].encoding;
	return ENCODING_UNKNOWN;
}

const char *text_encoding_name(enum text_encoding encoding)
{
	static const char *const shown[ENCODING_COUNT_] = { "", "UTF-8", "UTF-16LE", "UTF-16BE",
		"Windows-1252", "ISO-8859-1", "ISO-8859-15" };

	return shown[encoding];
}

static char *put_utf8(char *to, uint32_t c) /* also of halves of pairs: see text.h */
{
	if (c < 0x80) {
		*to++ = (char)c;
		return to;
	}
	if (c < 0x800) {
		*to++ = (char)(0xc0 | c >> 6);
	} else {
		if (c < 0x10000) {
			*to++ = (char)(0xe0 | c >> 12);
		} else {
			*to++ = (char)(0xf0 | c >> 18);
			*to++ = (char)(0x80 | (c >> 12 & 0x3f));
		}
		*to++ = (char)(0x80 | (c >> 6 & 0x3f));
	}
	*to++ = (char)(0x80 | (c & 0x3f));
	return to;
}

/* Windows-1252 by the WHATWG table: the five bytes it leaves out stay control characters. */
static const uint16_t windows_1252[32] = { 0x20ac, 0x81, 0x201a, 0x192, 0x201e, 0x2026, 0x2020,
	0x2021, 0x2c6, 0x2030, 0x160, 0x2039, 0x152, 0x8d, 0x17d, 0x8f, 0x90, 0x2018, 0x2019,
	0x201c, 0x201d, 0x2022, 0x2013, 0x2014, 0x2dc, 0x2122, 0x161, 0x203a, 0x153, 0x9d, 0x17e,
	0x178 };

static uint32_t of_iso_8859_15(uint8_t byte)
{
	static const struct {
		uint8_t byte;
		uint16_t code_point;
	} differs[] = { { 0xa4, 0x20ac }, { 0xa6, 0x160 }, { 0xa8, 0x161 }, { 0xb4, 0x17d },
		{ 0xb8, 0x17e }, { 0xbc, 0x152 }, { 0xbd, 0x153 }, { 0xbe, 0x178 } };

	for (size_t i = 0; i < ARRAY_LEN(differs); i++)
		if (differs[i].byte == byte)
			return differs[i].code_point;
	return byte;
}

static size_t decode_bytes(enum text_encoding encoding, str in, char *to)
{
	char *at = to;

	for (size_t i = 0; i < in.len; i++) {
		uint8_t byte = (uint8_t)in.ptr[i];
		uint32_t c = byte;
		if (encoding == ENCODING_WINDOWS_1252 && byte >= 0x80 && byte < 0xa0)
			c = windows_1252[byte - 0x80];
		else if (encoding == ENCODING_ISO_8859_15 && byte >= 0xa0)
			c = of_iso_8859_15(byte);
		at = put_utf8(at, c);
	}
	return (size_t)(at - to);
}

static uint32_t unit_at(str in, size_t i, bool big)
{
	uint32_t first = (uint8_t)in.ptr[i], second = (uint8_t)in.ptr[i + 1];

	return big ? first << 8 | second : second << 8 | first;
}

static size_t decode_utf16(bool big, str in, bool last, char *to, size_t *taken)
{
	char *at = to;
	size_t i = 0;

	while (i + 2 <= in.len) {
		uint32_t c = unit_at(in, i, big);
		size_t bytes = 2;
		if (c >= 0xd800 && c < 0xdc00) {
			if (i + 4 > in.len && !last)
				break;
			uint32_t low = i + 4 > in.len ? 0 : unit_at(in, i + 2, big);
			if (low >= 0xdc00 && low < 0xe000) {
				c = 0x10000 + ((c - 0xd800) << 10) + (low - 0xdc00);
				bytes = 4;
			}
		}
		at = put_utf8(at, c);
		i += bytes;
	}
	if (last && i < in.len) { /* half a unit: as a half of a pair, for the check to refuse */
		at = put_utf8(at, 0xd800);
		i = in.len;
	}
	*taken = i;
	return (size_t)(at - to);
}

size_t text_decode(enum text_encoding encoding, str in, bool last, struct strbuf *out)
{
	bool wide = encoding == ENCODING_UTF16LE || encoding == ENCODING_UTF16BE;
	size_t taken = in.len;

	ASSERT(encoding > ENCODING_UNKNOWN && encoding < ENCODING_COUNT_);
	if (in.len == 0)
		return 0;
	if (encoding == ENCODING_UTF8) {
		strbuf_add(out, in);
		return out->failed ? 0 : in.len;
	}
	char *to = strbuf_room(out, in.len * 3);
	if (to == NULL)
		return 0;
	out->len += wide ? decode_utf16(encoding == ENCODING_UTF16BE, in, last, to, &taken)
			 : decode_bytes(encoding, in, to);
	return taken;
}

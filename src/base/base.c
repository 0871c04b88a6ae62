/* base/base.c - see base.h */
#include "base/base.h"
#include "base/load.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

_Noreturn void assert_failed(const char *cond, const char *file, int line)
{
	fprintf(stderr, "%s:%d: assertion failed: %s\n", file, line, cond);
	abort();
}

str str_of(const char *c_string)
{
	return (str){ c_string, c_string == NULL ? 0 : strlen(c_string) };
}

/* Most texts are short: two words that overlap cost less than a call. */
bool bytes_equal(const char *a, const char *b, size_t len)
{
	const char *last_a = a + len, *last_b = b + len;

	if (len > 2 * sizeof(uint64_t))
		return a[0] == b[0] && memcmp(a, b, len) == 0;
	if (len >= sizeof(uint64_t))
		return ((load64(a) ^ load64(b)) | (load64(last_a - 8) ^ load64(last_b - 8))) == 0;
	if (len >= sizeof(uint32_t))
		return ((load32(a) ^ load32(b)) | (load32(last_a - 4) ^ load32(last_b - 4))) == 0;
	return a[0] == b[0] && a[len / 2] == b[len / 2] && last_a[-1] == last_b[-1];
}

int str_compare(str a, str b)
{
	size_t len = MIN_OF(a.len, b.len);
	int order = len == 0 ? 0 : memcmp(a.ptr, b.ptr, len);

	return order != 0 ? order : (a.len > b.len) - (a.len < b.len);
}

bool str_has(str text, char c)
{
	return text.len > 0 && memchr(text.ptr, c, text.len) != NULL;
}

bool str_starts(str text, str prefix)
{
	return str_equal(str_upto(text, prefix.len), prefix);
}

bool str_ends(str text, str suffix)
{
	return text.len >= suffix.len && str_equal(str_from(text, text.len - suffix.len), suffix);
}

static bool is_space(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

str str_trim(str text)
{
	while (text.len > 0 && is_space(text.ptr[0]))
		text = str_from(text, 1);
	while (text.len > 0 && is_space(text.ptr[text.len - 1]))
		text.len--;
	return text;
}

static void split_at(str text, const char *hit, str *before, str *after)
{
	*before = (str){ text.ptr, (size_t)(hit - text.ptr) };
	*after = (str){ hit + 1, text.len - before->len - 1 };
}

bool str_split(str text, char at, str *before, str *after)
{
	const char *hit = text.len == 0 ? NULL : memchr(text.ptr, at, text.len);

	if (hit != NULL)
		split_at(text, hit, before, after);
	return hit != NULL;
}

bool str_split_last(str text, char at, str *before, str *after)
{
	const char *hit = text.len == 0 ? NULL : memrchr(text.ptr, at, text.len);

	if (hit != NULL)
		split_at(text, hit, before, after);
	return hit != NULL;
}

bool str_skip_prefix(str *text, str prefix)
{
	if (!str_starts(*text, prefix))
		return false;
	*text = str_from(*text, prefix.len);
	return true;
}

bool str_to_int64(str text, int64_t *number)
{
	bool negative = str_skip_prefix(&text, STR("-"));
	int64_t n = 0; /* kept negative, because INT64_MIN has no positive twin */

	if (text.len == 0)
		return false;
	for (size_t i = 0; i < text.len; i++) {
		int digit = text.ptr[i] - '0';
		if (digit < 0 || digit > 9 || __builtin_mul_overflow(n, 10, &n) ||
			__builtin_sub_overflow(n, digit, &n))
			return false;
	}
	if (!negative && n == INT64_MIN)
		return false;
	*number = negative ? n : -n;
	return true;
}

static bool is_continuation(char c)
{
	return ((unsigned char)c & 0xc0) == 0x80;
}

/* Reads the character in front; returns its bytes, 0 if it is not well formed. */
static size_t decode(str text, uint32_t *code_point)
{
	static const uint32_t least[] = { 0, 0x80, 0x800, 0x10000 }; /* below: overlong */
	unsigned char lead = (unsigned char)text.ptr[0];
	size_t more = (size_t)(lead >= 0xc0) + (lead >= 0xe0) + (lead >= 0xf0);
	uint32_t c = more == 0 ? lead : lead & (0x3fu >> more);

	if (is_continuation(text.ptr[0]) || lead >= 0xf8 || more >= text.len)
		return 0;
	for (size_t i = 1; i <= more; i++) {
		if (!is_continuation(text.ptr[i]))
			return 0;
		c = c << 6 | ((unsigned char)text.ptr[i] & 0x3f);
	}
	bool surrogate = c >= 0xd800 && c <= 0xdfff;
	if (c < least[more] || c > 0x10ffff || surrogate)
		return 0;
	*code_point = c;
	return more + 1;
}

/* Eight printable ASCII bytes? */
static bool word_is_plain(uint64_t w)
{
	uint64_t high = 0x8080808080808080u, below_20 = (w - 0x2020202020202020u) & ~w & high;
	uint64_t del = w ^ 0x7f7f7f7f7f7f7f7fu;
	uint64_t is_del = (del - 0x0101010101010101u) & ~del & high;

	return ((w & high) | below_20 | is_del) == 0;
}

/* Eight bytes at once, the last eight perhaps twice. */
bool str_is_plain(str text)
{
	uint32_t first, last;

	if (text.len >= 8) {
		for (size_t i = 0; i + 8 < text.len; i += 8)
			if (!word_is_plain(load64(text.ptr + i)))
				return false;
		return word_is_plain(load64(text.ptr + text.len - 8));
	}
	if (text.len >= 4) {
		memcpy(&first, text.ptr, sizeof(first));
		memcpy(&last, text.ptr + text.len - sizeof(last), sizeof(last));
		return word_is_plain((uint64_t)first << 32 | last);
	}
	for (size_t i = 0; i < text.len; i++)
		if ((unsigned char)text.ptr[i] < 0x20 || (unsigned char)text.ptr[i] >= 0x7f)
			return false;
	return true;
}

static bool is_well_formed(str text, bool allow_controls)
{
	uint32_t c;
	size_t len;

	for (size_t i = 0; i < text.len; i += len) {
		len = 8;
		if (text.len - i >= len && word_is_plain(load64(text.ptr + i)))
			continue;
		len = 1;
		if (text.ptr[i] >= 0x20 && text.ptr[i] < 0x7f)
			continue;
		len = decode((str){ text.ptr + i, text.len - i }, &c);
		if (len == 0 || (!allow_controls && (c < 0x20 || (c >= 0x7f && c <= 0x9f))))
			return false;
	}
	return true;
}

bool str_is_utf8(str text)
{
	return str_is_plain(text) || is_well_formed(text, true);
}

bool str_is_text(str text)
{
	return str_is_plain(text) || is_well_formed(text, false);
}

str str_cut(str text, size_t len)
{
	if (text.len <= len)
		return text;
	while (len > 0 && is_continuation(text.ptr[len]))
		len--;
	return str_upto(text, len);
}

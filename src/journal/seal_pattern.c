/* journal/seal_pattern.c - strings as patterns: what varies in them, in binary.
 *
 * "h:9f86d081884c7d659a2feaa0c55ad015#1" is the literal "h:", 16 bytes of hexadecimal, the literal
 * "#" and the number 1.  The strings of one column mostly share a few patterns; then each token is
 * a small column of its own.  A token is only cut where token_write() gives back its characters.
 */
#include "journal/seal_internal.h"

#include <string.h>

enum { DIGITS_MAX = 18, HEX_CHARACTERS_MIN = 16, UUID_CHARACTERS = 36, UUID_BYTES = 16 };

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* -1: it is none. */
static inline int hex_digit(char c)
{
	static const uint8_t one_more[256] = { ['0'] = 1,
		['1'] = 2,
		['2'] = 3,
		['3'] = 4,
		['4'] = 5,
		['5'] = 6,
		['6'] = 7,
		['7'] = 8,
		['8'] = 9,
		['9'] = 10,
		['a'] = 11,
		['b'] = 12,
		['c'] = 13,
		['d'] = 14,
		['e'] = 15,
		['f'] = 16 };

	return one_more[(uint8_t)c] - 1;
}

/* Two characters as a byte; negative: they are none. */
static inline int hex_byte(const char *at)
{
	return hex_digit(at[0]) * 16 | hex_digit(at[1]);
}

static bool is_word(char c)
{
	return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	       (unsigned char)c >= 0x80;
}

static size_t run_of_digits(str text)
{
	size_t n = 0;

	while (n < text.len && is_digit(text.ptr[n]))
		n++;
	return n;
}

/* ---- cutting: each returns how many characters the token takes, 0 if it is none */

static size_t cut_uuid(str text, struct token *t)
{
	size_t at = 0;

	if (text.len < UUID_CHARACTERS || text.ptr[8] != '-')
		return 0;
	for (size_t i = 0; i < UUID_BYTES; i++) {
		if (i == 4 || i == 6 || i == 8 || i == 10)
			if (text.ptr[at++] != '-')
				return 0;
		int byte = hex_byte(text.ptr + at);
		if (byte < 0)
			return 0;
		t->bytes[i] = (uint8_t)byte;
		at += 2;
	}
	t->kind = TOKEN_UUID;
	t->width = UUID_BYTES;
	return at;
}

static size_t cut_hex(str text, struct token *t)
{
	size_t n = 0;
	bool letters = false;

	while (n < text.len && n < 2 * SEAL_PLANES_MAX && hex_digit(text.ptr[n]) >= 0)
		letters |= !is_digit(text.ptr[n++]);
	if (n < HEX_CHARACTERS_MIN || n % 2 != 0 || !letters ||
		(n < text.len && is_word(text.ptr[n])))
		return 0;
	for (size_t i = 0; i < n / 2; i++)
		t->bytes[i] =
			(uint8_t)(hex_digit(text.ptr[2 * i]) * 16 + hex_digit(text.ptr[2 * i + 1]));
	t->kind = TOKEN_HEX;
	t->width = (uint32_t)(n / 2);
	return n;
}

/* Days since 1970-01-01 of a date in the Gregorian calendar (Hinnant's days_from_civil). */
static int64_t days_of(int64_t year, int64_t month, int64_t day)
{
	year -= month <= 2;
	int64_t era = (year >= 0 ? year : year - 399) / 400, y = year - era * 400;
	int64_t d = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
	return era * 146097 + y * 365 + y / 4 - y / 100 + d - 719468;
}

static void date_of(int64_t days, int64_t *year, int64_t *month, int64_t *day)
{
	int64_t z = days + 719468, era = (z >= 0 ? z : z - 146096) / 146097, e = z - era * 146097;
	int64_t y = (e - e / 1460 + e / 36524 - e / 146096) / 365;
	int64_t d = e - (365 * y + y / 4 - y / 100), m = (5 * d + 2) / 153;

	*day = d - (153 * m + 2) / 5 + 1;
	*month = m < 10 ? m + 3 : m - 9;
	*year = y + era * 400 + (*month <= 2);
}

static int64_t digits_at(str text, size_t at, size_t n)
{
	int64_t number = 0;

	for (size_t i = 0; i < n; i++)
		number = number * 10 + (text.ptr[at + i] - '0');
	return number;
}

static bool fits(str text, const char *mould) /* '0' stands for any digit */
{
	for (size_t i = 0; mould[i] != '\0'; i++)
		if (i >= text.len ||
			(mould[i] == '0' ? !is_digit(text.ptr[i]) : text.ptr[i] != mould[i]))
			return false;
	return true;
}

static bool is_day(int64_t year, int64_t month, int64_t day)
{
	static const int8_t days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
	bool leaps = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);

	return month >= 1 && month <= 12 && day >= 1 &&
	       day <= days[month - 1] + (month == 2 && leaps ? 1 : 0);
}

/* Only what token_write() gives back: not 31 April, nor a leap second. */
static size_t cut_time(str text, struct token *t)
{
	static const char with_ms[] = "0000-00-00T00:00:00.000Z", plain[] = "0000-00-00T00:00:00Z";
	bool ms = fits(text, with_ms);

	if (!ms && !fits(text, plain))
		return 0;
	int64_t year = digits_at(text, 0, 4), month = digits_at(text, 5, 2);
	int64_t day = digits_at(text, 8, 2), hour = digits_at(text, 11, 2);
	int64_t minute = digits_at(text, 14, 2), second = digits_at(text, 17, 2);
	if (!is_day(year, month, day) || hour > 23 || minute > 59 || second > 59)
		return 0;
	int64_t seconds = days_of(year, month, day) * 86400 + hour * 3600 + minute * 60 + second;
	t->kind = ms ? TOKEN_TIME_MS : TOKEN_TIME_S;
	t->number = ms ? seconds * 1000 + digits_at(text, 20, 3) : seconds;
	return ms ? sizeof(with_ms) - 1 : sizeof(plain) - 1;
}

static size_t cut_digits(str text, struct token *t)
{
	size_t n = run_of_digits(text);

	if (n == 0 || n > DIGITS_MAX)
		return 0;
	t->kind = n == 1 || text.ptr[0] != '0' ? TOKEN_DECIMAL : TOKEN_DIGITS;
	t->width = (uint32_t)n;
	t->number = digits_at(text, 0, n);
	return n;
}

static size_t cut_one(str text, bool at_word_start, struct token *t)
{
	size_t n = 0;

	if (at_word_start && hex_digit(text.ptr[0]) >= 0) {
		n = cut_uuid(text, t);
		if (n == 0)
			n = cut_hex(text, t);
	}
	if (n == 0 && is_digit(text.ptr[0]))
		n = cut_time(text, t);
	if (n == 0 && is_digit(text.ptr[0]))
		n = cut_digits(text, t);
	return n;
}

/* The next place from `at` on at which a token may begin: most characters of most texts are none.
 */
static size_t next_start(str text, size_t at)
{
	for (; at < text.len && !is_digit(text.ptr[at]); at++)
		if (hex_digit(text.ptr[at]) >= 0 && (at == 0 || !is_word(text.ptr[at - 1])))
			break;
	return at;
}

size_t pattern_cut(str text, struct token tokens[static SEAL_TOKENS_MAX])
{
	size_t count = 0, literal = 0;

	if (text.len > SEAL_PATTERN_TEXT_MAX)
		return 0;
	for (size_t at = 0; at < text.len;) {
		if (count + 2 > SEAL_TOKENS_MAX) /* a literal and what follows it */
			return 0;
		struct token t = { 0 };
		size_t n = 0;
		at = next_start(text, at);
		if (at < text.len) {
			bool at_start = at == 0 || !is_word(text.ptr[at - 1]);
			n = cut_one(str_from(text, at), at_start, &t);
		}
		if (n == 0 && at < text.len) { /* a run of digits is passed as a whole */
			size_t digits = run_of_digits(str_from(text, at));
			at += MAX_OF(digits, (size_t)1);
		}
		if ((n > 0 || at == text.len) && at > literal)
			tokens[count++] = (struct token){ .kind = TOKEN_LITERAL,
				.literal = { text.ptr + literal, at - literal } };
		if (n > 0) {
			tokens[count++] = t;
			literal = at += n;
		}
	}
	return count;
}

/* ---- following the tokens of another text: each returns how many characters were taken, 0 if the
 * text does not fit */

static size_t follow_hex(struct token *t, str text)
{
	if (text.len < (size_t)t->width * 2)
		return 0;
	for (size_t i = 0; i < t->width; i++) {
		int byte = hex_byte(text.ptr + 2 * i);
		if (byte < 0)
			return 0;
		t->bytes[i] = (uint8_t)byte;
	}
	return (size_t)t->width * 2;
}

static size_t follow_decimal(struct token *t, str text)
{
	int64_t number = 0;
	size_t n = 0;

	for (; n < text.len && is_digit(text.ptr[n]); n++) {
		if (n == DIGITS_MAX || (n == 1 && text.ptr[0] == '0'))
			return 0;
		number = number * 10 + (text.ptr[n] - '0');
	}
	t->number = number;
	return n;
}

static size_t follow_digits(struct token *t, str text)
{
	if (text.len < t->width || run_of_digits(str_upto(text, t->width)) < t->width)
		return 0;
	t->number = digits_at(text, 0, t->width);
	return t->width;
}

static size_t follow_one(struct token *t, str text)
{
	enum token_kind kind = t->kind;
	size_t n = 0;

	switch (kind) {
	case TOKEN_LITERAL:
		return str_starts(text, t->literal) ? t->literal.len : 0;
	case TOKEN_UUID:
		return cut_uuid(text, t);
	case TOKEN_TIME_MS:
	case TOKEN_TIME_S:
		n = cut_time(text, t);
		n = t->kind == kind ? n : 0;
		t->kind = kind;
		return n;
	case TOKEN_DECIMAL:
		return follow_decimal(t, text);
	case TOKEN_DIGITS:
		return follow_digits(t, text);
	case TOKEN_HEX:
		return follow_hex(t, text);
	case TOKEN_KIND_COUNT_:
		break;
	}
	return 0;
}

bool pattern_follow(struct token *tokens, size_t count, str text)
{
	for (size_t i = 0; i < count; i++) {
		size_t n = follow_one(&tokens[i], text);
		if (n == 0)
			return false;
		text = str_from(text, n);
	}
	return text.len == 0;
}

/* ---- the pattern's own bytes */

void pattern_put(const struct token *tokens, size_t count, struct strbuf *out)
{
	for (size_t i = 0; i < count; i++) {
		const struct token *t = &tokens[i];
		strbuf_add_byte(out, (char)t->kind);
		if (t->kind == TOKEN_LITERAL)
			strbuf_add_sized(out, t->literal);
		else if (t->kind == TOKEN_DIGITS || t->kind == TOKEN_HEX)
			strbuf_add_byte(out, (char)t->width);
	}
}

bool pattern_next(struct reader *in, struct token *t)
{
	uint8_t kind = reader_u8(in);

	*t = (struct token){ .kind = kind };
	if (in->failed || kind >= TOKEN_KIND_COUNT_)
		return false;
	if (t->kind == TOKEN_LITERAL) {
		t->literal = reader_sized(in);
		return !in->failed && t->literal.len > 0;
	}
	if (t->kind == TOKEN_UUID)
		t->width = UUID_BYTES;
	else if (t->kind == TOKEN_DIGITS || t->kind == TOKEN_HEX)
		t->width = reader_u8(in);
	uint32_t most = t->kind == TOKEN_DIGITS ? DIGITS_MAX : SEAL_PLANES_MAX;
	bool sized = token_has_planes(t->kind) || t->kind == TOKEN_DIGITS;
	return !in->failed && (!sized || (t->width > 0 && t->width <= most));
}

/* ---- writing */

static size_t write_hex(const uint8_t *bytes, size_t count, char *to)
{
	static const char digits[] = "0123456789abcdef";

	for (size_t i = 0; i < count; i++) {
		to[2 * i] = digits[bytes[i] >> 4];
		to[2 * i + 1] = digits[bytes[i] & 15];
	}
	return 2 * count;
}

static size_t write_uuid(const uint8_t *bytes, char *to)
{
	static const uint8_t parts[] = { 4, 2, 2, 2, 6 };
	size_t at = 0;

	for (size_t i = 0; i < ARRAY_LEN(parts); bytes += parts[i++]) {
		if (i > 0)
			to[at++] = '-';
		at += write_hex(bytes, parts[i], to + at);
	}
	return at;
}

static void write_digits(int64_t number, size_t width, char *to)
{
	for (size_t i = width; i > 0; i--, number /= 10)
		to[i - 1] = (char)('0' + number % 10);
}

static size_t write_time(const struct token *t, char *to)
{
	int64_t per_day = t->kind == TOKEN_TIME_MS ? 86400000 : 86400, year, month, day;
	int64_t days = t->number / per_day, rest = t->number % per_day;

	if (rest < 0) {
		rest += per_day;
		days--;
	}
	int64_t seconds = t->kind == TOKEN_TIME_MS ? rest / 1000 : rest;
	date_of(days, &year, &month, &day);
	bool ms = t->kind == TOKEN_TIME_MS;
	memcpy(to, ms ? "0000-00-00T00:00:00.000Z" : "0000-00-00T00:00:00Z", ms ? 24 : 20);
	write_digits(year, 4, to);
	write_digits(month, 2, to + 5);
	write_digits(day, 2, to + 8);
	write_digits(seconds / 3600, 2, to + 11);
	write_digits(seconds / 60 % 60, 2, to + 14);
	write_digits(seconds % 60, 2, to + 17);
	if (ms)
		write_digits(rest % 1000, 3, to + 20);
	return ms ? 24 : 20;
}

static size_t width_of(int64_t number)
{
	size_t width = 1;

	for (; number >= 10; number /= 10)
		width++;
	return width;
}

size_t token_write(const struct token *t, char *to, size_t used)
{
	static const int64_t time_ms_least = -62167219200000, time_ms_most = 253402300799999;
	size_t left = SEAL_PATTERN_TEXT_MAX - used, width = t->width;
	int64_t per = t->kind == TOKEN_TIME_S ? 1000 : 1;

	switch (t->kind) {
	case TOKEN_LITERAL:
		if (t->literal.len > left)
			return 0;
		memcpy(to, t->literal.ptr, t->literal.len);
		return t->literal.len;
	case TOKEN_UUID:
		return UUID_CHARACTERS > left ? 0 : write_uuid(t->bytes, to);
	case TOKEN_HEX:
		return 2 * width > left ? 0 : write_hex(t->bytes, width, to);
	case TOKEN_TIME_MS:
	case TOKEN_TIME_S: /* the years 0000 to 9999 */
		if (left < 24 - (per > 1 ? 4 : 0) || t->number < time_ms_least / per ||
			t->number > time_ms_most / per)
			return 0;
		return write_time(t, to);
	case TOKEN_DECIMAL:
		width = width_of(t->number);
		break;
	case TOKEN_DIGITS:
		break;
	case TOKEN_KIND_COUNT_:
		return 0;
	}
	if (width > left || t->number < 0 || t->number > 999999999999999999)
		return 0;
	write_digits(t->number, width, to);
	return width;
}

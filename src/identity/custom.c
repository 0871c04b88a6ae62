/* identity/custom.c - see custom.h */
#include "identity/custom.h"

#include "event/codec.h"
#include "identity/identifier.h"

enum { FORM_COMPACT = 1, FORM_DIGITS = 2, FORM_LOWER = 4, FORM_UPPER = 8 };

static const struct {
	str word;
	unsigned form;
} forms[] = {
	{ STR_INIT("compact"), FORM_COMPACT },
	{ STR_INIT("digits"), FORM_DIGITS },
	{ STR_INIT("lower"), FORM_LOWER },
	{ STR_INIT("upper"), FORM_UPPER },
};

/* Takes the next word of `rest`; false: no more. */
static bool next_word(str *rest, str *word)
{
	*rest = str_trim(*rest);
	if (rest->len == 0)
		return false;
	if (!str_split(*rest, ' ', word, rest)) {
		*word = *rest;
		*rest = STR("");
	}
	return true;
}

static bool read_forms(str told, unsigned *out)
{
	str word;

	while (next_word(&told, &word)) {
		size_t i = 0;
		while (i < ARRAY_LEN(forms) && !str_equal(forms[i].word, word))
			i++;
		if (i == ARRAY_LEN(forms))
			return false;
		*out |= forms[i].form;
	}
	return (*out & (FORM_LOWER | FORM_UPPER)) != (FORM_LOWER | FORM_UPPER);
}

static bool read_size(str text, size_t *out)
{
	size_t n = 0;

	for (size_t i = 0; i < text.len; i++) {
		if (text.ptr[i] < '0' || text.ptr[i] > '9' || n > IDENTIFIER_VALUE_BYTES_MAX)
			return false;
		n = n * 10 + (size_t)(text.ptr[i] - '0');
	}
	*out = n;
	return text.len > 0 && n > 0 && n <= IDENTIFIER_VALUE_BYTES_MAX;
}

static bool read_length(str told, struct identifier_custom *out)
{
	str least = told, most = told;

	if (told.len == 0)
		return true;
	(void)str_split(told, '-', &least, &most);
	return read_size(str_trim(least), &out->least) && read_size(str_trim(most), &out->most) &&
	       out->least <= out->most;
}

static err bad(const char *key, str text, struct why *why)
{
	return fail(why, MSG_INPUT_VALUE, arg_c(key), arg_str(text));
}

err custom_read(const struct custom_told *told, struct identifier_custom *out, struct why *why)
{
	struct identifier_custom custom = { .type = told->type, .pattern = told->pattern };

	if (!identifier_type_is_valid(told->type))
		return fail(why, MSG_IDENTIFIER_TYPE, arg_str(told->type));
	if (identifier_has_own_form(told->type))
		return fail(why, MSG_CUSTOM_KNOWN, arg_str(told->type));
	if (!read_forms(told->form, &custom.forms))
		return bad("form", told->form, why);
	if (told->pattern.len > CUSTOM_PATTERN_BYTES_MAX)
		return bad("pattern", told->pattern, why);
	if (!read_length(told->length, &custom))
		return bad("length", told->length, why);
	custom.luhn = str_equal(told->check, STR("luhn"));
	if (told->check.len > 0 && !custom.luhn)
		return bad("check", told->check, why);
	*out = custom;
	return OK;
}

/* ---- form */

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* Takes what separates groups: a space, one that does not break, . - or /. */
static bool skip_separator(str *rest)
{
	if (str_skip_prefix(rest, STR("\xc2\xa0")) || str_skip_prefix(rest, STR("\xe2\x80\xaf")))
		return true;
	if (!str_has(STR(" .-/"), rest->ptr[0]))
		return false;
	*rest = str_from(*rest, 1);
	return true;
}

static void add_byte(unsigned form, char c, struct strbuf *out)
{
	if ((form & FORM_DIGITS) != 0 && !is_digit(c))
		return;
	if ((form & FORM_UPPER) != 0 && c >= 'a' && c <= 'z')
		c = (char)(c - 'a' + 'A');
	if ((form & FORM_LOWER) != 0 && c >= 'A' && c <= 'Z')
		c = (char)(c - 'A' + 'a');
	strbuf_add_byte(out, c);
}

/* ---- what fits */

static bool is_like(char mask, char c)
{
	switch (mask) {
	case '#':
		return is_digit(c);
	case '@':
		return is_letter(c);
	case '?':
		return (c & 0x80) == 0;
	default:
		return mask == c;
	}
}

/* Only the last * is gone back to: the rest of the mask is to fit somewhere behind it. */
static bool mask_fits(str mask, str value)
{
	size_t m = 0, v = 0, star = SIZE_MAX, back = 0;

	while (v < value.len) {
		if (m < mask.len && mask.ptr[m] == '*') {
			star = m++;
			back = v;
		} else if (m < mask.len && is_like(mask.ptr[m], value.ptr[v])) {
			m++;
			v++;
		} else if (star != SIZE_MAX) {
			m = star + 1;
			v = ++back;
		} else {
			return false;
		}
	}
	while (m < mask.len && mask.ptr[m] == '*')
		m++;
	return m == mask.len;
}

static bool pattern_fits(str pattern, str value)
{
	bool any = false, fits = false;

	for (str mask; next_word(&pattern, &mask); any = true)
		fits |= mask_fits(mask, value);
	return fits || !any;
}

static size_t characters(str text)
{
	size_t count = 0;

	for (size_t i = 0; i < text.len; i++)
		count += (text.ptr[i] & 0xc0) != 0x80;
	return count;
}

/* From the right every second digit counts twice. */
static bool luhn_fits(str value)
{
	unsigned sum = 0, digits = 0;

	for (size_t i = value.len; i-- > 0;) {
		if (!is_digit(value.ptr[i]))
			continue;
		unsigned n = (unsigned)(value.ptr[i] - '0') << (digits++ % 2);
		sum += n > 9 ? n - 9 : n;
	}
	return digits > 1 && sum % 10 == 0;
}

static err check(const struct identifier_custom *custom, str told, str value, struct why *why)
{
	size_t length = characters(value);

	if (value.len == 0)
		return fail(why, MSG_IDENTIFIER_EMPTY, arg_str(custom->type));
	if (custom->most > 0 && (length < custom->least || length > custom->most))
		return fail(why, MSG_CUSTOM_LENGTH, arg_str(told), arg_str(custom->type),
			arg_int((int64_t)custom->least), arg_int((int64_t)custom->most));
	if (!pattern_fits(custom->pattern, value))
		return fail(why, MSG_CUSTOM_PATTERN, arg_str(told), arg_str(custom->type),
			arg_str(custom->pattern));
	if (custom->luhn && !luhn_fits(value))
		return fail(why, MSG_CUSTOM_CHECK, arg_str(told), arg_str(custom->type));
	return OK;
}

err custom_fold(
	const struct identifier_custom *custom, str value, struct strbuf *out, struct why *why)
{
	size_t before = out->len;

	for (str rest = value; rest.len > 0;) {
		if ((custom->forms & FORM_COMPACT) != 0 && skip_separator(&rest))
			continue;
		add_byte(custom->forms, rest.ptr[0], out);
		rest = str_from(rest, 1);
	}
	return strbuf_ok(out) ? check(custom, value, str_from(strbuf_str(out), before), why) : OK;
}

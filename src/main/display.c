/* main/display.c - see display.h */
#include "main/display.h"

#include <unicode/uchar.h>

/* Takes the character in front; -1 for a byte that begins none.  Returns its bytes. */
static size_t next_character(str text, UChar32 *c)
{
	unsigned char lead = (unsigned char)text.ptr[0];
	size_t len = 1u + (lead >= 0xc0) + (lead >= 0xe0) + (lead >= 0xf0);

	if (!str_is_utf8(str_upto(text, len)) || len > text.len) {
		*c = -1;
		return 1;
	}
	*c = len == 1 ? lead : lead & (0x7f >> len);
	for (size_t i = 1; i < len; i++)
		*c = *c << 6 | ((unsigned char)text.ptr[i] & 0x3f);
	return len;
}

static size_t width_of(UChar32 c)
{
	if (c < 0x300)
		return 1;
	int type = u_charType(c);
	if (type == U_NON_SPACING_MARK || type == U_ENCLOSING_MARK || type == U_FORMAT_CHAR)
		return 0;
	int width = u_getIntPropertyValue(c, UCHAR_EAST_ASIAN_WIDTH);
	return width == U_EA_FULLWIDTH || width == U_EA_WIDE ? 2 : 1;
}

size_t display_width(str text)
{
	size_t width = 0, len;
	UChar32 c;

	for (; text.len > 0; text = str_from(text, len)) {
		len = next_character(text, &c);
		width += width_of(c);
	}
	return width;
}

static bool turns_direction(UChar32 c)
{
	return (c >= 0x202a && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069) || c == 0x200e ||
	       c == 0x200f || c == 0x061c;
}

void display_add_safe(struct strbuf *out, str text)
{
	size_t len;
	UChar32 c;

	for (; text.len > 0; text = str_from(text, len)) {
		len = next_character(text, &c);
		if (c < 0x20 || /* malformed bytes too */ (c >= 0x7f && c <= 0x9f))
			strbuf_printf(out, "\\x%02x",
				c < 0 ? (unsigned)(unsigned char)text.ptr[0] : (unsigned)c);
		else if (turns_direction(c))
			strbuf_printf(out, "\\u%04x", (unsigned)c);
		else
			strbuf_add(out, str_upto(text, len));
	}
}

void display_add_cut(struct strbuf *out, str text, size_t columns)
{
	size_t kept = 0, width = 0, len;
	UChar32 c;

	ASSERT(columns >= 1);
	if (display_width(text) <= columns) {
		strbuf_add(out, text);
		return;
	}
	for (str rest = text; rest.len > 0; rest = str_from(rest, len)) {
		len = next_character(rest, &c);
		width += width_of(c);
		if (width > columns - 1)
			break;
		kept += len;
	}
	strbuf_add(out, str_upto(text, kept));
	strbuf_add_c(out, "…");
}

void display_add_wrapped(struct strbuf *out, str text, size_t columns, size_t indent, size_t at)
{
	str word, rest;
	bool first = true;

	for (text = str_trim(text); text.len > 0; text = str_trim(rest)) {
		if (!str_split(text, ' ', &word, &rest)) {
			word = text;
			rest = (str){ 0 };
		}
		size_t width = display_width(word);
		if (!first && at + 1 + width > columns) {
			strbuf_add_byte(out, '\n');
			display_add_spaces(out, indent);
			at = indent;
		} else if (!first) {
			strbuf_add_byte(out, ' ');
			at++;
		}
		strbuf_add(out, word);
		at += width;
		first = false;
	}
}

void display_add_spaces(struct strbuf *out, size_t count)
{
	for (size_t i = 0; i < count; i++)
		strbuf_add_byte(out, ' ');
}

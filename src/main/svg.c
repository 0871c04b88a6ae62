/* main/svg.c - see svg.h */
#include "main/svg.h"

void svg_add_text(struct strbuf *out, str text)
{
	for (size_t i = 0; i < text.len; i++) {
		unsigned char c = (unsigned char)text.ptr[i];
		if (c == '&')
			strbuf_add(out, STR("&amp;"));
		else if (c == '<')
			strbuf_add(out, STR("&lt;"));
		else if (c == '>')
			strbuf_add(out, STR("&gt;"));
		else if (c == '"')
			strbuf_add(out, STR("&quot;"));
		else
			strbuf_add_byte(out, c < ' ' ? ' ' : (char)c); /* XML has no others */
	}
}

static bool begins_character(char c)
{
	return ((unsigned char)c & 0xc0) != 0x80;
}

void text_add_short(struct strbuf *out, str text, size_t characters_max)
{
	size_t characters = 0, end = 0, last = 0;

	for (; end < text.len; end++) {
		if (!begins_character(text.ptr[end]))
			continue;
		if (characters++ == characters_max)
			break;
		if (characters == characters_max)
			last = end;
	}
	if (end == text.len) {
		strbuf_add(out, text);
		return;
	}
	strbuf_add(out, (str){ text.ptr, last });
	strbuf_add(out, STR("\xe2\x80\xa6"));
}

/* exchange/xes_put.c - values as XES elements; see xes_internal.h */
#include "exchange/xes_internal.h"

enum { INDENT_MAX = 8 }; /* deeper ones are the machine's to read */

static void put_indent(struct strbuf *out, int indent)
{
	for (int i = 0; i < indent && i < INDENT_MAX; i++)
		strbuf_add_byte(out, '\t');
}

static void put_values(struct strbuf *out, int indent, const struct value *values)
{
	bool is_list = values->kind == VALUE_LIST;
	size_t count = is_list ? values->list.count : values->map.count;

	put_indent(out, indent);
	if (count == 0) {
		strbuf_add(out, STR("<values/>\n"));
		return;
	}
	strbuf_add(out, STR("<values>\n"));
	for (size_t i = 0; i < count; i++)
		if (is_list)
			xes_put_attribute(
				out, indent + 1, STR(""), STR("item"), &values->list.items[i]);
		else
			xes_put_attribute(out, indent + 1, STR(""), values->map.items[i].key,
				&values->map.items[i].value);
	put_indent(out, indent);
	strbuf_add(out, STR("</values>\n"));
}

void xes_put_attribute(
	struct strbuf *out, int indent, str prefix, str key, const struct value *value)
{
	char room[XES_TEXT_BYTES];
	struct xes_element e = xes_element_of(value, room);
	str name = xes_type_name(e.type);

	put_indent(out, indent);
	strbuf_add_byte(out, '<');
	strbuf_add(out, name);
	strbuf_add(out, STR(" key=\""));
	xes_put_escaped(out, prefix);
	xes_put_escaped(out, key);
	if (e.type != XES_LIST && e.type != XES_CONTAINER) {
		strbuf_add(out, STR("\" value=\""));
		xes_put_escaped(out, e.text);
	}
	if (e.child_count == 0 && e.type != XES_LIST) {
		strbuf_add(out, STR("\"/>\n"));
		return;
	}
	strbuf_add(out, STR("\">\n"));
	if (e.type == XES_LIST)
		put_values(out, indent + 1, &e.values);
	for (size_t i = 0; i < e.child_count; i++)
		xes_put_attribute(
			out, indent + 1, STR(""), e.children[i].key, &e.children[i].value);
	put_indent(out, indent);
	strbuf_add(out, STR("</"));
	strbuf_add(out, name);
	strbuf_add(out, STR(">\n"));
}

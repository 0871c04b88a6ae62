/* exchange/xes_head.c - see xes_head.h */
#include "exchange/xes_head.h"

enum part { PART_HEAD, PART_EXTENSIONS, PART_GLOBALS, PART_CLASSIFIERS, PART_COUNT_ };

static const str part_keys[PART_COUNT_] = {
	[PART_HEAD] = STR_INIT("xes:head"),
	[PART_EXTENSIONS] = STR_INIT("xes:extensions"),
	[PART_GLOBALS] = STR_INIT("xes:globals"),
	[PART_CLASSIFIERS] = STR_INIT("xes:classifiers"),
};
static const str log_prefix = STR_INIT("log:");

/* ---- is it one? */

static bool is_xml_name(str name)
{
	(void)str_skip_prefix(&name, STR("xml:")); /* the one prefix that needs no declaration */
	for (size_t i = 0; i < name.len; i++) {
		char c = name.ptr[i];
		bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
		if (!letter && (i == 0 || !((c >= '0' && c <= '9') || c == '.' || c == '-')))
			return false;
	}
	return name.len > 0 && !str_equal(name, STR("xmlns"));
}

static bool are_xml_attributes(const struct attribute *items, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (items[i].value.kind != VALUE_STRING || !is_xml_name(items[i].key) ||
			xes_find(items, i, items[i].key) != NULL)
			return false;
	}
	return true;
}

static bool is_head(const struct value *v)
{
	if (v->kind != VALUE_MAP || v->map.count == 0 ||
		!are_xml_attributes(v->map.items, v->map.count))
		return false;
	for (size_t i = 0; i < v->map.count; i++) {
		const struct attribute *a = &v->map.items[i];
		const struct attribute *usual =
			xes_find(xes_head_defaults, ARRAY_LEN(xes_head_defaults), a->key);
		if (!xes_is_plain(a->value.string) ||
			(usual != NULL && value_equal(&usual->value, &a->value)))
			return false;
	}
	return true;
}

static bool is_element(enum part part, const struct value *v)
{
	if (v->kind != VALUE_MAP)
		return false;
	const struct attribute *items = v->map.items;
	size_t count = v->map.count;
	if (part == PART_GLOBALS) {
		if (count == 0 || !str_equal(items[count - 1].key, STR("attributes")) ||
			items[count - 1].value.kind != VALUE_MAP)
			return false;
		count--;
	}
	return are_xml_attributes(items, count) &&
	       !(part == PART_EXTENSIONS && xes_is_ours(items, count));
}

static bool is_part(enum part part, const struct value *v)
{
	if (part == PART_HEAD)
		return is_head(v);
	if (v->kind != VALUE_LIST || v->list.count == 0)
		return false;
	for (size_t i = 0; i < v->list.count; i++)
		if (!is_element(part, &v->list.items[i]))
			return false;
	return true;
}

/* The parts at the front, each at most once and in order; *count: how many attributes. */
static bool find_parts(
	const struct record *r, const struct value *parts[static PART_COUNT_], size_t *count)
{
	*count = 0;
	for (int p = 0; p < PART_COUNT_; p++) {
		parts[p] = NULL;
		if (*count >= r->attribute_count ||
			!str_equal(r->attributes[*count].key, part_keys[p]))
			continue;
		parts[p] = &r->attributes[(*count)++].value;
		if (!is_part((enum part)p, parts[p]))
			return false;
	}
	return true;
}

bool xes_is_log(const struct record *r)
{
	const struct value *parts[PART_COUNT_];
	char room[XES_TEXT_BYTES];
	size_t n;

	if (r->kind != RECORD_ENTITY || r->has_time || r->activity.len > 0 ||
		r->object_count != 1 || !str_equal(r->objects[0].type, STR(XES_LOG_TYPE)) ||
		r->objects[0].qualifier.len > 0 || r->attribute_count == 0 ||
		!find_parts(r, parts, &n))
		return false;
	for (; n < r->attribute_count; n++)
		if (!str_starts(r->attributes[n].key, log_prefix))
			return false;
	const struct attribute *name =
		xes_find(r->attributes, r->attribute_count, STR("log:concept:name"));
	str id = name == NULL ? STR("") : xes_text_of(&name->value, room);
	return str_equal(r->objects[0].id, xes_object_id(id, STR("log")));
}

/* ---- writing */

static void put_xml_attributes(struct strbuf *out, const struct attribute *items, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		strbuf_add_byte(out, ' ');
		strbuf_add(out, items[i].key);
		strbuf_add(out, STR("=\""));
		xes_put_escaped(out, items[i].value.string);
		strbuf_add_byte(out, '"');
	}
}

static void put_root(struct strbuf *out, const struct value *head)
{
	const struct attribute *items = head == NULL ? NULL : head->map.items;
	size_t count = head == NULL ? 0 : head->map.count;

	strbuf_add(out, STR("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<log"));
	for (size_t i = 0; i < ARRAY_LEN(xes_head_defaults); i++)
		if (xes_find(items, count, xes_head_defaults[i].key) == NULL)
			put_xml_attributes(out, &xes_head_defaults[i], 1);
	put_xml_attributes(out, items, count);
	strbuf_add(out, STR(" xmlns=\"" XES_NAMESPACE "\">\n"));
}

static void put_element(struct strbuf *out, enum part part, const struct value *v)
{
	static const char *const names[] = { "", "extension", "global", "classifier" };
	size_t count = v->map.count - (part == PART_GLOBALS ? 1 : 0);

	strbuf_printf(out, "\t<%s", names[part]);
	put_xml_attributes(out, v->map.items, count);
	if (part != PART_GLOBALS) {
		strbuf_add(out, STR("/>\n"));
		return;
	}
	strbuf_add(out, STR(">\n"));
	const struct value *inside = &v->map.items[count].value;
	for (size_t i = 0; i < inside->map.count; i++)
		xes_put_attribute(
			out, 2, STR(""), inside->map.items[i].key, &inside->map.items[i].value);
	strbuf_add(out, STR("\t</global>\n"));
}

static void put_ours(struct strbuf *out)
{
	strbuf_add(out, STR("\t<extension name=\"Ariane\" prefix=\"" XES_ARIANE_PREFIX
			    "\" uri=\"" XES_ARIANE_URI "\"/>\n"));
}

static void put_standard(struct strbuf *out)
{
	static const char *const extensions[][2] = { { "Concept", "concept" }, { "Time", "time" },
		{ "Organizational", "org" }, { "Lifecycle", "lifecycle" } };

	for (size_t i = 0; i < ARRAY_LEN(extensions); i++)
		strbuf_printf(out,
			"\t<extension name=\"%s\" prefix=\"%s\""
			" uri=\"http://www.xes-standard.org/%s.xesext\"/>\n",
			extensions[i][0], extensions[i][1], extensions[i][1]);
}

void xes_put_head(struct strbuf *out, const struct record *r)
{
	const struct value *parts[PART_COUNT_] = { NULL };
	size_t n = 0;

	if (r != NULL)
		ASSERT(find_parts(r, parts, &n));
	put_root(out, parts[PART_HEAD]);
	if (r == NULL)
		put_standard(out);
	put_ours(out);
	for (int p = PART_EXTENSIONS; p < PART_COUNT_; p++)
		for (size_t i = 0; parts[p] != NULL && i < parts[p]->list.count; i++)
			put_element(out, (enum part)p, &parts[p]->list.items[i]);
	for (; r != NULL && n < r->attribute_count; n++) {
		str key = str_from(r->attributes[n].key, log_prefix.len);
		str prefix = str_starts(key, STR("ariane:")) ? STR(XES_KEY_ESCAPE) : STR("");
		xes_put_attribute(out, 1, prefix, key, &r->attributes[n].value);
	}
}

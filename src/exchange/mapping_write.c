/* exchange/mapping_write.c - a mapping written as the file that mapping_file.c reads */
#include "exchange/mapping.h"

static const char *const formats[] = {
	[MAPPING_ANY] = "",
	[MAPPING_CSV] = "csv",
	[MAPPING_JSONL] = "jsonl",
	[MAPPING_XES] = "xes",
	[MAPPING_OCEL] = "ocel",
	[MAPPING_LOG] = "log",
};

static const char *const types[] = {
	[TYPE_AUTO] = "auto",
	[TYPE_STRING] = "string",
	[TYPE_INTEGER] = "integer",
	[TYPE_FLOAT] = "float",
	[TYPE_BOOLEAN] = "boolean",
	[TYPE_TIME] = "time",
};

bool mapping_format_named(str name, enum mapping_format *out)
{
	for (size_t i = 1; i < ARRAY_LEN(formats); i++)
		if (str_equal(name, str_of(formats[i]))) {
			*out = (enum mapping_format)i;
			return true;
		}
	return false;
}

bool mapping_type_named(str name, enum mapping_type *out)
{
	for (size_t i = 0; i < ARRAY_LEN(types); i++)
		if (str_equal(name, str_of(types[i]))) {
			*out = (enum mapping_type)i;
			return true;
		}
	return false;
}

static void put_text(struct json_writer *w, const char *key, str text)
{
	if (text.len == 0)
		return;
	json_put_key(w, str_of(key));
	json_put_string(w, text);
}

static void put_names(struct json_writer *w, const char *key, struct mapping_names names)
{
	if (names.count == 0)
		return;
	json_put_key(w, str_of(key));
	json_put_array(w);
	for (size_t i = 0; i < names.count; i++)
		json_put_string(w, names.items[i]);
	json_put_end(w);
}

static void put_pairs(struct json_writer *w, const char *key, struct mapping_pairs pairs)
{
	if (pairs.count == 0)
		return;
	json_put_key(w, str_of(key));
	json_put_object(w);
	for (size_t i = 0; i < pairs.count; i++) {
		json_put_key(w, pairs.items[i].from);
		json_put_string(w, pairs.items[i].to);
	}
	json_put_end(w);
}

static void put_term(struct json_writer *w, const char *key, const struct mapping_term *term)
{
	static const char *const origins[] = { [ORIGIN_COLUMN] = "column",
		[ORIGIN_CONSTANT] = "constant",
		[ORIGIN_TEMPLATE] = "template" };

	if (term->origin == ORIGIN_NONE)
		return;
	json_put_key(w, str_of(key));
	json_put_object(w);
	json_put_key(w, str_of(origins[term->origin]));
	json_put_string(w, term->text);
	put_pairs(w, "values", term->values);
	if (term->has_otherwise) {
		json_member_string(w, "default", term->otherwise);
	}
	json_put_end(w);
}

static void put_rule(struct json_writer *w, const struct mapping_rule *rule)
{
	json_put_object(w);
	put_text(w, "column", rule->column);
	put_names(w, rule->wanted ? "in" : "not_in", rule->values);
	json_put_end(w);
}

static void put_character(struct json_writer *w, const char *key, char c)
{
	json_put_key(w, str_of(key));
	json_put_string(w, (str){ &c, c != '\0' });
}

static void put_csv(struct json_writer *w, const struct mapping *m)
{
	json_put_key(w, STR("csv"));
	json_put_object(w);
	if (m->delimiter != 0)
		put_character(w, "delimiter", m->delimiter);
	put_character(w, "quote", m->quote);
	put_character(w, "comment", m->comment);
	json_put_key(w, STR("header"));
	json_put_bool(w, m->has_header);
	put_names(w, "columns", m->columns);
	json_put_key(w, STR("short_rows"));
	json_put_bool(w, m->may_be_short);
	json_put_end(w);
}

static void put_time(struct json_writer *w, const struct mapping_time *time)
{
	if (time->columns.count == 0 && time->format.len == 0)
		return;
	json_put_key(w, STR("time"));
	json_put_object(w);
	put_names(w, "columns", time->columns);
	put_text(w, "format", time->format);
	json_put_end(w);
}

static void put_customers(struct json_writer *w, const struct mapping *m)
{
	if (m->identifier_count == 0)
		return;
	json_put_key(w, STR("customer"));
	json_put_array(w);
	for (size_t i = 0; i < m->identifier_count; i++) {
		const struct mapping_identifier *identifier = &m->identifiers[i];
		json_put_object(w);
		put_text(w, "type", identifier->type);
		put_text(w, "column", identifier->column);
		put_names(w, "ignore", identifier->ignore);
		if (identifier->when.column.len > 0) {
			json_put_key(w, STR("when"));
			put_rule(w, &identifier->when);
		}
		json_put_end(w);
	}
	json_put_end(w);
}

static void put_columns(
	struct json_writer *w, const char *key, const struct mapping_attributes *columns)
{
	if (columns->count == 0)
		return;
	json_put_key(w, str_of(key));
	json_put_object(w);
	for (size_t i = 0; i < columns->count; i++) {
		json_put_key(w, columns->items[i].column);
		json_put_object(w);
		put_text(w, "key", columns->items[i].key);
		put_text(w, "type", str_of(types[columns->items[i].type]));
		json_put_end(w);
	}
	json_put_end(w);
}

/* Of the kinds that a mapping file can say: see mapping_file.c. */
static void put_value(struct json_writer *w, const struct value *value)
{
	if (value->kind == VALUE_STRING)
		json_put_string(w, value->string);
	else if (value->kind == VALUE_INTEGER)
		json_put_int(w, value->integer);
	else if (value->kind == VALUE_FLOAT)
		json_put_float(w, value->number);
	else
		json_put_bool(w, value->boolean);
}

static void put_attributes(struct json_writer *w, const struct mapping *m)
{
	json_put_key(w, STR("attributes"));
	json_put_object(w);
	json_put_key(w, STR("all"));
	json_put_bool(w, m->all_attributes);
	put_names(w, "exclude", m->excluded);
	put_columns(w, "columns", &m->attributes);
	if (m->constant_count > 0) {
		json_put_key(w, STR("constants"));
		json_put_object(w);
		for (size_t i = 0; i < m->constant_count; i++) {
			json_put_key(w, m->constants[i].key);
			put_value(w, &m->constants[i].value);
		}
		json_put_end(w);
	}
	json_put_end(w);
}

static void put_signs(struct json_writer *w, const struct mapping_signs *signs)
{
	if (signs->header.count == 0 && signs->line.len == 0 && signs->name.len == 0)
		return;
	json_put_key(w, STR("recognise"));
	json_put_object(w);
	put_names(w, "header", signs->header);
	put_text(w, "line", signs->line);
	put_text(w, "name", signs->name);
	json_put_end(w);
}

static void put_terms(struct json_writer *w, const struct mapping *m)
{
	put_term(w, "activity", &m->activity);
	put_term(w, "channel", &m->channel);
	put_term(w, "interaction", &m->interaction);
	put_term(w, "case", &m->case_id);
	put_term(w, "actor", &m->actor);
	put_term(w, "message_id", &m->message_id);
	put_term(w, "text", &m->text);
	put_term(w, "language", &m->text_language);
}

static void put_rows(struct json_writer *w, const struct mapping *m)
{
	if (m->rule_count == 0)
		return;
	json_put_key(w, STR("rows"));
	json_put_array(w);
	for (size_t i = 0; i < m->rule_count; i++)
		put_rule(w, &m->rules[i]);
	json_put_end(w);
}

void mapping_write(const struct mapping *m, struct json_writer *w)
{
	json_put_object(w);
	json_member_int(w, "version", MAPPING_VERSION);
	put_text(w, "format", str_of(formats[m->format]));
	put_signs(w, &m->signs);
	put_text(w, "kind", m->kind == RECORD_ENTITY ? STR("entity") : STR("event"));
	put_text(w, "source", m->source);
	put_text(w, "encoding", str_of(text_encoding_name(m->encoding)));
	put_csv(w, m);
	put_text(w, "zone", m->zone);
	put_text(w, "phone_country", m->phone_country);
	put_time(w, &m->time);
	put_terms(w, m);
	put_customers(w, m);
	put_attributes(w, m);
	put_columns(w, "traits", &m->traits);
	put_rows(w, m);
	put_pairs(w, "objects", m->object_types);
	json_put_end(w);
}

/* ---- what is left open */

static void fill_text(str *own, str otherwise)
{
	if (own->len == 0)
		*own = otherwise;
}

static void fill_term(struct mapping_term *own, const struct mapping_term *otherwise)
{
	if (own->origin == ORIGIN_NONE)
		*own = *otherwise;
}

static bool same_names(struct mapping_names a, struct mapping_names b)
{
	bool same = a.count == b.count;

	for (size_t i = 0; same && i < a.count; i++)
		same = str_equal(a.items[i], b.items[i]);
	return same;
}

/* A format is of its columns. */
static void fill_time(struct mapping_time *own, const struct mapping_time *otherwise)
{
	if (own->columns.count == 0)
		own->columns = otherwise->columns;
	if (same_names(own->columns, otherwise->columns))
		fill_text(&own->format, otherwise->format);
}

void mapping_fill(struct mapping *m, const struct mapping *from)
{
	if (m->format == MAPPING_ANY)
		m->format = from->format;
	fill_text(&m->source, from->source);
	if (m->delimiter == 0)
		m->delimiter = from->delimiter;
	m->encoding = from->encoding == ENCODING_UNKNOWN ? m->encoding : from->encoding;
	fill_text(&m->zone, from->zone);
	fill_text(&m->phone_country, from->phone_country);
	fill_time(&m->time, &from->time);
	fill_term(&m->activity, &from->activity);
	fill_term(&m->channel, &from->channel);
	fill_term(&m->interaction, &from->interaction);
	fill_term(&m->case_id, &from->case_id);
	fill_term(&m->actor, &from->actor);
	fill_term(&m->message_id, &from->message_id);
	fill_term(&m->text, &from->text);
	fill_term(&m->text_language, &from->text_language);
	if (m->identifier_count == 0) {
		m->identifiers = from->identifiers;
		m->identifier_count = from->identifier_count;
	}
}

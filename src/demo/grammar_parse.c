/* demo/grammar_parse.c - a grammar's text into its parts; see grammar.h
 *
 * Two passes: the first names the rules and counts their alternatives, so that the second can
 * resolve every reference at once and knows what it may not.
 */
#include "demo/grammar_internal.h"

struct parser {
	struct grammar *grammar;
	struct arena *arena;
	struct why *why;
	str file, rest; /* of the line at hand */
	int64_t line;
};

static err wrong(struct parser *p, err e)
{
	why_at(p->why, p->file, p->line, -1, -1);
	return e;
}

static err bad_form(struct parser *p, str what)
{
	return wrong(p, fail(p->why, MSG_GRAMMAR_FORM, arg_str(what)));
}

static err unknown(struct parser *p, str name)
{
	return wrong(p, fail(p->why, MSG_GRAMMAR_UNKNOWN, arg_str(name)));
}

static err no_room(struct parser *p)
{
	return fail(p->why, MSG_NO_ROOM, arg_str(p->file), arg_int((int64_t)arena_taken(p->arena)));
}

static const void *keep(struct parser *p, const void *items, size_t bytes)
{
	void *copy = arena_alloc(p->arena, MAX_OF(bytes, (size_t)1));

	if (copy != NULL && bytes > 0)
		memcpy(copy, items, bytes);
	return copy;
}

/* ---- lines */

static bool is_name(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '.';
}

enum line_kind { LINE_EMPTY, LINE_RULE, LINE_ALTERNATIVE };

static enum line_kind kind_of(str *line)
{
	bool indented = line->len > 0 && (line->ptr[0] == ' ' || line->ptr[0] == '\t');

	*line = str_trim(*line);
	if (line->len == 0 || (!indented && line->ptr[0] == '#'))
		return LINE_EMPTY;
	return indented ? LINE_ALTERNATIVE : LINE_RULE;
}

static bool next_line(str *text, str *line)
{
	if (text->len == 0)
		return false;
	if (!str_split(*text, '\n', line, text)) {
		*line = *text;
		*text = STR("");
	}
	return true;
}

/* ---- the first pass: rules by name */

static err name_rule(struct parser *p, str name)
{
	struct grammar *g = p->grammar;

	for (size_t i = 0; i < name.len; i++)
		if (!is_name(name.ptr[i]))
			return bad_form(p, name);
	if (grammar_rule(g, name) >= 0)
		return wrong(p, fail(p->why, MSG_GRAMMAR_TWICE, arg_str(name)));
	if (g->rule_count == GRAMMAR_RULES_MAX)
		return wrong(
			p, fail(p->why, MSG_NO_ROOM, arg_str(name), arg_int(GRAMMAR_RULES_MAX)));
	g->rules[g->rule_count++] = (struct rule){ .name = name, .file = p->file, .line = p->line };
	return OK;
}

static err name_slot(struct parser *p, str rule, int number)
{
	struct grammar *g = p->grammar;

	if (!str_skip_prefix(&rule, STR("slot.")))
		return OK;
	if (g->slot_count == GRAMMAR_SLOTS_MAX)
		return wrong(
			p, fail(p->why, MSG_NO_ROOM, arg_str(rule), arg_int(GRAMMAR_SLOTS_MAX)));
	g->slots[g->slot_count] = rule;
	g->slot_rules[g->slot_count++] = number;
	return OK;
}

static err name_rules(struct parser *p, const struct grammar_text *of)
{
	str text = of->text, line;
	err e = OK;

	p->file = of->name;
	for (p->line = 1; e == OK && next_line(&text, &line); p->line++)
		switch (kind_of(&line)) {
		case LINE_RULE:
			e = name_rule(p, line);
			if (e == OK)
				e = name_slot(p, line, (int)p->grammar->rule_count - 1);
			break;
		case LINE_ALTERNATIVE:
			if (p->grammar->rule_count == 0)
				e = bad_form(p, line);
			break;
		case LINE_EMPTY:
			break;
		}
	return e;
}

/* ---- the second pass: alternatives */

static err read_groups(struct parser *p, int nesting, char end, struct part *part);

/* `<rule>`, `<rule:dimension>`; the name between the brackets. */
static err read_reference(struct parser *p, str name, struct part *part)
{
	const struct grammar *g = p->grammar;
	str base, by;

	if (!str_split(name, ':', &base, &by)) {
		int rule = grammar_rule(g, name);
		*part = (struct part){ .kind = PART_RULE, .number = (uint32_t)rule };
		return rule >= 0 ? OK : unknown(p, name);
	}
	size_t d = 0;
	while (d < g->dimension_count && !str_equal(g->dimensions[d].name, by))
		d++;
	if (d == g->dimension_count)
		return unknown(p, name);
	int *rules = arena_array(p->arena, g->dimensions[d].count, sizeof(*rules));
	if (rules == NULL)
		return no_room(p);
	for (size_t i = 0; i < g->dimensions[d].count; i++) {
		struct strbuf full = strbuf_in(p->arena, 256);
		strbuf_add(&full, base);
		strbuf_add_byte(&full, '.');
		strbuf_add(&full, g->dimensions[d].values[i]);
		if (!strbuf_ok(&full))
			return no_room(p);
		rules[i] = grammar_rule(g, strbuf_str(&full));
		if (rules[i] < 0)
			return unknown(p, strbuf_str(&full));
	}
	*part = (struct part){ .kind = PART_RULE_BY, .number = (uint32_t)d, .rules = rules };
	return OK;
}

static err read_slot(struct parser *p, str name, struct part *part)
{
	int slot = grammar_slot(p->grammar, name);

	*part = (struct part){ .kind = PART_SLOT, .number = (uint32_t)slot };
	return slot >= 0 ? OK : unknown(p, name);
}

/* What stands up to `end`, which is consumed. */
static err read_named(struct parser *p, char end, err (*read)(struct parser *, str, struct part *),
	struct part *part)
{
	str name;

	if (!str_split(p->rest, end, &name, &p->rest))
		return bad_form(p, p->rest);
	return read(p, name, part);
}

static bool take_number(str *text, uint32_t *number, uint32_t *digits)
{
	*number = 0;
	*digits = 0;
	while (text->len > 0 && text->ptr[0] >= '0' && text->ptr[0] <= '9' && *digits < 8) {
		*number = *number * 10 + (uint32_t)(text->ptr[0] - '0');
		*text = str_from(*text, 1);
		++*digits;
	}
	return *digits > 0;
}

/* #12-180#, or a `#` that is none. */
static err read_range(struct parser *p, struct part *part)
{
	str rest = p->rest;
	uint32_t least, most, digits, ignored;

	if (!take_number(&rest, &least, &digits)) {
		*part = (struct part){ .kind = PART_TEXT, .text = STR("#") };
		return OK;
	}
	if (!str_skip_prefix(&rest, STR("-")) || !take_number(&rest, &most, &ignored) ||
		!str_skip_prefix(&rest, STR("#")) || most < least)
		return bad_form(p, p->rest);
	p->rest = rest;
	*part = (struct part){
		.kind = PART_NUMBER, .number = least, .most = most, .digits = digits
	};
	return OK;
}

static err read_escape(struct parser *p, struct part *part)
{
	if (!str_skip_prefix(&p->rest, STR("n")))
		return bad_form(p, p->rest);
	*part = (struct part){ .kind = PART_TEXT, .text = STR("\n") };
	return OK;
}

static err read_text(struct parser *p, struct part *part)
{
	size_t n = 0;

	while (n < p->rest.len && memchr("()[]<{#\\|&", p->rest.ptr[n], 10) == NULL)
		n++;
	if (n == 0) { /* an & of the text, or what may not stand here */
		if (p->rest.ptr[0] != '&')
			return bad_form(p, p->rest);
		n = 1;
	}
	*part = (struct part){ .kind = PART_TEXT, .text = { p->rest.ptr, n } };
	p->rest = str_from(p->rest, n);
	return OK;
}

static err read_group(
	struct parser *p, enum part_kind kind, int nesting, char end, struct part *part)
{
	*part = (struct part){ .kind = kind };
	return nesting == GRAMMAR_NESTING_MAX ? bad_form(p, p->rest)
					      : read_groups(p, nesting + 1, end, part);
}

static err read_part(struct parser *p, int nesting, struct part *part)
{
	if (str_skip_prefix(&p->rest, STR("&(")))
		return read_group(p, PART_SHUFFLE, nesting, ')', part);
	if (str_skip_prefix(&p->rest, STR("(")))
		return read_group(p, PART_CHOICE, nesting, ')', part);
	if (str_skip_prefix(&p->rest, STR("[")))
		return read_group(p, PART_OPTION, nesting, ']', part);
	if (str_skip_prefix(&p->rest, STR("<")))
		return read_named(p, '>', read_reference, part);
	if (str_skip_prefix(&p->rest, STR("{")))
		return read_named(p, '}', read_slot, part);
	if (str_skip_prefix(&p->rest, STR("#")))
		return read_range(p, part);
	if (str_skip_prefix(&p->rest, STR("\\")))
		return read_escape(p, part);
	return read_text(p, part);
}

/* Up to a `|`, to `end` (0: of the line), neither of which is consumed. */
static err read_sequence(struct parser *p, int nesting, char end, struct sequence *out)
{
	struct part parts[GRAMMAR_PARTS_MAX];
	size_t count = 0;
	err e = OK;

	while (e == OK && p->rest.len > 0 && p->rest.ptr[0] != end &&
		(end == 0 || p->rest.ptr[0] != '|')) {
		if (count == GRAMMAR_PARTS_MAX)
			return bad_form(p, p->rest);
		e = read_part(p, nesting, &parts[count++]);
	}
	if (e != OK)
		return e;
	*out = (struct sequence){ keep(p, parts, count * sizeof(parts[0])), count };
	return out->parts != NULL ? OK : no_room(p);
}

static err read_groups(struct parser *p, int nesting, char end, struct part *part)
{
	struct sequence groups[GRAMMAR_PARTS_MAX];
	size_t count = 0;

	for (;;) {
		if (count == GRAMMAR_PARTS_MAX)
			return bad_form(p, p->rest);
		err e = read_sequence(p, nesting, end, &groups[count++]);
		if (e != OK)
			return e;
		if (p->rest.len == 0)
			return bad_form(p, STR("|"));
		char c = p->rest.ptr[0];
		p->rest = str_from(p->rest, 1);
		if (c == end)
			break;
	}
	part->groups = keep(p, groups, count * sizeof(groups[0]));
	part->group_count = count;
	return part->groups != NULL ? OK : no_room(p);
}

/* The alternatives below the rule that was just named; stops at the next rule. */
static err read_rule(struct parser *p, struct rule *rule, str *text)
{
	struct sequence found[GRAMMAR_PARTS_MAX];
	size_t count = 0;
	str line, after = *text;
	err e = OK;

	while (e == OK && next_line(&after, &line)) {
		enum line_kind kind = kind_of(&line);
		if (kind == LINE_RULE)
			break;
		*text = after;
		p->line++;
		if (kind == LINE_EMPTY)
			continue;
		if (count == GRAMMAR_PARTS_MAX)
			return bad_form(p, line);
		p->rest = line;
		e = read_sequence(p, 0, 0, &found[count++]);
	}
	if (e == OK && count == 0)
		return bad_form(p, rule->name);
	if (e != OK)
		return e;
	rule->alternatives = keep(p, found, count * sizeof(found[0]));
	rule->count = count;
	return rule->alternatives != NULL ? OK : no_room(p);
}

static err read_rules(struct parser *p, const struct grammar_text *of)
{
	str text = of->text, line;
	err e = OK;

	p->file = of->name;
	p->line = 0;
	while (e == OK && next_line(&text, &line)) {
		p->line++;
		if (kind_of(&line) == LINE_RULE)
			e = read_rule(p, &p->grammar->rules[grammar_rule(p->grammar, line)], &text);
	}
	return e;
}

err grammar_parse(const struct grammar_text *texts, size_t count,
	const struct grammar_dimension *dimensions, size_t dimension_count, struct arena *arena,
	const struct grammar **out, struct why *why)
{
	struct grammar *g = arena_alloc(arena, sizeof(*g));
	struct parser p = { .grammar = g, .arena = arena, .why = why };
	err e = OK;

	ASSERT(dimension_count <= GRAMMAR_DIMENSIONS_MAX);
	if (g == NULL)
		return no_room(&p);
	g->dimensions = dimensions;
	g->dimension_count = dimension_count;
	g->rules = arena_array(arena, GRAMMAR_RULES_MAX, sizeof(*g->rules));
	if (g->rules == NULL)
		return no_room(&p);
	for (size_t i = 0; e == OK && i < count; i++)
		e = name_rules(&p, &texts[i]);
	for (size_t i = 0; e == OK && i < count; i++)
		e = read_rules(&p, &texts[i]);
	if (e == OK)
		*out = g;
	return e;
}

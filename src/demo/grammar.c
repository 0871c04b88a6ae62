/* demo/grammar.c - texts out of a parsed grammar, and what can be said of it; see grammar.h */
#include "demo/grammar.h"

#include "demo/grammar_internal.h"

int grammar_rule(const struct grammar *grammar, str name)
{
	for (size_t i = 0; i < grammar->rule_count; i++)
		if (str_equal(grammar->rules[i].name, name))
			return (int)i;
	return -1;
}

int grammar_slot(const struct grammar *grammar, str name)
{
	for (size_t i = 0; i < grammar->slot_count; i++)
		if (str_equal(grammar->slots[i], name))
			return (int)i;
	return -1;
}

/* ---- one text */

struct expansion {
	const struct grammar *grammar;
	const struct grammar_case *of;
	struct random *random;
	struct strbuf *out;
	char made[GRAMMAR_SLOTS_MAX][GRAMMAR_SLOT_BYTES_MAX]; /* slots that a rule has filled */
	uint8_t made_bytes[GRAMMAR_SLOTS_MAX]; /* and one; 0: not yet */
};

static void expand_rule(struct expansion *x, int rule);
static void expand_sequence(struct expansion *x, const struct sequence *sequence);

static void expand_slot(struct expansion *x, size_t slot)
{
	str given = x->of->slots[slot];

	if (given.len > 0) {
		strbuf_add(x->out, given);
		return;
	}
	if (x->made_bytes[slot] > 0) {
		strbuf_add(x->out, (str){ x->made[slot], x->made_bytes[slot] - (size_t)1 });
		return;
	}
	size_t from = x->out->len;
	expand_rule(x, x->grammar->slot_rules[slot]);
	size_t bytes = MIN_OF(x->out->len - from, (size_t)GRAMMAR_SLOT_BYTES_MAX - 1);
	if (bytes > 0)
		memcpy(x->made[slot], x->out->ptr + from, bytes);
	x->made_bytes[slot] = (uint8_t)(bytes + 1);
}

static void expand_shuffled(struct expansion *x, const struct part *part)
{
	uint8_t order[GRAMMAR_PARTS_MAX];

	for (size_t i = 0; i < part->group_count; i++) { /* Fisher and Yates, inside out */
		size_t j = random_below(x->random, i + 1);
		order[i] = order[j];
		order[j] = (uint8_t)i;
	}
	for (size_t i = 0; i < part->group_count; i++) {
		if (i > 0)
			strbuf_add_byte(x->out, ' ');
		expand_sequence(x, &part->groups[order[i]]);
	}
}

static void expand_number(struct expansion *x, const struct part *part)
{
	uint64_t n = part->number + random_below(x->random, part->most - part->number + 1);
	char digits[12];
	size_t at = sizeof(digits), least = sizeof(digits) - part->digits;

	while (n > 0 || at > least) {
		digits[--at] = (char)('0' + n % 10);
		n /= 10;
	}
	strbuf_add(x->out, (str){ digits + at, sizeof(digits) - at });
}

static void expand_one(struct expansion *x, const struct part *part)
{
	expand_sequence(x, &part->groups[random_below(x->random, part->group_count)]);
}

static void expand_part(struct expansion *x, const struct part *part)
{
	switch (part->kind) {
	case PART_TEXT:
		strbuf_add(x->out, part->text);
		break;
	case PART_RULE:
		expand_rule(x, (int)part->number);
		break;
	case PART_RULE_BY:
		expand_rule(x, part->rules[x->of->dimensions[part->number]]);
		break;
	case PART_SLOT:
		expand_slot(x, part->number);
		break;
	case PART_CHOICE:
		expand_one(x, part);
		break;
	case PART_OPTION:
		if (random_below(x->random, 2) == 0)
			expand_one(x, part);
		break;
	case PART_SHUFFLE:
		expand_shuffled(x, part);
		break;
	case PART_NUMBER:
		expand_number(x, part);
		break;
	}
}

static void expand_sequence(struct expansion *x, const struct sequence *sequence)
{
	for (size_t i = 0; i < sequence->count; i++)
		expand_part(x, &sequence->parts[i]);
}

static void expand_rule(struct expansion *x, int number)
{
	const struct rule *rule = &x->grammar->rules[number];

	expand_sequence(x, &rule->alternatives[random_below(x->random, rule->count)]);
}

void grammar_expand(const struct grammar *grammar, int rule, const struct grammar_case *of,
	struct random *random, struct strbuf *out)
{
	struct expansion x;

	ASSERT(rule >= 0 && (size_t)rule < grammar->rule_count);
	for (size_t i = 0; i < grammar->dimension_count; i++)
		ASSERT(of->dimensions[i] < grammar->dimensions[i].count);
	x.grammar = grammar;
	x.of = of;
	x.random = random;
	x.out = out;
	memset(x.made_bytes, 0, sizeof(x.made_bytes)); /* not the texts: they are large */
	expand_rule(&x, rule);
}

/* ---- is it whole */

struct check {
	const struct grammar *grammar;
	struct why *why;
	uint8_t *state; /* of each rule: 0 not seen, 1 on the way, 2 seen */
};

static err visit(struct check *c, int number);

static err visit_part(struct check *c, const struct part *part)
{
	err e = OK;

	if (part->kind == PART_RULE)
		return visit(c, (int)part->number);
	if (part->kind == PART_SLOT)
		return visit(c, c->grammar->slot_rules[part->number]);
	if (part->kind == PART_RULE_BY)
		for (size_t i = 0; e == OK && i < c->grammar->dimensions[part->number].count; i++)
			e = visit(c, part->rules[i]);
	for (size_t g = 0; g < part->group_count; g++)
		for (size_t i = 0; e == OK && i < part->groups[g].count; i++)
			e = visit_part(c, &part->groups[g].parts[i]);
	return e;
}

static err about(struct check *c, const struct rule *rule, enum message message)
{
	why_at(c->why, rule->file, rule->line, -1, -1);
	return fail(c->why, message, arg_str(rule->name));
}

/* As deep as rules lead to rules: there are at most GRAMMAR_RULES_MAX. */
static err visit(struct check *c, int number)
{
	const struct rule *rule = &c->grammar->rules[number];
	err e = OK;

	if (c->state[number] == 2)
		return OK;
	if (c->state[number] == 1)
		return about(c, rule, MSG_GRAMMAR_CIRCLE);
	c->state[number] = 1;
	for (size_t a = 0; a < rule->count; a++)
		for (size_t i = 0; e == OK && i < rule->alternatives[a].count; i++)
			e = visit_part(c, &rule->alternatives[a].parts[i]);
	c->state[number] = 2;
	return e;
}

static err visit_named(struct check *c, str name)
{
	int rule = grammar_rule(c->grammar, name);

	return rule >= 0 ? visit(c, rule) : fail(c->why, MSG_GRAMMAR_UNKNOWN, arg_str(name));
}

static err visit_root(struct check *c, str root)
{
	const struct grammar *g = c->grammar;
	str base, by;
	err e = OK;

	if (!str_split(root, ':', &base, &by))
		return visit_named(c, root);
	for (size_t d = 0; d < g->dimension_count; d++)
		for (size_t i = 0; str_equal(g->dimensions[d].name, by) && e == OK &&
				   i < g->dimensions[d].count;
			i++) {
			struct strbuf full = strbuf_heap(256);
			strbuf_add(&full, base);
			strbuf_add_byte(&full, '.');
			strbuf_add(&full, g->dimensions[d].values[i]);
			e = visit_named(c, strbuf_str(&full));
			strbuf_done(&full);
		}
	return e;
}

err grammar_check(const struct grammar *grammar, const str *roots, size_t count, struct why *why)
{
	uint8_t state[GRAMMAR_RULES_MAX] = { 0 };
	struct check c = { grammar, why, state };
	err e = OK;

	for (size_t i = 0; e == OK && i < count; i++)
		e = visit_root(&c, roots[i]);
	for (size_t i = 0; e == OK && i < grammar->rule_count; i++)
		if (state[i] == 0)
			e = about(&c, &grammar->rules[i], MSG_GRAMMAR_UNREACHED);
	return e;
}

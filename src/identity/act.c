/* identity/act.c - what was decided: on pairs, on rules, on documents, and undone; see identity.h
 *
 * Every record that decides is kept as an act.  An act is valid unless its record was erased or a
 * valid act undoes it; so an undo of an undo brings back what was.  On a pair the newest valid act
 * holds; so among rules.
 */
#include "identity/identity_internal.h"
#include "identity/rules.h"

#include <stdlib.h>

static struct act *act_change(struct identity *identity, uint32_t i)
{
	return table_change(identity->acts, i);
}

static const struct act *act_at(const struct identity *identity, uint32_t i)
{
	return table_at(identity->acts, i);
}

static bool is_valid(const struct act *act)
{
	return act->undone == 0 && !act->erased;
}

/* Acts ascend by sequence. */
static uint32_t find_act(const struct identity *identity, uint64_t seq)
{
	uint32_t low = 0, count = (uint32_t)table_count(identity->acts), high = count;

	while (low < high) {
		uint32_t middle = low + (high - low) / 2;
		if (act_at(identity, middle)->seq < seq)
			low = middle + 1;
		else
			high = middle;
	}
	return low < count && act_at(identity, low)->seq == seq ? low : IDENTITY_NO_CODE;
}

bool identity_has_act(const struct identity *identity, uint64_t seq)
{
	return find_act(identity, seq) != IDENTITY_NO_CODE;
}

/* ---- pairs */

static size_t find_decision(const struct identity *identity, uint32_t a, uint32_t b)
{
	uint32_t at = member_at(identity, a)->nodes;

	while (at != NODE_END) {
		const struct node *node = table_at(identity->nodes, at);
		if (node_kind(node->what) == NODE_DECISION) {
			size_t i = node_index(node->what);
			const struct identity_decision *d = table_at(identity->decisions, i);
			if (d->a == b || d->b == b)
				return i;
		}
		at = node->next;
	}
	return table_count(identity->decisions);
}

static uint32_t make_decision(struct identity *identity, uint32_t a, uint32_t b)
{
	size_t i = find_decision(identity, a, b);

	if (i < table_count(identity->decisions))
		return (uint32_t)i;
	struct identity_decision *d = table_push(identity->decisions);
	bool in_order = str_compare(strings_get(identity->identifiers, a),
				strings_get(identity->identifiers, b)) < 0;
	*d = (struct identity_decision){
		.a = in_order ? a : b, .b = in_order ? b : a, .last_act = IDENTITY_NO_CODE
	};
	add_node(identity, a, NODE_DECISION | (uint32_t)i);
	add_node(identity, b, NODE_DECISION | (uint32_t)i);
	return (uint32_t)i;
}

uint32_t act_newest_valid(const struct identity *identity, uint32_t from)
{
	while (from != IDENTITY_NO_CODE && !is_valid(act_at(identity, from)))
		from = act_at(identity, from)->before - 1; /* 0 - 1 is none */
	return from;
}

static void decide_pair(struct identity *identity, uint32_t i)
{
	struct identity_decision *d = table_change(identity->decisions, i);
	uint32_t newest = act_newest_valid(identity, d->last_act);
	const struct act *act = newest == IDENTITY_NO_CODE ? NULL : act_at(identity, newest);

	d->kind = act == NULL ? DECISION_NONE : (enum decision_kind)act->decides;
	d->seq = act == NULL ? 0 : act->seq;
	d->by_people = act != NULL && act->by_people;
	seed(identity, d->a);
	seed(identity, d->b);
	watch_decision(identity, i);
}

/* ---- acts */

/* An act's validity has changed: so does what it undoes, down to what is decided. */
static void turn(struct identity *identity, uint32_t i)
{
	while (act_at(identity, i)->kind == ACT_UNDO) {
		bool undoes = is_valid(act_at(identity, i));
		i = act_at(identity, i)->about;
		struct act *undone = act_change(identity, i);
		bool was = is_valid(undone);
		undone->undone += undoes ? 1 : UINT32_MAX;
		if (is_valid(undone) == was)
			return;
	}
	if (act_at(identity, i)->kind == ACT_PAIR)
		decide_pair(identity, act_at(identity, i)->about);
	else if (act_at(identity, i)->kind == ACT_DOCUMENT)
		decide_document(identity, act_at(identity, i)->about);
	else
		rules_decide(identity);
}

uint32_t act_push(struct identity *identity, const struct act *act)
{
	*(struct act *)table_push(identity->acts) = *act;
	return (uint32_t)(table_count(identity->acts) - 1);
}

bool identity_decision_named(str activity, enum decision_kind *kind)
{
	static const struct {
		str activity;
		enum decision_kind kind;
	} kinds[] = {
		{ STR_INIT("link"), DECISION_TOGETHER },
		{ STR_INIT("confirm"), DECISION_TOGETHER },
		{ STR_INIT("unlink"), DECISION_APART },
		{ STR_INIT("forbid"), DECISION_APART },
		{ STR_INIT("forget"), DECISION_NONE },
	};

	for (size_t k = 0; k < ARRAY_LEN(kinds); k++)
		if (str_equal(kinds[k].activity, activity)) {
			*kind = kinds[k].kind;
			return true;
		}
	return false;
}

bool identity_decided_by_people(const struct record *record)
{
	return !str_starts(record->actor, STR("ariane:"));
}

static bool act_on_pair(
	struct identity *identity, const struct record *record, enum decision_kind kind)
{
	const struct record_identifier *id = record->identifiers;

	if (record->identifier_count != 2)
		return false;
	uint32_t a = intern_identifier(identity, id[0].type, id[0].value);
	uint32_t b = intern_identifier(identity, id[1].type, id[1].value);
	if (a == b)
		return false;
	uint32_t pair = make_decision(identity, a, b);
	struct identity_decision *d = table_change(identity->decisions, pair);
	d->last_act = act_push(identity, &(struct act){ .seq = record->seq,
						 .about = pair,
						 .before = d->last_act + 1,
						 .kind = ACT_PAIR,
						 .decides = (uint8_t)kind,
						 .by_people = identity_decided_by_people(record) });
	decide_pair(identity, pair);
	return true;
}

str identity_rules_of(const struct record *record)
{
	for (size_t i = 0; i < record->attribute_count; i++)
		if (str_equal(record->attributes[i].key, STR("rules")) &&
			record->attributes[i].value.kind == VALUE_STRING)
			return record->attributes[i].value.string;
	return (str){ NULL, 0 };
}

static bool act_on_rules(struct identity *identity, const struct record *record)
{
	str document = identity_rules_of(record);
	struct identity_rules *rules = NULL;

	if (document.ptr == NULL || rules_parse(document, &rules, NULL) != OK)
		return false;
	uint32_t code = strings_intern(identity->documents, document);
	if (code == STRINGS_NONE) { /* gigabytes of rules */
		rules_free(rules);
		return false;
	}
	rules_free(rules);
	identity->newest_rules = act_push(identity, &(struct act){ .seq = record->seq,
							    .about = code,
							    .before = identity->newest_rules + 1,
							    .kind = ACT_RULES });
	rules_decide(identity);
	return true;
}

static bool act_on_act(struct identity *identity, const struct record *record)
{
	uint32_t target = find_act(identity, record->target);

	if (target == IDENTITY_NO_CODE || record->target >= record->seq)
		return false;
	turn(identity,
		act_push(identity,
			&(struct act){ .seq = record->seq, .about = target, .kind = ACT_UNDO }));
	return true;
}

bool identity_decide(struct identity *identity, const struct record *record)
{
	enum decision_kind kind;

	if (identity_decision_named(record->activity, &kind))
		return act_on_pair(identity, record, kind);
	if (str_equal(record->activity, STR("rules")))
		return act_on_rules(identity, record);
	if (str_equal(record->activity, STR("document")))
		return act_on_document(identity, record);
	return str_equal(record->activity, STR("undo")) && act_on_act(identity, record);
}

void identity_forget(struct identity *identity, uint64_t seq)
{
	uint32_t i = find_act(identity, seq);

	if (i == IDENTITY_NO_CODE || act_at(identity, i)->erased)
		return;
	bool was = is_valid(act_at(identity, i));
	act_change(identity, i)->erased = true;
	if (was)
		turn(identity, i);
}

/* ---- asked */

size_t identity_decision_count(const struct identity *identity)
{
	return table_count(identity->decisions);
}

const struct identity_decision *identity_decision_at(const struct identity *identity, size_t i)
{
	return table_at(identity->decisions, i);
}

uint64_t identity_rules_seq(const struct identity *identity)
{
	uint32_t held = identity->rules_held;

	return held == IDENTITY_NO_CODE ? 0 : act_at(identity, held)->seq;
}

/* main/cmd_identity_undo.c - ariane identity undo, split: decisions taken back, a customer divided.
 */
#include "main/decision.h"
#include "main/store.h"
#include "main/summary.h"

enum {
	RECORD_ARENA_BYTES = 64 << 20,
	GROUP_MAX = 10000, /* decisions in one go: one batch */
};
#define WORK_ARENA_BYTES ((size_t)1 << 30)

/* ---- undo */

struct looking {
	uint64_t seq;
	bool is_act;
};

static err look(struct engine *engine, void *context, struct why *why)
{
	struct looking *l = context;

	(void)why;
	l->is_act = identity_has_act(engine_identity(engine), l->seq);
	return OK;
}

static err is_decision(const struct request *request, struct engine *engine, uint64_t seq, bool *is,
	struct why *why)
{
	struct looking l = { .seq = seq };
	err e = store_ask(request, engine, look, &l, why);

	*is = l.is_act;
	return e;
}

static err group_of(
	struct engine *engine, uint64_t seq, struct arena *arena, str *group, struct why *why)
{
	AUTO_ARENA one = arena_create(RECORD_ARENA_BYTES);
	struct record record;
	err e = engine_read(engine, seq, one, &record, why);

	if (e == OK)
		*group = arena_str(arena, record.case_id);
	return e;
}

/* Decisions of one go lie side by side: they were one batch. */
static err list_group(const struct request *request, struct engine *engine, uint64_t seq,
	struct arena *arena, struct decision *undos, size_t *count, struct why *why)
{
	str group = STR(""), other;
	bool is = true;
	err e = group_of(engine, seq, arena, &group, why);

	if (e == OK)
		undos[(*count)++] = (struct decision){ .activity = STR("undo"), .target = seq };
	for (int way = -1; e == OK && group.len > 0 && way <= 1; way += 2) {
		is = true;
		for (uint64_t at = seq + (uint64_t)way;
			e == OK && is && at > 0 && *count < GROUP_MAX; at += (uint64_t)way) {
			other = STR("");
			e = is_decision(request, engine, at, &is, why);
			if (e == OK && is)
				e = group_of(engine, at, arena, &other, why);
			is = is && str_equal(other, group);
			if (e == OK && is)
				undos[(*count)++] =
					(struct decision){ .activity = STR("undo"), .target = at };
		}
	}
	str together = *count > 1 ? decision_random("g:", arena) : STR("");
	for (size_t i = 0; i < *count; i++) /* so that the undo is undone in one go, too */
		undos[i].group = together;
	return e;
}

static err undo(const struct request *request, struct sink *sink, struct engine *engine,
	struct arena *arena, struct why *why)
{
	struct decision *undos = arena_array(arena, GROUP_MAX, sizeof(*undos));
	int64_t typed = 0;
	uint64_t seq = 0;
	size_t count = 0;
	bool is = false;
	str word = request_argument(request, 0);

	if (!str_to_int64(word, &typed) || typed <= 0)
		return fail(why, MSG_UNDO_NUMBER, arg_str(word));
	err e = is_decision(request, engine, (uint64_t)typed, &is, why);
	if (e == OK && !is)
		e = fail(why, MSG_UNDO_NOTHING, arg_int(typed));
	if (e == OK)
		e = list_group(request, engine, (uint64_t)typed, arena, undos, &count, why);
	if (e == OK)
		e = decision_write(request, engine, undos, count, arena, &seq, why);
	if (e == OK)
		summary_of_record(request, sink, TEXT_DECIDE_DONE, seq, false);
	return e;
}

/* ---- split */

static bool is_named(const struct record_identifier *named, size_t count, str text)
{
	str type, value;

	if (!str_split(text, ':', &type, &value))
		return false;
	for (size_t i = 0; i < count; i++)
		if (str_equal(named[i].type, type) && str_equal(named[i].value, value))
			return true;
	return false;
}

static err add_pair(const struct record_identifier *named, str text, str group, struct arena *arena,
	struct decision *decision, struct why *why)
{
	struct record_identifier *pair = arena_array(arena, 2, sizeof(*pair));

	if (pair == NULL)
		return fail(why, MSG_NO_ROOM, arg_c("split"), arg_int((int64_t)arena_taken(arena)));
	pair[0] = *named;
	pair[1] = (struct record_identifier){ .type = STR("") };
	(void)str_split(text, ':', &pair[1].type, &pair[1].value);
	*decision = (struct decision){
		.activity = STR("unlink"), .identifiers = pair, .count = 2, .group = group
	};
	return OK;
}

/* Each of the named apart from each other identifier of the customer. */
static err list_pairs(const struct snapshot *snapshot, uint32_t customer,
	const struct record_identifier *named, size_t count, struct arena *arena,
	struct decision *decisions, size_t *made, struct why *why)
{
	const struct identity_view *identity = snapshot_identity(snapshot);
	const struct customer *c = identity_customer(identity, customer);
	uint32_t member = c->head;
	str group = decision_random("g:", arena);
	err e = OK;

	for (uint32_t left = c->members; e == OK && left > 0; left--) {
		str text = arena_str(arena, identity_text(identity, member));
		member = identity_next_member(identity, member);
		if (is_named(named, count, text))
			continue;
		for (size_t i = 0; e == OK && i < count; i++) {
			if (*made == GROUP_MAX)
				return fail(why, MSG_SPLIT_LARGE, arg_int(GROUP_MAX));
			e = add_pair(&named[i], text, group, arena, &decisions[*made], why);
			*made += e == OK;
		}
	}
	return e == OK && *made == 0 ? fail(why, MSG_SPLIT_ALONE) : e;
}

static err split(const struct request *request, struct sink *sink, struct engine *engine,
	struct arena *arena, struct why *why)
{
	struct identifier_rules rules = store_identifier_rules(request);
	size_t count = request_argument_count(request), made = 0;
	struct record_identifier *named = arena_array(arena, count, sizeof(*named));
	struct decision *decisions = arena_array(arena, GROUP_MAX, sizeof(*decisions));
	AUTO_SNAPSHOT snapshot = store_snapshot(request, engine);
	uint64_t seq = 0;
	uint32_t customer = CUSTOMER_NONE;
	str text;
	err e = store_customer(
		request, snapshot, request_argument(request, 0), &text, &customer, why);

	for (size_t i = 0; e == OK && i < count; i++)
		e = why_usage(why, identifier_parse(&rules, request_argument(request, i), arena,
					   &named[i], why));
	if (e == OK)
		e = list_pairs(snapshot, customer, named, count, arena, decisions, &made, why);
	if (e == OK)
		e = decision_write(request, engine, decisions, made, arena, &seq, why);
	if (e == OK)
		summary_of_record(request, sink, TEXT_DECIDE_DONE, seq, false);
	return e;
}

static err run(const struct request *request, struct sink *sink,
	err (*does)(const struct request *, struct sink *, struct engine *, struct arena *,
		struct why *),
	struct why *why)
{
	AUTO_ARENA arena = arena_create(WORK_ARENA_BYTES);
	struct engine *engine;
	err e = store_open(request, sink, STORE_CHANGE, &engine, why);

	if (e != OK)
		return e;
	e = does(request, sink, engine, arena, why);
	store_close(request, engine);
	return e;
}

static err run_undo(const struct request *request, struct sink *sink, struct why *why)
{
	return run(request, sink, undo, why);
}

static err run_split(const struct request *request, struct sink *sink, struct why *why)
{
	return run(request, sink, split, why);
}

const struct command cmd_identity_undo = {
	.name = STR_INIT("identity undo"),
	.group = GROUP_CUSTOMERS,
	.summary = WORDS("a decision is as if it never was; undoing an undo brings it back",
		"une décision est comme si elle n'avait jamais été ; annuler une annulation la "
		"rétablit"),
	.about = WORDS("The number is the one that link, unlink, split, rules apply and the others "
		       "answer with. What was decided before holds again. Of a split, and of what "
		       "undoes one, all is undone at once.",
		"Le numéro est celui que répondent link, unlink, split, rules apply et les autres. "
		"Ce "
		"qui avait été décidé avant vaut de nouveau. D'un split, et de ce qui en annule "
		"un, "
		"tout est annulé d'un coup."),
	.arguments = { 1, 1, WORDS("NUMBER", "NUMÉRO"),
		WORDS("of the decision's record", "de l'enregistrement de la décision") },
	.options = { DECISION_OPTIONS },
	.examples = { { STR_INIT("ariane identity undo 4711"),
		WORDS("it was a mistake", "c'était une erreur") } },
	.schema = STR_INIT("decision"),
	.in_house = true,
	.run = run_undo,
};

const struct command cmd_identity_split = {
	.name = STR_INIT("identity split"),
	.group = GROUP_CUSTOMERS,
	.summary = WORDS("take identifiers out of their customer: they are somebody else",
		"sortir des identifiants de leur client : ils sont quelqu'un d'autre"),
	.about = WORDS(
		"Each of them is unlinked from every other identifier of the customer; those "
		"named stay together as far as evidence joins them. The number answered undoes "
		"all of it.",
		"Chacun est délié de tous les autres identifiants du client ; ceux qui sont nommés "
		"restent ensemble autant que les faits les joignent. Le numéro répondu annule le "
		"tout."),
	.arguments = { 1, 20, WORDS("IDENTIFIER", "IDENTIFIANT"),
		WORDS("as type:value, all of one customer",
			"en type:valeur, tous d'un même client") },
	.options = { DECISION_OPTIONS },
	.examples = { { STR_INIT("ariane identity split email:son@exemple.fr cookie:c17"),
		WORDS("the son used her account", "le fils se servait de son compte") } },
	.schema = STR_INIT("decision"),
	.in_house = true,
	.run = run_split,
};

/* main/cmd_retention_run.c - ariane retention preview, run: what rules remove, or would. */
#include "main/retention.h"
#include "main/retention_view.h"
#include "main/store.h"

struct looking {
	const struct request *request;
	struct sink *sink;
	struct retention_place place;
	struct retention_account accounts[RETENTION_RULES_MAX];
	size_t count;
	bool only_looks;
};

static void account(
	struct looking *l, const struct retention_rule *rule, uint64_t events, int64_t oldest_ms)
{
	if (l->count < RETENTION_RULES_MAX)
		l->accounts[l->count++] = (struct retention_account){ rule->id, events, oldest_ms };
}

static err look_at(struct looking *l, const struct retention_rule *rule, struct why *why)
{
	struct retention_found found;
	err e = retention_find(&l->place, rule, request_now_ms(l->request), &found, why);

	if (e != OK)
		return e;
	account(l, rule, found.events, found.events == 0 ? 0 : found.oldest_ms);
	retention_found_done(&found);
	return OK;
}

static err apply(struct looking *l, const struct retention_rule *rule, struct why *why)
{
	uint64_t gone = 0;
	err e = retention_apply(&l->place, rule, request_now_ms(l->request), &gone, why);

	if (e == OK)
		account(l, rule, gone, 0);
	return e;
}

static err each_rule(struct looking *l, struct why *why)
{
	struct retention_rule *rules, asked;
	size_t count = 0;
	err e;

	if (l->only_looks && request_has(l->request, "keep")) {
		e = retention_asked(l->request, &asked, why);
		return e == OK ? look_at(l, &asked, why) : e;
	}
	e = retention_list(l->place.desk, request_arena(l->request), &rules, &count, why);
	for (size_t i = 0; e == OK && i < count; i++)
		e = l->only_looks ? look_at(l, &rules[i], why) : apply(l, &rules[i], why);
	return e;
}

static err run_store(
	const struct request *request, struct sink *sink, bool only_looks, struct why *why)
{
	struct looking l = { .request = request, .sink = sink, .only_looks = only_looks };
	struct house *house = request_house(request);
	err e = store_open(
		request, sink, only_looks ? STORE_READ : STORE_CHANGE, &l.place.engine, why);

	if (e != OK)
		return e;
	l.place.writer = house == NULL ? NULL : house->writer;
	l.place.stop = request_stop(request);
	e = desk_open(request_data(request).ptr, true, NULL, &l.place.desk, why);
	if (e == OK)
		e = each_rule(&l, why);
	if (e == OK)
		retention_tell(request, sink, l.accounts, l.count);
	if (e == OK && !only_looks)
		store_await(request);
	desk_close(l.place.desk);
	store_close(request, l.place.engine);
	return e;
}

static err run_preview(const struct request *request, struct sink *sink, struct why *why)
{
	return run_store(request, sink, true, why);
}

static err run_now(const struct request *request, struct sink *sink, struct why *why)
{
	return run_store(request, sink, false, why);
}

const struct command cmd_retention_preview = {
	.name = STR_INIT("retention preview"),
	.group = GROUP_STORE,
	.summary = WORDS("tell how many events would go now, by each rule or by one to be made",
		"dire combien d'événements partiraient, par chaque règle ou par une à créer"),
	.options = { RETENTION_RULE_OPTIONS,
		{ STR_INIT("keep"), IS_DURATION, false, WORDS("DURATION", "DURÉE"),
			WORDS("of a rule that is not made yet", "d'une règle pas encore créée"),
			STR_INIT("") } },
	.examples = { { STR_INIT("ariane retention preview --channel web --keep 90d"),
		WORDS("what such a rule would remove", "ce que retirerait une telle règle") } },
	.schema = STR_INIT("retention-run"),
	.json_lines = true,
	.read_only = true,
	.in_house = true,
	.run = run_preview,
};

const struct command cmd_retention_run = {
	.name = STR_INIT("retention run"),
	.group = GROUP_STORE,
	.summary = WORDS("apply all rules now", "appliquer toutes les règles maintenant"),
	.examples = { { STR_INIT("ariane retention run"),
		WORDS("where no server does it by itself",
			"là où aucun serveur ne le fait seul") } },
	.schema = STR_INIT("retention-run"),
	.json_lines = true,
	.in_house = true,
	.run = run_now,
};

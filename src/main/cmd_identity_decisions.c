/* main/cmd_identity_decisions.c - ariane identity decisions: what was decided on who a customer is,
 * by whom and why: each may be undone. */
#include "base/json.h"
#include "base/timestamp.h"
#include "main/store.h"

#include <stdlib.h>

enum {
	OUTPUT_BYTES_MAX = 16 << 20,
	DECISIONS_MAX = 1000, /* of one customer; the latest are told */
	ONE_BYTES_MAX = 64 << 20,
	CELL_BYTES = 64,
};
#define WORK_BYTES_MAX ((size_t)1 << 28)

struct decided {
	uint64_t seq;
	uint32_t a, b; /* identifiers */
	bool by_people;
};

/* What is asked in the writer's place: those that hold, of pairs of which one is his. */
struct asking {
	str name; /* of the customer, in normal form */
	struct snapshot *snapshot; /* of the moment of the asking */
	struct decided items[DECISIONS_MAX];
	size_t count, all;
};

static int latest_first(const void *a, const void *b)
{
	const struct decided *x = a, *y = b;

	return x->seq < y->seq ? 1 : x->seq > y->seq ? -1 : 0;
}

/* In place of the earliest, once there are too many. */
static void keep(struct asking *a, const struct identity_decision *d)
{
	const struct decided item = { d->seq, d->a, d->b, d->by_people };
	size_t earliest = 0;

	a->all++;
	if (a->count < DECISIONS_MAX) {
		a->items[a->count++] = item;
		return;
	}
	for (size_t i = 1; i < a->count; i++)
		if (a->items[i].seq < a->items[earliest].seq)
			earliest = i;
	if (item.seq > a->items[earliest].seq)
		a->items[earliest] = item;
}

static err ask(struct engine *engine, void *context, struct why *why)
{
	struct asking *a = context;
	const struct identity *identity = engine_identity(engine);

	a->snapshot = engine_snapshot(engine);
	const struct identity_view *view = snapshot_identity(a->snapshot);
	uint32_t named = identity_find(view, a->name);
	if (named == IDENTITY_NO_CODE)
		return fail(why, MSG_IDENTIFIER_UNKNOWN, arg_str(a->name));
	uint32_t customer = identity_customer_of(view, named);
	for (size_t i = 0; i < identity_decision_count(identity); i++) {
		const struct identity_decision *d = identity_decision_at(identity, i);
		if (d->kind == DECISION_NONE || d->seq == 0)
			continue;
		/* Who lives no more is known by the name alone. */
		bool is_his = d->a == named || d->b == named;
		if (customer != CUSTOMER_NONE)
			is_his = is_his || identity_customer_of(view, d->a) == customer ||
				 identity_customer_of(view, d->b) == customer;
		if (is_his)
			keep(a, d);
	}
	qsort(a->items, a->count, sizeof(*a->items), latest_first);
	return OK;
}

/* ---- for programs */

static void put(struct json_writer *w, const char *key, str text)
{
	json_put_key(w, str_of(key));
	json_put_string(w, text);
}

static bool read_record(
	struct engine *engine, const struct decided *d, struct arena *one, struct record *record)
{
	arena_reset(one);
	return engine_read(engine, d->seq, one, record, NULL) == OK &&
	       record->kind == RECORD_IDENTITY;
}

static void put_decided(struct json_writer *w, struct engine *engine, const struct asking *a,
	const struct decided *d, struct arena *one)
{
	const struct identity_view *view = snapshot_identity(a->snapshot);
	struct record record;
	char text[INSTANT_TEXT_BYTES];

	json_put_object(w);
	json_member_uint(w, "sequence", d->seq);
	put(w, "a", identity_text(view, d->a));
	put(w, "b", identity_text(view, d->b));
	json_put_key(w, STR("by_people"));
	json_put_bool(w, d->by_people);
	if (read_record(engine, d, one, &record)) {
		put(w, "activity", record.activity);
		put(w, "actor", record.actor);
		put(w, "received", instant_utc(text, record.received_ms));
		if (record.text.len > 0)
			put(w, "because", record.text);
		if (record.case_id.len > 0)
			put(w, "group", record.case_id);
	}
	json_put_end(w);
}

static void answer_program(
	struct sink *sink, struct engine *engine, const struct asking *a, struct arena *arena)
{
	AUTO_ARENA one = arena_create(ONE_BYTES_MAX);
	struct strbuf out = strbuf_heap(OUTPUT_BYTES_MAX);
	struct json_writer w = json_writer_of(&out, JSON_PRETTY);

	(void)arena;
	json_put_object(&w);
	put(&w, "customer", a->name);
	json_put_key(&w, STR("decisions"));
	json_put_array(&w);
	for (size_t i = 0; i < a->count; i++)
		put_decided(&w, engine, a, &a->items[i], one);
	json_put_end(&w);
	json_member_uint(&w, "more", a->all - a->count);
	json_put_end(&w);
	strbuf_add_byte(&out, '\n');
	sink_built(sink, &out);
	strbuf_done(&out);
}

/* ---- for people */

static void add_decided(struct grid *grid, const struct sink *sink, struct engine *engine,
	const struct asking *a, const struct decided *d, struct arena *one)
{
	const struct identity_view *view = snapshot_identity(a->snapshot);
	char text[CELL_BYTES];
	struct strbuf cell = { .ptr = text, .cap = sizeof(text), .cap_max = sizeof(text) };
	struct record record = { .kind = RECORD_IDENTITY };
	bool is_there = read_record(engine, d, one, &record);

	strbuf_add_int(&cell, (int64_t)d->seq);
	grid_add_cell(grid, strbuf_str(&cell));
	grid_add_cell(grid, is_there ? record.activity : STR(""));
	grid_add_cell(grid, identity_text(view, d->a));
	grid_add_cell(grid, identity_text(view, d->b));
	grid_add_cell(grid, is_there ? record.actor : STR(""));
	strbuf_clear(&cell);
	if (is_there)
		locale_moment(sink->locale, record.received_ms, &cell);
	grid_add_cell(grid, strbuf_str(&cell));
	grid_add_cell(grid, is_there ? record.text : STR(""));
}

static void answer_people(
	struct sink *sink, struct engine *engine, const struct asking *a, struct arena *arena)
{
	static const struct {
		enum text title;
		enum grid_column kind;
	} columns[] = { { TEXT_EXPLAIN_NUMBER, GRID_NUMBER }, { TEXT_DECISIONS_WHAT, GRID_TEXT },
		{ TEXT_EXPLAIN_FROM, GRID_SHRINKS }, { TEXT_EXPLAIN_TO, GRID_SHRINKS },
		{ TEXT_DECISIONS_WHO, GRID_TEXT }, { TEXT_PROFILE_TIME, GRID_TEXT },
		{ TEXT_DECISIONS_WHY, GRID_SHRINKS } };
	AUTO_ARENA one = arena_create(ONE_BYTES_MAX);
	struct grid *grid = grid_create(arena);

	if (a->count == 0)
		sink_say(sink, TEXT_DECISIONS_NONE);
	if (grid == NULL || a->count == 0)
		return;
	for (size_t i = 0; i < ARRAY_LEN(columns); i++)
		grid_add_column(grid, text_words(columns[i].title, sink->locale->language),
			columns[i].kind);
	for (size_t i = 0; i < a->count; i++)
		add_decided(grid, sink, engine, a, &a->items[i], one);
	sink_grid(sink, arena, grid);
	if (a->all > a->count)
		sink_remark(sink, TEXT_DECISIONS_MORE, arg_int((int64_t)(a->all - a->count)));
}

/* ---- the whole */

static err answer(
	const struct request *request, struct sink *sink, struct engine *engine, struct why *why)
{
	AUTO_ARENA arena = arena_create(WORK_BYTES_MAX);
	AUTO_SNAPSHOT now = store_snapshot(request, engine);
	struct asking *a = arena_alloc(arena, sizeof(*a));
	uint32_t customer;

	if (a == NULL)
		return fail(why, MSG_NO_ROOM, arg_c("decisions"), arg_int(0));
	*a = (struct asking){ .snapshot = NULL };
	err e = store_customer(
		request, now, request_argument(request, 0), &a->name, &customer, why);
	if (e == OK)
		e = store_ask(request, engine, ask, a, why);
	if (e == OK)
		(sink->json ? answer_program : answer_people)(sink, engine, a, arena);
	if (a->snapshot != NULL)
		snapshot_unref(a->snapshot);
	return e;
}

static err run(const struct request *request, struct sink *sink, struct why *why)
{
	return store_with(request, sink, STORE_READ, answer, why);
}

const struct command cmd_identity_decisions = {
	.name = STR_INIT("identity decisions"),
	.group = GROUP_CUSTOMERS,
	.summary = WORDS("what was decided on who a customer is, by whom and why",
		"ce qui a été décidé sur qui est un client, par qui et pourquoi"),
	.about = WORDS(
		"The decisions that hold, the latest first: links, and what is not one customer. "
		"ariane identity undo takes one back by its number; those made in one go, "
		"together.",
		"Les décisions en vigueur, la dernière d'abord : ce qui est relié, et ce qui n'est "
		"pas un même client. ariane identity undo défait l'une d'elles par son numéro ; "
		"celles prises d'un coup, ensemble."),
	.arguments = { 1, 1, WORDS("IDENTIFIER", "IDENTIFIANT"),
		WORDS("of the customer: type:value", "celui du client : type:valeur") },
	.examples = { { STR_INIT("ariane identity decisions email:jeanne@exemple.fr"),
		WORDS("those on her", "celles qui la concernent") } },
	.schema = STR_INIT("identity-decisions"),
	.read_only = true,
	.in_house = true,
	.run = run,
};

/* main/cmd_identity_explain.c - ariane identity explain: why two identifiers are one customer, or
 * are not. */
#include "base/json.h"
#include "identity/identifier.h"
#include "identity/study.h"
#include "main/store.h"

enum { OUTPUT_BYTES_MAX = 16 << 20, CELL_BYTES_MAX = 2000, RECORD_ARENA_BYTES = 64 << 20 };

/* What is asked in the writer's place; texts are copied out of it. */
struct asking {
	str names[2];
	struct identity_explanation *explanation;
	str (*texts)[2]; /* of each step */
	struct arena *arena;
	bool known[2];
};

static err ask(struct engine *engine, void *context, struct why *why)
{
	struct asking *a = context;
	AUTO_SNAPSHOT snapshot = engine_snapshot(engine);
	const struct identity_view *view = snapshot_identity(snapshot);
	uint32_t codes[2];

	for (int i = 0; i < 2; i++) {
		codes[i] = identity_find(view, a->names[i]);
		if (codes[i] == IDENTITY_NO_CODE)
			return fail(why, MSG_IDENTIFIER_UNKNOWN, arg_str(a->names[i]));
	}
	identity_explain(engine_identity(engine), codes[0], codes[1], a->explanation);
	a->texts = arena_array(a->arena, a->explanation->count + 1, sizeof(*a->texts));
	for (size_t i = 0; a->texts != NULL && i < a->explanation->count; i++) {
		const struct identity_step *step = &a->explanation->steps[i];
		a->texts[i][0] = arena_str(a->arena, identity_text(view, step->a));
		a->texts[i][1] = arena_str(a->arena, identity_text(view, step->b));
	}
	return a->texts != NULL ? OK
				: fail(why, MSG_NO_ROOM, arg_c("explain"),
					  arg_int((int64_t)arena_taken(a->arena)));
}

static const struct {
	enum text text;
	const char *word;
} fates[] = {
	[FATE_JOINS] = { TEXT_EXPLAIN_JOINS, "joins" },
	[FATE_APART] = { TEXT_EXPLAIN_APART, "refused-by-decision" },
	[FATE_LIMIT] = { TEXT_EXPLAIN_LIMIT, "refused-by-limit" },
	[FATE_BARRED] = { TEXT_EXPLAIN_BARRED, "no-link" },
};

static const struct {
	enum text text;
	const char *word;
} bars[] = {
	[BAR_NONE] = { TEXT_EXPLAIN_SHARED_NOW, "shared-by-evidence" },
	[BAR_BLOCKED] = { TEXT_EXPLAIN_BLOCKED, "blocked" },
	[BAR_SHARED] = { TEXT_EXPLAIN_SHARED, "shared" },
	[BAR_CONTEXT] = { TEXT_EXPLAIN_CONTEXT, "context" },
};

/* The record behind a step; of an erased one nothing is left. */
static bool read_step(struct engine *engine, const struct identity_step *step, struct arena *arena,
	struct record *record)
{
	arena_reset(arena);
	return step->seq > 0 && engine_read(engine, step->seq, arena, record, NULL) == OK &&
	       record->kind != RECORD_TOMBSTONE;
}

/* ---- for programs */

static void put(struct json_writer *w, const char *key, str text)
{
	json_put_key(w, str_of(key));
	json_put_string(w, text);
}

static void put_time(struct json_writer *w, const char *key, int64_t ms)
{
	char text[INSTANT_TEXT_BYTES];

	json_put_key(w, str_of(key));
	json_put_string(w, instant_utc(text, ms));
}

static void put_record(struct json_writer *w, const struct record *record)
{
	put(w, "source", record->source);
	put(w, "activity", record->activity);
	put(w, "message_id", record->message_id);
	if (record->actor.len > 0)
		put(w, "actor", record->actor);
	if (record->kind == RECORD_IDENTITY && record->text.len > 0)
		put(w, "because", record->text);
	put_time(w, "received", record->received_ms);
}

static void put_step(struct json_writer *w, struct engine *engine, const struct asking *a, size_t i)
{
	AUTO_ARENA one = arena_create(RECORD_ARENA_BYTES);
	const struct identity_step *step = &a->explanation->steps[i];
	struct record record;

	json_put_object(w);
	put(w, "a", a->texts[i][0]);
	put(w, "b", a->texts[i][1]);
	put(w, "fate", str_of(fates[step->fate].word));
	put(w, "by",
		step->by_decision ? STR("decision")
		: step->by_hash   ? STR("hash")
				  : STR("events"));
	json_member_uint(w, "sequence", step->seq);
	if (!step->by_decision && !step->by_hash) {
		json_member_uint(w, "events", step->events);
		json_put_key(w, STR("verified"));
		json_put_bool(w, step->verified);
		json_member_uint(w, "trust", step->trust);
		if (step->first_time != INT64_MAX && step->first_time != IDENTITY_ALWAYS)
			put_time(w, "first_time", step->first_time);
	}
	if (read_step(engine, step, one, &record))
		put_record(w, &record);
	json_put_end(w);
}

static void answer_program(struct sink *sink, struct engine *engine, const struct asking *a)
{
	struct strbuf out = strbuf_heap(OUTPUT_BYTES_MAX);
	struct json_writer w = json_writer_of(&out, JSON_PRETTY);
	const struct identity_explanation *x = a->explanation;

	json_put_object(&w);
	put(&w, "a", a->names[0]);
	put(&w, "b", a->names[1]);
	json_put_key(&w, STR("together"));
	json_put_bool(&w, x->together);
	for (int i = 0; i < 2; i++)
		if (x->bar[i] == FATE_BARRED)
			put(&w, i == 0 ? "a_joins_nobody" : "b_joins_nobody",
				str_of(bars[x->why_barred[i]].word));
	json_put_key(&w, STR("steps"));
	json_put_array(&w);
	for (size_t i = 0; i < x->count; i++)
		put_step(&w, engine, a, i);
	json_put_end(&w);
	json_member_uint(&w, "more", x->more);
	json_put_end(&w);
	strbuf_add_byte(&out, '\n');
	sink_built(sink, &out);
	strbuf_done(&out);
}

/* ---- for people */

static void add_words(struct grid *grid, struct sink *sink, enum text text)
{
	grid_add_cell(grid, text_words(text, sink->locale->language));
}

static void add_step(struct grid *grid, struct sink *sink, struct engine *engine,
	const struct asking *a, size_t i)
{
	AUTO_ARENA one = arena_create(RECORD_ARENA_BYTES);
	const struct identity_step *step = &a->explanation->steps[i];
	struct strbuf cell = strbuf_heap(CELL_BYTES_MAX);
	struct record record;
	bool there = read_step(engine, step, one, &record);

	grid_add_cell(grid, a->texts[i][0]);
	grid_add_cell(grid, a->texts[i][1]);
	add_words(grid, sink, fates[step->fate].text);
	grid_add_cell(grid, !there ? STR("") : step->by_decision ? record.actor : record.source);
	if (step->by_hash)
		add_words(grid, sink, TEXT_EXPLAIN_HASH);
	else
		grid_add_cell(grid, there ? record.activity : STR(""));
	locale_number(sink->locale->language, (int64_t)step->events, &cell);
	grid_add_cell(grid, step->by_decision || step->by_hash ? STR("") : strbuf_str(&cell));
	strbuf_clear(&cell);
	int64_t when = step->by_decision && there ? record.received_ms : step->first_time;
	if (when != INT64_MAX && when != IDENTITY_ALWAYS)
		locale_moment(sink->locale, when, &cell);
	grid_add_cell(grid, cell.len > 0 ? strbuf_str(&cell) : STR(""));
	strbuf_clear(&cell);
	strbuf_add_int(&cell, (int64_t)step->seq);
	grid_add_cell(grid, step->by_hash ? STR("") : strbuf_str(&cell));
	strbuf_done(&cell);
}

static void answer_people(
	struct sink *sink, struct engine *engine, const struct asking *a, struct arena *arena)
{
	static const struct {
		enum text title;
		enum grid_column kind;
	} columns[] = {
		{ TEXT_EXPLAIN_FROM, GRID_SHRINKS },
		{ TEXT_EXPLAIN_TO, GRID_SHRINKS },
		{ TEXT_EXPLAIN_FATE, GRID_TEXT },
		{ TEXT_EXPLAIN_WHO, GRID_SHRINKS },
		{ TEXT_EXPLAIN_WHAT, GRID_SHRINKS },
		{ TEXT_PROFILE_EVENTS, GRID_NUMBER },
		{ TEXT_EXPLAIN_WHEN, GRID_TEXT },
		{ TEXT_EXPLAIN_NUMBER, GRID_NUMBER },
	};
	const struct identity_explanation *x = a->explanation;
	struct grid *grid = grid_create(arena);

	sink_say(sink, x->together ? TEXT_EXPLAIN_ONE : TEXT_EXPLAIN_TWO, arg_str(a->names[0]),
		arg_str(a->names[1]));
	for (int i = 0; i < 2; i++)
		if (x->bar[i] == FATE_BARRED)
			sink_say(sink, bars[x->why_barred[i]].text, arg_str(a->names[i]));
	if (x->count == 0 && !x->together && x->bar[0] != FATE_BARRED && x->bar[1] != FATE_BARRED)
		sink_say(sink, TEXT_EXPLAIN_NOTHING);
	if (x->count == 0 || grid == NULL)
		return;
	for (size_t i = 0; i < ARRAY_LEN(columns); i++)
		grid_add_column(grid, text_words(columns[i].title, sink->locale->language),
			columns[i].kind);
	for (size_t i = 0; i < x->count; i++)
		add_step(grid, sink, engine, a, i);
	sink_grid(sink, arena, grid);
}

static err explain(
	const struct request *request, struct sink *sink, struct engine *engine, struct why *why)
{
	AUTO_ARENA arena = arena_create(OUTPUT_BYTES_MAX);
	struct identifier_rules rules = store_identifier_rules(request);
	struct identity_explanation *explanation = arena_alloc(arena, sizeof(*explanation));
	struct asking a = { .explanation = explanation, .arena = arena };
	err e = OK;

	for (size_t i = 0; e == OK && i < 2; i++) {
		struct record_identifier id = { 0 };
		e = why_usage(why,
			identifier_parse(&rules, request_argument(request, i), arena, &id, why));
		if (e == OK)
			a.names[i] = identifier_text(id.type, id.value, arena);
	}
	if (e == OK)
		e = store_ask(request, engine, ask, &a, why);
	if (e == OK && sink->json)
		answer_program(sink, engine, &a);
	else if (e == OK)
		answer_people(sink, engine, &a, arena);
	return e;
}

static err run(const struct request *request, struct sink *sink, struct why *why)
{
	return store_with(request, sink, STORE_READ, explain, why);
}

const struct command cmd_identity_explain = {
	.name = STR_INIT("identity explain"),
	.group = GROUP_CUSTOMERS,
	.summary = WORDS("why two identifiers are one customer, or why they are not",
		"pourquoi deux identifiants sont un seul client, ou pourquoi ils ne le sont pas"),
	.about = WORDS(
		"If they are one: the chain of evidence from the first to the second, with who "
		"told each link, when, how often, and the number of the record. If not: the "
		"links that were refused between them, and what joins nobody.",
		"S'ils sont un seul : la chaîne des faits du premier au second, avec qui a dit "
		"chaque "
		"lien, quand, combien de fois, et le numéro de l'enregistrement. Sinon : les liens "
		"refusés entre eux, et ce qui ne joint personne."),
	.arguments = { 2, 2, WORDS("IDENTIFIER IDENTIFIER", "IDENTIFIANT IDENTIFIANT"),
		WORDS("both as type:value", "tous deux en type:valeur") },
	.examples = { { STR_INIT("ariane identity explain cookie:c17 customer:4711"),
		WORDS("how the browser became hers",
			"comment le navigateur est devenu le sien") } },
	.schema = STR_INIT("identity-explain"),
	.in_house = true,
	.read_only = true,
	.run = run,
};

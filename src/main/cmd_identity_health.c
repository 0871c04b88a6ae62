/* main/cmd_identity_health.c - ariane identity health: what looks wrong among customers. */
#include "base/json.h"
#include "identity/study.h"
#include "main/store.h"

enum { OUTPUT_BYTES_MAX = 4 << 20 };

struct asking {
	struct sink *sink;
	struct arena *arena;
	struct identity_health *health;
	bool is_behind;
};

static void put_worst(struct json_writer *w, const char *key, const char *number,
	const struct identity_worst *list, size_t count, const struct identity_view *view)
{
	json_put_key(w, str_of(key));
	json_put_array(w);
	for (size_t i = 0; i < count; i++) {
		json_put_object(w);
		json_member_string(w, "identifier", identity_text(view, list[i].identifier));
		json_member_uint(w, number, list[i].number);
		json_put_end(w);
	}
	json_put_end(w);
}

static void answer_program(const struct asking *a, const struct identity_view *view)
{
	const struct identity_health *h = a->health;
	struct strbuf out = strbuf_heap(OUTPUT_BYTES_MAX);
	struct json_writer w = json_writer_of(&out, JSON_PRETTY);

	json_put_object(&w);
	json_member_uint(&w, "identifiers", h->identifiers);
	json_member_uint(&w, "customers", h->customers);
	json_member_uint(&w, "links", h->links);
	json_member_uint(&w, "dropped_links", h->dropped);
	json_member_uint(&w, "barred", h->barred);
	json_member_uint(&w, "decided_together", h->together);
	json_member_uint(&w, "decided_apart", h->apart);
	json_member_uint(&w, "restrained_customers", h->restrained);
	json_member_uint(&w, "shared_identifiers", h->shared);
	json_put_key(&w, STR("being_computed"));
	json_put_bool(&w, a->is_behind);
	put_worst(&w, "largest", "identifiers", h->largest, h->largest_count, view);
	put_worst(&w, "conflicts", "dropped_links", h->conflicts, h->conflict_count, view);
	put_worst(&w, "shared", "sets", h->suspects, h->suspect_count, view);
	json_put_end(&w);
	strbuf_add_byte(&out, '\n');
	sink_built(a->sink, &out);
	strbuf_done(&out);
}

static void add_worst(const struct asking *a, enum text title, enum text number,
	const struct identity_worst *list, size_t count, const struct identity_view *view)
{
	enum language language = a->sink->locale->language;
	struct grid *grid = count == 0 ? NULL : grid_create(a->arena);

	if (grid == NULL)
		return;
	sink_line(a->sink, STR(""));
	grid_add_column(grid, text_words(title, language), GRID_SHRINKS);
	grid_add_column(grid, text_words(number, language), GRID_NUMBER);
	for (size_t i = 0; i < count; i++) {
		struct strbuf cell = strbuf_in(a->arena, 64);
		grid_add_cell(grid, identity_text(view, list[i].identifier));
		locale_number(language, list[i].number, &cell);
		grid_add_cell(grid, strbuf_ok(&cell) ? strbuf_str(&cell) : STR(""));
	}
	sink_grid(a->sink, a->arena, grid);
}

static void answer_people(const struct asking *a, const struct identity_view *view)
{
	const struct identity_health *h = a->health;

	if (a->is_behind)
		sink_say(a->sink, TEXT_HEALTH_BEHIND);
	sink_say(a->sink, TEXT_HEALTH_CUSTOMERS, arg_int(h->customers), arg_int(h->identifiers));
	sink_say(a->sink, TEXT_HEALTH_LINKS, arg_int(h->links), arg_int(h->dropped),
		arg_int(h->barred));
	sink_say(a->sink, TEXT_HEALTH_SHARED, arg_int(h->shared));
	sink_say(a->sink, TEXT_HEALTH_DECIDED, arg_int(h->together), arg_int(h->apart));
	add_worst(a, TEXT_HEALTH_LARGEST, TEXT_STATUS_IDENTIFIERS, h->largest, h->largest_count,
		view);
	add_worst(a, TEXT_HEALTH_CONFLICTS, TEXT_HEALTH_DROPPED, h->conflicts, h->conflict_count,
		view);
	add_worst(a, TEXT_HEALTH_SUSPECTS, TEXT_HEALTH_SETS, h->suspects, h->suspect_count, view);
}

static err ask(
	const struct request *request, struct engine *engine, struct asking *a, struct why *why)
{
	struct engine_study *study;
	err e = store_study(request, engine, &study, why);

	if (e != OK)
		return e;
	a->is_behind = identity_view_is_behind(engine_study_view(study));
	identity_health(engine_study_identity(study), a->health);
	if (a->sink->json)
		answer_program(a, engine_study_view(study));
	else
		answer_people(a, engine_study_view(study));
	engine_study_free(study);
	return OK;
}

static err run(const struct request *request, struct sink *sink, struct why *why)
{
	AUTO_ARENA arena = arena_create(OUTPUT_BYTES_MAX);
	struct identity_health *health = arena_alloc(arena, sizeof(*health));
	struct asking a = { .sink = sink, .arena = arena, .health = health };
	struct engine *engine;
	err e = store_open(request, sink, STORE_READ, &engine, why);

	if (e != OK)
		return e;
	e = ask(request, engine, &a, why);
	store_close(request, engine);
	return e;
}

const struct command cmd_identity_health = {
	.name = STR_INIT("identity health"),
	.group = GROUP_CUSTOMERS,
	.summary = WORDS("the largest customers, dropped links, what looks shared",
		"les plus gros clients, les liens écartés, ce qui paraît partagé"),
	.examples = { { STR_INIT("ariane identity health"),
		WORDS("before changing the rules", "avant de changer les règles") } },
	.schema = STR_INIT("identity-health"),
	.in_house = true,
	.read_only = true,
	.run = run,
};

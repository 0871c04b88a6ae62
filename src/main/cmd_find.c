/* main/cmd_find.c - ariane find: customers by what somebody remembers of them. */
#include "base/json.h"
#include "base/timestamp.h"
#include "identity/naming.h"
#include "main/person_names.h"
#include "main/person_search.h"
#include "main/store.h"

#include <stdlib.h>

enum { OUTPUT_BYTES_MAX = 4 << 20, BESIDE_MAX = 5, CELL_BYTES = 64 };
#define WORK_BYTES_MAX ((size_t)1 << 28)

/* One customer, as far as a list tells of him. */
struct told {
	str customer, name;
	str beside[BESIDE_MAX]; /* his other names for longer than one contact, the best first */
	size_t beside_count;
	size_t events;
	int64_t first, last; /* ticks, if there are events */
};

struct finding {
	const struct snapshot *snapshot;
	struct arena *arena;
	struct person_search search;
	struct told told[SEARCH_FOUND_MAX];
};

static bool is_lasting(str text)
{
	str type = text, value;

	(void)str_split(text, ':', &type, &value);
	return identifier_telling(type) < TELLING_CONTACT;
}

/* Into its place among the best. */
static void put_beside(struct told *t, str text)
{
	size_t at = t->beside_count;

	while (at > 0 && identifier_tells_more(text, t->beside[at - 1]))
		at--;
	if (at == BESIDE_MAX)
		return;
	t->beside_count = MIN_OF(t->beside_count + 1, (size_t)BESIDE_MAX);
	for (size_t i = t->beside_count - 1; i > at; i--)
		t->beside[i] = t->beside[i - 1];
	t->beside[at] = text;
}

static err tell(struct finding *f, struct person_names *names, size_t i, struct why *why)
{
	const struct identity_view *identity = snapshot_identity(f->snapshot);
	uint32_t customer = f->search.found[i].customer;
	const struct customer *c = identity_customer(identity, customer);
	struct told *t = &f->told[i];
	struct thread thread;

	t->customer = identity_customer_text(identity, customer);
	uint32_t member = c->head;
	for (uint32_t k = 0; k < c->members; k++) {
		str text = identity_text(identity, member);
		if (!str_equal(text, t->customer) && is_lasting(text))
			put_beside(t, text);
		member = identity_next_member(identity, member);
	}
	err e = thread_of(snapshot_threads(f->snapshot), customer, f->arena, &thread, why);
	if (e != OK)
		return e;
	t->events = thread.count;
	t->first = thread.count > 0 ? thread.time[0] : 0;
	t->last = thread.count > 0 ? thread.time[thread.count - 1] : 0;
	return person_name(names, customer, &t->name, why);
}

/* ---- for programs */

static void put(struct json_writer *w, const char *key, str text)
{
	json_put_key(w, str_of(key));
	json_put_string(w, text);
}

static void put_time(struct json_writer *w, const char *key, bool known, int64_t ticks)
{
	char text[INSTANT_TEXT_BYTES];

	json_put_key(w, str_of(key));
	if (known)
		json_put_string(w, instant_utc(text, ms_of_ticks(ticks)));
	else
		json_put_null(w);
}

static void put_found(struct json_writer *w, const struct told *t, const struct person_found *found)
{
	static const char *const ways[] = { [FOUND_BY_IDENTIFIER] = "identifier",
		[FOUND_BY_NAME] = "name",
		[FOUND_BY_BEGINNING] = "beginning" };

	json_put_object(w);
	put(w, "customer", t->customer);
	if (t->name.len > 0)
		put(w, "name", t->name);
	put(w, "by", str_of(ways[found->by]));
	if (found->matched.len > 0)
		put(w, "matched", found->matched);
	json_put_key(w, STR("identifiers"));
	json_put_array(w);
	for (size_t i = 0; i < t->beside_count; i++)
		json_put_string(w, t->beside[i]);
	json_put_end(w);
	json_member_uint(w, "events", t->events);
	put_time(w, "first_time", t->events > 0, t->first);
	put_time(w, "last_time", t->events > 0, t->last);
	json_put_end(w);
}

static void answer_program(struct sink *sink, const struct finding *f)
{
	struct strbuf out = strbuf_heap(OUTPUT_BYTES_MAX);
	struct json_writer w = json_writer_of(&out, JSON_PRETTY);

	json_put_object(&w);
	json_member_uint(&w, "epoch", snapshot_epoch(f->snapshot));
	put_time(&w, "as_of", true, snapshot_as_of_ms(f->snapshot) * TICKS_PER_MS);
	json_put_key(&w, STR("list"));
	json_put_array(&w);
	for (size_t i = 0; i < f->search.count; i++)
		put_found(&w, &f->told[i], &f->search.found[i]);
	json_put_end(&w);
	json_put_key(&w, STR("more"));
	json_put_bool(&w, f->search.has_more);
	json_put_key(&w, STR("whole"));
	json_put_bool(&w, f->search.is_whole);
	json_put_end(&w);
	strbuf_add_byte(&out, '\n');
	sink_built(sink, &out);
	strbuf_done(&out);
}

/* ---- for people */

static void add_time(struct grid *grid, const struct sink *sink, const struct told *t)
{
	char text[CELL_BYTES];
	struct strbuf cell = { .ptr = text, .cap = sizeof(text), .cap_max = sizeof(text) };

	if (t->events > 0)
		locale_moment(sink->locale, ms_of_ticks(t->last), &cell);
	grid_add_cell(grid, strbuf_str(&cell));
}

static void add_number(struct grid *grid, const struct sink *sink, size_t number)
{
	char text[CELL_BYTES];
	struct strbuf cell = { .ptr = text, .cap = sizeof(text), .cap_max = sizeof(text) };

	locale_number(sink->locale->language, (int64_t)number, &cell);
	grid_add_cell(grid, strbuf_str(&cell));
}

static void answer_people(struct sink *sink, const struct finding *f)
{
	static const struct {
		enum text title;
		enum grid_column kind;
	} columns[] = { { TEXT_LIST_CUSTOMER, GRID_SHRINKS }, { TEXT_LIST_NAME, GRID_SHRINKS },
		{ TEXT_FIND_MATCHED, GRID_SHRINKS }, { TEXT_PROFILE_EVENTS, GRID_NUMBER },
		{ TEXT_PROFILE_LAST, GRID_TEXT } };
	struct grid *grid = grid_create(f->arena);

	if (f->search.count == 0)
		sink_say(sink, TEXT_FIND_NOBODY);
	if (grid == NULL || f->search.count == 0)
		return;
	for (size_t i = 0; i < ARRAY_LEN(columns); i++)
		grid_add_column(grid, text_words(columns[i].title, sink->locale->language),
			columns[i].kind);
	for (size_t i = 0; i < f->search.count; i++) {
		grid_add_cell(grid, f->told[i].customer);
		grid_add_cell(grid, f->told[i].name);
		grid_add_cell(grid, f->search.found[i].matched);
		add_number(grid, sink, f->told[i].events);
		add_time(grid, sink, &f->told[i]);
	}
	sink_grid(sink, f->arena, grid);
	if (f->search.has_more)
		sink_remark(sink, TEXT_FIND_MORE);
	if (!f->search.is_whole)
		sink_remark(sink, TEXT_FIND_PART);
}

/* ---- the whole */

static err tell_all(struct finding *f, struct engine *engine, struct why *why)
{
	struct person_names *names = NULL;
	err e = person_names_open(engine, f->snapshot, f->arena, &names, why);

	for (size_t i = 0; e == OK && i < f->search.count; i++)
		e = tell(f, names, i, why);
	person_names_close(names);
	return e;
}

static err answer(
	const struct request *request, struct sink *sink, struct engine *engine, struct why *why)
{
	AUTO_SNAPSHOT snapshot = store_snapshot(request, engine);
	AUTO_ARENA arena = arena_create(WORK_BYTES_MAX);
	struct identifier_rules rules = store_identifier_rules(request);
	struct finding *f = arena_alloc(arena, sizeof(*f));

	if (f == NULL)
		return fail(why, MSG_NO_ROOM, arg_c("find"), arg_int(0));
	*f = (struct finding){ .snapshot = snapshot, .arena = arena };
	err e = person_search(snapshot, &rules, request_argument(request, 0),
		(size_t)request_number(request, "limit"), request_stop(request), &f->search, why);
	if (e == OK)
		e = tell_all(f, engine, why);
	if (e == OK)
		(sink->json ? answer_program : answer_people)(sink, f);
	return e;
}

static err run(const struct request *request, struct sink *sink, struct why *why)
{
	return store_with(request, sink, STORE_READ, answer, why);
}

const struct command cmd_find = {
	.name = STR_INIT("find"),
	.group = GROUP_CUSTOMERS,
	.summary = WORDS("find customers by an identifier, its beginning, or a name",
		"trouver des clients par un identifiant, son début, ou un nom"),
	.about = WORDS(
		"A phone number, an address, a number of any kind, a name on a social network: "
		"whole, or its first three letters or more. Of a name the words, or how they "
		"begin, in any order, without accents; also a name that was borne once.",
		"Un téléphone, une adresse, un numéro de n'importe quelle sorte, un nom sur un "
		"réseau social : entier, ou ses trois premières lettres au moins. D'un nom, les "
		"mots ou leur début, dans n'importe quel ordre, sans accents ; aussi un nom porté "
		"autrefois."),
	.arguments = { 1, 1, WORDS("TEXT", "TEXTE"),
		WORDS("what one knows of them", "ce que l'on sait d'eux") },
	.options = { { STR_INIT("limit"), IS_NUMBER, false, SAME_WORDS("N"),
		WORDS("at most so many customers (50 at most)",
			"au plus ce nombre de clients (50 au maximum)"),
		STR_INIT("10") } },
	.examples = { { STR_INIT("ariane find roussel"), WORDS("by name", "par le nom") },
		{ STR_INIT("ariane find 06.53.47"),
			WORDS("by how a number begins", "par le début d'un numéro") } },
	.schema = STR_INIT("find"),
	.read_only = true,
	.in_house = true,
	.run = run,
};

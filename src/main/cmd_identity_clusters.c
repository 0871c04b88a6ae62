/* main/cmd_identity_clusters.c - ariane identity clusters: which records are which customer. */
#include "base/json.h"
#include "identity/naming.h"
#include "main/store.h"

#include <stdlib.h>

enum { LINE_BYTES_MAX = 1 << 14 };

struct listing {
	const struct identity_view *identity;
	struct sink *sink;
	struct strbuf line;
	uint32_t *best; /* by customer: the identifier by which it is told of, as code + 1; 0: not
			 * yet known */
};

/* A customer's label: numbers are volatile, the best of its identifiers is not. */
static str label_of(struct listing *l, uint32_t customer)
{
	const struct customer *c = identity_customer(l->identity, customer);
	uint32_t member = c->head, best = c->head;

	if (l->best[customer] != 0)
		return identity_text(l->identity, l->best[customer] - 1);
	for (uint32_t left = c->members; left > 0; left--) {
		if (identifier_tells_more(
			    identity_text(l->identity, member), identity_text(l->identity, best)))
			best = member;
		member = identity_next_member(l->identity, member);
	}
	l->best[customer] = best + 1;
	return identity_text(l->identity, best);
}

static void add_cell(struct strbuf *out, str text)
{
	bool quote = str_has(text, ',') || str_has(text, '"') || str_has(text, '\n') ||
		     str_has(text, '\r');

	if (!quote) {
		strbuf_add(out, text);
		return;
	}
	strbuf_add_byte(out, '"');
	for (size_t i = 0; i < text.len; i++) {
		if (text.ptr[i] == '"')
			strbuf_add_byte(out, '"');
		strbuf_add_byte(out, text.ptr[i]);
	}
	strbuf_add_byte(out, '"');
}

static void list_one(struct listing *l, uint32_t identifier, uint32_t customer)
{
	str record = identity_text(l->identity, identifier);

	(void)str_skip_prefix(&record, STR("record:")); /* as it stands in the file */
	if (l->sink->json) {
		struct json_writer w = json_writer_of(&l->line, JSON_COMPACT);
		json_put_object(&w);
		json_member_string(&w, "record", record);
		json_member_string(&w, "customer", label_of(l, customer));
		json_put_end(&w);
	} else {
		add_cell(&l->line, record);
		strbuf_add_byte(&l->line, ',');
		add_cell(&l->line, label_of(l, customer));
	}
	strbuf_add_byte(&l->line, '\n');
	sink_built(l->sink, &l->line);
	strbuf_clear(&l->line);
}

/* Each identifier that is the owner of an entity, once, in the order of arrival. */
static void list_all(struct listing *l, const struct threads_view *view)
{
	size_t rows = threads_view_rows(view);
	uint8_t *seen = memory_alloc((size_t)identity_identifier_count(l->identity) + 1);

	if (!l->sink->json)
		sink_line(l->sink, STR("record,customer"));
	for (uint32_t i = 0; i < rows && sink_ok(l->sink); i++) {
		struct row row = threads_view_row(view, i);
		if ((row.flags & ROW_HIDDEN) != 0 || (row.flags & ROW_ENTITY) == 0 ||
			row.set == IDENTITY_NO_CODE)
			continue;
		uint32_t owner = identity_set_owner(l->identity, row.set);
		uint32_t customer = identity_customer_of(l->identity, owner);
		if (seen[owner] || customer == CUSTOMER_NONE)
			continue;
		seen[owner] = 1;
		list_one(l, owner, customer);
	}
	free(seen);
}

/* Each identifier of which something is left, in the order in which they were first told. */
static void list_identifiers(struct listing *l)
{
	uint32_t count = identity_identifier_count(l->identity);

	if (!l->sink->json)
		sink_line(l->sink, STR("record,customer"));
	for (uint32_t i = 0; i < count && sink_ok(l->sink); i++) {
		uint32_t customer = identity_customer_of(l->identity, i);
		if (customer != CUSTOMER_NONE)
			list_one(l, i, customer);
	}
}

static err answer(
	const struct request *request, struct sink *sink, struct engine *engine, struct why *why)
{
	AUTO_SNAPSHOT snapshot = store_snapshot(request, engine);
	struct listing l = { .identity = snapshot_identity(snapshot),
		.sink = sink,
		.line = strbuf_heap(LINE_BYTES_MAX) };

	(void)why; /* nothing that fails */
	l.best = memory_alloc(((size_t)identity_customer_end(l.identity) + 1) * sizeof(*l.best));
	if (request_has(request, "identifiers"))
		list_identifiers(&l);
	else
		list_all(&l, snapshot_threads(snapshot));
	free(l.best);
	strbuf_done(&l.line);
	return OK;
}

static err run(const struct request *request, struct sink *sink, struct why *why)
{
	return store_with(request, sink, STORE_READ, answer, why);
}

const struct command cmd_identity_clusters = {
	.name = STR_INIT("identity clusters"),
	.group = GROUP_CUSTOMERS,
	.summary = WORDS("which record is which customer, one line a record",
		"quelle fiche est quel client, une ligne par fiche"),
	.about = WORDS(
		"CSV with the columns record and customer. A customer is named by the first of "
		"its identifiers; records of one customer have the same.",
		"CSV aux colonnes record et customer. Un client est désigné par le premier de ses "
		"identifiants ; les fiches d'un même client ont le même."),
	.options = { { STR_INIT("csv"), IS_FLAG, false, SAME_WORDS(""),
			     WORDS("CSV, as without it", "du CSV, comme sans elle"), STR_INIT("") },
		{ STR_INIT("identifiers"), IS_FLAG, false, SAME_WORDS(""),
			WORDS("every identifier, as type:value, instead of every record",
				"chaque identifiant, en type:valeur, au lieu de chaque fiche"),
			STR_INIT("") } },
	.examples = { { STR_INIT("ariane identity clusters --csv"),
		WORDS("after identity match", "après identity match") } },
	.schema = STR_INIT("identity-clusters"),
	.json_lines = true,
	.read_only = true,
	.in_house = true,
	.run = run,
};

/* main/match_write.c - see match_write.h */
#include "main/match_write.h"

#include "base/random.h"
#include "engine/prepare.h"
#include "main/store.h"

#include <stdlib.h>

enum { BATCH_ITEMS = 1024, ID_BYTES = 16 };
#define BATCH_BYTES ((size_t)64 << 20)
static const str matcher = STR_INIT("ariane:match");

struct writing {
	const struct request *request;
	struct engine *engine;
	struct preparation preparation;
	struct arena *arena; /* of the batch */
	struct prepared *prepared;
	struct engine_item *items;
	size_t count;
	uint64_t written;
};

static struct writing writing_of(struct engine *engine, const struct request *request)
{
	return (struct writing){ .request = request,
		.engine = engine,
		.preparation = { .rules = store_identifier_rules(request),
			.default_source = STR("matching"),
			.secret = engine_secret(engine) },
		.arena = arena_create(BATCH_BYTES),
		.prepared = memory_alloc(BATCH_ITEMS * sizeof(struct prepared)),
		.items = memory_alloc(BATCH_ITEMS * sizeof(struct engine_item)) };
}

static void writing_done(struct writing *w)
{
	arena_free(w->arena);
	free(w->prepared);
	free(w->items);
}

static err send(struct writing *w, struct why *why)
{
	for (size_t i = 0; i < w->count; i++)
		w->items[i] = w->prepared[i].item;
	err e = w->count > 0 ? store_write(w->request, w->engine, w->items, w->count, why) : OK;
	if (e == OK)
		w->written += w->count;
	w->count = 0;
	arena_reset(w->arena);
	return e;
}

/* Each decision is a message of its own: what was undone may be decided again. */
static str message_id(struct arena *arena)
{
	struct strbuf text = strbuf_in(arena, 2 * ID_BYTES + 3);
	uint8_t bytes[ID_BYTES];

	secret_bytes(bytes, sizeof(bytes));
	strbuf_add_c(&text, "m:");
	for (size_t i = 0; i < sizeof(bytes); i++)
		strbuf_printf(&text, "%02x", bytes[i]);
	return strbuf_ok(&text) ? strbuf_str(&text) : (str){ NULL, 0 };
}

/* Everything but the message id is borrowed until the batch is sent. */
static err add(struct writing *w, str activity, const struct record_identifier pair[static 2],
	const struct attribute *attributes, size_t attribute_count, struct why *why)
{
	err e = w->count == BATCH_ITEMS ? send(w, why) : OK;

	if (e != OK)
		return e;
	struct record *record = arena_alloc(w->arena, sizeof(*record));
	struct record_identifier *two = arena_array(w->arena, 2, sizeof(*two));
	struct attribute *kept = arena_array(w->arena, attribute_count, sizeof(*kept));
	str id = message_id(w->arena);
	if (record == NULL || two == NULL || kept == NULL || id.ptr == NULL)
		return fail(why, MSG_NO_ROOM, arg_c("decisions"), arg_int((int64_t)BATCH_BYTES));
	two[0] = pair[0];
	two[1] = pair[1];
	for (size_t i = 0; i < attribute_count; i++)
		kept[i] = attributes[i];
	*record = (struct record){ .kind = RECORD_IDENTITY,
		.activity = activity,
		.message_id = id,
		.actor = matcher,
		.identifiers = two,
		.identifier_count = 2,
		.attributes = kept,
		.attribute_count = attribute_count };
	e = item_prepare(&w->preparation, record, w->arena, &w->prepared[w->count], why);
	if (e == OK)
		w->count++;
	return e;
}

static struct record_identifier identifier_of(str text)
{
	struct record_identifier id = { .verified = false };

	ASSERT(str_split(text, ':', &id.type, &id.value)); /* ids are "type:value" */
	return id;
}

err match_write_links(struct engine *engine, const struct request *request,
	const struct match_load *load, const struct match_pair *pairs, size_t count,
	uint64_t *written, struct why *why)
{
	struct writing w = writing_of(engine, request);
	err e = OK;

	for (size_t i = 0; e == OK && i < count; i++) {
		if (pairs[i].fate != PAIR_LINKED)
			continue;
		const struct record_identifier two[2] = { identifier_of(match_records_id(
								  load->records, pairs[i].a)),
			identifier_of(match_records_id(load->records, pairs[i].b)) };
		const struct attribute weight = { STR("weight"),
			{ .kind = VALUE_FLOAT, .number = (double)pairs[i].weight } };
		e = add(&w, STR("link"), two, &weight, 1, why);
	}
	if (e == OK)
		e = send(&w, why);
	*written = w.written;
	writing_done(&w);
	return e;
}

/* ---- undo */

/* The sequences first: what is written changes them. */
static err keep_links(struct engine *engine, uint64_t *seqs, size_t *count, struct why *why)
{
	AUTO_ARENA arena = arena_create(BATCH_BYTES);
	size_t all = *count;
	struct record record;

	*count = 0;
	for (size_t i = 0; i < all; i++) {
		arena_reset(arena);
		err e = engine_read(engine, seqs[i], arena, &record, why);
		if (e != OK)
			return e;
		if (str_equal(record.actor, matcher) && str_equal(record.activity, STR("link")))
			seqs[(*count)++] = seqs[i];
	}
	return OK;
}

err match_write_undo(
	struct engine *engine, const struct request *request, uint64_t *written, struct why *why)
{
	struct writing w = writing_of(engine, request);
	struct record record;
	uint64_t *seqs;
	size_t count;
	err e = store_decisions(request, engine, &seqs, &count, why);

	if (e == OK)
		e = keep_links(engine, seqs, &count, why);
	for (size_t i = 0; e == OK && i < count; i++) {
		if (w.count == BATCH_ITEMS)
			e = send(&w, why); /* before its arena is read into again */
		if (e == OK)
			e = engine_read(engine, seqs[i], w.arena, &record, why);
		if (e == OK)
			e = add(&w, STR("forget"), record.identifiers, NULL, 0, why);
	}
	if (e == OK)
		e = send(&w, why);
	*written = w.written;
	free(seqs);
	writing_done(&w);
	return e;
}

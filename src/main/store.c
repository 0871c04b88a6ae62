/* main/store.c - see store.h */
#include "main/store.h"
#include "journey/predict_kept.h"

#include "base/file.h"
#include "identity/identifier.h"
#include "journey/predict_kept.h"

#include <string.h>

static void remark_opening(const struct engine_opening *opening, struct sink *sink)
{
	if (opening->journal.torn_bytes > 0)
		sink_remark(sink, TEXT_OPEN_TORN, arg_int((int64_t)opening->journal.torn_bytes));
	if (opening->checkpoints_damaged > 0)
		sink_remark(sink, TEXT_OPEN_CHECKPOINT);
	if (opening->quarantined > 0)
		sink_remark(sink, TEXT_OPEN_DAMAGED, arg_int((int64_t)opening->quarantined));
}

/* The folders above the data folder; what cannot be made, opening tells. */
static void make_parents(const char *folder)
{
	char path[PATH_BYTES_MAX];
	size_t len = strlen(folder);

	for (size_t i = 1; i < len && i < sizeof(path); i++)
		if (folder[i] == '/' && folder[i - 1] != '/') {
			memcpy(path, folder, i);
			path[i] = '\0';
			(void)disk_make_folder(disk_real(), path, NULL);
		}
}

/* ---- in a house, what was changed shall be seen by whoever asks next */

struct calling {
	store_change *call;
	void *context;
	uint64_t end_seq; /* of the journal, behind the call */
};

static err call_and_note(struct engine *engine, void *context, struct why *why)
{
	struct calling *c = context;
	err e = c->call(engine, c->context, why);

	c->end_seq = journal_end(engine_journal(engine));
	return e;
}

/* It is durable: that it cannot be seen yet is no reason to say that it failed. */
static void await_visible(const struct house *house, uint64_t end_seq)
{
	struct snapshot *snapshot;

	if (writer_await(house->writer, end_seq - 1, HOUSE_VISIBLE_MS, &snapshot, NULL) == OK)
		snapshot_unref(snapshot);
}

err store_call(const struct request *request, struct engine *engine, store_change *call,
	void *context, struct why *why)
{
	struct house *house = request_house(request);
	struct calling calling = { call, context, 1 };

	if (house == NULL)
		return call(engine, context, why);
	err e = writer_call(house->writer, call_and_note, &calling, why);
	if (e == OK && calling.end_seq > 1)
		await_visible(house, calling.end_seq);
	return e;
}

err store_ask(const struct request *request, struct engine *engine, store_change *call,
	void *context, struct why *why)
{
	struct house *house = request_house(request);

	return house == NULL ? call(engine, context, why)
			     : writer_call(house->writer, call, context, why);
}

static err begin_study(struct engine *engine, void *context, struct why *why)
{
	(void)why;
	*(struct engine_study **)context = engine_study_begin(engine);
	return OK;
}

err store_study(const struct request *request, struct engine *engine, struct engine_study **out,
	struct why *why)
{
	*out = NULL;
	return store_ask(request, engine, begin_study, out, why);
}

err store_call_beside(const struct request *request, struct engine *engine, store_change *call,
	void *context, struct why *why)
{
	struct house *house = request_house(request);

	return house == NULL ? call(engine, context, why)
			     : writer_call_beside(house->writer, call, context, why);
}

static err submit(struct writer *writer, struct engine_item *items, size_t count, struct why *why)
{
	struct submission submission;

	submission_init(&submission, items, count);
	err e = writer_submit(writer, &submission, INT64_MAX, why);
	if (e == OK)
		e = submission_wait(&submission, INT64_MAX, why);
	submission_done(&submission);
	return e;
}

err store_write(const struct request *request, struct engine *engine, struct engine_item *items,
	size_t count, struct why *why)
{
	struct house *house = request_house(request);
	uint64_t last = 0;

	if (house == NULL)
		return engine_write(engine, items, count, why);
	err e = submit(house->writer, items, count, why);
	for (size_t i = 0; e == OK && i < count; i++)
		last = MAX_OF(last, items[i].seq);
	if (e == OK && last > 0)
		await_visible(house, last + 1);
	return e;
}

void store_await(const struct request *request)
{
	struct house *house = request_house(request);

	if (house == NULL)
		return;
	uint64_t end_seq = journal_end(engine_journal(house->engine));
	if (end_seq > 1)
		await_visible(house, end_seq);
}

/* ---- reading */

struct snapshot *store_snapshot(const struct request *request, struct engine *engine)
{
	struct house *house = request_house(request);

	if (house == NULL)
		return engine_snapshot(engine);
	predict_kept_rest(
		house->predictions); /* whoever comes: what nobody asks for holds a view */
	return writer_snapshot(house->writer);
}

void store_index(const struct request *request, struct engine *engine)
{
	if (request_house(request) == NULL)
		engine_index(engine);
}

err store_checkpoint(const struct request *request, struct engine *engine, struct why *why)
{
	return request_house(request) == NULL ? engine_checkpoint(engine, why) : OK;
}

err store_settle(const struct request *request, struct engine *engine, struct why *why)
{
	return request_house(request) == NULL ? engine_settle(engine, why) : OK;
}

struct decisions {
	uint64_t *seqs;
	size_t count;
};

static err list_decisions(struct engine *engine, void *context, struct why *why)
{
	struct decisions *d = context;
	size_t count = engine_decision_count(engine);

	(void)why;
	d->seqs = memory_alloc((count + 1) * sizeof(*d->seqs));
	for (size_t i = 0; i < count; i++) {
		uint64_t seq = engine_decision_seq(engine, i);
		if (seq > 0)
			d->seqs[d->count++] = seq;
	}
	return OK;
}

err store_decisions(const struct request *request, struct engine *engine, uint64_t **seqs,
	size_t *count, struct why *why)
{
	struct decisions decisions = { 0 };
	err e = store_ask(request, engine, list_decisions, &decisions, why);

	*seqs = decisions.seqs;
	*count = decisions.count;
	return e;
}

/* ---- erasures whose time has come */

static void tell_rewriting(void *context, uint64_t done, uint64_t of)
{
	const struct progress_state state = {
		.doing = TEXT_ERASE_REWRITING, .unit = UNIT_EVENTS, .done = done, .total = of
	};

	sink_progress(context, &state);
}

err store_erase_bytes(const struct request *request, struct sink *sink, struct engine *engine,
	struct erasing_result *result, struct why *why)
{
	struct house *house = request_house(request);
	const struct watch watch = {
		.tell = tell_rewriting, .context = sink, .stop = request_stop(request)
	};

	return house == NULL ? engine_erase_bytes(engine, result, tell_rewriting, sink, why)
			     : writer_erase_now(house->writer, &watch, result, why);
}

/* What cannot be rewritten waits on, and is told; what was asked is done all the same. */
static void erase_what_is_due(
	const struct request *request, struct sink *sink, struct engine *engine)
{
	struct erasing_result result;
	struct why why = { 0 };

	if (!engine_erasing_is_due(
		    engine, setting_ms(request_settings(request), SETTING_ERASE_WITHIN)))
		return;
	if (store_erase_bytes(request, sink, engine, &result, &why) == OK) {
		sink_remark(sink, TEXT_ERASE_BYTES, arg_int((int64_t)result.rewritten));
		return;
	}
	struct strbuf words = strbuf_in(request_arena(request), WHY_TEXT_BYTES_MAX * 2);
	why_words(&why, sink->locale->language, &words);
	sink_remark(sink, TEXT_ERASE_FAILED, arg_str(strbuf_str(&words)));
}

/* ---- opening */

static err open_here(const struct request *request, struct sink *sink, enum store_use use,
	struct engine **out, struct why *why)
{
	char *absolute = arena_alloc(request_arena(request), PATH_BYTES_MAX);
	bool makes = use == STORE_MAKE || use == STORE_SERVE;
	struct engine_options options = { .folder = request_data(request).ptr,
		.must_exist = !makes };
	struct engine_opening opening;
	err e = OK;

	ASSERT(absolute != NULL); /* the request's arena is fresh */
	if (use == STORE_SERVE) {
		e = path_absolute(absolute, options.folder, why);
		options.folder = absolute;
	}
	if (e == OK && makes)
		make_parents(options.folder);
	if (e == OK)
		e = engine_open(&options, out, &opening, why);

	if (e == OK)
		remark_opening(&opening, sink);
	if (e == OK && use != STORE_READ)
		erase_what_is_due(request, sink, *out);
	return e;
}

err store_open(const struct request *request, struct sink *sink, enum store_use use,
	struct engine **out, struct why *why)
{
	struct house *house = request_house(request);

	if (house == NULL)
		return open_here(request, sink, use, out, why);
	ASSERT(command_in_house(request_command(request))); /* the others are never sent there */
	*out = house->engine;
	return OK;
}

void store_close(const struct request *request, struct engine *engine)
{
	if (request_house(request) == NULL)
		engine_close(engine);
}

err store_with(const struct request *request, struct sink *sink, enum store_use use, store_act *act,
	struct why *why)
{
	struct engine *engine;
	err e = store_open(request, sink, use, &engine, why);

	if (e != OK)
		return e;
	e = act(request, sink, engine, why);
	store_close(request, engine);
	return e;
}

struct identifier_rules store_identifier_rules(const struct request *request)
{
	return identifier_rules_of(request_settings(request));
}

struct identifier_rules identifier_rules_of(const struct settings *settings)
{
	return (struct identifier_rules){ .phone_country = identifier_country(
						  setting_text(settings, SETTING_PHONE_COUNTRY)),
		.customs = settings->customs,
		.custom_count = settings->custom_count };
}

err store_customer(const struct request *request, const struct snapshot *snapshot, str typed,
	str *text, uint32_t *customer, struct why *why)
{
	struct identifier_rules rules = store_identifier_rules(request);
	struct arena *arena = request_arena(request);
	struct record_identifier id;
	err e = why_usage(why, identifier_parse(&rules, typed, arena, &id, why));

	if (e != OK)
		return e;
	*text = identifier_text(id.type, id.value, arena);
	if (text->ptr == NULL)
		return fail(why, MSG_NO_ROOM, arg_str(typed), arg_int((int64_t)arena_taken(arena)));
	*customer = snapshot_customer_of(snapshot, *text);
	return *customer == CUSTOMER_NONE ? fail(why, MSG_IDENTIFIER_UNKNOWN, arg_str(*text)) : OK;
}

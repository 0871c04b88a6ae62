/* main/store.c - see store.h */
#include "main/store.h"

#include "base/file.h"
#include "identity/identifier.h"

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

/* ---- erasures whose time has come */

struct rewriting {
	struct sink *sink;
};

static void tell_rewriting(void *context, uint64_t done, uint64_t of)
{
	const struct progress_state state = {
		.doing = TEXT_ERASE_REWRITING, .unit = UNIT_EVENTS, .done = done, .total = of
	};

	sink_progress(((struct rewriting *)context)->sink, &state);
}

err store_erase_bytes(
	struct sink *sink, struct engine *engine, struct erasing_result *result, struct why *why)
{
	struct rewriting rewriting = { sink };

	return engine_erase_bytes(engine, result, tell_rewriting, &rewriting, why);
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
	if (store_erase_bytes(sink, engine, &result, &why) == OK) {
		sink_remark(sink, TEXT_ERASE_BYTES, arg_int((int64_t)result.rewritten));
		return;
	}
	struct strbuf words = strbuf_in(request_arena(request), WHY_TEXT_BYTES_MAX * 2);
	why_words(&why, sink->locale->language, &words);
	sink_remark(sink, TEXT_ERASE_FAILED, arg_str(strbuf_str(&words)));
}

err store_open(const struct request *request, struct sink *sink, enum store_use use,
	struct engine **out, struct why *why)
{
	const struct engine_options options = { .folder = request_data(request).ptr,
		.must_exist = use != STORE_MAKE };
	struct engine_opening opening;

	if (use == STORE_MAKE)
		make_parents(options.folder);
	err e = engine_open(&options, out, &opening, why);

	if (e == OK)
		remark_opening(&opening, sink);
	if (e == OK && use != STORE_READ)
		erase_what_is_due(request, sink, *out);
	return e;
}

struct identifier_rules store_identifier_rules(const struct request *request)
{
	(void)request; /* the country becomes a setting when there is more than one default */
	return (struct identifier_rules){ .phone_country = identifier_country(STR("FR")) };
}

err store_customer(const struct request *request, const struct snapshot *snapshot, str typed,
	str *text, uint32_t *customer, struct why *why)
{
	struct identifier_rules rules = store_identifier_rules(request);
	struct arena *arena = request_arena(request);
	struct record_identifier id;
	err e = identifier_parse(&rules, typed, arena, &id, why);

	if (e != OK)
		return e;
	*text = identifier_text(id.type, id.value, arena);
	if (text->ptr == NULL)
		return fail(why, MSG_NO_ROOM, arg_str(typed), arg_int((int64_t)arena_taken(arena)));
	*customer = snapshot_customer_of(snapshot, *text);
	return *customer == CUSTOMER_NONE ? fail(why, MSG_IDENTIFIER_UNKNOWN, arg_str(*text)) : OK;
}

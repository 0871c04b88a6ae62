/* tests/support/engine_sim_check.c - what must hold of a simulated engine after each opening. */
#include "engine/erasing.h"
#include "engine/prepare.h"
#include "engine/verify.h"
#include "event/codec.h"
#include "support/engine_sim_internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SEGMENT_BYTES = 3000, INDEX_ENTRIES = 16, REDELIVERED_MAX = 8 };

bool sim_same(const struct state_digest *a, const struct state_digest *b)
{
	return memcmp(a->bytes, b->bytes, sizeof(a->bytes)) == 0;
}

bool sim_digest(struct engine_sim *w, struct state_digest *out)
{
	struct why why = { 0 };
	err e = engine_digest(w->engine, out, &why);

	if (e != OK && !sim_is_trouble(w, e))
		sim_wrong_why(w, "no digest can be made", &why);
	return e == OK;
}

/* ---- the journal against the log */

static bool same_places(const struct model *model, uint64_t seq, const struct record *record)
{
	const struct model_record *told = &model->log[seq];
	struct erasure_reader reader = erasure_reader_of(record->payload);
	struct erased item = { 0 };
	bool more = erasure_next(&reader, &item);

	for (size_t i = 0; i < told->place_count; i++) {
		if (more && item.seq == told->places[i])
			more = erasure_next(&reader, &item);
		else if (!model_erased_before(model, told->places[i], seq))
			return false;
	}
	return !more;
}

static bool same_bytes(const struct model *model, const struct journal_record *stored,
	bool is_stone, struct arena *arena)
{
	const struct model_record stone = { .kind = RECORD_TOMBSTONE };
	const struct model_record *told = is_stone ? &stone : &model->log[stored->seq];
	struct strbuf out = strbuf_in(arena, 1 << 16);
	struct record record;

	if (told->kind == RECORD_ERASURE)
		return record_decode(stored->bytes, arena, &record, NULL) == OK &&
		       record.kind == RECORD_ERASURE && same_places(model, stored->seq, &record);
	record = model_record_of(told, arena);
	record_encode(&record, &out);
	return str_equal(strbuf_str(&out), stored->bytes);
}

/* Is this what the model knows?  Learns what could be either way. */
static void check_record(struct engine_sim *w, const struct journal_record *stored)
{
	AUTO_ARENA arena = arena_create(1 << 20);
	struct model_record *told = &w->model->log[stored->seq];
	bool is_stone = same_bytes(w->model, stored, true, arena);

	if (told->bytes == MODEL_EITHER)
		told->bytes = is_stone ? MODEL_STONE : MODEL_WHOLE;
	if (!same_bytes(w->model, stored, told->bytes == MODEL_STONE, arena)) {
		if (w->wrong == NULL)
			(void)snprintf(w->words, sizeof(w->words),
				"(%llu of %llu, kind %d, %s, has %s)",
				(unsigned long long)stored->seq, (unsigned long long)w->model->end,
				(int)told->kind, told->is_erased ? "erased" : "not erased",
				is_stone ? "no bytes" : "bytes");
		sim_wrong(w, "a record was altered");
	}
	if (told->received_ms == 0)
		told->received_ms = stored->received_ms;
	if (told->received_ms != stored->received_ms)
		sim_wrong(w, "a received time was altered");
}

static void check_log(struct engine_sim *w)
{
	struct journal_scan *scan;
	struct journal_record stored;
	struct why why = { 0 };
	uint64_t seq = 1;
	int64_t last_ms = INT64_MIN;
	bool more = true;
	err e = journal_scan_open(engine_journal(w->engine), 1, &scan, &why);

	if (e != OK)
		return sim_wrong_why(w, "the journal cannot be read", &why);
	for (; w->wrong == NULL; seq++) {
		e = journal_scan_next(scan, &more, &stored, &why);
		if (e != OK || !more)
			break;
		if (stored.seq != seq || seq >= w->model->end)
			sim_wrong(w, "sequences are not dense");
		else if (stored.received_ms < last_ms)
			sim_wrong(w, "received time went back");
		else
			check_record(w, &stored);
		last_ms = stored.received_ms;
	}
	if (e != OK && !sim_is_trouble(w, e))
		sim_wrong_why(w, "an acknowledged record cannot be read", &why);
	else if (e == OK && seq < w->model->end)
		sim_wrong(w, "an acknowledged record is missing");
	journal_scan_close(scan);
}

/* ---- state */

static void check_customers(struct engine_sim *w, const struct snapshot *snapshot)
{
	uint32_t of[MODEL_IDENTIFIERS];

	for (unsigned i = 0; i < MODEL_IDENTIFIERS; i++) {
		of[i] = snapshot_customer_of(snapshot, model_identifier(i));
		bool nobody = w->state.customer[i] == MODEL_NOBODY;
		if ((of[i] == CUSTOMER_NONE) != nobody)
			sim_wrong(w, nobody ? "a customer has risen" : "a customer is missing");
		for (unsigned k = 0; k < i; k++)
			if (!nobody &&
				(of[i] == of[k]) != (w->state.customer[i] == w->state.customer[k]))
				sim_wrong(w, "customers are joined otherwise");
	}
}

static bool same_rows(const struct threads_view *view, const uint32_t *rows, size_t count,
	const uint64_t *seqs, size_t expected)
{
	if (count != expected)
		return false;
	for (size_t i = 0; i < count; i++)
		if (threads_view_row(view, rows[i]).seq != seqs[i])
			return false;
	return true;
}

static void check_thread(struct engine_sim *w, const struct snapshot *snapshot, unsigned identifier)
{
	AUTO_ARENA arena = arena_create(4 << 20);
	const struct threads_view *view = snapshot_threads(snapshot);
	uint32_t customer = snapshot_customer_of(snapshot, model_identifier(identifier));
	uint8_t whom = w->state.customer[identifier];
	struct thread thread;
	const uint32_t *rows;
	size_t count = 0;
	struct why why = { 0 };

	if (customer == CUSTOMER_NONE)
		return;
	if (thread_of(view, customer, arena, &thread, &why) != OK ||
		entities_of(view, customer, arena, &rows, &count, &why) != OK)
		return sim_wrong_why(w, "a thread cannot be gathered", &why);
	size_t expected = model_thread(w->model, &w->state, whom, false, w->list);
	if (!same_rows(view, thread.row, thread.count, w->list, expected))
		sim_wrong(w, "a thread is another");
	expected = model_thread(w->model, &w->state, whom, true, w->list);
	if (!same_rows(view, rows, count, w->list, expected))
		sim_wrong(w, "the entities of a customer are others");
}

void sim_check_state(struct engine_sim *w)
{
	AUTO_SNAPSHOT snapshot = engine_snapshot(w->engine);
	const struct threads_view *view = snapshot_threads(snapshot);

	model_state_of(w->model, &w->state);
	if (threads_view_events(view) != w->state.events ||
		threads_view_entities(view) != w->state.entities)
		sim_wrong(w, "it counts other events");
	check_customers(w, snapshot);
	for (unsigned i = 0; w->wrong == NULL && i < MODEL_IDENTIFIERS; i++)
		check_thread(w, snapshot, i);
}

/* ---- opening */

static void check_opening(struct engine_sim *w, const struct engine_opening *opening)
{
	uint64_t end = journal_end(engine_journal(w->engine));

	if (!model_may_end(w->model, end))
		return sim_wrong(w, end < w->model->end ? "acknowledged records are missing"
							: "part of a batch is there");
	if (opening->journal.damaged_records > 0 || opening->quarantined > 0)
		sim_wrong(w, "the journal is damaged");
	if (opening->checkpoints_damaged > 0)
		sim_wrong(w, "a checkpoint is damaged");
	if (opening->index_damaged)
		sim_wrong(w, "the index of known messages is damaged");
	if (opening->index_from < w->index_least)
		sim_wrong(w, "the index of known messages has gone back");
	model_accept_below(w->model, end);
	model_drop(w->model);
}

bool sim_open(struct engine_sim *w, bool replay)
{
	const struct engine_options options = { .disk = sim_disk_of(w->sim),
		.clock = &w->clock,
		.folder = SIM_FOLDER,
		.segment_bytes_max = SEGMENT_BYTES,
		.dedup_entries_max = INDEX_ENTRIES,
		.ignore_checkpoint = replay };
	struct engine_opening opening;
	struct why why = { 0 };

	sim_disk_doing(w->sim, "open");
	w->must_reopen = false;
	err e = engine_open(&options, &w->engine, &opening, &why);
	if (e != OK) {
		w->engine = NULL;
		if (!sim_is_trouble(w, e))
			sim_wrong_why(w, "it does not open any more", &why);
		return false;
	}
	check_opening(w, &opening);
	if (w->wrong == NULL)
		check_log(w);
	if (w->wrong == NULL)
		sim_check_state(w);
	return true;
}

/* ---- what comes again */

static size_t gather(struct engine_sim *w, uint64_t *seq, struct arena *arena,
	struct engine_item items[static REDELIVERED_MAX], uint64_t seqs[static REDELIVERED_MAX])
{
	size_t count = 0;

	for (; count < REDELIVERED_MAX && *seq < w->model->end; ++*seq) {
		const struct model_record *told = &w->model->log[*seq];
		if (told->key == 0 || told->kind == RECORD_CORRECTION)
			continue;
		if (!sim_prepare(w, told, arena, &items[count]))
			break;
		seqs[count++] = *seq;
	}
	return count;
}

static void check_redelivery(struct engine_sim *w)
{
	uint64_t end = journal_end(engine_journal(w->engine));
	struct engine_item items[REDELIVERED_MAX];
	uint64_t seqs[REDELIVERED_MAX], seq = 1;
	struct why why = { 0 };

	while (seq < w->model->end && w->wrong == NULL) {
		AUTO_ARENA arena = arena_create(4 << 20);
		size_t count = gather(w, &seq, arena, items, seqs);
		if (count > 0 && engine_write(w->engine, items, count, &why) != OK)
			return sim_wrong_why(w, "a redelivery is refused", &why);
		for (size_t i = 0; i < count; i++) {
			bool gone = w->model->log[seqs[i]].is_erased;
			if (items[i].status != (gone ? ITEM_ERASED : ITEM_DUPLICATE) ||
				(!gone && items[i].seq != seqs[i]))
				sim_wrong(w, gone ? "what was erased came back"
						  : "a redelivery is taken for new");
		}
	}
	if (journal_end(engine_journal(w->engine)) != end)
		sim_wrong(w, "a redelivery added something");
}

/* ---- erased bytes, back-ups */

void sim_check_erased(struct engine_sim *w)
{
	char secret[24];

	for (uint64_t seq = 1; seq < w->model->end; seq++) {
		const struct model_record *told = &w->model->log[seq];
		if (!told->is_erased || told->kind == RECORD_ERASURE)
			continue;
		model_secret(told->content, secret);
		if (sim_disk_holds_under(w->sim, SIM_FOLDER, str_of(secret)))
			sim_wrong(w, "erased bytes are still on the disk");
	}
	for (unsigned i = 0; i < MODEL_IDENTIFIERS; i++) {
		str text = model_identifier(i);
		str value = str_from(text, (size_t)(strchr(text.ptr, ':') - text.ptr) + 1);
		if (!model_names(w->model, i) && sim_disk_holds_under(w->sim, SIM_FOLDER, value))
			sim_wrong(w, "an erased identifier is still on the disk");
	}
}

void sim_check_restored(struct engine_sim *w, const struct sim_restored *restored)
{
	const struct engine_options options = { .disk = sim_disk_of(w->sim),
		.clock = &w->clock,
		.folder = restored->path,
		.must_exist = true,
		.segment_bytes_max = SEGMENT_BYTES,
		.dedup_entries_max = INDEX_ENTRIES };
	struct engine *live = w->engine;
	struct engine_opening opening;
	struct state_digest digest;
	struct why why = { 0 };
	err e = engine_open(&options, &w->engine, &opening, &why);

	if (e == OK && sim_digest(w, &digest) &&
		!sim_same(&digest, &w->backups[restored->backup].digest))
		sim_wrong(w, "a restored back-up has another digest");
	if (e == OK)
		engine_close(w->engine);
	else if (!sim_is_trouble(w, e) && (restored->is_whole || e != ERR_NOT_FOUND))
		sim_wrong_why(w, "a restored back-up does not open", &why);
	w->engine = live;
}

/* Not acknowledged, a back-up is whole or is none. */
static void check_backups(struct engine_sim *w)
{
	struct backup_summary summary;
	struct why why = { 0 };

	for (size_t i = 0; i < w->backup_count; i++) {
		const struct sim_backup *b = &w->backups[i];
		err e = backup_check(sim_disk_of(w->sim), b->path, &summary, &why);
		if (e == OK ? summary.end_seq != b->end : b->is_whole || e != ERR_NOT_FOUND)
			sim_wrong_why(w, "a back-up is damaged", &why);
	}
	for (size_t i = 0; i < w->restored_count; i++)
		sim_check_restored(w, &w->restored[i]);
}

/* ---- the last word */

static void note_fault(void *context, const struct why *fault)
{
	sim_wrong_why(context, "verify finds a fault:", fault);
}

static void check_verify(struct engine_sim *w)
{
	struct verification v;
	struct why why = { 0 };

	if (engine_verify(w->engine, note_fault, w, &v, &why) != OK)
		sim_wrong_why(w, "it cannot be verified", &why);
	else if (!v.same)
		sim_wrong(w, "a replay gives another digest");
}

static void check_erasing(struct engine_sim *w)
{
	struct why why = { 0 };
	struct erasing_result erasing;

	if (engine_erase_bytes(w->engine, &erasing, NULL, NULL, &why) != OK)
		return sim_wrong_why(w, "bytes cannot be erased", &why);
	for (uint64_t seq = 1; seq < w->model->end; seq++)
		if (w->model->log[seq].is_erased)
			w->model->log[seq].bytes = MODEL_STONE;
	sim_check_erased(w);
}

void sim_judge(struct engine_sim *w)
{
	struct state_digest digests[3];

	*sim_disk_faults(w->sim) = (struct sim_faults){ .uncounted = true };
	for (int i = 0; i < 3 && w->wrong == NULL; i++) { /* as it is, by replay, without bytes */
		if (!sim_open(w, i == 1))
			return sim_wrong(w, "it does not open on a healthy disk");
		if (w->wrong != NULL || !sim_digest(w, &digests[i]))
			return;
		if (!sim_same(&digests[0], &digests[i]))
			return sim_wrong(w, i == 1 ? "a full replay gives another digest"
						   : "erasing bytes changes the digest");
		check_redelivery(w);
		if (i == 0 && w->wrong == NULL)
			check_verify(w);
		if (i == 1 && w->wrong == NULL)
			check_erasing(w);
		sim_close(w);
	}
	if (w->wrong == NULL)
		check_backups(w);
}

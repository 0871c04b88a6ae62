/* journal/recover.c - what a folder of segments holds after whatever happened: see journal.h
 *
 *   names --highest whole generation wins--> segments --the last one--> walk its batches
 *     end mark, nothing behind it   closed cleanly: nothing to write
 *     zeros                         ended by a crash between batches
 *     a torn batch                  cut (segment.h says how it is told from damage)
 *     anything else                 ERR_CORRUPT: what stands there may be acknowledged
 *   then the last batch is written again and synced (a sync that failed may have left it in the
 *   page cache alone), and the end mark behind it, synced by itself.
 */
#include "journal/journal_internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LIST_BYTES_MAX = 256 << 20 };

static bool is_whole(const struct segment *s)
{
	return s->head_ok && (!s->name.sealed || s->footer_ok);
}

struct names {
	struct segment_name *list; /* ascending by first sequence, then generation */
	size_t count;
};

static int by_age(const void *a, const void *b)
{
	const struct segment_name *x = a, *y = b;

	if (x->first_seq != y->first_seq)
		return x->first_seq < y->first_seq ? -1 : 1;
	return (x->generation > y->generation) - (x->generation < y->generation);
}

static err list_names(
	struct journal *journal, struct arena *arena, struct names *out, struct why *why)
{
	struct disk_entry *entries;
	size_t count;
	err e = disk_list(journal->disk, journal->folder, arena, &entries, &count, why);

	if (e != OK)
		return e;
	out->list = arena_array(arena, count, sizeof(*out->list));
	out->count = 0;
	if (out->list == NULL)
		return fail(why, MSG_NO_ROOM, arg_c(journal->folder), arg_int(LIST_BYTES_MAX));
	for (size_t i = 0; i < count; i++)
		if (!entries[i].is_folder &&
			segment_name_parse(entries[i].name, &out->list[out->count]))
			out->count++;
	if (out->count > 0)
		qsort(out->list, out->count, sizeof(*out->list), by_age);
	return OK;
}

/* Of the generations list[from, to) of one first sequence: the highest that is whole, else the
 * highest. */
static err open_best(struct journal *journal, const struct names *names, size_t from, size_t to,
	uint64_t end_seq, struct why *why)
{
	struct segment *best = NULL, *s;
	err e = OK;

	for (size_t i = to; e == OK && i > from && (best == NULL || !is_whole(best)); i--) {
		e = segment_open(
			journal->disk, journal->folder, names->list[i - 1], end_seq, &s, why);
		if (e == OK && (best == NULL || is_whole(s))) {
			segment_unref(best);
			best = s;
		} else if (e == OK) {
			segment_unref(s);
		}
	}
	if (e != OK)
		segment_unref(best);
	else
		journal_add_segment(journal, best);
	return e;
}

static err open_all(struct journal *journal, const struct names *names, struct why *why)
{
	err e = OK;

	for (size_t from = 0, to; e == OK && from < names->count; from = to) {
		uint64_t first = names->list[from].first_seq;
		for (to = from + 1; to < names->count && names->list[to].first_seq == first;)
			to++;
		e = open_best(journal, names, from, to,
			to < names->count ? names->list[to].first_seq : first, why);
	}
	return e;
}

static bool is_listed(struct journal *journal, struct segment_name name)
{
	struct segment *s = journal_find(journal, name.first_seq);
	bool same = s != NULL && s->name.first_seq == name.first_seq &&
		    s->name.generation == name.generation && s->name.sealed == name.sealed;

	segment_unref(s);
	return same;
}

static bool is_ours_to_remove(struct journal *journal, str file)
{
	struct segment_name name;

	if (str_ends(file, STR(".tmp")))
		return segment_name_parse(str_upto(file, file.len - strlen(".tmp")), &name);
	return segment_name_parse(file, &name) && !is_listed(journal, name);
}

/* What is seen may not be durable yet: a sync of the folder may have failed before this opening.
 * So it is synced before anything is removed for the sake of a newer file. */
err journal_sweep(struct journal *journal, struct why *why)
{
	AUTO_ARENA arena = arena_create(LIST_BYTES_MAX);
	char path[PATH_BYTES_MAX];
	struct disk_entry *entries;
	size_t count, removed = 0;
	err e = disk_sync_folder(journal->disk, journal->folder, why);

	if (e == OK)
		e = disk_list(journal->disk, journal->folder, arena, &entries, &count, why);
	for (size_t i = 0; e == OK && i < count; i++) {
		if (entries[i].is_folder || !is_ours_to_remove(journal, entries[i].name))
			continue;
		e = path_join(path, journal->folder, entries[i].name.ptr, why);
		if (e == OK)
			e = disk_remove(journal->disk, path, why);
		removed++;
	}
	if (e == OK && removed > 0)
		e = disk_sync_folder(journal->disk, journal->folder, why);
	return e;
}

/* What the walk over the active segment has found so far. */
struct tail {
	struct row_walk walk;
	uint64_t at, seq; /* behind the last good thing */
	uint64_t last_at; /* of the last batch; 0: none */
	uint64_t bad_at, bad_seq; /* the last batch, if its checksum is wrong; 0: it is not */
	int64_t received_ms, before_ms; /* of the last batch; of the one before */
	bool ended; /* an end mark stands at `at` */
	uint64_t damaged, bad_damaged; /* records; of these, in the last batch */
};

static uint64_t count_damaged(const struct row_found *found)
{
	struct row_records records = { .body = found->body, .left = found->mark.count };
	uint64_t damaged = 0;
	uint32_t skip;
	bool ok;
	str bytes;

	while (row_records_next(&records, &bytes, &ok, &skip))
		damaged += ok ? 0 : skip;
	return damaged;
}

static void take_batch(struct segment *s, struct tail *tail, const struct row_found *found)
{
	if (found->body_ok) {
		segment_lock(s);
		segment_note_batch(s, &found->mark, found->body);
		segment_unlock(s);
	} else {
		tail->bad_damaged = count_damaged(found);
		tail->damaged += tail->bad_damaged;
	}
	tail->bad_at = found->body_ok ? 0 : found->at;
	tail->bad_seq = found->seq;
	tail->before_ms = tail->received_ms;
	tail->received_ms = MAX_OF(tail->received_ms, found->mark.received_ms);
	tail->last_at = found->at;
	tail->at = tail->walk.at;
	tail->seq = found->end_seq;
}

static err walk_active(struct segment *s, struct tail *tail, struct why *why)
{
	struct row_found found = { .step = ROW_BATCH };

	while (found.step == ROW_BATCH || found.step == ROW_GAP) {
		err e = row_walk_next(&tail->walk, &found, why);
		if (e != OK)
			return e;
		if (found.step == ROW_BATCH) {
			take_batch(s, tail, &found);
		} else if (found.step == ROW_GAP) {
			tail->damaged += found.end_seq - found.seq;
			tail->seq = found.end_seq;
			tail->at = tail->walk.at;
			tail->last_at = tail->bad_at = 0;
		}
	}
	tail->ended = found.step == ROW_END;
	return OK;
}

static struct row_mark former_end(const struct tail *tail, uint64_t at, uint64_t seq, int64_t ms)
{
	return (struct row_mark){
		.end = true, .first_seq = seq, .at = at, .salt = tail->walk.salt, .received_ms = ms
	};
}

/* The last batch has a wrong checksum and no proof behind it: torn, or damaged? */
static err judge_last_batch(struct tail *tail, struct why *why)
{
	struct row_mark former = former_end(tail, tail->bad_at, tail->bad_seq, tail->before_ms);
	uint64_t bytes;
	bool torn;
	err e = row_tail_is_torn(&tail->walk.window, tail->bad_at, &former, &torn, &bytes, why);

	if (e != OK || !torn)
		return e;
	tail->at = tail->bad_at;
	tail->seq = tail->bad_seq;
	tail->received_ms = tail->before_ms;
	tail->damaged -= tail->bad_damaged;
	tail->last_at = 0; /* the one before was acknowledged, so it is durable */
	return OK;
}

static err judge_tail(struct segment *s, struct tail *tail, uint64_t *torn_bytes, struct why *why)
{
	uint64_t behind = tail->at + (tail->ended ? ROW_MARK_BYTES : 0);
	struct row_mark former = former_end(tail, behind, tail->seq, tail->received_ms);
	bool torn;
	err e = row_tail_is_torn(&tail->walk.window, behind, &former, &torn, torn_bytes, why);

	if (e != OK || torn || tail->ended) /* behind an end mark nothing was acknowledged */
		return e;
	why_at(why, str_of(s->path), -1, -1, (int64_t)behind);
	return fail(why, MSG_JOURNAL_TAIL, arg_c(s->path), arg_int((int64_t)behind));
}

/* Writes the last batch again: after a sync that failed it may stand in the page cache alone,
 * where reading finds it and a later sync does not. */
static err write_again(struct segment *s, struct tail *tail, struct why *why)
{
	const char *bytes;

	if (tail->last_at == 0)
		return OK;
	size_t length = (size_t)(tail->at - tail->last_at);
	err e = row_window_need(&tail->walk.window, tail->last_at, length, &bytes, why);
	return e == OK ? file_write_at(s->file, tail->last_at, bytes, length, why) : e;
}

static err repair(struct journal *journal, struct segment *s, struct tail *tail, struct why *why)
{
	struct why nobody;
	err e = write_again(s, tail, why);

	if (e == OK)
		e = file_truncate(s->file, tail->at, why);
	if (e == OK)
		e = file_sync(s->file, why);
	if (e != OK)
		return e;
	e = journal_put_end(journal, s, &nobody);
	/* On a full disk there is no room for the mark: it is a help, not a need. */
	return e == ERR_FULL ? OK : e == OK ? OK : journal_put_end(journal, s, why);
}

static err recover_active(struct journal *journal, struct segment *s,
	struct journal_recovery *recovery, struct why *why)
{
	uint64_t file_bytes = s->end_at;
	struct tail tail = { .walk = segment_walk(s, file_bytes),
		.at = SEGMENT_HEAD_BYTES,
		.seq = s->name.first_seq,
		.received_ms = s->head.received_ms };
	err e = OK;

	if (file_bytes < SEGMENT_HEAD_BYTES)
		e = fail(why, MSG_JOURNAL_TAIL, arg_c(s->path), arg_int(0));
	if (e == OK)
		e = walk_active(s, &tail, why);
	if (e == OK && !tail.ended && tail.bad_at > 0)
		e = judge_last_batch(&tail, why);
	if (e == OK)
		e = judge_tail(s, &tail, &recovery->torn_bytes, why);
	if (e == OK && tail.walk.any_salt) /* neither file head nor batch: nothing to go on from */
		e = fail(why, MSG_JOURNAL_TAIL, arg_c(s->path), arg_int(0));
	if (e == OK) {
		s->head.salt = tail.walk.salt;
		s->end_at = journal->at = tail.at;
		s->end_seq = tail.seq;
		s->indexed = true;
		s->damaged = s->damaged || tail.damaged > 0;
		recovery->damaged_records = tail.damaged;
		journal->zeros_to = tail.at + ROW_MARK_BYTES;
		atomic_store(&journal->end_seq, tail.seq);
		atomic_store(&journal->received_ms, tail.received_ms);
		if (!tail.ended || file_bytes != tail.at + ROW_MARK_BYTES)
			e = repair(journal, s, &tail, why);
	}
	row_window_done(&tail.walk.window);
	return e;
}

/* A sealed or rewritten file is never the last one: a new one is made before. */
static err refuse_lost_end(struct journal *journal, struct segment *last, struct why *why)
{
	if (!last->name.sealed && last->name.generation == 0)
		return OK;
	uint64_t end = last->head.sealed ? last->head.end_seq : 0;
	return fail(why, MSG_JOURNAL_LAST_MISSING, arg_c(journal->folder), arg_int((int64_t)end));
}

static void sum_up(struct journal *journal, struct journal_recovery *recovery)
{
	recovery->first_seq = segment_first_seq(journal->segments[0]);
	recovery->end_seq = journal_end(journal);
	recovery->segments = journal->count;
	recovery->bytes = journal_bytes(journal);
	recovery->last_received_ms = journal_last_received_ms(journal);
	for (size_t i = 0; i < journal->count; i++)
		recovery->sealed_segments += journal->segments[i]->name.sealed;
}

err journal_load(struct journal *journal, struct journal_recovery *recovery, struct why *why)
{
	AUTO_ARENA arena = arena_create(LIST_BYTES_MAX);
	struct names names = { 0 };
	err e = list_names(journal, arena, &names, why);

	ahead_remove_all(journal->disk, journal->folder);
	if (e == OK)
		e = open_all(journal, &names, why);
	if (e != OK)
		return e;
	if (journal->count == 0) {
		atomic_store(&journal->end_seq, 1);
		e = journal_begin_segment(journal, 1, why);
	} else {
		e = refuse_lost_end(journal, journal_active(journal), why);
		if (e == OK)
			e = recover_active(journal, journal_active(journal), recovery, why);
	}
	if (e == OK)
		e = journal_sweep(journal, why);
	if (e == OK)
		sum_up(journal, recovery);
	return e;
}

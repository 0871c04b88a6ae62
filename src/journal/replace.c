/* journal/replace.c - sealing and erasing: a closed file replaced by a new generation of it.
 *
 *   write NAME+1.tmp -> sync -> rename -> sync folder -> open it, put it into the list
 *   -> remove the old file -> sync folder
 *
 * Whoever reads the old file goes on with it: it stays open.  Where a step fails, the list has
 * either the old or the new file, and both hold the same records; what lies about is swept
 * before the next replacement, and at opening.
 */
#include "base/crc32c.h"
#include "event/codec.h"
#include "journal/journal_internal.h"

enum { LEVEL_DEFAULT = 3 };

/* The tombstones to set: sorted sequences, consumed from the front. */
struct erased {
	const uint64_t *seqs;
	size_t count;
	str tombstone;
};

static bool is_erased(struct erased *erased, uint64_t seq)
{
	while (erased->count > 0 && erased->seqs[0] < seq) {
		erased->seqs++;
		erased->count--;
	}
	return erased->count > 0 && erased->seqs[0] == seq;
}

/* Takes the next record of a segment that has to be whole. */
static err next_whole(struct segment *s, struct segment_cursor *cursor, struct erased *erased,
	struct segment_item *item, struct why *why)
{
	err e = segment_cursor_next(cursor, item, why);

	if (e == OK && item->kind == ITEM_DAMAGE)
		return segment_damage(s, item->seq, item->end_seq, item->at, why);
	if (e == OK && item->kind == ITEM_RECORD && is_erased(erased, item->seq))
		item->bytes = erased->tombstone;
	return e;
}

/* Rows: batches are made anew, of records received at the same time. */
struct row_writer {
	struct file *file;
	struct row_batch batch;
	struct row_mark mark; /* of the batch being gathered */
};

static err flush_rows(struct row_writer *writer, struct why *why)
{
	struct row_mark *mark = &writer->mark;

	if (mark->count == 0)
		return OK;
	if (!strbuf_ok(&writer->batch.bytes))
		return fail(why, MSG_NO_ROOM, arg_c("batch"), arg_int(SEGMENT_BATCH_BYTES_MAX));
	row_batch_end(&writer->batch, mark);
	str bytes = row_batch_bytes(&writer->batch);
	err e = file_write_at(writer->file, mark->at, bytes.ptr, bytes.len, why);
	mark->at += bytes.len;
	mark->first_seq += mark->count;
	mark->count = 0;
	row_batch_begin(&writer->batch);
	return e;
}

static err add_row(struct row_writer *writer, const struct segment_item *item, struct why *why)
{
	err e = OK;

	if (item->received_ms != writer->mark.received_ms ||
		writer->batch.bytes.len >= SEGMENT_BLOCK_BYTES)
		e = flush_rows(writer, why);
	writer->mark.received_ms = item->received_ms;
	writer->mark.count++;
	row_batch_add(&writer->batch, item->bytes, crc32c(0, item->bytes));
	return e;
}

static err end_rows(struct row_writer *writer, struct why *why)
{
	char bytes[ROW_MARK_BYTES];
	err e = flush_rows(writer, why);
	struct row_mark end = { .end = true,
		.first_seq = writer->mark.first_seq,
		.at = writer->mark.at,
		.salt = writer->mark.salt,
		.received_ms = writer->mark.received_ms };

	if (e != OK)
		return e;
	row_mark_encode(&end, bytes);
	return file_write_at(writer->file, end.at, bytes, sizeof(bytes), why);
}

static err write_head(struct file *file, const struct segment_head *head, struct why *why)
{
	struct strbuf bytes = strbuf_heap(SEGMENT_HEAD_BYTES);

	segment_head_encode(head, &bytes);
	err e = file_write_at(file, 0, bytes.ptr, bytes.len, why);
	strbuf_done(&bytes);
	return e;
}

static err write_rows(struct segment *old, struct file *file, const struct segment_head *head,
	struct erased erased, struct why *why)
{
	struct row_writer writer = { .file = file,
		.batch = { .bytes = strbuf_heap(ROW_BATCH_BYTES_MAX) },
		.mark = { .first_seq = head->first_seq,
			.at = SEGMENT_HEAD_BYTES,
			.salt = head->salt,
			.received_ms = head->received_ms } };
	struct segment_cursor *cursor = segment_cursor_open(old, head->first_seq);
	struct segment_item item = { .kind = ITEM_RECORD };
	err e = write_head(file, head, why);

	row_batch_begin(&writer.batch);
	while (e == OK && item.kind == ITEM_RECORD) {
		e = next_whole(old, cursor, &erased, &item, why);
		if (e == OK && item.kind == ITEM_RECORD)
			e = add_row(&writer, &item, why);
	}
	if (e == OK)
		e = end_rows(&writer, why);
	segment_cursor_close(cursor);
	strbuf_done(&writer.batch.bytes);
	return e;
}

/* From rows. */
static err write_sealed(struct segment *old, struct file *file, const struct segment_head *head,
	struct erased erased, struct why *why)
{
	struct sealed_writer writer;
	struct segment_cursor *cursor = segment_cursor_open(old, head->first_seq);
	struct segment_item item = { .kind = ITEM_RECORD };

	sealed_writer_init(&writer, file, (int)head->level);
	err e = sealed_writer_begin(&writer, head, why);
	while (e == OK && item.kind == ITEM_RECORD) {
		e = next_whole(old, cursor, &erased, &item, why);
		if (e == OK && item.kind == ITEM_RECORD)
			e = sealed_writer_add(&writer, item.received_ms, item.bytes, why);
	}
	if (e == OK)
		e = sealed_writer_end(&writer, why);
	segment_cursor_close(cursor);
	sealed_writer_done(&writer);
	return e;
}

static err reseal_block(struct segment *old, struct sealed_writer *writer,
	const struct sealed_block *block, struct erased *erased, struct why *why)
{
	AUTO_ARENA arena = arena_create(SEALED_BLOCK_MEMORY_MAX);
	struct sealed_record *records;
	bool ok;
	err e = sealed_block_load(old->file, block, arena, &ok, &records, why);

	if (e == OK && !ok)
		e = segment_damage(
			old, block->first_seq, block->first_seq + block->count, block->at, why);
	for (size_t i = 0; e == OK && i < block->count; i++) {
		str bytes = is_erased(erased, block->first_seq + i) ? erased->tombstone
								    : records[i].bytes;
		e = sealed_writer_add(writer, records[i].received_ms, bytes, why);
	}
	return e;
}

static err refuse_gap(
	struct segment *old, uint64_t seq, uint64_t next, uint64_t at, struct why *why)
{
	return seq == next ? OK : segment_damage(old, seq, MAX_OF(next, seq + 1), at, why);
}

/* From a sealed file: blocks without erased records are copied as they are. */
static err copy_sealed(struct segment *old, struct file *file, const struct segment_head *head,
	struct erased erased, struct why *why)
{
	struct sealed_writer writer;

	sealed_writer_init(&writer, file, (int)head->level);
	err e = sealed_writer_begin(&writer, head, why);
	for (size_t i = 0; e == OK && i < old->block_count; i++) {
		const struct sealed_block *block = &old->blocks[i];
		e = refuse_gap(old, writer.seq + writer.count, block->first_seq, block->at, why);
		if (e != OK)
			break;
		(void)is_erased(&erased, block->first_seq); /* drops those before it */
		bool touched = erased.count > 0 && erased.seqs[0] - block->first_seq < block->count;
		e = touched ? reseal_block(old, &writer, block, &erased, why)
			    : sealed_writer_copy(&writer, old->file, block, why);
	}
	if (e == OK)
		e = sealed_writer_end(&writer, why);
	if (e == OK)
		e = refuse_gap(old, writer.seq, segment_end_seq(old), old->end_at, why);
	sealed_writer_done(&writer);
	return e;
}

static err put_in_place(
	struct journal *journal, struct segment *old, struct segment_name name, struct why *why)
{
	struct segment *fresh;
	err e = segment_open(
		journal->disk, journal->folder, name, segment_end_seq(old), &fresh, why);

	if (e != OK)
		return e;
	(void)pthread_mutex_lock(&journal->list_lock); /* fails only when misused */
	for (size_t i = 0; i < journal->count; i++)
		if (journal->segments[i] == old)
			journal->segments[i] = fresh;
	(void)pthread_mutex_unlock(&journal->list_lock);
	block_cache_forget(journal->cache, old->id);
	e = disk_remove(journal->disk, old->path, why);
	segment_unref(old); /* the list's reference; the caller has its own */
	return e == OK ? disk_sync_folder(journal->disk, journal->folder, why) : e;
}

typedef err (*write_fn)(struct segment *old, struct file *file, const struct segment_head *head,
	struct erased erased, struct why *why);

/* The caller holds `replacing` and a reference to `old`, which is closed. */
static err replace(struct journal *journal, struct segment *old, bool sealed, int level,
	struct erased erased, struct why *why)
{
	struct segment_head head = old->head;
	struct fresh_file fresh;

	if (head.generation == SEGMENT_GENERATION_MAX)
		return fail(why, MSG_JOURNAL_GENERATIONS, arg_c(old->path),
			arg_int(SEGMENT_GENERATION_MAX));
	head.generation++;
	head.salt = segment_new_salt();
	head.level = !sealed     ? 0
		     : level > 0 ? (uint32_t)level
				 : LEVEL_DEFAULT; /* its head was lost */
	head.end_seq = sealed ? segment_end_seq(old) : 0;
	head.sealed = sealed;
	head.version = SEGMENT_VERSION;
	struct segment_name name = { head.first_seq, head.generation, sealed };
	write_fn write = !sealed ? write_rows : old->name.sealed ? copy_sealed : write_sealed;
	err e = fresh_open(journal, name, &fresh, why);
	if (e != OK)
		return e;
	e = write(old, fresh.file, &head, erased, why);
	if (e != OK) {
		fresh_drop(journal, &fresh);
		return e;
	}
	e = fresh_keep(journal, &fresh, why);
	if (e == OK)
		e = put_in_place(journal, old, name, why);
	journal->leftovers = e != OK;
	return e;
}

static err begin_replacing(struct journal *journal, struct why *why)
{
	(void)pthread_mutex_lock(&journal->replacing); /* fails only when misused */
	err e = journal->leftovers ? journal_sweep(journal, why) : OK;
	journal->leftovers = e != OK;
	return e;
}

static void end_replacing(struct journal *journal)
{
	(void)pthread_mutex_unlock(&journal->replacing); /* fails only when misused */
}

/* Closed row files without known damage: how many, and the oldest with a reference, or NULL. */
static size_t to_seal(struct journal *journal, struct segment **oldest)
{
	size_t count = 0;

	*oldest = NULL;
	(void)pthread_mutex_lock(&journal->list_lock); /* fails only when misused */
	for (size_t i = 0; i + 1 < journal->count; i++) {
		struct segment *s = journal->segments[i];
		if (s->name.sealed || atomic_load(&s->unsealable))
			continue;
		if (count++ == 0)
			*oldest = segment_ref(s);
	}
	(void)pthread_mutex_unlock(&journal->list_lock);
	return count;
}

size_t journal_unsealed(struct journal *journal)
{
	struct segment *oldest;
	size_t count = to_seal(journal, &oldest);

	segment_unref(oldest);
	return count;
}

err journal_seal_one(struct journal *journal, int level, bool *did, struct why *why)
{
	err e = begin_replacing(journal, why);
	struct segment *old = NULL;

	if (e == OK && to_seal(journal, &old) > 0) {
		e = replace(journal, old, true, level, (struct erased){ 0 }, why);
		if (e == ERR_CORRUPT) /* told once; it stays as it is */
			atomic_store(&old->unsealable, true);
	}
	end_replacing(journal);
	if (e == OK)
		*did = old != NULL;
	segment_unref(old);
	return e;
}

/* Those of the sequences that lie in the segment. */
static struct erased part_of(struct segment *s, struct erased all)
{
	uint64_t end = segment_end_seq(s);
	size_t n = 0;

	while (all.count > 0 && all.seqs[0] < s->name.first_seq) {
		all.seqs++;
		all.count--;
	}
	while (n < all.count && all.seqs[n] < end)
		n++;
	all.count = n;
	return all;
}

/* The caller holds `replacing`. */
static err rewrite_first(
	struct journal *journal, const uint64_t *seqs, size_t count, size_t *done, struct why *why)
{
	struct record stone = { .kind = RECORD_TOMBSTONE };
	struct strbuf bytes = strbuf_heap(RECORD_NAME_BYTES_MAX);
	struct segment *s = journal_find(journal, seqs[0]);
	err e = OK;

	record_encode(&stone, &bytes);
	struct erased part = { seqs, count, strbuf_str(&bytes) };
	if (s == NULL)
		e = fail(why, MSG_JOURNAL_NO_RECORD, arg_int((int64_t)seqs[0]));
	if (e == OK) {
		part = part_of(s, part);
		e = part.count > 0
			    ? replace(journal, s, s->name.sealed, (int)segment_level(s), part, why)
			    : fail(why, MSG_JOURNAL_NO_RECORD, arg_int((int64_t)seqs[0]));
	}
	*done = e == OK ? part.count : 0;
	segment_unref(s);
	strbuf_done(&bytes);
	return e;
}

err journal_rewrite_one(
	struct journal *journal, const uint64_t *seqs, size_t count, size_t *done, struct why *why)
{
	err e = begin_replacing(journal, why);

	if (e == OK)
		e = rewrite_first(journal, seqs, count, done, why);
	end_replacing(journal);
	return e;
}

err journal_rewrite(struct journal *journal, const uint64_t *seqs, size_t count, struct why *why)
{
	size_t done = 0;
	err e = OK;

	for (size_t i = 1; i < count; i++)
		ASSERT(seqs[i - 1] < seqs[i]);
	if (count == 0)
		return OK;
	if (seqs[0] == 0 || seqs[count - 1] >= journal_end(journal))
		return fail(why, MSG_JOURNAL_NO_RECORD,
			arg_int((int64_t)(seqs[0] == 0 ? 0 : seqs[count - 1])));
	if (seqs[count - 1] >= segment_first_seq(journal_active(journal)))
		e = journal_roll(journal, why);
	if (e != OK)
		return e;
	for (size_t at = 0; e == OK && at < count; at += done)
		e = journal_rewrite_one(journal, seqs + at, count - at, &done, why);
	return e;
}

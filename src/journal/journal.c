/* journal/journal.c - opening, appending, rolling: see journal.h */
#include "journal/journal.h"

#include "base/crc32c.h"
#include "base/direct.h"
#include "base/random.h"
#include "event/record.h"
#include "journal/journal_internal.h"

#include <stdio.h>
#include <stdlib.h>

enum {
	SEGMENT_BYTES_DEFAULT = 64 << 20,
	BATCH_BUFFER_KEPT = 4 << 20, /* one of an import has some 1 MiB */
	LAID_AHEAD = 16, /* records that are asked for before they are copied */
};

static void laid_free(struct journal_batch *batch)
{
	strbuf_done(&batch->rows.bytes);
	free(batch);
}

static void free_journal(struct journal *journal)
{
	for (size_t i = 0; i < journal->count; i++)
		segment_unref(journal->segments[i]);
	free(journal->segments);
	block_cache_free(journal->cache);
	ahead_done(&journal->ahead, journal->disk, journal->folder);
	for (size_t i = 0; i < journal->laid_count; i++)
		laid_free(journal->laid[i]);
	ASSERT(pthread_mutex_destroy(&journal->list_lock) == 0);
	ASSERT(pthread_mutex_destroy(&journal->replacing) == 0);
	free(journal);
}

static err sync_parent(struct disk *disk, const char *folder, struct why *why)
{
	char parent[PATH_BYTES_MAX];
	str before, after;

	if (!str_split_last(str_of(folder), '/', &before, &after))
		before = STR(".");
	if (before.len == 0)
		before = STR("/");
	(void)snprintf(parent, sizeof(parent), STR_FMT, STR_ARG(before)); /* fits: a part */
	return disk_sync_folder(disk, parent, why);
}

static struct journal *create(struct disk *disk, const struct journal_options *options)
{
	struct journal *journal = memory_alloc(sizeof(*journal));

	journal->disk = disk;
	if (options != NULL)
		journal->options = *options;
	struct journal_options *o = &journal->options;
	if (o->segment_bytes_max == 0)
		o->segment_bytes_max = SEGMENT_BYTES_DEFAULT;
	if (o->batch_bytes_max == 0 || o->batch_bytes_max > SEGMENT_BATCH_BYTES_MAX)
		o->batch_bytes_max = SEGMENT_BATCH_BYTES_MAX;
	journal->cache = block_cache_create();
	ahead_init(&journal->ahead, o->segment_bytes_max + MIN_OF(o->segment_bytes_max / 16,
								   (uint64_t)AHEAD_BYTES_MAX));
	ASSERT(pthread_mutex_init(&journal->list_lock, NULL) == 0);
	ASSERT(pthread_mutex_init(&journal->replacing, NULL) == 0);
	return journal;
}

err journal_open(struct disk *disk, const char *folder, const struct journal_options *options,
	struct journal **out, struct journal_recovery *recovery, struct why *why)
{
	struct journal_recovery found = { 0 };
	struct journal *journal = create(disk, options);
	int length = snprintf(journal->folder, sizeof(journal->folder), "%s", folder);
	err e = length < PATH_BYTES_MAX
			? OK
			: fail(why, MSG_PATH_TOO_LONG, arg_c(folder), arg_int(PATH_BYTES_MAX));

	if (e == OK)
		e = disk_make_folder(disk, folder, why);
	if (e == OK)
		e = sync_parent(disk, folder, why);
	if (e == OK)
		e = journal_load(journal, &found, why);
	if (e != OK) {
		free_journal(journal);
		return e;
	}
	if (recovery != NULL)
		*recovery = found;
	*out = journal;
	return OK;
}

void journal_close(struct journal *journal)
{
	struct why nobody;

	if (journal == NULL)
		return;
	if (!journal->stopped) /* should it fail: all is durable, recovery does it again */
		(void)journal_put_end(journal, journal_active(journal), &nobody);
	free_journal(journal);
}

static void list_lock(struct journal *journal)
{
	(void)pthread_mutex_lock(&journal->list_lock); /* fails only when misused */
}

static void list_unlock(struct journal *journal)
{
	(void)pthread_mutex_unlock(&journal->list_lock); /* fails only when misused */
}

struct segment *journal_find(struct journal *journal, uint64_t seq)
{
	struct segment *found = NULL;

	list_lock(journal);
	size_t low = 0, high = journal->count;
	while (low < high) {
		size_t middle = (low + high) / 2;
		if (segment_first_seq(journal->segments[middle]) <= seq)
			low = middle + 1;
		else
			high = middle;
	}
	if (low > 0)
		found = segment_ref(journal->segments[low - 1]);
	list_unlock(journal);
	return found;
}

struct segment *journal_segment(struct journal *journal, size_t i)
{
	list_lock(journal);
	struct segment *found = i < journal->count ? segment_ref(journal->segments[i]) : NULL;
	list_unlock(journal);
	return found;
}

struct segment *journal_active(struct journal *journal)
{
	return journal->segments[journal->count - 1]; /* only the writer adds segments */
}

void journal_add_segment(struct journal *journal, struct segment *segment)
{
	list_lock(journal);
	if (journal->count == journal->cap) {
		journal->cap = MAX_OF(journal->cap * 2, (size_t)16);
		journal->segments =
			memory_resize(journal->segments, journal->cap * sizeof(*journal->segments));
	}
	journal->segments[journal->count++] = segment;
	list_unlock(journal);
}

uint64_t segment_new_salt(void)
{
	uint64_t salt;

	secret_bytes(&salt, sizeof(salt));
	return salt;
}

err fresh_open(struct journal *journal, struct segment_name name, struct fresh_file *fresh,
	struct why *why)
{
	err e = segment_path(fresh->final_path, journal->folder, name, why);

	if (e != OK)
		return e;
	int length = snprintf(fresh->path, sizeof(fresh->path), "%.*s.tmp", PATH_BYTES_MAX - 5,
		fresh->final_path);
	if (length >= PATH_BYTES_MAX - 1)
		return fail(why, MSG_PATH_TOO_LONG, arg_c(fresh->path), arg_int(PATH_BYTES_MAX));
	return disk_open(journal->disk, fresh->path, FILE_CREATE_OR_EMPTY, &fresh->file, why);
}

err fresh_keep(struct journal *journal, struct fresh_file *fresh, struct why *why)
{
	err e = file_sync(fresh->file, why);

	if (e != OK) {
		fresh_drop(journal, fresh);
		return e;
	}
	file_close(fresh->file);
	e = disk_rename(journal->disk, fresh->path, fresh->final_path, why);
	return e == OK ? disk_sync_folder(journal->disk, journal->folder, why) : e;
}

void fresh_drop(struct journal *journal, struct fresh_file *fresh)
{
	struct why nobody;

	file_close(fresh->file);
	(void)disk_remove(journal->disk, fresh->path, &nobody); /* else the next sweep does */
}

err journal_prepare(struct journal *journal, bool *did, struct why *why)
{
	return ahead_make(&journal->ahead, journal->disk, journal->folder, did, why);
}

static err write_head(
	struct journal *journal, struct file *file, uint64_t first_seq, struct why *why)
{
	struct segment_head head = { .version = SEGMENT_VERSION,
		.first_seq = first_seq,
		.received_ms = journal_last_received_ms(journal),
		.salt = segment_new_salt() };
	struct strbuf bytes = strbuf_heap(SEGMENT_HEAD_BYTES);

	segment_head_encode(&head, &bytes);
	err e = file_write_at(file, 0, bytes.ptr, bytes.len, why);
	strbuf_done(&bytes);
	return e;
}

/* The file of a new segment under its name; *zeros_to: where the zeros end that stand in it. */
static err make_active_file(
	struct journal *journal, struct segment_name name, uint64_t *zeros_to, struct why *why)
{
	struct fresh_file fresh;
	size_t which = 0;
	err e = segment_path(fresh.final_path, journal->folder, name, why);

	if (e != OK)
		return e;
	fresh.file = ahead_take(&journal->ahead, journal->folder, fresh.path, &which);
	bool is_ahead = fresh.file != NULL;
	*zeros_to = is_ahead ? journal->ahead.bytes : SEGMENT_HEAD_BYTES;
	if (!is_ahead)
		e = fresh_open(journal, name, &fresh, why);
	if (e != OK)
		return e;
	e = write_head(journal, fresh.file, name.first_seq, why);
	if (e == OK)
		e = fresh_keep(journal, &fresh, why);
	else
		fresh_drop(journal, &fresh);
	if (is_ahead)
		ahead_taken(&journal->ahead, which);
	return e;
}

err journal_begin_segment(struct journal *journal, uint64_t first_seq, struct why *why)
{
	struct segment_name name = { .first_seq = first_seq };
	struct segment *segment;
	uint64_t zeros_to;
	err e = make_active_file(journal, name, &zeros_to, why);

	if (e == OK)
		e = segment_open(journal->disk, journal->folder, name, first_seq, &segment, why);
	if (e != OK)
		return e;
	segment->indexed = true; /* appending keeps it so */
	segment->end_at = SEGMENT_HEAD_BYTES; /* not that of the zeros */
	journal->at = SEGMENT_HEAD_BYTES;
	journal->zeros_to = zeros_to;
	journal_add_segment(journal, segment);
	return OK;
}

err journal_put_end(struct journal *journal, struct segment *active, struct why *why)
{
	struct row_mark mark = { .end = true,
		.first_seq = journal_end(journal),
		.at = journal->at,
		.salt = active->head.salt,
		.received_ms = journal_last_received_ms(journal) };
	char bytes[ROW_MARK_BYTES];

	row_mark_encode(&mark, bytes);
	err e = file_write_at(active->file, mark.at, bytes, sizeof(bytes), why);
	if (e == OK)
		e = file_truncate(active->file, mark.at + sizeof(bytes), why);
	if (e == OK)
		e = file_sync(active->file, why);
	if (e == OK)
		journal->zeros_to = mark.at + sizeof(bytes);
	return e;
}

static err stop(struct journal *journal, err e)
{
	journal->stopped = journal->stopped || e != OK;
	return e;
}

static err refuse_if_stopped(struct journal *journal, struct why *why)
{
	return journal->stopped ? fail(why, MSG_JOURNAL_STOPPED, arg_c(journal->folder)) : OK;
}

err journal_roll(struct journal *journal, struct why *why)
{
	struct segment *active = journal_active(journal);
	err e = refuse_if_stopped(journal, why);

	if (e != OK || segment_first_seq(active) == journal_end(journal))
		return e;
	e = journal_put_end(journal, active, why);
	if (e == OK) {
		segment_lock(active);
		active->end_at = journal->at + ROW_MARK_BYTES;
		segment_unlock(active);
		e = journal_begin_segment(journal, journal_end(journal), why);
	}
	return stop(journal, e);
}

struct journal_entry journal_entry_of(str bytes)
{
	return (struct journal_entry){ bytes, crc32c(0, bytes) };
}

/* A wrong checksum would be found when the record is read, and not before: a checked build looks.
 */
#ifdef __SANITIZE_ADDRESS__
#define CHECK_IS_RIGHT(entry) ((entry)->check == crc32c(0, (entry)->bytes))
#else
#define CHECK_IS_RIGHT(entry) true
#endif

/* *of_all: bytes of the records with their heads. */
static err check_sizes(const struct journal *journal, const struct journal_entry *entries,
	size_t count, uint64_t *of_all, struct why *why)
{
	uint64_t bytes = 0;

	for (size_t i = 0; i < count; i++) {
		ASSERT(entries[i].bytes.len > 0);
		if (entries[i].bytes.len > RECORD_BYTES_MAX)
			return fail(why, MSG_RECORD_TOO_LARGE, arg_int(RECORD_BYTES_MAX));
		ASSERT(CHECK_IS_RIGHT(&entries[i]));
		bytes += ROW_RECORD_HEAD_BYTES + entries[i].bytes.len;
	}
	if (bytes > journal->options.batch_bytes_max)
		return fail(why, MSG_JOURNAL_BATCH_SIZE, arg_int((int64_t)bytes),
			arg_int((int64_t)journal->options.batch_bytes_max));
	*of_all = bytes;
	return OK;
}

/* Zeros behind a small batch, so that the syncs to come need not change the file's size. */
static void write_ahead(struct journal *journal, struct segment *active, uint64_t end)
{
	static const char zeros[AHEAD_BYTES_MAX];
	size_t ahead = (size_t)MIN_OF(journal->options.segment_bytes_max / 16, AHEAD_BYTES_MAX);
	struct why nobody;

	if (end <= journal->zeros_to || end - journal->at > AHEAD_BATCH_BYTES_MAX || ahead == 0)
		return;
	/* No room for them is no fault: the batch itself tells. */
	if (file_write_at(active->file, end, zeros, ahead, &nobody) == OK)
		journal->zeros_to = end + ahead;
}

static err write_batch(struct journal *journal, struct segment *active, str bytes,
	struct row_mark *mark, struct why *why)
{
	write_ahead(journal, active, mark->at + bytes.len);
	err e = journal->is_bulk
			? file_write_past(active->file, mark->at, bytes.ptr, bytes.len, why)
			: file_write_at(active->file, mark->at, bytes.ptr, bytes.len, why);
	if (e == OK)
		e = file_sync(active->file, why);
	if (e != OK)
		return e;
	journal->at += bytes.len;
	segment_lock(active);
	segment_note_batch(active, mark, str_from(bytes, ROW_MARK_BYTES));
	active->end_at = journal->at;
	active->end_seq = mark->first_seq + mark->count;
	segment_unlock(active);
	atomic_store_explicit(&journal->received_ms, mark->received_ms, memory_order_relaxed);
	atomic_store_explicit(&journal->end_seq, mark->first_seq + mark->count,
		memory_order_release); /* readers may go there now */
	return OK;
}

static struct journal_batch *take_laid(struct journal *journal)
{
	struct journal_batch *batch = NULL;

	list_lock(journal);
	if (journal->laid_count > 0)
		batch = journal->laid[--journal->laid_count];
	list_unlock(journal);
	if (batch != NULL)
		return batch;
	batch = memory_alloc(sizeof(*batch));
	batch->rows.bytes = strbuf_heap(ROW_BATCH_BYTES_MAX);
	return batch;
}

/* A usual one's memory is kept. */
void journal_drop_laid(struct journal *journal, struct journal_batch *batch)
{
	if (batch == NULL)
		return;
	list_lock(journal);
	bool keep = journal->laid_count < LAID_KEPT && batch->rows.bytes.cap <= BATCH_BUFFER_KEPT;
	if (keep)
		journal->laid[journal->laid_count++] = batch;
	list_unlock(journal);
	if (!keep)
		laid_free(batch);
}

/* Another thread may have written them, and they lie in no cache of ours. */
static void prefetch_bytes(str bytes)
{
	PREFETCH(bytes.ptr);
	PREFETCH(bytes.ptr + bytes.len - 1);
}

/* So that the disk may take it from where it lies (base/direct.h).  Batches are appended in the
 * order in which they are laid: where this one will stand is known, unless one fails or is dropped,
 * and then it is only copied once more. */
static void lie_as_on_disk(struct journal *journal, struct journal_batch *batch, uint64_t bytes)
{
	if (journal->laid_to >= journal->options.segment_bytes_max)
		journal->laid_to = SEGMENT_HEAD_BYTES;
	row_batch_lie(&batch->rows, journal->laid_to, DIRECT_MEMORY_BYTES);
	journal->laid_to += ROW_MARK_BYTES + bytes + 1; /* the foot */
}

_Static_assert((int)DIRECT_MEMORY_BYTES <= (int)ROW_FRONT_BYTES_MAX, "a batch may lie so");

err journal_lay(struct journal *journal, const struct journal_entry *entries, size_t count,
	struct journal_batch **out, struct why *why)
{
	ASSERT(count > 0 && count <= UINT32_MAX);
	uint64_t bytes;
	err e = check_sizes(journal, entries, count, &bytes, why);
	if (e != OK)
		return e;
	struct journal_batch *batch = take_laid(journal);
	batch->count = (uint32_t)count;
	row_batch_begin(&batch->rows);
	row_batch_reserve(&batch->rows, bytes);
	if (journal->is_bulk)
		lie_as_on_disk(journal, batch, bytes);
	for (size_t i = 0; i < count; i++) {
		if (i + LAID_AHEAD < count)
			prefetch_bytes(entries[i + LAID_AHEAD].bytes);
		row_batch_add(&batch->rows, entries[i].bytes, entries[i].check);
	}
	*out = batch;
	return OK;
}

void journal_bulk(struct journal *journal)
{
	journal->is_bulk = true;
	journal->laid_to = journal->at;
}

static err append_laid(struct journal *journal, int64_t received_ms, struct journal_batch *batch,
	uint64_t *first_seq, struct why *why)
{
	err e = refuse_if_stopped(journal, why);

	if (e == OK && journal->at >= journal->options.segment_bytes_max)
		e = journal_roll(journal, why);
	if (e != OK)
		return e;
	struct segment *active = journal_active(journal);
	struct row_mark mark = { .first_seq = journal_end(journal),
		.count = batch->count,
		.at = journal->at,
		.salt = active->head.salt,
		.received_ms = MAX_OF(received_ms, journal_last_received_ms(journal)) };
	row_batch_end(&batch->rows, &mark);
	e = stop(journal, write_batch(journal, active, row_batch_bytes(&batch->rows), &mark, why));
	if (e == OK)
		*first_seq = mark.first_seq;
	return e;
}

err journal_append_laid(struct journal *journal, int64_t received_ms, struct journal_batch *batch,
	uint64_t *first_seq, struct why *why)
{
	err e = append_laid(journal, received_ms, batch, first_seq, why);

	journal_drop_laid(journal, batch);
	return e;
}

err journal_append(struct journal *journal, int64_t received_ms,
	const struct journal_entry *entries, size_t count, uint64_t *first_seq, struct why *why)
{
	struct journal_batch *batch;
	err e = refuse_if_stopped(journal, why);

	if (e == OK)
		e = journal_lay(journal, entries, count, &batch, why);
	return e == OK ? journal_append_laid(journal, received_ms, batch, first_seq, why) : e;
}

uint64_t journal_end(const struct journal *journal)
{
	return atomic_load_explicit(&journal->end_seq, memory_order_acquire);
}

int64_t journal_last_received_ms(const struct journal *journal)
{
	return atomic_load_explicit(&journal->received_ms, memory_order_relaxed);
}

uint64_t journal_bytes(const struct journal *journal)
{
	struct journal *j = (struct journal *)(uintptr_t)journal; /* for its locks alone */
	uint64_t bytes = 0;

	for (size_t i = 0;; i++) {
		struct segment *segment = journal_segment(j, i);
		if (segment == NULL)
			return bytes;
		bytes += segment_bytes(segment);
		segment_unref(segment);
	}
}

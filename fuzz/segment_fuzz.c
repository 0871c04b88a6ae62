/* fuzz/segment_fuzz.c - any bytes as a file of the journal.
 *
 * The first byte says how: 0 the active rows, 1 closed rows, 2 a sealed file (the last two with
 * healthy active rows behind them); plus 4: checksums are mended first, so that the input gets
 * past them.  Whatever opens: what is scanned also reads back, check ends, sealing and erasing
 * do what they can, a record appended is read, and opening again gives the same. */
#include "base/crc32c.h"
#include "event/codec.h"
#include "fuzz.h"
#include "journal/journal.h"
#include "journal/row.h"
#include "journal/sealed.h"

#include <stdlib.h>
#include <string.h>

enum { FILES_MAX = 16, NEXT_SEQ = 9, MENDS_MAX = 64, REPORTS_MAX = 1 << 20 };

#define UNKNOWN UINT64_MAX

/* A disk of a few files in memory; the journal keeps them in one folder. */
struct content {
	char path[64];
	char *bytes;
	size_t len;
	bool named;
};
static struct content files[FILES_MAX];
struct handle {
	struct file base;
	struct content *content;
};

static struct content *find(const char *path)
{
	for (size_t i = 0; i < FILES_MAX; i++)
		if (files[i].named && strcmp(files[i].path, path) == 0)
			return &files[i];
	return NULL;
}

static void resize(struct content *c, size_t len)
{
	c->bytes = memory_resize(c->bytes, len + 1);
	if (len > c->len)
		memset(c->bytes + c->len, 0, len - c->len);
	c->len = len;
}

static err read_at(
	struct file *file, uint64_t at, void *to, size_t bytes, size_t *got, struct why *why)
{
	const struct content *c = ((struct handle *)file)->content;

	(void)why;
	*got = at >= c->len ? 0 : MIN_OF(bytes, c->len - (size_t)at);
	if (*got > 0)
		memcpy(to, c->bytes + at, *got);
	return OK;
}

static err write_at(struct file *file, uint64_t at, const void *from, size_t bytes, struct why *why)
{
	struct content *c = ((struct handle *)file)->content;

	(void)why;
	resize(c, MAX_OF(c->len, (size_t)at + bytes));
	memcpy(c->bytes + at, from, bytes);
	return OK;
}

static err sync_file(struct file *file, struct why *why)
{
	(void)file;
	(void)why;
	return OK;
}

static err size_of(struct file *file, uint64_t *bytes, struct why *why)
{
	(void)why;
	*bytes = ((struct handle *)file)->content->len;
	return OK;
}

static err truncate_file(struct file *file, uint64_t bytes, struct why *why)
{
	(void)why;
	resize(((struct handle *)file)->content, (size_t)bytes);
	return OK;
}

static const struct file_ops file_ops = {
	.read_at = read_at,
	.write_at = write_at,
	.sync = sync_file,
	.size = size_of,
	.truncate = truncate_file,
	.close = (void (*)(struct file *))free,
};

static struct content *make(const char *path)
{
	for (size_t i = 0; i < FILES_MAX; i++) {
		if (files[i].path[0] != '\0')
			continue;
		memcpy(files[i].path, path, strlen(path) + 1);
		files[i].named = true;
		return &files[i];
	}
	abort(); /* more files than this story has */
}

static err open_file(struct disk *disk, const char *path, enum file_mode mode, struct file **out,
	struct why *why)
{
	struct content *c = find(path);

	(void)disk;
	if (c == NULL && (mode == FILE_READ || mode == FILE_WRITE))
		return fail(why, MSG_FILE_NOT_FOUND, arg_c(path));
	if (c == NULL)
		c = make(path);
	if (mode == FILE_CREATE_OR_EMPTY)
		resize(c, 0);
	struct handle *handle = memory_alloc(sizeof(*handle));
	handle->base.ops = &file_ops;
	handle->content = c;
	*out = &handle->base;
	return OK;
}

static err rename_file(struct disk *disk, const char *from, const char *to, struct why *why)
{
	struct content *target = find(to);

	(void)disk;
	(void)why;
	if (target != NULL)
		target->named = false;
	memcpy(find(from)->path, to, strlen(to) + 1);
	return OK;
}

static err remove_file(struct disk *disk, const char *path, struct why *why)
{
	struct content *c = find(path);

	(void)disk;
	if (c == NULL)
		return fail(why, MSG_FILE_NOT_FOUND, arg_c(path));
	c->named = false;
	return OK;
}

static err folder_op(struct disk *disk, const char *path, struct why *why)
{
	(void)disk;
	(void)path;
	(void)why;
	return OK;
}

static int by_name(const void *a, const void *b)
{
	return str_compare(
		((const struct disk_entry *)a)->name, ((const struct disk_entry *)b)->name);
}

static err list(struct disk *disk, const char *path, struct arena *arena,
	struct disk_entry **entries, size_t *count, struct why *why)
{
	(void)disk;
	(void)path;
	(void)why;
	*entries = arena_array(arena, FILES_MAX, sizeof(**entries));
	*count = 0;
	for (size_t i = 0; i < FILES_MAX; i++)
		if (files[i].named)
			(*entries)[(*count)++] = (struct disk_entry){
				.name = str_of(strrchr(files[i].path, '/') + 1),
				.bytes = files[i].len
			};
	if (*count > 0)
		qsort(*entries, *count, sizeof(**entries), by_name);
	return OK;
}

static const struct disk_ops disk_ops = {
	.open = open_file,
	.rename = rename_file,
	.remove = remove_file,
	.make_folder = folder_op,
	.sync_folder = folder_op,
	.list = list,
};
static struct disk disk = { .ops = &disk_ops };

static void forget_files(void)
{
	for (size_t i = 0; i < FILES_MAX; i++)
		free(files[i].bytes);
	memset(files, 0, sizeof(files));
}

/* Mending: what an attacker with a checksum calculator would do. */

static void put_u32(char *to, uint32_t n)
{
	for (int i = 0; i < 4; i++)
		to[i] = (char)(n >> (8 * i));
}

static uint32_t get_u32(const char *from)
{
	uint32_t n = 0;

	for (int i = 0; i < 4; i++)
		n |= (uint32_t)(uint8_t)from[i] << (8 * i);
	return n;
}

static void mend_records(char *body, size_t len, uint32_t count)
{
	for (size_t at = 0; count > 0 && len - at >= ROW_RECORD_HEAD_BYTES; count--) {
		size_t length = get_u32(body + at);
		if (length > len - at - ROW_RECORD_HEAD_BYTES)
			return;
		uint32_t crc = crc32c(0, (str){ body + at, 4 });
		put_u32(body + at + 4,
			crc32c(crc, (str){ body + at + ROW_RECORD_HEAD_BYTES, length }));
		at += ROW_RECORD_HEAD_BYTES + length;
	}
}

static void mend_rows(char *bytes, size_t len)
{
	size_t at = SEGMENT_HEAD_BYTES;

	for (int i = 0; i < MENDS_MAX && at < len && len - at >= ROW_MARK_BYTES; i++) {
		char *mark = bytes + at;
		size_t room = len - at - ROW_MARK_BYTES, body = MIN_OF(get_u32(mark + 4), room);
		mend_records(mark + ROW_MARK_BYTES, body, get_u32(mark + 16));
		put_u32(mark + 20, crc32c(0, (str){ mark + ROW_MARK_BYTES, body }));
		put_u32(mark + 32, (uint32_t)at);
		put_u32(mark + 36, 0);
		memcpy(mark + 40, bytes + 40, 8);
		put_u32(mark + 48, 0);
		put_u32(mark + 52, crc32c(0, (str){ mark, 52 }));
		at += ROW_MARK_BYTES + body;
	}
}

static void mend_sealed(char *bytes, size_t len)
{
	size_t at = SEGMENT_HEAD_BYTES;

	for (int i = 0; i < MENDS_MAX && at < len && len - at >= SEALED_BLOCK_HEAD_BYTES; i++) {
		char *head = bytes + at;
		size_t room = len - at - SEALED_BLOCK_HEAD_BYTES;
		size_t body = get_u32(head + 4);
		if (body > room)
			break;
		put_u32(head + 20, crc32c(0, (str){ head + SEALED_BLOCK_HEAD_BYTES, body }));
		put_u32(head + 28, crc32c(0, (str){ head, 28 }));
		at += SEALED_BLOCK_HEAD_BYTES + body;
	}
	if (len < SEGMENT_HEAD_BYTES + SEALED_TRAILER_BYTES)
		return;
	char *trailer = bytes + len - SEALED_TRAILER_BYTES;
	size_t footer = (size_t)get_u32(trailer + 8);
	if (footer <= len - SEALED_TRAILER_BYTES)
		put_u32(trailer + 20,
			crc32c(0, (str){ bytes + footer, len - SEALED_TRAILER_BYTES - footer }));
	put_u32(trailer + 36, crc32c(0, (str){ trailer, 36 }));
}

static void lay_file(const char *path, const uint8_t *data, size_t size, bool sealed, bool mend)
{
	struct content *c = make(path);

	resize(c, size);
	if (size > 0)
		memcpy(c->bytes, data, size);
	if (!mend || size < SEGMENT_HEAD_BYTES)
		return;
	put_u32(c->bytes + 60, crc32c(0, (str){ c->bytes, 60 }));
	(sealed ? mend_sealed : mend_rows)(c->bytes, size);
}

/* Empty active rows that begin with NEXT_SEQ. */
static void lay_active(void)
{
	struct segment_head head = {
		.version = SEGMENT_VERSION, .first_seq = NEXT_SEQ, .salt = 77
	};
	struct strbuf bytes = strbuf_heap(SEGMENT_HEAD_BYTES);

	segment_head_encode(&head, &bytes);
	lay_file("/j/00000000000000000009-0000.log", (const uint8_t *)bytes.ptr, bytes.len, false,
		false);
	strbuf_done(&bytes);
}

static void ignore_fault(void *context, const struct why *fault)
{
	(void)context;
	ASSERT(fault->message != MSG_NONE);
}

static void read_back(struct journal *journal, const struct journal_record *record)
{
	AUTO_ARENA arena = arena_create((size_t)8 << 20);
	struct journal_record again;
	struct why why = { 0 };

	ASSERT(journal_read(journal, record->seq, arena, &again, &why) == OK);
	ASSERT(str_equal(again.bytes, record->bytes) && again.received_ms == record->received_ms);
}

static uint64_t scan_all(struct journal *journal)
{
	struct journal_scan *scan;
	struct journal_record record;
	struct why why = { 0 };
	uint64_t last = 0, records = 0;
	bool more = true;

	ASSERT(journal_scan_open(journal, 1, &scan, &why) == OK);
	for (int reports = 0; more && reports < REPORTS_MAX;) {
		err e = journal_scan_next(scan, &more, &record, &why);
		ASSERT(e == OK || e == ERR_CORRUPT || e == ERR_VERSION);
		reports += e != OK;
		if (e == ERR_VERSION) { /* nothing is known of what follows */
			journal_scan_close(scan);
			return UNKNOWN;
		}
		if (e != OK || !more)
			continue;
		ASSERT(record.seq > last && record.seq < journal_end(journal));
		last = record.seq;
		if (records++ % 7 == 0)
			read_back(journal, &record);
	}
	journal_scan_close(scan);
	return records;
}

static void try_everything(struct journal *journal)
{
	AUTO_ARENA arena = arena_create(1 << 20);
	struct journal_entry entry = journal_entry_of(STR("appended"));
	struct journal_record record;
	struct why why = { 0 };
	uint64_t seq, faults = 0;
	bool did;

	uint64_t records = scan_all(journal);
	ASSERT(journal_check(journal, NULL, ignore_fault, NULL, &faults, &why) != ERR_SYNTAX);
	ASSERT(journal_append(journal, 1, &entry, 1, &seq, &why) == OK);
	ASSERT(journal_read(journal, seq, arena, &record, &why) == OK);
	ASSERT(str_equal(record.bytes, entry.bytes));
	ASSERT(journal_roll(journal, &why) == OK);
	/* Any answer will do: what matters is that nothing is lost by it. */
	if (records == UNKNOWN)
		return;
	if (journal_seal_one(journal, 1, &did, &why) == OK)
		ASSERT(scan_all(journal) == records + 1);
	seq = 1;
	if (journal_rewrite(journal, &seq, 1, &why) == OK)
		ASSERT(scan_all(journal) == records + 1);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const paths[] = { "/j/00000000000000000001-0000.log",
		"/j/00000000000000000001-0000.log", "/j/00000000000000000001-0001.seal" };
	static const struct journal_options small = { .segment_bytes_max = 1 << 16 };
	struct journal_recovery recovery, again;
	struct journal *journal;
	struct why why = { 0 };

	if (size == 0 || data[0] % 4 == 3)
		return 0;
	unsigned kind = data[0] % 4;
	lay_file(paths[kind], data + 1, size - 1, kind == 2, (data[0] & 4) != 0);
	if (kind > 0)
		lay_active();
	if (journal_open(&disk, "/j", &small, &journal, &recovery, &why) == OK) {
		journal_close(journal);
		ASSERT(journal_open(&disk, "/j", &small, &journal, &again, &why) == OK);
		ASSERT(again.end_seq == recovery.end_seq && again.torn_bytes == 0);
		if (recovery.end_seq < INT64_MAX / 2)
			try_everything(journal);
		journal_close(journal);
	}
	forget_files();
	return 0;
}

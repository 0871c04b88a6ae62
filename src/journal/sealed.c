/* journal/sealed.c - see sealed.h; the bytes are tabled in segment.h */
#include "journal/sealed.h"

#include "base/crc32c.h"
#include "base/varint.h"

#include <stdlib.h>

#define BLOCK_MAGIC "AJK1"
#define TRAILER_MAGIC "ARIANESE"

static void head_encode(const struct sealed_block *block, struct strbuf *out)
{
	size_t from = out->len;

	strbuf_add_c(out, BLOCK_MAGIC);
	strbuf_add_u32(out, block->bytes);
	strbuf_add_u64(out, block->first_seq);
	strbuf_add_u32(out, block->count);
	strbuf_add_u32(out, block->crc);
	strbuf_add_u32(out, 0);
	strbuf_add_u32(out, crc32c(0, str_from(strbuf_str(out), from)));
}

static bool head_decode(str bytes, uint64_t at, struct sealed_block *out)
{
	struct reader r = reader_of(bytes);
	bool ours = str_equal(reader_bytes(&r, 4), STR(BLOCK_MAGIC));
	struct sealed_block block = { .at = at + SEALED_BLOCK_HEAD_BYTES };

	block.bytes = reader_u32(&r);
	block.first_seq = reader_u64(&r);
	block.count = reader_u32(&r);
	block.crc = reader_u32(&r);
	uint32_t zero = reader_u32(&r), crc = reader_u32(&r);
	if (r.failed || !ours || zero != 0 ||
		crc != crc32c(0, str_upto(bytes, SEALED_BLOCK_HEAD_BYTES - 4)))
		return false;
	*out = block;
	return true;
}

/* Within the file, and following the one before? */
static bool is_plausible(
	const struct sealed_block *b, const struct sealed_block *before, uint64_t end)
{
	if (b->count == 0 || b->count > SEAL_RECORDS_MAX || b->first_seq == 0 ||
		b->first_seq > INT64_MAX || b->bytes > SEALED_BLOCK_FILE_BYTES_MAX)
		return false;
	if (b->at < SEGMENT_HEAD_BYTES || b->at > end || b->bytes > end - b->at)
		return false;
	return before == NULL || (b->first_seq >= before->first_seq + before->count &&
					 b->at >= before->at + before->bytes);
}

static err read_exactly(
	struct file *file, uint64_t at, char *to, size_t bytes, bool *got_all, struct why *why)
{
	size_t got = 0;
	err e = file_read_at(file, at, to, bytes, &got, why);

	*got_all = got == bytes;
	return e;
}

struct trailer {
	uint64_t footer_at, end_seq;
	uint32_t blocks, footer_crc;
};

static bool trailer_decode(str bytes, uint64_t file_bytes, struct trailer *out)
{
	struct reader r = reader_of(bytes);
	bool ours = str_equal(reader_bytes(&r, 8), STR(TRAILER_MAGIC));
	struct trailer t = { .footer_at = reader_u64(&r) };

	t.blocks = reader_u32(&r);
	t.footer_crc = reader_u32(&r);
	t.end_seq = reader_u64(&r);
	uint32_t zero = reader_u32(&r), crc = reader_u32(&r);
	if (r.failed || !ours || zero != 0 ||
		crc != crc32c(0, str_upto(bytes, SEALED_TRAILER_BYTES - 4)))
		return false;
	*out = t;
	return t.footer_at <= file_bytes &&
	       file_bytes - t.footer_at ==
		       SEALED_TRAILER_BYTES + (uint64_t)t.blocks * SEALED_FOOTER_ENTRY_BYTES;
}

static struct sealed_block entry_decode(struct reader *r)
{
	struct sealed_block b = { .first_seq = reader_u64(r) };

	b.at = reader_u64(r);
	b.bytes = reader_u32(r);
	b.count = reader_u32(r);
	b.crc = reader_u32(r);
	return b;
}

/* The footer, if every byte of it is right. */
static err load_footer(struct file *file, uint64_t file_bytes, struct sealed_block **blocks,
	size_t *count, bool *whole, struct why *why)
{
	char tail[SEALED_TRAILER_BYTES];
	struct trailer trailer;

	*whole = false;
	if (file_bytes < SEGMENT_HEAD_BYTES + SEALED_TRAILER_BYTES)
		return OK;
	err e = read_exactly(file, file_bytes - sizeof(tail), tail, sizeof(tail), whole, why);
	if (e != OK || !*whole)
		return e;
	*whole = trailer_decode((str){ tail, sizeof(tail) }, file_bytes, &trailer);
	if (!*whole)
		return OK;
	size_t bytes = (size_t)trailer.blocks * SEALED_FOOTER_ENTRY_BYTES;
	char *footer = memory_alloc(bytes + 1);
	e = read_exactly(file, trailer.footer_at, footer, bytes, whole, why);
	*whole = e == OK && *whole && crc32c(0, (str){ footer, bytes }) == trailer.footer_crc;
	struct sealed_block *list = memory_alloc((trailer.blocks + (size_t)1) * sizeof(*list));
	struct reader r = reader_of((str){ footer, bytes });
	for (size_t i = 0; *whole && i < trailer.blocks; i++) {
		list[i] = entry_decode(&r);
		*whole = is_plausible(&list[i], i == 0 ? NULL : &list[i - 1], trailer.footer_at);
	}
	free(footer);
	if (*whole) {
		*blocks = list;
		*count = trailer.blocks;
	} else {
		free(list);
	}
	return e;
}

/* Goes from head to head.  What lies behind a damaged head is not found. */
static err gather_blocks(struct file *file, uint64_t file_bytes, struct sealed_block **blocks,
	size_t *count, struct why *why)
{
	struct sealed_block *list = NULL, block;
	char head[SEALED_BLOCK_HEAD_BYTES];
	size_t n = 0, cap = 0;
	bool all = true;
	err e = OK;

	for (uint64_t at = SEGMENT_HEAD_BYTES;; at = block.at + block.bytes) {
		e = read_exactly(file, at, head, sizeof(head), &all, why);
		if (e != OK || !all || !head_decode((str){ head, sizeof(head) }, at, &block) ||
			!is_plausible(&block, n == 0 ? NULL : &list[n - 1], file_bytes))
			break;
		if (n == cap) {
			cap = MAX_OF(cap * 2, (size_t)16);
			list = memory_resize(list, cap * sizeof(*list));
		}
		list[n++] = block;
	}
	if (e != OK) {
		free(list);
		return e;
	}
	*blocks = list;
	*count = n;
	return OK;
}

err sealed_index_load(struct file *file, uint64_t file_bytes, struct sealed_block **blocks,
	size_t *count, bool *whole, struct why *why)
{
	err e = load_footer(file, file_bytes, blocks, count, whole, why);

	if (e == OK && !*whole)
		e = gather_blocks(file, file_bytes, blocks, count, why);
	return e;
}

err sealed_block_load(struct file *file, const struct sealed_block *block, struct arena *arena,
	bool *ok, struct sealed_record **records, struct why *why)
{
	char *bytes = memory_resize(NULL, block->bytes + (size_t)1);
	size_t count = 0;
	err e = read_exactly(file, block->at, bytes, block->bytes, ok, why);
	str body = { bytes, block->bytes };

	*ok = e == OK && *ok && crc32c(0, body) == block->crc;
	if (*ok) {
		e = unseal_block(body, arena, records, &count, why);
		*ok = e == OK && count == block->count;
		if (e == ERR_CORRUPT || e == ERR_LIMIT)
			e = OK; /* the block's fault: *ok tells */
	}
	free(bytes);
	return e;
}

err sealed_block_head_check(
	struct file *file, const struct sealed_block *block, bool *ok, struct why *why)
{
	char head[SEALED_BLOCK_HEAD_BYTES];
	struct sealed_block said = { 0 };
	uint64_t at = block->at - SEALED_BLOCK_HEAD_BYTES;
	err e = read_exactly(file, at, head, sizeof(head), ok, why);

	*ok = e == OK && *ok && head_decode((str){ head, sizeof(head) }, at, &said) &&
	      said.first_seq == block->first_seq && said.bytes == block->bytes &&
	      said.count == block->count && said.crc == block->crc;
	return e;
}

void sealed_writer_init(struct sealed_writer *writer, struct file *file, int level)
{
	*writer = (struct sealed_writer){ .file = file, .level = level };
	writer->arena = arena_create(2 * (size_t)SEAL_BLOCK_BYTES_MAX);
	writer->records = memory_alloc(SEAL_RECORDS_MAX * sizeof(*writer->records));
	writer->footer = strbuf_heap(SIZE_MAX / 2);
	writer->out = strbuf_heap(2 * (size_t)SEALED_BLOCK_FILE_BYTES_MAX);
}

void sealed_writer_done(struct sealed_writer *writer)
{
	arena_free(writer->arena);
	free(writer->records);
	strbuf_done(&writer->footer);
	strbuf_done(&writer->out);
}

/* Writes what stands in `out`. */
static err put_out(struct sealed_writer *writer, struct why *why)
{
	str bytes = strbuf_str(&writer->out);
	err e = file_write_at(writer->file, writer->at, bytes.ptr, bytes.len, why);

	writer->at += bytes.len;
	strbuf_clear(&writer->out);
	return e;
}

err sealed_writer_begin(
	struct sealed_writer *writer, const struct segment_head *head, struct why *why)
{
	segment_head_encode(head, &writer->out);
	writer->seq = head->first_seq;
	return put_out(writer, why);
}

static void add_entry(struct sealed_writer *writer, const struct sealed_block *block)
{
	strbuf_add_u64(&writer->footer, block->first_seq);
	strbuf_add_u64(&writer->footer, block->at);
	strbuf_add_u32(&writer->footer, block->bytes);
	strbuf_add_u32(&writer->footer, block->count);
	strbuf_add_u32(&writer->footer, block->crc);
	writer->blocks++;
	writer->seq = block->first_seq + block->count;
}

/* Puts the head in front of the body that stands in `out`, and writes both. */
static err put_block(struct sealed_writer *writer, struct sealed_block block, struct why *why)
{
	str body = strbuf_str(&writer->out);
	struct strbuf head = strbuf_heap(SEALED_BLOCK_HEAD_BYTES);

	block.at = writer->at + SEALED_BLOCK_HEAD_BYTES;
	block.bytes = (uint32_t)body.len;
	block.crc = crc32c(0, body);
	head_encode(&block, &head);
	err e = file_write_at(writer->file, writer->at, head.ptr, head.len, why);
	strbuf_done(&head);
	writer->at += SEALED_BLOCK_HEAD_BYTES;
	add_entry(writer, &block);
	return e == OK ? put_out(writer, why) : e;
}

static err flush(struct sealed_writer *writer, struct why *why)
{
	struct sealed_block block = { .first_seq = writer->seq, .count = (uint32_t)writer->count };

	if (writer->count == 0)
		return OK;
	err e = seal_block(writer->records, writer->count, writer->level, &writer->out, why);
	if (e == OK && !strbuf_ok(&writer->out))
		e = fail(why, MSG_NO_ROOM, arg_c("seal"), arg_int((int64_t)writer->out.cap_max));
	if (e == OK)
		e = put_block(writer, block, why);
	writer->count = writer->bytes = 0;
	arena_reset(writer->arena);
	return e;
}

err sealed_writer_add(struct sealed_writer *writer, int64_t received_ms, str bytes, struct why *why)
{
	str copy = arena_str(writer->arena, bytes);

	if (copy.ptr == NULL)
		return fail(why, MSG_NO_ROOM, arg_c("seal"), arg_int((int64_t)bytes.len));
	writer->records[writer->count++] = (struct sealed_record){ received_ms, copy };
	writer->bytes += bytes.len;
	if (writer->count < SEAL_RECORDS_MAX && writer->bytes < SEGMENT_BLOCK_BYTES)
		return OK;
	return flush(writer, why);
}

err sealed_writer_copy(struct sealed_writer *writer, struct file *from,
	const struct sealed_block *block, struct why *why)
{
	bool all;
	err e = flush(writer, why);
	char *room = strbuf_room(&writer->out, block->bytes);

	if (e != OK)
		return e;
	ASSERT(room != NULL);
	e = read_exactly(from, block->at, room, block->bytes, &all, why);
	if (e != OK)
		return e;
	if (!all || crc32c(0, (str){ room, block->bytes }) != block->crc)
		return fail(why, MSG_JOURNAL_DAMAGED, arg_c("block"), arg_int((int64_t)block->at),
			arg_int((int64_t)block->first_seq),
			arg_int((int64_t)block->first_seq + block->count - 1));
	writer->out.len += block->bytes;
	return put_block(writer, *block, why);
}

err sealed_writer_end(struct sealed_writer *writer, struct why *why)
{
	err e = flush(writer, why);
	struct strbuf *out = &writer->out;
	uint64_t footer_at = writer->at;
	str footer = strbuf_str(&writer->footer);

	if (e != OK)
		return e;
	strbuf_add(out, footer);
	size_t from = out->len;
	strbuf_add_c(out, TRAILER_MAGIC);
	strbuf_add_u64(out, footer_at);
	strbuf_add_u32(out, writer->blocks);
	strbuf_add_u32(out, crc32c(0, footer));
	strbuf_add_u64(out, writer->seq);
	strbuf_add_u32(out, 0);
	strbuf_add_u32(out, crc32c(0, str_from(strbuf_str(out), from)));
	return put_out(writer, why);
}

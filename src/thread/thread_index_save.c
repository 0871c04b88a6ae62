/* thread/thread_index_save.c - the base into a table store and back
 *
 * The entry:  u8 0: there is none; else 2 (1 was written by earlier programs), then
 *             u64 offset in the file (a multiple of 4096), u64 bytes, u32 CRC-32C of them
 *             u64 rows end, u64 hidden, u64 identifiers
 *             u64 groups, u64 events, u64 entities
 * The bytes, each array from a multiple of 4096 (where the entry begins with 1: of 8), zeros
 * between: events: time[events] i64, what[events] u32, row[events] u32, start[groups + 1] u64
 *             entities: the same
 *             slot[identifiers] u32, slot_identifiers[groups] u32
 *
 * Loaded, the arrays are read where they are mapped, until a copy in memory takes their place.
 */
#include "thread/thread_index_internal.h"

#include "base/crc32c.h"
#include "base/shares.h"
#include "base/varint.h"

#include <stdlib.h>
#include <string.h>

struct piece {
	const void **array;
	size_t bytes;
};
enum { PIECES = 10, PAGE = 4096, VERSION = 2 };

struct saved_index *saved_index_new(void)
{
	struct saved_index *saved = memory_alloc(sizeof(*saved));

	atomic_init(&saved->references, 1);
	return saved;
}

static struct saved_index *saved_index_ref(struct saved_index *saved)
{
	atomic_fetch_add_explicit(&saved->references, 1, memory_order_relaxed);
	return saved;
}

void saved_index_unref(struct saved_index *saved)
{
	if (saved != NULL &&
		atomic_fetch_sub_explicit(&saved->references, 1, memory_order_acq_rel) == 1)
		free(saved);
}

static void slices_pieces(struct slices *s, struct piece *out)
{
	out[0] = (struct piece){ (const void **)(void *)&s->time, s->count * sizeof(*s->time) };
	out[1] = (struct piece){ (const void **)(void *)&s->what, s->count * sizeof(*s->what) };
	out[2] = (struct piece){ (const void **)(void *)&s->row, s->count * sizeof(*s->row) };
	out[3] = (struct piece){ (const void **)(void *)&s->start,
		(s->groups + 1) * sizeof(*s->start) };
}

static void pieces_of(struct thread_index *index, struct piece out[static PIECES])
{
	slices_pieces(&index->events, out);
	slices_pieces(&index->entities, out + 4);
	out[8] = (struct piece){ (const void **)(void *)&index->slot,
		index->slot_count * sizeof(*index->slot) };
	out[9] = (struct piece){ (const void **)(void *)&index->slot_identifiers,
		index->events.groups * sizeof(*index->slot_identifiers) };
}

/* By the first byte of an entry: arrays begin at multiples of this. */
static uint64_t spacing_of(uint8_t version)
{
	return version == VERSION ? PAGE : 8;
}

static uint64_t padded(uint64_t bytes, uint64_t to)
{
	return (bytes + to - 1) / to * to;
}

/* A piece on its way to the file, block by block. */
struct way {
	struct file *file;
	bool past; /* the system's cache */
	uint64_t at; /* of the piece */
	str bytes;
	uint32_t *crcs; /* of each block */
};
enum { BLOCK_BYTES = 1 << 20 };

static err write_bytes(const struct way *way, uint64_t at, str bytes, struct why *why)
{
	return way->past ? file_write_past(way->file, at, bytes.ptr, bytes.len, why)
			 : file_write_at(way->file, at, bytes.ptr, bytes.len, why);
}

static err write_block(void *context, size_t from, size_t to, struct why *why)
{
	struct way *way = context;
	str block = { way->bytes.ptr + from, to - from };

	way->crcs[from / BLOCK_BYTES] = crc32c(0, block);
	return write_bytes(way, way->at + from, block, why);
}

static err write_blocks(struct way *way, unsigned threads, uint32_t *crc, struct why *why)
{
	size_t bytes = way->bytes.len;

	way->crcs = memory_alloc((bytes / BLOCK_BYTES + 1) * sizeof(*way->crcs));
	err e = shares_try(MAX_OF(threads, 1u), bytes, BLOCK_BYTES, write_block, way, why);
	for (size_t at = 0; e == OK && at < bytes; at += BLOCK_BYTES)
		*crc = crc32c_join(
			*crc, way->crcs[at / BLOCK_BYTES], MIN_OF(bytes - at, (size_t)BLOCK_BYTES));
	free(way->crcs);
	return e;
}

static err write_piece(const struct table_store *store, uint64_t at, const struct piece *piece,
	uint32_t *crc, struct why *why)
{
	static const char zeros[PAGE] = { 0 };
	struct way way = { .file = store->file,
		.past = store->past,
		.at = at,
		.bytes = { *piece->array, piece->bytes } };
	str pad = { zeros, padded(piece->bytes, PAGE) - piece->bytes };
	err e = write_blocks(&way, store->threads, crc, why);

	*crc = crc32c(*crc, pad);
	return e != OK || pad.len == 0
		       ? e
		       : file_write_at(store->file, at + piece->bytes, pad.ptr, pad.len, why);
}

static err write_index(struct thread_index *index, struct table_store *store, struct why *why)
{
	struct piece pieces[PIECES];
	uint64_t at = padded(store->end, PAGE), start = at;
	uint32_t crc = 0;
	err e = OK;

	pieces_of(index, pieces);
	for (size_t i = 0; e == OK && i < PIECES; i++) {
		e = write_piece(store, at, &pieces[i], &crc, why);
		at += padded(pieces[i].bytes, PAGE);
	}
	if (e != OK)
		return e;
	index->saved->version = VERSION;
	index->saved->offset = start;
	index->saved->bytes = at - start;
	index->saved->crc = crc;
	store->end = at;
	return OK;
}

static err save_base(void *part, struct table_store *store, struct why *why)
{
	struct thread_index *index = part;
	struct strbuf *entry = store->index;
	err e = index->saved->bytes > 0 ? OK : write_index(index, store, why);

	if (e != OK)
		return e;
	strbuf_add_byte(entry, (char)index->saved->version);
	strbuf_add_u64(entry, index->saved->offset);
	strbuf_add_u64(entry, index->saved->bytes);
	strbuf_add_u32(entry, index->saved->crc);
	strbuf_add_u64(entry, index->to);
	strbuf_add_u64(entry, index->hidden);
	strbuf_add_u64(entry, index->slot_count);
	strbuf_add_u64(entry, index->events.groups);
	strbuf_add_u64(entry, index->events.count);
	strbuf_add_u64(entry, index->entities.count);
	return OK;
}

static uint64_t base_bytes(const void *part)
{
	return thread_index_bytes(part);
}

static void forget_base(void *part)
{
	((struct thread_index *)part)->saved->bytes = 0;
}

static void release_base(void *part)
{
	thread_index_unref(part);
}

/* The base may be replaced before it is written: so the saving has a reference. */
void thread_index_save(struct thread_index *base, struct saving *saving)
{
	static const struct saving_kind kind = { save_base, base_bytes, forget_base, release_base };

	if (base == NULL)
		saving_add_byte(saving, 0);
	else
		saving_add_part(saving, thread_index_ref(base), &kind);
}

/* The arrays lie where their lengths say; they must fill the bytes exactly. */
static bool place_arrays(struct thread_index *index, const char *bytes, uint64_t size)
{
	struct piece pieces[PIECES];
	uint64_t at = 0;

	pieces_of(index, pieces);
	for (size_t i = 0; i < PIECES; i++) {
		if (pieces[i].bytes > size - at)
			return false;
		*pieces[i].array = bytes + at;
		at += padded(pieces[i].bytes, spacing_of(index->saved->version));
		if (at > size)
			return false;
	}
	return at == size;
}

static bool starts_are_sound(const struct slices *s)
{
	for (size_t i = 0; i < s->groups; i++)
		if (s->start[i] > s->start[i + 1])
			return false;
	return s->start[0] == 0 && s->start[s->groups] == s->count;
}

static bool is_sound(const struct thread_index *index)
{
	for (size_t i = 0; i < index->slot_count; i++)
		if (index->slot[i] != ROW_NONE && index->slot[i] >= index->events.groups)
			return false;
	for (size_t i = 0; i < index->events.count; i++)
		if (index->events.row[i] >= index->to)
			return false;
	for (size_t i = 0; i < index->entities.count; i++)
		if (index->entities.row[i] >= index->to)
			return false;
	return starts_are_sound(&index->events) && starts_are_sound(&index->entities);
}

static err map_index(struct thread_index *index, struct file *file, struct why *why)
{
	const struct saved_index *saved = index->saved;
	uint64_t size;
	err e = file_size(file, &size, why);

	if (e == OK && (saved->offset % PAGE != 0 || saved->bytes == 0 || saved->offset > size ||
			       saved->bytes > size - saved->offset))
		e = fail(why, MSG_STATE_DAMAGED);
	if (e == OK)
		e = file_map(file, saved->offset, saved->bytes, &index->mapped, why);
	if (e != OK)
		return e;
	index->file = file;
	index->mapped_bytes = saved->bytes;
	if (crc32c(0, (str){ index->mapped, saved->bytes }) != saved->crc ||
		!place_arrays(index, index->mapped, saved->bytes) || !is_sound(index))
		return fail(why, MSG_STATE_DAMAGED);
	return OK;
}

err thread_index_load(struct file *file, str *entry, struct thread_index **out, struct why *why)
{
	struct reader in = reader_of(*entry);
	struct thread_index *index;
	uint8_t version = reader_u8(&in);

	if (version == 0 && !in.failed) {
		*entry = str_from(*entry, reader_offset(&in));
		*out = NULL;
		return OK;
	}
	index = memory_alloc(sizeof(*index));
	atomic_init(&index->references, 1);
	index->is_base = true;
	index->saved = saved_index_new();
	index->saved->version = version;
	index->saved->offset = reader_u64(&in);
	index->saved->bytes = reader_u64(&in);
	index->saved->crc = reader_u32(&in);
	index->to = reader_u64(&in);
	index->hidden = reader_u64(&in);
	index->slot_count = reader_u64(&in);
	index->events.groups = index->entities.groups = reader_u64(&in);
	index->events.count = reader_u64(&in);
	index->entities.count = reader_u64(&in);
	bool plausible = !in.failed && version <= VERSION && index->to <= ROWS_MAX &&
			 index->slot_count <= ROWS_MAX && index->events.groups <= ROWS_MAX &&
			 index->events.count <= ROWS_MAX && index->entities.count <= ROWS_MAX;
	err e = plausible ? map_index(index, file, why) : fail(why, MSG_STATE_DAMAGED);
	if (e != OK) {
		thread_index_unref(index);
		return e;
	}
	*entry = str_from(*entry, reader_offset(&in));
	*out = index;
	return OK;
}

/* ---- from the file into memory */

struct thread_index *thread_index_copy_base(const struct thread_index *base)
{
	struct thread_index *copy;
	struct piece pieces[PIECES];

	if (base == NULL || base->file == NULL)
		return NULL;
	copy = memory_alloc(sizeof(*copy));
	atomic_init(&copy->references, 1);
	copy->is_base = true;
	copy->to = base->to;
	copy->lineage = base->lineage;
	copy->hidden = base->hidden;
	copy->events = base->events;
	copy->entities = base->entities;
	copy->slot = base->slot;
	copy->slot_identifiers = base->slot_identifiers;
	copy->slot_count = base->slot_count;
	copy->saved = saved_index_ref(base->saved);
	pieces_of(copy, pieces);
	for (size_t i = 0; i < PIECES; i++) {
		void *array = memory_resize(NULL, MAX_OF(pieces[i].bytes, (size_t)1));
		memcpy(array, *pieces[i].array, pieces[i].bytes);
		*pieces[i].array = array;
	}
	return copy;
}

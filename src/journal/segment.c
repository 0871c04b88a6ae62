/* journal/segment.c - names, file heads, and opening: see segment.h */
#include "journal/segment.h"

#include "base/crc32c.h"
#include "base/varint.h"
#include "journal/segment_internal.h"

#include <stdio.h>
#include <stdlib.h>

#define ROWS_MAGIC "ARIANEJ1"
#define SEALED_MAGIC "ARIANES1"

void segment_head_encode(const struct segment_head *head, struct strbuf *out)
{
	size_t from = out->len;

	strbuf_add_c(out, head->sealed ? SEALED_MAGIC : ROWS_MAGIC);
	strbuf_add_u32(out, head->version);
	strbuf_add_u32(out, head->generation);
	strbuf_add_u64(out, head->first_seq);
	strbuf_add_u64(out, head->end_seq);
	strbuf_add_u64(out, (uint64_t)head->received_ms);
	strbuf_add_u64(out, head->salt);
	strbuf_add_u32(out, head->level);
	strbuf_add_u64(out, 0);
	strbuf_add_u32(out, crc32c(0, str_from(strbuf_str(out), from)));
}

err segment_head_decode(str bytes, const char *path, struct segment_head *out, struct why *why)
{
	struct reader r = reader_of(bytes);
	str magic = reader_bytes(&r, 8);
	struct segment_head head = { .sealed = str_equal(magic, STR(SEALED_MAGIC)) };

	head.version = reader_u32(&r);
	head.generation = reader_u32(&r);
	head.first_seq = reader_u64(&r);
	head.end_seq = reader_u64(&r);
	head.received_ms = (int64_t)reader_u64(&r);
	head.salt = reader_u64(&r);
	head.level = reader_u32(&r);
	(void)reader_u64(&r); /* for later versions */
	uint32_t crc = reader_u32(&r);
	if (r.failed || (!head.sealed && !str_equal(magic, STR(ROWS_MAGIC))) ||
		crc != crc32c(0, str_upto(bytes, SEGMENT_HEAD_BYTES - 4))) {
		why_at(why, str_of(path), -1, -1, 0);
		return fail(why, MSG_JOURNAL_FILE_DAMAGED, arg_c(path), arg_int(0));
	}
	if (head.version > SEGMENT_VERSION)
		return fail(why, MSG_JOURNAL_VERSION, arg_c(path), arg_int(head.version),
			arg_int(SEGMENT_VERSION));
	*out = head;
	return OK;
}

static bool digits(str text, uint64_t *number)
{
	int64_t n;

	if (text.ptr[0] == '-' || !str_to_int64(text, &n))
		return false;
	*number = (uint64_t)n;
	return true;
}

bool segment_name_parse(str name, struct segment_name *out)
{
	struct segment_name n = { .sealed = str_ends(name, STR(".seal")) };
	uint64_t generation;

	if (!n.sealed && !str_ends(name, STR(".log")))
		return false;
	if (name.len != SEGMENT_NAME_BYTES + (n.sealed ? strlen(".seal") : strlen(".log")) ||
		name.ptr[20] != '-')
		return false;
	if (!digits(str_upto(name, 20), &n.first_seq) || n.first_seq == 0 ||
		!digits((str){ name.ptr + 21, 4 }, &generation))
		return false;
	n.generation = (uint32_t)generation;
	*out = n;
	return true;
}

err segment_path(char out[static PATH_BYTES_MAX], const char *folder, struct segment_name name,
	struct why *why)
{
	char file[64];

	(void)snprintf(file, sizeof(file), "%020llu-%04u.%s", (unsigned long long)name.first_seq,
		name.generation, name.sealed ? "seal" : "log"); /* fits */
	return path_join(out, folder, file, why);
}

static err load_head(struct segment *s, struct why *why)
{
	char bytes[SEGMENT_HEAD_BYTES];
	size_t got = 0;
	err e = file_read_at(s->file, 0, bytes, sizeof(bytes), &got, why);

	if (e == OK)
		e = segment_head_decode((str){ bytes, got }, s->path, &s->head, why);
	s->head_ok = e == OK && s->head.sealed == s->name.sealed &&
		     s->head.first_seq == s->name.first_seq &&
		     s->head.generation == s->name.generation;
	if (!s->head_ok) /* damaged, or of another file: the name counts */
		s->head = (struct segment_head){ .sealed = s->name.sealed,
			.generation = s->name.generation,
			.first_seq = s->name.first_seq };
	s->damaged = !s->head_ok;
	return e == ERR_CORRUPT ? OK : e;
}

static err load_body(struct segment *s, struct why *why)
{
	err e = file_size(s->file, &s->end_at, why);

	if (e == OK && s->name.sealed)
		e = sealed_index_load(
			s->file, s->end_at, &s->blocks, &s->block_count, &s->footer_ok, why);
	if (e == OK && s->name.sealed && !s->footer_ok)
		s->damaged = true;
	return e;
}

err segment_open(struct disk *disk, const char *folder, struct segment_name name, uint64_t end_seq,
	struct segment **out, struct why *why)
{
	static atomic_uint_fast64_t ids;
	struct segment *s = memory_alloc(sizeof(*s));

	atomic_init(&s->refs, 1);
	s->id = atomic_fetch_add(&ids, 1);
	s->name = name;
	s->end_seq = end_seq;
	ASSERT(pthread_mutex_init(&s->lock, NULL) == 0);
	err e = segment_path(s->path, folder, name, why);
	if (e == OK)
		e = disk_open(disk, s->path, name.sealed ? FILE_READ : FILE_WRITE, &s->file, why);
	if (e == OK)
		e = load_head(s, why);
	if (e == OK)
		e = load_body(s, why);
	if (e != OK) {
		segment_unref(s);
		return e;
	}
	*out = s;
	return OK;
}

struct segment *segment_ref(struct segment *segment)
{
	(void)atomic_fetch_add_explicit(&segment->refs, 1, memory_order_relaxed); /* we hold one */
	return segment;
}

void segment_unref(struct segment *segment)
{
	if (segment == NULL ||
		atomic_fetch_sub_explicit(&segment->refs, 1, memory_order_acq_rel) > 1)
		return;
	file_close(segment->file);
	free(segment->blocks);
	free(segment->places);
	ASSERT(pthread_mutex_destroy(&segment->lock) == 0);
	free(segment);
}

struct segment_name segment_name(const struct segment *segment)
{
	return segment->name;
}

const char *segment_file_path(const struct segment *segment)
{
	return segment->path;
}

uint64_t segment_first_seq(const struct segment *segment)
{
	return segment->name.first_seq;
}

uint64_t segment_end_seq(struct segment *segment)
{
	segment_lock(segment);
	uint64_t end = segment->end_seq;
	segment_unlock(segment);
	return end;
}

uint64_t segment_bytes(struct segment *segment)
{
	segment_lock(segment);
	uint64_t bytes = segment->end_at;
	segment_unlock(segment);
	return bytes;
}

uint32_t segment_level(const struct segment *segment)
{
	return segment->head.level;
}

int64_t segment_received_ms(const struct segment *segment)
{
	return segment->head.received_ms;
}

uint64_t segment_id(const struct segment *segment)
{
	return segment->id;
}

bool segment_damaged(struct segment *segment)
{
	segment_lock(segment);
	bool damaged = segment->damaged;
	segment_unlock(segment);
	return damaged;
}

void segment_set_damaged(struct segment *segment)
{
	segment_lock(segment);
	segment->damaged = true;
	segment_unlock(segment);
}

static void add_place(struct segment *s, struct row_place place)
{
	if (s->place_count == s->place_cap) {
		s->place_cap = MAX_OF(s->place_cap * 2, (size_t)16);
		s->places = memory_resize(s->places, s->place_cap * sizeof(place));
	}
	s->places[s->place_count++] = place;
}

static uint64_t place_at(const struct row_place *place)
{
	return place->batch_at + ROW_MARK_BYTES + place->within;
}

void segment_note_batch(struct segment *segment, const struct row_mark *mark, str body)
{
	struct row_place here = { mark->first_seq, mark->at, mark->first_seq, 0 };
	uint64_t next = segment->place_count == 0
				? 0
				: place_at(&segment->places[segment->place_count - 1]) +
					  SEGMENT_INDEX_BYTES;

	if (place_at(&here) + body.len <= next)
		return; /* the usual small batch */
	next = next < place_at(&here) ? 0 : next - place_at(&here); /* within the body */
	for (; here.seq < mark->first_seq + mark->count; here.seq++) {
		size_t left = body.len - here.within;
		if (left < ROW_RECORD_HEAD_BYTES)
			return; /* written so, with the right checksum: what follows has no place */
		uint32_t length = row_record_length(body.ptr + here.within);
		if (length > left - ROW_RECORD_HEAD_BYTES)
			return;
		if (here.within >= next) {
			add_place(segment, here);
			next = (uint64_t)here.within + SEGMENT_INDEX_BYTES;
		}
		here.within += ROW_RECORD_HEAD_BYTES + length;
	}
}

const struct row_place *segment_find_place(const struct segment *s, uint64_t seq)
{
	size_t low = 0, high = s->place_count;

	while (low < high) {
		size_t middle = (low + high) / 2;
		if (s->places[middle].seq <= seq)
			low = middle + 1;
		else
			high = middle;
	}
	return low == 0 ? NULL : &s->places[low - 1];
}

size_t segment_find_block(const struct segment *s, uint64_t seq)
{
	size_t low = 0, high = s->block_count;

	while (low < high) {
		size_t middle = (low + high) / 2;
		if (s->blocks[middle].first_seq <= seq)
			low = middle + 1;
		else
			high = middle;
	}
	return low == 0 ? 0 : low - 1;
}

struct row_walk segment_walk(struct segment *segment, uint64_t limit)
{
	return (struct row_walk){
		.window = { .file = segment->file, .limit = limit },
		.at = SEGMENT_HEAD_BYTES,
		.seq = segment->name.first_seq,
		.salt = segment->head.salt,
		.any_salt = !segment->head_ok,
	};
}

err segment_damage(
	struct segment *segment, uint64_t seq, uint64_t end_seq, uint64_t at, struct why *why)
{
	if (why != NULL)
		why_at(why, str_of(segment->path), -1, -1, (int64_t)at);
	return fail(why, MSG_JOURNAL_DAMAGED, arg_c(segment->path), arg_int((int64_t)at),
		arg_int((int64_t)seq), arg_int((int64_t)end_seq - 1));
}

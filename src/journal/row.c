/* journal/row.c - see row.h; the bytes are tabled in segment.h */
#include "journal/row.h"

#include "base/crc32c.h"
#include "base/varint.h"

#include <stdlib.h>

enum {
	WINDOW_BYTES = 1 << 20,
	SUMMED_BYTES = 12 << 10, /* at once, while the first cache has them */
};

#define BATCH_MAGIC "AJB1"
#define END_MAGIC "AJE1"

static void put_u32(char *to, uint32_t n)
{
	for (int i = 0; i < 4; i++)
		to[i] = (char)(n >> (8 * i));
}

static void put_u64(char *to, uint64_t n)
{
	put_u32(to, (uint32_t)n);
	put_u32(to + 4, (uint32_t)(n >> 32));
}

void row_mark_encode(const struct row_mark *mark, char out[static ROW_MARK_BYTES])
{
	memcpy(out, mark->end ? END_MAGIC : BATCH_MAGIC, 4);
	put_u32(out + 4, mark->body_bytes);
	put_u64(out + 8, mark->first_seq);
	put_u32(out + 16, mark->count);
	put_u32(out + 20, mark->body_crc);
	put_u64(out + 24, (uint64_t)mark->received_ms);
	put_u64(out + 32, mark->at);
	put_u64(out + 40, mark->salt);
	put_u32(out + 48, 0);
	put_u32(out + 52, crc32c(0, (str){ out, 52 }));
}

static bool sizes_agree(const struct row_mark *mark)
{
	if (mark->first_seq == 0 || mark->first_seq > INT64_MAX)
		return false;
	if (mark->end)
		return mark->body_bytes == 0 && mark->count == 0;
	return mark->count > 0 && mark->body_bytes <= SEGMENT_BATCH_BYTES_MAX + 1 &&
	       mark->body_bytes / ROW_RECORD_HEAD_BYTES >= mark->count;
}

bool row_mark_decode(const char bytes[static ROW_MARK_BYTES], uint64_t at, struct row_mark *out)
{
	struct reader r = reader_of((str){ bytes, ROW_MARK_BYTES });
	str magic = reader_bytes(&r, 4);
	struct row_mark mark = { .end = str_equal(magic, STR(END_MAGIC)) };

	if (!mark.end && !str_equal(magic, STR(BATCH_MAGIC)))
		return false;
	mark.body_bytes = reader_u32(&r);
	mark.first_seq = reader_u64(&r);
	mark.count = reader_u32(&r);
	mark.body_crc = reader_u32(&r);
	mark.received_ms = (int64_t)reader_u64(&r);
	mark.at = reader_u64(&r);
	mark.salt = reader_u64(&r);
	uint32_t zero = reader_u32(&r), crc = reader_u32(&r);
	if (crc != crc32c(0, (str){ bytes, 52 }) || zero != 0 || mark.at != at ||
		!sizes_agree(&mark))
		return false;
	*out = mark;
	return true;
}

static uint32_t record_crc(const char *length, str bytes)
{
	return crc32c(crc32c(0, (str){ length, 4 }), bytes);
}

void row_batch_begin(struct row_batch *batch)
{
	static const char blank[ROW_MARK_BYTES];

	strbuf_clear(&batch->bytes);
	strbuf_add(&batch->bytes, (str){ blank, sizeof(blank) });
	batch->front = 0;
	batch->crc = 0;
	batch->summed = batch->bytes.len;
}

void row_batch_lie(struct row_batch *batch, uint64_t at, size_t multiple)
{
	static const char blank[ROW_FRONT_BYTES_MAX];

	ASSERT(batch->front == 0 && batch->summed == ROW_MARK_BYTES && multiple <= sizeof(blank));
	batch->front = (size_t)(at - (uintptr_t)batch->bytes.ptr) % multiple;
	strbuf_add(&batch->bytes, (str){ blank, batch->front }); /* the mark is blank, too */
	batch->summed = batch->bytes.len;
}

void row_batch_reserve(struct row_batch *batch, uint64_t bytes)
{
	static const char foot = ROW_FOOT;

	(void)strbuf_grow(&batch->bytes,
		(size_t)bytes + sizeof(foot) + ROW_FRONT_BYTES_MAX); /* its errors stick */
}

static void sum(struct row_batch *batch, size_t bytes)
{
	batch->crc = crc32c(batch->crc, (str){ batch->bytes.ptr + batch->summed, bytes });
	batch->summed += bytes;
}

/* The checksum of a record is that of its bytes, and of its length with as many zeros behind it:
 * checksums are sums. */
static uint32_t crc_of_length(uint32_t length)
{
	uint32_t length_le = htole32(length);

	return crc32c_join(
		crc32c(0, (str){ (const char *)&length_le, sizeof(length_le) }), 0, length);
}

static uint32_t noted_crc_of_length(struct row_batch *batch, uint32_t length)
{
	if (length >= ROW_LENGTHS_NOTED)
		return crc_of_length(length);
	if (batch->of_length[length] == 0)
		batch->of_length[length] = crc_of_length(length);
	return batch->of_length[length];
}

void row_batch_add(struct row_batch *batch, str bytes, uint32_t check)
{
	struct strbuf *to = &batch->bytes;
	size_t all = ROW_RECORD_HEAD_BYTES + bytes.len;

	if (!strbuf_has_room(to, all) && !strbuf_grow(to, all))
		return;
	uint32_t crc = noted_crc_of_length(batch, (uint32_t)bytes.len) ^ check;
	/* In one piece: a load of eight bytes waits for two stores of four. */
	uint64_t head = htole64((uint64_t)crc << 32 | (uint32_t)bytes.len);
	memcpy(to->ptr + to->len, &head, sizeof(head));
	memcpy(to->ptr + to->len + sizeof(head), bytes.ptr, bytes.len);
	to->len += all;
	if (to->len - batch->summed >= SUMMED_BYTES)
		sum(batch, SUMMED_BYTES);
}

void row_batch_end(struct row_batch *batch, struct row_mark *mark)
{
	static const char foot = ROW_FOOT;

	strbuf_add_byte(&batch->bytes, foot);
	sum(batch, batch->bytes.len - batch->summed);
	mark->body_bytes = (uint32_t)(batch->bytes.len - batch->front - ROW_MARK_BYTES);
	mark->body_crc = batch->crc;
	row_mark_encode(mark, batch->bytes.ptr + batch->front);
}

bool row_record_is_whole(const char head[static ROW_RECORD_HEAD_BYTES], str bytes)
{
	struct reader r = reader_of((str){ head + 4, 4 });

	return reader_u32(&r) == record_crc(head, bytes);
}

bool row_records_next(struct row_records *records, str *bytes, bool *ok, uint32_t *skip)
{
	struct reader r = reader_of(str_from(records->body, records->at));

	if (records->left == 0)
		return false;
	uint32_t length = reader_u32(&r), crc = reader_u32(&r);
	*bytes = reader_bytes(&r, length);
	*skip = 1;
	if (r.failed) { /* the length is damaged: nothing behind it can be found */
		*ok = false;
		*skip = records->left;
		records->left = 0;
		return true;
	}
	const char *head = records->body.ptr + records->at;
	*ok = records->trusted || crc == record_crc(head, *bytes);
	records->at += ROW_RECORD_HEAD_BYTES + length;
	records->left--;
	return true;
}

err row_window_need(
	struct row_window *window, uint64_t at, size_t bytes, const char **out, struct why *why)
{
	size_t chunk = window->chunk == 0 ? WINDOW_BYTES : window->chunk;

	ASSERT(at <= window->limit && bytes <= window->limit - at);
	if (at < window->at || at + bytes > window->at + window->len) {
		size_t want = MAX_OF(bytes, (size_t)MIN_OF(window->limit - at, chunk));
		if (want > window->cap) {
			window->bytes = memory_resize(window->bytes, want);
			window->cap = want;
		}
		window->len = 0;
		err e = file_read_at(window->file, at, window->bytes, want, &window->len, why);
		if (e != OK)
			return e;
		if (window->len < bytes) { /* the file was cut behind our back: read zeros */
			memset(window->bytes + window->len, 0, bytes - window->len);
			window->len = bytes;
		}
		window->at = at;
	}
	*out = window->bytes + (at - window->at);
	return OK;
}

void row_window_done(struct row_window *window)
{
	free(window->bytes);
	window->bytes = NULL;
	window->len = window->cap = 0;
}

/* A mark of this file that may follow what was read so far? */
static bool is_ours(const struct row_walk *walk, const struct row_mark *mark)
{
	return (walk->any_salt || mark->salt == walk->salt) && mark->first_seq >= walk->seq &&
	       mark->at + ROW_MARK_BYTES + mark->body_bytes <= walk->window.limit;
}

static err mark_at(
	struct row_walk *walk, uint64_t at, bool *there, struct row_mark *mark, struct why *why)
{
	const char *bytes;

	*there = false;
	if (at > walk->window.limit || walk->window.limit - at < ROW_MARK_BYTES)
		return OK;
	err e = row_window_need(&walk->window, at, ROW_MARK_BYTES, &bytes, why);
	if (e == OK)
		*there = row_mark_decode(bytes, at, mark) && is_ours(walk, mark);
	return e;
}

/* Looks for the next mark behind damage.  Linear: each byte is looked at once. */
static err search_mark(
	struct row_walk *walk, uint64_t from, bool *there, struct row_mark *mark, struct why *why)
{
	struct row_window *w = &walk->window;
	const char *bytes;
	err e = OK;

	*there = false;
	for (uint64_t at = from; e == OK && !*there && at + ROW_MARK_BYTES <= w->limit;) {
		size_t span = (size_t)MIN_OF(w->limit - at, WINDOW_BYTES);
		e = row_window_need(w, at, span, &bytes, why);
		size_t i = 0;
		while (e == OK && i + ROW_MARK_BYTES <= span) {
			const char *hit = memchr(bytes + i, 'A', span - ROW_MARK_BYTES + 1 - i);
			i = hit == NULL ? span - ROW_MARK_BYTES + 1 : (size_t)(hit - bytes);
			if (hit == NULL)
				break;
			*there = row_mark_decode(hit, at + i, mark) && is_ours(walk, mark) &&
				 mark->first_seq > walk->seq;
			if (*there)
				return OK;
			i++;
		}
		at += i;
	}
	return e;
}

static err take_batch(struct row_walk *walk, struct row_found *found, struct why *why)
{
	const struct row_mark *mark = &found->mark;
	const char *bytes;
	err e = row_window_need(
		&walk->window, mark->at, ROW_MARK_BYTES + (size_t)mark->body_bytes, &bytes, why);

	if (e != OK)
		return e;
	found->step = ROW_BATCH;
	found->body = (str){ bytes + ROW_MARK_BYTES, mark->body_bytes };
	found->body_ok = crc32c(0, found->body) == mark->body_crc;
	found->end_seq = mark->first_seq + mark->count;
	walk->seq = found->end_seq;
	walk->at = mark->at + ROW_MARK_BYTES + mark->body_bytes;
	return OK;
}

err row_walk_next(struct row_walk *walk, struct row_found *found, struct why *why)
{
	bool there;

	*found = (struct row_found){ .at = walk->at, .seq = walk->seq };
	err e = mark_at(walk, walk->at, &there, &found->mark, why);
	if (e == OK && !there)
		e = search_mark(walk, walk->at + 1, &there, &found->mark, why);
	if (e != OK)
		return e;
	if (!there) {
		found->step = ROW_TAIL;
		return OK;
	}
	walk->salt = found->mark.salt;
	walk->any_salt = false;
	if (found->mark.first_seq > walk->seq) {
		found->step = ROW_GAP;
		found->end_seq = walk->seq = found->mark.first_seq;
		walk->at = found->mark.at;
		return OK;
	}
	if (!found->mark.end)
		return take_batch(walk, found, why);
	found->step = ROW_END;
	found->end_seq = found->mark.first_seq;
	return OK;
}

static bool all_zero(const char *bytes, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (bytes[i] != 0)
			return false;
	return true;
}

/* Does the page that begins at `at` (or the part of it from there) look as before the write? */
static bool page_is_former(
	const char *bytes, size_t len, uint64_t at, const struct row_mark *former)
{
	char mark[ROW_MARK_BYTES];
	size_t skip = 0;

	if (all_zero(bytes, len))
		return true;
	if (at >= former->at + ROW_MARK_BYTES)
		return false;
	row_mark_encode(former, mark);
	skip = (size_t)(at - former->at);
	size_t same = MIN_OF(len, sizeof(mark) - skip);
	return memcmp(bytes, mark + skip, same) == 0 && all_zero(bytes + same, len - same);
}

/* Up to where do bytes other than zero stand? */
static err used_until(struct row_window *window, uint64_t from, uint64_t *end, struct why *why)
{
	const char *bytes;
	err e = OK;

	*end = from;
	for (uint64_t at = from; e == OK && at < window->limit;) {
		size_t span = (size_t)MIN_OF(window->limit - at, WINDOW_BYTES);
		e = row_window_need(window, at, span, &bytes, why);
		for (size_t i = span; e == OK && i > 0; i--)
			if (bytes[i - 1] != 0) {
				*end = at + i;
				break;
			}
		at += span;
	}
	return e;
}

err row_tail_is_torn(struct row_window *window, uint64_t at, const struct row_mark *former,
	bool *torn, uint64_t *bytes, struct why *why)
{
	struct row_mark mark;
	uint64_t end;
	const char *page;
	err e = used_until(window, at, &end, why);

	if (e != OK)
		return e;
	*bytes = end - at;
	*torn = true;
	if (end - at <= ROW_MARK_BYTES || window->limit - at < ROW_MARK_BYTES)
		return OK; /* no body: no record */
	e = row_window_need(window, at, ROW_MARK_BYTES, &page, why);
	if (e != OK)
		return e;
	/* With a whole mark the batch says how long it is; else only the mark can tell. */
	bool whole = row_mark_decode(page, at, &mark) && mark.salt == former->salt;
	uint64_t stop = at + ROW_MARK_BYTES + (whole ? mark.body_bytes : 0);
	if (stop > window->limit || (whole && end < stop))
		return OK; /* not even its foot was written */
	for (uint64_t p = at; e == OK && p < stop;) {
		uint64_t next = MIN_OF((p / ROW_PAGE_BYTES + 1) * ROW_PAGE_BYTES, stop);
		e = row_window_need(window, p, (size_t)(next - p), &page, why);
		if (e == OK && page_is_former(page, (size_t)(next - p), p, former))
			return OK;
		p = next;
	}
	*torn = false;
	return e;
}

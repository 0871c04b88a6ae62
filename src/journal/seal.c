/* journal/seal.c - writes a sealed block; unseal.c reads it
 *
 * block      version 1 byte (1); varint records; varint bytes of all records
 *            directory: varint bytes, varint packed bytes
 *            varint frames, each varint bytes, varint packed bytes
 *            the directory, packed; the frames, packed
 *            packed: one zstd frame if that is shorter than the bytes, else the bytes themselves
 *
 * A *stream* of known length is part of the directory, where it is named, if it is shorter than
 * SEAL_INLINE_BYTES; else it is the next frame.
 *
 * directory  received_ms of each record: integers
 *            varint templates, each varint length, operations
 *            template of each record: integers
 *            varint columns, each 1 byte enum column_type, then
 *              raw, string: text        byte, unsigned, signed, time: integers
 *              float: 1 byte decimals 0 to 6, integers to be divided by 10^decimals;
 *                     or 255, integers that are the bits
 * operation  varint 0, varint length, bytes: copied;  or varint column + 1: its next value
 * integers   varint count; if it is not 0: 1 byte width 0 to 8, plus 16 for differences;
 *            zigzag varint least; with differences zigzag varint first value; `width` streams of
 *            `count` bytes, lowest bytes first.  Number or difference = least + what the bytes
 *            say; the difference of the first value to the one before it counts as `least`.
 *            All modulo 2^64.
 * text       1 byte enum text_coding
 *            plain:      lengths as integers, varint bytes, one stream of all bytes
 *            pattern:    varint patterns, each varint length, tokens; pattern of each string:
 *                        integers; then for each pattern and each of its tokens that is not
 *                        literal its values: integers, or varint count and `width` streams
 *            dictionary: the words, plain or by pattern; varint count of words; codes: integers,
 *                        0 the next new word, n the word that came n words before the next new one
 * token      1 byte enum token_kind, see seal_internal.h
 */
#include "journal/seal.h"

#include "journal/seal_internal.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* The smallest scale at which every number is exactly a decimal; -1 if there is none. */
static int decimals_of(const struct column *c, int64_t *scaled)
{
	static const double powers[] = { 1, 10, 100, 1e3, 1e4, 1e5, 1e6 };
	static const double exact_max = 0x1p53;
	int decimals = 0;

	for (size_t i = 0; i < c->count; i++) {
		double number, back;
		memcpy(&number, &c->numbers[i], sizeof(number));
		for (;; decimals++) {
			if (decimals > FLOAT_DECIMALS_MAX)
				return -1;
			double n = number * powers[decimals];
			if (!(fabs(n) < exact_max))
				return -1;
			back = (double)llround(n) / powers[decimals];
			if (memcmp(&back, &number, sizeof(back)) == 0)
				break;
		}
	}
	for (size_t i = 0; i < c->count; i++) { /* all at the largest scale that one needed */
		double number, back;
		memcpy(&number, &c->numbers[i], sizeof(number));
		double n = number * powers[decimals];
		if (!(fabs(n) < exact_max))
			return -1;
		scaled[i] = llround(n);
		back = (double)scaled[i] / powers[decimals];
		if (memcmp(&back, &number, sizeof(back)) != 0)
			return -1;
	}
	return decimals;
}

static void put_floats(struct seal_streams *streams, const struct column *c)
{
	int64_t *scaled = memory_alloc(MAX_OF(c->count, (size_t)1) * sizeof(*scaled));
	int decimals = decimals_of(c, scaled);

	strbuf_add_byte(&streams->directory, (char)(decimals < 0 ? FLOAT_BITS : decimals));
	streams_put_ints(streams, decimals < 0 ? c->numbers : scaled, c->count);
	free(scaled);
}

static void put_column(struct seal_streams *streams, const struct column *c)
{
	strbuf_add_byte(&streams->directory, (char)c->type);
	if (column_is_text(c->type))
		streams_put_text(streams, c->texts, c->count);
	else if (c->type == COLUMN_FLOAT)
		put_floats(streams, c);
	else
		streams_put_ints(streams, c->numbers, c->count);
}

static void put_block(struct seal_streams *streams, const struct sealed_record *records,
	size_t count, bool whole, int64_t *numbers)
{
	struct shredder *shredder = shredder_create(whole);

	for (size_t i = 0; i < count; i++)
		numbers[i] = records[i].received_ms;
	streams_put_ints(streams, numbers, count);
	for (size_t i = 0; i < count; i++)
		numbers[i] = shredder_add(shredder, &records[i]);
	const struct names *templates = shredder_templates(shredder);
	strbuf_add_varint(&streams->directory, templates->count);
	for (size_t i = 0; i < templates->count; i++)
		strbuf_add_sized(&streams->directory, templates->items[i]);
	streams_put_ints(streams, numbers, count);
	size_t column_count;
	const struct column *columns = shredder_columns(shredder, &column_count);
	strbuf_add_varint(&streams->directory, column_count);
	for (size_t i = 0; i < column_count; i++)
		put_column(streams, &columns[i]);
	shredder_free(shredder);
}

static void put_head(struct seal_streams *streams, size_t count, size_t bytes, struct strbuf *out)
{
	struct strbuf packed = strbuf_heap(SIZE_MAX);

	(void)streams_pack(streams, strbuf_str(&streams->directory), &packed);
	strbuf_add_byte(out, SEAL_VERSION);
	strbuf_add_varint(out, count);
	strbuf_add_varint(out, bytes);
	strbuf_add_varint(out, streams->directory.len);
	strbuf_add_varint(out, packed.len);
	strbuf_add_varint(out, streams->frame_count);
	strbuf_add(out, strbuf_str(&streams->sizes));
	strbuf_add(out, strbuf_str(&packed));
	strbuf_add(out, strbuf_str(&streams->frames));
	strbuf_done(&packed);
}

static void seal_as(const struct sealed_record *records, size_t count, size_t bytes, int level,
	bool whole, struct strbuf *out)
{
	struct seal_streams streams;
	int64_t *numbers = memory_alloc(count * sizeof(*numbers));

	streams_init(&streams, level);
	put_block(&streams, records, count, whole, numbers);
	put_head(&streams, count, bytes, out);
	streams_done(&streams);
	free(numbers);
}

err seal_block(const struct sealed_record *records, size_t count, int level, struct strbuf *out,
	struct why *why)
{
	struct strbuf cut = strbuf_heap(SIZE_MAX), whole = strbuf_heap(SIZE_MAX);
	size_t bytes = 0, before = out->len;

	for (size_t i = 0; i < count && bytes <= SEAL_BLOCK_BYTES_MAX; i++)
		bytes += MIN_OF(records[i].bytes.len, (size_t)SEAL_BLOCK_BYTES_MAX + 1);
	if (count == 0 || count > SEAL_RECORDS_MAX || bytes > SEAL_BLOCK_BYTES_MAX)
		return fail(
			why, MSG_SEAL_TOO_LARGE, arg_int((int64_t)count), arg_int((int64_t)bytes));
	seal_as(records, count, bytes, level, false, &cut);
	if (bytes < SEAL_SMALL_BYTES)
		seal_as(records, count, bytes, level, true, &whole);
	bool is_whole = bytes < SEAL_SMALL_BYTES && whole.len < cut.len;
	strbuf_add(out, strbuf_str(is_whole ? &whole : &cut));
	strbuf_done(&cut);
	strbuf_done(&whole);
	if (strbuf_ok(out))
		return OK;
	out->len = before;
	return fail(why, MSG_NO_ROOM, arg_c("seal"), arg_int((int64_t)out->cap_max));
}

/* tests/journal_row_batch_test.c - a batch is the same wherever it lies in memory. */
#include "base/crc32c.h"
#include "base/direct.h"
#include "journal/row.h"
#include "test.h"

#include <string.h>

enum { RECORDS = 300 };

/* Where it lies, told by `multiple` > 0. */
static void build(struct row_batch *batch, uint64_t at, size_t multiple)
{
	static const char text[RECORDS] = { 1, 2, 3 };
	struct row_mark mark = { .first_seq = 7, .count = RECORDS, .at = at, .salt = 5 };

	row_batch_begin(batch);
	row_batch_reserve(batch, (uint64_t)RECORDS * (RECORDS + ROW_RECORD_HEAD_BYTES));
	if (multiple > 0)
		row_batch_lie(batch, at, multiple);
	for (size_t i = 0; i < RECORDS; i++) {
		str bytes = { text, i + 1 };
		row_batch_add(batch, bytes, crc32c(0, bytes));
	}
	row_batch_end(batch, &mark);
}

TEST(row_batch_lies_as_it_will_be_written)
{
	static const uint64_t places[] = { 64, 65, 511, 512, 513, 4096, 67108863, 123456789 };
	static struct row_batch usual, lying;
	struct row_mark mark;

	usual.bytes = strbuf_heap(ROW_BATCH_BYTES_MAX);
	lying.bytes = strbuf_heap(ROW_BATCH_BYTES_MAX);
	for (size_t i = 0; i < ARRAY_LEN(places); i++) {
		build(&usual, places[i], 0);
		build(&lying, places[i], DIRECT_MEMORY_BYTES); /* in the buffer of the one before */
		str bytes = row_batch_bytes(&lying);
		CHECK("the same", str_equal(row_batch_bytes(&usual), bytes));
		CHECK("its mark is in front", row_mark_decode(bytes.ptr, places[i], &mark));
		CHECK("it lies so", (places[i] - (uintptr_t)bytes.ptr) % DIRECT_MEMORY_BYTES == 0);
	}
	strbuf_done(&usual.bytes);
	strbuf_done(&lying.bytes);
}

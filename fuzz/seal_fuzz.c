/* fuzz/seal_fuzz.c - sealed blocks.  The first byte says how to take the rest: as a block, which
 * may be refused, and if not holds records that seal and unseal to themselves; or as records, cut
 * at every byte 0xff, that must come back as they were. */
#include "fuzz.h"

#include "journal/seal.h"

enum { ROOM = 64 << 20, RECORDS_MAX = 4096, LEVEL = 1 };

static void check_same(const struct sealed_record *records, size_t count)
{
	AUTO_ARENA arena = arena_create((size_t)16 * ROOM);
	struct strbuf block = strbuf_heap((size_t)16 * ROOM);
	struct sealed_record *back;
	size_t n;

	ASSERT(seal_block(records, count, LEVEL, &block, NULL) == OK);
	ASSERT(unseal_block(strbuf_str(&block), arena, &back, &n, NULL) == OK);
	ASSERT(n == count);
	for (size_t i = 0; i < n; i++) {
		ASSERT(back[i].received_ms == records[i].received_ms);
		ASSERT(str_equal(back[i].bytes, records[i].bytes));
	}
	strbuf_done(&block);
}

static void take_as_block(str bytes)
{
	AUTO_ARENA arena = arena_create(ROOM);
	struct sealed_record *records;
	struct why why = { 0 };
	size_t count;
	err e = unseal_block(bytes, arena, &records, &count, &why);

	ASSERT(e == message_code(why.message));
	ASSERT(e == OK || e == ERR_CORRUPT || e == ERR_VERSION || e == ERR_LIMIT);
	if (e == OK)
		check_same(records, count);
}

static void take_as_records(str bytes)
{
	static struct sealed_record records[RECORDS_MAX];
	size_t count = 0;

	for (str rest = bytes; count < RECORDS_MAX;) {
		str record = rest, after = { NULL, 0 };
		bool more = str_split(rest, (char)0xff, &record, &after);
		records[count].received_ms = (int64_t)(count * record.len);
		records[count++].bytes = record;
		if (!more)
			break;
		rest = after;
	}
	check_same(records, count);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size == 0)
		return 0;
	str rest = { (const char *)data + 1, size - 1 };
	if (data[0] == 'r')
		take_as_records(rest);
	else
		take_as_block(rest);
	return 0;
}

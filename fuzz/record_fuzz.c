/* fuzz/record_fuzz.c - canonical bytes: what is read is written again exactly. */
#include "fuzz.h"

#include "event/codec.h"

enum { ROOM = 16 << 20 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	str bytes = { (const char *)data, size };
	AUTO_ARENA arena = arena_create(ROOM);
	struct record record;
	struct why why = { 0 };
	err e = record_decode(bytes, arena, &record, &why);

	ASSERT(e == message_code(why.message));
	if (e != OK) {
		ASSERT(e == ERR_CORRUPT || e == ERR_VERSION || (e == ERR_LIMIT && size > 65536));
		return 0;
	}
	struct strbuf out = strbuf_heap(size);
	record_encode(&record, &out);
	ASSERT(strbuf_ok(&out) && str_equal(strbuf_str(&out), bytes));
	strbuf_done(&out);
	(void)record_check(&record, &why); /* it may refuse, it must not crash */
	return 0;
}

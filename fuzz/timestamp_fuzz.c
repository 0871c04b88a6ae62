/* fuzz/timestamp_fuzz.c - a time that was read, written again, reads the same. */
#include "base/timestamp.h"
#include "fuzz.h"

static void check_instant(const struct instant *t)
{
	char text[INSTANT_TEXT_BYTES];
	struct timestamp back;

	ASSERT(instant_is_valid(t));
	ASSERT(timestamp_parse(instant_as_told(text, t), &back) && !back.date_only);
	ASSERT(back.offset_min == t->offset_min && back.sub_ns == t->sub_ns);
	ASSERT(t->offset_min == INSTANT_NO_OFFSET ? back.local_ms == t->ms
						  : timestamp_instant(&back).ms == t->ms);
	ASSERT(timestamp_parse(instant_utc(text, t->ms), &back) && back.local_ms == t->ms);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	str text = { (const char *)data, size };
	struct timestamp t;
	int64_t ms;

	if (timestamp_parse(text, &t)) {
		struct instant i = { t.local_ms, t.sub_ns, t.offset_min };
		if (t.offset_min != INSTANT_NO_OFFSET)
			i = timestamp_instant(&t);
		check_instant(&i);
	}
	if (duration_parse(text, &ms, NULL) == OK)
		ASSERT(ms >= 0 && ms <= 10000 * 366 * DAY_MS);
	return 0;
}

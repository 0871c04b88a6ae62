/* fuzz/log_fuzz.c - any bytes as an access log: records that pass their check, a reject else; each
 * line is one or the other, or blank. */
#include "event/codec.h"
#include "exchange/log.h"
#include "fuzz.h"

#include <string.h>

struct source {
	struct input input;
	str left;
};

static err give(struct input *input, void *to, size_t bytes, size_t *got, struct why *why)
{
	struct source *s = (struct source *)input;

	(void)why;
	*got = MIN_OF(s->left.len, bytes);
	if (*got > 0)
		memcpy(to, s->left.ptr, *got);
	s->left = str_from(s->left, *got);
	return OK;
}

static err take(struct record_sink *sink, const struct record *record, const struct place *place,
	struct why *why)
{
	struct record named = *record;

	(void)sink, (void)why;
	named.source = STR("fuzz");
	ASSERT(place->line >= 1 && record_check(&named, NULL) == OK);
	ASSERT(named.has_time && named.time.offset_min != INSTANT_NO_OFFSET);
	return OK;
}

static err refuse(struct record_sink *sink, const struct why *reason, str raw, struct why *why)
{
	(void)sink, (void)why;
	ASSERT(reason->message != MSG_NONE && reason->has_line && raw.len > 0);
	return OK;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct source source = { { give, STR("access.log") }, { (const char *)data, size } };
	struct record_sink sink = { .record = take, .reject = refuse };
	struct mapping mapping = mapping_default();
	struct read_summary summary;
	uint64_t lines = 1;

	mapping.encoding = ENCODING_UTF8;
	for (size_t i = 0; i < size; i++)
		lines += data[i] == '\n' || data[i] == '\r';
	ASSERT(log_read(&source.input, &mapping, &sink, &summary, NULL) == OK);
	ASSERT(summary.records + summary.rejects <= lines);
	return 0;
}

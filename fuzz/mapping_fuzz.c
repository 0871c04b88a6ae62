/* fuzz/mapping_fuzz.c - any bytes as a mapping: what is accepted keeps the limits, can be used, and
 * is the same when it was written and read again. */
#include "event/codec.h"
#include "exchange/csv.h"
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
	(void)sink, (void)place, (void)why;
	ASSERT(record->kind == RECORD_EVENT || record->kind == RECORD_ENTITY);
	return OK;
}

static err refuse(struct record_sink *sink, const struct why *reason, str raw, struct why *why)
{
	(void)sink, (void)raw, (void)why;
	ASSERT(reason->message != MSG_NONE);
	return OK;
}

static str written(const struct mapping *m, struct strbuf *out)
{
	struct json_writer w = json_writer_of(out, JSON_COMPACT);

	mapping_write(m, &w);
	return strbuf_str(out);
}

/* Read again it is the same, as far as a mapping file has room for its escapes. */
static void check_written(const struct mapping *m, struct arena *arena)
{
	struct strbuf first = strbuf_heap(2 * MAPPING_BYTES_MAX),
		      second = strbuf_heap(2 * MAPPING_BYTES_MAX);
	struct mapping again;
	str text = written(m, &first);

	if (strbuf_ok(&first) && text.len <= MAPPING_BYTES_MAX) {
		ASSERT(mapping_parse(text, arena, &again, NULL) == OK);
		ASSERT(str_equal(written(&again, &second), text));
	}
	strbuf_done(&first);
	strbuf_done(&second);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	AUTO_ARENA arena = arena_create(8 << 20);
	struct mapping m;
	struct why why = { 0 };
	struct record_sink sink = { .record = take, .reject = refuse };
	struct source source = { { give, STR("fuzz.csv") },
		STR("time,activity,customer,channel,a\n2026-03-14T15:09:26Z,call,7,Desk,1\n"
		    "2026-03-14,mail,,Post,x\n") };

	if (mapping_parse((str){ (const char *)data, size }, arena, &m, &why) != OK) {
		ASSERT(why.message != MSG_NONE);
		return 0;
	}
	ASSERT(m.time.columns.count <= 2 && m.identifier_count <= RECORD_IDENTIFIERS_MAX);
	for (size_t i = 0; i < m.identifier_count; i++)
		ASSERT(identifier_type_is_valid(m.identifiers[i].type));
	for (size_t i = 0; i < m.channel.values.count; i++)
		ASSERT(channel_is_valid(m.channel.values.items[i].to));
	check_written(&m, arena);
	if (csv_read(&source.input, &m, &sink, NULL, &why) != OK)
		ASSERT(why.message != MSG_NONE);
	return 0;
}

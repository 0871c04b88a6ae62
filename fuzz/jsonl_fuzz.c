/* fuzz/jsonl_fuzz.c - whatever record comes out of JSON lines and passes the check comes back the
 * same from a native line; how the bytes arrive makes no difference. */
#include "event/codec.h"
#include "exchange/jsonl.h"
#include "exchange/native.h"
#include "fuzz.h"

#include <string.h>

struct bytes_input {
	struct input input;
	str left;
	size_t step;
};

static err give(struct input *input, void *to, size_t bytes, size_t *got, struct why *why)
{
	struct bytes_input *b = (struct bytes_input *)input;
	size_t len = MIN_OF(MIN_OF(bytes, b->step), b->left.len);

	(void)why;
	if (len > 0)
		memcpy(to, b->left.ptr, len);
	b->left = str_from(b->left, len);
	*got = len;
	return OK;
}

struct hashing_sink {
	struct record_sink sink;
	struct strbuf all; /* the canonical bytes of all records, one after the other */
	uint64_t rejects;
};

static void check_native(const struct record *record, str canonical)
{
	AUTO_ARENA arena = arena_create((size_t)1 << 28);
	struct strbuf text = strbuf_in(arena, (size_t)1 << 26), again = strbuf_in(arena, 1 << 22);
	struct json_writer w = json_writer_of(&text, JSON_COMPACT);
	struct json_parser *parser =
		json_parser_create(&(struct json_limits){ .depth = JSONL_NESTING_MAX });
	struct json json;
	struct record back;

	native_write(&w, record);
	ASSERT(strbuf_ok(&text) && text.len <= JSONL_LINE_BYTES_MAX);
	err e = json_parse(parser, strbuf_str(&text), arena, &json, NULL);
	ASSERT(e == OK && native_is_record(&json));
	e = native_read(&json, arena, &back, NULL);
	ASSERT(e == OK);
	record_encode(&back, &again);
	ASSERT(strbuf_ok(&again) && str_equal(strbuf_str(&again), canonical));
	json_parser_free(parser);
}

static err take(struct record_sink *sink, const struct record *record, const struct place *place,
	struct why *why)
{
	struct hashing_sink *s = (struct hashing_sink *)sink;
	struct record whole = *record;

	(void)place;
	(void)why;
	if (whole.source.len == 0)
		whole.source = STR("fuzz");
	if (record_check(&whole, NULL) != OK)
		return OK;
	size_t start = s->all.len;
	record_encode(&whole, &s->all);
	ASSERT(strbuf_ok(&s->all));
	check_native(&whole, (str){ s->all.ptr + start, s->all.len - start });
	return OK;
}

static err refuse(struct record_sink *sink, const struct why *reason, str raw, struct why *why)
{
	ASSERT(reason->message != MSG_NONE && reason->has_line && reason->has_column);
	(void)raw;
	(void)why;
	((struct hashing_sink *)sink)->rejects++;
	return OK;
}

static struct hashing_sink read_all(str text, size_t step)
{
	const struct jsonl_options options = { .line_bytes_max = 4096 };
	struct bytes_input input = { { give, STR("fuzz") }, text, step };
	struct hashing_sink sink = { .sink = { .record = take, .reject = refuse },
		.all = strbuf_heap(1 << 24) };
	struct read_summary summary;
	err e = jsonl_read(&input.input, &options, &sink.sink, &summary, NULL);

	ASSERT(e == OK && summary.rejects == sink.rejects && summary.bytes == text.len);
	return sink;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	str text = { (const char *)data, size };
	struct hashing_sink whole = read_all(text, SIZE_MAX), pieces = read_all(text, 7);

	ASSERT(whole.rejects == pieces.rejects);
	ASSERT(str_equal(
		(str){ whole.all.ptr, whole.all.len }, (str){ pieces.all.ptr, pieces.all.len }));
	strbuf_done(&whole.all);
	strbuf_done(&pieces.all);
	return 0;
}

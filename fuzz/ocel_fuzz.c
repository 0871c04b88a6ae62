/* fuzz/ocel_fuzz.c - records read from an OCEL log and accepted by the check are written as a log
 * that reads back the same records and is written the same again. */
#include "event/codec.h"
#include "exchange/ocel.h"
#include "fuzz.h"

#include <stdlib.h>
#include <string.h>

enum { RECORDS_MAX = 64 };

struct bytes_input {
	struct input input;
	str left;
};

static err give(struct input *input, void *to, size_t bytes, size_t *got, struct why *why)
{
	struct bytes_input *b = (struct bytes_input *)input;
	size_t len = MIN_OF(MIN_OF(bytes, (size_t)100), b->left.len);

	(void)why;
	if (len > 0)
		memcpy(to, b->left.ptr, len);
	b->left = str_from(b->left, len);
	*got = len;
	return OK;
}

/* The records that pass the check, as their canonical bytes. */
struct kept {
	struct record_sink sink;
	struct arena *arena;
	str bytes[RECORDS_MAX];
	size_t count;
	uint64_t rejects;
};

static err take(struct record_sink *sink, const struct record *record, const struct place *place,
	struct why *why)
{
	struct kept *k = (struct kept *)sink;
	struct strbuf bytes = strbuf_in(k->arena, 1 << 22);
	struct record whole = *record;

	(void)place;
	(void)why;
	if (whole.source.len == 0)
		whole.source = STR("fuzz");
	if (k->count == RECORDS_MAX || record_check(&whole, NULL) != OK)
		return OK;
	record_encode(&whole, &bytes);
	ASSERT(strbuf_ok(&bytes));
	k->bytes[k->count++] = strbuf_str(&bytes);
	return OK;
}

static err refuse(struct record_sink *sink, const struct why *reason, str raw, struct why *why)
{
	(void)raw;
	(void)why;
	ASSERT(reason->message != MSG_NONE && reason->has_line && reason->has_offset);
	((struct kept *)sink)->rejects++;
	return OK;
}

static err read_log(str text, const struct ocel_options *options, struct kept *kept)
{
	struct bytes_input a = { { give, STR("fuzz") }, text }, b = a;
	struct ocel_summary summary;

	return ocel_read(&a.input, &b.input, options, &kept->sink, &summary, NULL);
}

struct kept_source {
	struct record_source source;
	const struct kept *kept;
	size_t at;
};

static err rewind_source(struct record_source *source, struct why *why)
{
	(void)why;
	((struct kept_source *)source)->at = 0;
	return OK;
}

static err next(struct record_source *source, bool *more, struct record *record, str *customer,
	struct why *why)
{
	struct kept_source *s = (struct kept_source *)source;

	*more = s->at < s->kept->count;
	*customer = STR("");
	return !*more ? OK : record_decode(s->kept->bytes[s->at++], s->kept->arena, record, why);
}

struct text_output {
	struct output output;
	struct strbuf text;
};

static err put(struct output *output, str bytes, struct why *why)
{
	(void)why;
	strbuf_add(&((struct text_output *)output)->text, bytes);
	return OK;
}

static str write_log(const struct kept *kept)
{
	struct kept_source source = { { rewind_source, next }, kept, 0 };
	struct text_output output = { { put }, strbuf_in(kept->arena, 1 << 24) };
	err e = ocel_write(&source.source, &output.output, NULL);

	ASSERT(e == OK && strbuf_ok(&output.text));
	return strbuf_str(&output.text);
}

static int compare(const void *a, const void *b)
{
	const str *x = a, *y = b;

	return str_compare(*x, *y);
}

static void check_same(struct kept *a, struct kept *b)
{
	ASSERT(b->rejects == 0 && a->count == b->count);
	qsort(a->bytes, a->count, sizeof(str), compare);
	qsort(b->bytes, b->count, sizeof(str), compare);
	for (size_t i = 0; i < a->count; i++)
		ASSERT(str_equal(a->bytes[i], b->bytes[i]));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct ocel_customer customer = { STR_INIT("account"), STR_INIT("Customer") };
	const struct ocel_options options = { &customer, 1 }, ours = { NULL, 0 };
	AUTO_ARENA arena = arena_create((size_t)1 << 28);
	struct kept first = { .sink = { .record = take, .reject = refuse }, .arena = arena };
	struct kept second = { .sink = { .record = take, .reject = refuse }, .arena = arena };
	str text = { (const char *)data, size };

	if (read_log(text, &options, &first) != OK || first.count == RECORDS_MAX)
		return 0;
	str log = write_log(&first);
	err e = read_log(log, &ours, &second);
	ASSERT(e == OK);
	ASSERT(str_equal(log, write_log(&second)));
	check_same(&first, &second);
	return 0;
}

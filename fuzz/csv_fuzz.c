/* fuzz/csv_fuzz.c - any bytes as CSV: records that pass their check, whatever the reads' sizes.
 *
 * The first byte chooses how the columns are mapped and how many bytes each read gives; the same
 * text read at once must give the same records and rejects, one by one and by their form. */
#include "engine/prepare.h"
#include "event/codec.h"
#include "exchange/csv.h"
#include "fuzz.h"

#include "base/hash.h"

#include <string.h>

struct source {
	struct input input;
	str left;
	size_t step;
};

static err give(struct input *input, void *to, size_t bytes, size_t *got, struct why *why)
{
	struct source *s = (struct source *)input;

	(void)why;
	*got = MIN_OF(MIN_OF(s->left.len, bytes), s->step);
	if (*got > 0)
		memcpy(to, s->left.ptr, *got);
	s->left = str_from(s->left, *got);
	return OK;
}

struct sum {
	struct record_sink sink;
	uint64_t records, rejects, hash;
	int64_t line;
	struct strbuf bytes;
	struct record_form form;
};

/* Preparation relies on that check: what comes of it would pass it too. */
static void check_prepared(const struct record *record)
{
	static const uint8_t secret[DEDUP_SECRET_BYTES];
	AUTO_ARENA arena = arena_create(64 << 20);
	struct preparation p = {
		.default_source = STR("fuzz"), .secret = secret, .is_checked = true
	};
	struct prepared prepared;

	if (item_prepare(&p, record, arena, &prepared, NULL) == OK)
		ASSERT(record_check(prepared.item.record, NULL) == OK);
}

static err take(struct record_sink *sink, const struct record *record, const struct place *place,
	struct why *why)
{
	struct sum *sum = (struct sum *)sink;
	struct record named = *record;

	(void)why;
	named.source = STR("fuzz");
	ASSERT(record_check(&named, NULL) == OK);
	ASSERT(place->line >= sum->line); /* rows come in order */
	sum->line = place->line;
	check_prepared(record);
	strbuf_clear(&sum->bytes);
	record_encode(&named, &sum->bytes);
	ASSERT(strbuf_ok(&sum->bytes));
	sum->hash = hash64(sum->hash, strbuf_str(&sum->bytes));
	sum->records++;
	return OK;
}

static bool take_form(struct record_sink *sink, const struct record *pattern, const size_t *strings,
	size_t string_count)
{
	return record_form_init(&((struct sum *)sink)->form, pattern, strings, string_count);
}

static err take_formed(struct record_sink *sink, const struct formed *formed,
	const struct place *place, struct why *why)
{
	struct sum *sum = (struct sum *)sink;
	struct record_identifier identifiers[FORM_IDENTIFIERS_MAX];
	struct kept_record kept;
	struct record record;
	AUTO_ARENA arena = arena_create(64 << 20);

	record_of_form(&sum->form, formed, identifiers, &record);
	const struct formed_row *row = record_form_lay(&sum->form, formed, 0, arena);
	ASSERT(row != NULL && record_keep(&record, 0, arena, &kept));
	ASSERT(str_equal(row->bytes, kept.bytes));
	return take(sink, &record, place, why);
}

static err refuse(struct record_sink *sink, const struct why *reason, str raw, struct why *why)
{
	struct sum *sum = (struct sum *)sink;

	(void)why;
	ASSERT(reason->message != MSG_NONE && reason->has_line && reason->line >= sum->line);
	sum->line = reason->line;
	sum->hash = hash64(sum->hash + (uint64_t)reason->line, raw);
	sum->rejects++;
	return OK;
}

static struct sum read_all(str text, size_t step, bool by_form, const struct mapping *mapping)
{
	struct source source = { { give, STR("fuzz.csv") }, text, step };
	struct sum sum = { .sink = { .record = take, .reject = refuse },
		.bytes = strbuf_heap(8 << 20) };
	if (by_form) {
		sum.sink.form = take_form;
		sum.sink.formed = take_formed;
	}
	struct read_summary summary;
	struct why why = { 0 };
	err e = csv_read(&source.input, mapping, &sum.sink, &summary, &why);

	ASSERT(e == OK || (why.message != MSG_NONE && sum.records == 0 && sum.rejects == 0));
	ASSERT(summary.records == sum.records && summary.rejects == sum.rejects);
	strbuf_done(&sum.bytes);
	return sum;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct mapping mapping = mapping_default();
	struct mapping_identifier identifier = { .type = STR("customer"),
		.column = STR("column 1") };
	str time[] = { STR("column 2") };
	str names[] = { STR("column 1"), STR("column 2"), STR("column 3") };

	if (size == 0)
		return 0;
	uint8_t choice = data[0];
	str text = { (const char *)data + 1, size - 1 };
	if ((choice & 1) != 0) { /* no header: three columns, short rows filled up */
		mapping.has_header = false;
		mapping.may_be_short = true;
		mapping.columns = (struct mapping_names){ names, ARRAY_LEN(names) };
		mapping.identifiers = &identifier;
		mapping.identifier_count = 1;
		mapping.time.columns = (struct mapping_names){ time, 1 };
		mapping.activity = (struct mapping_term){ .origin = ORIGIN_TEMPLATE,
			.text = STR("a {column 3}") };
	}
	if ((choice & 2) != 0)
		mapping.encoding = ENCODING_UTF8;
	if ((choice & 4) != 0)
		mapping.comment = '#';
	struct sum whole = read_all(text, SIZE_MAX, false, &mapping);
	struct sum pieces = read_all(text, 1 + (choice >> 3), true, &mapping);
	ASSERT(whole.hash == pieces.hash && whole.records == pieces.records &&
		whole.rejects == pieces.rejects);
	return 0;
}

/* tests/support/memory_stream.c - see memory_stream.h */
#include "support/memory_stream.h"

#include "event/codec.h"
#include "exchange/native.h"

#include <string.h>

static err input_read(struct input *input, void *to, size_t bytes, size_t *got, struct why *why)
{
	struct memory_input *m = (struct memory_input *)input;
	size_t len = MIN_OF(MIN_OF(bytes, m->step), m->left.len);

	(void)why;
	if (len > 0)
		memcpy(to, m->left.ptr, len);
	m->left = str_from(m->left, len);
	*got = len;
	return OK;
}

struct memory_input memory_input_of(str bytes, size_t step)
{
	return (struct memory_input){ { input_read, STR("memory") }, bytes, step };
}

static err output_write(struct output *output, str bytes, struct why *why)
{
	struct memory_output *m = (struct memory_output *)output;

	(void)why;
	strbuf_add(m->bytes, bytes);
	return OK;
}

struct memory_output memory_output_of(struct strbuf *bytes)
{
	return (struct memory_output){ { output_write }, bytes };
}

static err tell_record(struct record_sink *sink, const struct record *record,
	const struct place *place, struct why *why)
{
	struct telling_sink *t = (struct telling_sink *)sink;
	struct json_writer w = json_writer_of(t->out, JSON_COMPACT);

	(void)place;
	(void)why;
	native_write(&w, record);
	strbuf_add_byte(t->out, '\n');
	return OK;
}

static err tell_reject(struct record_sink *sink, const struct why *reason, str raw, struct why *why)
{
	struct telling_sink *t = (struct telling_sink *)sink;

	(void)why;
	strbuf_printf(t->out, "! %s %lld:%lld+%lld ", message_kebab(reason->message).ptr,
		(long long)reason->line, (long long)reason->column, (long long)reason->offset);
	strbuf_add(t->out, raw);
	strbuf_add_byte(t->out, '\n');
	return OK;
}

struct telling_sink telling_sink_of(struct strbuf *out)
{
	return (struct telling_sink){ { .record = tell_record, .reject = tell_reject }, out };
}

static err keep_record(struct record_sink *sink, const struct record *record,
	const struct place *place, struct why *why)
{
	struct keeping_sink *k = (struct keeping_sink *)sink;
	struct strbuf bytes = strbuf_in(k->arena, (size_t)1 << 24);

	(void)place;
	if (k->count == k->most)
		return OK;
	record_encode(record, &bytes);
	if (!strbuf_ok(&bytes))
		return fail(why, MSG_NO_ROOM, arg_c("test"), arg_int(0));
	return record_decode(strbuf_str(&bytes), k->arena, &k->records[k->count++], why);
}

static err keep_reject(struct record_sink *sink, const struct why *reason, str raw, struct why *why)
{
	struct keeping_sink *k = (struct keeping_sink *)sink;

	(void)reason;
	(void)raw;
	(void)why;
	k->rejects++;
	return OK;
}

struct keeping_sink keeping_sink_of(struct arena *arena, size_t most)
{
	return (struct keeping_sink){ .sink = { .record = keep_record, .reject = keep_reject },
		.arena = arena,
		.records = arena_array(arena, most, sizeof(struct record)),
		.most = most };
}

static err source_rewind(struct record_source *source, struct why *why)
{
	(void)why;
	((struct memory_source *)source)->at = 0;
	return OK;
}

static err source_next(struct record_source *source, bool *more, struct record *record,
	str *customer, struct why *why)
{
	struct memory_source *m = (struct memory_source *)source;

	(void)why;
	*more = m->at < m->count;
	if (!*more)
		return OK;
	*record = m->records[m->at++];
	*customer = record->identifier_count > 0 ? record->identifiers[0].value : STR("");
	return OK;
}

struct memory_source memory_source_of(const struct record *records, size_t count)
{
	return (struct memory_source){ { source_rewind, source_next }, records, count, 0 };
}

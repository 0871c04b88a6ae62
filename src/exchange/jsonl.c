/* exchange/jsonl.c - see jsonl.h */
#include "exchange/jsonl.h"

#include "exchange/native.h"
#include "exchange/segment.h"

#include <stdlib.h>
#include <string.h>

enum { READ_BYTES = 1 << 18, WRITE_BYTES = 1 << 16 };
static const size_t line_memory_max = (size_t)1 << 28; /* a line's tree and records */
static const size_t line_text_max = (size_t)1 << 27; /* a record written */

/* ---- lines */

/* A window over the input:  [taken | start .. end | free]  of cap bytes. */
struct lines {
	struct input *input;
	char *bytes;
	size_t cap, start, scanned, end; /* no line feed between start and scanned */
	uint64_t offset; /* of bytes[start] in the input */
	int64_t number; /* of the line that begins there */
	size_t line_bytes_max;
	bool ended;
};

struct line {
	str text; /* without its end */
	uint64_t offset;
	int64_t number;
	bool is_long; /* text is only its beginning */
};

static err fill(struct lines *l, struct why *why)
{
	size_t got;

	if (l->start > 0) {
		memmove(l->bytes, l->bytes + l->start, l->end - l->start);
		l->end -= l->start;
		l->scanned -= l->start;
		l->start = 0;
	}
	if (l->cap - l->end < READ_BYTES) {
		l->cap = MAX_OF(l->cap * 2, (size_t)READ_BYTES * 2);
		l->bytes = memory_resize(l->bytes, l->cap);
	}
	err e = l->input->read(l->input, l->bytes + l->end, READ_BYTES, &got, why);
	if (e != OK)
		return e;
	l->end += got;
	l->ended = got == 0;
	return OK;
}

static void advance(struct lines *l, size_t bytes)
{
	l->start += bytes;
	l->offset += bytes;
	l->scanned = MAX_OF(l->scanned, l->start);
}

/* Where the line at `start` ends; false if that is not in the window. */
static bool find_end(struct lines *l, size_t *len)
{
	const char *found = memchr(l->bytes + l->scanned, '\n', l->end - l->scanned);

	l->scanned = found == NULL ? l->end : (size_t)(found - l->bytes);
	*len = l->scanned - l->start;
	return found != NULL;
}

/* Passes over the rest of a line that is too long, keeping its beginning for the reject. */
static err skip_long(struct lines *l, struct line *line, char *kept, struct why *why)
{
	size_t len = MIN_OF(l->end - l->start, (size_t)JSONL_REJECT_BYTES_MAX);
	bool found = false;
	err e = OK;

	memcpy(kept, l->bytes + l->start, len);
	*line = (struct line){ str_cut((str){ kept, len }, len), l->offset, l->number++, true };
	while (e == OK && !found && !l->ended) {
		found = find_end(l, &len);
		advance(l, len + found);
		if (!found)
			e = fill(l, why);
	}
	return e;
}

/* *more false after the last line.  line->text is valid until the next call. */
static err next_line(struct lines *l, struct line *line, char *kept, bool *more, struct why *why)
{
	size_t len = 0;
	bool found = false;
	err e = OK;

	while (e == OK && !found) {
		found = l->end > l->scanned && find_end(l, &len);
		len = l->scanned - l->start;
		if (len > l->line_bytes_max) {
			*more = true;
			return skip_long(l, line, kept, why);
		}
		if (found || l->ended)
			break;
		e = fill(l, why);
	}
	if (e != OK)
		return e;
	*more = found || len > 0;
	if (!*more)
		return OK;
	str text = { l->bytes + l->start, len };
	if (str_ends(text, STR("\r")))
		text.len--;
	*line = (struct line){ text, l->offset, l->number++, false };
	advance(l, len + found);
	return OK;
}

/* ---- records of a line */

struct read {
	const struct jsonl_options *options;
	struct record_sink *sink;
	struct read_summary *summary;
	struct json_parser *parser;
	struct arena *arena;
	const struct line *line;
	str name; /* of the input */
	struct why *why;
};

static err reject(struct read *r, struct why *reason, str raw)
{
	int64_t column = reason->has_column ? reason->column : 1;
	int64_t within = reason->has_offset ? reason->offset : 0;

	why_at(reason, r->name, r->line->number, column, (int64_t)r->line->offset + within);
	r->summary->rejects++;
	return r->sink->reject(r->sink, reason, raw, r->why);
}

static err give(struct read *r, const struct record *record, str raw)
{
	struct place place = {
		.line = r->line->number, .column = 1, .offset = (int64_t)r->line->offset, .raw = raw
	};

	r->summary->records++;
	return r->sink->record(r->sink, record, &place, r->why);
}

static err read_one(struct read *r, const struct json *json, struct record *out, struct why *why)
{
	const struct segment_options options = { r->options->received_ms };

	if (json->kind != JSON_OBJECT)
		return fail(why, MSG_JSONL_NOT_OBJECT);
	if (native_is_record(json))
		return native_read(json, r->arena, out, why);
	return segment_record(json, &options, r->arena, out, &r->summary->times_without_zone, why);
}

/* A call of a batch as a line that can be imported alone, should it be refused. */
static str line_of(const struct json *call, struct strbuf *line)
{
	struct json_writer w = json_writer_of(line, JSON_COMPACT);

	strbuf_clear(line);
	json_put_tree(&w, call);
	return (str){ line->ptr, line->len };
}

static err read_call(struct read *r, const struct json *batch, size_t i, struct strbuf *line)
{
	struct json call = json_get(batch, STR("batch"))->array.items[i];
	struct record record;
	struct why reason = { 0 };
	err bad = segment_of_batch(batch, i, r->arena, &call, &reason);

	if (bad == OK)
		bad = read_one(r, &call, &record, &reason);
	str raw = line_of(&call, line);
	return bad == OK ? give(r, &record, raw) : reject(r, &reason, raw);
}

static err read_batch(struct read *r, const struct json *batch)
{
	size_t count = json_get(batch, STR("batch"))->array.count;
	struct strbuf line = strbuf_heap(line_text_max);
	err e = OK;

	for (size_t i = 0; e == OK && i < count; i++)
		e = read_call(r, batch, i, &line);
	strbuf_done(&line);
	return e;
}

static bool is_blank(str text)
{
	for (size_t i = 0; i < text.len; i++)
		if (!str_has(STR(" \t\r"), text.ptr[i]))
			return false;
	return true;
}

static err read_line(struct read *r)
{
	struct json json;
	struct record record;
	struct why reason = { 0 };
	str text = r->line->text;

	if (r->line->is_long) {
		(void)fail(
			&reason, MSG_JSONL_LINE_LONG, arg_int((int64_t)r->options->line_bytes_max));
		return reject(r, &reason, text);
	}
	if (r->line->offset == 0)
		(void)str_skip_prefix(&text, STR("\xef\xbb\xbf")); /* may be there or not */
	if (text.len == 0 || (text.ptr[0] != '{' && is_blank(text)))
		return OK;
	arena_reset(r->arena);
	err bad = json_parse(r->parser, text, r->arena, &json, &reason);
	if (bad == OK && segment_is_batch(&json))
		return read_batch(r, &json);
	if (bad == OK)
		bad = read_one(r, &json, &record, &reason);
	return bad == OK ? give(r, &record, text) : reject(r, &reason, text);
}

err jsonl_read(struct input *input, const struct jsonl_options *options, struct record_sink *sink,
	struct read_summary *summary, struct why *why)
{
	struct jsonl_options set = *options;
	if (set.line_bytes_max == 0)
		set.line_bytes_max = JSONL_LINE_BYTES_MAX;
	ASSERT(set.line_bytes_max <= JSONL_LINE_BYTES_MAX);
	AUTO_ARENA arena = arena_create(line_memory_max);
	struct lines lines = { .input = input, .number = 1, .line_bytes_max = set.line_bytes_max };
	struct line line;
	struct json_parser *parser = json_parser_create(
		&(struct json_limits){ .bytes = set.line_bytes_max, .depth = JSONL_NESTING_MAX });
	struct read r = { &set, sink, summary, parser, arena, &line, input->name, why };
	char kept[JSONL_REJECT_BYTES_MAX];
	bool more = true;
	err e = OK;

	*summary = (struct read_summary){ .encoding = "UTF-8" };
	while (e == OK && more) {
		e = next_line(&lines, &line, kept, &more, why);
		if (e == OK && more)
			e = read_line(&r);
	}
	summary->bytes = lines.offset;
	json_parser_free(parser);
	free(lines.bytes);
	return e;
}

/* ---- writing */

static err flush(struct output *output, struct strbuf *text, struct why *why)
{
	if (!strbuf_ok(text))
		return fail(why, MSG_NO_ROOM, arg_c("record"), arg_int((int64_t)line_text_max));
	err e = text->len == 0 ? OK : output->write(output, strbuf_str(text), why);
	strbuf_clear(text);
	return e;
}

err jsonl_write(struct record_source *source, struct output *output, struct why *why)
{
	struct strbuf text = strbuf_heap(line_text_max);
	struct record record;
	bool more = true;
	str customer;
	err e = OK;

	while (e == OK && more) {
		e = source->next(source, &more, &record, &customer, why);
		if (e != OK || !more)
			break;
		struct json_writer w = json_writer_of(&text, JSON_COMPACT);
		native_write(&w, &record);
		strbuf_add_byte(&text, '\n');
		if (text.len >= WRITE_BYTES || !strbuf_ok(&text))
			e = flush(output, &text, why);
	}
	if (e == OK)
		e = flush(output, &text, why);
	strbuf_done(&text);
	return e;
}

/* exchange/json_stream.c - see json_stream.h
 *
 * A window over the input, as long as the longest piece; `at` walks through it byte by byte.
 *
 *   BEFORE --{--> MEMBER --"key":[--> ELEMENT --,--> ELEMENT --]--> MEMBER --}--> AFTER
 *                        --"key":x--> MEMBER
 */
#include "exchange/json_stream.h"

#include <stdlib.h>
#include <string.h>

enum { READ_BYTES = 1 << 18, LONG_KEPT_BYTES = 4096 };

enum where { BEFORE, MEMBER, ELEMENT, AFTER };

struct json_stream {
	struct input *input;
	char *bytes;
	size_t cap, kept, at, end; /* bytes[kept .. at) belong to the piece at hand */
	bool holds; /* a piece is at hand: keep it when the window moves */
	uint64_t offset; /* of bytes[0] */
	int64_t line;
	uint64_t line_start; /* offset of its first byte */
	size_t piece_bytes_max;
	enum where where;
	bool first; /* the next member or element is the first */
	bool ended;
	char key[JSON_STREAM_KEY_BYTES_MAX];
	size_t key_bytes;
};

struct json_stream *json_stream_create(struct input *input, size_t piece_bytes_max)
{
	struct json_stream *s = memory_alloc(sizeof(*s));

	s->input = input;
	s->piece_bytes_max = piece_bytes_max;
	s->line = 1;
	return s;
}

void json_stream_free(struct json_stream *stream)
{
	if (stream == NULL)
		return;
	free(stream->bytes);
	free(stream);
}

uint64_t json_stream_offset(const struct json_stream *s)
{
	return s->offset + s->at;
}

static struct place here(const struct json_stream *s)
{
	uint64_t offset = json_stream_offset(s);

	return (struct place){ .line = s->line,
		.column = (int64_t)(offset - s->line_start) + 1,
		.offset = (int64_t)offset };
}

static err refuse(struct json_stream *s, struct why *why)
{
	struct place p = here(s);

	why_at(why, s->input->name, p.line, p.column, p.offset);
	if (s->at == s->end)
		return fail(why, MSG_JSON_ENDS);
	return fail(why, MSG_JSON_UNEXPECTED, arg_str((str){ s->bytes + s->at, 1 }));
}

/* ---- bytes */

/* More of the input behind what is there. */
static err fill(struct json_stream *s, struct why *why)
{
	size_t keep = s->holds ? s->kept : s->at, got;

	if (keep > 0) {
		memmove(s->bytes, s->bytes + keep, s->end - keep);
		s->offset += keep;
		s->at -= keep;
		s->end -= keep;
		s->kept = 0;
	}
	if (s->cap - s->end < READ_BYTES) {
		s->cap = MAX_OF(s->cap * 2, (size_t)READ_BYTES * 2);
		s->bytes = memory_resize(s->bytes, s->cap);
	}
	err e = s->input->read(s->input, s->bytes + s->end, READ_BYTES, &got, why);
	if (e != OK)
		return e;
	s->end += got;
	s->ended = got == 0;
	return OK;
}

/* Makes a byte stand at `at`, or says that there is none. */
static err look(struct json_stream *s, bool *there, struct why *why)
{
	err e = OK;

	while (e == OK && s->at == s->end && !s->ended)
		e = fill(s, why);
	*there = s->at < s->end;
	return e;
}

static void step(struct json_stream *s)
{
	if (s->bytes[s->at++] == '\n') {
		s->line++;
		s->line_start = s->offset + s->at;
	}
}

/* Past white space; *c is what stands there then, '\0' at the end. */
static err next_char(struct json_stream *s, char *c, struct why *why)
{
	bool there;
	err e = look(s, &there, why);

	while (e == OK && there && str_has(STR(" \t\r\n"), s->bytes[s->at])) {
		step(s);
		e = look(s, &there, why);
	}
	if (e == OK)
		*c = there ? s->bytes[s->at] : '\0';
	return e;
}

static err expect(struct json_stream *s, char wanted, struct why *why)
{
	char c;
	err e = next_char(s, &c, why);

	if (e == OK && (c != wanted || s->at == s->end))
		e = refuse(s, why);
	if (e == OK)
		step(s);
	return e;
}

/* ---- pieces */

/* How far a value has been followed. */
struct follow {
	size_t depth; /* of brackets */
	bool in_string, escaped, begun;
};

/* Follows bytes from `at` while they belong to the value.  True when it has ended. */
static bool follow(struct json_stream *s, struct follow *f)
{
	for (; s->at < s->end; step(s)) {
		char c = s->bytes[s->at];
		if (f->in_string) {
			if (f->escaped)
				f->escaped = false;
			else if (c == '\\')
				f->escaped = true;
			else if (c == '"')
				f->in_string = false;
		} else if (c == '"') {
			f->in_string = true;
		} else if (c == '{' || c == '[') {
			f->depth++;
		} else if (c == '}' || c == ']') {
			if (f->depth == 0)
				return true;
			f->depth--;
		} else if (c == ',' && f->depth == 0) {
			return true;
		}
	}
	return false;
}

/* Takes the value at `at`, up to the comma or bracket after it. */
static err take_value(struct json_stream *s, struct json_piece *piece, struct why *why)
{
	struct follow f = { 0 };
	bool done = false;
	char kept[LONG_KEPT_BYTES];
	size_t kept_bytes = 0;
	err e = OK;

	piece->place = here(s);
	s->kept = s->at;
	s->holds = true;
	while (e == OK && !done) {
		done = follow(s, &f);
		if (s->holds && s->at - s->kept > s->piece_bytes_max) {
			kept_bytes = MIN_OF((size_t)LONG_KEPT_BYTES, s->piece_bytes_max);
			memcpy(kept, s->bytes + s->kept, kept_bytes);
			s->holds = false; /* from here on only its end is looked for */
		}
		if (done || s->ended)
			break;
		e = fill(s, why);
	}
	piece->is_long = !s->holds;
	str text = { s->bytes + s->kept, s->at - s->kept };
	if (piece->is_long) { /* the window's beginning is free by now */
		kept_bytes = MIN_OF(kept_bytes, s->at);
		memcpy(s->bytes, kept, kept_bytes);
		text = str_cut((str){ s->bytes, kept_bytes }, kept_bytes);
	}
	s->holds = false;
	piece->text = str_trim(text);
	if (e == OK && (!done || piece->text.len == 0))
		e = refuse(s, why);
	return e;
}

static err take_key(struct json_stream *s, struct why *why)
{
	bool there = true, escaped = false;
	err e = expect(s, '"', why);

	s->key_bytes = 0;
	while (e == OK) {
		e = look(s, &there, why);
		if (e != OK)
			break;
		if (!there || s->key_bytes == sizeof(s->key))
			return refuse(s, why);
		char c = s->bytes[s->at];
		step(s);
		if (c == '"' && !escaped)
			return expect(s, ':', why);
		escaped = c == '\\' && !escaped;
		s->key[s->key_bytes++] = c;
	}
	return e;
}

/* The comma before all but the first, or the closing bracket: then *closed. */
static err between(struct json_stream *s, char close, bool *closed, struct why *why)
{
	char c;
	err e = next_char(s, &c, why);

	*closed = e == OK && c == close && s->at < s->end;
	if (e != OK)
		return e;
	if (*closed)
		step(s);
	else if (!s->first)
		e = expect(s, ',', why);
	s->first = false;
	if (e == OK && !*closed)
		e = next_char(s, &c, why);
	return e;
}

static err next_element(
	struct json_stream *s, struct json_piece *piece, bool *found, struct why *why)
{
	bool was_first = s->first, closed;
	err e = between(s, ']', &closed, why);

	if (e != OK)
		return e;
	piece->key = (str){ s->key, s->key_bytes };
	piece->in_array = true;
	if (!closed) {
		*found = true;
		return take_value(s, piece, why);
	}
	s->where = MEMBER;
	s->first = false;
	piece->is_empty = *found = was_first;
	piece->place = here(s);
	return OK;
}

static err next_member(
	struct json_stream *s, struct json_piece *piece, bool *found, struct why *why)
{
	bool closed;
	char c;
	err e = between(s, '}', &closed, why);

	if (e != OK)
		return e;
	if (closed) {
		s->where = AFTER;
		return OK;
	}
	e = take_key(s, why);
	if (e == OK)
		e = next_char(s, &c, why);
	if (e != OK)
		return e;
	if (c == '[') {
		step(s);
		s->where = ELEMENT;
		s->first = true;
		return OK;
	}
	piece->key = (str){ s->key, s->key_bytes };
	*found = true;
	return take_value(s, piece, why);
}

static err open_document(struct json_stream *s, struct why *why)
{
	err e = OK;

	while (e == OK && !s->ended && s->end < 3)
		e = fill(s, why);
	if (e == OK && s->end >= 3 && memcmp(s->bytes, "\xef\xbb\xbf", 3) == 0)
		s->at = s->line_start = 3;
	if (e == OK)
		e = expect(s, '{', why);
	s->where = MEMBER;
	s->first = true;
	return e;
}

err json_stream_next(struct json_stream *s, struct json_piece *piece, bool *more, struct why *why)
{
	bool found = false;
	char c;
	err e = OK;

	*piece = (struct json_piece){ 0 };
	while (e == OK && !found && s->where != AFTER) {
		if (s->where == BEFORE)
			e = open_document(s, why);
		else if (s->where == MEMBER)
			e = next_member(s, piece, &found, why);
		else
			e = next_element(s, piece, &found, why);
	}
	if (e == OK && !found) {
		e = next_char(s, &c, why);
		if (e == OK && s->at < s->end)
			e = refuse(s, why);
	}
	*more = found;
	return e;
}

/* exchange/log.c - see log.h */
#include "exchange/log.h"

#include "exchange/csv_row.h"
#include "exchange/decode.h"
#include "exchange/row_map.h"

#include <string.h>

enum log_column {
	LOG_HOST,
	LOG_IDENT,
	LOG_USER,
	LOG_TIME,
	LOG_METHOD,
	LOG_PATH,
	LOG_PAGE,
	LOG_QUERY,
	LOG_PROTOCOL,
	LOG_STATUS,
	LOG_BYTES,
	LOG_REFERER,
	LOG_USER_AGENT,
	LOG_MORE,
	LOG_COLUMNS
};

static const str names[LOG_COLUMNS] = { STR_INIT("host"), STR_INIT("ident"), STR_INIT("user"),
	STR_INIT("time"), STR_INIT("method"), STR_INIT("path"), STR_INIT("page"), STR_INIT("query"),
	STR_INIT("protocol"), STR_INIT("status"), STR_INIT("bytes"), STR_INIT("referer"),
	STR_INIT("user_agent"), STR_INIT("more") };

enum { LINE_ARENA_BYTES_MAX = 256 << 20 };

/* ---- a line */

static str or_empty(str text)
{
	return str_equal(text, STR("-")) ? (str){ NULL, 0 } : text;
}

static bool take_word(str *line, str *out)
{
	size_t len = 0;

	while (len < line->len && line->ptr[len] != ' ')
		len++;
	if (len == 0)
		return false;
	*out = or_empty(str_upto(*line, len));
	*line = str_from(*line, MIN_OF(len + 1, line->len));
	return true;
}

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c = (char)(c | 0x20);
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* Without its escapes; as it stands where those hide what is no text (an attack, often). */
static str unescape(str text, struct arena *arena)
{
	char *out = str_has(text, '\\') ? arena_alloc(arena, text.len) : NULL;
	size_t len = 0;

	if (out == NULL)
		return text;
	for (size_t i = 0; i < text.len; i++) {
		char next = i + 1 < text.len ? text.ptr[i + 1] : '\0';
		bool is_hex = next == 'x' && i + 3 < text.len && hex_digit(text.ptr[i + 2]) >= 0 &&
			      hex_digit(text.ptr[i + 3]) >= 0;
		if (text.ptr[i] == '\\' && is_hex) {
			out[len++] = (char)(hex_digit(text.ptr[i + 2]) << 4 |
					    hex_digit(text.ptr[i + 3]));
			i += 3;
		} else if (text.ptr[i] == '\\' && (next == '"' || next == '\\')) {
			out[len++] = next;
			i++;
		} else {
			out[len++] = text.ptr[i];
		}
	}
	return str_is_text((str){ out, len }) ? (str){ out, len } : text;
}

static bool take_quoted(str *line, struct arena *arena, str *out)
{
	size_t len = 1;

	if (!str_starts(*line, STR("\"")))
		return false;
	while (len < line->len && line->ptr[len] != '"')
		len += line->ptr[len] == '\\' ? 2 : 1;
	if (len >= line->len)
		return false;
	*out = or_empty(unescape((str){ line->ptr + 1, len - 1 }, arena));
	*line = str_from(*line, len + 1);
	return line->len == 0 || str_skip_prefix(line, STR(" "));
}

static bool take_time(str *line, str *out)
{
	str inside;

	if (!str_skip_prefix(line, STR("[")) || !str_split(*line, ']', &inside, line))
		return false;
	*out = inside;
	return str_skip_prefix(line, STR(" "));
}

/* "GET /path?query HTTP/1.1"; what is no request is kept whole, as the path. */
static void split_request(str request, str fields[static LOG_COLUMNS])
{
	str rest, fragment;

	fields[LOG_PATH] = request;
	if (str_split(request, ' ', &fields[LOG_METHOD], &rest)) {
		fields[LOG_PATH] = rest;
		if (!str_split_last(rest, ' ', &fields[LOG_PATH], &fields[LOG_PROTOCOL]))
			fields[LOG_PATH] = rest; /* HTTP/0.9 has no protocol */
	}
	fields[LOG_PAGE] = fields[LOG_PATH];
	(void)str_split(fields[LOG_PATH], '?', &fields[LOG_PAGE], &fields[LOG_QUERY]);
	(void)str_split(fields[LOG_PAGE], '#', &fields[LOG_PAGE], &fragment); /* sent by few */
}

static bool split_line(str line, struct arena *arena, str fields[static LOG_COLUMNS])
{
	str request;

	memset(fields, 0, LOG_COLUMNS * sizeof(*fields));
	if (!take_word(&line, &fields[LOG_HOST]) || !take_word(&line, &fields[LOG_IDENT]))
		return false;
	/* A user may have spaces; the time's bracket ends it. */
	str before, after;
	if (!str_split(line, '[', &before, &after) || before.len < 2)
		return false;
	fields[LOG_USER] = or_empty(str_trim(before));
	line = str_from(line, before.len);
	if (!take_time(&line, &fields[LOG_TIME]) || !take_quoted(&line, arena, &request) ||
		!take_word(&line, &fields[LOG_STATUS]) || !take_word(&line, &fields[LOG_BYTES]))
		return false;
	split_request(request, fields);
	if (line.len == 0)
		return true; /* the common format ends here */
	if (!take_quoted(&line, arena, &fields[LOG_REFERER]) ||
		!take_quoted(&line, arena, &fields[LOG_USER_AGENT]))
		return false;
	fields[LOG_MORE] = line;
	return true;
}

/* ---- the log */

static const struct mapping_identifier usual_identifiers[] = {
	{ .type = STR_INIT("user_id"), .column = STR_INIT("user") },
	{ .type = STR_INIT("ip"), .column = STR_INIT("host") },
};
static const str usual_time[] = { STR_INIT("time") };
static const str usually_excluded[] = { STR_INIT("page"), STR_INIT("query") }; /* parts of path */

static void complete(struct mapping *m)
{
	if (m->time.columns.count == 0)
		m->time.columns = (struct mapping_names){ usual_time, 1 };
	if (m->time.format.len == 0)
		m->time.format = STR("%d/%b/%Y:%T%z");
	if (m->activity.origin == ORIGIN_NONE)
		m->activity = (struct mapping_term){ .origin = ORIGIN_TEMPLATE,
			.text = STR("{method} {page}") };
	if (m->channel.origin == ORIGIN_NONE)
		m->channel = (struct mapping_term){ .origin = ORIGIN_CONSTANT, .text = STR("web") };
	if (m->identifier_count == 0) {
		m->identifiers = usual_identifiers;
		m->identifier_count = ARRAY_LEN(usual_identifiers);
	}
	if (m->excluded.count == 0)
		m->excluded =
			(struct mapping_names){ usually_excluded, ARRAY_LEN(usually_excluded) };
}

struct log_reader {
	struct input *input;
	struct record_sink *sink;
	struct csv_rows *rows;
	struct row_map *map;
	struct arena *arena;
	struct read_summary summary;
};

static err reject(
	struct log_reader *r, const struct csv_row *row, struct why *reason, struct why *why)
{
	why_at(reason, r->input->name, row->place.line, row->place.column, row->place.offset);
	r->summary.rejects++;
	return r->sink->reject(r->sink, reason, str_upto(row->raw, CSV_RAW_BYTES_MAX), why);
}

static err read_line(struct log_reader *r, const struct csv_row *row, struct why *why)
{
	str fields[LOG_COLUMNS];
	struct why fault = { 0 };
	struct record record;
	bool skip = false;
	size_t column = 0;

	arena_reset(r->arena);
	if (!split_line(row->raw, r->arena, fields)) {
		(void)fail(&fault, MSG_LOG_LINE);
		return reject(r, row, &fault, why);
	}
	if (row_map_record(r->map, fields, false, r->arena, &record, &skip, &column, &fault) != OK)
		return reject(r, row, &fault, why);
	if (skip)
		return OK;
	r->summary.records++;
	return r->sink->record(r->sink, &record, &row->place, why);
}

static err read_lines(struct log_reader *r, struct why *why)
{
	struct csv_row row;
	enum csv_found found;

	for (;;) {
		struct why fault = { 0 };
		err e = csv_rows_next(r->rows, &found, &row, &fault, why);
		if (e != OK || found == CSV_END)
			return e;
		e = found == CSV_BAD ? reject(r, &row, &fault, why) : read_line(r, &row, why);
		if (e != OK)
			return e;
	}
}

static err read_all(
	struct log_reader *r, struct decode *decode, const struct mapping *mapping, struct why *why)
{
	err e = row_map_create(mapping, names, LOG_COLUMNS, &r->map, why);

	if (e == OK)
		e = row_map_settle(r->map, why);
	if (e == OK)
		e = csv_rows_open(decode_input(decode), &r->rows, why);
	if (e != OK)
		return e;
	if (r->sink->read_as != NULL) {
		struct mapping as = row_map_mapping(r->map);
		as.format = MAPPING_LOG;
		as.encoding = ENCODING_UTF8;
		r->sink->read_as(r->sink, &as);
	}
	csv_rows_set(r->rows, &(struct csv_dialect){ '\n', 0, 0 }); /* a line is a field */
	csv_rows_restart(r->rows, 0);
	return read_lines(r, why);
}

err log_read(struct input *input, const struct mapping *mapping, struct record_sink *sink,
	struct read_summary *summary, struct why *why)
{
	struct log_reader r = { .input = input, .sink = sink };
	struct mapping completed = *mapping;
	struct decode *decode;
	err e = decode_open(input, mapping->encoding, &decode, why);

	if (e != OK)
		return e;
	complete(&completed);
	r.arena = arena_create(LINE_ARENA_BYTES_MAX);
	e = read_all(&r, decode, &completed, why);
	if (summary != NULL) {
		r.summary.bytes = decode_bytes_read(decode);
		if (r.map != NULL) {
			r.summary.times_without_zone = row_map_times_without_zone(r.map);
			row_map_time_format(r.map, r.summary.time_format);
		}
		struct strbuf encoding = { .ptr = r.summary.encoding,
			.cap = sizeof(r.summary.encoding) - 1,
			.cap_max = sizeof(r.summary.encoding) - 1 };
		strbuf_add_c(&encoding, text_encoding_name(decode_encoding(decode)));
		*summary = r.summary;
	}
	row_map_free(r.map);
	csv_rows_close(r.rows);
	decode_close(decode);
	arena_free(r.arena);
	return e;
}

/* exchange/csv.c - see csv.h */
#include "exchange/csv.h"

#include "exchange/csv_own.h"
#include "exchange/csv_row.h"
#include "exchange/decode.h"
#include "exchange/row_map.h"

#include <string.h>

enum { NAMES_BYTES_MAX = 8 << 20, ROW_ARENA_BYTES_MAX = 256 << 20 };

struct csv_reader {
	struct input *input;
	const struct mapping *mapping;
	struct record_sink *sink;
	struct read_summary summary;
	struct decode *decode;
	struct csv_rows *rows;
	struct arena *names_arena, *row_arena;
	str *names;
	size_t count;
	str *padded; /* a short row, filled up */
	struct row_map *map;
	struct csv_own *own; /* in place of the map: a file of our own */
	bool is_formed; /* the sink takes rows of the map's form */
	bool has_preface; /* "sep=;" before the header, as spreadsheets write it */
	struct why fault; /* of the row at hand; here, for zeroing one costs more than a row */
};

/* ---- header */

static bool is_named(const struct csv_reader *r, size_t count, str name)
{
	for (size_t i = 0; i < count; i++)
		if (str_equal(r->names[i], name))
			return true;
	return false;
}

static str numbered(struct csv_reader *r, str name, size_t count)
{
	struct strbuf out = strbuf_in(r->names_arena, name.len + 32);

	for (int n = 2; n <= CSV_COLUMNS_MAX + 1; n++) {
		strbuf_clear(&out);
		strbuf_add(&out, name);
		strbuf_printf(&out, " (%d)", n);
		if (!strbuf_ok(&out) || !is_named(r, count, strbuf_str(&out)))
			break;
	}
	return strbuf_ok(&out) ? strbuf_str(&out) : (str){ NULL, 0 };
}

static str column_n(struct csv_reader *r, size_t n)
{
	struct strbuf out = strbuf_in(r->names_arena, 32);

	strbuf_printf(&out, "column %zu", n);
	return strbuf_ok(&out) ? strbuf_str(&out) : (str){ NULL, 0 };
}

static err name_columns(struct csv_reader *r, const str *names, size_t count, struct why *why)
{
	r->names = arena_array(r->names_arena, count, sizeof(*r->names));
	r->padded = arena_array(r->names_arena, count, sizeof(*r->padded));
	for (size_t i = 0; i < count && r->names != NULL; i++) {
		str name = { NULL, 0 };
		if (text_nfc(str_trim(names[i]), r->names_arena, &name, NULL) == OK)
			name = arena_str(r->names_arena, name);
		if (name.ptr != NULL && name.len == 0)
			name = column_n(r, i + 1);
		if (name.ptr != NULL && is_named(r, i, name))
			name = numbered(r, name, i);
		if (name.ptr == NULL)
			r->names = NULL;
		else
			r->names[i] = name;
	}
	if (r->names == NULL || r->padded == NULL)
		return fail(why, MSG_NO_ROOM, arg_c("header"), arg_int(NAMES_BYTES_MAX));
	r->count = count;
	return OK;
}

/* Rows are rejected in UTF-8, whatever the file is in. */
static void tell_header(struct csv_reader *r, str header)
{
	struct strbuf text = strbuf_heap(NAMES_BYTES_MAX);

	if (decode_encoding(r->decode) != ENCODING_UTF8)
		strbuf_add(&text, STR("\xef\xbb\xbf"));
	if (r->has_preface)
		strbuf_printf(&text, "sep=%c\n", r->summary.delimiter);
	strbuf_add(&text, header);
	if (r->sink->header != NULL && strbuf_ok(&text))
		r->sink->header(r->sink, strbuf_str(&text));
	strbuf_done(&text);
}

/* *skip: how many rows stand before the first record. */
static err read_header(struct csv_reader *r, size_t *skip, struct why *why)
{
	const struct mapping_names *told = &r->mapping->columns;
	struct csv_row row;
	struct why fault;
	enum csv_found found = CSV_END;
	err e = OK;

	*skip = (size_t)r->mapping->has_header + (size_t)r->has_preface;
	for (size_t i = 0; e == OK && i < *skip; i++)
		e = csv_rows_next(r->rows, &found, &row, &fault, why);
	if (e != OK)
		return e;
	if (found == CSV_BAD) {
		if (why != NULL)
			*why = fault;
		return message_code(fault.message);
	}
	if (r->mapping->has_header && found == CSV_ROW)
		tell_header(r, row.raw);
	if (told->count > 0)
		return name_columns(r, told->items, told->count, why);
	if (!r->mapping->has_header)
		return fail(why, MSG_CSV_NO_HEADER);
	return found == CSV_END ? OK : name_columns(r, row.fields, row.count, why);
}

/* ---- rows */

static void tell_place(
	struct csv_reader *r, const struct csv_row *row, size_t column, struct why *why)
{
	why_at(why, r->input->name, row->place.line, (int64_t)column + 1, row->place.offset);
}

KEPT_APART static err reject(
	struct csv_reader *r, const struct csv_row *row, const struct why *reason, struct why *why)
{
	r->summary.rejects++;
	err e = r->sink->reject(r->sink, reason, row->raw, why); /* whole, to be mended */
	r->fault = (struct why){ 0 };
	return e;
}

/* A row with fewer or more fields than the header is no record: nobody knows which are missing. */
KEPT_APART static bool fill_up(struct csv_reader *r, struct csv_row *row, struct why *fault)
{
	if (row->count > r->count || !r->mapping->may_be_short) {
		(void)fail(fault, MSG_CSV_RAGGED, arg_int((int64_t)row->count),
			arg_int((int64_t)r->count));
		tell_place(r, row, MIN_OF(row->count, r->count), fault);
		return false;
	}
	for (size_t i = 0; i < r->count; i++)
		r->padded[i] = i < row->count ? row->fields[i] : (str){ NULL, 0 };
	row->fields = r->padded;
	row->count = r->count;
	return true;
}

static inline bool fit(struct csv_reader *r, struct csv_row *row, struct why *fault)
{
	return row->count == r->count || fill_up(r, row, fault);
}

KEPT_APART static err read_any_row(struct csv_reader *r, struct csv_row *row, struct why *why)
{
	struct record record;
	bool skip = false;
	size_t column = 0;

	arena_reset(r->row_arena);
	err e = r->own != NULL ? csv_own_record(r->own, row->fields, r->row_arena, &record, &column,
					 &r->fault)
			       : row_map_record(r->map, row->fields, row->is_plain, r->row_arena,
					 &record, &skip, &column, &r->fault);
	if (e != OK) {
		tell_place(r, row, column, &r->fault);
		return reject(r, row, &r->fault, why);
	}
	if (skip)
		return OK;
	r->summary.records++;
	return r->sink->record(r->sink, &record, &row->place, why);
}

static err read_row(struct csv_reader *r, struct csv_row *row, struct why *why)
{
	struct formed formed;

	if (!fit(r, row, &r->fault))
		return reject(r, row, &r->fault, why);
	if (!r->is_formed || !row_map_formed(r->map, row->fields, row->is_plain, &formed))
		return read_any_row(r, row, why);
	r->summary.records++;
	return r->sink->formed(r->sink, &formed, &row->place, why);
}

static void tell_form(struct csv_reader *r)
{
	struct record pattern;
	size_t strings[FORM_STRINGS_MAX], count;

	r->is_formed = r->sink->form != NULL && row_map_form(r->map, &pattern, strings, &count) &&
		       r->sink->form(r->sink, &pattern, strings, count);
}

static void tell_reading(const struct csv_reader *r, struct mapping as)
{
	as.format = MAPPING_CSV;
	as.encoding = ENCODING_UTF8;
	as.delimiter = r->summary.delimiter;
	if (r->sink->read_as != NULL)
		r->sink->read_as(r->sink, &as);
}

static err show_rows(struct csv_reader *r, struct why *why)
{
	struct csv_row row;
	struct why fault;
	enum csv_found found;

	for (int i = 0; i < CSV_SHOWN_ROWS; i++) {
		err e = csv_rows_next(r->rows, &found, &row, &fault, why);
		if (e != OK)
			return e;
		if (found == CSV_END)
			break;
		if (found == CSV_ROW && fit(r, &row, &fault))
			row_map_show(r->map, row.fields);
	}
	return row_map_settle(r->map, why);
}

static err read_rows(struct csv_reader *r, struct why *why)
{
	struct csv_row row;
	enum csv_found found;

	for (;;) {
		err e = csv_rows_next(r->rows, &found, &row, &r->fault, why);
		if (e != OK || found == CSV_END)
			return e;
		e = found == CSV_BAD ? reject(r, &row, &r->fault, why) : read_row(r, &row, why);
		if (e != OK)
			return e;
	}
}

str csv_preface(str text)
{
	str rest = text;

	(void)str_skip_prefix(&rest, STR("\xef\xbb\xbf")); /* a byte order mark, or not */
	if (!str_skip_prefix(&rest, STR("sep=")) && !str_skip_prefix(&rest, STR("SEP=")))
		return STR("");
	if (rest.len < 2 || !str_has(STR("\r\n"), rest.ptr[1]))
		return STR("");
	return str_upto(text, text.len - rest.len + 1);
}

static void choose_dialect(struct csv_reader *r)
{
	const struct mapping *m = r->mapping;
	struct csv_dialect dialect = { m->delimiter, m->quote, m->comment };

	str preface = csv_preface(csv_rows_sample(r->rows));
	r->has_preface = preface.len > 0;
	if (dialect.delimiter == 0 && r->has_preface)
		dialect.delimiter = preface.ptr[preface.len - 1];
	if (dialect.delimiter == 0)
		dialect.delimiter = csv_rows_guess_delimiter(r->rows, &dialect);
	csv_rows_set(r->rows, &dialect);
	r->summary.delimiter = dialect.delimiter;
}

static bool is_own(const struct csv_reader *r)
{
	str sample = csv_rows_sample(r->rows);

	return str_skip_prefix(&sample, STR(CSV_OWN_MARK)) &&
	       (sample.len == 0 || str_has(STR(",\r\n"), sample.ptr[0]));
}

static err read_own(struct csv_reader *r, struct why *why)
{
	struct csv_row row;
	struct why fault = { 0 };
	enum csv_found found;

	csv_rows_set(r->rows, &(struct csv_dialect){ ',', '"', 0 });
	r->summary.delimiter = ',';
	err e = csv_rows_next(r->rows, &found, &row, &fault, why);
	if (e != OK)
		return e;
	if (found != CSV_ROW)
		return fail(why, MSG_CSV_NO_HEADER);
	tell_header(r, row.raw);
	e = csv_own_create(row.fields, row.count, &r->own, why);
	if (e == OK)
		e = name_columns(r, row.fields, row.count, why);
	if (e != OK)
		return e;
	tell_reading(r, *r->mapping);
	csv_rows_restart(r->rows, 1);
	return read_rows(r, why);
}

/* An empty file, or one that broke off in its first line. */
static err read_nothing(struct csv_reader *r, struct why *why)
{
	struct csv_row row;
	enum csv_found found;

	csv_rows_restart(r->rows, 0);
	return csv_rows_next(r->rows, &found, &row, &r->fault, why);
}

static err read_all(struct csv_reader *r, struct why *why)
{
	size_t skip;

	if (is_own(r))
		return read_own(r, why);

	choose_dialect(r);
	err e = read_header(r, &skip, why);
	if (e != OK)
		return e;
	if (r->count == 0)
		return read_nothing(r, why);
	e = row_map_create(r->mapping, r->names, r->count, &r->map, why);
	if (e == OK)
		e = show_rows(r, why);
	if (e != OK)
		return e;
	tell_reading(r, row_map_mapping(r->map));
	tell_form(r);
	csv_rows_restart(r->rows, skip);
	return read_rows(r, why);
}

static void summarise(struct csv_reader *r, struct read_summary *out)
{
	r->summary.bytes = decode_bytes_read(r->decode);
	struct strbuf encoding = { .ptr = r->summary.encoding,
		.cap = sizeof(r->summary.encoding) - 1,
		.cap_max = sizeof(r->summary.encoding) - 1 };
	strbuf_add_c(&encoding, text_encoding_name(decode_encoding(r->decode)));
	if (r->map != NULL) {
		r->summary.times_without_zone = row_map_times_without_zone(r->map);
		row_map_time_format(r->map, r->summary.time_format);
	}
	*out = r->summary;
}

err csv_read(struct input *input, const struct mapping *mapping, struct record_sink *sink,
	struct read_summary *summary, struct why *why)
{
	struct csv_reader r = { .input = input, .mapping = mapping, .sink = sink };
	err e = decode_open(input, mapping->encoding, &r.decode, why);

	if (e != OK)
		return e;
	r.names_arena = arena_create(NAMES_BYTES_MAX);
	r.row_arena = arena_create(ROW_ARENA_BYTES_MAX);
	e = csv_rows_open(decode_input(r.decode), &r.rows, why);
	if (e == OK)
		e = read_all(&r, why);
	if (summary != NULL)
		summarise(&r, summary);
	row_map_free(r.map);
	csv_own_free(r.own);
	csv_rows_close(r.rows);
	decode_close(r.decode);
	arena_free(r.names_arena);
	arena_free(r.row_arena);
	return e;
}

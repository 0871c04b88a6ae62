/* exchange/csv_row.c - see csv_row.h
 *
 *   buffer   [ .... row ][ rows still to come ............ ][ room ]
 *            0           at                                end     CAPACITY
 *
 * A row is cut where it lies; when it reaches past `end`, what is left moves to the front, the
 * buffer is filled (or grows, for a row longer than it), and the row is begun anew.  buffer[end] is
 * always a line feed, so that scanning stops without asking for the end at each byte.
 */
#include "exchange/csv_row.h"

#include "exchange/csv_marks.h"

#include <stdlib.h>
#include <string.h>

enum { CAPACITY = CSV_SAMPLE_BYTES + CSV_ROW_BYTES_MAX, FIRST_BYTES = 64 << 10 };

struct csv_rows {
	struct input *input;
	struct csv_dialect dialect;
	char line_end; /* '\n', or '\r' in files that have no other */
	bool in_sample; /* nothing is read: the sample's end is the end */
	bool at_end; /* the input has ended */
	bool skipping; /* within an over-long row */
	err error; /* of the input: told behind the rows that came whole before it */
	struct why error_words;
	char *buffer;
	size_t at, end, capacity;
	uint64_t offset; /* in the input, of buffer[0] */
	int64_t line; /* of buffer[at] */
	bool stops[256]; /* where an unquoted field may end */
	str *fields;
	size_t count;
	char *unquoted; /* fields that had doubled quotes */
	size_t unquoted_len;
};

enum cut { CUT_WHOLE, CUT_MORE, CUT_AFTER_QUOTE, CUT_OPEN_QUOTE, CUT_COLUMNS };

static void grow(struct csv_rows *r)
{
	r->capacity = r->capacity == 0 ? FIRST_BYTES : MIN_OF(r->capacity * 4, (size_t)CAPACITY);
	r->buffer = memory_resize(r->buffer, r->capacity + CSV_READ_ON_BYTES);
	r->unquoted = memory_resize(r->unquoted, r->capacity + CSV_READ_ON_BYTES);
}

/* Moves what is left to the front and reads up to CSV_SAMPLE_BYTES; past that the buffer grows only
 * for a row that fills it. */
static err fill(struct csv_rows *r, struct why *why)
{
	if (r->at > 0) {
		memmove(r->buffer, r->buffer + r->at, r->end - r->at);
		r->offset += r->at;
		r->end -= r->at;
		r->at = 0;
	} else if (r->end == r->capacity && r->capacity < CAPACITY) {
		grow(r);
	}
	bool has_more = false;
	while (!r->at_end && r->error == OK) {
		size_t got = 0;
		if (r->end == r->capacity && r->capacity < CSV_SAMPLE_BYTES)
			grow(r);
		if (r->end == r->capacity)
			break;
		r->error = r->input->read(
			r->input, r->buffer + r->end, r->capacity - r->end, &got, &r->error_words);
		if (r->error != OK)
			break;
		r->at_end = got == 0;
		r->end += got;
		has_more = true;
	}
	if (r->error != OK && !has_more) {
		if (why != NULL)
			*why = r->error_words;
		return r->error;
	}
	r->buffer[r->end] = '\n';
	return OK;
}

err csv_rows_open(struct input *input, struct csv_rows **out, struct why *why)
{
	struct csv_rows *r = memory_alloc(sizeof(*r));

	r->input = input;
	r->fields = memory_alloc(CSV_COLUMNS_MAX * sizeof(*r->fields));
	grow(r);
	err e = fill(r, why);
	if (e != OK) {
		csv_rows_close(r);
		return e;
	}
	str sample = csv_rows_sample(r);
	r->line_end = str_has(sample, '\r') && !str_has(sample, '\n') ? '\r' : '\n';
	r->line = 1;
	r->in_sample = true;
	csv_rows_set(r, &(struct csv_dialect){ ',', '"', 0 });
	*out = r;
	return OK;
}

void csv_rows_close(struct csv_rows *r)
{
	if (r == NULL)
		return;
	free(r->buffer);
	free(r->unquoted);
	free(r->fields);
	free(r);
}

str csv_rows_sample(const struct csv_rows *r)
{
	return (str){ r->buffer, MIN_OF(r->end, (size_t)CSV_SAMPLE_BYTES) };
}

void csv_rows_set(struct csv_rows *r, const struct csv_dialect *dialect)
{
	r->dialect = *dialect;
	memset(r->stops, 0, sizeof(r->stops));
	r->stops[(unsigned char)dialect->delimiter] = true;
	r->stops[(unsigned char)r->line_end] = true;
	r->stops['\n'] = true; /* the sentinel */
}

static int64_t count_lines(const struct csv_rows *r, const char *from, const char *to)
{
	int64_t lines = 0;

	while (from < to && (from = memchr(from, r->line_end, (size_t)(to - from))) != NULL) {
		lines++;
		from++;
	}
	return lines;
}

static bool add_field(struct csv_rows *r, str field)
{
	if (r->count == CSV_COLUMNS_MAX)
		return false;
	r->fields[r->count++] = field;
	return true;
}

/* A field with `doubled` quotes between [from, to), without half of them. */
static str halve_quotes(struct csv_rows *r, const char *from, const char *to)
{
	char *start = r->unquoted + r->unquoted_len, *at = start;

	for (; from < to; from++) {
		*at++ = *from;
		if (*from == r->dialect.quote)
			from++;
	}
	r->unquoted_len += (size_t)(at - start);
	return (str){ start, (size_t)(at - start) };
}

/* *at stands behind the opening quote, and is moved behind the closing one. */
static enum cut cut_quoted(
	struct csv_rows *r, const char **at, const char *end, bool last, bool *too_many)
{
	const char *from = *at, *p = from;
	bool doubled = false;

	for (;; p += 2, doubled = true) {
		p = p < end ? memchr(p, r->dialect.quote, (size_t)(end - p)) : NULL;
		if (p == NULL)
			return last ? CUT_OPEN_QUOTE : CUT_MORE;
		if (p + 1 == end && !last)
			return CUT_MORE;
		if (p + 1 == end || p[1] != r->dialect.quote)
			break;
	}
	str field = { from, (size_t)(p - from) };
	*too_many = !add_field(r, doubled ? halve_quotes(r, from, p) : field) || *too_many;
	*at = p + 1;
	return CUT_WHOLE;
}

static const char *cut_plain(struct csv_rows *r, const char *p, const char *end)
{
	for (;; p++) {
		while (!r->stops[(unsigned char)*p])
			p++;
		if (p == end || *p == r->dialect.delimiter || *p == r->line_end)
			return p;
	}
}

/* Cuts the row that begins at buffer[at].  *next: behind its end; *raw_end: before it. */
static enum cut cut_row(struct csv_rows *r, bool last, const char **raw_end, const char **next)
{
	const char *p = r->buffer + r->at, *end = r->buffer + r->end;
	bool too_many = false;

	r->count = 0;
	r->unquoted_len = 0;
	for (;; p++) {
		if (p < end && *p == r->dialect.quote && r->dialect.quote != 0) {
			p++;
			enum cut cut = cut_quoted(r, &p, end, last, &too_many);
			if (cut != CUT_WHOLE)
				return cut;
			if (p < end && *p == '\r' && (p + 1 == end || p[1] == '\n'))
				p++; /* the file may end in half a line end */
			if (p < end && *p != r->dialect.delimiter && *p != r->line_end)
				return CUT_AFTER_QUOTE;
		} else {
			const char *from = p;
			p = cut_plain(r, p, end);
			str field = { from, (size_t)(p - from) };
			if (p == end || *p == r->line_end)
				field.len -= field.len > 0 && p[-1] == '\r';
			too_many = !add_field(r, field) || too_many;
		}
		if (p == end && !last)
			return CUT_MORE;
		if (p == end || *p == r->line_end)
			break;
	}
	*raw_end = p > r->buffer + r->at && p[-1] == '\r' ? p - 1 : p;
	*next = p < end ? p + 1 : p;
	return too_many ? CUT_COLUMNS : CUT_WHOLE;
}

/* A row that was cut quickly: its raw text ends before the end of its line. */
struct line {
	const char *raw_end, *next;
	bool is_plain;
};

/* The last field and the line end at `stop`.  odd: is any byte before it not plain? */
static bool end_line(struct csv_rows *r, str *field, const char *from, const char *stop, bool odd,
	struct line *line)
{
	const char *start = r->buffer + r->at;
	bool crlf = stop > start && stop[-1] == '\r';

	line->raw_end = stop - crlf;
	line->next = stop + 1;
	line->is_plain = !odd;
	if (crlf) /* which was taken for odd itself */
		line->is_plain = str_is_plain((str){ start, (size_t)(stop - 1 - start) });
	*field = (str){ from, (size_t)(stop - from) };
	field->len -= crlf && field->len > 0;
	r->count = (size_t)(field + 1 - r->fields);
	return true;
}

/* The usual row: no field begins with a quote, and the end lies well within the buffer.  False:
 * nothing was said, cut_row() must look. */
static bool cut_quickly(struct csv_rows *r, struct line *line)
{
	const char *from = r->buffer + r->at, *end = r->buffer + r->end;
	const struct csv_dialect d = r->dialect;
	str *field = r->fields, *fields_end = field + CSV_COLUMNS_MAX;
	uint32_t odd = 0;

	r->unquoted_len = 0;
	for (const char *p = from; end - p >= MARKS_BYTES; p += MARKS_BYTES) {
		struct marks marks = marks_of(p, d.delimiter, r->line_end);
		uint32_t before = marks_before(marks.ends);
		for (uint32_t stops = marks.delimiters & before; stops != 0; stops &= stops - 1) {
			const char *stop = p + __builtin_ctz(stops);
			if (*from == d.quote || field == fields_end)
				return false;
			*field++ = (str){ from, (size_t)(stop - from) };
			from = stop + 1;
		}
		odd |= marks.odd & before;
		if (marks.ends == 0)
			continue;
		if (*from == d.quote || field == fields_end)
			return false;
		return end_line(r, field, from, p + __builtin_ctz(marks.ends), odd != 0, line);
	}
	return false;
}

static size_t line_length(const struct csv_rows *r) /* of the line at `at`, without its end */
{
	const char *start = r->buffer + r->at;
	const char *hit = memchr(start, r->line_end, r->end - r->at);

	return hit == NULL ? r->end - r->at : (size_t)(hit - start);
}

static void advance_line(struct csv_rows *r)
{
	size_t len = line_length(r);

	r->skipping = r->at + len == r->end && !r->at_end;
	r->at += len + (r->at + len < r->end);
	r->line++;
}

static void tell_raw(const struct csv_rows *r, size_t len, struct csv_row *row)
{
	row->fields = r->fields;
	row->count = r->count;
	row->raw = (str){ r->buffer + r->at, len };
	row->place = (struct place){ .line = r->line,
		.column = 1,
		.offset = (int64_t)(r->offset + r->at),
		.raw = row->raw };
}

static void refuse(struct csv_rows *r, enum message message, size_t raw_len, struct csv_row *row,
	struct why *fault)
{
	tell_raw(r, MIN_OF(raw_len, (size_t)CSV_RAW_BYTES_MAX), row);
	row->count = 0;
	*fault = (struct why){ 0 };
	(void)fail(fault, message,
		arg_int(message == MSG_CSV_COLUMNS ? CSV_COLUMNS_MAX : CSV_ROW_BYTES_MAX));
	why_at(fault, r->input->name, row->place.line, row->place.column, row->place.offset);
}

/* The rest of an over-long row, up to its first line end. */
static err skip_rest(struct csv_rows *r, struct why *why)
{
	while (r->skipping) {
		size_t len = line_length(r);
		bool found = r->at + len < r->end;
		r->at += len + found;
		r->skipping = !found && !r->at_end;
		err e = r->skipping ? fill(r, why) : OK;
		if (e != OK)
			return e;
	}
	return OK;
}

static bool is_comment(const struct csv_rows *r)
{
	return r->dialect.comment != 0 && r->at < r->end && r->buffer[r->at] == r->dialect.comment;
}

/* As settle(), of a row that leaves nothing to ask.  False: it does. */
static inline bool settle_quickly(
	struct csv_rows *r, const struct line *line, enum csv_found *found, struct csv_row *row)
{
	size_t len = (size_t)(line->raw_end - (r->buffer + r->at));

	if (!line->is_plain || len == 0 || len > CSV_ROW_BYTES_MAX)
		return false;
	*found = CSV_ROW;
	row->is_plain = true;
	tell_raw(r, len, row);
	r->line++;
	r->at = (size_t)(line->next - r->buffer);
	return true;
}

/* A row that could be cut, or not: what is it?  is_line: it has no line end within.  False:
 * nothing, look at the next. */
static bool settle(struct csv_rows *r, enum cut cut, bool is_line, const char *raw_end,
	const char *next, enum csv_found *found, struct csv_row *row, struct why *fault)
{
	size_t whole = r->end - r->at;

	*found = CSV_BAD;
	if (cut == CUT_AFTER_QUOTE || cut == CUT_OPEN_QUOTE) {
		refuse(r, cut == CUT_OPEN_QUOTE ? MSG_CSV_OPEN_QUOTE : MSG_CSV_AFTER_QUOTE,
			line_length(r), row, fault);
		advance_line(r);
		return true;
	}
	if (cut == CUT_MORE) { /* and the buffer is full */
		refuse(r, MSG_CSV_ROW_LONG, whole, row, fault);
		advance_line(r);
		return true;
	}
	size_t len = (size_t)(raw_end - (r->buffer + r->at));
	row->is_plain = str_is_plain((str){ r->buffer + r->at, len });
	if (cut == CUT_COLUMNS)
		refuse(r, MSG_CSV_COLUMNS, len, row, fault);
	else if (len > CSV_ROW_BYTES_MAX)
		refuse(r, MSG_CSV_ROW_LONG, len, row, fault);
	else if (!row->is_plain && memchr(r->buffer + r->at, '\0', len) != NULL)
		refuse(r, MSG_CSV_NUL, len, row, fault);
	else {
		tell_raw(r, len, row);
		*found = CSV_ROW;
	}
	bool tell = *found == CSV_BAD || row->raw.len > 0;
	r->line += is_line ? 1 : count_lines(r, r->buffer + r->at, next);
	r->at = (size_t)(next - r->buffer);
	return tell;
}

KEPT_APART static err next_of_any(struct csv_rows *r, enum csv_found *found, struct csv_row *row,
	struct why *fault, struct why *why)
{
	const char *raw_end = NULL, *next = NULL;

	for (;;) {
		err e = skip_rest(r, why);
		if (e != OK)
			return e;
		if (is_comment(r) && (r->at_end || !r->in_sample)) {
			advance_line(r);
			continue;
		}
		bool full = r->at_end || r->end - r->at > CSV_ROW_BYTES_MAX;
		enum cut cut = r->at == r->end ? CUT_MORE : cut_row(r, r->at_end, &raw_end, &next);
		if (cut == CUT_MORE && (r->in_sample || (r->at == r->end && r->at_end))) {
			*found = CSV_END;
			return OK;
		}
		if (cut == CUT_MORE && r->end - r->at < CAPACITY && !full) {
			e = fill(r, why);
			if (e != OK)
				return e;
			continue;
		}
		/* A quote still open past the longest row: it was never closed. */
		if (cut == CUT_MORE && full && r->count < CSV_COLUMNS_MAX &&
			line_length(r) <= CSV_ROW_BYTES_MAX)
			cut = CUT_OPEN_QUOTE;
		if (settle(r, cut, false, raw_end, next, found, row, fault))
			return OK;
	}
}

/* Within the buffer a row is nearly always cut quickly. */
err csv_rows_next(struct csv_rows *r, enum csv_found *found, struct csv_row *row, struct why *fault,
	struct why *why)
{
	struct line line;

	if (!r->skipping && r->dialect.comment == 0 && cut_quickly(r, &line) &&
		(settle_quickly(r, &line, found, row) ||
			settle(r, CUT_WHOLE, true, line.raw_end, line.next, found, row, fault)))
		return OK;
	return next_of_any(r, found, row, fault, why);
}

void csv_rows_restart(struct csv_rows *r, size_t skip)
{
	struct csv_row row;
	struct why fault = { 0 };
	enum csv_found found;

	ASSERT(r->offset == 0);
	r->at = 0;
	r->line = 1;
	r->in_sample = true;
	r->skipping = false;
	for (size_t i = 0; i < skip; i++)
		if (csv_rows_next(r, &found, &row, &fault, NULL) != OK || found == CSV_END)
			break;
	r->in_sample = false;
}

/* ---- which delimiter */

enum { GUESS_ROWS = 200 };

/* How many of the first rows have as many fields as the first one; 0 if that is one. */
static uint64_t score(struct csv_rows *r)
{
	struct csv_row row;
	struct why fault;
	enum csv_found found;
	size_t rows = 0, alike = 0, first = 0;

	csv_rows_restart(r, 0);
	r->in_sample = true;
	for (; rows < GUESS_ROWS; rows++) {
		if (csv_rows_next(r, &found, &row, &fault, NULL) != OK || found == CSV_END)
			break;
		if (first == 0)
			first = row.count;
		alike += found == CSV_ROW && row.count == first;
	}
	if (first < 2)
		return 0;
	return alike * 1000 / rows * CSV_COLUMNS_MAX + MIN_OF(first, (size_t)CSV_COLUMNS_MAX - 1);
}

char csv_rows_guess_delimiter(struct csv_rows *r, const struct csv_dialect *dialect)
{
	static const char candidates[] = { ',', ';', '\t', '|' };
	struct csv_dialect tried = *dialect, before = r->dialect;
	uint64_t best_score = 0;
	char best = ',';

	for (size_t i = 0; i < ARRAY_LEN(candidates); i++) {
		tried.delimiter = candidates[i];
		csv_rows_set(r, &tried);
		uint64_t points = score(r);
		if (points > best_score) {
			best_score = points;
			best = candidates[i];
		}
	}
	csv_rows_set(r, &before);
	csv_rows_restart(r, 0);
	r->in_sample = true;
	return best;
}

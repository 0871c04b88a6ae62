/* demo/sheet.c - see sheet.h */
#include "demo/sheet.h"

#include <stdio.h>
#include <stdlib.h>

void sheet_init(struct sheet *sheet, const struct sheet_form *form, struct disk *disk,
	const char *folder, struct clock_face *face, bool tidy)
{
	*sheet = (struct sheet){ .form = form,
		.disk = disk,
		.folder = folder,
		.face = face,
		.tidy = tidy,
		.buffer = strbuf_heap(SHEET_BUFFER_BYTES + 8 * SHEET_ROW_BYTES_MAX),
		.row = strbuf_heap(SHEET_ROW_BYTES_MAX) };
}

void sheet_done(struct sheet *sheet)
{
	for (size_t i = 0; i < SHEET_HELD_MAX; i++) {
		union { /* what was allocated may be freed */
			const char *is;
			void *as;
		} held = { sheet->held[i].ptr };
		free(held.as);
	}
	file_close(sheet->file);
	strbuf_done(&sheet->buffer);
	strbuf_done(&sheet->row);
}

static void failed(struct sheet *s, err e, const struct why *why)
{
	if (s->error == OK && e != OK) {
		s->error = e;
		s->why = *why;
	}
}

static void write_out(struct sheet *s)
{
	struct why why = { 0 };

	if (s->error == OK && s->file != NULL && s->buffer.len > 0) {
		if (!strbuf_ok(&s->buffer))
			failed(s,
				fail(&why, MSG_NO_ROOM, arg_c(s->form->stem),
					arg_int(SHEET_BUFFER_BYTES)),
				&why);
		else
			failed(s,
				file_write_at(s->file, s->end, s->buffer.ptr, s->buffer.len, &why),
				&why);
		s->end += s->buffer.len;
		s->bytes += s->buffer.len;
	}
	strbuf_clear(&s->buffer);
}

/* ---- files */

static void name_file(const struct sheet *s, int period, struct strbuf *out)
{
	strbuf_add_c(out, s->form->stem);
	if (s->form->period == SHEET_DAYS)
		strbuf_printf(
			out, "-%04d-%02d-%02d", period / 10000, period / 100 % 100, period % 100);
	else if (s->form->period == SHEET_MONTHS)
		strbuf_printf(out, "-%04d-%02d", period / 100, period % 100);
	strbuf_add_c(out, s->form->ending);
	strbuf_add_byte(out, '\0');
}

static bool is_narrow(const struct sheet *s, int period)
{
	return s->form->encoding == SHEET_WINDOWS_1252 ||
	       (s->form->encoding == SHEET_BY_MONTH && period % 2 == 0);
}

static void put_encoded(struct sheet *s, str text);

static void begin_file(struct sheet *s, int period)
{
	char path[PATH_BYTES_MAX], bytes[256];
	struct strbuf name = { .ptr = bytes, .cap = sizeof(bytes), .cap_max = sizeof(bytes) };
	struct why why = { 0 };

	write_out(s);
	file_close(s->file);
	s->file = NULL;
	s->end = 0;
	s->period = period;
	s->narrow = is_narrow(s, period);
	name_file(s, period, &name);
	err e = path_join(path, s->folder, bytes, &why);
	if (e == OK)
		e = disk_open(s->disk, path, FILE_CREATE_OR_EMPTY, &s->file, &why);
	failed(s, e, &why);
	if (s->form->encoding == SHEET_UTF8_MARKED ||
		(s->form->encoding == SHEET_BY_MONTH && !s->narrow))
		strbuf_add(&s->buffer, STR("\xef\xbb\xbf"));
	if (s->form->header != NULL) {
		put_encoded(s, str_of(s->form->header));
		strbuf_add(&s->buffer, s->form->encoding == SHEET_UTF8 ? STR("\n") : STR("\r\n"));
	}
}

static int period_of(const struct sheet *s)
{
	return s->form->period == SHEET_DAYS     ? s->face->local_day
	       : s->form->period == SHEET_MONTHS ? s->face->local_month
						 : 1;
}

/* ---- Windows-1252 */

static const struct {
	str utf8;
	char byte;
} wide[] = { /* outside Latin-1; what texts of ours have */
	{ STR_INIT("€"), '\x80' }, { STR_INIT("’"), '\x92' }, { STR_INIT("–"), '\x96' },
	{ STR_INIT("œ"), '\x9c' }, { STR_INIT("Œ"), '\x8c' }, { STR_INIT("…"), '\x85' },
	{ STR_INIT("Ÿ"), '\x9f' }
};

static size_t put_narrow(struct strbuf *out, str text)
{
	unsigned char c = (unsigned char)text.ptr[0];

	if (c < 0x80) {
		strbuf_add_byte(out, text.ptr[0]);
		return 1;
	}
	if ((c == 0xc2 || c == 0xc3) && text.len > 1) {
		unsigned char second = (unsigned char)text.ptr[1];
		strbuf_add_byte(out, (char)(c == 0xc2 ? second : second + 0x40));
		return 2;
	}
	for (size_t i = 0; i < ARRAY_LEN(wide); i++)
		if (str_starts(text, wide[i].utf8)) {
			strbuf_add_byte(out, wide[i].byte);
			return wide[i].utf8.len;
		}
	strbuf_add_byte(out, '?'); /* as such exports do */
	size_t n = 1;
	while (n < text.len && ((unsigned char)text.ptr[n] & 0xc0) == 0x80)
		n++;
	return n;
}

static void put_encoded(struct sheet *s, str text)
{
	if (!s->narrow) {
		strbuf_add(&s->buffer, text);
		return;
	}
	for (size_t i = 0; i < text.len;)
		i += put_narrow(&s->buffer, str_from(text, i));
}

/* ---- rows */

struct strbuf *sheet_row(struct sheet *sheet, int64_t ms)
{
	clock_face_at(sheet->face, ms);
	if (sheet->tap == NULL &&
		period_of(sheet) > sheet->period) /* what comes late stays in the file at hand */
		begin_file(sheet, period_of(sheet));
	strbuf_clear(&sheet->row);
	return &sheet->row;
}

static void put_row(struct sheet *s, str row)
{
	s->rows++;
	if (s->tap != NULL) {
		s->tap->row(s->tap, s->form, row);
		return;
	}
	put_encoded(s, row);
	if (s->buffer.len >= SHEET_BUFFER_BYTES)
		write_out(s);
}

static void hold(struct sheet *s, str row)
{
	str *place = &s->held[s->held_next++ % SHEET_HELD_MAX];
	char *copy = memory_alloc(row.len);
	union {
		const char *is;
		void *as;
	} held = { place->ptr };

	if (place->ptr != NULL) {
		put_row(s, *place);
		free(held.as);
	}
	memcpy(copy, row.ptr, row.len);
	*place = (str){ copy, row.len };
}

void sheet_end(struct sheet *sheet, uint64_t chance)
{
	const struct sheet_form *f = sheet->form;
	struct strbuf *row = &sheet->row;
	struct why why = { 0 };

	if (f->delimiter != 0 && row->len > 0)
		row->len--;
	strbuf_add(row, f->encoding == SHEET_UTF8 ? STR("\n") : STR("\r\n"));
	if (!strbuf_ok(row)) {
		failed(sheet, fail(&why, MSG_NO_ROOM, arg_c(f->stem), arg_int(SHEET_ROW_BYTES_MAX)),
			&why);
		return;
	}
	unsigned draw = (unsigned)(chance % 10000);
	bool late = !sheet->tidy && draw < f->late;
	bool twice = !sheet->tidy && !late && draw < (unsigned)f->late + f->twice;
	if (!late)
		put_row(sheet, strbuf_str(row));
	if (late || twice)
		hold(sheet, strbuf_str(row));
}

err sheet_flush(struct sheet *sheet, struct why *why)
{
	for (size_t i = 0; i < SHEET_HELD_MAX; i++)
		if (sheet->held[i].ptr != NULL)
			put_row(sheet, sheet->held[i]);
	write_out(sheet);
	if (sheet->error != OK && why != NULL)
		*why = sheet->why;
	return sheet->error;
}

/* ---- fields */

static bool needs_quotes(const struct sheet *s, str text)
{
	for (size_t i = 0; i < text.len; i++)
		if (text.ptr[i] == s->form->delimiter || text.ptr[i] == '"' ||
			text.ptr[i] == '\n' || text.ptr[i] == '\r')
			return true;
	return s->form->quotes_all;
}

void put_field(struct sheet *sheet, str text)
{
	struct strbuf *out = &sheet->row;

	if (!needs_quotes(sheet, text)) {
		strbuf_add(out, text);
	} else {
		strbuf_add_byte(out, '"');
		for (size_t i = 0; i < text.len; i++) {
			if (text.ptr[i] == '"')
				strbuf_add_byte(out, '"');
			strbuf_add_byte(out, text.ptr[i]);
		}
		strbuf_add_byte(out, '"');
	}
	strbuf_add_byte(out, sheet->form->delimiter);
}

void put_field_c(struct sheet *sheet, const char *text)
{
	put_field(sheet, str_of(text));
}

void put_field_int(struct sheet *sheet, int64_t number)
{
	strbuf_add_int(&sheet->row, number);
	strbuf_add_byte(&sheet->row, sheet->form->delimiter);
}

struct strbuf *open_field(struct sheet *sheet)
{
	if (sheet->form->quotes_all)
		strbuf_add_byte(&sheet->row, '"');
	return &sheet->row;
}

void close_field(struct sheet *sheet)
{
	if (sheet->form->quotes_all)
		strbuf_add_byte(&sheet->row, '"');
	strbuf_add_byte(&sheet->row, sheet->form->delimiter);
}

void put_json_text(struct strbuf *out, str text)
{
	strbuf_add_byte(out, '"');
	for (size_t i = 0; i < text.len; i++) {
		char c = text.ptr[i];
		if (c == '"' || c == '\\')
			strbuf_add_byte(out, '\\');
		if (c == '\n')
			strbuf_add(out, STR("\\n"));
		else
			strbuf_add_byte(out, c);
	}
	strbuf_add_byte(out, '"');
}

void put_digits(struct strbuf *out, uint64_t number, unsigned digits)
{
	char text[20];
	size_t at = sizeof(text);

	while (number > 0 || at > sizeof(text) - digits || at == sizeof(text)) {
		text[--at] = (char)('0' + number % 10);
		number /= 10;
	}
	strbuf_add(out, (str){ text + at, sizeof(text) - at });
}

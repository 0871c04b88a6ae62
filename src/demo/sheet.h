/* demo/sheet.h - a file that some system writes row by row, a new one each day or month.
 *
 * A row is put into the buffer that sheet_row() returns and ended by sheet_end(), which may hold
 * it back for a while, or repeat it, as deliveries do.  Errors stick: the rows go on, and whoever
 * owns the sheets asks sheet_error() once per happening.
 */
#pragma once

#include "base/file.h"
#include "demo/clock_face.h"

enum sheet_period { SHEET_DAYS, SHEET_MONTHS, SHEET_ONCE };
enum sheet_encoding {
	SHEET_UTF8,
	SHEET_UTF8_MARKED, /* with a byte order mark */
	SHEET_WINDOWS_1252,
	SHEET_BY_MONTH, /* Windows-1252 in even months, UTF-8 with a mark in odd ones */
};

enum { SHEET_HELD_MAX = 64, SHEET_BUFFER_BYTES = 1 << 18, SHEET_ROW_BYTES_MAX = 1 << 16 };

struct sheet_form {
	const char *stem, *ending; /* "web/segment", ".jsonl": web/segment-2026-03-14.jsonl */
	enum sheet_period period;
	enum sheet_encoding encoding;
	char delimiter; /* of put_field(); 0: no table */
	bool quotes_all;
	const char *header; /* without its end of line; NULL: none */
	uint16_t late, twice; /* rows in 10,000; only where each row has an id of its own */
};

/* Takes rows as they end, instead of a file: UTF-8, with their end of line. */
struct sheet_tap {
	void (*row)(struct sheet_tap *tap, const struct sheet_form *form, str row);
};

struct sheet {
	const struct sheet_form *form;
	struct sheet_tap *tap; /* NULL: files; set before the first row */
	struct disk *disk;
	const char *folder;
	struct clock_face *face;
	struct file *file;
	uint64_t end, bytes, rows;
	struct strbuf buffer, row;
	int period; /* 20260314, 202603, 1; 0: none yet */
	bool tidy; /* nothing late, nothing twice */
	bool narrow; /* the file at hand is Windows-1252 */
	str held[SHEET_HELD_MAX]; /* malloc; .ptr NULL: free */
	size_t held_next;
	err error;
	struct why why;
};

void sheet_init(struct sheet *sheet, const struct sheet_form *form, struct disk *disk,
	const char *folder, struct clock_face *face, bool tidy);
void sheet_done(struct sheet *sheet);

/* Begins a row of a moment, which decides the file. */
struct strbuf *sheet_row(struct sheet *sheet, int64_t ms);
/* Ends it.  `chance`: 64 random bits that decide what the delivery does to it. */
void sheet_end(struct sheet *sheet, uint64_t chance);
/* All that is held back or buffered. */
err sheet_flush(struct sheet *sheet, struct why *why);

/* ---- fields of the row at hand; each ends with a delimiter, which sheet_end() takes back */
void put_field(struct sheet *sheet, str text); /* quoted where it must be */
void put_field_c(struct sheet *sheet, const char *text);
void put_field_int(struct sheet *sheet, int64_t number);
/* Between these two, bytes may be added to the row that need no quotes. */
struct strbuf *open_field(struct sheet *sheet);
void close_field(struct sheet *sheet);

/* A JSON string with its quotes. */
void put_json_text(struct strbuf *out, str text);
/* As strbuf_add_int(), inline; and with at least `digits`. */
void put_digits(struct strbuf *out, uint64_t number, unsigned digits);

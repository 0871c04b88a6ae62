/* main/csv_out.c - see csv_out.h */
#include "main/csv_out.h"

#include "base/json.h"

struct csv_out csv_out_begin(const char *names)
{
	struct csv_out csv = { .text = strbuf_heap(CSV_OUT_BYTES_MAX) };

	strbuf_add(&csv.text, str_of(names));
	csv_out_row(&csv);
	return csv;
}

static void begin_cell(struct csv_out *csv)
{
	if (csv->has_cell)
		strbuf_add_byte(&csv->text, ',');
	csv->has_cell = true;
}

void csv_out_text(struct csv_out *csv, str text)
{
	bool is_quoted = false;

	begin_cell(csv);
	for (size_t i = 0; i < text.len; i++)
		is_quoted |= text.ptr[i] == '"' || text.ptr[i] == ',' || text.ptr[i] == '\n' ||
			     text.ptr[i] == '\r';
	if (is_quoted)
		strbuf_add_byte(&csv->text, '"');
	for (size_t i = 0; i < text.len; i++) {
		if (text.ptr[i] == '"')
			strbuf_add_byte(&csv->text, '"');
		strbuf_add_byte(&csv->text, text.ptr[i]);
	}
	if (is_quoted)
		strbuf_add_byte(&csv->text, '"');
}

void csv_out_count(struct csv_out *csv, uint64_t n)
{
	begin_cell(csv);
	strbuf_printf(&csv->text, "%llu", (unsigned long long)n);
}

void csv_out_number(struct csv_out *csv, double n)
{
	char text[JSON_FLOAT_BYTES];

	begin_cell(csv);
	strbuf_add(&csv->text, (str){ text, json_float_text(n, text) });
}

void csv_out_row(struct csv_out *csv)
{
	strbuf_add(&csv->text, STR("\r\n"));
	csv->has_cell = false;
}

void csv_out_end(struct csv_out *csv, struct sink *sink)
{
	sink_built(sink, &csv->text);
	strbuf_done(&csv->text);
}

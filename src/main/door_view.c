/* main/door_view.c - see door_view.h */
#include "main/door_view.h"

#include "base/json.h"
#include "base/timestamp.h"

enum { ROW_BYTES_MAX = 1 << 16, CELL_BYTES_MAX = 1 << 12 };

err door_open(const struct request *request, bool make, struct desk **out, struct why *why)
{
	return desk_open(request_data(request).ptr, make, NULL, out, why);
}

err door_run(
	const struct request *request, struct sink *sink, bool make, door_do *what, struct why *why)
{
	struct desk *desk;
	err e = door_open(request, make, &desk, why);

	if (e != OK)
		return e;
	e = what(request, sink, desk, why);
	desk_close(desk);
	return e;
}

err door_note(const struct request *request, struct desk *desk, const char *action, str subject,
	struct why *why)
{
	return audit_add(desk,
		&(const struct audit_row){ .who = request_actor(request),
			.action = str_of(action),
			.subject = subject,
			.outcome = STR("done") },
		why);
}

/* ---- JSON */

static void put_field(struct json_writer *w, const struct door_field *f)
{
	char moment[INSTANT_TEXT_BYTES];

	json_put_key(w, str_of(f->key));
	if (f->kind == FIELD_NUMBER)
		json_put_int(w, f->number);
	else if (f->kind == FIELD_YES)
		json_put_bool(w, f->number != 0);
	else if (f->kind == FIELD_TEXT)
		json_put_string(w, f->text);
	else if (f->number == 0)
		json_put_null(w);
	else
		json_put_string(w, instant_utc(moment, f->number));
}

static void put_row(struct sink *sink, const struct door_field *fields, size_t count,
	const char *key, str secret)
{
	struct strbuf out = strbuf_heap(ROW_BYTES_MAX);
	struct json_writer w = json_writer_of(&out, JSON_COMPACT);

	json_put_object(&w);
	for (size_t i = 0; i < count; i++)
		put_field(&w, &fields[i]);
	if (key != NULL) {
		json_put_key(&w, str_of(key));
		json_put_string(&w, secret);
	}
	json_put_end(&w);
	strbuf_add_byte(&out, '\n');
	sink_built(sink, &out);
	strbuf_done(&out);
}

/* ---- tables */

struct door_table door_table_of(const struct request *request, struct sink *sink)
{
	return (struct door_table){ request, sink, NULL };
}

static void add_columns(struct door_table *t, const struct door_field *fields, size_t count)
{
	enum language language = request_locale(t->request)->language;

	t->grid = grid_create(request_arena(t->request));
	for (size_t i = 0; t->grid != NULL && i < count; i++)
		grid_add_column(t->grid, text_words(fields[i].title, language),
			fields[i].kind == FIELD_NUMBER ? GRID_NUMBER : GRID_SHRINKS);
}

static void add_cell(struct door_table *t, const struct door_field *f)
{
	const struct locale *locale = request_locale(t->request);
	struct strbuf cell = strbuf_heap(CELL_BYTES_MAX);

	if (f->kind == FIELD_TEXT)
		strbuf_add(&cell, str_cut(f->text, CELL_BYTES_MAX));
	else if (f->kind == FIELD_NUMBER)
		strbuf_add_int(&cell, f->number); /* an id: without separators */
	else if (f->kind == FIELD_YES)
		strbuf_add(&cell, text_words(f->number != 0 ? TEXT_DOOR_YES : TEXT_DOOR_NO,
					  locale->language));
	else if (f->number != 0)
		locale_moment(locale, f->number, &cell);
	grid_add_cell(t->grid, (str){ cell.ptr, cell.len });
	strbuf_done(&cell);
}

void door_row(struct door_table *t, const struct door_field *fields, size_t count)
{
	if (t->sink->json) {
		put_row(t->sink, fields, count, NULL, STR(""));
		return;
	}
	if (t->grid == NULL)
		add_columns(t, fields, count);
	for (size_t i = 0; t->grid != NULL && i < count; i++)
		add_cell(t, &fields[i]);
}

void door_table_end(struct door_table *t, enum text none)
{
	if (t->sink->json)
		return;
	if (t->grid != NULL)
		sink_grid(t->sink, request_arena(t->request), t->grid);
	else
		sink_remark(t->sink, none);
}

void door_secret(struct sink *sink, const struct door_field *fields, size_t count, const char *key,
	str secret)
{
	if (sink->json) {
		put_row(sink, fields, count, key, secret);
		return;
	}
	sink_line(sink, secret);
	sink_remark(sink, TEXT_DOOR_ONCE);
}

err door_id(str word, int64_t *out, struct why *why)
{
	if (!str_to_int64(word, out) || *out < 1)
		return fail(why, MSG_DOOR_ID, arg_str(word));
	return OK;
}

/* desk/views.c - see views.h */
#include "desk/views.h"

#include "base/json.h"
#include "desk/desk_internal.h"

static err take_count(void *context, const struct sql_row *row, struct why *why)
{
	(void)why;
	*(size_t *)context = (size_t)sql_row_int(row, 0);
	return OK;
}

static err check_document(str document, struct why *why)
{
	if (document.len > VIEW_DOCUMENT_BYTES_MAX)
		return fail(why, MSG_DESK_VIEW_BYTES, arg_int(VIEW_DOCUMENT_BYTES_MAX));
	struct json_parser *parser = json_parser_create(NULL);
	struct arena *arena = arena_create(16 * (size_t)VIEW_DOCUMENT_BYTES_MAX);
	struct json value;
	err e = json_parse(parser, document, arena, &value, why);

	if (e == OK && value.kind != JSON_OBJECT)
		e = fail(why, MSG_DESK_VIEW_DOCUMENT);
	arena_free(arena);
	json_parser_free(parser);
	return e;
}

err view_save(struct desk *desk, str name, str document, str who, struct why *why)
{
	size_t others = 0;
	err e = desk_name_check(name, why);

	if (e == OK)
		e = check_document(document, why);
	if (e == OK)
		e = desk_begin(desk, why);
	if (e != OK)
		return e;
	e = sql_each(desk->sql, why, take_count, &others,
		"SELECT COUNT(*) FROM views WHERE name <> ?1", sql_str(name));
	if (e == OK && others >= VIEWS_MAX)
		e = fail(why, MSG_DESK_VIEWS, arg_int(VIEWS_MAX));
	if (e == OK)
		e = sql_do(desk->sql, why,
			"INSERT INTO views (name, document, who, created_ms, changed_ms) "
			"VALUES (?1, ?2, ?3, ?4, ?4) ON CONFLICT (name) DO UPDATE "
			"SET document = ?2, who = ?3, changed_ms = ?4",
			sql_str(name), sql_str(document), sql_str(who), sql_int(desk_now_ms(desk)));
	return desk_end(desk, e, why);
}

err view_remove(struct desk *desk, str name, struct why *why)
{
	err e = desk_begin(desk, why);

	if (e != OK)
		return e;
	e = sql_do(desk->sql, why, "DELETE FROM view_comments WHERE view = ?1", sql_str(name));
	if (e == OK)
		e = sql_do(desk->sql, why, "DELETE FROM views WHERE name = ?1", sql_str(name));
	if (e == OK && sql_changes(desk->sql) == 0)
		e = fail(why, MSG_DESK_NO_VIEW, arg_str(name));
	return desk_end(desk, e, why);
}

err view_comment(struct desk *desk, str name, str who, str text, struct why *why)
{
	size_t before = 0;

	if (text.len == 0 || text.len > VIEW_COMMENT_BYTES_MAX)
		return fail(why, MSG_DESK_COMMENT, arg_int(VIEW_COMMENT_BYTES_MAX));
	err e = desk_begin(desk, why);
	if (e != OK)
		return e;
	e = sql_each(desk->sql, why, take_count, &before,
		"SELECT COUNT(*) FROM view_comments WHERE view = ?1", sql_str(name));
	if (e == OK && before >= VIEW_COMMENTS_MAX)
		e = fail(why, MSG_DESK_COMMENTS, arg_int(VIEW_COMMENTS_MAX));
	if (e == OK)
		e = sql_do(desk->sql, why,
			"INSERT INTO view_comments (view, who, at_ms, text) "
			"SELECT name, ?2, ?3, ?4 FROM views WHERE name = ?1",
			sql_str(name), sql_str(who), sql_int(desk_now_ms(desk)), sql_str(text));
	if (e == OK && sql_changes(desk->sql) == 0)
		e = fail(why, MSG_DESK_NO_VIEW, arg_str(name));
	return desk_end(desk, e, why);
}

/* ---- reading */

struct view_rows {
	struct arena *arena;
	void *items;
	size_t count, room;
};

static err kept(struct view_rows *rows, str from, str *out, struct why *why)
{
	*out = arena_str(rows->arena, from);
	return out->ptr == NULL ? fail(why, MSG_NO_ROOM, arg_c("views"), arg_int(0)) : OK;
}

static err take_view(void *context, const struct sql_row *row, struct why *why)
{
	struct view_rows *rows = context;

	if (rows->count == rows->room)
		return OK; /* made since they were counted */
	struct view *view = &((struct view *)rows->items)[rows->count++];
	*view = (struct view){ .created_ms = sql_row_int(row, 3),
		.changed_ms = sql_row_int(row, 4),
		.comments = sql_row_int(row, 5) };
	err e = kept(rows, sql_row_str(row, 0), &view->name, why);
	if (e == OK)
		e = kept(rows, sql_row_str(row, 1), &view->document, why);
	return e == OK ? kept(rows, sql_row_str(row, 2), &view->who, why) : e;
}

static err take_comment(void *context, const struct sql_row *row, struct why *why)
{
	struct view_rows *rows = context;

	if (rows->count == rows->room)
		return OK;
	struct view_comment *comment = &((struct view_comment *)rows->items)[rows->count++];
	*comment = (struct view_comment){ .id = sql_row_int(row, 0), .at_ms = sql_row_int(row, 2) };
	err e = kept(rows, sql_row_str(row, 1), &comment->who, why);
	return e == OK ? kept(rows, sql_row_str(row, 3), &comment->text, why) : e;
}

static err make_room(struct view_rows *rows, size_t item_bytes, struct why *why)
{
	rows->items = arena_array(rows->arena, rows->room, item_bytes);
	if (rows->items == NULL)
		return fail(why, MSG_NO_ROOM, arg_c("views"), arg_int((int64_t)rows->room));
	return OK;
}

err view_list(
	struct desk *desk, struct arena *arena, struct view **out, size_t *count, struct why *why)
{
	struct view_rows rows = { .arena = arena };

	desk_lock(desk);
	err e = sql_each(
		desk->sql, why, take_count, &rows.room, "SELECT COUNT(*) FROM views", sql_none());
	if (e == OK)
		e = make_room(&rows, sizeof(struct view), why);
	if (e == OK)
		e = sql_each(desk->sql, why, take_view, &rows,
			"SELECT name, document, who, created_ms, changed_ms, "
			"(SELECT COUNT(*) FROM view_comments WHERE view = name) "
			"FROM views ORDER BY name",
			sql_none());
	desk_unlock(desk);
	if (e != OK)
		return e;
	*out = rows.items;
	*count = rows.count;
	return OK;
}

err view_comments(struct desk *desk, str name, struct arena *arena, struct view_comment **out,
	size_t *count, struct why *why)
{
	struct view_rows rows = { .arena = arena };

	desk_lock(desk);
	err e = sql_each(desk->sql, why, take_count, &rows.room,
		"SELECT COUNT(*) FROM view_comments WHERE view = ?1", sql_str(name));
	if (e == OK)
		e = make_room(&rows, sizeof(struct view_comment), why);
	if (e == OK)
		e = sql_each(desk->sql, why, take_comment, &rows,
			"SELECT id, who, at_ms, text FROM view_comments WHERE view = ?1 ORDER BY "
			"id",
			sql_str(name));
	desk_unlock(desk);
	if (e != OK)
		return e;
	*out = rows.items;
	*count = rows.count;
	return OK;
}

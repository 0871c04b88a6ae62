/* main/sink.c - see sink.h */
#include "main/sink.h"

#include "base/json.h"

enum { LINE_BYTES_MAX = 1 << 16, GRID_BYTES_MAX = 1 << 26 };

void sink_add(struct sink *sink, str bytes)
{
	if (sink->failed == OK && bytes.len > 0)
		sink->failed = sink->ops->write(sink, bytes, &sink->why);
}

void sink_line(struct sink *sink, str line)
{
	sink_add(sink, line);
	sink_add(sink, STR("\n"));
}

void sink_built(struct sink *sink, const struct strbuf *buf)
{
	if (strbuf_ok(buf))
		sink_add(sink, strbuf_str(buf));
	else if (sink->failed == OK)
		sink->failed = fail(
			&sink->why, MSG_NO_ROOM, arg_c("output"), arg_int((int64_t)buf->cap_max));
}

void sink_file_written(struct sink *sink, str what, uint64_t count, uint64_t bytes, str file)
{
	struct strbuf out = strbuf_heap(LINE_BYTES_MAX);
	struct json_writer w = json_writer_of(&out, JSON_PRETTY);

	json_put_object(&w);
	json_put_key(&w, what);
	json_put_uint(&w, count);
	json_member_uint(&w, "bytes", bytes);
	json_member_string(&w, "file", file);
	json_put_end(&w);
	strbuf_add_byte(&out, '\n');
	sink_built(sink, &out);
	strbuf_done(&out);
}

void sink_say_with(struct sink *sink, enum text id, const struct arg args[static WHY_ARGS_MAX])
{
	struct strbuf line = strbuf_heap(LINE_BYTES_MAX);

	text_add_with(&line, sink->locale->language, id, args);
	strbuf_add_byte(&line, '\n');
	sink_built(sink, &line);
	strbuf_done(&line);
}

void sink_remark_with(struct sink *sink, enum text id, const struct arg args[static WHY_ARGS_MAX])
{
	struct strbuf line = strbuf_heap(LINE_BYTES_MAX);

	if (sink->quiet || sink->json || sink->ops->remark == NULL)
		return;
	text_add_with(&line, sink->locale->language, id, args);
	strbuf_add_byte(&line, '\n');
	if (strbuf_ok(&line))
		sink->ops->remark(sink, strbuf_str(&line));
	strbuf_done(&line);
}

void sink_grid(struct sink *sink, struct arena *arena, const struct grid *grid)
{
	struct strbuf out = strbuf_in(arena, GRID_BYTES_MAX);

	if (grid == NULL || !grid_write(grid, sink->columns, &out))
		out.failed = true;
	sink_built(sink, &out);
}

void sink_progress(struct sink *sink, const struct progress_state *state)
{
	if (sink->ops->progress != NULL)
		sink->ops->progress(sink, state);
}

bool sink_ok(const struct sink *sink)
{
	return sink->failed == OK;
}

err sink_finish(const struct sink *sink, struct why *why)
{
	if (sink->failed != OK && why != NULL)
		*why = sink->why;
	return sink->failed;
}

static err buffer_write(struct sink *sink, str bytes, struct why *why)
{
	struct strbuf *out = ((struct sink_buffer *)sink)->out;

	strbuf_add(out, bytes);
	if (!strbuf_ok(out))
		return fail(why, MSG_NO_ROOM, arg_c("output"), arg_int((int64_t)out->cap_max));
	return OK;
}

void sink_buffer_init(struct sink_buffer *sink, struct strbuf *out, const struct locale *locale)
{
	static const struct sink_ops ops = { .write = buffer_write };

	*sink = (struct sink_buffer){ .base = { .ops = &ops, .locale = locale }, .out = out };
}

void sink_more(struct sink *sink, str cursor)
{
	if (sink->ops->more != NULL)
		sink->ops->more(sink, cursor);
	else
		sink_remark(sink, TEXT_MORE_CURSOR, arg_str(cursor));
}

/* main/match_keep.c - see match_keep.h */
#include "main/match_keep.h"

#include "base/file.h"

enum { TREE_BYTES_MAX = 8 << 20 };
static const char file_name[] = "matching.json";

static err read_tree(struct engine *engine, struct arena *arena, struct json *out, struct why *why)
{
	const struct engine_options *o = engine_options(engine);
	struct json_parser *parser = json_parser_create(NULL);
	char path[PATH_BYTES_MAX];
	str text;
	err e = path_join(path, o->folder, file_name, why);

	if (e == OK)
		e = disk_read_whole(o->disk, path, MATCH_KEEP_BYTES_MAX, arena, &text, why);
	if (e == ERR_NOT_FOUND)
		e = fail(why, MSG_MATCH_KEPT_NONE);
	else if (e == OK && json_parse(parser, text, arena, out, NULL) != OK)
		e = fail(why, MSG_MATCH_KEPT_BAD);
	json_parser_free(parser);
	return e;
}

err match_keep_through(struct engine *engine, uint64_t *through, struct why *why)
{
	AUTO_ARENA arena = arena_create(TREE_BYTES_MAX);
	struct json tree;
	err e = read_tree(engine, arena, &tree, why);

	if (e != OK)
		return e;
	int64_t n = json_get_int(&tree, STR("through"), 0);
	if (n <= 0)
		return fail(why, MSG_MATCH_KEPT_BAD);
	*through = (uint64_t)n;
	return OK;
}

err match_keep_read(struct engine *engine, const struct match_records *records,
	struct match_kept *out, struct why *why)
{
	AUTO_ARENA arena = arena_create(TREE_BYTES_MAX);
	struct json tree;
	err e = read_tree(engine, arena, &tree, why);

	return e != OK ? e : match_kept_read(json_get(&tree, STR("model")), records, out, why);
}

err match_keep_write(struct engine *engine, const struct match_load *load,
	const struct matching *matching, uint64_t through, struct why *why)
{
	const struct engine_options *o = engine_options(engine);
	struct strbuf out = strbuf_heap(MATCH_KEEP_BYTES_MAX);
	struct json_writer w = json_writer_of(&out, JSON_COMPACT);

	json_put_object(&w);
	json_member_uint(&w, "through", through);
	json_put_key(&w, STR("model"));
	match_kept_write(load->records, matching_model(matching), matching_keys(matching), &w);
	json_put_end(&w);
	strbuf_add_byte(&out, '\n');
	err e = strbuf_ok(&out)
			? disk_write_whole(o->disk, o->folder, file_name, strbuf_str(&out), why)
			: fail(why, MSG_MATCH_ROOM, arg_int(MATCH_KEEP_BYTES_MAX));
	strbuf_done(&out);
	return e;
}

err match_keep_forget(struct engine *engine, struct why *why)
{
	const struct engine_options *o = engine_options(engine);
	char path[PATH_BYTES_MAX];
	err e = path_join(path, o->folder, file_name, why);

	if (e == OK)
		e = disk_remove(o->disk, path, why);
	return e == ERR_NOT_FOUND ? OK : e;
}

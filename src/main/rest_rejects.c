/* main/rest_rejects.c - GET /api/v1/imports/rejects/{name}: rows that an import refused, for who
 * mends them and imports them again; see rest_special.h and rejects.h */
#include "main/house.h"
#include "main/rejects.h"
#include "main/rest_run.h"
#include "main/rest_special.h"

enum {
	NAME_BYTES_MAX = 160, /* longer than any that rejects.c makes */
	DOWNLOAD_BYTES_MAX = 32 << 20, /* a larger file is for who has the machine */
};

/* As rejects.c makes them: no path, nothing hidden. */
static bool is_name(str name)
{
	if (name.len == 0 || name.len > NAME_BYTES_MAX || name.ptr[0] == '.')
		return false;
	for (size_t i = 0; i < name.len; i++) {
		char c = name.ptr[i];
		bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
			     (c >= '0' && c <= '9') || c == '.' || c == '_' || c == '-';
		if (!plain)
			return false;
	}
	return str_ends(name, STR(REJECTS_ROWS)) || str_ends(name, STR(".reasons")) ||
	       str_ends(name, STR(REJECTS_ROWS REJECTS_MAPPING));
}

static err read_rejects(struct rest_call *call, str name, str *bytes, struct why *why)
{
	struct engine *engine = rest_options_of(call->rest)->house->engine;
	const struct engine_options *o = engine_options(engine);
	char folder[PATH_BYTES_MAX], path[PATH_BYTES_MAX], plain[NAME_BYTES_MAX + 1];

	memcpy(plain, name.ptr, name.len);
	plain[name.len] = '\0';
	err e = path_join(folder, o->folder, REJECT_FILES_FOLDER, why);
	if (e == OK)
		e = path_join(path, folder, plain, why);
	if (e == OK)
		e = disk_read_whole(o->disk, path, DOWNLOAD_BYTES_MAX, call->arena, bytes, why);
	return e;
}

err rest_rejects(struct rest_call *call, struct why *why)
{
	str name = http_path(call->x, "name"), bytes = STR("");
	struct why reason = { 0 };

	if (!is_name(name))
		return fail(why, MSG_FILE_NOT_FOUND, arg_str(name));
	err e = read_rejects(call, name, &bytes, &reason);
	if (e == ERR_NOT_FOUND)
		return fail(why, MSG_FILE_NOT_FOUND, arg_str(name));
	if (e == ERR_LIMIT)
		return fail(why, MSG_NO_ROOM, arg_str(name), arg_int(DOWNLOAD_BYTES_MAX));
	if (e != OK) {
		*why = reason;
		return e;
	}
	call->subject = name;
	e = rest_note(call, STR("read"), why);
	if (e != OK)
		return e;
	struct strbuf out = strbuf_heap(DOWNLOAD_BYTES_MAX + 1);
	strbuf_add(&out, bytes);
	http_set(call->x, "Cache-Control", STR("no-store"));
	http_set(call->x, "Content-Disposition", STR("attachment"));
	rest_settled(call);
	http_answer_built(call->x, 200, "text/plain; charset=utf-8", &out);
	return OK;
}

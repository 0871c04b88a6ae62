/* main/config_settle.c - see config_settle.h */
#include "main/config_settle.h"

enum { LISTEN_BYTES_MAX = 1 << 12 };

static err read_file(const struct settling *s, const char *path, struct settings *settings,
	struct arena *arena, struct why *why)
{
	str bytes;
	err e = disk_read_whole(s->disk, path, CONFIG_BYTES_MAX, arena, &bytes, why);

	return e != OK ? e : settings_read(settings, bytes, str_of(path), arena, why);
}

static err settle_file(const struct settling *s, const struct request *request,
	struct settings *settings, struct arena *arena, struct why *why)
{
	str named = request_text(request, "config");
	struct why ignored = { 0 };

	if (named.len == 0)
		named = str_of(s->environment("ARIANE_CONFIG"));
	if (named.len > 0)
		return read_file(s, named.ptr, settings, arena, why);
	err e = read_file(s, "ariane.conf", settings, arena, &ignored);
	if (e == ERR_NOT_FOUND && !ignored.has_line)
		return OK;
	if (e != OK)
		*why = ignored;
	return e;
}

/* The option of a setting, among those of all commands or this one's own. */
static const struct option *option_of(const struct request *request, str name)
{
	const struct command *command = request_command(request);

	for (const struct option *o = global_options; o->name.len > 0; o++)
		if (str_equal(o->name, name))
			return o;
	if (command == NULL)
		return NULL;
	for (const struct option *o = command->options; o->name.len > 0; o++)
		if (str_equal(o->name, name))
			return o;
	return NULL;
}

/* A flag says yes, but "no-progress" no; several values are one with spaces. */
static err option_value(const struct request *request, const struct option *option,
	struct arena *arena, str *out, struct why *why)
{
	struct strbuf all = strbuf_in(arena, LISTEN_BYTES_MAX);

	*out = request_text(request, option->name.ptr);
	if (option->is == IS_FLAG)
		*out = str_starts(option->name, STR("no-")) ? STR("no") : STR("yes");
	if (!option->repeats)
		return OK;
	for (size_t i = 0; i < request_times(request, option->name.ptr); i++) {
		if (i > 0)
			strbuf_add_byte(&all, ' ');
		strbuf_add(&all, request_nth(request, option->name.ptr, i));
	}
	strbuf_add_byte(&all, '\0');
	if (!strbuf_ok(&all))
		return fail(why, MSG_NO_ROOM, arg_str(option->name), arg_int(LISTEN_BYTES_MAX));
	*out = (str){ all.ptr, all.len - 1 };
	return OK;
}

static err settle_option(const struct request *request, enum setting which,
	struct settings *settings, struct arena *arena, struct why *why)
{
	const struct option *option = option_of(request, setting_rows[which].option);
	str value;

	if (option == NULL || !request_has(request, option->name.ptr))
		return OK;
	err e = option_value(request, option, arena, &value, why);
	return e == OK ? settings_set(settings, which, value, ORIGIN_OPTION, why) : e;
}

err settings_settle(const struct settling *s, const struct request *request,
	struct settings *settings, struct arena *arena, struct why *why)
{
	settings_init(settings);
	err e = settle_file(s, request, settings, arena, why);

	for (size_t i = 0; i < SETTING_COUNT_ && e == OK; i++) {
		str value = str_of(s->environment(setting_rows[i].environment));
		if (value.len > 0)
			e = settings_set(settings, (enum setting)i, value, ORIGIN_ENVIRONMENT, why);
		if (e == OK)
			e = settle_option(request, (enum setting)i, settings, arena, why);
	}
	return e;
}

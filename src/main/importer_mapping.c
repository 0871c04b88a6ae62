/* main/importer_mapping.c - by which mapping each file of an import is read; see importer.h */
#include "main/import_records.h"
#include "main/importer.h"
#include "main/rejects.h"

/* ---- the mapping: the file's, then what flags say */

static err read_mapping(struct importer *im, struct why *why)
{
	str path = request_text(im->request, "mapping");
	struct arena *arena = request_arena(im->request);
	str json;

	im->said = mapping_default();
	if (path.len == 0)
		return OK;
	const struct catalogue_entry *ready = catalogue_named(&im->catalogue, path);
	if (ready != NULL) {
		im->said = ready->mapping;
		return OK;
	}
	err e = request_check_file(im->request, "mapping", path, why);
	if (e == OK)
		e = disk_read_whole(disk_real(), path.ptr, MAPPING_BYTES_MAX, arena, &json, why);
	if (e == OK)
		e = mapping_parse(json, arena, &im->said, why);
	if (e != OK)
		request_blame_document(im->request, "mapping", why);
	return e;
}

static err apply_flags(struct importer *im, struct mapping *mapping, struct why *why)
{
	static const char *const flags[] = { "customer", "activity", "time", "channel",
		"interaction", "case", "actor", "text", "source", "zone", "time-format",
		"delimiter", "encoding" };
	struct arena *arena = request_arena(im->request);
	err e = OK;

	for (size_t i = 0; i < ARRAY_LEN(flags); i++)
		for (size_t n = 0; e == OK && n < request_times(im->request, flags[i]); n++)
			e = mapping_flag(mapping, str_of(flags[i]),
				request_nth(im->request, flags[i], n), arena, why);
	str format = request_text(im->request, "format");
	if (e == OK && format.len > 0 && !import_format_named(format, &im->options.format))
		e = fail(why, MSG_IMPORT_NO_FORMAT, arg_str(format));
	if (e == OK && str_equal(format, STR("tsv")) && !request_has(im->request, "delimiter"))
		mapping->delimiter = '\t';
	return e;
}

static void apply_settings(const struct importer *im, struct mapping *mapping)
{
	const struct settings *settings = request_settings(im->request);

	if (mapping->phone_country.len == 0)
		mapping->phone_country = setting_text(settings, SETTING_PHONE_COUNTRY);
	if (mapping->zone.len == 0)
		mapping->zone = setting_text(settings, SETTING_ZONE);
}

err importer_say_mapping(struct importer *im, struct why *why)
{
	err e = read_mapping(im, why);

	if (e == OK)
		e = apply_flags(im, &im->said, why);
	if (e == OK)
		e = import_records_flags(im->request, &im->said, why);
	im->mapping = im->said;
	apply_settings(im, &im->mapping);
	return e;
}

/* ---- each file's own mapping
 *
 * Said on the command line; else beside the file; else the ready-made one that knows it; else
 * guessed by the reader from the usual names.  Rows that an earlier import rejected are read as it
 * read them, whatever the command line does not say. */

/* Flags that say what the columns are: nothing is to be recognised then. */
static bool says_columns(const struct importer *im)
{
	static const char *const flags[] = { "mapping", "customer", "activity", "time", "channel",
		"interaction", "case", "actor", "text", "records" };

	for (size_t i = 0; i < ARRAY_LEN(flags); i++)
		if (request_has(im->request, flags[i]))
			return true;
	return false;
}

static bool is_rejects(str name)
{
	return str_ends(name, STR(REJECTS_ROWS));
}

/* Beside the file; of rejects that were copied elsewhere, or sent, where they were written. */
static err read_beside(
	struct importer *im, str path, str called, str *name, str *json, struct why *why)
{
	struct arena *arena = im->own_arena;
	struct strbuf buf = strbuf_in(arena, PATH_BYTES_MAX);
	str folder, last;
	err e = ERR_NOT_FOUND;

	*name = STR("");
	if (path.len > 0) {
		strbuf_add(&buf, path);
		strbuf_add(&buf, (str){ IMPORT_MAPPING_BESIDE, sizeof(IMPORT_MAPPING_BESIDE) });
		if (strbuf_ok(&buf)) /* no file has a longer name */
			e = disk_read_whole(
				disk_real(), buf.ptr, MAPPING_BYTES_MAX, arena, json, why);
	}
	if (e == ERR_NOT_FOUND && is_rejects(called)) {
		last = str_split_last(called, '/', &folder, &last) ? last : called;
		strbuf_clear(&buf);
		strbuf_printf(&buf, STR_FMT "/" REJECT_FILES_FOLDER "/" STR_FMT "%s",
			STR_ARG(request_data(im->request)), STR_ARG(last), IMPORT_MAPPING_BESIDE);
		strbuf_add_byte(&buf, '\0');
		if (strbuf_ok(&buf))
			e = disk_read_whole(
				disk_real(), buf.ptr, MAPPING_BYTES_MAX, arena, json, why);
	}
	if (e == ERR_NOT_FOUND && why != NULL)
		*why = (struct why){ 0 };
	if (strbuf_ok(&buf) && buf.len > 0)
		*name = str_of(buf.ptr);
	return e;
}

/* Into im->own. */
static err mapping_beside(struct importer *im, str path, str called, bool *found, struct why *why)
{
	str name, json;

	arena_reset(im->own_arena);
	err e = read_beside(im, path, called, &name, &json, why);
	*found = e != ERR_NOT_FOUND;
	if (!*found)
		return OK;
	if (e == OK)
		e = mapping_parse(json, im->own_arena, &im->own, why);
	if (e != OK) {
		why_at(why, name, -1, -1, -1);
		return e;
	}
	if (says_columns(im)) {
		struct mapping said = im->said;
		mapping_fill(&said, &im->own);
		im->own = said;
	} else {
		e = apply_flags(im, &im->own, why);
	}
	apply_settings(im, &im->own);
	return e;
}

err importer_choose(void *context, str path, str called, str first_bytes,
	const struct mapping **out, struct why *why)
{
	struct importer *im = context;
	const struct catalogue_entry *entry;
	bool found = false, said = says_columns(im);
	err e = OK;

	if (!said || is_rejects(called))
		e = mapping_beside(im, path, called, &found, why);
	if (e == OK && found)
		*out = &im->own;
	if (e != OK || found || said)
		return e;
	e = catalogue_recognise(&im->catalogue, called, first_bytes, &entry, why);
	if (e != OK || entry == NULL)
		return e;
	struct chosen *chosen = &im->chosen[entry - im->catalogue.entries];
	if (chosen->files++ == 0) {
		chosen->mapping = entry->mapping;
		e = apply_flags(im, &chosen->mapping, why);
		apply_settings(im, &chosen->mapping);
	}
	*out = &chosen->mapping;
	return e;
}

err importer_know_mappings(struct importer *im, struct why *why)
{
	struct arena *arena = request_arena(im->request);
	err e = catalogue_read(arena, &im->catalogue, why);

	if (e != OK)
		return e;
	im->chosen = arena_array(arena, im->catalogue.count, sizeof(*im->chosen));
	return im->chosen != NULL ? OK : fail(why, MSG_NO_ROOM, arg_c("mappings"), arg_int(0));
}

/* base/stored.c - see stored.h */
#include "base/stored.h"

static err save_strings(struct strings *strings, struct file *file, uint64_t *end,
	struct strbuf *index, struct why *why)
{
	struct strings_view *view = strings_publish(strings);
	err e = strings_save(strings, view, file, end, index, why);

	strings_view_unref(view);
	return e;
}

static err save_table(struct table *table, struct file *file, uint64_t *end, struct strbuf *index,
	struct why *why)
{
	struct view *view = table_publish(table);
	err e = table_save(table, view, file, end, index, why);

	view_unref(view);
	return e;
}

err stored_save(const struct stored *parts, size_t count, struct file *file, uint64_t *end,
	struct strbuf *index, struct why *why)
{
	err e = OK;

	for (size_t i = 0; e == OK && i < count; i++)
		e = parts[i].strings != NULL
			    ? save_strings(*parts[i].strings, file, end, index, why)
			    : save_table(*parts[i].table, file, end, index, why);
	return e;
}

err stored_load(
	const struct stored *parts, size_t count, struct file *file, str *index, struct why *why)
{
	err e = OK;

	for (size_t i = 0; e == OK && i < count; i++)
		e = parts[i].strings != NULL
			    ? strings_load(file, index, parts[i].strings, why)
			    : table_load(file, parts[i].item_bytes, index, parts[i].table, why);
	return e;
}

uint64_t stored_bytes(const struct stored *parts, size_t count)
{
	uint64_t bytes = 0;

	for (size_t i = 0; i < count; i++)
		bytes += parts[i].strings != NULL ? strings_saved_bytes(*parts[i].strings)
						  : table_saved_bytes(*parts[i].table);
	return bytes;
}

void stored_forget(const struct stored *parts, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (parts[i].strings != NULL)
			strings_forget_saved(*parts[i].strings);
		else
			table_forget_saved(*parts[i].table);
}

/* engine/reject_files.c - see reject_files.h */
#include "engine/reject_files.h"

#define LISTING_BYTES_MAX ((size_t)256 << 20)

/* One file; that it is not there is fine. */
static err remove_one(
	struct disk *disk, const char *folder, const char *name, uint64_t *removed, struct why *why)
{
	char path[PATH_BYTES_MAX];
	struct why reason = { 0 };
	err e = path_join(path, folder, name, why);

	if (e != OK)
		return e;
	e = disk_remove(disk, path, &reason);
	*removed += e == OK;
	if (e != OK && e != ERR_NOT_FOUND && why != NULL)
		*why = reason;
	return e == ERR_NOT_FOUND ? OK : e;
}

/* Of "NAME-MS-NUMBER.ENDING": the last but one part between hyphens. */
static bool is_younger(str name, int64_t until_ms)
{
	str rest, number, time;
	int64_t ms;

	return str_split_last(name, '-', &rest, &number) &&
	       str_split_last(rest, '-', &rest, &time) && str_to_int64(time, &ms) && ms > until_ms;
}

static err remove_listed(
	struct disk *disk, const char *path, int64_t until_ms, uint64_t *removed, struct why *why)
{
	AUTO_ARENA arena = arena_create(LISTING_BYTES_MAX);
	struct disk_entry *entries;
	struct why reason = { 0 };
	uint64_t before = *removed;
	size_t count;
	err e = disk_list(disk, path, arena, &entries, &count, &reason);

	if (e == ERR_NOT_FOUND)
		return OK;
	for (size_t i = 0; e == OK && i < count; i++)
		if (!is_younger(entries[i].name, until_ms))
			e = remove_one(disk, path, entries[i].name.ptr, removed, &reason);
	if (e == OK && *removed > before)
		e = disk_sync_folder(disk, path, &reason);
	if (e != OK && why != NULL)
		*why = reason;
	return e;
}

err reject_files_remove(
	struct disk *disk, const char *folder, int64_t until_ms, uint64_t *removed, struct why *why)
{
	char path[PATH_BYTES_MAX];

	*removed = 0;
	err e = remove_one(disk, folder, REJECT_FILES_KEPT_INPUT, removed, why);
	if (e == OK)
		e = path_join(path, folder, REJECT_FILES_FOLDER, why);
	return e != OK ? e : remove_listed(disk, path, until_ms, removed, why);
}

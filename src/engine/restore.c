/* engine/restore.c - checking a back-up, and copying it to where it shall live; see backup.h
 *
 *   TARGET.restoring/restoring   a lock: held while a restore is at it
 *   TARGET.restoring/...         what is being copied
 *   TARGET                       all of it, renamed
 *
 * A restore that was killed leaves TARGET.restoring with a file `restoring` that nobody holds: the
 * next one empties it and begins anew.  A folder of that name without that file is somebody's:
 * it is left alone, and named.
 */
#include "engine/backup_internal.h"

#include <stdio.h>
#include <string.h>

#define MARK "restoring"

struct restoring {
	struct disk *disk;
	const char *from, *to; /* to NULL: only checked */
};

static err copy_all(struct disk *disk, const char *from, const char *to, struct backup_copy *copy,
	struct why *why)
{
	struct file *source, *target = NULL;
	bool more = true;
	err e = disk_open(disk, from, FILE_READ, &source, why);

	if (e != OK)
		return e;
	if (to != NULL)
		e = disk_open(disk, to, FILE_CREATE, &target, why);
	*copy = (struct backup_copy){ .from = source, .to = target, .bytes_max = UINT64_MAX };
	while (e == OK && more)
		e = backup_copy_piece(copy, &more, why);
	file_close(target);
	file_close(source);
	return e;
}

static err restore_one(void *context, const struct backup_file *file, struct why *why)
{
	const struct restoring *r = context;
	char name[PATH_BYTES_MAX], from[PATH_BYTES_MAX], to[PATH_BYTES_MAX];
	struct backup_copy copy;

	if (file->name.len >= sizeof(name))
		return fail(why, MSG_PATH_TOO_LONG, arg_str(file->name), arg_int(PATH_BYTES_MAX));
	(void)snprintf(name, sizeof(name), "%.*s", (int)file->name.len, file->name.ptr); /* fits */
	err e = path_join(from, r->from, name, why);
	if (e == OK && r->to != NULL)
		e = path_join(to, r->to, name, why);
	if (e == OK)
		e = copy_all(r->disk, from, r->to == NULL ? NULL : to, &copy, why);
	if (e == OK && (copy.bytes != file->bytes || copy.crc != file->crc))
		e = fail(why, MSG_BACKUP_DAMAGED, arg_c(from));
	return e;
}

err backup_check(struct disk *disk, const char *folder, struct backup_summary *out, struct why *why)
{
	struct restoring r = { .disk = disk, .from = folder };

	return backup_read_list(disk, folder, out, restore_one, &r, why);
}

/* The folders of a data folder, itself the last. */
enum { INNER_FOLDERS = 2, FOLDERS };
typedef err (*folder_act)(struct disk *disk, const char *folder, struct why *why);

static err in_folders(
	struct disk *disk, const char *fresh, size_t count, folder_act act, struct why *why)
{
	static const char *const names[FOLDERS] = { "journal", "dedup", "" };
	char path[PATH_BYTES_MAX];
	err e = OK;

	for (size_t i = 0; e == OK && i < count; i++) {
		e = path_join(path, fresh, names[i], why);
		if (e == OK)
			e = act(disk, path, why);
	}
	return e;
}

/* ---- the folder beside the target */

/* What a restore has left that was killed. */
static err remove_files(struct disk *disk, const char *folder, struct why *why)
{
	AUTO_ARENA arena = arena_create(BACKUP_LISTING_BYTES_MAX);
	char path[PATH_BYTES_MAX];
	struct disk_entry *entries;
	struct why reason = { 0 };
	size_t count;
	err e = disk_list(disk, folder, arena, &entries, &count, &reason);

	if (e == ERR_NOT_FOUND)
		return OK;
	for (size_t i = 0; e == OK && i < count; i++) {
		if (entries[i].is_folder || str_equal(entries[i].name, STR(MARK)))
			continue;
		e = path_join(path, folder, entries[i].name.ptr, &reason);
		if (e == OK)
			e = disk_remove(disk, path, &reason);
	}
	if (e != OK && why != NULL)
		*why = reason;
	return e;
}

/* Is there nothing, or nothing but ours? */
static err check_fresh(struct disk *disk, const char *fresh, struct why *why)
{
	AUTO_ARENA arena = arena_create(BACKUP_LISTING_BYTES_MAX);
	struct disk_entry *entries;
	size_t count;
	bool is_ours = false;
	err e = disk_list(disk, fresh, arena, &entries, &count, NULL);

	if (e == ERR_NOT_FOUND || (e == OK && count == 0))
		return OK;
	for (size_t i = 0; e == OK && i < count; i++)
		is_ours |= str_equal(entries[i].name, STR(MARK));
	return is_ours ? OK : fail(why, MSG_RESTORE_LEFTOVER, arg_c(fresh));
}

/* The lock is there before anything else is. */
static err claim(struct disk *disk, const char *fresh, struct file **lock, struct why *why)
{
	char path[PATH_BYTES_MAX];
	err e = check_fresh(disk, fresh, why);

	if (e == OK)
		e = disk_make_folder(disk, fresh, why);
	if (e == OK)
		e = path_join(path, fresh, MARK, why);
	if (e == OK)
		e = disk_lock(disk, path, lock, why);
	if (e == ERR_BUSY)
		return fail(why, MSG_RESTORE_BUSY, arg_c(fresh));
	if (e == OK)
		e = disk_sync_folder(disk, fresh, why);
	return e != OK ? e : in_folders(disk, fresh, FOLDERS, remove_files, why);
}

static err name_fresh(char fresh[static PATH_BYTES_MAX], const char *target, struct why *why)
{
	str name = path_trim(str_of(target));

	if (name.len + strlen("." MARK) >= PATH_BYTES_MAX)
		return fail(why, MSG_PATH_TOO_LONG, arg_c(target), arg_int(PATH_BYTES_MAX));
	(void)snprintf(fresh, PATH_BYTES_MAX, "%.*s." MARK, (int)name.len, name.ptr); /* fits */
	return OK;
}

/* The mark goes last: it stands in nobody's way. */
static err put_in_place(struct disk *disk, const char *fresh, const char *target, struct why *why)
{
	char parent[PATH_BYTES_MAX], path[PATH_BYTES_MAX];
	err e = path_parent(parent, target, why);

	if (e == OK)
		e = in_folders(disk, fresh, FOLDERS, disk_sync_folder, why);
	if (e == OK)
		e = disk_rename(disk, fresh, target, why);
	if (e == OK)
		e = disk_sync_folder(disk, parent, why);
	if (e == OK)
		e = path_join(path, target, MARK, why);
	return e != OK ? e : disk_remove(disk, path, why);
}

static err restore(
	struct restoring *r, const char *target, struct backup_summary *out, struct why *why)
{
	struct file *lock = NULL;
	err e = claim(r->disk, r->to, &lock, why);

	if (e == OK)
		e = in_folders(r->disk, r->to, INNER_FOLDERS, disk_make_folder, why);
	if (e == OK)
		e = backup_read_list(r->disk, r->from, out, restore_one, r, why);
	if (e == OK)
		e = put_in_place(r->disk, r->to, target, why);
	file_close(lock);
	return e;
}

err backup_restore(struct disk *disk, const char *folder, const char *target,
	struct backup_summary *out, struct why *why)
{
	AUTO_ARENA arena = arena_create(BACKUP_LISTING_BYTES_MAX);
	char fresh[PATH_BYTES_MAX];
	struct restoring r = { .disk = disk, .from = folder, .to = fresh };
	struct disk_entry *entries;
	size_t count;

	if (disk_list(disk, target, arena, &entries, &count, NULL) != ERR_NOT_FOUND)
		return fail(why, MSG_RESTORE_TARGET, arg_c(target));
	err e = name_fresh(fresh, target, why);
	return e != OK ? e : restore(&r, target, out, why);
}

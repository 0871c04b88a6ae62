/* base/file.c - see file.h */
#include "base/file.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

err disk_open(struct disk *disk, const char *path, enum file_mode mode, struct file **out,
	struct why *why)
{
	return disk->ops->open(disk, path, mode, out, why);
}

err disk_rename(struct disk *disk, const char *from, const char *to, struct why *why)
{
	return disk->ops->rename(disk, from, to, why);
}

err disk_remove(struct disk *disk, const char *path, struct why *why)
{
	return disk->ops->remove(disk, path, why);
}

err disk_make_folder(struct disk *disk, const char *path, struct why *why)
{
	return disk->ops->make_folder(disk, path, why);
}

err disk_sync_folder(struct disk *disk, const char *path, struct why *why)
{
	return disk->ops->sync_folder(disk, path, why);
}

err disk_list(struct disk *disk, const char *path, struct arena *arena, struct disk_entry **entries,
	size_t *count, struct why *why)
{
	return disk->ops->list(disk, path, arena, entries, count, why);
}

err disk_lock(struct disk *disk, const char *path, struct file **out, struct why *why)
{
	return disk->ops->lock(disk, path, out, why);
}

err disk_free_bytes(struct disk *disk, const char *path, uint64_t *bytes, struct why *why)
{
	return disk->ops->free_bytes(disk, path, bytes, why);
}

err file_read_at(
	struct file *file, uint64_t at, void *to, size_t bytes, size_t *got, struct why *why)
{
	return file->ops->read_at(file, at, to, bytes, got, why);
}

err file_write_at(struct file *file, uint64_t at, const void *from, size_t bytes, struct why *why)
{
	return file->ops->write_at(file, at, from, bytes, why);
}

err file_write_past(struct file *file, uint64_t at, const void *from, size_t bytes, struct why *why)
{
	return file->ops->write_past == NULL ? file_write_at(file, at, from, bytes, why)
					     : file->ops->write_past(file, at, from, bytes, why);
}

err file_sync(struct file *file, struct why *why)
{
	return file->ops->sync(file, why);
}

err file_size(struct file *file, uint64_t *bytes, struct why *why)
{
	return file->ops->size(file, bytes, why);
}

err file_truncate(struct file *file, uint64_t bytes, struct why *why)
{
	return file->ops->truncate(file, bytes, why);
}

err file_map(struct file *file, uint64_t at, size_t bytes, const void **out, struct why *why)
{
	return file->ops->map(file, at, bytes, out, why);
}

void file_unmap(struct file *file, const void *mapped, size_t bytes)
{
	if (mapped != NULL)
		file->ops->unmap(file, mapped, bytes);
}

void file_advise(struct file *file, const void *mapped, size_t bytes, enum file_advice advice)
{
	if (file->ops->advise != NULL)
		file->ops->advise(mapped, bytes, advice);
}

void file_close(struct file *file)
{
	if (file != NULL)
		file->ops->close(file);
}

err path_join(
	char out[static PATH_BYTES_MAX], const char *folder, const char *name, struct why *why)
{
	char path[PATH_BYTES_MAX]; /* `out` may be `folder` */
	size_t len = strlen(folder);
	bool bare = name[0] == '\0' || (len > 0 && folder[len - 1] == '/');
	const char *slash = bare ? "" : "/";
	int written = snprintf(path, sizeof(path), "%s%s%s", folder, slash, name);

	if (written < 0 || written >= PATH_BYTES_MAX)
		return fail(why, MSG_PATH_TOO_LONG, arg_c(name), arg_int(PATH_BYTES_MAX));
	memcpy(out, path, (size_t)written + 1);
	return OK;
}

err path_absolute(char out[static PATH_BYTES_MAX], const char *path, struct why *why)
{
	char here[PATH_BYTES_MAX];

	if (path[0] == '/')
		return path_join(out, path, "", why);
	if (getcwd(here, sizeof(here)) == NULL)
		return fail(why, MSG_PATH_TOO_LONG, arg_c(path), arg_int(PATH_BYTES_MAX));
	return path_join(out, here, path, why);
}

str path_trim(str path)
{
	while (path.len > 1 && str_ends(path, STR("/")))
		path.len--;
	return path;
}

err path_parent(char out[static PATH_BYTES_MAX], const char *path, struct why *why)
{
	str name, parent = STR(".");
	bool nested = str_split_last(path_trim(str_of(path)), '/', &parent, &name);

	if (nested && parent.len == 0)
		parent = STR("/");
	if (parent.len >= PATH_BYTES_MAX)
		return fail(why, MSG_PATH_TOO_LONG, arg_c(path), arg_int(PATH_BYTES_MAX));
	memcpy(out, parent.ptr, parent.len);
	out[parent.len] = '\0';
	return OK;
}

static err write_new(struct disk *disk, const char *path, str bytes, struct why *why)
{
	struct file *file;
	err e = disk_open(disk, path, FILE_CREATE_OR_EMPTY, &file, why);

	if (e != OK)
		return e;
	if (bytes.len > 0)
		e = file_write_at(file, 0, bytes.ptr, bytes.len, why);
	if (e == OK)
		e = file_sync(file, why);
	file_close(file);
	return e;
}

err disk_write_whole(
	struct disk *disk, const char *folder, const char *name, str bytes, struct why *why)
{
	char path[PATH_BYTES_MAX], fresh[PATH_BYTES_MAX];
	err e = path_join(path, folder, name, why);

	if (e != OK)
		return e;
	if (strlen(path) + strlen(".tmp") >= sizeof(fresh))
		return fail(why, MSG_PATH_TOO_LONG, arg_c(name), arg_int(PATH_BYTES_MAX));
	(void)snprintf(fresh, sizeof(fresh), "%.*s.tmp", PATH_BYTES_MAX - 5, path); /* fits */
	e = write_new(disk, fresh, bytes, why);
	if (e == OK)
		e = disk_rename(disk, fresh, path, why);
	if (e == OK)
		e = disk_sync_folder(disk, folder, why);
	return e;
}

static err read_whole(struct file *file, const char *path, size_t bytes_max, struct arena *arena,
	str *out, struct why *why)
{
	uint64_t size;
	size_t got;
	err e = file_size(file, &size, why);

	if (e != OK)
		return e;
	if (size > bytes_max)
		return fail(why, MSG_FILE_TOO_LARGE, arg_c(path), arg_int((int64_t)size),
			arg_int((int64_t)bytes_max));
	char *bytes = arena_alloc(arena, size + 1);
	if (bytes == NULL)
		return fail(why, MSG_NO_ROOM, arg_c(path), arg_int((int64_t)bytes_max));
	e = file_read_at(file, 0, bytes, size, &got, why);
	if (e == OK)
		*out = (str){ bytes, got };
	return e;
}

err disk_read_whole(struct disk *disk, const char *path, size_t bytes_max, struct arena *arena,
	str *out, struct why *why)
{
	struct file *file;
	err e = disk_open(disk, path, FILE_READ, &file, why);

	if (e != OK)
		return e;
	e = read_whole(file, path, bytes_max, arena, out, why);
	file_close(file);
	return e;
}

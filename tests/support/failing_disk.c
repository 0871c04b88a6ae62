/* tests/support/failing_disk.c - see failing_disk.h */
#include "support/failing_disk.h"

#include "base/arena.h"

#include <stdlib.h>

struct failing_file {
	struct file base;
	struct file *real;
	struct failing_disk *owner;
};

static struct failing_file *of(struct file *file)
{
	return (struct failing_file *)file;
}

static err step(struct failing_disk *disk, struct why *why)
{
	if (disk->fail_at == 0 || --disk->fail_at > 0)
		return OK;
	disk->hits++;
	return fail(why, MSG_IO, arg_c("test"), arg_c("disk"), arg_c("planned failure"));
}

static err read_at(
	struct file *file, uint64_t at, void *to, size_t bytes, size_t *got, struct why *why)
{
	err e = step(of(file)->owner, why);

	return e == OK ? file_read_at(of(file)->real, at, to, bytes, got, why) : e;
}

static err write_at(struct file *file, uint64_t at, const void *from, size_t bytes, struct why *why)
{
	err e = step(of(file)->owner, why);

	if (e == OK)
		return file_write_at(of(file)->real, at, from, bytes, why);
	(void)file_write_at(of(file)->real, at, from, bytes / 2, NULL); /* torn */
	return e;
}

static err sync_file(struct file *file, struct why *why)
{
	/* Nothing is killed here, so nothing needs to wait for the platter */
	return step(of(file)->owner, why);
}

static err size(struct file *file, uint64_t *bytes, struct why *why)
{
	err e = step(of(file)->owner, why);

	return e == OK ? file_size(of(file)->real, bytes, why) : e;
}

static err truncate_file(struct file *file, uint64_t bytes, struct why *why)
{
	err e = step(of(file)->owner, why);

	return e == OK ? file_truncate(of(file)->real, bytes, why) : e;
}

static err map(struct file *file, uint64_t at, size_t bytes, const void **out, struct why *why)
{
	err e = step(of(file)->owner, why);

	return e == OK ? file_map(of(file)->real, at, bytes, out, why) : e;
}

static void unmap(struct file *file, const void *mapped, size_t bytes)
{
	file_unmap(of(file)->real, mapped, bytes);
}

static void close_file(struct file *file)
{
	file_close(of(file)->real);
	free(file);
}

static const struct file_ops file_ops = {
	.read_at = read_at,
	.write_at = write_at,
	.sync = sync_file,
	.size = size,
	.truncate = truncate_file,
	.map = map,
	.unmap = unmap,
	.close = close_file,
};

static err wrap(struct disk *disk, err e, struct file *real, struct file **out)
{
	if (e != OK)
		return e;
	struct failing_file *file = memory_alloc(sizeof(*file));
	file->base.ops = &file_ops;
	file->real = real;
	file->owner = (struct failing_disk *)disk;
	*out = &file->base;
	return OK;
}

static err open_file(struct disk *disk, const char *path, enum file_mode mode, struct file **out,
	struct why *why)
{
	struct file *real = NULL;
	err e = step((struct failing_disk *)disk, why);

	if (e == OK)
		e = disk_open(disk_real(), path, mode, &real, why);
	return wrap(disk, e, real, out);
}

static err rename_file(struct disk *disk, const char *from, const char *to, struct why *why)
{
	err e = step((struct failing_disk *)disk, why);

	return e == OK ? disk_rename(disk_real(), from, to, why) : e;
}

static err remove_file(struct disk *disk, const char *path, struct why *why)
{
	err e = step((struct failing_disk *)disk, why);

	return e == OK ? disk_remove(disk_real(), path, why) : e;
}

static err make_folder(struct disk *disk, const char *path, struct why *why)
{
	err e = step((struct failing_disk *)disk, why);

	return e == OK ? disk_make_folder(disk_real(), path, why) : e;
}

static err sync_folder(struct disk *disk, const char *path, struct why *why)
{
	(void)path; /* as sync_file */
	return step((struct failing_disk *)disk, why);
}

static err list(struct disk *disk, const char *path, struct arena *arena,
	struct disk_entry **entries, size_t *count, struct why *why)
{
	err e = step((struct failing_disk *)disk, why);

	return e == OK ? disk_list(disk_real(), path, arena, entries, count, why) : e;
}

static err lock(struct disk *disk, const char *path, struct file **out, struct why *why)
{
	struct file *real = NULL;
	err e = step((struct failing_disk *)disk, why);

	if (e == OK)
		e = disk_lock(disk_real(), path, &real, why);
	return wrap(disk, e, real, out);
}

static err free_bytes(struct disk *disk, const char *path, uint64_t *bytes, struct why *why)
{
	err e = step((struct failing_disk *)disk, why);

	return e == OK ? disk_free_bytes(disk_real(), path, bytes, why) : e;
}

static const struct disk_ops disk_ops = {
	.open = open_file,
	.rename = rename_file,
	.remove = remove_file,
	.make_folder = make_folder,
	.sync_folder = sync_folder,
	.list = list,
	.lock = lock,
	.free_bytes = free_bytes,
};

void failing_disk_init(struct failing_disk *disk)
{
	*disk = (struct failing_disk){ .disk.ops = &disk_ops };
}

/* base/disk_real.c - the machine's disk behind file.h */
#include "base/direct.h"
#include "base/drain.h"
#include "base/file.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

enum { PACE_BYTES = 1 << 20 }; /* of a file are handed to the disk at once */

struct real_file {
	struct file base;
	int fd;
	char path[PATH_BYTES_MAX]; /* for words only */
	atomic_size_t unhanded; /* bytes written since some were last handed to the disk */
	struct direct direct;
};

static err failed(struct why *why, const char *doing, const char *path)
{
	switch (errno) {
	case ENOSPC:
	case EDQUOT:
	case EFBIG:
		return fail(why, MSG_DISK_FULL, arg_c(path));
	case EROFS:
		return fail(why, MSG_DISK_READ_ONLY, arg_c(path));
	case ENOENT:
	case ENOTDIR:
		return fail(why, MSG_FILE_NOT_FOUND, arg_c(path));
	case EACCES:
	case EPERM:
		return fail(why, MSG_FILE_DENIED, arg_c(path));
	case EEXIST:
		return fail(why, MSG_FILE_EXISTS, arg_c(path));
	case EWOULDBLOCK:
		return fail(why, MSG_FILE_BUSY, arg_c(path));
	default: {
		char text[128];
		return fail(why, MSG_IO, arg_c(doing), arg_c(path),
			arg_c(strerror_r(errno, text, sizeof(text))));
	}
	}
}

static struct real_file *real(struct file *file)
{
	return (struct real_file *)file;
}

static err real_read_at(
	struct file *file, uint64_t at, void *to, size_t bytes, size_t *got, struct why *why)
{
	size_t done = 0;

	while (done < bytes) {
		ssize_t n =
			pread(real(file)->fd, (char *)to + done, bytes - done, (off_t)(at + done));
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return failed(why, "read", real(file)->path);
		if (n == 0)
			break;
		done += (size_t)n;
	}
	*got = done;
	return OK;
}

/* What is written in one go, or little by little and synced at the end, is handed to the disk as it
 * comes, and no more than PACE_BEHIND of a file is under way at once: a sync of another file (the
 * journal's, for which senders wait) would come behind all of it.  This is advice where the system
 * does not know it; but an error that is told here is told to nobody else.  Of several threads each
 * hands over what lies before the end of its own, that of the others with it. */
static err hand_over(struct real_file *file, uint64_t end, struct why *why)
{
	enum { PACE_BEHIND = 4 << 20 };
	uint64_t bytes = MIN_OF((uint64_t)atomic_exchange(&file->unhanded, 0) + PACE_BYTES, end);
	int failed_at = sync_file_range(
		file->fd, (off_t)(end - bytes), (off_t)bytes, SYNC_FILE_RANGE_WRITE);

	if (failed_at == 0 && end > PACE_BEHIND)
		failed_at = sync_file_range(
			file->fd, 0, (off_t)(end - PACE_BEHIND), SYNC_FILE_RANGE_WAIT_BEFORE);
	bool is_told = failed_at != 0 && (errno == EIO || errno == ENOSPC || errno == EDQUOT);
	return is_told ? failed(why, "write", file->path) : OK;
}

static err real_write_at(
	struct file *file, uint64_t at, const void *from, size_t bytes, struct why *why)
{
	struct real_file *real_file = real(file);
	err e = OK;

	for (size_t done = 0; e == OK && done < bytes;) {
		ssize_t n = pwrite(real_file->fd, (const char *)from + done,
			MIN_OF(bytes - done, (size_t)PACE_BYTES), (off_t)(at + done));
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return failed(why, "write", real_file->path);
		done += (size_t)n;
		if (atomic_fetch_add(&real_file->unhanded, (size_t)n) + (size_t)n >= PACE_BYTES)
			e = hand_over(real_file, at + done, why);
	}
	return e;
}

/* The blocks that it fills go past the cache; what is before and behind them does not. */
static err real_write_past(
	struct file *file, uint64_t at, const void *from, size_t bytes, struct why *why)
{
	size_t head = (size_t)(-at % DIRECT_BLOCK_BYTES), done = 0;

	if (bytes >= DIRECT_LEAST_BYTES)
		done = direct_write(&real(file)->direct, real(file)->fd, at + head,
			(const char *)from + head, bytes - head);
	if (done == 0)
		return real_write_at(file, at, from, bytes, why);
	err e = head == 0 ? OK : real_write_at(file, at, from, head, why);
	done += head;
	return e != OK || done == bytes ? e
					: real_write_at(file, at + done, (const char *)from + done,
						  bytes - done, why);
}

static err real_sync(struct file *file, struct why *why)
{
	atomic_store(&real(file)->unhanded, 0);
	return fdatasync(real(file)->fd) == 0 ? OK : failed(why, "sync", real(file)->path);
}

static err real_size(struct file *file, uint64_t *bytes, struct why *why)
{
	struct stat st;

	if (fstat(real(file)->fd, &st) != 0)
		return failed(why, "stat", real(file)->path);
	*bytes = (uint64_t)st.st_size;
	return OK;
}

static err real_truncate(struct file *file, uint64_t bytes, struct why *why)
{
	return ftruncate(real(file)->fd, (off_t)bytes) == 0
		       ? OK
		       : failed(why, "truncate", real(file)->path);
}

static err real_map(struct file *file, uint64_t at, size_t bytes, const void **out, struct why *why)
{
	void *p = mmap(NULL, bytes, PROT_READ, MAP_SHARED, real(file)->fd, (off_t)at);

	if (p == MAP_FAILED)
		return failed(why, "map", real(file)->path);
	*out = p;
	return OK;
}

static void real_unmap(struct file *file, const void *mapped, size_t bytes)
{
	(void)file;
	ASSERT(munmap((void *)(uintptr_t)mapped, bytes) == 0);
}

static void real_advise(const void *mapped, size_t bytes, enum file_advice advice)
{
	(void)madvise((void *)(uintptr_t)mapped, bytes,
		advice == FILE_SOON ? MADV_WILLNEED : MADV_RANDOM);
}

static void real_close(struct file *file)
{
	direct_done(&real(file)->direct);
	(void)close(real(file)->fd); /* what matters was synced before */
	free(file);
}

static const struct file_ops real_file_ops = {
	.read_at = real_read_at,
	.write_at = real_write_at,
	.write_past = real_write_past,
	.sync = real_sync,
	.size = real_size,
	.truncate = real_truncate,
	.map = real_map,
	.unmap = real_unmap,
	.advise = real_advise,
	.close = real_close,
};

static err open_with(const char *path, int flags, struct file **out, struct why *why)
{
	int fd = open(path, flags | O_CLOEXEC, 0600); /* customers' data: for the owner alone */

	if (fd < 0)
		return failed(why, "open", path);
	struct real_file *file = memory_alloc(sizeof(*file));
	file->base.ops = &real_file_ops;
	file->fd = fd;
	direct_init(&file->direct);
	(void)snprintf(file->path, sizeof(file->path), "%s", path); /* cut: words only */
	*out = &file->base;
	return OK;
}

static err real_open(struct disk *disk, const char *path, enum file_mode mode, struct file **out,
	struct why *why)
{
	static const int flags[] = {
		[FILE_READ] = O_RDONLY,
		[FILE_WRITE] = O_RDWR,
		[FILE_CREATE] = O_RDWR | O_CREAT | O_EXCL,
		[FILE_CREATE_OR_EMPTY] = O_RDWR | O_CREAT | O_TRUNC,
	};

	(void)disk;
	return open_with(path, flags[mode], out, why);
}

static err real_rename(struct disk *disk, const char *from, const char *to, struct why *why)
{
	(void)disk;
	return rename(from, to) == 0 ? OK : failed(why, "rename", from);
}

static err real_remove(struct disk *disk, const char *path, struct why *why)
{
	int large = drain_begin(path);
	err e = remove(path) == 0 ? OK : failed(why, "remove", path);

	(void)disk;
	drain_end(large);
	return e;
}

static err real_make_folder(struct disk *disk, const char *path, struct why *why)
{
	(void)disk;
	return mkdir(path, 0700) == 0 || errno == EEXIST ? OK : failed(why, "mkdir", path);
}

static err real_sync_folder(struct disk *disk, const char *path, struct why *why)
{
	(void)disk;
	int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return failed(why, "open", path);
	err e = fsync(fd) == 0 ? OK : failed(why, "sync", path);
	(void)close(fd); /* read only */
	return e;
}

static int by_name(const void *a, const void *b)
{
	return str_compare(
		((const struct disk_entry *)a)->name, ((const struct disk_entry *)b)->name);
}

/* Adds one entry to a doubling array in the arena. */
static err add_entry(struct arena *arena, struct disk_entry **entries, size_t *count, DIR *dir,
	const char *name, struct why *why)
{
	struct stat st;
	struct disk_entry *grown = *entries;

	if (fstatat(dirfd(dir), name, &st, 0) != 0)
		return errno == ENOENT ? OK : failed(why, "stat", name); /* gone meanwhile */
	if ((*count & (*count - 1)) == 0) { /* full at 0, 1, 2, 4, 8 ... */
		grown = arena_array(arena, MAX_OF(*count * 2, (size_t)1), sizeof(*grown));
		if (grown != NULL && *count > 0)
			memcpy(grown, *entries, *count * sizeof(*grown));
	}
	str copy = arena_str(arena, str_of(name));
	if (grown == NULL || copy.ptr == NULL)
		return fail(why, MSG_NO_ROOM, arg_c(name), arg_int((int64_t)arena_taken(arena)));
	*entries = grown;
	grown[(*count)++] = (struct disk_entry){
		.name = copy, .bytes = (uint64_t)st.st_size, .is_folder = S_ISDIR(st.st_mode)
	};
	return OK;
}

static err real_list(struct disk *disk, const char *path, struct arena *arena,
	struct disk_entry **entries, size_t *count, struct why *why)
{
	(void)disk;
	DIR *dir = opendir(path);
	struct disk_entry *found = NULL;
	size_t n = 0;
	err e = OK;

	if (dir == NULL)
		return failed(why, "list", path);
	for (struct dirent *d; e == OK && (d = readdir(dir)) != NULL;)
		if (strcmp(d->d_name, ".") != 0 && strcmp(d->d_name, "..") != 0)
			e = add_entry(arena, &found, &n, dir, d->d_name, why);
	(void)closedir(dir); /* read only */
	if (e != OK)
		return e;
	if (n > 0)
		qsort(found, n, sizeof(*found), by_name);
	*entries = found;
	*count = n;
	return OK;
}

static err real_lock(struct disk *disk, const char *path, struct file **out, struct why *why)
{
	struct file *file;
	err e = open_with(path, O_RDWR | O_CREAT, &file, why);

	(void)disk;
	if (e != OK)
		return e;
	if (flock(real(file)->fd, LOCK_EX | LOCK_NB) != 0) {
		e = failed(why, "lock", path);
		real_close(file);
		return e;
	}
	*out = file;
	return OK;
}

static err real_free_bytes(struct disk *disk, const char *path, uint64_t *bytes, struct why *why)
{
	struct statvfs st;

	(void)disk;
	if (statvfs(path, &st) != 0)
		return failed(why, "statvfs", path);
	*bytes = (uint64_t)st.f_bavail * st.f_frsize;
	return OK;
}

static const struct disk_ops real_ops = {
	.open = real_open,
	.rename = real_rename,
	.remove = real_remove,
	.make_folder = real_make_folder,
	.sync_folder = real_sync_folder,
	.list = real_list,
	.lock = real_lock,
	.free_bytes = real_free_bytes,
};

struct disk *disk_real(void)
{
	static struct disk disk = { .ops = &real_ops };

	return &disk;
}

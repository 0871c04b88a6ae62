/* base/file.h - the disk, as an object: so that a test can be the disk.
 *
 * Every byte that Ariane keeps goes through a `struct disk`.  disk_real() is the
 * machine's; the tests bring one that runs full, fails on the nth call, loses or tears
 * what was not synced, and stops dead at any write (tests/support/sim_disk.h).
 *
 * What the callers may rely on, and nothing more:
 *  1. written bytes are durable once file_sync() has returned OK, not before;
 *  2. before that any part of them, in any order, may survive a crash (pages of 512
 *     bytes are whole or old);
 *  3. a new, renamed or removed name is durable once disk_sync_folder() of its folder has
 *     returned OK; a rename is whole: the old file or the new one, never neither;
 *  4. after a failed sync nothing is known about the unsynced bytes: never sync again
 *     and believe it; read back what is there.
 *
 * Paths are NUL-terminated and use '/'.  Errors: ERR_IO, ERR_FULL (disk or quota full),
 * ERR_READ_ONLY, ERR_NOT_FOUND, ERR_DENIED, ERR_BUSY; `why` names the path.
 * A disk may be used by many threads; a file too, but overlapping writes are the
 * caller's affair.
 */
#pragma once

#include "base/why.h"

enum { PATH_BYTES_MAX = 1024 };

enum file_mode {
	FILE_READ, /* must exist */
	FILE_WRITE, /* must exist; read and write */
	FILE_CREATE, /* must not exist (ERR_CONFLICT); read and write */
	FILE_CREATE_OR_EMPTY, /* made, or cut to nothing */
};

struct disk;
struct file;

/* One entry of a folder. */
struct disk_entry {
	str name; /* without the folder; NUL-terminated */
	uint64_t bytes;
	bool is_folder;
};

struct disk_ops {
	err (*open)(struct disk *, const char *path, enum file_mode, struct file **, struct why *);
	err (*rename)(struct disk *, const char *from, const char *to, struct why *);
	err (*remove)(struct disk *, const char *path, struct why *);
	err (*make_folder)(struct disk *, const char *path, struct why *);
	err (*sync_folder)(struct disk *, const char *path, struct why *);
	err (*list)(struct disk *, const char *path, struct arena *, struct disk_entry **, size_t *,
		struct why *);
	err (*lock)(struct disk *, const char *path, struct file **, struct why *);
	err (*free_bytes)(struct disk *, const char *path, uint64_t *, struct why *);
};

/* How mapped bytes will be read. */
enum file_advice {
	FILE_HERE_AND_THERE, /* nothing around what is read: some systems read megabytes */
	FILE_SOON, /* all of them, next */
};

struct file_ops {
	err (*read_at)(struct file *, uint64_t at, void *, size_t, size_t *got, struct why *);
	err (*write_at)(struct file *, uint64_t at, const void *, size_t, struct why *);
	/* NULL: as write_at. */
	err (*write_past)(struct file *, uint64_t at, const void *, size_t, struct why *);
	err (*sync)(struct file *, struct why *);
	err (*size)(struct file *, uint64_t *, struct why *);
	err (*truncate)(struct file *, uint64_t, struct why *);
	err (*map)(struct file *, uint64_t at, size_t, const void **, struct why *);
	void (*unmap)(struct file *, const void *, size_t);
	void (*advise)(const void *mapped, size_t, enum file_advice); /* NULL: it helps nothing */
	void (*close)(struct file *);
};

/* Implementations put these first in their own struct. */
struct disk {
	const struct disk_ops *ops;
};
struct file {
	const struct file_ops *ops;
};

struct disk *disk_real(void); /* the machine's disk; lives for ever */

err disk_open(struct disk *disk, const char *path, enum file_mode mode, struct file **out,
	struct why *why);
err disk_rename(struct disk *disk, const char *from, const char *to, struct why *why);
err disk_remove(struct disk *disk, const char *path, struct why *why); /* a file or empty folder */
err disk_make_folder(struct disk *disk, const char *path, struct why *why); /* OK if it is there */
err disk_sync_folder(struct disk *disk, const char *path, struct why *why);
/* Entries sorted by name (bytes); `.` and `..` left out; memory from `arena`. */
err disk_list(struct disk *disk, const char *path, struct arena *arena, struct disk_entry **entries,
	size_t *count, struct why *why);
/* Takes the lock file `path` (made if absent) for this process until file_close(); ERR_BUSY
 * if another process, or another call, holds it. */
err disk_lock(struct disk *disk, const char *path, struct file **out, struct why *why);
err disk_free_bytes(struct disk *disk, const char *path, uint64_t *bytes, struct why *why);

/* Reads up to `bytes`; *got is less only at the end of the file. */
err file_read_at(
	struct file *file, uint64_t at, void *to, size_t bytes, size_t *got, struct why *why);
err file_write_at(
	struct file *file, uint64_t at, const void *from, size_t bytes, struct why *why); /* all */
/* The same for much that nobody reads soon: where the disk can, past the system's cache.  Whole
 * blocks of 4096 that lie at a multiple of it in memory are not copied on their way. */
err file_write_past(
	struct file *file, uint64_t at, const void *from, size_t bytes, struct why *why);
err file_sync(struct file *file, struct why *why);
err file_size(struct file *file, uint64_t *bytes, struct why *why);
err file_truncate(struct file *file, uint64_t bytes, struct why *why);
/* Read-only memory that holds the bytes [at, at + bytes) of a file that nobody changes while
 * it is mapped; `at` is a multiple of 4096, the range lies within the file, bytes > 0.
 * Unmap before closing the file. */
err file_map(struct file *file, uint64_t at, size_t bytes, const void **out, struct why *why);
void file_unmap(struct file *file, const void *mapped, size_t bytes);
/* About mapped bytes, or a part of them that begins and ends at multiples of 4096, or at the end
 * of all.  Advice: nothing fails. */
void file_advise(struct file *file, const void *mapped, size_t bytes, enum file_advice advice);
void file_close(struct file *file); /* NULL is fine */

/* Joins folder and name with one '/', none if the name is empty; ERR_LIMIT past
 * PATH_BYTES_MAX.  `out` may be `folder`. */
err path_join(
	char out[static PATH_BYTES_MAX], const char *folder, const char *name, struct why *why);

/* `path` itself if it begins with '/', else behind the folder in which this thread works. */
err path_absolute(char out[static PATH_BYTES_MAX], const char *path, struct why *why);

str path_trim(str path); /* without slashes at its end; "/" stays */
/* The folder that holds `path`: "." for a bare name, "/" for what is under the root. */
err path_parent(char out[static PATH_BYTES_MAX], const char *path, struct why *why);

/* Writes a whole small file so that after a crash it is the old or the new one: `path`.tmp,
 * sync, rename, sync of the folder. */
err disk_write_whole(
	struct disk *disk, const char *folder, const char *name, str bytes, struct why *why);
/* Reads a whole file of at most `bytes_max` bytes into `arena`. */
err disk_read_whole(struct disk *disk, const char *path, size_t bytes_max, struct arena *arena,
	str *out, struct why *why);

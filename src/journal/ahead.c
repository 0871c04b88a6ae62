/* journal/ahead.c - see ahead.h */
#include "journal/ahead.h"

#include <stdio.h>

enum { ZEROS_BYTES = 1 << 20 };

static err path_of(size_t i, const char *folder, char path[static PATH_BYTES_MAX], struct why *why)
{
	char name[32];

	(void)snprintf(name, sizeof(name), "ahead-%zu.tmp", i); /* fits */
	return path_join(path, folder, name, why);
}

static void lock(struct ahead *a)
{
	(void)pthread_mutex_lock(&a->lock); /* fails only when misused */
}

static void unlock(struct ahead *a)
{
	(void)pthread_mutex_unlock(&a->lock); /* fails only when misused */
}

void ahead_init(struct ahead *a, uint64_t bytes)
{
	*a = (struct ahead){ .bytes = bytes };
	ASSERT(pthread_mutex_init(&a->lock, NULL) == 0);
}

static void remove_one(struct disk *disk, const char *folder, size_t i)
{
	char path[PATH_BYTES_MAX];

	if (path_of(i, folder, path, NULL) == OK)
		(void)disk_remove(disk, path, NULL); /* the next opening tries again */
}

void ahead_remove_all(struct disk *disk, const char *folder)
{
	for (size_t i = 0; i < AHEAD_FILES; i++)
		remove_one(disk, folder, i);
}

void ahead_done(struct ahead *a, struct disk *disk, const char *folder)
{
	for (size_t i = 0; i < AHEAD_FILES; i++) {
		if (a->files[i].state != AHEAD_READY)
			continue;
		file_close(a->files[i].file);
		remove_one(disk, folder, i);
	}
	ASSERT(pthread_mutex_destroy(&a->lock) == 0);
}

static err write_zeros(struct file *file, uint64_t bytes, struct why *why)
{
	static const char zeros[ZEROS_BYTES];
	err e = OK;

	for (uint64_t at = 0; e == OK && at < bytes; at += ZEROS_BYTES)
		e = file_write_at(
			file, at, zeros, (size_t)MIN_OF(bytes - at, (uint64_t)ZEROS_BYTES), why);
	return e == OK ? file_sync(file, why) : e;
}

static size_t in_state(struct ahead *a, int state)
{
	size_t i = 0;

	while (i < AHEAD_FILES && (int)a->files[i].state != state)
		i++;
	return i;
}

err ahead_make(struct ahead *a, struct disk *disk, const char *folder, bool *did, struct why *why)
{
	char path[PATH_BYTES_MAX];
	struct file *file;

	*did = false;
	lock(a);
	size_t i = in_state(a, AHEAD_NONE);
	unlock(a);
	if (i == AHEAD_FILES)
		return OK;
	err e = path_of(i, folder, path, why);
	if (e == OK)
		e = disk_open(disk, path, FILE_CREATE_OR_EMPTY, &file, why);
	if (e != OK)
		return e;
	e = write_zeros(file, a->bytes, why);
	if (e != OK) {
		file_close(file);
		remove_one(disk, folder, i);
		return e;
	}
	lock(a);
	a->files[i] = (struct ahead_file){ AHEAD_READY, file };
	unlock(a);
	*did = true;
	return OK;
}

struct file *ahead_take(
	struct ahead *a, const char *folder, char path[static PATH_BYTES_MAX], size_t *which)
{
	struct file *file = NULL;

	lock(a);
	size_t i = in_state(a, AHEAD_READY);
	if (i < AHEAD_FILES && path_of(i, folder, path, NULL) == OK) {
		file = a->files[i].file;
		a->files[i].state = AHEAD_TAKEN;
		*which = i;
	}
	unlock(a);
	return file;
}

void ahead_taken(struct ahead *a, size_t which)
{
	lock(a);
	a->files[which] = (struct ahead_file){ .state = AHEAD_NONE };
	unlock(a);
}

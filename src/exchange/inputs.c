/* exchange/inputs.c - see inputs.h */
#include "exchange/inputs.h"

#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct raw_file {
	struct input base;
	int fd;
};

struct input_file {
	struct raw_file raw;
	struct inflater *inflater;
	uint64_t total;
	bool total_known;
	char path[PATH_BYTES_MAX];
};

static err failed(struct why *why, const char *doing, str path)
{
	char text[128];

	switch (errno) {
	case ENOENT:
	case ENOTDIR:
		return fail(why, MSG_FILE_NOT_FOUND, arg_str(path));
	case EACCES:
	case EPERM:
		return fail(why, MSG_FILE_DENIED, arg_str(path));
	default:
		return fail(why, MSG_IO, arg_c(doing), arg_str(path),
			arg_c(strerror_r(errno, text, sizeof(text))));
	}
}

/* ---- folders */

struct listing {
	struct arena *arena;
	str *files;
	size_t count;
};

static err add_file(struct listing *l, const char *path, struct why *why)
{
	if (l->count >= INPUT_FILES_MAX)
		return fail(why, MSG_INPUT_FILES, arg_c(path), arg_int(INPUT_FILES_MAX));
	if ((l->count & (l->count - 1)) == 0) { /* full at 0, 1, 2, 4, 8 ... */
		str *grown = arena_array(l->arena, MAX_OF(l->count * 2, (size_t)1), sizeof(*grown));
		if (grown != NULL && l->count > 0)
			memcpy(grown, l->files, l->count * sizeof(*grown));
		l->files = grown;
	}
	str copy = l->files == NULL ? (str){ NULL, 0 } : arena_str(l->arena, str_of(path));
	if (copy.ptr == NULL)
		return fail(why, MSG_NO_ROOM, arg_c(path), arg_int((int64_t)arena_taken(l->arena)));
	l->files[l->count++] = copy;
	return OK;
}

static bool is_marked(const struct disk_entry *entries, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (str_equal(entries[i].name, STR(INPUT_SKIP_NAME)))
			return true;
	return false;
}

static err list_folder(struct listing *l, const char *path, int depth, struct why *why)
{
	struct disk_entry *entries;
	size_t count;

	if (depth > INPUT_DEPTH_MAX)
		return fail(why, MSG_INPUT_DEPTH, arg_c(path), arg_int(INPUT_DEPTH_MAX));
	err e = disk_list(disk_real(), path, l->arena, &entries, &count, why);
	if (e == OK && is_marked(entries, count))
		return OK;
	for (size_t i = 0; e == OK && i < count; i++) {
		char below[PATH_BYTES_MAX];
		if (str_starts(entries[i].name, STR(".")))
			continue;
		e = path_join(below, path, entries[i].name.ptr, why);
		if (e == OK)
			e = entries[i].is_folder ? list_folder(l, below, depth + 1, why)
						 : add_file(l, below, why);
	}
	return e;
}

err input_list(const char *path, struct arena *arena, str **files, size_t *count, struct why *why)
{
	struct listing l = { .arena = arena };
	struct stat st;
	err e;

	if (strcmp(path, "-") == 0)
		e = add_file(&l, path, why);
	else if (stat(path, &st) != 0)
		e = failed(why, "stat", str_of(path));
	else
		e = S_ISDIR(st.st_mode) ? list_folder(&l, path, 1, why) : add_file(&l, path, why);
	if (e != OK)
		return e;
	*files = l.files;
	*count = l.count;
	return OK;
}

/* ---- files */

static err raw_read(struct input *input, void *to, size_t bytes, size_t *got, struct why *why)
{
	const struct raw_file *raw = (const struct raw_file *)input;
	ssize_t n;

	do {
		n = read(raw->fd, to, bytes);
	} while (n < 0 && errno == EINTR);
	if (n < 0)
		return failed(why, "read", raw->base.name);
	*got = (size_t)n;
	return OK;
}

static _Thread_local int standard_fd = STDIN_FILENO;

void input_set_standard(int fd)
{
	standard_fd = fd;
}

static int dup_standard(void)
{
	return fcntl(standard_fd, F_DUPFD_CLOEXEC, 0);
}

static err open_raw(struct input_file *file, const char *path, struct why *why)
{
	bool standard = strcmp(path, "-") == 0;
	struct stat st;

	if (strlen(path) >= sizeof(file->path))
		return fail(why, MSG_PATH_TOO_LONG, arg_c(path), arg_int(PATH_BYTES_MAX));
	memcpy(file->path, path, strlen(path) + 1);
	file->raw.base = (struct input){ .read = raw_read, .name = str_of(file->path) };
	file->raw.fd = standard ? dup_standard() : open(path, O_RDONLY | O_CLOEXEC);
	if (file->raw.fd < 0 || fstat(file->raw.fd, &st) != 0)
		return failed(why, "open", str_of(path));
	if (S_ISDIR(st.st_mode)) {
		errno = EISDIR;
		return failed(why, "open", str_of(path));
	}
	file->total_known = S_ISREG(st.st_mode);
	file->total = file->total_known ? (uint64_t)st.st_size : 0;
	return OK;
}

err input_open(const char *path, struct input_file **out, struct why *why)
{
	struct input_file *file = memory_alloc(sizeof(*file));

	file->raw.fd = -1;
	err e = open_raw(file, path, why);
	if (e == OK)
		e = inflater_open(&file->raw.base, &file->inflater, why);
	if (e != OK) {
		input_close(file);
		return e;
	}
	*out = file;
	return OK;
}

void input_close(struct input_file *file)
{
	if (file == NULL)
		return;
	inflater_close(file->inflater);
	if (file->raw.fd >= 0)
		(void)close(file->raw.fd); /* read only */
	free(file);
}

struct input *input_stream(struct input_file *file)
{
	return inflater_input(file->inflater);
}

err input_peek(struct input_file *file, str *first_bytes, struct why *why)
{
	return inflater_peek(file->inflater, first_bytes, why);
}

struct input_progress input_progress(const struct input_file *file)
{
	return (struct input_progress){ inflater_consumed(file->inflater), file->total,
		file->total_known };
}

/* main/import_standard.c - see import_standard.h */
#include "main/import_standard.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "exchange/inputs.h"

enum { COPY_BYTES = 1 << 16, LOOKED_AT_BYTES_MAX = 64 << 20 };

static err copy_input(struct input *from, struct file *to, struct why *why)
{
	char *buffer = memory_alloc(COPY_BYTES);
	uint64_t at = 0;
	size_t got = 1;
	err e = OK;

	while (e == OK && got > 0) {
		e = from->read(from, buffer, COPY_BYTES, &got, why);
		if (e == OK && got > 0)
			e = file_write_at(to, at, buffer, got, why);
		at += got;
	}
	free(buffer);
	return e;
}

err import_keep_input(struct disk *disk, const char *kept, struct why *why)
{
	struct input_file *input;
	struct file *file;
	err e = input_open("-", &input, why);

	if (e != OK)
		return e;
	e = disk_open(disk, kept, FILE_CREATE_OR_EMPTY, &file, why);
	if (e == OK) {
		e = copy_input(input_stream(input), file, why);
		file_close(file);
	}
	input_close(input);
	return e;
}

err import_hold_input(int *fd, char path[static PATH_BYTES_MAX], struct why *why)
{
	char *buffer = memory_alloc(COPY_BYTES);
	struct input_file *input;
	size_t held = 0, got = 1;
	err e = input_open("-", &input, why);

	*fd = memfd_create("look", MFD_CLOEXEC);
	if (e == OK && *fd < 0)
		e = fail(why, MSG_NO_ROOM, arg_c("look"), arg_int(0));
	while (e == OK && got > 0 && held < LOOKED_AT_BYTES_MAX) {
		e = input_stream(input)->read(input_stream(input), buffer, COPY_BYTES, &got, why);
		if (e == OK && got > 0 && write(*fd, buffer, got) != (ssize_t)got)
			e = fail(why, MSG_NO_ROOM, arg_c("look"), arg_int((int64_t)held));
		held += got;
	}
	input_close(input);
	free(buffer);
	(void)snprintf(path, PATH_BYTES_MAX, "/proc/self/fd/%d", *fd);
	return e;
}

/* tests/base_direct_test.c - what was written past the system's cache is there, beside what went
 * through it: read back by the same file and by another, whatever the places and lengths. */
#include "base/direct.h"

#include "base/file.h"
#include "base/random.h"
#include "test.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { ROOM = 4 << 20, PIECES = 24 };

static char should[ROOM], got[ROOM];
static _Alignas(DIRECT_MEMORY_BYTES) char pieces[ROOM + DIRECT_MEMORY_BYTES];

static void write_pieces(struct file *file, struct random *random, uint64_t *end)
{
	for (int i = 0; i < PIECES; i++) {
		/* Around the least that goes past the cache, and behind what there is or over it.
		 */
		size_t bytes = 1 + (size_t)random_below(random, 3 * DIRECT_LEAST_BYTES);
		uint64_t most = MIN_OF(*end, (uint64_t)(ROOM - bytes));
		uint64_t at = random_below(random, 3) == 0 ? random_below(random, most + 1) : most;
		/* As it will lie in the file, or anyhow. */
		size_t lies = random_below(random, 2) == 0 ? at : random_next(random);
		char *piece = pieces + lies % DIRECT_MEMORY_BYTES;
		for (size_t k = 0; k < bytes; k++)
			piece[k] = (char)random_next(random);
		err e = random_below(random, 3) == 0
				? file_write_at(file, at, piece, bytes, NULL)
				: file_write_past(file, at, piece, bytes, NULL);
		CHECK("written", e == OK);
		memcpy(should + at, piece, bytes);
		*end = MAX_OF(*end, at + bytes);
	}
}

static bool holds(struct file *file, uint64_t end)
{
	size_t count = 0;
	uint64_t bytes = 0;

	return file_size(file, &bytes, NULL) == OK && bytes == end &&
	       file_read_at(file, 0, got, ROOM, &count, NULL) == OK && count == end &&
	       memcmp(got, should, end) == 0;
}

static void check_folder(const char *folder)
{
	char path[PATH_BYTES_MAX], name[64];
	struct random random = random_of(5);

	(void)snprintf(name, sizeof(name), "ariane-direct-test-%d", (int)getpid()); /* fits */
	CHECK("path", path_join(path, folder, name, NULL) == OK);
	for (int round = 0; round < 3; round++) {
		struct file *file, *other;
		uint64_t end = 0;
		CHECK("made",
			disk_open(disk_real(), path, FILE_CREATE_OR_EMPTY, &file, NULL) == OK);
		CHECK("read", disk_open(disk_real(), path, FILE_READ, &other, NULL) == OK);
		write_pieces(file, &random, &end);
		CHECK("as it was written", holds(file, end) && holds(other, end));
		CHECK("synced", file_sync(file, NULL) == OK);
		CHECK("as it was written", holds(file, end) && holds(other, end));
		file_close(other);
		file_close(file);
	}
	CHECK("removed", disk_remove(disk_real(), path, NULL) == OK);
}

TEST(written_past_the_cache_is_written)
{
	check_folder(test_folder());
}

/* In memory alone: not every system knows a way past the cache there. */
TEST(written_past_the_cache_in_memory)
{
	if (access("/dev/shm", W_OK) == 0)
		check_folder("/dev/shm");
}

/* There is no such file: nothing was written, nobody ends, and it is not tried again. */
TEST(what_cannot_be_written_is_left_to_the_usual_way)
{
	struct direct direct;

	direct_init(&direct);
	CHECK("no file", direct_write(&direct, -1, 0, pieces, DIRECT_LEAST_BYTES) == 0);
	CHECK("not tried again", direct.fd == -1);
	CHECK("still no", direct_write(&direct, -1, 0, pieces, DIRECT_LEAST_BYTES) == 0);
	direct_done(&direct);
}

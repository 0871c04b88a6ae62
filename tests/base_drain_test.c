/* tests/base_drain_test.c - large files go little by little, and never under somebody who reads
 * them. */
#include "base/drain.h"

#include "base/file.h"
#include "test.h"

#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define LARGE_BYTES ((uint64_t)5 * DRAIN_PIECE_BYTES + 4096)
enum { WORD_AT = 4 * DRAIN_PIECE_BYTES }; /* in a piece that would go among the first */

/* A file of that many bytes, nearly all a hole, with a word near its end. */
static const char *make(char path[static PATH_BYTES_MAX], uint64_t bytes)
{
	struct file *file = NULL;

	CHECK("path", path_join(path, test_folder(), "large", NULL) == OK);
	CHECK("open", disk_open(disk_real(), path, FILE_CREATE, &file, NULL) == OK);
	CHECK("size", file_truncate(file, bytes, NULL) == OK);
	if (bytes > WORD_AT)
		CHECK("word", file_write_at(file, WORD_AT, "hello", 5, NULL) == OK);
	file_close(file);
	return path;
}

static uint64_t bytes_of(int fd)
{
	struct stat st = { 0 };

	CHECK("stat", fstat(fd, &st) == 0);
	return (uint64_t)st.st_size;
}

TEST(drain_cuts_what_nobody_reads)
{
	char path[PATH_BYTES_MAX];
	int fd = drain_begin(make(path, LARGE_BYTES)), same = dup(fd);

	CHECK("large", fd >= 0);
	CHECK("removed", unlink(path) == 0);
	drain_end(fd);
	CHECK("a piece is left, and goes as it is closed", bytes_of(same) <= DRAIN_PIECE_BYTES);
	CHECK("closed", close(same) == 0);
}

TEST(drain_leaves_small_files_and_others)
{
	char path[PATH_BYTES_MAX];

	CHECK("small", drain_begin(make(path, 4096)) == -1);
	CHECK("folder", drain_begin(test_folder()) == -1);
	CHECK("missing", drain_begin("/nowhere/at/all") == -1);
	drain_end(-1);
}

TEST(drain_leaves_a_file_with_a_name)
{
	char path[PATH_BYTES_MAX], other[PATH_BYTES_MAX];
	struct stat st = { 0 };

	CHECK("path", path_join(other, test_folder(), "other", NULL) == OK);
	CHECK("second name", link(make(path, LARGE_BYTES), other) == 0);
	CHECK("removed", disk_remove(disk_real(), path, NULL) == OK);
	CHECK("whole", stat(other, &st) == 0 && (uint64_t)st.st_size == LARGE_BYTES);
}

TEST(drain_leaves_a_file_to_its_readers)
{
	char path[PATH_BYTES_MAX], got[5] = "";
	struct file *reader = NULL;
	const void *mapped = NULL;
	uint64_t bytes = 0;
	size_t n = 0;

	CHECK("open",
		disk_open(disk_real(), make(path, LARGE_BYTES), FILE_READ, &reader, NULL) == OK);
	CHECK("map", file_map(reader, WORD_AT, 5, &mapped, NULL) == OK);
	CHECK("removed", disk_remove(disk_real(), path, NULL) == OK);
	CHECK("mapped", memcmp(mapped, "hello", 5) == 0);
	CHECK("read", file_read_at(reader, WORD_AT, got, 5, &n, NULL) == OK && n == 5);
	CHECK("whole", file_size(reader, &bytes, NULL) == OK && bytes == LARGE_BYTES);
	file_unmap(reader, mapped, 5);
	file_close(reader);
}

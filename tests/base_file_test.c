/* tests/base_file_test.c - the machine's disk: modes, errors with their words, order, locks. */
#include "base/file.h"

#include "test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

enum { ROOM = 1 << 20 };

/* A path in the test's folder; valid until the call after next. */
static const char *in_folder(const char *name)
{
	static char paths[2][PATH_BYTES_MAX];
	static int next;
	char *path = paths[next ^= 1];

	ASSERT(path_join(path, test_folder(), name, NULL) == OK);
	return path;
}

static void make(const char *name, str bytes)
{
	CHECK(name, disk_write_whole(disk_real(), test_folder(), name, bytes, NULL) == OK);
}

TEST(file_modes)
{
	enum { MISSING, THERE };
	static const struct {
		const char *name;
		enum file_mode mode;
		int before;
		err expect;
		enum message message;
		uint64_t bytes;
	} rows[] = {
		{ "read missing", FILE_READ, MISSING, ERR_NOT_FOUND, MSG_FILE_NOT_FOUND, 0 },
		{ "read", FILE_READ, THERE, OK, MSG_NONE, 3 },
		{ "write missing", FILE_WRITE, MISSING, ERR_NOT_FOUND, MSG_FILE_NOT_FOUND, 0 },
		{ "write", FILE_WRITE, THERE, OK, MSG_NONE, 3 },
		{ "create", FILE_CREATE, MISSING, OK, MSG_NONE, 0 },
		{ "create again", FILE_CREATE, THERE, ERR_CONFLICT, MSG_FILE_EXISTS, 0 },
		{ "empty missing", FILE_CREATE_OR_EMPTY, MISSING, OK, MSG_NONE, 0 },
		{ "empty", FILE_CREATE_OR_EMPTY, THERE, OK, MSG_NONE, 0 },
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct file *file = NULL;
		struct why why = { 0 };
		uint64_t bytes = 99;
		if (rows[i].before == THERE)
			make(rows[i].name, STR("old"));
		err e = disk_open(disk_real(), in_folder(rows[i].name), rows[i].mode, &file, &why);
		CHECK(rows[i].name, e == rows[i].expect && why.message == rows[i].message);
		CHECK(rows[i].name, (file != NULL) == (e == OK));
		if (e == OK)
			CHECK(rows[i].name,
				file_size(file, &bytes, NULL) == OK && bytes == rows[i].bytes);
		file_close(file);
	}
}

TEST(file_write_read_truncate_map)
{
	struct file *file = NULL;
	char got[20] = "";
	size_t n = 0;
	uint64_t bytes = 0;
	const void *mapped = NULL;
	struct stat st;

	CHECK("open", disk_open(disk_real(), in_folder("f"), FILE_CREATE, &file, NULL) == OK);
	CHECK("write", file_write_at(file, 4096, "hello", 5, NULL) == OK);
	CHECK("sync", file_sync(file, NULL) == OK);
	CHECK("size", file_size(file, &bytes, NULL) == OK && bytes == 4101);
	CHECK("read", file_read_at(file, 4097, got, 3, &n, NULL) == OK && n == 3);
	CHECK("bytes", memcmp(got, "ell", 3) == 0);
	CHECK("at the end", file_read_at(file, 4100, got, 20, &n, NULL) == OK && n == 1);
	CHECK("past it", file_read_at(file, 5000, got, 20, &n, NULL) == OK && n == 0);
	CHECK("hole", file_read_at(file, 0, got, 1, &n, NULL) == OK && n == 1 && got[0] == 0);
	CHECK("map", file_map(file, 4096, 5, &mapped, NULL) == OK);
	CHECK("mapped", mapped != NULL && memcmp(mapped, "hello", 5) == 0);
	file_unmap(file, mapped, 5);
	CHECK("cut", file_truncate(file, 4098, NULL) == OK);
	CHECK("size", file_size(file, &bytes, NULL) == OK && bytes == 4098);
	file_close(file);
	file_close(NULL);
	CHECK("for the owner alone", stat(in_folder("f"), &st) == 0 && (st.st_mode & 077) == 0);
}

TEST(file_open_for_reading_is_not_written)
{
	struct file *file = NULL;
	struct why why = { 0 };

	make("f", STR("old"));
	CHECK("open", disk_open(disk_real(), in_folder("f"), FILE_READ, &file, NULL) == OK);
	CHECK("refused", file_write_at(file, 0, "x", 1, &why) == ERR_IO);
	CHECK("words", why.message == MSG_IO);
	file_close(file);
}

TEST(disk_errors_name_the_path)
{
	struct why why = { 0 };
	uint64_t bytes = 0;
	AUTO_ARENA arena = arena_create(ROOM);
	struct disk_entry *entries;
	struct disk *disk = disk_real();
	size_t count;

	CHECK("rename",
		disk_rename(disk, in_folder("no"), in_folder("new"), &why) == ERR_NOT_FOUND);
	CHECK("path", strstr(why.text, "/no") != NULL);
	CHECK("remove", disk_remove(disk, in_folder("no"), NULL) == ERR_NOT_FOUND);
	CHECK("list",
		disk_list(disk, in_folder("no"), arena, &entries, &count, NULL) == ERR_NOT_FOUND);
	CHECK("sync", disk_sync_folder(disk, in_folder("no"), NULL) == ERR_NOT_FOUND);
	CHECK("folder", disk_make_folder(disk, in_folder("no/no"), NULL) == ERR_NOT_FOUND);
	CHECK("free", disk_free_bytes(disk, in_folder("no"), &bytes, NULL) == ERR_NOT_FOUND);
	CHECK("free", disk_free_bytes(disk, test_folder(), &bytes, NULL) == OK && bytes > 0);
	make("file", STR(""));
	CHECK("a file is no folder",
		disk_make_folder(disk, in_folder("file/x"), NULL) == ERR_NOT_FOUND);
}

TEST(disk_folders)
{
	struct disk *disk = disk_real();

	CHECK("make", disk_make_folder(disk, in_folder("d"), NULL) == OK);
	CHECK("again", disk_make_folder(disk, in_folder("d"), NULL) == OK);
	CHECK("sync", disk_sync_folder(disk, test_folder(), NULL) == OK);
	make("d/f", STR("x"));
	CHECK("not empty", disk_remove(disk, in_folder("d"), NULL) != OK);
	CHECK("rename", disk_rename(disk, in_folder("d/f"), in_folder("d/g"), NULL) == OK);
	CHECK("remove", disk_remove(disk, in_folder("d/g"), NULL) == OK);
	CHECK("empty", disk_remove(disk, in_folder("d"), NULL) == OK);
}

static const char *const names[] = { "b", "a", "aa", "B", "10", "9", "\xc3\xa9", "a.log" };
static const char *const sorted[] = { "10", "9", "B", "a", "a.log", "aa", "b", "folder",
	"\xc3\xa9" };

TEST(disk_list_is_sorted_by_bytes)
{
	struct disk_entry *entries = NULL;
	AUTO_ARENA arena = arena_create(ROOM);
	size_t count = 99;
	struct disk *disk = disk_real();

	CHECK("empty", disk_list(disk, test_folder(), arena, &entries, &count, NULL) == OK);
	CHECK("none", count == 0);
	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		make(names[i], (str){ "0123456789", i });
	CHECK("folder", disk_make_folder(disk, in_folder("folder"), NULL) == OK);
	CHECK("list", disk_list(disk, test_folder(), arena, &entries, &count, NULL) == OK);
	CHECK("all", count == ARRAY_LEN(sorted));
	for (size_t i = 0; i < MIN_OF(count, ARRAY_LEN(sorted)); i++) {
		CHECK(sorted[i], str_equal(entries[i].name, str_of(sorted[i])));
		CHECK(sorted[i], entries[i].is_folder == (strcmp(sorted[i], "folder") == 0));
		if (strcmp(sorted[i], "aa") == 0)
			CHECK("bytes", entries[i].bytes == 2);
	}
}

TEST(disk_list_meets_a_full_arena)
{
	struct disk_entry *entries;
	size_t count;
	err e = ERR_LIMIT;

	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		make(names[i], STR(""));
	for (unsigned n = 1; e == ERR_LIMIT && n < 100; n++) {
		AUTO_ARENA arena = arena_create(ROOM);
		struct why why = { 0 };
		arena_fail_at(arena, n);
		e = disk_list(disk_real(), test_folder(), arena, &entries, &count, &why);
		CHECK("words", message_code(why.message) == e);
	}
	CHECK("in the end", e == OK && count == ARRAY_LEN(names));
}

TEST(disk_lock_is_held_by_one)
{
	struct file *one = NULL, *two = NULL;
	struct why why = { 0 };
	struct disk *disk = disk_real();

	CHECK("first", disk_lock(disk, in_folder("lock"), &one, NULL) == OK);
	CHECK("second", disk_lock(disk, in_folder("lock"), &two, &why) == ERR_BUSY);
	CHECK("words", why.message == MSG_FILE_BUSY);
	pid_t child = fork();
	if (child == 0)
		_exit(disk_lock(disk, in_folder("lock"), &two, NULL) == ERR_BUSY ? 0 : 1);
	int status = 1;
	CHECK("another process", waitpid(child, &status, 0) == child && status == 0);
	file_close(one);
	CHECK("free again", disk_lock(disk, in_folder("lock"), &two, NULL) == OK);
	file_close(two);
}

TEST(write_whole_replaces_and_leaves_nothing_behind)
{
	AUTO_ARENA arena = arena_create(ROOM);
	struct disk_entry *entries;
	size_t count = 0;
	str got = STR("");
	struct why why = { 0 };
	struct disk *disk = disk_real();

	make("f", STR("old and long"));
	make("f", STR("new"));
	CHECK("read", disk_read_whole(disk, in_folder("f"), 3, arena, &got, NULL) == OK);
	CHECK("new", str_equal(got, STR("new")));
	CHECK("list", disk_list(disk, test_folder(), arena, &entries, &count, NULL) == OK);
	CHECK("alone", count == 1);
	CHECK("too long", disk_read_whole(disk, in_folder("f"), 2, arena, &got, &why) == ERR_LIMIT);
	CHECK("words", why.message == MSG_FILE_TOO_LARGE);
	arena_fail_at(arena, 1);
	CHECK("full", disk_read_whole(disk, in_folder("f"), 9, arena, &got, &why) == ERR_LIMIT);
	CHECK("no folder",
		disk_write_whole(disk, in_folder("no"), "f", STR("x"), NULL) == ERR_NOT_FOUND);
}

TEST(path_join_has_a_limit)
{
	char path[PATH_BYTES_MAX], name[PATH_BYTES_MAX];
	struct why why = { 0 };

	CHECK("one slash", path_join(path, "a", "b", NULL) == OK && strcmp(path, "a/b") == 0);
	CHECK("no second", path_join(path, "a/", "b", NULL) == OK && strcmp(path, "a/b") == 0);
	CHECK("onto itself", path_join(path, path, "c", NULL) == OK && strcmp(path, "a/b/c") == 0);
	memset(name, 'n', sizeof(name));
	name[PATH_BYTES_MAX - 3] = '\0'; /* with "a/" and NUL just full */
	CHECK("full", path_join(path, "a", name, NULL) == OK);
	CHECK("over", path_join(path, "ab", name, &why) == ERR_LIMIT);
	CHECK("words", why.message == MSG_PATH_TOO_LONG);
	CHECK("over", disk_write_whole(disk_real(), "a", name, STR(""), NULL) == ERR_LIMIT);
}

/* Rights hold for everybody but the superuser: a child without them tries. */
TEST(disk_without_rights)
{
	enum { NOBODY = 65534 };
	struct why why = { 0 };
	struct file *file;

	make("secret", STR("x"));
	CHECK("folder seen", chmod(test_folder(), 0555) == 0);
	pid_t child = fork();
	if (child == 0) {
		if (geteuid() == 0 && setuid(NOBODY) != 0)
			_exit(1);
		bool owner = chmod(in_folder("secret"), 0) == 0; /* when not superuser before */
		err read = disk_open(disk_real(), in_folder("secret"), FILE_READ, &file, &why);
		err write = disk_open(disk_real(), in_folder("new"), FILE_CREATE, &file, &why);
		(void)owner; /* either way the file may not be read */
		_exit(read == ERR_DENIED && write == ERR_DENIED && why.message == MSG_FILE_DENIED
				? 0
				: 2);
	}
	int status = 1;
	CHECK("denied", waitpid(child, &status, 0) == child && status == 0);
	CHECK("back", chmod(test_folder(), 0700) == 0);
}

/* tests/desk_keys_test.c - write keys: made, found, rotated, revoked, by two programs at once. */
#include "desk/keys.h"

#include <stdio.h>
#include <string.h>

#include "support/moving_clock.h"
#include "test.h"

enum { NOW_MS = 1000000 };

TEST(write_keys_live_and_end)
{
	struct moving_clock clock = moving_clock_at(NOW_MS);
	char source[DESK_NAME_BYTES_MAX + 1];
	struct secret first, second;
	int64_t id, next;
	struct desk *desk, *other;
	struct why why = { 0 };

	CHECK("open", desk_open(test_folder(), true, &clock.base, &desk, &why) == OK);
	CHECK("again", desk_open(test_folder(), false, &clock.base, &other, &why) == OK);
	struct key_cache *cache = key_cache_create(desk);
	CHECK("made", key_create(desk, STR("shop"), &id, &first, &why) == OK);
	CHECK("form", secret_has_form(str_of(first.text), KEY_PREFIX));
	CHECK("found", key_cache_find(cache, str_of(first.text), source, &why) == OK);
	CHECK("source", strcmp(source, "shop") == 0);
	CHECK("seen by another", key_find(other, str_of(first.text), source, &why) == OK);

	CHECK("rotated", key_rotate(other, id, 5000, &next, &second, &why) == OK);
	CHECK("the new one", key_cache_find(cache, str_of(second.text), source, &why) == OK);
	CHECK("the old one, still", key_cache_find(cache, str_of(first.text), source, &why) == OK);
	clock.now_ms += 5000;
	CHECK("the old one, over",
		key_cache_find(cache, str_of(first.text), source, &why) == ERR_DENIED &&
			why.message == MSG_DESK_KEY_OVER);

	CHECK("revoked elsewhere", key_revoke(other, next, &why) == OK);
	CHECK("at once", key_cache_find(cache, str_of(second.text), source, &why) == ERR_DENIED);
	CHECK("rotating it", key_rotate(desk, next, 0, &id, &first, &why) == ERR_NOT_FOUND);
	CHECK("unknown", key_revoke(desk, 99, &why) == ERR_NOT_FOUND);
	key_cache_free(cache);
	desk_close(other);
	desk_close(desk);
}

TEST(strange_write_keys_are_refused)
{
	static const char *const rows[] = { "", "ak_",
		"at_aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
		"ak_aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", /* well formed, nobody's */
		"ak_aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa1",
		"AK_aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa" };
	char source[DESK_NAME_BYTES_MAX + 1];
	struct desk *desk;
	struct why why = { 0 };

	CHECK("open", desk_open(test_folder(), true, NULL, &desk, &why) == OK);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		CHECK(rows[i], key_find(desk, str_of(rows[i]), source, &why) == ERR_DENIED &&
				       why.message == MSG_DESK_KEY_DENIED);
	desk_close(desk);
}

/* The database holds no key, nor does anything else in the folder. */
TEST(write_keys_are_stored_nowhere)
{
	AUTO_ARENA arena = arena_create(64 << 20);
	struct disk_entry *entries;
	struct secret secret;
	struct desk *desk;
	struct why why = { 0 };
	size_t count = 0;
	int64_t id;
	const char *folder = test_folder();

	CHECK("open", desk_open(folder, true, NULL, &desk, &why) == OK);
	CHECK("made", key_create(desk, STR("shop"), &id, &secret, &why) == OK);
	CHECK("list", disk_list(disk_real(), folder, arena, &entries, &count, &why) == OK);
	CHECK("files", count >= 2);
	for (size_t i = 0; i < count; i++) {
		char path[PATH_BYTES_MAX];
		str bytes = { 0 };
		CHECK("path", path_join(path, folder, entries[i].name.ptr, &why) == OK);
		CHECK(path, disk_read_whole(disk_real(), path, 1 << 24, arena, &bytes, &why) == OK);
		CHECK(path, bytes.len == 0 ||
				    memmem(bytes.ptr, bytes.len, secret.text + 8, 30) == NULL);
	}
	desk_close(desk);
}

TEST(a_desk_of_the_future_is_refused)
{
	struct desk *desk = NULL;
	struct sql *sql;
	struct why why = { 0 };
	char path[PATH_BYTES_MAX];
	const char *folder = test_folder();

	CHECK("missing folder",
		desk_open("/nowhere/at/all", false, NULL, &desk, &why) == ERR_NOT_FOUND);
	CHECK("path", path_join(path, folder, "ariane.db", &why) == OK);
	CHECK("made", sql_open(path, &sql, &why) == OK);
	CHECK("set", sql_script(sql, STR("PRAGMA user_version = 99"), &why) == OK);
	sql_close(sql);
	CHECK("refused", desk_open(folder, true, NULL, &desk, &why) == ERR_VERSION && desk == NULL);
}

TEST(a_damaged_desk_is_told)
{
	struct desk *desk = NULL;
	struct why why = { 0 };
	const char *folder = test_folder();

	CHECK("written", disk_write_whole(disk_real(), folder, "ariane.db",
				 STR("this is no database, and longer than its head: "
				     "........................................................"),
				 &why) == OK);
	CHECK("refused", desk_open(folder, true, NULL, &desk, &why) == ERR_CORRUPT);
	CHECK("short secret",
		disk_write_whole(disk_real(), folder, "desk-secret", STR("short"), &why) == OK &&
			desk_open(folder, true, NULL, &desk, &why) == ERR_CORRUPT);
}

/* tests/exchange_inputs_test.c - files, pipes, folders, compressed and broken, and what they are */
#include "exchange/inputs.h"

#include "base/file.h"
#include "support/kept_stream.h"
#include "test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>
#include <zstd.h>

/* ---- making compressed bytes */

static void add_gzip(struct strbuf *out, str plain)
{
	unsigned char from[1 << 16];
	z_stream z = { 0 };
	size_t room = plain.len + 1024;
	char *to = strbuf_room(out, room);

	ASSERT(plain.len <= sizeof(from) &&
		deflateInit2(&z, 9, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY) == Z_OK);
	memcpy(from, plain.ptr, plain.len);
	z.next_in = from;
	z.avail_in = (uInt)plain.len;
	z.next_out = (unsigned char *)to;
	z.avail_out = (uInt)room;
	ASSERT(deflate(&z, Z_FINISH) == Z_STREAM_END);
	out->len += room - z.avail_out;
	(void)deflateEnd(&z); /* frees */
}

static void add_zstd(struct strbuf *out, str plain)
{
	size_t room = ZSTD_compressBound(plain.len);
	char *to = strbuf_room(out, room);

	out->len += ZSTD_compress(to, room, plain.ptr, plain.len, 3);
}

/* ---- streams */

static err inflate_all(str bytes, size_t step, struct strbuf *out, struct why *why)
{
	struct kept_input in = kept_input(bytes);
	struct inflater *inflater;
	size_t got = 1;

	in.step = step;
	err e = inflater_open(&in.base, &inflater, why);
	if (e != OK)
		return e;
	while (e == OK && got > 0) {
		char piece[100];
		e = inflater_input(inflater)->read(
			inflater_input(inflater), piece, sizeof(piece), &got, why);
		if (e == OK)
			strbuf_add(out, (str){ piece, got });
	}
	inflater_close(inflater);
	return e;
}

TEST(inputs_compressed_streams_are_undone)
{
	static const str a = STR_INIT("customer,activity\nc1,Call\n"), b = STR_INIT("c2,Mail\n");
	enum {
		PLAIN,
		GZIP,
		GZIP_TWO,
		GZIP_PADDED,
		ZSTD,
		ZSTD_TWO,
		ZSTD_SKIP,
		CUT_GZIP,
		CUT_ZSTD,
		SUM_GZIP,
		SUM_MIDDLE,
		BEHIND_GZIP,
		BEHIND_ZSTD,
		COUNT
	};
	static const struct {
		const char *row;
		enum message end;
		bool twice;
	} rows[COUNT] = {
		[PLAIN] = { "plain", MSG_NONE, false },
		[GZIP] = { "gzip", MSG_NONE, false },
		[GZIP_TWO] = { "gzip, two members", MSG_NONE, true },
		[GZIP_PADDED] = { "gzip, padded", MSG_NONE, false },
		[ZSTD] = { "zstd", MSG_NONE, false },
		[ZSTD_TWO] = { "zstd, two frames", MSG_NONE, true },
		[ZSTD_SKIP] = { "zstd, behind a skippable frame", MSG_NONE, false },
		[CUT_GZIP] = { "gzip, cut", MSG_INPUT_TRUNCATED, false },
		[CUT_ZSTD] = { "zstd, cut", MSG_INPUT_TRUNCATED, false },
		[SUM_GZIP] = { "gzip, wrong sum", MSG_INPUT_DAMAGED, false },
		[SUM_MIDDLE] = { "gzip, damaged", MSG_INPUT_DAMAGED, false },
		[BEHIND_GZIP] = { "gzip, something behind", MSG_INPUT_DAMAGED, false },
		[BEHIND_ZSTD] = { "zstd, something behind", MSG_INPUT_DAMAGED, false },
	};

	for (int i = 0; i < COUNT; i++)
		for (size_t step = 0; step < 6; step++) {
			struct strbuf in = strbuf_heap(1 << 20), out = strbuf_heap(1 << 20);
			struct why why = { 0 };
			if (i == ZSTD_SKIP)
				strbuf_add(&in, STR("\x5f\x2a\x4d\x18\x03\0\0\0abc"));
			if (i == PLAIN)
				strbuf_add(&in, a);
			else if (i == ZSTD || i == ZSTD_TWO || i == ZSTD_SKIP || i == CUT_ZSTD ||
				 i == BEHIND_ZSTD)
				add_zstd(&in, a);
			else
				add_gzip(&in, a);
			if (i == GZIP_TWO)
				add_gzip(&in, b);
			if (i == ZSTD_TWO)
				add_zstd(&in, b);
			for (int zero = 0; i == GZIP_PADDED && zero < 600; zero++)
				strbuf_add_byte(&in, '\0');
			if (i == CUT_GZIP || i == CUT_ZSTD)
				in.len -= 5;
			if (i == SUM_GZIP)
				in.ptr[in.len - 6] ^= 1;
			if (i == SUM_MIDDLE)
				in.ptr[10] = (char)0xff; /* no such kind of block */
			if (i == BEHIND_GZIP || i == BEHIND_ZSTD)
				strbuf_add(&in, STR("tail"));
			err e = inflate_all(strbuf_str(&in), step, &out, &why);
			CHECK(rows[i].row, e == message_code(rows[i].end));
			CHECK(rows[i].row, why.message == rows[i].end);
			CHECK(rows[i].row, why.has_offset == (e != OK));
			CHECK(rows[i].row, !why.has_offset || why.offset <= (int64_t)in.len);
			if (e == OK)
				CHECK(rows[i].row,
					str_starts(strbuf_str(&out), a) &&
						out.len == a.len + (rows[i].twice ? b.len : 0));
			strbuf_done(&in);
			strbuf_done(&out);
		}
}

TEST(inputs_a_failing_disk_is_reported_wherever_it_fails)
{
	struct strbuf in = strbuf_heap(1 << 20);

	add_gzip(&in, STR("customer,activity\nc1,Call\n"));
	for (size_t at = 1; at < in.len; at++) {
		struct kept_input raw = kept_input(strbuf_str(&in));
		struct inflater *inflater = NULL;
		struct why why = { 0 };
		size_t got = 1;
		char piece[64];
		raw.step = 1;
		raw.fail_after = at;
		err e = inflater_open(&raw.base, &inflater, &why);
		while (e == OK && got > 0)
			e = inflater_input(inflater)->read(
				inflater_input(inflater), piece, sizeof(piece), &got, &why);
		CHECK("disk", e == ERR_IO && why.message == MSG_IO);
		if (inflater != NULL)
			CHECK("sticks", inflater_input(inflater)->read(inflater_input(inflater),
						piece, sizeof(piece), &got, &why) == ERR_IO);
		inflater_close(inflater);
	}
	strbuf_done(&in);
}

/* ---- files */

static void put_file(const char *folder, const char *name, str bytes)
{
	char path[PATH_BYTES_MAX];

	ASSERT(path_join(path, folder, name, NULL) == OK);
	FILE *file = fopen(path, "wb");
	ASSERT(file != NULL && fwrite(bytes.ptr, 1, bytes.len, file) == bytes.len);
	ASSERT(fclose(file) == 0);
}

TEST(inputs_files_tell_peek_and_progress)
{
	struct strbuf packed = strbuf_heap(1 << 20);
	const char *folder = test_folder();
	char path[PATH_BYTES_MAX], bytes[200];
	struct input_file *file;
	struct why why = { 0 };
	size_t got;
	str first;

	add_gzip(&packed, STR("<log></log>"));
	put_file(folder, "no-ending", strbuf_str(&packed));
	CHECK(NULL, path_join(path, folder, "no-ending", &why) == OK);
	CHECK(NULL, input_open(path, &file, &why) == OK);
	CHECK(NULL, input_peek(file, &first, &why) == OK && str_equal(first, STR("<log></log>")));
	CHECK(NULL, exchange_detect(input_stream(file)->name, first) == EXCHANGE_XES);
	CHECK(NULL, input_stream(file)->read(
			    input_stream(file), bytes, sizeof(bytes), &got, &why) == OK &&
			    str_equal((str){ bytes, got }, STR("<log></log>")));
	CHECK(NULL, input_stream(file)->read(
			    input_stream(file), bytes, sizeof(bytes), &got, &why) == OK &&
			    got == 0);
	struct input_progress progress = input_progress(file);
	CHECK(NULL, progress.total_known && progress.total == packed.len &&
			    progress.consumed == packed.len);
	input_close(file);
	strbuf_done(&packed);
	CHECK("absent", input_open("/nowhere/at/all", &file, &why) == ERR_NOT_FOUND);
	CHECK("a folder", input_open(folder, &file, &why) == ERR_IO);
}

TEST(inputs_a_pipe_has_no_length)
{
	const char *folder = test_folder();
	char path[PATH_BYTES_MAX];
	struct input_file *file;
	struct why why = { 0 };
	int ends[2];
	str first;

	(void)folder;
	ASSERT(pipe(ends) == 0 && write(ends[1], "a,b\n", 4) == 4 && close(ends[1]) == 0);
	(void)snprintf(path, sizeof(path), "/dev/fd/%d", ends[0]);
	CHECK(NULL, input_open(path, &file, &why) == OK);
	CHECK(NULL, !input_progress(file).total_known);
	CHECK(NULL, input_peek(file, &first, &why) == OK && str_equal(first, STR("a,b\n")));
	input_close(file);
	(void)close(ends[0]); /* read only */
}

TEST(inputs_standard_is_that_of_who_asks)
{
	struct strbuf path = strbuf_heap(2 * PATH_BYTES_MAX);
	struct input_file *file;
	struct why why = { 0 };
	int ends[2];
	str first;

	ASSERT(pipe(ends) == 0 && write(ends[1], "a,b\n", 4) == 4 && close(ends[1]) == 0);
	input_set_standard(ends[0]);
	CHECK("his", input_open("-", &file, &why) == OK && !input_progress(file).total_known);
	CHECK("his", input_peek(file, &first, &why) == OK && str_equal(first, STR("a,b\n")));
	input_close(file);
	CHECK("closed by him alone", close(ends[0]) == 0);
	CHECK("he is gone", input_open("-", &file, &why) == ERR_IO);
	input_set_standard(STDIN_FILENO);
	for (size_t i = 0; i < PATH_BYTES_MAX; i++)
		strbuf_add_byte(&path, 'a');
	strbuf_add_byte(&path, '\0');
	CHECK("no such path", input_open(path.ptr, &file, &why) != OK);
	CHECK("is told", why.message == MSG_PATH_TOO_LONG);
	strbuf_done(&path);
	input_close(NULL);
}

TEST(inputs_a_folder_is_its_files_in_order)
{
	static const char *const names[] = { "a.csv", "b/1.csv", "b/2.csv", "b/c/3.csv", "d.csv" };
	const char *folder = test_folder();
	struct arena *arena = arena_create(1 << 20);
	char path[PATH_BYTES_MAX];
	struct why why = { 0 };
	str *files;
	size_t count;

	static const char *const folders[] = { "b", "b/c", ".git", "truth", "empty" };
	for (size_t i = 0; i < ARRAY_LEN(folders); i++) {
		CHECK(NULL, path_join(path, folder, folders[i], &why) == OK);
		CHECK(NULL, mkdir(path, 0700) == 0);
	}
	for (size_t i = ARRAY_LEN(names); i-- > 0;)
		put_file(folder, names[i], STR("x"));
	put_file(folder, ".hidden", STR("x"));
	put_file(folder, ".git/config", STR("x"));
	put_file(folder, "truth/x.csv", STR("x"));
	put_file(folder, "truth/" INPUT_SKIP_NAME, STR(""));
	CHECK(NULL, input_list(folder, arena, &files, &count, &why) == OK);
	CHECK(NULL, count == ARRAY_LEN(names));
	for (size_t i = 0; i < MIN_OF(count, ARRAY_LEN(names)); i++)
		CHECK(names[i], str_ends(files[i], str_of(names[i])) &&
					str_starts(files[i], str_of(folder)));
	CHECK("an empty folder", input_list(path, arena, &files, &count, &why) == OK && count == 0);
	CHECK("-", input_list("-", arena, &files, &count, &why) == OK && count == 1);
	CHECK("absent", input_list("/nowhere", arena, &files, &count, &why) == ERR_NOT_FOUND);

	CHECK(NULL, path_join(path, folder, "b/loop", &why) == OK && symlink(folder, path) == 0);
	err e = input_list(folder, arena, &files, &count, &why); /* for ever down, or too long */
	CHECK("loop", e == ERR_LIMIT);
	arena_free(arena);
}

TEST(inputs_listing_meets_the_limit_of_its_arena)
{
	const char *folder = test_folder();
	struct arena *arena = arena_create(1 << 20);
	err e = ERR_LIMIT;
	unsigned n = 0;
	str *files;
	size_t count;

	for (int i = 0; i < 5; i++)
		put_file(folder, (const char *[]){ "a", "b", "c", "d", "e" }[i], STR("x"));
	while (e != OK && n < 1000) {
		arena_reset(arena);
		arena_fail_at(arena, ++n);
		e = input_list(folder, arena, &files, &count, NULL);
		CHECK("fault", e == OK || e == ERR_LIMIT);
	}
	CHECK("fault", n > 5 && e == OK && count == 5);
	arena_free(arena);
}

/* ---- formats */

TEST(inputs_formats_are_told_by_name_and_bytes)
{
	static const struct {
		const char *name, *bytes;
		enum exchange_format format;
	} rows[] = {
		{ "a.csv", "x,y\n", EXCHANGE_CSV },
		{ "a.CSV.gz", "", EXCHANGE_CSV },
		{ "a.tsv.zst", "", EXCHANGE_TSV },
		{ "a.xes", "", EXCHANGE_XES },
		{ "a.txt", "  <?xml version='1.0'?><log>", EXCHANGE_XES },
		{ "-", "\xef\xbb\xbf<log>", EXCHANGE_XES },
		{ "calls.csv", "<log>", EXCHANGE_XES },
		{ "-", "{\"type\":\"track\"}\n{\"type\":\"page\"}", EXCHANGE_JSONL },
		{ "-", "{ \"eventTypes\": [", EXCHANGE_OCEL },
		{ "-", "{\"ocel:global-log\": {", EXCHANGE_OCEL },
		{ "a.json", "{\"objects\":[", EXCHANGE_OCEL },
		{ "a.jsonl", "{\"objects\":[", EXCHANGE_JSONL },
		{ "a.jsonocel", "{\"x\":1", EXCHANGE_OCEL },
		{ "-", "a;b;c\n1;2;3\n", EXCHANGE_CSV },
		{ "-", "a\tb,c\td\n", EXCHANGE_TSV },
		{ "-", "", EXCHANGE_UNKNOWN },
		{ "-", "\xff\xfe\x61", EXCHANGE_CSV },
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		CHECK(rows[i].bytes, exchange_detect(str_of(rows[i].name), str_of(rows[i].bytes)) ==
					     rows[i].format);
	CHECK("zeros", exchange_detect(STR("-"), STR("\x01\0\0\x02")) == EXCHANGE_UNKNOWN);
}

TEST(names_that_promise_events)
{
	static const struct {
		const char *name;
		bool is_named;
	} rows[] = { { "calls.csv", true }, { "calls.CSV.gz", true }, { "a.jsonl.zst", true },
		{ "a.json", true }, { "a.xmlocel", true }, { "access.log", true },
		{ "table.xlsx", true }, { "all.zip", true }, { "calls.csv.rows", true },
		{ "README.txt", false }, { "Thumbs.db", false }, { ".DS_Store", false },
		{ "calls", false }, { "csv", false }, { "a.gz", false }, { "", false } };

	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		CHECK(rows[i].name, exchange_is_named(str_of(rows[i].name)) == rows[i].is_named);
}

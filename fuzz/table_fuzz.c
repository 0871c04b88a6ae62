/* fuzz/table_fuzz.c - the index of a table store is read without going astray.
 *
 * Input: pages of a file (their number: first byte), then an entry of the index.  Whatever loads
 * must save to an entry that loads to the same items; nothing else may happen but an error.
 */
#include "base/crc32c.h"
#include "base/table.h"
#include "fuzz.h"

#include <stdlib.h>
#include <string.h>

enum { PAGE = 4096, PAGES_MAX = 64, INDEX_BYTES_MAX = 1 << 16 };

struct bytes_file {
	struct file file;
	char bytes[PAGES_MAX * PAGE];
	size_t len;
};

static err write_at(struct file *file, uint64_t at, const void *from, size_t bytes, struct why *why)
{
	struct bytes_file *b = (struct bytes_file *)file;

	if (at + bytes > sizeof(b->bytes))
		return fail(why, MSG_DISK_FULL, arg_c("memory"));
	memcpy(b->bytes + at, from, bytes);
	b->len = MAX_OF(b->len, (size_t)at + bytes);
	return OK;
}

static err size_of(struct file *file, uint64_t *bytes, struct why *why)
{
	(void)why;
	*bytes = ((struct bytes_file *)file)->len;
	return OK;
}

static err map(struct file *file, uint64_t at, size_t bytes, const void **out, struct why *why)
{
	const struct bytes_file *b = (const struct bytes_file *)file;

	(void)why;
	ASSERT(at % PAGE == 0 && bytes > 0 && at <= b->len && bytes <= b->len - at);
	*out = memcpy(memory_alloc(bytes), b->bytes + at, bytes); /* the sanitizer knows its end */
	return OK;
}

static void unmap(struct file *file, const void *mapped, size_t bytes)
{
	(void)file;
	(void)bytes;
	union {
		const void *from;
		void *to;
	} same = { mapped };
	free(same.to);
}

static const struct file_ops ops = {
	.write_at = write_at, .size = size_of, .map = map, .unmap = unmap
};

static struct bytes_file first, second;

static void check_again(struct table *table, size_t item_bytes)
{
	struct strbuf index = strbuf_heap(INDEX_BYTES_MAX);
	struct view *view = table_publish(table);
	struct table *again;
	struct table_store store = { .file = &second.file, .index = &index };

	second.file.ops = &ops;
	second.len = 0;
	table_forget_saved(table);
	err e = table_save(table, view, &store, NULL);
	if (e == OK) { /* the same chunk may be named often: then there is no room for all */
		str left = strbuf_str(&index);
		ASSERT(table_load(&second.file, item_bytes, &left, &again, NULL) == OK);
		ASSERT(table_count(again) == table_count(table) && left.len == 0);
		for (size_t i = 0; i < table_count(again); i++)
			ASSERT(memcmp(table_at(again, i), table_at(table, i), item_bytes) == 0);
		table_free(again);
	} else {
		ASSERT(e == ERR_FULL);
	}
	view_unref(view);
	strbuf_done(&index);
}

/* Puts the right checksum at the end of the entry: else nothing behind it is ever reached. */
static str sealed(const char *data, size_t len, char to[static INDEX_BYTES_MAX])
{
	if (len < 4 || len > INDEX_BYTES_MAX)
		return (str){ data, len };
	uint32_t crc = crc32c(0, (str){ data, len - 4 });
	memcpy(to, data, len);
	memcpy(to + len - 4, &crc, 4); /* little-endian, as the machines that run this */
	return (str){ to, len };
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	static const size_t item_bytes[] = { 1, 4, 12, 512, 4096 };
	static char entry[INDEX_BYTES_MAX];

	if (len < 2)
		return 0;
	first.file.ops = &ops;
	first.len = data[0] % 8 * (size_t)PAGE;
	for (size_t i = 0; i < first.len; i++)
		first.bytes[i] = (char)(data[1] & 0x10 ? 0 : i); /* few contents: checksums hit */
	size_t bytes = item_bytes[(data[1] & 0xf) % ARRAY_LEN(item_bytes)];
	str left = { (const char *)data + 2, len - 2 };
	if (data[1] & 0x20)
		left = sealed(left.ptr, left.len, entry);
	struct table *table;
	if (table_load(&first.file, bytes, &left, &table, NULL) != OK)
		return 0;
	*(char *)table_push(table) = 1;
	if (table_count(table) > 1)
		*(char *)table_change(table, 0) = 1;
	check_again(table, bytes);
	table_free(table);
	return 0;
}

/* journal/dedup_manifest.c - see dedup_manifest.h */
#include "journal/dedup_manifest.h"

#include "base/crc32c.h"
#include "base/varint.h"
#include "journal/dedup_format.h"

enum { MANIFEST_VERSION = 1 };

static const char magic[] = "ARIADEDM";

void manifest_encode(const struct manifest *manifest, struct strbuf *out)
{
	size_t start = out->len;

	strbuf_add_c(out, magic);
	strbuf_add_u32(out, MANIFEST_VERSION);
	strbuf_add_u32(out, (uint32_t)manifest->run_count);
	strbuf_add_u64(out, manifest->covered_seq);
	strbuf_add_u64(out, manifest->next_number);
	for (size_t i = 0; i < manifest->run_count; i++) {
		strbuf_add_u64(out, manifest->runs[i].number);
		strbuf_add_u32(out, manifest->runs[i].header_crc);
		strbuf_add_u32(out, 0);
	}
	if (strbuf_ok(out))
		strbuf_add_u32(out, crc32c(0, str_from(strbuf_str(out), start)));
}

static bool is_before(const struct manifest *m, size_t run, uint64_t number)
{
	for (size_t i = 0; i < run; i++)
		if (m->runs[i].number == number)
			return true;
	return false;
}

bool manifest_decode(str bytes, struct manifest *out, size_t *at)
{
	struct reader r = reader_of(bytes);
	struct manifest m = { 0 };

	*at = 0;
	if (bytes.len < 36 || !str_equal(reader_bytes(&r, 8), str_of(magic)) ||
		reader_u32(&r) != MANIFEST_VERSION)
		return false;
	m.run_count = reader_u32(&r);
	m.covered_seq = reader_u64(&r);
	m.next_number = reader_u64(&r);
	if (m.run_count > DEDUP_RUNS_MAX || bytes.len != 36 + 16 * m.run_count ||
		m.covered_seq == 0)
		return false;
	for (size_t i = 0; i < m.run_count; i++) {
		*at = reader_offset(&r);
		m.runs[i].number = reader_u64(&r);
		m.runs[i].header_crc = reader_u32(&r);
		if (reader_u32(&r) != 0 || m.runs[i].number >= m.next_number ||
			is_before(&m, i, m.runs[i].number))
			return false;
	}
	*at = reader_offset(&r);
	if (reader_u32(&r) != crc32c(0, str_upto(bytes, bytes.len - 4)))
		return false;
	*out = m;
	return true;
}

err manifest_write(
	struct disk *disk, const char *folder, const struct manifest *manifest, struct why *why)
{
	struct strbuf bytes = strbuf_heap(MANIFEST_BYTES_MAX);

	manifest_encode(manifest, &bytes);
	ASSERT(strbuf_ok(&bytes));
	err e = disk_write_whole(disk, folder, "manifest", strbuf_str(&bytes), why);
	strbuf_done(&bytes);
	return e;
}

err manifest_read(struct disk *disk, const char *folder, struct manifest *out, struct why *why)
{
	AUTO_ARENA arena = arena_create(4 * MANIFEST_BYTES_MAX);
	char path[PATH_BYTES_MAX];
	str bytes;
	size_t at;
	err e = path_join(path, folder, "manifest", why);

	if (e == OK)
		e = disk_read_whole(disk, path, MANIFEST_BYTES_MAX, arena, &bytes, why);
	if (e == ERR_LIMIT)
		return run_damaged(path, MANIFEST_BYTES_MAX, why);
	if (e == OK && !manifest_decode(bytes, out, &at))
		return run_damaged(path, at, why);
	return e;
}

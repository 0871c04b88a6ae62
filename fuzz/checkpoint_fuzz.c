/* fuzz/checkpoint_fuzz.c - a manifest that is not what a checkpoint wrote, and a mark of erasures
 * likewise.
 *
 * The first byte says what the rest is: 'm' a manifest; 'M' the body of one, behind a right head
 * and checksum; 'p' changes to the one that was written (offset 2 bytes, value 1), its checksum
 * then made right; 't' the same changes to its tables, checksums left alone; 'e' the file `erased`.
 * Asserted: the folder opens.  Unless a forged checksum vouched for what was read ('M', 'p'), the
 * state is the one that was written; and a mark never brings back what was erased.
 */
#include "base/crc32c.h"
#include "engine/checkpoint_internal.h"
#include "engine/digest.h"
#include "engine/erase.h"
#include "fuzz.h"
#include "journal/dedup_entry.h"
#include "support/sample_items.h"
#include "support/sim_disk.h"

#include <stdlib.h>
#include <string.h>

enum { ITEMS = 60, FILE_BYTES_MAX = 4 << 20 };
#define MANIFEST "0000000001.manifest"
#define TABLES "0000000001.tables"
static const char folder[] = "/data/checkpoint";

struct kept {
	char *ptr;
	size_t len;
};

/* What was written once, before the first input. */
static struct {
	struct sim_disk *sim;
	struct kept manifest, tables;
	struct state_digest digest;
} world;

static struct engine *open_engine(void)
{
	const struct engine_options options = { .disk = sim_disk_of(world.sim), .folder = "/data" };
	struct engine_opening opening;
	struct engine *engine = NULL;
	struct why why = { 0 };

	ASSERT(engine_open(&options, &engine, &opening, &why) == OK);
	return engine;
}

static struct kept keep(const char *name)
{
	AUTO_ARENA arena = arena_create(FILE_BYTES_MAX);
	char path[PATH_BYTES_MAX];
	struct why why = { 0 };
	str bytes;

	ASSERT(path_join(path, folder, name, &why) == OK);
	ASSERT(disk_read_whole(sim_disk_of(world.sim), path, FILE_BYTES_MAX, arena, &bytes, &why) ==
		OK);
	struct kept kept = { memory_alloc(bytes.len), bytes.len };
	memcpy(kept.ptr, bytes.ptr, bytes.len);
	return kept;
}

static void put(const char *where, const char *name, str bytes)
{
	struct why why = { 0 };

	ASSERT(disk_write_whole(sim_disk_of(world.sim), where, name, bytes, &why) == OK);
}

static void make_world(void)
{
	AUTO_ARENA arena = arena_create((size_t)ITEMS * SAMPLE_BYTES_MAX);
	struct engine_item items[ITEMS];
	struct why why = { 0 };
	struct erasure_result erased;

	world.sim = sim_disk_create(1, NULL);
	struct engine *engine = open_engine();
	for (uint64_t n = 0; n < ITEMS; n++)
		items[n] = sample_item(engine_secret(engine), n, arena);
	ASSERT(engine_write(engine, items, ITEMS, &why) == OK);
	ASSERT(engine_erase_event(engine, STR("test"), STR("m7"), &erased, &why) == OK);
	ASSERT(engine_checkpoint(engine, &why) == OK);
	ASSERT(engine_digest(engine, &world.digest, &why) == OK);
	engine_close(engine);
	world.manifest = keep(MANIFEST);
	world.tables = keep(TABLES);
}

static void change(struct kept *kept, str changes)
{
	for (; changes.len >= 3 && kept->len > 0; changes = str_from(changes, 3)) {
		size_t at = (size_t)(uint8_t)changes.ptr[0] | (size_t)(uint8_t)changes.ptr[1] << 8;
		kept->ptr[at * 17 % kept->len] = changes.ptr[2];
	}
}

static void vouch(struct kept *manifest)
{
	str all = { manifest->ptr, manifest->len };

	if (all.len >= MANIFEST_HEAD_BYTES)
		store_u32((uint8_t *)manifest->ptr + 12,
			crc32c(0, str_from(all, MANIFEST_HEAD_BYTES)));
}

static void put_manifest(const char *head, size_t head_len, str body, bool forged)
{
	struct kept made = { memory_alloc(head_len + body.len + 1), head_len + body.len };

	memcpy(made.ptr, head, head_len);
	if (body.len > 0)
		memcpy(made.ptr + head_len, body.ptr, body.len);
	if (forged)
		vouch(&made);
	put(folder, MANIFEST, (str){ made.ptr, made.len });
	free(made.ptr);
}

static void put_changed(const struct kept *original, const char *name, str changes, bool forged)
{
	struct kept copy = { memory_alloc(original->len), original->len };

	memcpy(copy.ptr, original->ptr, original->len);
	change(&copy, changes);
	if (forged)
		vouch(&copy);
	put(folder, name, (str){ copy.ptr, copy.len });
	free(copy.ptr);
}

static void open_and_check(bool forged)
{
	struct engine *engine = open_engine();
	struct state_digest digest;
	struct why why = { 0 };

	if (!forged) {
		ASSERT(engine_digest(engine, &digest, &why) == OK);
		ASSERT(memcmp(digest.bytes, world.digest.bytes, sizeof(digest.bytes)) == 0);
	}
	engine_close(engine);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	str rest = { (const char *)data + 1, size == 0 ? 0 : size - 1 };
	char way = size == 0 ? 'm' : (char)data[0];
	bool forged = way == 'M' || way == 'p';

	if (size > 4096)
		return 0;
	if (world.sim == NULL)
		make_world();
	put(folder, MANIFEST, (str){ world.manifest.ptr, world.manifest.len });
	put(folder, TABLES, (str){ world.tables.ptr, world.tables.len });
	put("/data", "erased", STR("ariane erased 1\n0\n"));
	if (way == 'm')
		put_manifest("", 0, rest, false);
	else if (way == 'M')
		put_manifest(world.manifest.ptr, MANIFEST_HEAD_BYTES, rest, true);
	else if (way == 'p')
		put_changed(&world.manifest, MANIFEST, rest, true);
	else if (way == 't')
		put_changed(&world.tables, TABLES, rest, false);
	else if (way == 'e')
		put("/data", "erased", rest);
	else
		return 0;
	open_and_check(forged);
	return 0;
}

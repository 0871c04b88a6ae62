/* engine/checkpoint_load.c - from manifest and tables back to the state; see checkpoint.h */
#include "engine/checkpoint_internal.h"

#include "base/crc32c.h"
#include "base/varint.h"

#include <stdio.h>

void checkpoint_name(char name[static CHECKPOINT_NAME_BYTES], uint64_t number, const char *ending)
{
	(void)snprintf(name, CHECKPOINT_NAME_BYTES, "%010llu.%s", (unsigned long long)number,
		ending); /* fits */
}

bool checkpoint_number(str name, str ending, uint64_t *number)
{
	int64_t n;

	if (name.len != 10 + ending.len || !str_ends(name, ending) ||
		!str_to_int64(str_upto(name, 10), &n) || n < 0)
		return false;
	*number = (uint64_t)n;
	return true;
}

err checkpoint_path(const struct engine *engine, uint64_t number, const char *ending,
	char path[static PATH_BYTES_MAX], struct why *why)
{
	char name[CHECKPOINT_NAME_BYTES];

	checkpoint_name(name, number, ending);
	return path_join(path, engine->checkpoint_folder, name, why);
}

err checkpoint_read_manifest(struct engine *engine, uint64_t number, struct arena *arena,
	struct manifest *out, struct why *why)
{
	char path[PATH_BYTES_MAX];
	str bytes;
	err e = checkpoint_path(engine, number, "manifest", path, why);

	if (e == OK)
		e = disk_read_whole(
			engine->options.disk, path, MANIFEST_BYTES_MAX, arena, &bytes, why);
	if (e != OK)
		return e;
	struct reader in = reader_of(bytes);
	bool ours = str_equal(reader_bytes(&in, MANIFEST_MAGIC.len), MANIFEST_MAGIC);
	uint32_t version = reader_u32(&in), crc = reader_u32(&in);
	if (!in.failed && ours && version != MANIFEST_VERSION) /* another program's */
		return fail(why, MSG_STATE_VERSION);
	if (in.failed || !ours || crc32c(0, str_from(bytes, MANIFEST_HEAD_BYTES)) != crc)
		return fail(why, MSG_CHECKPOINT_DAMAGED, arg_c(path));
	out->seq = reader_u64(&in);
	out->tables = reader_u64(&in);
	out->end = reader_u64(&in);
	uint64_t erasures = reader_u64(&in);
	if (in.failed || out->seq == 0 || erasures > reader_left(&in))
		return fail(why, MSG_CHECKPOINT_DAMAGED, arg_c(path));
	out->erasures = reader_bytes(&in, (size_t)erasures);
	out->entries = reader_bytes(&in, reader_left(&in));
	return in.failed ? fail(why, MSG_CHECKPOINT_DAMAGED, arg_c(path)) : OK;
}

static err load_state(
	struct engine *engine, const struct manifest *manifest, struct file *file, struct why *why)
{
	struct identity *identity = NULL;
	struct threads *threads = NULL;
	str entries = manifest->entries;
	err e = identity_load(file, &entries, &identity, why);

	if (e == OK)
		e = threads_load(file, &entries, &threads, why);
	if (e == OK && engine->options.skip_attributes)
		threads_skip_attributes(threads);
	else if (e == OK && !threads_has_attributes(threads))
		e = fail(why, MSG_STATE_VERSION); /* they are wanted again */
	struct reader erasures = reader_of(manifest->erasures);
	if (e == OK && !erasures_load(&engine->erasures, &erasures))
		e = fail(why, MSG_STATE_DAMAGED);
	if (e != OK) {
		identity_free(identity);
		threads_free(threads);
		return e;
	}
	engine->identity = identity;
	engine->threads = threads;
	return OK;
}

static err load(struct engine *engine, uint64_t number, struct why *why)
{
	AUTO_ARENA arena = arena_create(MANIFEST_BYTES_MAX);
	char path[PATH_BYTES_MAX];
	struct manifest manifest;
	struct file *file;
	err e = checkpoint_read_manifest(engine, number, arena, &manifest, why);

	if (e == OK && manifest.seq > journal_end(engine->journal))
		e = fail(why, MSG_CHECKPOINT_AHEAD, arg_int((int64_t)number));
	if (e == OK)
		e = checkpoint_path(engine, manifest.tables, "tables", path, why);
	if (e == OK)
		e = disk_open(engine->options.disk, path, FILE_WRITE, &file, why);
	if (e != OK)
		return e;
	e = load_state(engine, &manifest, file, why);
	if (e != OK) {
		file_close(file);
		return e;
	}
	engine->store = (struct store){
		.file = file, .number = manifest.tables, .end = manifest.end, .is_mapped = true
	};
	engine->applied_seq = manifest.seq;
	return OK;
}

err checkpoint_list(struct engine *engine, struct arena *arena, struct disk_entry **entries,
	size_t *count, struct why *why)
{
	err e = disk_make_folder(engine->options.disk, engine->checkpoint_folder, why);

	return e != OK ? e
		       : disk_list(engine->options.disk, engine->checkpoint_folder, arena, entries,
				 count, why);
}

void checkpoint_load(struct engine *engine, struct engine_opening *opening)
{
	AUTO_ARENA arena = arena_create(CHECKPOINT_LISTING_BYTES_MAX);
	struct disk_entry *entries;
	size_t count = 0;
	uint64_t number;

	if (checkpoint_list(engine, arena, &entries, &count, NULL) != OK)
		return; /* without a checkpoint everything is replayed */
	for (size_t i = count; i > 0; i--) { /* the newest last in the listing */
		if (!checkpoint_number(entries[i - 1].name, STR(".manifest"), &number))
			continue;
		engine->manifest = MAX_OF(engine->manifest, number); /* also of ignored ones */
		if (engine->identity != NULL || engine->options.ignore_checkpoint)
			continue;
		err e = load(engine, number, NULL);
		if (e == OK)
			opening->checkpoint_seq = engine->applied_seq;
		else if (e != ERR_VERSION) /* another program's: nothing is wrong with it */
			opening->checkpoints_damaged++;
	}
}

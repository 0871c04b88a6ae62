/* engine/checkpoint_internal.h - the files of a checkpoint, for those who write and who read them.
 */
#pragma once

#include "base/saving.h"
#include "engine/checkpoint.h"
#include "engine/engine_internal.h"

#define MANIFEST_MAGIC STR("ARIANECP")
enum { MANIFEST_VERSION = 2, MANIFEST_HEAD_BYTES = 16, CHECKPOINT_NAME_BYTES = 32 };
#define MANIFEST_BYTES_MAX ((size_t)1 << 30)
#define CHECKPOINT_LISTING_BYTES_MAX ((size_t)1 << 20)

struct manifest {
	uint64_t seq, tables, end;
	str erasures; /* erasures.h */
	str entries;
};

void checkpoint_name(char name[static CHECKPOINT_NAME_BYTES], uint64_t number, const char *ending);
bool checkpoint_number(str name, str ending, uint64_t *number);
err checkpoint_path(const struct engine *engine, uint64_t number, const char *ending,
	char path[static PATH_BYTES_MAX], struct why *why);
err checkpoint_read_manifest(struct engine *engine, uint64_t number, struct arena *arena,
	struct manifest *out, struct why *why);
/* The folder, made if absent. */
err checkpoint_list(struct engine *engine, struct arena *arena, struct disk_entry **entries,
	size_t *count, struct why *why);

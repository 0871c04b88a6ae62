/* journal/occurrence.c - see occurrence.h */
#include "journal/occurrence.h"

#include "journal/dedup_entry.h"

#include <stdio.h>
#include <stdlib.h>

enum {
	GROUP = 64, /* looked up at once */
	MERGE_EVERY = 8192, /* a step reads 4 times that: it keeps up with 4 classes of runs */
};

struct occurrence {
	struct disk *disk;
	struct dedup *dedup;
	size_t added; /* since the last step of merging */
	struct dedup_key keys[GROUP]; /* of one look */
	struct dedup_entry entries[GROUP];
	bool found[GROUP];
	char folder[PATH_BYTES_MAX];
};

static void remove_folder(struct disk *disk, const char *folder)
{
	AUTO_ARENA arena = arena_create((size_t)1 << 20);
	struct disk_entry *entries;
	char path[PATH_BYTES_MAX];
	size_t count;

	/* Scratch: what cannot be removed costs room until the next count in this folder. */
	if (disk_list(disk, folder, arena, &entries, &count, NULL) != OK)
		return;
	for (size_t i = 0; i < count; i++)
		if (path_join(path, folder, entries[i].name.ptr, NULL) == OK)
			(void)disk_remove(disk, path, NULL);
	(void)disk_remove(disk, folder, NULL);
}

err occurrence_open(struct disk *disk, const char *folder, size_t memory_entries_max,
	struct occurrence **out, struct why *why)
{
	struct dedup_options options = { .memory_entries_max = memory_entries_max };
	uint64_t covered;
	err e = dedup_discard(disk, folder, why);

	if (e != OK)
		return e;
	struct occurrence *occurrence = memory_alloc(sizeof(*occurrence));
	occurrence->disk = disk;
	(void)snprintf(occurrence->folder, sizeof(occurrence->folder), "%s", folder);
	e = dedup_open(disk, folder, &options, &occurrence->dedup, &covered, why);
	if (e == OK)
		*out = occurrence;
	else
		free(occurrence);
	return e;
}

static struct dedup_key key_of(struct digest128 digest)
{
	return (struct dedup_key){ load_u64(digest.bytes), load_u64(digest.bytes + 8) };
}

static err find_group(struct occurrence *o, const struct digest128 *digests, size_t count,
	uint64_t *n, struct why *why)
{
	for (size_t i = 0; i < count; i++)
		o->keys[i] = key_of(digests[i]);
	err e = dedup_find_many(o->dedup, o->keys, count, o->found, o->entries, why);
	for (size_t i = 0; e == OK && i < count; i++)
		n[i] = o->found[i] ? o->entries[i].seq : 0;
	return e;
}

err occurrence_find(struct occurrence *occurrence, const struct digest128 *digests, size_t count,
	uint64_t *n, struct why *why)
{
	err e = OK;

	for (size_t at = 0; e == OK && at < count; at += GROUP)
		e = find_group(
			occurrence, digests + at, MIN_OF(count - at, (size_t)GROUP), n + at, why);
	return e;
}

err occurrence_note(
	struct occurrence *occurrence, struct digest128 digest, uint64_t n, struct why *why)
{
	const struct dedup_entry entry = { .key = key_of(digest), .seq = n };
	bool did;
	err e = dedup_add(occurrence->dedup, &entry, why);

	if (e == OK && ++occurrence->added % MERGE_EVERY == 0)
		e = dedup_merge_one(occurrence->dedup, &did, why);
	return e;
}

void occurrence_close(struct occurrence *occurrence)
{
	if (occurrence == NULL)
		return;
	dedup_close(occurrence->dedup);
	remove_folder(occurrence->disk, occurrence->folder);
	free(occurrence);
}

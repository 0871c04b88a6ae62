/* journal/occurrence.c - see occurrence.h */
#include "journal/occurrence.h"

#include "journal/dedup_entry.h"

#include <stdio.h>
#include <stdlib.h>

enum {
	GROUP = 256, /* looked up at once */
	SLOTS = 2 * GROUP,
	MERGE_EVERY = 8192, /* a step reads 4 times that: it keeps up with 4 classes of runs */
};

struct occurrence {
	struct disk *disk;
	struct dedup *dedup;
	size_t added; /* since the last step of merging */
	struct dedup_key keys[GROUP];
	bool found[GROUP];
	struct dedup_entry entries[GROUP];
	uint16_t slots[SLOTS]; /* by key: 1 + where in the group it came first; 0: empty */
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

/* Where in the group the key came first; `i` if only now. */
static size_t first_in_group(struct occurrence *o, size_t i)
{
	size_t slot = o->keys[i].low % SLOTS;

	for (; o->slots[slot] != 0; slot = (slot + 1) % SLOTS)
		if (key_compare(o->keys[o->slots[slot] - 1], o->keys[i]) == 0)
			return o->slots[slot] - 1u;
	o->slots[slot] = (uint16_t)(i + 1);
	return i;
}

static err add(struct occurrence *o, const struct dedup_entry *entry, struct why *why)
{
	bool did;
	err e = dedup_add(o->dedup, entry, why);

	if (e == OK && ++o->added % MERGE_EVERY == 0)
		e = dedup_merge_one(o->dedup, &did, why);
	return e;
}

static err count_group(struct occurrence *o, const struct digest128 *digests, size_t count,
	uint64_t *n, struct why *why)
{
	for (size_t i = 0; i < count; i++)
		o->keys[i] = (struct dedup_key){ load_u64(digests[i].bytes),
			load_u64(digests[i].bytes + 8) };
	err e = dedup_find_many(o->dedup, o->keys, count, o->found, o->entries, why);

	memset(o->slots, 0, sizeof(o->slots));
	for (size_t i = 0; e == OK && i < count; i++) {
		size_t first = first_in_group(o, i);
		struct dedup_entry *entry = &o->entries[first];
		if (first == i && !o->found[i])
			*entry = (struct dedup_entry){ .key = o->keys[i] };
		n[i] = ++entry->seq;
		e = add(o, entry, why);
	}
	return e;
}

err occurrence_count(struct occurrence *occurrence, const struct digest128 *digests, size_t count,
	uint64_t *n, struct why *why)
{
	err e = OK;

	for (size_t at = 0; e == OK && at < count; at += GROUP)
		e = count_group(
			occurrence, digests + at, MIN_OF(count - at, (size_t)GROUP), n + at, why);
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

/* thread/thread_index.c - using and counting an index: see thread_index.h */
#include "thread/thread_index.h"

#include "thread/thread_index_internal.h"

#include <stdlib.h>

size_t thread_index_find_owner(const uint32_t *owners, size_t count, uint32_t owner)
{
	size_t low = 0, high = count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (owners[middle] < owner)
			low = middle + 1;
		else
			high = middle;
	}
	return low < count && owners[low] == owner ? low : count;
}

uint32_t thread_index_slot(const struct thread_index *index, uint32_t identifier)
{
	if (index->is_base)
		return identifier < index->slot_count ? index->slot[identifier] : ROW_NONE;
	size_t at = thread_index_find_owner(index->owners, index->slot_count, identifier);
	return at < index->slot_count ? (uint32_t)at : ROW_NONE;
}

uint32_t thread_index_slot_identifiers(const struct thread_index *index, uint32_t identifier)
{
	uint32_t slot = thread_index_slot(index, identifier);

	return slot == ROW_NONE || !index->is_base ? 0 : index->slot_identifiers[slot];
}

struct thread thread_index_slice(
	const struct thread_index *index, uint32_t identifier, bool entities)
{
	const struct slices *s = entities ? &index->entities : &index->events;
	uint32_t slot = thread_index_slot(index, identifier);

	if (slot == ROW_NONE)
		return (struct thread){ .count = 0 };
	size_t from = s->start[slot];
	return (struct thread){ .time = s->time + from,
		.what = s->what + from,
		.row = s->row + from,
		.count = s->start[slot + 1] - from };
}

static void free_slices(struct slices *s)
{
	free(s->time);
	free(s->what);
	free(s->row);
	free(s->start);
}

static void free_arrays(struct thread_index *index)
{
	free_slices(&index->events);
	free_slices(&index->entities);
	free(index->slot);
	free(index->slot_identifiers);
	free(index->owners);
}

struct thread_index *thread_index_ref(struct thread_index *index)
{
	if (index != NULL)
		atomic_fetch_add_explicit(&index->references, 1, memory_order_relaxed);
	return index;
}

void thread_index_unref(struct thread_index *index)
{
	if (index == NULL ||
		atomic_fetch_sub_explicit(&index->references, 1, memory_order_acq_rel) > 1)
		return;
	saved_index_unref(index->saved);
	if (index->file != NULL)
		file_unmap(index->file, index->mapped, index->mapped_bytes);
	else
		free_arrays(index);
	free(index);
}

static size_t slices_bytes(const struct slices *s)
{
	return s->count * (sizeof(*s->time) + sizeof(*s->what) + sizeof(*s->row)) +
	       (s->groups + 2) * sizeof(*s->start);
}

size_t thread_index_bytes(const struct thread_index *index)
{
	size_t slots = index->slot_count * sizeof(uint32_t) * (index->is_base ? 2 : 1);

	return sizeof(*index) + slots + slices_bytes(&index->events) +
	       slices_bytes(&index->entities);
}

bool thread_index_is_base(const struct thread_index *index)
{
	return index->is_base;
}

uint64_t thread_index_lineage(const struct thread_index *index)
{
	return index->lineage;
}

void thread_index_adopt(struct thread_index *base, uint64_t lineage)
{
	if (base != NULL)
		base->lineage = lineage;
}

size_t thread_index_rows_start(const struct thread_index *index)
{
	return index->from;
}

size_t thread_index_rows_end(const struct thread_index *index)
{
	return index->to;
}

uint64_t thread_index_hidden(const struct thread_index *index)
{
	return index->hidden;
}

/* engine/snapshot.c - see snapshot.h */
#include "engine/snapshot.h"

#include "engine/engine_internal.h"

#include <stdatomic.h>
#include <stdlib.h>

struct snapshot {
	atomic_uint references;
	uint64_t epoch, end_seq;
	int64_t as_of_ms;
	struct threads_view *threads;
	struct identity_view *identity;
};

struct snapshot *snapshot_create(uint64_t epoch, uint64_t end_seq, int64_t as_of_ms,
	struct threads_view *threads, struct identity_view *identity)
{
	struct snapshot *snapshot = memory_alloc(sizeof(*snapshot));

	atomic_init(&snapshot->references, 1);
	snapshot->epoch = epoch;
	snapshot->end_seq = end_seq;
	snapshot->as_of_ms = as_of_ms;
	snapshot->threads = threads;
	snapshot->identity = identity;
	return snapshot;
}

struct snapshot *snapshot_ref(struct snapshot *snapshot)
{
	atomic_fetch_add_explicit(&snapshot->references, 1, memory_order_relaxed);
	return snapshot;
}

void snapshot_unref(struct snapshot *snapshot)
{
	if (snapshot == NULL ||
		atomic_fetch_sub_explicit(&snapshot->references, 1, memory_order_acq_rel) > 1)
		return;
	threads_view_unref(snapshot->threads);
	identity_view_unref(snapshot->identity);
	free(snapshot);
}

uint64_t snapshot_epoch(const struct snapshot *snapshot)
{
	return snapshot->epoch;
}

uint64_t snapshot_end_seq(const struct snapshot *snapshot)
{
	return snapshot->end_seq;
}

int64_t snapshot_as_of_ms(const struct snapshot *snapshot)
{
	return snapshot->as_of_ms;
}

const struct threads_view *snapshot_threads(const struct snapshot *snapshot)
{
	return snapshot->threads;
}

const struct identity_view *snapshot_identity(const struct snapshot *snapshot)
{
	return snapshot->identity;
}

uint32_t snapshot_customer_of(const struct snapshot *snapshot, str type_value)
{
	uint32_t identifier = identity_find(snapshot->identity, type_value);

	if (identifier == IDENTITY_NO_CODE)
		return CUSTOMER_NONE;
	return identity_customer_of(snapshot->identity, identifier);
}

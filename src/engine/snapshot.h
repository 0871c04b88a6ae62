/* engine/snapshot.h - one consistent moment of the whole state, for as long as one likes. */
#pragma once

#include "identity/identity.h"
#include "thread/thread.h"

struct snapshot;

struct snapshot *snapshot_ref(struct snapshot *snapshot);
void snapshot_unref(struct snapshot *snapshot); /* NULL is fine */
static inline void snapshot_unrefp(struct snapshot **s)
{
	snapshot_unref(*s);
}
#define AUTO_SNAPSHOT __attribute__((cleanup(snapshot_unrefp))) struct snapshot *

uint64_t snapshot_epoch(const struct snapshot *snapshot); /* grows with each publication */
uint64_t snapshot_end_seq(const struct snapshot *snapshot); /* holds all records below this */
int64_t snapshot_as_of_ms(const struct snapshot *snapshot); /* received time of the last one */
const struct threads_view *snapshot_threads(const struct snapshot *snapshot);
const struct identity_view *snapshot_identity(const struct snapshot *snapshot);

/* CUSTOMER_NONE if the identifier is unknown or nobody's. */
uint32_t snapshot_customer_of(const struct snapshot *snapshot, str type_value);

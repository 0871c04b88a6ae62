/* journal/dedup_find.c - looking up: many keys at once, so that the waits for memory overlap.
 *
 * A key is sought in the active table, the frozen one, and the runs from the newest to the
 * oldest; the first entry found is the one added last.
 */
#include "journal/dedup_internal.h"

enum { FIND_GROUP = 64 }; /* keys overlapped; more would not stay in the first cache */

/* One group of keys; `open` are the indexes of those not found yet. */
struct search {
	const struct dedup_key *keys;
	bool *found;
	struct dedup_entry *entries;
	uint8_t open[FIND_GROUP];
	size_t open_count;
};

static void search_table(struct search *s, const struct dedup_table *table)
{
	size_t kept = 0;

	if (table->count == 0)
		return;
	for (size_t i = 0; i < s->open_count; i++)
		dedup_table_prefetch(table, s->keys[s->open[i]]);
	for (size_t i = 0; i < s->open_count; i++) {
		uint8_t k = s->open[i];
		const uint8_t *entry = dedup_table_find(table, s->keys[k]);
		if (entry == NULL) {
			s->open[kept++] = k;
			continue;
		}
		s->found[k] = true;
		s->entries[k] = entry_load(entry);
	}
	s->open_count = kept;
}

static err search_run(struct search *s, struct dedup_run *run, struct why *why)
{
	uint8_t block_bytes[RUN_BLOCK_BYTES], perhaps[FIND_GROUP];
	uint64_t blocks[FIND_GROUP];
	size_t count = 0, kept = 0;

	for (size_t i = 0; i < s->open_count; i++)
		dedup_run_prefetch(run, s->keys[s->open[i]]);
	for (size_t i = 0; i < s->open_count; i++)
		if (dedup_run_may_have(run, s->keys[s->open[i]]))
			perhaps[count++] = s->open[i];
	for (size_t i = 0; i < count; i++) {
		blocks[i] = dedup_run_locate(run, s->keys[perhaps[i]]);
		dedup_run_prefetch_block(run, blocks[i], s->keys[perhaps[i]]);
	}
	for (size_t i = 0; i < count; i++) {
		const uint8_t *entry;
		uint8_t k = perhaps[i];
		err e = dedup_run_search(run, blocks[i], s->keys[k], block_bytes, &entry, why);
		if (e != OK)
			return e;
		if (entry == NULL)
			continue;
		s->found[k] = true;
		s->entries[k] = entry_load(entry);
	}
	for (size_t i = 0; count > 0 && i < s->open_count; i++)
		if (!s->found[s->open[i]])
			s->open[kept++] = s->open[i];
	if (count > 0)
		s->open_count = kept;
	return OK;
}

static err find_group(struct dedup *dedup, const struct dedup_key *keys, size_t count, bool *found,
	struct dedup_entry *entries, struct why *why)
{
	struct search s = { .keys = keys, .found = found, .entries = entries };
	err e = OK;

	for (size_t i = 0; i < count; i++) {
		found[i] = false;
		s.open[s.open_count++] = (uint8_t)i;
	}
	search_table(&s, &dedup->active);
	pthread_mutex_lock(&dedup->runs_lock);
	if (dedup->has_frozen)
		search_table(&s, &dedup->frozen);
	for (size_t i = dedup->run_count; e == OK && s.open_count > 0 && i-- > 0;)
		e = search_run(&s, dedup->runs[i], why);
	pthread_mutex_unlock(&dedup->runs_lock);
	return e;
}

err dedup_find_many(struct dedup *dedup, const struct dedup_key *keys, size_t count, bool *found,
	struct dedup_entry *entries, struct why *why)
{
	err e = OK;

	for (size_t at = 0; e == OK && at < count; at += FIND_GROUP)
		e = find_group(dedup, keys + at, MIN_OF(count - at, (size_t)FIND_GROUP), found + at,
			entries + at, why);
	return e;
}

err dedup_find(struct dedup *dedup, struct dedup_key key, bool *found, struct dedup_entry *entry,
	struct why *why)
{
	return find_group(dedup, &key, 1, found, entry, why);
}

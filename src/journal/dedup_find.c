/* journal/dedup_find.c - looking up: many keys at once, so that the waits for memory overlap.
 *
 * A key is sought in the active table, the frozen one, and the runs from the newest to the
 * oldest; the first entry found is the one added last.  What the filter of all that is young does
 * not know is sought only in what is older (dedup_internal.h).
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

static void search_table(struct search *s, struct dedup_lists *table)
{
	size_t kept = 0;

	if (table->count == 0)
		return;
	for (size_t i = 0; i < s->open_count; i++)
		dedup_lists_prefetch(table, s->keys[s->open[i]]);
	for (size_t i = 0; i < s->open_count; i++) {
		uint8_t k = s->open[i];
		const uint8_t *entry = dedup_lists_find(table, s->keys[k]);
		if (entry == NULL) {
			s->open[kept++] = k;
			continue;
		}
		s->found[k] = true;
		s->entries[k] = entry_load(entry);
	}
	s->open_count = kept;
}

/* For each open key the line of a run's filter, asked for while another run is searched. */
struct lines {
	const uint8_t *of[FIND_GROUP]; /* by key, not by place among the open ones */
};

static void fetch_lines(const struct search *s, const struct dedup_run *run, struct lines *lines)
{
	for (size_t i = 0; i < s->open_count; i++) {
		uint8_t k = s->open[i];
		lines->of[k] = dedup_run_line(run, s->keys[k]);
		PREFETCH(lines->of[k]);
	}
}

static void drop_found(struct search *s)
{
	size_t kept = 0;

	for (size_t i = 0; i < s->open_count; i++)
		if (!s->found[s->open[i]])
			s->open[kept++] = s->open[i];
	s->open_count = kept;
}

/* The keys that a run's filter lets pass: few are not there. */
static err search_blocks(struct search *s, struct dedup_run *run, const uint8_t *perhaps,
	size_t count, struct why *why)
{
	uint8_t block_bytes[RUN_BLOCK_BYTES];
	uint64_t blocks[FIND_GROUP];

	for (size_t i = 0; i < count; i++)
		dedup_run_prefetch_index(run, s->keys[perhaps[i]]);
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
	drop_found(s);
	return OK;
}

static err search_run(
	struct search *s, struct dedup_run *run, const struct lines *lines, struct why *why)
{
	uint8_t perhaps[FIND_GROUP];
	size_t count = 0;

	for (size_t i = 0; i < s->open_count; i++) {
		uint8_t k = s->open[i];
		perhaps[count] = k; /* nearly never: no branch to be guessed */
		count += filter_line_may_have(lines->of[k], s->keys[k].low);
	}
	return count == 0 ? OK : search_blocks(s, run, perhaps, count, why);
}

static err search_runs(
	struct search *s, struct dedup_run *const *runs, size_t count, struct why *why)
{
	struct lines lines[2];
	err e = OK;

	if (count > 0)
		fetch_lines(s, runs[count - 1], &lines[(count - 1) % 2]);
	for (size_t i = count; e == OK && s->open_count > 0 && i-- > 0;) {
		if (i > 0)
			fetch_lines(s, runs[i - 1], &lines[(i - 1) % 2]);
		e = search_run(s, runs[i], &lines[i % 2], why);
	}
	return e;
}

/* Keeps open what may be young; returns how many are not, in `old`. */
static size_t keep_young(
	struct search *s, size_t count, const struct dedup_young *young, uint8_t *old)
{
	bool may_be[FIND_GROUP];
	size_t kept = 0, old_count = 0;

	if (young->lines == NULL)
		return 0;
	filter_ask(young->lines, young->line_count, s->keys, count, may_be);
	for (size_t i = 0; i < count; i++) {
		old[old_count] = (uint8_t)i; /* one of the two stays: no branch to be guessed */
		s->open[kept] = (uint8_t)i;
		old_count += !may_be[i];
		kept += may_be[i];
	}
	s->open_count = kept;
	return old_count;
}

static err search_disk(struct search *s, struct dedup *dedup, const uint8_t *old, size_t old_count,
	struct why *why)
{
	size_t older = dedup->run_count;

	while (older > 0 && dedup->runs[older - 1]->is_young)
		older--;
	if (dedup->has_frozen && dedup->frozen_is_young)
		search_table(s, &dedup->frozen);
	err e = search_runs(s, dedup->runs + older, dedup->run_count - older, why);
	for (size_t i = 0; i < old_count; i++)
		s->open[s->open_count++] = old[i];
	if (dedup->has_frozen && !dedup->frozen_is_young)
		search_table(s, &dedup->frozen);
	return e != OK ? e : search_runs(s, dedup->runs, older, why);
}

static err find_group(struct dedup *dedup, const struct dedup_key *keys, size_t count, bool *found,
	struct dedup_entry *entries, struct why *why)
{
	struct search s; /* it needs no zeros */
	uint8_t old[FIND_GROUP];

	s.keys = keys;
	s.found = found;
	s.entries = entries;
	s.open_count = count;
	memset(found, 0, count * sizeof(*found));
	for (size_t i = 0; i < count; i++)
		s.open[i] = (uint8_t)i;
	size_t old_count = keep_young(&s, count, &dedup->young, old);
	search_table(&s, &dedup->active);
	pthread_mutex_lock(&dedup->runs_lock);
	err e = search_disk(&s, dedup, old, old_count, why);
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

void dedup_ask(const struct dedup *dedup, const struct dedup_key *keys, size_t count)
{
	if (dedup->young.lines != NULL)
		filter_fetch(dedup->young.lines, dedup->young.line_count, keys, count);
}

/* base/index_find.c - looking up in an index, one key or many at once: see index.h */
#include "base/index_internal.h"

#ifdef __SSE2__
#include <emmintrin.h>
#endif

/* The place of the first such tag from `i` on, or NOT_FOUND. */
static unsigned find_tag(const struct bucket *bucket, uint16_t tag, unsigned i)
{
#ifdef __SSE2__
	const __m128i wanted = _mm_set1_epi16((short)tag);

	for (unsigned at = i & ~7u; at < bucket->count; at += 8) {
		const char *tags = (const char *)bucket + offsetof(struct bucket, tags);
		/* 84 is no multiple of 8: the last load takes some codes along */
		__m128i eight =
			_mm_loadu_si128((const __m128i *)(const void *)(tags + (size_t)2 * at));
		unsigned hits = (unsigned)_mm_movemask_epi8(_mm_cmpeq_epi16(eight, wanted));
		if (at < i)
			hits &= ~0u << (2 * (i - at));
		if (hits != 0) {
			at += (unsigned)__builtin_ctz(hits) / 2;
			return at < bucket->count ? at : NOT_FOUND;
		}
	}
	return NOT_FOUND;
#else
	while (i < bucket->count && bucket->tags[i] != tag)
		i++;
	return i < bucket->count ? i : NOT_FOUND;
#endif
}

/* Among the codes from place `from` on. */
static uint32_t find_in(const struct bucket *bucket, unsigned from, uint64_t bent, str key,
	const struct index_keys *keys)
{
	uint16_t tag = tag_of(bent, bucket->depth);

	for (unsigned i = find_tag(bucket, tag, from); i != NOT_FOUND;
		i = find_tag(bucket, tag, i + 1))
		if (keys->equal(keys->context, bucket->codes[i], key))
			return bucket->codes[i];
	return INDEX_NONE;
}

uint32_t index_view_find(
	const struct index_view *view, uint64_t hash, str key, const struct index_keys *keys)
{
	uint64_t bent = bend(hash);
	uint32_t found = INDEX_NONE, id;

	id = *(const uint32_t *)view_at(view->directory, bent & (view_count(view->directory) - 1));
	while (id != INDEX_NONE && found == INDEX_NONE) {
		const struct bucket *bucket = view_at(view->buckets, id);
		found = find_in(bucket, 0, bent, key, keys);
		id = bucket->next;
	}
	return found;
}

uint32_t index_find(
	const struct index *index, uint64_t hash, str key, const struct index_keys *keys)
{
	uint64_t bent = bend(hash);
	uint32_t found = INDEX_NONE, id = bucket_for(index, bent);

	while (id != INDEX_NONE && found == INDEX_NONE) {
		const struct bucket *bucket = table_at(index->buckets, id);
		found = find_in(bucket, 0, bent, key, keys);
		id = bucket->next;
	}
	return found;
}

/* ---- many at once
 *
 * A look-up waits for memory four or five times, each time for an address that the time before
 * gave: directory, tags, code, and what the caller's keys lie behind.  A group of them waits
 * together: step by step through all of the group, each step asking for what the next one reads.
 */

enum { FIND_GROUP = 32 }; /* more would not stay in the first cache */

struct sought {
	uint64_t bent;
	const struct bucket *bucket;
	unsigned at; /* of the first code with the tag, or NOT_FOUND */
};

static const struct bucket *prefetch_bucket(const struct index *index, uint64_t bent)
{
	const struct bucket *bucket = table_at(index->buckets, bucket_for(index, bent));

	PREFETCH(bucket);
	PREFETCH(&bucket->tags[BUCKET_CODES / 2]);
	PREFETCH(&bucket->tags[BUCKET_CODES - 1]);
	return bucket;
}

static void find_tags(struct sought *group, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		struct sought *s = &group[i];
		s->at = find_tag(s->bucket, tag_of(s->bent, s->bucket->depth), 0);
		if (s->at != NOT_FOUND)
			PREFETCH(&s->bucket->codes[s->at]);
	}
}

static void prefetch_keys(
	struct sought *group, const struct index_question *questions, size_t count, unsigned step)
{
	for (size_t i = 0; i < count; i++) {
		const struct index_keys *keys = questions[i].keys;
		if (keys->prefetch != NULL && group[i].at != NOT_FOUND)
			keys->prefetch(keys->context, group[i].bucket->codes[group[i].at], step);
	}
}

/* All is at hand now. */
static uint32_t finish(const struct sought *s, const struct index_question *q)
{
	uint32_t found = s->at == NOT_FOUND ? INDEX_NONE
					    : find_in(s->bucket, s->at, s->bent, q->key, q->keys);

	for (uint32_t id = s->bucket->next; id != INDEX_NONE && found == INDEX_NONE;) {
		const struct bucket *bucket = table_at(q->index->buckets, id);
		found = find_in(bucket, 0, s->bent, q->key, q->keys);
		id = bucket->next;
	}
	return found;
}

/* At most FIND_GROUP of them. */
static void find_group(struct index_question *questions, size_t count)
{
	struct sought group[FIND_GROUP];

	for (size_t i = 0; i < count; i++)
		group[i] = (struct sought){ .bent = bend(questions[i].hash) };
	for (size_t i = 0; i < count; i++)
		PREFETCH(directory_entry(questions[i].index, group[i].bent));
	for (size_t i = 0; i < count; i++)
		group[i].bucket = prefetch_bucket(questions[i].index, group[i].bent);
	find_tags(group, count);
	prefetch_keys(group, questions, count, 0);
	prefetch_keys(group, questions, count, 1);
	for (size_t i = 0; i < count; i++)
		questions[i].code = finish(&group[i], &questions[i]);
}

void index_find_each(struct index_question *questions, size_t count)
{
	for (size_t at = 0; at < count; at += FIND_GROUP)
		find_group(questions + at, MIN_OF(count - at, (size_t)FIND_GROUP));
}

void index_find_many(const struct index *index, const uint64_t *hashes, const str *keys_sought,
	size_t count, const struct index_keys *keys, uint32_t *codes)
{
	struct index_question questions[FIND_GROUP];

	for (size_t at = 0; at < count; at += FIND_GROUP) {
		size_t n = MIN_OF(count - at, (size_t)FIND_GROUP);
		for (size_t i = 0; i < n; i++)
			questions[i] = (struct index_question){ index, keys, hashes[at + i],
				keys_sought[at + i], INDEX_NONE };
		find_group(questions, n);
		for (size_t i = 0; i < n; i++)
			codes[at + i] = questions[i].code;
	}
}

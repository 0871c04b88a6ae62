/* base/index.c - see index.h
 *
 *  1. A bucket of depth d holds the codes whose bent hash has certain d low bits; all entries of
 *     the directory with these low bits name it.  The directory has 2^g entries, g >= d.
 *  2. The tag of a code in a bucket of depth d is the 16 bits of its bent hash from bit 8 [d / 8]
 *     on: the next splits find their bit in it, so only every eighth must ask for the hash.
 *  3. A bucket that may not be split (DEPTH_MARGIN: hashes collide on purpose) is continued by
 *     others, each with a higher number than the one before, and is never split again.
 */
#include "base/index.h"

#include <stdlib.h>
#include <string.h>
#ifdef __SSE2__
#include <emmintrin.h>
#endif

enum {
	BUCKET_CODES = 84,
	DEPTH_MARGIN = 6, /* a bucket may be this much deeper than the logarithm of their number */
	DEPTH_MAX = 40,
	WINDOW = 8, /* splits for one set of tags */
	NOT_FOUND = BUCKET_CODES
};

struct bucket {
	uint8_t count, depth;
	uint16_t unused;
	uint32_t next; /* bucket that continues this one, or INDEX_NONE */
	uint16_t tags[BUCKET_CODES];
	uint32_t codes[BUCKET_CODES];
};
_Static_assert(sizeof(struct bucket) == 512, "8 in a chunk");

struct index {
	struct table *directory; /* u32: bucket */
	struct table *buckets;
	size_t count; /* codes */
};

static uint64_t reverse(uint64_t n)
{
	n = (n & 0x5555555555555555u) << 1 | (n >> 1 & 0x5555555555555555u);
	n = (n & 0x3333333333333333u) << 2 | (n >> 2 & 0x3333333333333333u);
	n = (n & 0x0f0f0f0f0f0f0f0fu) << 4 | (n >> 4 & 0x0f0f0f0f0f0f0f0fu);
	return __builtin_bswap64(n);
}

/* Equal shares would make all buckets split in the same moment.  With x in [0, 1) for the hash,
 * x + 0.344 x (1 - x) is within 0.009 of log2(1 + x): the density falls from 4/3 to 2/3 over the
 * range, and the times of splitting spread evenly over each doubling of the number of codes. */
static uint64_t bend(uint64_t x)
{
	const uint64_t factor = 0x5810624dd2f1a9fcu; /* 0.344 * 2^64 */
	uint64_t product = (uint64_t)((unsigned __int128)x * ~x >> 64);

	return reverse(x + (uint64_t)((unsigned __int128)product * factor >> 64));
}

static uint16_t tag_of(uint64_t bent, unsigned depth)
{
	return (uint16_t)(bent >> (depth / WINDOW * WINDOW));
}

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

static uint32_t bucket_for(const struct index *index, uint64_t bent)
{
	size_t entries = table_count(index->directory);

	return *(const uint32_t *)table_at(index->directory, bent & (entries - 1));
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
	struct sought *group, size_t count, const struct index_keys *keys, unsigned step)
{
	for (size_t i = 0; keys->prefetch != NULL && i < count; i++)
		if (group[i].at != NOT_FOUND)
			keys->prefetch(keys->context, group[i].bucket->codes[group[i].at], step);
}

/* All is at hand now. */
static uint32_t finish(
	const struct index *index, const struct sought *s, str key, const struct index_keys *keys)
{
	uint32_t found =
		s->at == NOT_FOUND ? INDEX_NONE : find_in(s->bucket, s->at, s->bent, key, keys);

	for (uint32_t id = s->bucket->next; id != INDEX_NONE && found == INDEX_NONE;) {
		const struct bucket *bucket = table_at(index->buckets, id);
		found = find_in(bucket, 0, s->bent, key, keys);
		id = bucket->next;
	}
	return found;
}

static void find_group(const struct index *index, const uint64_t *hashes, const str *sought,
	size_t count, const struct index_keys *keys, uint32_t *codes)
{
	struct sought group[FIND_GROUP];

	for (size_t i = 0; i < count; i++)
		group[i] = (struct sought){ .bent = bend(hashes[i]) };
	for (size_t i = 0; i < count; i++)
		group[i].bucket = prefetch_bucket(index, group[i].bent);
	find_tags(group, count);
	prefetch_keys(group, count, keys, 0);
	prefetch_keys(group, count, keys, 1);
	for (size_t i = 0; i < count; i++)
		codes[i] = finish(index, &group[i], sought[i], keys);
}

void index_find_many(const struct index *index, const uint64_t *hashes, const str *keys_sought,
	size_t count, const struct index_keys *keys, uint32_t *codes)
{
	for (size_t at = 0; at < count; at += FIND_GROUP)
		find_group(index, hashes + at, keys_sought + at,
			MIN_OF(count - at, (size_t)FIND_GROUP), keys, codes + at);
}

static uint32_t push_bucket(struct index *index, unsigned depth)
{
	uint32_t id = (uint32_t)table_count(index->buckets);
	struct bucket *bucket = table_push(index->buckets);

	bucket->depth = (uint8_t)depth;
	bucket->next = INDEX_NONE;
	return id;
}

struct index *index_create(void)
{
	struct index *index = memory_alloc(sizeof(*index));

	index->directory = table_create(sizeof(uint32_t));
	index->buckets = table_create(sizeof(struct bucket));
	*(uint32_t *)table_push(index->directory) = push_bucket(index, 0);
	return index;
}

void index_free(struct index *index)
{
	if (index == NULL)
		return;
	table_free(index->directory);
	table_free(index->buckets);
	free(index);
}

size_t index_count(const struct index *index)
{
	return index->count;
}

size_t index_resident_bytes(const struct index *index)
{
	return table_resident_bytes(index->directory) + table_resident_bytes(index->buckets);
}

size_t index_retained_bytes(const struct index *index)
{
	return table_retained_bytes(index->directory) + table_retained_bytes(index->buckets);
}

/* ---- insertion ---- */

static void put(struct bucket *bucket, uint16_t tag, uint32_t code)
{
	bucket->tags[bucket->count] = tag;
	bucket->codes[bucket->count++] = code;
}

/* The new half repeats the old one: every bucket has one more low bit that does not matter.  One by
 * one: what was appended since the last publication need not lie beside what was there before. */
static void double_directory(struct table *directory)
{
	size_t count = table_count(directory);

	table_resize(directory, 2 * count);
	for (size_t i = 0; i < count; i++) {
		uint32_t id = *(const uint32_t *)table_at(directory, i);
		*(uint32_t *)table_change(directory, count + i) = id;
	}
}

/* Moves the codes with bit `depth` set to `upper`; both have the next depth then. */
static void share_out(struct bucket *bucket, struct bucket *upper, const struct index_keys *keys)
{
	unsigned depth = bucket->depth, count = bucket->count;
	bool ask = (depth + 1) % WINDOW == 0;

	bucket->count = 0;
	bucket->depth = (uint8_t)(depth + 1);
	for (unsigned i = 0; i < count; i++) {
		uint16_t tag = bucket->tags[i];
		uint32_t code = bucket->codes[i];
		struct bucket *to = tag >> depth % WINDOW & 1 ? upper : bucket;
		if (ask)
			tag = tag_of(bend(keys->hash(keys->context, code)), depth + 1);
		put(to, tag, code);
	}
}

static void split(struct index *index, uint32_t id, uint64_t bent, const struct index_keys *keys)
{
	const struct bucket *full = table_at(index->buckets, id);
	unsigned depth = full->depth;
	size_t bit = (size_t)1 << depth;

	if (bit == table_count(index->directory))
		double_directory(index->directory);
	uint32_t upper_id = push_bucket(index, depth + 1);
	share_out(table_change(index->buckets, id), table_change(index->buckets, upper_id), keys);
	for (size_t i = (bent & (bit - 1)) | bit; i < table_count(index->directory); i += 2 * bit)
		*(uint32_t *)table_change(index->directory, i) = upper_id;
}

static bool may_split(const struct index *index, const struct bucket *bucket)
{
	unsigned logarithm = 63 - (unsigned)__builtin_clzll(table_count(index->buckets));

	return bucket->next == INDEX_NONE &&
	       bucket->depth < MIN_OF(logarithm + DEPTH_MARGIN, (unsigned)DEPTH_MAX);
}

/* The last bucket in the continuation of `id`, with room. */
static uint32_t continuation(struct index *index, uint32_t id)
{
	const struct bucket *bucket = table_at(index->buckets, id);

	for (; bucket->next != INDEX_NONE; bucket = table_at(index->buckets, id))
		id = bucket->next;
	if (bucket->count < BUCKET_CODES)
		return id;
	uint32_t fresh = push_bucket(index, bucket->depth);
	((struct bucket *)table_change(index->buckets, id))->next = fresh;
	return fresh;
}

void index_insert(struct index *index, uint64_t hash, uint32_t code, const struct index_keys *keys)
{
	uint64_t bent = bend(hash);
	uint32_t id = bucket_for(index, bent);
	const struct bucket *bucket = table_at(index->buckets, id);

	ASSERT(index->count < INDEX_COUNT_MAX && code < INDEX_NONE);
	while (bucket->count == BUCKET_CODES && may_split(index, bucket)) {
		split(index, id, bent, keys);
		id = bucket_for(index, bent);
		bucket = table_at(index->buckets, id);
	}
	if (bucket->count == BUCKET_CODES)
		id = continuation(index, id);
	struct bucket *to = table_change(index->buckets, id);
	put(to, tag_of(bent, to->depth), code);
	index->count++;
}

/* ---- views ---- */

struct index_view index_publish(struct index *index)
{
	return (struct index_view){ table_publish(index->directory),
		table_publish(index->buckets) };
}

struct index_view index_view_ref(struct index_view view)
{
	(void)view_ref(view.directory);
	(void)view_ref(view.buckets);
	return view;
}

void index_view_done(struct index_view *view)
{
	view_unref(view->directory);
	view_unref(view->buckets);
	*view = (struct index_view){ NULL, NULL };
}

/* ---- saving ---- */

err index_save(struct index *index, const struct index_view *view, struct file *file, uint64_t *end,
	struct strbuf *entries, struct why *why)
{
	err e = table_save(index->directory, view->directory, file, end, entries, why);

	return e != OK ? e : table_save(index->buckets, view->buckets, file, end, entries, why);
}

static bool check_bucket(const struct index *index, uint32_t id)
{
	const struct bucket *b = table_at(index->buckets, id);

	return b->count <= BUCKET_CODES && b->depth <= DEPTH_MAX &&
	       ((size_t)1 << b->depth) <= table_count(index->directory) &&
	       (b->next == INDEX_NONE || (b->next > id && b->next < table_count(index->buckets)));
}

/* Whoever looks up a key asks what each code stands for: none may lead outside. */
static bool codes_are_inside(const struct index *index, size_t codes)
{
	for (size_t id = 0; id < table_count(index->buckets); id++) {
		const struct bucket *b = table_at(index->buckets, id);
		for (size_t i = 0; i < b->count; i++)
			if (b->codes[i] >= codes)
				return false;
	}
	return true;
}

/* Every step of a reader stays inside and comes to an end; counts the codes. */
static bool check(struct index *index, size_t codes)
{
	size_t entries = table_count(index->directory), buckets = table_count(index->buckets);

	if (entries == 0 || (entries & (entries - 1)) != 0 || buckets >= INDEX_NONE)
		return false;
	for (size_t i = 0; i < entries; i++)
		if (*(const uint32_t *)table_at(index->directory, i) >= buckets)
			return false;
	for (size_t id = 0; id < buckets; id++) {
		if (!check_bucket(index, (uint32_t)id))
			return false;
		index->count += ((const struct bucket *)table_at(index->buckets, id))->count;
	}
	return codes_are_inside(index, codes);
}

err index_load(struct file *file, str *entries, size_t codes, struct index **out, struct why *why)
{
	struct index *index = memory_alloc(sizeof(*index));
	str left = *entries;
	err e = table_load(file, sizeof(uint32_t), &left, &index->directory, why);

	if (e == OK)
		e = table_load(file, sizeof(struct bucket), &left, &index->buckets, why);
	if (e == OK && !check(index, codes))
		e = fail(why, MSG_TABLE_INDEX, arg_int(0));
	if (e != OK) {
		index_free(index);
		return e;
	}
	*entries = left;
	*out = index;
	return OK;
}

uint64_t index_saved_bytes(const struct index *index)
{
	return table_saved_bytes(index->directory) + table_saved_bytes(index->buckets);
}

void index_forget_saved(struct index *index)
{
	table_forget_saved(index->directory);
	table_forget_saved(index->buckets);
}

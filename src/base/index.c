/* base/index.c - insertion, views, saving: see index.h; index_internal.h says how it lies */
#include "base/index.h"

#include "base/index_internal.h"

#include <stdlib.h>
#include <string.h>

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

err index_save(struct index *index, const struct index_view *view, struct table_store *store,
	struct why *why)
{
	err e = table_save(index->directory, view->directory, store, why);

	return e != OK ? e : table_save(index->buckets, view->buckets, store, why);
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

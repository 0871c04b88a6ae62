/* base/strings.c - see strings.h
 *
 *   places[code] -> granule (4 bytes) where it starts: varint length, bytes, zeros
 *
 * A text never straddles a chunk of granules, so it can be borrowed as one slice.
 */
#include "base/strings.h"

#include "base/hash.h"
#include "base/recent.h"
#include "base/varint.h"

#include <stdatomic.h>
#include <stdlib.h>

enum { FORMAT_VERSION = 1, GRANULE = 4, LENGTH_BYTES_MAX = 3, FIND_GROUP = 64 };

#define ERASED UINT32_MAX /* a place */
#define CHUNK_GRANULES (TABLE_CHUNK_BYTES_MAX / GRANULE)
#define GRANULES_MAX (STRINGS_BYTES_MAX / GRANULE - 1)

_Static_assert(STRINGS_TEXT_BYTES_MAX + LENGTH_BYTES_MAX <= TABLE_CHUNK_BYTES_MAX, "fits a chunk");
_Static_assert(GRANULES_MAX <= ERASED, "places are u32");

struct strings {
	uint64_t seed;
	struct table *granules, *places;
	struct index *index;
	struct recent *recent; /* NULL: nothing is remembered */
	struct strings_view *current; /* a reference of its own, or NULL */
};

struct strings_view {
	uint64_t seed;
	struct view *granules, *places;
	struct index_view index;
	atomic_size_t references;
};

static str text_at(const void *granule)
{
	const char *at = granule;

	if ((uint8_t)*at < 0x80) /* nearly always */
		return (str){ at + 1, (uint8_t)*at };
	struct reader r = reader_of((str){ at, LENGTH_BYTES_MAX });
	size_t len = (size_t)reader_varint(&r);
	return (str){ r.at, len };
}

str strings_get(const struct strings *strings, uint32_t code)
{
	uint32_t place = *(const uint32_t *)table_at(strings->places, code);

	return place == ERASED ? (str){ NULL, 0 } : text_at(table_at(strings->granules, place));
}

str strings_view_get(const struct strings_view *view, uint32_t code)
{
	ASSERT(code < view_count(view->places));
	uint32_t place = *(const uint32_t *)view_at(view->places, code);

	return place == ERASED ? (str){ NULL, 0 } : text_at(view_at(view->granules, place));
}

/* What the index asks; an erased text has the hash of no text, and equals none. */
static uint64_t hash_of(const void *strings, uint32_t code)
{
	return hash64(((const struct strings *)strings)->seed, strings_get(strings, code));
}

static bool equals(const void *strings, uint32_t code, str key)
{
	str text = strings_get(strings, code);

	return text.ptr != NULL && str_equal(text, key);
}

static bool equals_in_view(const void *view, uint32_t code, str key)
{
	str text = strings_view_get(view, code);

	return text.ptr != NULL && str_equal(text, key);
}

static void prefetch(const void *context, uint32_t code, unsigned step)
{
	const struct strings *strings = context;
	const uint32_t *place = table_at(strings->places, code);

	if (step == 0)
		PREFETCH(place);
	else if (*place != ERASED)
		PREFETCH(table_at(strings->granules, *place));
}

static struct index_keys keys_of(const struct strings *strings)
{
	return (struct index_keys){ hash_of, equals, strings, prefetch };
}

/* ---- the writer ---- */

struct strings *strings_create(uint64_t seed)
{
	struct strings *strings = memory_alloc(sizeof(*strings));

	strings->seed = seed;
	strings->granules = table_create_sized(GRANULE, TABLE_CHUNK_BYTES_MAX);
	strings->places = table_create(sizeof(uint32_t));
	strings->index = index_create();
	return strings;
}

void strings_free(struct strings *strings)
{
	if (strings == NULL)
		return;
	strings_view_unref(strings->current);
	table_free(strings->granules);
	table_free(strings->places);
	index_free(strings->index);
	recent_free(strings->recent);
	free(strings);
}

void strings_remember(struct strings *strings, size_t texts_max)
{
	if (texts_max == 0) {
		recent_free(strings->recent);
		strings->recent = NULL;
	} else if (strings->recent == NULL) {
		strings->recent = recent_create(texts_max);
	}
}

size_t strings_count(const struct strings *strings)
{
	return table_count(strings->places);
}

size_t strings_resident_bytes(const struct strings *strings)
{
	return table_resident_bytes(strings->granules) + table_resident_bytes(strings->places) +
	       index_resident_bytes(strings->index) +
	       (strings->recent == NULL ? 0 : recent_bytes(strings->recent));
}

size_t strings_retained_bytes(const struct strings *strings)
{
	return table_retained_bytes(strings->granules) + table_retained_bytes(strings->places) +
	       index_retained_bytes(strings->index);
}

bool strings_has_room(const struct strings *strings, size_t texts, uint64_t bytes)
{
	uint64_t texts_left = STRINGS_COUNT_MAX - table_count(strings->places);
	uint64_t left = (GRANULES_MAX - table_count(strings->granules)) * GRANULE;

	/* At worst every second half of a chunk stays empty. */
	return texts <= texts_left && bytes <= STRINGS_BYTES_MAX &&
	       2 * (bytes + texts * (uint64_t)(LENGTH_BYTES_MAX + GRANULE)) +
			       TABLE_CHUNK_BYTES_MAX <=
		       left;
}

static uint32_t add(struct strings *strings, str text)
{
	char length[VARINT_BYTES_MAX];
	size_t length_bytes = varint_put(length, text.len), first;
	size_t granules = (length_bytes + text.len + GRANULE - 1) / GRANULE;
	uint32_t code = (uint32_t)table_count(strings->places);
	char *to = table_push_run(strings->granules, granules, &first);

	memcpy(to, length, length_bytes);
	if (text.len > 0)
		memcpy(to + length_bytes, text.ptr, text.len);
	*(uint32_t *)table_push(strings->places) = (uint32_t)first;
	return code;
}

static bool fits(const struct strings *strings, str text)
{
	return text.len <= STRINGS_TEXT_BYTES_MAX &&
	       table_count(strings->places) < STRINGS_COUNT_MAX &&
	       table_count(strings->granules) + 2 * CHUNK_GRANULES <= GRANULES_MAX;
}

static void remember(const struct strings *strings, uint64_t hash, str text, uint32_t code)
{
	if (strings->recent != NULL)
		recent_put(strings->recent, hash, text,
			*(const uint32_t *)table_at(strings->places, code), code);
}

uint32_t strings_intern(struct strings *strings, str text)
{
	uint64_t hash = hash64(strings->seed, text);
	struct index_keys keys = keys_of(strings);
	uint32_t code = index_find(strings->index, hash, text, &keys);

	if (code != INDEX_NONE)
		return code;
	if (!fits(strings, text))
		return STRINGS_NONE;
	code = add(strings, text);
	index_insert(strings->index, hash, code, &keys);
	remember(strings, hash, text, code);
	return code;
}

uint32_t strings_find(const struct strings *strings, str text)
{
	struct index_keys keys = keys_of(strings);

	return index_find(strings->index, hash64(strings->seed, text), text, &keys);
}

uint32_t strings_append(struct strings *strings, str text)
{
	return fits(strings, text) ? add(strings, text) : STRINGS_NONE;
}

/* ---- many at once: first where they were lately, then by the index */

/* At most FIND_GROUP texts. */
struct finding {
	const struct strings *strings;
	const str *texts;
	const uint64_t *hashes;
	uint32_t *codes;
	size_t count;
};

static str text_of(const struct strings *strings, const struct recent_entry *entry)
{
	return entry->length == RECENT_LONG
		       ? text_at(table_at(strings->granules, recent_place(entry)))
		       : (str){ entry->text, entry->length };
}

/* Finds what is remembered, where strings_ask() has looked; returns how many are not, in `rest`.
 * What is remembered of an erased one was forgotten. */
static size_t recall(const struct finding *f, uint8_t *rest)
{
	const struct recent *recent = f->strings->recent;
	const struct recent_entry *entries[FIND_GROUP];
	size_t rest_count = 0;

	for (size_t i = 0; i < f->count; i++) {
		entries[i] = recent_find(recent, f->hashes[i]);
		if (entries[i] != NULL && entries[i]->length == RECENT_LONG)
			PREFETCH(table_at(f->strings->granules, recent_place(entries[i])));
	}
	for (size_t i = 0; i < f->count; i++) {
		const struct recent_entry *entry = entries[i];
		bool is_it = entry != NULL && str_equal(text_of(f->strings, entry), f->texts[i]);
		f->codes[i] = is_it ? entry->code - 1 : STRINGS_NONE;
		if (!is_it)
			rest[rest_count++] = (uint8_t)i;
	}
	return rest_count;
}

static void find_rest(const struct finding *f, const uint8_t *rest, size_t count)
{
	struct index_keys keys = keys_of(f->strings);
	uint64_t hashes[FIND_GROUP];
	uint32_t codes[FIND_GROUP];
	str texts[FIND_GROUP];

	if (count == 0)
		return;
	for (size_t i = 0; i < count; i++) {
		hashes[i] = f->hashes[rest[i]];
		texts[i] = f->texts[rest[i]];
	}
	index_find_many(f->strings->index, hashes, texts, count, &keys, codes);
	for (size_t i = 0; i < count; i++) {
		f->codes[rest[i]] = codes[i];
		if (codes[i] != INDEX_NONE)
			remember(f->strings, hashes[i], texts[i], codes[i]);
	}
}

static void find_some(const struct finding *f)
{
	struct index_keys keys = keys_of(f->strings);
	uint8_t rest[FIND_GROUP];

	if (f->strings->recent == NULL)
		index_find_many(f->strings->index, f->hashes, f->texts, f->count, &keys, f->codes);
	else
		find_rest(f, rest, recall(f, rest));
}

uint64_t strings_hash(const struct strings *strings, str text)
{
	return hash64(strings->seed, text);
}

void strings_ask(const struct strings *strings, uint64_t hash)
{
	if (strings->recent != NULL)
		recent_ask(strings->recent, hash);
}

void strings_find_asked(const struct strings *strings, const str *texts, const uint64_t *hashes,
	size_t count, uint32_t *codes)
{
	for (size_t at = 0; at < count; at += FIND_GROUP)
		find_some(&(struct finding){ strings, texts + at, hashes + at, codes + at,
			MIN_OF(count - at, (size_t)FIND_GROUP) });
}

void strings_find_many(
	const struct strings *strings, const str *texts, size_t count, uint32_t *codes)
{
	uint64_t hashes[FIND_GROUP];

	for (size_t at = 0; at < count; at += FIND_GROUP) {
		size_t n = MIN_OF(count - at, (size_t)FIND_GROUP);
		for (size_t i = 0; i < n; i++)
			hashes[i] = hash64(strings->seed, texts[at + i]);
		for (size_t i = 0; i < n; i++)
			strings_ask(strings, hashes[i]);
		strings_find_asked(strings, texts + at, hashes, n, codes + at);
	}
}

static void find_group(struct strings_question *questions, size_t count)
{
	struct index_question asked[FIND_GROUP];
	struct index_keys keys[FIND_GROUP];

	for (size_t i = 0; i < count; i++) {
		const struct strings *strings = questions[i].strings;
		keys[i] = keys_of(strings);
		asked[i] = (struct index_question){ strings->index, &keys[i],
			hash64(strings->seed, questions[i].text), questions[i].text, INDEX_NONE };
	}
	index_find_each(asked, count);
	for (size_t i = 0; i < count; i++)
		questions[i].code = asked[i].code;
}

void strings_find_each(struct strings_question *questions, size_t count)
{
	for (size_t at = 0; at < count; at += FIND_GROUP)
		find_group(questions + at, MIN_OF(count - at, (size_t)FIND_GROUP));
}

void strings_erase(struct strings *strings, uint32_t code)
{
	str text = strings_get(strings, code);

	if (text.ptr == NULL)
		return;
	if (strings->recent != NULL)
		recent_forget(strings->recent, hash64(strings->seed, text));
	uint32_t place = *(const uint32_t *)table_at(strings->places, code);
	char *to = table_change(strings->granules, place);
	char length[VARINT_BYTES_MAX];
	memset(to, 0, varint_put(length, text.len) + text.len);
	*(uint32_t *)table_change(strings->places, code) = ERASED;
}

/* ---- views ---- */

static void release(struct strings_view *view)
{
	view_unref(view->granules);
	view_unref(view->places);
	index_view_done(&view->index);
	free(view);
}

static bool same(const struct strings_view *a, const struct strings_view *b)
{
	return a->granules == b->granules && a->places == b->places &&
	       a->index.directory == b->index.directory && a->index.buckets == b->index.buckets;
}

struct strings_view *strings_publish(struct strings *strings)
{
	struct strings_view *fresh = memory_alloc(sizeof(*fresh));

	fresh->seed = strings->seed;
	fresh->granules = table_publish(strings->granules);
	fresh->places = table_publish(strings->places);
	fresh->index = index_publish(strings->index);
	if (strings->current != NULL && same(fresh, strings->current)) {
		release(fresh);
		return strings_view_ref(strings->current);
	}
	strings_view_unref(strings->current);
	atomic_init(&fresh->references, 2); /* the caller's and the store's */
	strings->current = fresh;
	return fresh;
}

struct strings_view *strings_view_ref(struct strings_view *view)
{
	(void)atomic_fetch_add_explicit(&view->references, 1, memory_order_relaxed);
	return view;
}

void strings_view_unref(struct strings_view *view)
{
	if (view != NULL &&
		atomic_fetch_sub_explicit(&view->references, 1, memory_order_acq_rel) == 1)
		release(view);
}

size_t strings_view_count(const struct strings_view *view)
{
	return view_count(view->places);
}

uint32_t strings_view_find(const struct strings_view *view, str text)
{
	struct index_keys keys = { NULL, equals_in_view, view, NULL };

	return index_view_find(&view->index, hash64(view->seed, text), text, &keys);
}

struct strings *strings_of_view(const struct strings_view *view)
{
	struct strings *strings = memory_alloc(sizeof(*strings));

	strings->seed = view->seed;
	strings->granules = table_of_view(view->granules);
	strings->places = table_of_view(view->places);
	return strings;
}

/* ---- saving ---- */

err strings_save(struct strings *strings, const struct strings_view *view,
	struct table_store *store, struct why *why)
{
	strbuf_add_byte(store->index, FORMAT_VERSION);
	strbuf_add_u64(store->index, view->seed);
	strbuf_add_u64(store->index, hash64(view->seed, STR("ariane")));
	err e = table_save(strings->granules, view->granules, store, why);
	if (e == OK)
		e = table_save(strings->places, view->places, store, why);
	if (e == OK)
		e = index_save(strings->index, &view->index, store, why);
	return e;
}

static err load_head(str *index, uint64_t *seed, struct why *why)
{
	struct reader r = reader_of(*index);
	uint8_t version = reader_u8(&r);

	*seed = reader_u64(&r);
	uint64_t mark = reader_u64(&r);
	if (r.failed || version == 0)
		return fail(why, MSG_TABLE_INDEX, arg_int(0));
	if (version > FORMAT_VERSION)
		return fail(why, MSG_TABLE_VERSION, arg_int(version), arg_int(FORMAT_VERSION));
	if (mark != hash64(*seed, STR("ariane")))
		return fail(why, MSG_TABLE_HASH, { 0 });
	*index = str_from(*index, reader_offset(&r));
	return OK;
}

err strings_load(struct file *file, str *index, struct strings **out, struct why *why)
{
	struct strings *strings = memory_alloc(sizeof(*strings));
	str left = *index;
	err e = load_head(&left, &strings->seed, why);

	if (e == OK)
		e = table_load(file, GRANULE, &left, &strings->granules, why);
	if (e == OK)
		e = table_load(file, sizeof(uint32_t), &left, &strings->places, why);
	if (e == OK)
		e = index_load(file, &left, table_count(strings->places), &strings->index, why);
	if (e == OK && (index_count(strings->index) > table_count(strings->places) ||
			       table_chunk_items(strings->granules) != CHUNK_GRANULES))
		e = fail(why, MSG_TABLE_INDEX, arg_int(0));
	if (e != OK) {
		strings_free(strings);
		return e;
	}
	*index = left;
	*out = strings;
	return OK;
}

uint64_t strings_saved_bytes(const struct strings *strings)
{
	return table_saved_bytes(strings->granules) + table_saved_bytes(strings->places) +
	       index_saved_bytes(strings->index);
}

void strings_forget_saved(struct strings *strings)
{
	table_forget_saved(strings->granules);
	table_forget_saved(strings->places);
	index_forget_saved(strings->index);
}

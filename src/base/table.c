/* base/table.c - see table.h; the memory layout and its rules are in table_internal.h */
#include "base/table.h"

#include "base/chunks.h"
#include "base/table_internal.h"

#include <stdlib.h>
#include <string.h>

enum { DIRECTORY_SLOTS_MIN = 4 };

/* ---- memory that is counted ---- */

/* A checked build shall see who reads beside a chunk: its own malloc does. */
#if defined(__SANITIZE_ADDRESS__)
#define CHUNKS_IN_SLABS 0
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define CHUNKS_IN_SLABS 0
#endif
#endif
#ifndef CHUNKS_IN_SLABS
#define CHUNKS_IN_SLABS 1
#endif

static void *family_alloc(struct family *family, size_t bytes, bool zeroed)
{
	(void)atomic_fetch_add_explicit(&family->heap_bytes, bytes, memory_order_relaxed);
	return zeroed ? memory_alloc(bytes) : memory_resize(NULL, bytes);
}

static void family_free(struct family *family, void *memory, size_t bytes)
{
	(void)atomic_fetch_sub_explicit(&family->heap_bytes, bytes, memory_order_relaxed);
	free(memory);
}

static size_t directory_heap_bytes(size_t room)
{
	return sizeof(struct directory) + room * (sizeof(char *) + sizeof(uint64_t));
}

static bool is_mapped(const struct family *family, const char *items)
{
	return (uintptr_t)items - (uintptr_t)family->mapped < family->mapped_bytes;
}

static char *alloc_chunk(struct family *family, bool zeroed)
{
	size_t bytes = family->chunk_bytes;

	if (!CHUNKS_IN_SLABS)
		return family_alloc(family, bytes, zeroed);
	(void)atomic_fetch_add_explicit(&family->heap_bytes, bytes, memory_order_relaxed);
	return chunk_alloc(bytes, family->pages, zeroed);
}

static void free_chunk(struct family *family, char *items)
{
	size_t bytes = family->chunk_bytes;

	if (!CHUNKS_IN_SLABS) {
		family_free(family, items, bytes);
		return;
	}
	(void)atomic_fetch_sub_explicit(&family->heap_bytes, bytes, memory_order_relaxed);
	chunk_free(items, bytes);
}

static void free_replaced(struct family *family, struct replaced *list)
{
	for (struct replaced *next; list != NULL; list = next) {
		next = list->next;
		free_chunk(family, list->items);
		family_free(family, list, sizeof(*list));
	}
}

static void leave_family(struct family *family)
{
	if (atomic_fetch_sub_explicit(&family->members, 1, memory_order_acq_rel) > 1)
		return;
	if (family->file != NULL)
		file_unmap(family->file, family->mapped, family->mapped_bytes);
	view_unref(family->origin);
	ASSERT(atomic_load_explicit(&family->heap_bytes, memory_order_relaxed) == 0);
	ASSERT(pthread_mutex_destroy(&family->lock) == 0);
	free(family);
}

/* ---- directories ---- */

static struct directory *create_directory(struct family *family, size_t room)
{
	struct directory *directory = family_alloc(family, directory_heap_bytes(room), false);

	directory->room = room;
	directory->shown = 0;
	directory->births = (uint64_t *)(void *)(directory->chunks + room);
	atomic_init(&directory->users, 1);
	return directory;
}

static void leave_directory(struct family *family, struct directory *directory)
{
	if (atomic_fetch_sub_explicit(&directory->users, 1, memory_order_acq_rel) == 1)
		family_free(family, directory, directory_heap_bytes(directory->room));
}

/* A directory of the writer's own, with at least `room` slots. */
static void replace_directory(struct table *table, size_t room)
{
	struct directory *old = table->directory;
	struct directory *fresh = create_directory(table->family, room);
	size_t slots = MIN_OF(table_slots(&table->front.now, table->front.now.count), old->room);

	memcpy(fresh->chunks, old->chunks, slots * sizeof(fresh->chunks[0]));
	memcpy(fresh->births, old->births, slots * sizeof(fresh->births[0]));
	leave_directory(table->family, old);
	table->directory = fresh;
	table->front.now.chunks = fresh->chunks;
}

static void set_slot(struct table *table, size_t slot, char *items, uint64_t birth)
{
	struct directory *directory = table->directory;

	if (slot >= directory->room)
		replace_directory(table, MAX_OF(directory->room * 2, slot + 1));
	else if (slot < directory->shown)
		replace_directory(table, directory->room);
	table->directory->chunks[slot] = items;
	table->directory->births[slot] = birth;
}

/* ---- the writer ---- */

struct table *table_make(size_t item_bytes, uint32_t shift)
{
	struct family *family = memory_alloc(sizeof(*family));
	struct table *table = memory_alloc(sizeof(*table));

	family->chunk_bytes = item_bytes << shift;
	atomic_init(&family->members, 1);
	ASSERT(pthread_mutex_init(&family->lock, NULL) == 0);
	table->family = family;
	table->version = 1;
	table->directory = create_directory(family, DIRECTORY_SLOTS_MIN);
	table->front.now = (struct view){ .chunks = table->directory->chunks,
		.mask = ((size_t)1 << shift) - 1,
		.shift = shift,
		.item_bytes = (uint32_t)item_bytes };
	return table;
}

struct table *table_create_sized(size_t item_bytes, size_t chunk_bytes)
{
	uint32_t shift = 0;

	ASSERT(item_bytes > 0 && item_bytes <= TABLE_ITEM_BYTES_MAX);
	ASSERT(chunk_bytes >= TABLE_CHUNK_BYTES && chunk_bytes <= TABLE_CHUNK_BYTES_MAX);
	while (item_bytes << (shift + 1) <= chunk_bytes)
		shift++;
	return table_make(item_bytes, shift);
}

struct table *table_create(size_t item_bytes)
{
	return table_create_sized(item_bytes, TABLE_CHUNK_BYTES);
}

void table_on_small_pages(struct table *table)
{
	table->family->pages = CHUNK_PAGES_SMALL;
}

size_t table_chunk_items(const struct table *table)
{
	return table->front.now.mask + 1;
}

static bool is_shared(const struct table *table, size_t slot)
{
	return table->directory->births[slot] < table->version;
}

static char *item_at(const struct table *table, size_t i)
{
	return table_item(&table->front, i);
}

static char *create_chunk(struct table *table, bool zeroed)
{
	table->own_chunks++;
	return alloc_chunk(table->family, zeroed);
}

static void add_chunk(struct table *table, size_t slot)
{
	set_slot(table, slot, create_chunk(table, true), table->version);
}

/* Loaded chunks count as seen by a view before the first: birth 0. */
char *table_adopt(struct table *table, char *mapped, size_t items)
{
	size_t slot = table_slots(&table->front.now, table->front.now.count);
	char *at = mapped != NULL ? mapped : create_chunk(table, true);

	ASSERT((table->front.now.count & table->front.now.mask) == 0);
	set_slot(table, slot, at, 0);
	table->front.now.count += items;
	table->shown = table->front.now.count;
	return at;
}

static bool is_borrowed(const struct table *table, size_t slot)
{
	return table->family->origin != NULL && table->directory->births[slot] == 0;
}

/* The writer's directory does not name this chunk any more. */
static void drop_chunk(struct table *table, char *items, uint64_t birth)
{
	if (is_mapped(table->family, items))
		return;
	table->own_chunks--;
	if (birth >= table->version) {
		free_chunk(table->family, items);
		return;
	}
	struct replaced *replaced = family_alloc(table->family, sizeof(*replaced), false);
	*replaced = (struct replaced){ table->replaced, birth, items };
	table->replaced = replaced;
}

static void drop_slot(struct table *table, size_t slot)
{
	if (!is_borrowed(table, slot))
		drop_chunk(table, table->front.now.chunks[slot], table->directory->births[slot]);
}

void table_add_chunk(struct table *table)
{
	ASSERT(table->front.now.count < TABLE_COUNT_MAX);
	add_chunk(table, table->front.now.count >> table->front.now.shift);
}

/* A copy of a shared chunk for the writer, up to the table's count; zeros behind. */
static void copy_chunk(struct table *table, size_t slot)
{
	size_t first = slot << table->front.now.shift, bytes = table->front.now.item_bytes;
	size_t items = MIN_OF(table->front.now.count - first, table->front.now.mask + 1);
	char *old = table->front.now.chunks[slot], *fresh = create_chunk(table, false);
	uint64_t birth = table->directory->births[slot];
	bool borrowed = is_borrowed(table, slot);

	if (table->shown > first && table->shown < first + items) { /* appended to: see `split` */
		table->front.split_items = old;
		table->front.split_from = table->shown;
		items = table->shown - first;
		table->front.split_count = table->front.now.mask + 1 - items;
	}
	memcpy(fresh, old, items * bytes);
	memset(fresh + items * bytes, 0, table->family->chunk_bytes - items * bytes);
	set_slot(table, slot, fresh, table->version);
	if (!borrowed)
		drop_chunk(table, old, birth);
	table->changed = true;
}

/* Brings the items that stayed in the old chunk to the others. */
static void join_split(struct table *table)
{
	size_t from = table->front.split_from;
	size_t items = MIN_OF(table->front.now.count - from, table->front.split_count);

	if (table->front.split_count == 0)
		return;
	const char *old = item_at(table, from);
	table->front.split_count = 0;
	memcpy(item_at(table, from), old, items * table->front.now.item_bytes);
}

void *table_change(struct table *table, size_t i)
{
	size_t slot = i >> table->front.now.shift;

	ASSERT(i < table->front.now.count);
	if (i < table->shown && is_shared(table, slot))
		copy_chunk(table, slot);
	return item_at(table, i);
}

/* Items that stayed in an old chunk are a run of their own. */
void *table_change_run(struct table *table, size_t i, size_t *run)
{
	const struct table_front *front = &table->front;
	void *first = table_change(table, i);
	size_t end = MIN_OF((i | front->now.mask) + 1, front->now.count);

	if (front->split_count > 0 && i < front->split_from)
		end = MIN_OF(end, front->split_from);
	else if (i - front->split_from < front->split_count)
		end = MIN_OF(end, front->split_from + front->split_count);
	*run = end - i;
	return first;
}

static void cut(struct table *table, size_t count)
{
	size_t slots = table_slots(&table->front.now, count),
	       old_slots = table_slots(&table->front.now, table->front.now.count);
	size_t used = (count & table->front.now.mask) * table->front.now.item_bytes;

	join_split(table);
	for (size_t slot = slots; slot < old_slots; slot++)
		drop_slot(table, slot);
	table->front.now.count = count;
	table->changed = true;
	if (used == 0)
		return;
	if (is_shared(table, slots - 1) && count < table->shown)
		copy_chunk(table, slots - 1);
	else
		memset(table->front.now.chunks[slots - 1] + used, 0,
			table->family->chunk_bytes - used);
}

void table_resize(struct table *table, size_t count)
{
	ASSERT(count <= TABLE_COUNT_MAX);
	if (count < table->front.now.count)
		cut(table, count);
	if (count == table->front.now.count)
		return;
	for (size_t slot = table_slots(&table->front.now, table->front.now.count);
		slot < table_slots(&table->front.now, count); slot++) {
		table->front.now.count =
			slot << table->front.now.shift; /* what a directory's copy takes along */
		add_chunk(table, slot);
	}
	table->front.now.count = count;
}

void *table_push_run(struct table *table, size_t count, size_t *first)
{
	size_t chunk = table->front.now.mask + 1,
	       left = chunk - (table->front.now.count & table->front.now.mask);

	ASSERT(count > 0 && count <= chunk);
	if (count > left)
		table_resize(table, table->front.now.count + left);
	*first = table->front.now.count;
	table_resize(table, *first + count);
	return item_at(table, *first);
}

/* What is pushed lies side by side up to the end of its chunk, split or not. */
void table_append(struct table *table, const void *items, size_t count)
{
	struct view *now = &table->front.now;

	for (const char *from = items; count > 0;) {
		char *to = table_push(table);
		size_t run = MIN_OF(count, now->mask + 1 - ((now->count - 1) & now->mask));
		memcpy(to, from, run * now->item_bytes);
		now->count += run - 1;
		from += run * now->item_bytes;
		count -= run;
	}
}

size_t table_resident_bytes(const struct table *table)
{
	return atomic_load_explicit(&table->family->heap_bytes, memory_order_relaxed) +
	       sizeof(*table) + sizeof(*table->family);
}

size_t table_retained_bytes(const struct table *table)
{
	size_t all = atomic_load_explicit(&table->family->heap_bytes, memory_order_relaxed);
	size_t own = table->own_chunks * table->family->chunk_bytes +
		     directory_heap_bytes(table->directory->room) +
		     atomic_load_explicit(&table->saver.heap_bytes, memory_order_relaxed) +
		     (table->current == NULL ? 0 : sizeof(struct published));

	return all > own ? all - own : 0;
}

/* ---- views ---- */

static struct published *published_of(struct view *view)
{
	return (struct published *)view;
}

struct view *view_ref(struct view *view)
{
	(void)atomic_fetch_add_explicit(&published_of(view)->references, 1, memory_order_relaxed);
	return view;
}

/* Rule 4 of table_internal.h; returns what nobody sees any more. */
static struct replaced *pass_on_pinned(struct published *dead)
{
	struct published *older = dead->older;
	struct replaced *unseen = NULL;

	for (struct replaced *next, *chunk = dead->pinned; chunk != NULL; chunk = next) {
		bool seen = older != NULL && older->number >= chunk->birth;
		struct replaced **list = seen ? &older->pinned : &unseen;

		next = chunk->next;
		chunk->next = *list;
		*list = chunk;
	}
	return unseen;
}

static void bury(struct published *dead)
{
	struct family *family = dead->family;

	ASSERT(pthread_mutex_lock(&family->lock) == 0);
	struct replaced *unseen = pass_on_pinned(dead);
	if (dead->older != NULL)
		dead->older->newer = dead->newer;
	if (dead->newer != NULL)
		dead->newer->older = dead->older;
	else
		family->newest = dead->older;
	ASSERT(pthread_mutex_unlock(&family->lock) == 0);
	free_replaced(family, unseen);
	leave_directory(family, dead->directory);
	family_free(family, dead, sizeof(*dead));
	leave_family(family);
}

void view_unref(struct view *view)
{
	if (view == NULL)
		return;
	struct published *p = published_of(view);
	if (atomic_fetch_sub_explicit(&p->references, 1, memory_order_acq_rel) == 1)
		bury(p);
}

/* What the writer replaced since the last publication is still seen by that view: it is the
 * newest, and lives at least by the table's reference, given up here. */
static void retire_current(struct table *table)
{
	struct published *current = table->current;

	if (current == NULL) { /* loaded, never published */
		free_replaced(table->family, table->replaced);
		table->replaced = NULL;
		return;
	}
	ASSERT(current->pinned == NULL); /* only this function pins to the current view */
	current->pinned = table->replaced;
	table->replaced = NULL;
	table->current = NULL;
	view_unref(&current->view);
}

static struct published *create_published(struct table *table)
{
	struct family *family = table->family;
	struct directory *directory = table->directory;
	struct published *p = family_alloc(family, sizeof(*p), false);

	*p = (struct published){ .view = table->front.now,
		.family = family,
		.directory = directory,
		.number = table->version };
	atomic_init(&p->references, 2); /* the caller's and the table's */
	directory->shown =
		MAX_OF(directory->shown, table_slots(&table->front.now, table->front.now.count));
	(void)atomic_fetch_add_explicit(&directory->users, 1, memory_order_relaxed);
	(void)atomic_fetch_add_explicit(&family->members, 1, memory_order_relaxed);
	ASSERT(pthread_mutex_lock(&family->lock) == 0);
	p->older = family->newest;
	if (p->older != NULL)
		p->older->newer = p;
	family->newest = p;
	ASSERT(pthread_mutex_unlock(&family->lock) == 0);
	return p;
}

struct view *table_publish(struct table *table)
{
	if (table->current != NULL && !table->changed && table->front.now.count == table->shown)
		return view_ref(&table->current->view);
	join_split(table);
	struct published *fresh = create_published(table);
	retire_current(table);
	table->current = fresh;
	table->shown = table->front.now.count;
	table->changed = false;
	table->version++;
	return &fresh->view;
}

void table_free(struct table *table)
{
	if (table == NULL)
		return;
	struct family *family = table->family;
	for (size_t slot = 0; slot < table_slots(&table->front.now, table->front.now.count); slot++)
		drop_slot(table, slot);
	retire_current(table);
	leave_directory(family, table->directory);
	family_free(family, table->saver.slots, atomic_load(&table->saver.heap_bytes));
	leave_family(family);
	free(table);
}

/* ---- a table that begins as a view of another */

static void copy_borrowed(struct table *table, size_t slot)
{
	size_t first = slot << table->front.now.shift, bytes = table->front.now.item_bytes;
	size_t items = MIN_OF(table->front.now.count - first, table->front.now.mask + 1);
	const char *from = table->front.now.chunks[slot];
	char *to = create_chunk(table, false);

	memcpy(to, from, items * bytes);
	memset(to + items * bytes, 0, table->family->chunk_bytes - items * bytes);
	set_slot(table, slot, to, table->version);
}

struct table *table_of_view(struct view *view)
{
	struct table *table = table_make(view->item_bytes, view->shift);
	size_t slots = table_slots(view, view->count);

	table->family->origin = view_ref(view);
	replace_directory(table, MAX_OF(slots, (size_t)DIRECTORY_SLOTS_MIN));
	if (slots > 0)
		memcpy(table->directory->chunks, view->chunks, slots * sizeof(char *));
	memset(table->directory->births, 0, slots * sizeof(uint64_t));
	table->front.now.count = table->shown = view->count;
	if ((view->count & view->mask) != 0)
		copy_borrowed(table, slots - 1);
	return table;
}

void table_own(struct table *table)
{
	struct family *family = table->family;

	ASSERT(family->origin != NULL && table->current == NULL && table->front.split_count == 0);
	for (size_t slot = 0; slot < table_slots(&table->front.now, table->front.now.count); slot++)
		if (is_borrowed(table, slot))
			copy_borrowed(table, slot);
	view_unref(family->origin);
	family->origin = NULL;
}

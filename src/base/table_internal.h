/* base/table_internal.h - how a table lies in memory; for table.c and table_save.c alone.
 *
 *   table.now.chunks -> directory: [items of slot 0][slot 1] ...   and [birth of slot 0] ...
 *
 * Versions.  Each publication that changes something has a number, 1, 2, 3 ...  A chunk's birth
 * is the number of the publication that shows it first.  While the writer works on version v, a
 * chunk with birth v is its own; one with birth < v is shared: views may see it.
 *
 *  1. A shared chunk changes in one place only: at and past the published count, which no view
 *     looks at (appending).
 *  2. Past the table's count every byte of the last chunk is 0.
 *  3. A directory slot below directory.shown is never written.
 *  4. A chunk that the writer replaced while working on version v is visible in the views of its
 *     birth to v - 1.  It lies in the `pinned` list of the newest of these that lives, and
 *     wanders to the next older one when that one dies; when none is left it is freed.  So a
 *     slow reader keeps what it can see and nothing else.
 *  5. A table made of a view borrows that view's chunks: their birth is 0, so each is copied before
 *     it changes, and none is ever freed here.  The last chunk, if it is not full, is copied at
 *     once: the other table goes on appending to it.
 */
#pragma once

#include "base/chunks.h"
#include "base/table.h"

#include <pthread.h>
#include <stdatomic.h>

enum { PAGE_BYTES = 4096 };

/* A chunk that the writer's directory does not name any more, while views may see it.  Those in use
 * have no head, so that their items lie on whole lines of the processor's caches, and on one page.
 */
struct replaced {
	struct replaced *next; /* in a list */
	uint64_t birth;
	char *items;
};

struct directory {
	atomic_size_t users; /* the table, and each view */
	size_t room; /* slots */
	size_t shown; /* slots below this are visible in some view that shares it */
	uint64_t *births; /* room; behind the pointers */
	char *chunks[]; /* room */
};

struct published {
	struct view view; /* first */
	struct family *family;
	struct directory *directory;
	uint64_t number;
	atomic_size_t references;
	/* below: family.lock */
	struct published *older, *newer; /* living ones, by number */
	struct replaced *pinned;
};

/* What a table and its views share; dies with the last of them. */
struct family {
	pthread_mutex_t lock; /* a leaf: the list of living views and their pinned chunks */
	struct published *newest;
	atomic_size_t members; /* the table, and each view */
	atomic_size_t heap_bytes;
	size_t chunk_bytes; /* items alone */
	enum chunk_pages pages; /* of chunks on the heap that are made from now on */
	struct file *file; /* of the mapped chunks, or NULL */
	char *mapped; /* read-only: a mapped chunk is copied before it is changed */
	size_t mapped_bytes;
	struct view *origin; /* of another family: chunks of birth 0 are its; NULL: none */
};

/* Where table_save() put the chunk of a slot. */
struct saved {
	uint32_t page; /* of PAGE_BYTES, in the file */
	uint32_t crc;
};

struct saver { /* used by table_save() alone, one at a time */
	struct file *file; /* NULL: nothing saved yet */
	uint64_t number; /* the view saved last, and its count */
	size_t count;
	struct saved *slots;
	size_t slot_count;
	atomic_size_t heap_bytes; /* of slots */
};

struct table {
	struct table_front front; /* first: what the inline functions of table.h look at */
	struct family *family;
	struct directory *directory;
	uint64_t version; /* being worked on */
	struct published *current; /* the last published, or NULL; a reference of its own */
	size_t shown; /* its count */
	bool changed; /* otherwise than by appending */
	size_t own_chunks; /* on the heap, named by the writer's directory */
	struct replaced *replaced; /* since the last publication */
	struct saver saver;
};

static inline size_t table_slots(const struct view *view, size_t count)
{
	return (count + view->mask) >> view->shift;
}

struct table *table_make(size_t item_bytes, uint32_t shift);
/* For a table under construction: the items of the next slot, which are full unless they are the
 * last; mapped, or NULL for a zeroed chunk on the heap.  Returns where they are. */
char *table_adopt(struct table *table, char *mapped, size_t items);

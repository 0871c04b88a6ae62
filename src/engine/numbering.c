/* engine/numbering.c - see numbering.h
 *
 * Between settling a batch and its commit the new counts wait in two lists: `settled`, one entry
 * for each content in doubt, in which later twins of the batch count on; and `firsts`, first
 * occurrences that no range can hold any more.  Firsts are noted before: a twin in the same batch
 * has the higher count.
 */
#include "engine/numbering.h"

#include "engine/prepare.h"
#include "journal/occurrence.h"

#include <stdlib.h>
#include <string.h>

enum { ARENA_BYTES = 256 << 20, SLOTS_LEAST = 64 };

struct range {
	uint64_t first, end;
};

struct counted {
	struct digest128 digest;
	uint64_t n;
};

struct counts {
	struct counted *items;
	size_t count, room;
};

struct numbering {
	struct disk *disk;
	const uint8_t *secret;
	struct occurrence *occurrence; /* NULL: nothing was ever noted */
	struct range *own; /* ascending */
	size_t own_count, own_room;
	struct counts settled, firsts;
	uint32_t *slots; /* by digest: 1 + where in `settled`; 0: empty */
	size_t slot_count;
	struct arena *arenas[NUMBERING_BATCHES_KEPT]; /* of the ids of a batch each, in turns */
	size_t turn;
	err failed; /* noting did: what follows cannot be numbered */
	struct why why;
	char folder[PATH_BYTES_MAX];
};

err numbering_create(struct disk *disk, const char *scratch, const uint8_t *secret,
	struct numbering **out, struct why *why)
{
	size_t len = strlen(scratch);

	if (len >= PATH_BYTES_MAX)
		return fail(why, MSG_PATH_TOO_LONG, arg_c(scratch), arg_int(PATH_BYTES_MAX));
	struct numbering *n = memory_alloc(sizeof(*n));
	n->disk = disk;
	n->secret = secret;
	for (size_t i = 0; i < NUMBERING_BATCHES_KEPT; i++)
		n->arenas[i] = arena_create(ARENA_BYTES);
	memcpy(n->folder, scratch, len + 1);
	*out = n;
	return OK;
}

void numbering_free(struct numbering *n)
{
	if (n == NULL)
		return;
	occurrence_close(n->occurrence);
	for (size_t i = 0; i < NUMBERING_BATCHES_KEPT; i++)
		arena_free(n->arenas[i]);
	free(n->own);
	free(n->settled.items);
	free(n->firsts.items);
	free(n->slots);
	free(n);
}

static struct counted *add_count(struct counts *counts, struct digest128 digest, uint64_t n)
{
	if (counts->count == counts->room) {
		counts->room = MAX_OF(counts->room * 2, (size_t)64);
		counts->items = memory_resize(counts->items, counts->room * sizeof(*counts->items));
	}
	counts->items[counts->count] = (struct counted){ digest, n };
	return &counts->items[counts->count++];
}

/* ---- which events are own */

static bool is_own(const struct numbering *n, uint64_t seq)
{
	size_t low = 0, high = n->own_count;

	while (low < high) {
		size_t middle = (low + high) / 2;
		if (n->own[middle].first <= seq)
			low = middle + 1;
		else
			high = middle;
	}
	return low > 0 && seq < n->own[low - 1].end;
}

/* `count` sequences from `seq` on.  False: they begin a new range, and there is no room for one. */
static bool add_own(struct numbering *n, uint64_t seq, size_t count)
{
	if (n->own_count > 0 && n->own[n->own_count - 1].end == seq) {
		n->own[n->own_count - 1].end += count;
		return true;
	}
	if (n->own_count == NUMBERING_RANGES_MAX)
		return false;
	if (n->own_count == n->own_room) {
		n->own_room = MAX_OF(n->own_room * 2, (size_t)16);
		n->own = memory_resize(n->own, n->own_room * sizeof(*n->own));
	}
	n->own[n->own_count++] = (struct range){ seq, seq + count };
	return true;
}

/* ---- settling */

static void clear_counts(struct numbering *n)
{
	if (n->settled.count > 0)
		memset(n->slots, 0, n->slot_count * sizeof(*n->slots));
	n->settled.count = n->firsts.count = 0;
}

static void make_slots(struct numbering *n, size_t count)
{
	if (n->slot_count >= 2 * count)
		return;
	n->slot_count = MAX_OF(n->slot_count, (size_t)SLOTS_LEAST);
	while (n->slot_count < 2 * count)
		n->slot_count *= 2;
	free(n->slots);
	n->slots = memory_alloc(n->slot_count * sizeof(*n->slots));
}

/* The place of a digest in slots[]: a content's own, or an empty one. */
static uint32_t *slot_of(struct numbering *n, struct digest128 digest)
{
	uint64_t word;

	memcpy(&word, digest.bytes, sizeof(word));
	size_t at = word & (n->slot_count - 1);
	while (n->slots[at] != 0 &&
		memcmp(&n->settled.items[n->slots[at] - 1].digest, &digest, sizeof(digest)) != 0)
		at = (at + 1) & (n->slot_count - 1);
	return &n->slots[at];
}

/* How often the content came before, when none of its kind was in doubt in this batch. */
static uint64_t count_before(const struct numbering *n, const struct doubt *d, uint64_t noted)
{
	if (noted > 0)
		return noted;
	bool own = d->repeats != NULL ? d->repeats->numbering == n : is_own(n, d->known_seq);
	return own ? 1 : 0;
}

static err settle_one(struct numbering *n, struct doubt *d, struct digest128 digest, uint64_t noted,
	struct why *why)
{
	uint32_t *slot = slot_of(n, digest);

	if (*slot == 0) {
		(void)add_count(&n->settled, digest, count_before(n, d, noted));
		*slot = (uint32_t)n->settled.count;
	}
	uint64_t nth = ++n->settled.items[*slot - 1].n;
	d->settled = true;
	if (nth == 1)
		return OK;
	d->changed = true;
	d->was = *d->item;
	return item_number(n->secret, d->item, nth, n->arenas[n->turn], why);
}

static err find_noted(struct numbering *n, const struct digest128 *digests, size_t count,
	uint64_t *noted, struct why *why)
{
	if (n->failed != OK) {
		if (why != NULL)
			*why = n->why;
		return n->failed;
	}
	return n->occurrence == NULL ? OK
				     : occurrence_find(n->occurrence, digests, count, noted, why);
}

err numbering_settle(struct doubt *doubts, size_t count, struct why *why)
{
	struct numbering *n = doubts[0].item->numbering;
	struct digest128 *digests = memory_alloc(count * sizeof(*digests));
	uint64_t *noted = memory_alloc(count * sizeof(*noted));
	size_t mine = 0;

	for (size_t i = 0; i < count; i++)
		if (doubts[i].item->numbering == n)
			digests[mine++] = item_digest(doubts[i].item);
	clear_counts(n);
	make_slots(n, mine);
	n->turn = (n->turn + 1) % NUMBERING_BATCHES_KEPT;
	arena_reset(n->arenas[n->turn]);
	err e = find_noted(n, digests, mine, noted, why);
	mine = 0;
	for (size_t i = 0; e == OK && i < count; i++)
		if (doubts[i].item->numbering == n) {
			e = settle_one(n, &doubts[i], digests[mine], noted[mine], why);
			mine++;
		}
	free(digests);
	free(noted);
	return e;
}

/* ---- after the append */

static err note_all(struct numbering *n, const struct counts *counts, struct why *why)
{
	err e = OK;

	if (counts->count > 0 && n->occurrence == NULL)
		e = occurrence_open(n->disk, n->folder, 0, &n->occurrence, why);
	for (size_t i = 0; e == OK && i < counts->count; i++)
		e = occurrence_note(
			n->occurrence, counts->items[i].digest, counts->items[i].n, why);
	return e;
}

/* The batch is durable whatever happens to the counter: who next needs that is told. */
static void note(struct numbering *n)
{
	if (n->failed == OK)
		n->failed = note_all(n, &n->firsts, &n->why);
	if (n->failed == OK)
		n->failed = note_all(n, &n->settled, &n->why);
	clear_counts(n);
}

/* How many items from the first one on are new as it is, or are not, and of its numbering: then
 * their sequences follow one another. */
static size_t count_alike(const struct engine_item *items, size_t count)
{
	bool is_new = items[0].status == ITEM_NEW;
	size_t in = 1;

	while (in < count && items[in].numbering == items[0].numbering &&
		(items[in].status == ITEM_NEW) == is_new)
		in++;
	return in;
}

static void commit_firsts(struct numbering *n, const struct engine_item *items, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (item_is_first(&items[i]))
			(void)add_count(&n->firsts, item_digest(&items[i]), 1);
}

void numbering_commit(const struct engine_item *items, size_t count)
{
	bool has_counts = false;

	for (size_t i = 0, in; i < count; i += in) {
		struct numbering *n = items[i].numbering;
		in = count_alike(items + i, count - i);
		if (n == NULL)
			continue;
		if (items[i].status == ITEM_NEW && !add_own(n, items[i].seq, in))
			commit_firsts(n, items + i, in);
		has_counts |= n->firsts.count + n->settled.count > 0;
	}
	for (size_t i = 0; has_counts && i < count; i++) {
		struct numbering *n = items[i].numbering;
		if (n != NULL && n->firsts.count + n->settled.count > 0)
			note(n);
	}
}

void numbering_forget(const struct engine_item *items, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (items[i].numbering != NULL)
			clear_counts(items[i].numbering);
}

/* demo/agenda.c - see agenda.h
 *
 *   days[]      a bucket for each day, unsorted
 *   today[]     the present day's bucket, sorted, taken from the front
 *   heap[]      put in since the day began; the least of front and heap is next
 */
#include "demo/agenda.h"

#include <stdlib.h>
#include <string.h>

struct bucket {
	struct due *items;
	size_t count, capacity;
};

struct agenda {
	const int64_t *starts; /* of days 0 to days, the last one being the end */
	uint32_t days, today;
	uint64_t order;
	size_t front;
	int64_t now_ms;
	bool begun; /* before the first day all days are yet to come */
	struct bucket sorted, heap, *buckets;
};

struct agenda *agenda_create(const int64_t *day_starts_ms, uint32_t days)
{
	struct agenda *agenda = memory_alloc(sizeof(*agenda));

	agenda->starts = day_starts_ms;
	agenda->days = days;
	agenda->buckets = memory_alloc(days * sizeof(*agenda->buckets));
	agenda->now_ms = INT64_MIN;
	return agenda;
}

void agenda_free(struct agenda *agenda)
{
	if (agenda == NULL)
		return;
	for (size_t i = 0; i < agenda->days; i++)
		free(agenda->buckets[i].items);
	free(agenda->buckets);
	free(agenda->sorted.items);
	free(agenda->heap.items);
	free(agenda);
}

static bool earlier(const struct due *a, const struct due *b)
{
	return a->time_ms != b->time_ms ? a->time_ms < b->time_ms : a->order < b->order;
}

static int compare(const void *a, const void *b)
{
	return earlier(a, b) ? -1 : earlier(b, a);
}

static struct due *room(struct bucket *bucket)
{
	enum { FIRST = 64 };

	if (bucket->count == bucket->capacity) {
		bucket->capacity = MAX_OF(bucket->capacity * 2, (size_t)FIRST);
		bucket->items =
			memory_resize(bucket->items, bucket->capacity * sizeof(*bucket->items));
	}
	return &bucket->items[bucket->count++];
}

static void heap_push(struct bucket *heap, const struct due *due)
{
	*room(heap) = *due;
	size_t at = heap->count - 1;
	while (at > 0 && earlier(due, &heap->items[(at - 1) / 2])) {
		heap->items[at] = heap->items[(at - 1) / 2];
		at = (at - 1) / 2;
	}
	heap->items[at] = *due;
}

static void heap_pop(struct bucket *heap)
{
	struct due last = heap->items[--heap->count];
	size_t at = 0, child;

	while ((child = 2 * at + 1) < heap->count) {
		if (child + 1 < heap->count &&
			earlier(&heap->items[child + 1], &heap->items[child]))
			child++;
		if (!earlier(&heap->items[child], &last))
			break;
		heap->items[at] = heap->items[child];
		at = child;
	}
	heap->items[at] = last;
}

void agenda_begin_day(struct agenda *agenda, uint32_t day)
{
	struct bucket *next = &agenda->buckets[day];

	ASSERT(agenda->front == agenda->sorted.count && agenda->heap.count == 0);
	ASSERT(day < agenda->days);
	free(agenda->sorted.items);
	agenda->sorted = *next;
	*next = (struct bucket){ 0 };
	agenda->begun = true;
	agenda->front = 0;
	agenda->today = day;
	agenda->now_ms = agenda->starts[day];
	if (agenda->sorted.count > 1)
		qsort(agenda->sorted.items, agenda->sorted.count, sizeof(struct due), compare);
}

/* Days are about as long as each other: guess, then correct. */
static uint32_t day_of(const struct agenda *agenda, int64_t time_ms)
{
	enum { HOUR = 3600000 };
	uint32_t day = agenda->today;
	int64_t ahead = (time_ms - agenda->starts[day] - HOUR) / ((int64_t)24 * HOUR);

	day += ahead > 0 ? (uint32_t)MIN_OF(ahead, (int64_t)agenda->days - day) : 0;
	while (day < agenda->days && time_ms >= agenda->starts[day + 1])
		day++;
	return day;
}

bool agenda_put(struct agenda *agenda, const struct due *due)
{
	struct due entry = *due;

	entry.order = agenda->order++;
	entry.time_ms = MAX_OF(entry.time_ms, agenda->now_ms);
	uint32_t day = day_of(agenda, entry.time_ms);
	if (day >= agenda->days)
		return false;
	if (agenda->begun && day == agenda->today)
		heap_push(&agenda->heap, &entry);
	else
		*room(&agenda->buckets[day]) = entry;
	return true;
}

bool agenda_take(struct agenda *agenda, struct due *out)
{
	bool more = agenda->front < agenda->sorted.count;

	if (agenda->heap.count > 0 &&
		(!more || earlier(agenda->heap.items, &agenda->sorted.items[agenda->front]))) {
		*out = agenda->heap.items[0];
		heap_pop(&agenda->heap);
	} else if (more) {
		*out = agenda->sorted.items[agenda->front++];
	} else {
		return false;
	}
	agenda->now_ms = out->time_ms;
	return true;
}

size_t agenda_bytes(const struct agenda *agenda)
{
	size_t items = agenda->sorted.capacity + agenda->heap.capacity;

	for (size_t i = 0; i < agenda->days; i++)
		items += agenda->buckets[i].capacity;
	return sizeof(*agenda) + agenda->days * sizeof(struct bucket) + items * sizeof(struct due);
}

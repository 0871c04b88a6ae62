/* demo/under_way.c - see under_way.h: a hash table of chains over one growing array */
#include "demo/under_way.h"

#include <stdlib.h>

enum { CHAINS = 1 << 14, NO_ITEM = -1 };

struct head {
	uint64_t number;
	int next; /* in the chain, or among the free */
};

struct under_way {
	size_t item_bytes;
	char *items; /* head, then the item */
	int count, room, free;
	int chains[CHAINS];
};

struct under_way *under_way_create(size_t item_bytes)
{
	struct under_way *u = memory_alloc(sizeof(*u));

	u->item_bytes = sizeof(struct head) + (item_bytes + 15) / 16 * 16;
	u->free = NO_ITEM;
	for (size_t i = 0; i < CHAINS; i++)
		u->chains[i] = NO_ITEM;
	return u;
}

void under_way_free(struct under_way *under_way)
{
	if (under_way == NULL)
		return;
	free(under_way->items);
	free(under_way);
}

static struct head *head_of(const struct under_way *u, int i)
{
	return (struct head *)(void *)(u->items + (size_t)i * u->item_bytes);
}

static size_t chain_of(uint64_t number)
{
	return (size_t)(number * 0x9e3779b97f4a7c15u >> 50);
}

static int place_of(const struct under_way *u, uint64_t number)
{
	int i = u->chains[chain_of(number)];

	while (i != NO_ITEM && head_of(u, i)->number != number)
		i = head_of(u, i)->next;
	return i;
}

void *under_way_find(const struct under_way *under_way, uint64_t number)
{
	int i = place_of(under_way, number);

	return i == NO_ITEM ? NULL : head_of(under_way, i) + 1;
}

static int take_place(struct under_way *u)
{
	int i = u->free;

	if (i != NO_ITEM) {
		u->free = head_of(u, i)->next;
		return i;
	}
	if (u->count == u->room) {
		u->room = MAX_OF(2 * u->room, 256);
		u->items = memory_resize(u->items, (size_t)u->room * u->item_bytes);
	}
	return u->count++;
}

void *under_way_begin(struct under_way *under_way, uint64_t number)
{
	int i = place_of(under_way, number);

	if (i == NO_ITEM) {
		if (under_way->free == NO_ITEM && under_way->count == UNDER_WAY_MAX)
			under_way_end(under_way, head_of(under_way, 0)->number);
		i = take_place(under_way);
		struct head *head = head_of(under_way, i);
		memset(head, 0, under_way->item_bytes);
		head->number = number;
		head->next = under_way->chains[chain_of(number)];
		under_way->chains[chain_of(number)] = i;
	}
	return head_of(under_way, i) + 1;
}

void under_way_end(struct under_way *under_way, uint64_t number)
{
	int *link = &under_way->chains[chain_of(number)];

	while (*link != NO_ITEM && head_of(under_way, *link)->number != number)
		link = &head_of(under_way, *link)->next;
	if (*link == NO_ITEM)
		return;
	int i = *link;
	*link = head_of(under_way, i)->next;
	head_of(under_way, i)->next = under_way->free;
	under_way->free = i;
}

/* exchange/ocel_hops.c - see ocel_hops.h */
#include "exchange/ocel_hops.h"

#include "exchange/ocel_internal.h"

#include <stdlib.h>

struct hop {
	str id;
	uint32_t next;
};

struct ocel_hops {
	struct names *first; /* ("", from) to its first hop */
	struct hop *hops; /* [0] is none */
	uint32_t count, room;
	struct arena *ids;
};

struct ocel_hops *ocel_hops_create(void)
{
	struct ocel_hops *hops = memory_alloc(sizeof(*hops));

	hops->first = names_create();
	hops->room = 64;
	hops->hops = memory_alloc(hops->room * sizeof(*hops->hops));
	hops->count = 1;
	hops->ids = arena_create(OCEL_HOPS_BYTES_MAX);
	return hops;
}

void ocel_hops_free(struct ocel_hops *hops)
{
	if (hops == NULL)
		return;
	names_free(hops->first);
	free(hops->hops);
	arena_free(hops->ids);
	free(hops);
}

bool ocel_hops_add(struct ocel_hops *hops, str from, str to)
{
	str id = arena_str(hops->ids, to);

	if (id.ptr == NULL || hops->count == OCEL_NAMES_MAX)
		return false;
	if (hops->count == hops->room) {
		hops->room *= 2;
		hops->hops = memory_resize(hops->hops, hops->room * sizeof(*hops->hops));
	}
	int64_t head = names_put(hops->first, STR(""), from, hops->count);
	if (head == NAMES_NONE)
		return false;
	struct hop *added = &hops->hops[hops->count];
	*added = (struct hop){ .id = id };
	if (head != hops->count) { /* behind the first */
		added->next = hops->hops[head].next;
		hops->hops[head].next = hops->count;
	}
	hops->count++;
	return true;
}

uint32_t ocel_hops_first(const struct ocel_hops *hops, str from)
{
	int64_t head = names_get(hops->first, STR(""), from);

	return head == NAMES_NONE ? 0 : (uint32_t)head;
}

uint32_t ocel_hops_next(const struct ocel_hops *hops, uint32_t hop)
{
	return hops->hops[hop].next;
}

str ocel_hops_id(const struct ocel_hops *hops, uint32_t hop)
{
	return hops->hops[hop].id;
}

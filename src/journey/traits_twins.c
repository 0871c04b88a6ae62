/* journey/traits_twins.c - traits that hold the very same trials; see traits.h
 *
 * Only those can be twins that have as many trials and as many who suffered: for few that is so,
 * and only their sets are made, hashed, and compared where the hashes agree.
 */
#include "base/hash.h"
#include "journey/traits_internal.h"

#include <stdlib.h>

struct twin {
	struct bits_counts counts;
	uint64_t hash;
	uint32_t at;
};

static int by_number(uint64_t a, uint64_t b)
{
	return (a > b) - (a < b);
}

static int by_likeness(const void *a, const void *b)
{
	const struct twin *x = a, *y = b;

	if (x->counts.all != y->counts.all)
		return by_number(x->counts.all, y->counts.all);
	if (x->counts.suffered != y->counts.suffered)
		return by_number(x->counts.suffered, y->counts.suffered);
	return x->hash != y->hash ? by_number(x->hash, y->hash) : by_number(x->at, y->at);
}

static bool are_alike(const struct twin *x, const struct twin *y)
{
	return x->counts.all == y->counts.all && x->counts.suffered == y->counts.suffered &&
	       x->hash == y->hash;
}

/* In an order in which twins stand together. */
static struct twin *sorted(const struct traits *traits)
{
	struct twin *twins = memory_alloc((traits->count + 1) * sizeof(*twins));
	size_t bytes = bits_words(traits->cases) * sizeof(uint64_t), n = traits->count;

	for (size_t i = 0; i < n; i++)
		twins[i] = (struct twin){ traits->items[i].counts, 0, (uint32_t)i };
	qsort(twins, n, sizeof(*twins), by_likeness);
	for (size_t from = 0, to; from < n; from = to) {
		to = from + 1;
		while (to < n && are_alike(&twins[from], &twins[to])) /* no hashes yet */
			to++;
		for (size_t i = from; to > from + 1 && i < to; i++)
			twins[i].hash = hash64(
				0, (str){ (const char *)trait_set(traits, twins[i].at), bytes });
	}
	qsort(twins, n, sizeof(*twins), by_likeness);
	return twins;
}

/* Marks those who are another's twin, who counts them. */
static void mark(const struct traits *traits, const struct twin *twins, bool *is_twin)
{
	for (size_t i = 0; i < traits->count; i++)
		for (size_t k = i + 1; !is_twin[twins[i].at] && k < traits->count &&
				       are_alike(&twins[i], &twins[k]);
			k++) {
			if (is_twin[twins[k].at] ||
				!bits_equal(trait_set(traits, twins[i].at),
					trait_set(traits, twins[k].at), traits->cases))
				continue;
			traits->items[twins[i].at].same++;
			is_twin[twins[k].at] = true;
		}
}

void traits_drop_twins(const struct journey_plan *plan, struct traits *traits)
{
	if (traits->count == 0)
		return;
	struct twin *twins = sorted(traits);
	bool *is_twin = memory_alloc(traits->count * sizeof(*is_twin));
	size_t each = bits_words(traits->cases) * sizeof(uint64_t) + sizeof(struct trait), kept = 0;

	mark(traits, twins, is_twin);
	for (size_t i = 0; i < traits->count; i++)
		if (is_twin[i])
			free(traits->items[i].set);
		else
			traits->items[kept++] = traits->items[i];
	limits_give(journey_plan_limits(plan), (traits->count - kept) * each);
	traits->bytes -= (traits->count - kept) * each;
	traits->count = kept;
	free(is_twin);
	free(twins);
}

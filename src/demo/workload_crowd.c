/* demo/workload_crowd.c - customers, some of whom come far more often than others
 *
 * If weights are log-normal with sigma s, the customers below the quantile z have the share P(z) of
 * the customers and P(z - s) of the events (P: the normal distribution).  So a uniform number taken
 * as a share of the events gives a customer's rank, by a table of that curve; no list of weights
 * is needed.  The table is rounded to 32 bits, which hides what mathematics libraries differ in.
 */
#include "demo/workload_internal.h"

#include <math.h>

enum { RANK_OFFSET = 3 };
static const uint64_t scatter = 2654435761; /* a prime above any number of customers */
static const double sigma = 1.0, z_most = 5.0, one = 4294967295.0;

static double normal_share(double z)
{
	return erfc(-z / sqrt(2.0)) / 2;
}

struct workload_crowd workload_crowd_of(uint64_t customers)
{
	struct workload_crowd crowd = { .customers = customers };

	ASSERT(customers > 0 && customers <= (uint64_t)1 << 31);
	for (int i = 1; i < WORKLOAD_SHARE_STEPS; i++) {
		double z = sigma / 2 + z_most * (2.0 * i / WORKLOAD_SHARE_STEPS - 1);
		crowd.events_up_to[i] = (uint32_t)(normal_share(z - sigma) * one + 0.5);
		crowd.customers_up_to[i] = (uint32_t)(normal_share(z) * one + 0.5);
	}
	crowd.events_up_to[WORKLOAD_SHARE_STEPS] = UINT32_MAX;
	crowd.customers_up_to[WORKLOAD_SHARE_STEPS] = UINT32_MAX;
	return crowd;
}

/* The share of customers, of 2^32 - 1, at a share of the events. */
static uint64_t rank_at(const struct workload_crowd *crowd, uint32_t share)
{
	uint32_t low = 0, high = WORKLOAD_SHARE_STEPS;

	while (high - low > 1) {
		uint32_t middle = (low + high) / 2;
		if (crowd->events_up_to[middle] <= share)
			low = middle;
		else
			high = middle;
	}
	uint64_t wide = MAX_OF(crowd->events_up_to[high] - crowd->events_up_to[low], 1u);
	uint64_t steep = crowd->customers_up_to[high] - crowd->customers_up_to[low];
	return crowd->customers_up_to[low] + (share - crowd->events_up_to[low]) * steep / wide;
}

uint32_t workload_customer(
	const struct workload_crowd *crowd, uint64_t at, uint64_t events, struct random *random)
{
	uint64_t customers = crowd->customers;
	uint64_t share = random_next(random) >> 32; /* drawn always: the stream stays in step */
	uint64_t known = (uint64_t)((unsigned __int128)at * customers / events);
	uint64_t after = (uint64_t)((unsigned __int128)(at + 1) * customers / events);
	uint64_t rank = known < after ? known : rank_at(crowd, (uint32_t)share) * customers >> 32;

	return (uint32_t)(rank * scatter % customers);
}

uint32_t workload_rank(struct random *random, uint32_t count)
{
	double most = (double)(count + RANK_OFFSET) / RANK_OFFSET, u = random_unit(random);
	/* The inverse of log(1 + n / offset) / log(most), by squaring: good to a few percent, and
	 * the same on every machine, which pow() is not. */
	double power = 1, root = most;

	for (int bit = 0; bit < 20; bit++) {
		root = sqrt(root);
		u *= 2;
		if (u >= 1) {
			power *= root;
			u -= 1;
		}
	}
	uint32_t n = (uint32_t)((power - 1) * RANK_OFFSET);
	return MIN_OF(n, count - 1);
}

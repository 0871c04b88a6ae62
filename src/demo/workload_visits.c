/* demo/workload_visits.c - workload Q, and R1, which is Q as narrow CSV; see workload.h */
#include "demo/workload_internal.h"

enum { SECONDS_OF_YEAR = 365 * 86400, HOME_PERCENT = 75 };

struct workload_visits workload_visits_of(uint64_t seed, uint64_t events, uint64_t customers)
{
	ASSERT(events > 0);
	return (struct workload_visits){
		.events = events, .random = random_of(seed), .crowd = workload_crowd_of(customers)
	};
}

bool workload_visits_next(struct workload_visits *v, struct workload_visit *out)
{
	if (v->at == v->events)
		return false;
	int64_t second = (int64_t)((unsigned __int128)v->at * SECONDS_OF_YEAR / v->events);
	out->time_ms = WORKLOAD_START_MS + second * 1000;
	out->customer = workload_customer(&v->crowd, v->at, v->events, &v->random);
	/* Frequent activities get any number, not the lowest ones. */
	out->activity = (uint8_t)((workload_rank(&v->random, WORKLOAD_ACTIVITIES) * 17 + 10) %
				  WORKLOAD_ACTIVITIES);
	bool home = random_below(&v->random, 100) < HOME_PERCENT;
	out->channel = (uint8_t)(home ? out->activity % WORKLOAD_CHANNELS
				      : random_below(&v->random, WORKLOAD_CHANNELS));
	v->at++;
	return true;
}

void workload_csv_head(struct strbuf *out)
{
	strbuf_add(out, STR("customer,time,activity,channel\n"));
}

void workload_csv_row(const struct workload_visit *visit, struct strbuf *out)
{
	const int64_t columns[] = { visit->customer, visit->time_ms / 1000, visit->activity,
		visit->channel };

	for (size_t i = 0; i < ARRAY_LEN(columns); i++) {
		strbuf_add_int(out, columns[i]);
		strbuf_add_byte(out, i + 1 < ARRAY_LEN(columns) ? ',' : '\n');
	}
}

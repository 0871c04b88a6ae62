/* tests/demo_company_test.c - the simulated company: the same each time, in order of time, within
 * its memory, with the volumes and effects that its parameters ask for. */
#include "demo/company.h"

#include "base/hash.h"
#include "demo/chance.h"
#include "test.h"

#include <math.h>
#include <string.h>

/* ---- the same plan, the same happenings */

struct digesting {
	struct listener base;
	struct digest_state state;
	int64_t last_ms;
	uint64_t count;
	bool in_order;
};

static err digest(struct listener *listener, const struct happening *h, struct why *why)
{
	struct digesting *d = (struct digesting *)listener;

	(void)why;
	d->in_order = d->in_order && h->time_ms >= d->last_ms && h->serial == d->count + 1;
	d->last_ms = h->time_ms;
	d->count++;
	digest_add(&d->state, (str){ (const char *)h, sizeof(*h) });
	return OK;
}

static uint64_t digest_of(struct company_plan plan, struct digesting *d)
{
	union {
		uint8_t bytes[32];
		uint64_t first;
	} out;
	struct company_totals totals;
	struct why why = { 0 };

	*d = (struct digesting){ .base = { digest }, .in_order = true, .last_ms = INT64_MIN };
	digest_begin(&d->state);
	CHECK("runs", company_run(&plan, &d->base, NULL, &totals, &why) == OK);
	CHECK("all counted", totals.happenings == d->count);
	digest_end(&d->state, out.bytes);
	return out.first;
}

TEST(company_same_seed_same_happenings)
{
	struct company_plan plan = company_plan_of(300), other;
	struct digesting d;

	plan.days = 60;
	uint64_t first = digest_of(plan, &d);
	CHECK("in order", d.in_order && d.count > 1000);
	CHECK("again", digest_of(plan, &d) == first);
	other = plan;
	other.seed = 2;
	CHECK("another seed", digest_of(other, &d) != first);
	other = plan;
	other.clean = true;
	CHECK("clean", digest_of(other, &d) != first);
}

TEST(company_of_few_and_of_a_day)
{
	static const struct {
		uint32_t customers, days;
	} rows[] = { { 1, 1 }, { 1, 400 }, { 3, 30 }, { 50, 2 }, { 13, 800 } };

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct company_plan plan = company_plan_of(rows[i].customers);
		struct digesting d;
		plan.days = rows[i].days;
		(void)digest_of(plan, &d);
		CHECK("in order", d.in_order);
	}
}

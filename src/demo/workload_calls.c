/* demo/workload_calls.c - workload R2: what happens in a web shop, call by call; see workload.h
 *
 * WORKLOAD_SESSIONS visitors are there at any time; each makes 1 to 5 calls, one every twenty
 * seconds or so.  What belongs to a customer or a device (ids, browser, address, language) is a
 * function of its number and the seed, so that it is the same at every visit.
 */
#include "demo/workload_internal.h"

enum {
	CALLS_PER_SESSION_MAX = 5,
	TICK_MS_MAX = 20, /* between two calls of anybody */
	USERS_PERCENT = 40, /* customers with an account */
	PRODUCTS = 20000,
	KINDS = 24, /* activities of a shop */
	USER_AGENTS = 12,
	LOCALES = 8,
	LIBRARIES = 4,
};

static uint64_t mixed(uint64_t a, uint64_t b)
{
	struct random random = random_of(a * 0x9e3779b97f4a7c15u ^ b);

	return random_next(&random);
}

static void begin_session(struct workload_calls *c, struct workload_session *s)
{
	s->customer = workload_customer(&c->crowd, c->at, c->events, &c->random);
	uint64_t second_device = random_below(&c->random, 4) == 0;
	s->device = mixed(c->seed, (uint64_t)s->customer * 2 + second_device);
	s->left = 1 + (uint32_t)random_below(&c->random, CALLS_PER_SESSION_MAX);
	s->page = workload_rank(&c->random, PRODUCTS);
}

struct workload_calls workload_calls_of(uint64_t seed, uint64_t events, uint64_t customers)
{
	ASSERT(events > 0);
	return (struct workload_calls){ .events = events,
		.seed = seed,
		.time_ms = WORKLOAD_START_MS,
		.random = random_of(seed),
		.crowd = workload_crowd_of(customers) };
}

bool workload_calls_next(struct workload_calls *c, struct workload_call *out)
{
	if (c->at == c->events)
		return false;
	struct workload_session *s = &c->sessions[random_below(&c->random, WORKLOAD_SESSIONS)];
	if (s->left == 0)
		begin_session(c, s);
	s->left--;
	if (random_below(&c->random, 3) == 0)
		s->page = workload_rank(&c->random, PRODUCTS);
	c->time_ms += (int64_t)random_below(&c->random, TICK_MS_MAX);
	uint64_t person = mixed(c->seed + 1, s->customer), product = mixed(c->seed + 2, s->page);
	*out = (struct workload_call){ .time_ms = c->time_ms,
		.message_id = { random_next(&c->random), random_next(&c->random) },
		.anonymous_id = { s->device, mixed(s->device, 1) },
		.customer = s->customer,
		.has_user = person % 100 < USERS_PERCENT,
		.activity = (uint8_t)workload_rank(&c->random, KINDS),
		.user_agent = (uint8_t)(s->device % USER_AGENTS),
		.browser_version = 120 + (uint32_t)(s->device >> 32) % 12,
		.locale = (uint8_t)((person >> 8) % LOCALES),
		.library = (uint8_t)((s->device >> 8) % LIBRARIES),
		.ip = (uint32_t)mixed(s->device, 2),
		.product = s->page,
		.quantity = 1 + (uint32_t)random_below(&c->random, 8) / 6,
		.price_cents = 99 + (int64_t)(product % 400) * 50 };
	c->at++;
	return true;
}

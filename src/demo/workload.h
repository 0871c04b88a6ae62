/* demo/workload.h - the events that measurements and large tests run on, made from a seed.
 *
 * Two reference workloads (docs/performance.md): *visits*, narrow events for queries and import
 * (Q, and R1 as CSV), and *calls*, Segment track calls as a web shop sends them (R2, about 490
 * bytes of JSON each).  Same seed and sizes: same events, in the same order, on every machine.
 * Time never decreases.  Memory is constant, however many events there are.
 *
 * Thread lengths are log-normal (sigma 1): a customer's share of the events is a log-normal
 * weight, and each customer has at least one event as soon as there are as many events.
 */
#pragma once

#include "base/random.h"
#include "base/why.h"
#include "event/record.h"

enum {
	WORKLOAD_ACTIVITIES = 40,
	WORKLOAD_CHANNELS = 8,
	WORKLOAD_SESSIONS = 2048, /* of R2, going on at the same time */
	WORKLOAD_SHARE_STEPS = 256,
};

/* The first event's time, 2026-01-01T00:00:00Z. */
#define WORKLOAD_START_MS 1767225600000

/* Who comes how often; part of the workloads below. */
struct workload_crowd {
	uint64_t customers;
	uint32_t
		events_up_to[WORKLOAD_SHARE_STEPS + 1]; /* share of the events, of 2^32 - 1, that */
	uint32_t customers_up_to[WORKLOAD_SHARE_STEPS + 1]; /* this share of customers has */
};

/* ---- visits: Q and R1 */

struct workload_visit {
	int64_t time_ms; /* whole seconds, within one year for any number of events */
	uint32_t customer; /* 0 to customers - 1 */
	uint8_t activity, channel;
};

struct workload_visits {
	uint64_t events, at; /* at: how many are made */
	struct random random;
	struct workload_crowd crowd;
};

/* 1 to 2^31 customers, at least one event; the reference is 10 events a customer. */
struct workload_visits workload_visits_of(uint64_t seed, uint64_t events, uint64_t customers);
bool workload_visits_next(struct workload_visits *visits, struct workload_visit *out);

/* R1: "customer,time,activity,channel", all as numbers, time in seconds since 1970. */
void workload_csv_head(struct strbuf *out);
void workload_csv_row(const struct workload_visit *visit, struct strbuf *out);

/* ---- calls: R2 */

struct workload_session {
	uint64_t device; /* random bits of its own, the same whenever the customer comes back */
	uint32_t customer, left; /* calls */
	uint32_t page; /* product last looked at */
};

struct workload_calls {
	uint64_t events, at, seed;
	int64_t time_ms;
	struct random random;
	struct workload_crowd crowd;
	struct workload_session sessions[WORKLOAD_SESSIONS];
};

/* One call, as values; both writings below say the same. */
struct workload_call {
	int64_t time_ms;
	uint64_t message_id[2], anonymous_id[2];
	uint32_t customer; /* user_id, if has_user */
	bool has_user;
	uint8_t activity, user_agent, locale, library; /* numbers of texts */
	uint32_t browser_version, ip, product, quantity;
	int64_t price_cents;
};

struct workload_calls workload_calls_of(uint64_t seed, uint64_t events, uint64_t customers);
bool workload_calls_next(struct workload_calls *calls, struct workload_call *out);

/* One line of JSON, with its end of line. */
void workload_call_json(const struct workload_call *call, struct strbuf *out);
/* The record that reading that line gives, with source "segment".  ERR_LIMIT: the arena is full. */
err workload_call_record(
	const struct workload_call *call, struct arena *arena, struct record *out, struct why *why);

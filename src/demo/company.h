/* demo/company.h - the demonstration company: a seeded simulation of a French telecom operator.
 *
 * Customers have needs (a fault, a bill, an order, a move), try a channel, wait, are served or
 * not, come back, give up, leave; bills, orders and outages take their course; agents are few.
 * Cause and effect run through it: what happens is told to a listener as happenings
 * (happening.h), why it happened is told to a witness, and only to him.
 *
 * The same plan gives the same happenings on every machine.  Memory is about 100 bytes a customer
 * and does not grow with the time simulated.
 *
 * Threads: one run belongs to one thread; runs are independent of each other.
 */
#pragma once

#include "demo/happening.h"
#include "demo/parameters.h"
#include "demo/people.h"

#include <stdatomic.h>

enum { COMPANY_DAYS_MAX = 3660, COMPANY_CUSTOMERS_MAX = PEOPLE_MAX, FRICTIONS = 7 };

struct company_plan {
	struct parameters parameters;
	uint64_t seed;
	uint32_t customers, days; /* 1 to the limits above */
	int64_t first_day; /* since 1970-01-01, in Paris */
	bool clean; /* plant no friction, no experiment, no delight */
	const atomic_bool *stop; /* NULL, or set from elsewhere to end it: ERR_CANCELLED */
};

/* The parameters' defaults, seed 1, a year from 2026-01-01. */
struct company_plan company_plan_of(uint32_t customers);
/* Who the customers of that plan are. */
struct people company_people(const struct company_plan *plan);

/* ---- the truth: what the witness hears */

enum truth_kind {
	TRUTH_CONTACT, /* a contact ended */
	TRUTH_FRICTION, /* a customer came to a place where a friction is planted, or could be */
	TRUTH_OUTAGE, /* a customer was hit by an outage, in an arm of the experiment */
	TRUTH_SATISFACTION, /* what a customer would have answered, whether he did or not */
	TRUTH_LEAVING,
	TRUTH_CREDIT, /* what a credit is given for */
	TRUTH_COMPLAINT, /* a rung of the ladder is left */
};

struct truth {
	enum truth_kind kind;
	int64_t time_ms; /* of its beginning */
	uint64_t interaction;
	uint32_t customer, need; /* a need is one motive, with all contacts about it */
	uint32_t outage, case_number, bill_number;
	int32_t cost_cents; /* of this contact, for the company; of a credit: what it gives */
	uint8_t channel, reason, cause, outcome, tries;
	uint8_t friction; /* 1 to 7: this would not have been without it; 0: none */
	bool exposed; /* came to the planted place (friction), was sent the SMS (outage) */
	bool hit; /* it failed there; of an outage: he reacted */
	uint8_t rung; /* of a complaint: 2 consumer service, 3 mediator */
	bool transferred, answered;
	bool late; /* the answer came after the day it was owed */
	bool delighted; /* was called back after a repair */
	bool relational; /* the survey is about the relation, not about a contact */
	bool satisfied; /* of the segment that leaves satisfied */
	int8_t nps, csat, ces;
	uint8_t stays, age; /* says that he stays; enum age_band */
};

struct witness {
	err (*tell)(struct witness *witness, const struct truth *truth, struct why *why);
};

struct company_totals {
	uint64_t happenings, contacts;
	size_t bytes_most; /* of memory, resident, at its highest */
	double active_years; /* subscriber-years simulated */
};

/* `witness` may be NULL.  ERR_CANCELLED, or what listener or witness answered. */
err company_run(const struct company_plan *plan, struct listener *listener, struct witness *witness,
	struct company_totals *totals, struct why *why);

/* ---- agents */

struct agent {
	uint64_t key; /* random bits: of the name, for people_draw() */
	bool partner; /* works for the outsourcing partner */
	int64_t hired_ms;
};
/* Who an agent's number belongs to.  Pure. */
void company_agent(const struct company_plan *plan, uint32_t agent, struct agent *out);

/* journey/metrics_internal.h - figures being counted: what metrics_sessions.c puts together,
 * metrics_count.c counts and metrics_tally.c keeps. */
#pragma once

#include "base/map64.h"
#include "journey/metrics.h"
#include "journey/plan_internal.h"

enum session_kind { SESSION_NONE, SESSION_VISIT, SESSION_CONTACT, SESSION_KINDS };
enum session_flag {
	SESSION_TRANSFER = 1,
	SESSION_ESCALATION = 2,
	SESSION_ABANDON = 4,
	SESSION_UNSOLVABLE = 8
};
enum { SESSION_FLAGS = 4 };
#define SESSION_NOWHERE UINT32_MAX

/* A question made ready for a plan: all names looked up. */
struct metrics_plan {
	const struct journey_plan *plan;
	const struct metrics_question *question;
	struct routes kinds; /* targets: enum session_kind */
	uint8_t *plain_kinds; /* the same by what, where names alone tell; else NULL */
	struct routes flags[SESSION_FLAGS]; /* target 1: has it */
	uint8_t *flag_any; /* of each what: may an event have a flag? */
	struct journey_values *interactions, *reasons, *by;
	bool by_reason;
	bool any_interaction, any_reason; /* has any event one? */
	uint32_t *channel; /* of each what: from 0, dense */
	uint32_t *channel_name; /* of each channel: its name's code */
	uint8_t *leaks_from, *leaks_to; /* of each channel */
	size_t channel_count;
	int64_t horizon; /* ticks: up to here everything is known */
	int64_t *cost, *value; /* of each step: millionths */
	bool has_cost, has_value, wants_sessions, wants_journeys;
	uint8_t *chosen; /* with `everything`: customers who have a journey; else NULL */
	size_t chosen_bytes;
	unsigned slots; /* of wanted metrics */
	uint8_t slot[METRIC_COUNT_];
};

err metrics_plan_make(struct journey_plan *plan, const struct journey_journal *journal,
	const struct metrics_question *question, struct metrics_plan *out, struct why *why);
void metrics_plan_done(struct metrics_plan *m);

/* A seen event that is of a contact or visit. */
struct touch {
	int64_t time;
	uint32_t row, what;
	enum session_kind kind;
};

/* A visit or contact. */
struct session {
	int64_t first, last; /* ticks */
	uint32_t channel, interaction, reason, value;
	enum session_kind kind;
	unsigned flags; /* enum session_flag */
	uint32_t events;
	uint32_t previous, next; /* contact of the same reason; SESSION_NOWHERE */
	uint32_t head, tail, chain; /* the episode: its first; of that: its last, how many */
};

struct sessions {
	struct touch *touches;
	size_t touch_count, touch_room;
	struct session *items; /* by their first touch */
	size_t count, room;
	uint32_t *of_interaction[SESSION_KINDS]; /* the session that has it; to be verified */
	uint32_t *last_on[SESSION_KINDS]; /* by channel; likewise */
	uint32_t *last_of_reason; /* likewise */
	size_t bytes;
};
err sessions_init(struct sessions *s, const struct metrics_plan *m, struct why *why);
void sessions_done(struct sessions *s, const struct metrics_plan *m);
err sessions_add(struct sessions *s, const struct metrics_plan *m, const struct journey *journey,
	struct why *why);
/* The touches of a customer into visits and contacts, contacts linked by reason. */
err sessions_make(struct sessions *s, const struct metrics_plan *m, struct why *why);
/* The contact that has the visit's interaction, or SESSION_NOWHERE. */
uint32_t sessions_contact_of(const struct sessions *s, uint32_t interaction);

/* ---- rules of time, for both ways of counting */

static inline bool metrics_is_past(int64_t from, int64_t to, int64_t span)
{
	return (uint64_t)to - (uint64_t)from > (uint64_t)span;
}
static inline bool metrics_is_within(int64_t from, int64_t to, int64_t span_ms)
{
	return to <= from || (uint64_t)to - (uint64_t)from <= (uint64_t)span_ms * TICKS_PER_MS;
}
/* Is it known already what became of it? */
static inline bool metrics_has_elapsed(const struct metrics_plan *m, int64_t from, int64_t span_ms)
{
	return m->horizon >= from &&
	       (uint64_t)m->horizon - (uint64_t)from >= (uint64_t)span_ms * TICKS_PER_MS;
}

/* ---- what is counted */

struct occurrence {
	enum metric metric;
	uint32_t customer, channel; /* channel: a name's code, or IDENTITY_NO_CODE */
	int64_t time; /* ticks: to which period it belongs */
	uint32_t value;
	bool is_pending;
	int64_t amount; /* 1 or 0, a count, millionths of money, or ticks */
};

struct sum {
	uint64_t denominator, pending;
	__int128 amount;
};
struct cell {
	int64_t period;
	uint32_t value;
};
struct kept_time {
	uint64_t ticks;
	uint32_t cell, metric;
};

enum { CELL_TOTAL };
struct tally {
	const struct metrics_plan *m;
	const struct metrics_list_question *list; /* NULL: figures */
	struct cell *cells; /* [CELL_TOTAL]: all */
	struct sum *sums; /* cells * slots */
	size_t cell_count, cell_room;
	struct map64 *index; /* period and value -> cell */
	struct kept_time *times;
	size_t time_count, time_room;
	struct metrics_listed *items;
	size_t item_count, item_room;
	uint64_t listed, listed_customers;
	uint32_t last_listed; /* + 1 */
	int64_t period_from, period_to,
		period; /* of the last time asked for, ticks; its beginning */
	bool has_period;
	size_t bytes;
};
err tally_init(struct tally *t, const struct metrics_plan *m,
	const struct metrics_list_question *list, struct why *why);
void tally_done(struct tally *t);
/* The cell of a moment and a value, made if it is new. */
err tally_cell(struct tally *t, int64_t period, uint32_t value, uint32_t *cell, struct why *why);
err tally_cell_at(struct tally *t, int64_t time, uint32_t value, uint32_t *cell, struct why *why);
/* In one cell; in the total and the cell where it belongs. */
err tally_note(struct tally *t, uint32_t cell, const struct occurrence *o, struct why *why);
err tally_count(struct tally *t, const struct occurrence *o, struct why *why);
static inline bool tally_wants(const struct tally *t, enum metric metric)
{
	return (t->m->question->wanted >> metric & 1) != 0;
}
bool tally_is_broken_down(const struct tally *t);

/* What there is to count of a customer's visits and contacts. */
err metrics_count_sessions(
	struct tally *t, const struct sessions *s, uint32_t customer, struct why *why);
err metrics_count_journey(struct tally *t, const struct journey *journey, struct why *why);

/* ---- metrics_plain.c: the same counted without sessions, where nothing of them is asked but when
 * they began and ended */

enum { PLAIN_VISITS, PLAIN_CONTACTS, PLAIN_KINDS };
struct span {
	int64_t first, last; /* ticks */
	uint32_t channel, place; /* place: of the customer, in the block */
};
struct plain_open { /* the last span of a kind on a channel */
	int64_t first, last; /* ticks */
	uint32_t customer, span; /* by the number of its customer */
};
struct plain {
	const struct metrics_plan *m;
	bool counts_marked;
	uint32_t customers; /* so far, + 1 */
	uint8_t *is_touch; /* by what: 1 or 0 */
	/* Touches of the block: time, and the place of the customer in the block << 32 | what. */
	int64_t *touch_time;
	uint64_t *touch_who;
	struct span *span[PLAIN_KINDS]; /* visits; contacts */
	uint32_t count[PLAIN_KINDS];
	struct plain_open *open; /* by channel and kind */
	uint64_t all[PLAIN_KINDS]; /* visits and contacts so far */
	size_t room, bytes;
};
bool metrics_are_plain(const struct metrics_plan *m);
err plain_init(struct plain *p, const struct metrics_plan *m, struct why *why);
void plain_done(struct plain *p);
/* All events of some customers, in order, once. */
err plain_take(struct plain *p, struct tally *t, const struct journey_run *runs, size_t count,
	struct why *why);

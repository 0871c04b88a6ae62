/* journey/metrics.c - see metrics.h: the pass, parts together, and figures in their order */
#include "journey/metrics.h"

#include "journey/metrics_internal.h"
#include "journey/quantile.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const struct {
	str name;
	enum metric_kind kind;
} metrics[METRIC_COUNT_] = {
	[METRIC_REPEAT_CONTACTS] = { STR_INIT("repeat_contacts"), METRIC_SHARE },
	[METRIC_FIRST_CONTACT_RESOLUTION] = { STR_INIT("first_contact_resolution"), METRIC_SHARE },
	[METRIC_FIRST_CONTACT_RESOLUTION_NET] = { STR_INIT("first_contact_resolution_net"),
		METRIC_SHARE },
	[METRIC_CHANNEL_SWITCHES] = { STR_INIT("channel_switches"), METRIC_SHARE },
	[METRIC_LEAKAGE] = { STR_INIT("leakage"), METRIC_SHARE },
	[METRIC_CONTAINMENT] = { STR_INIT("containment"), METRIC_SHARE },
	[METRIC_EFFECTIVE_CONTAINMENT] = { STR_INIT("effective_containment"), METRIC_SHARE },
	[METRIC_TRANSFERS] = { STR_INIT("transfers"), METRIC_SHARE },
	[METRIC_ESCALATIONS] = { STR_INIT("escalations"), METRIC_SHARE },
	[METRIC_ABANDONMENT] = { STR_INIT("abandonment"), METRIC_SHARE },
	[METRIC_MULTI_CONTACT_EPISODES] = { STR_INIT("multi_contact_episodes"), METRIC_SHARE },
	[METRIC_MULTICHANNEL_CUSTOMERS] = { STR_INIT("multichannel_customers"), METRIC_SHARE },
	[METRIC_JOURNEY_SUCCESS] = { STR_INIT("journey_success"), METRIC_SHARE },
	[METRIC_JOURNEY_FAILURE] = { STR_INIT("journey_failure"), METRIC_SHARE },
	[METRIC_CONTACTS_PER_CUSTOMER] = { STR_INIT("contacts_per_customer"), METRIC_MEAN },
	[METRIC_CHANNELS_PER_CUSTOMER] = { STR_INIT("channels_per_customer"), METRIC_MEAN },
	[METRIC_CONTACTS_PER_EPISODE] = { STR_INIT("contacts_per_episode"), METRIC_MEAN },
	[METRIC_COST_PER_JOURNEY] = { STR_INIT("cost_per_journey"), METRIC_MEAN },
	[METRIC_VALUE_PER_JOURNEY] = { STR_INIT("value_per_journey"), METRIC_MEAN },
	[METRIC_CONTACT_DURATION] = { STR_INIT("contact_duration"), METRIC_TIME },
	[METRIC_REPEAT_DELAY] = { STR_INIT("repeat_delay"), METRIC_TIME },
	[METRIC_LEAKAGE_DELAY] = { STR_INIT("leakage_delay"), METRIC_TIME },
	[METRIC_EPISODE_DURATION] = { STR_INIT("episode_duration"), METRIC_TIME },
	[METRIC_JOURNEY_DURATION] = { STR_INIT("journey_duration"), METRIC_TIME },
};

enum metric_kind metric_kind(enum metric metric)
{
	return metrics[metric].kind;
}

str metric_name(enum metric metric)
{
	return metrics[metric].name;
}

bool metric_named(str name, enum metric *out)
{
	for (int i = 0; i < METRIC_COUNT_; i++)
		if (str_equal(name, metrics[i].name)) {
			*out = (enum metric)i;
			return true;
		}
	return false;
}

/* ---- the pass */

struct part {
	struct metrics_plan *m;
	struct sessions sessions;
	struct plain plain; /* in place of the sessions, where it is enough */
	struct tally tally;
	uint64_t customers, journeys, contacts, visits;
	uint32_t customer; /* + 1: whose touches are being gathered */
};

static err finish_customer(struct part *p, struct why *why)
{
	uint32_t customer = p->customer;
	err e = OK;

	p->customer = 0;
	if (customer == 0)
		return OK;
	e = sessions_make(&p->sessions, p->m, why);
	for (size_t i = 0; e == OK && i < p->sessions.count; i++) {
		p->contacts += p->sessions.items[i].kind == SESSION_CONTACT;
		p->visits += p->sessions.items[i].kind == SESSION_VISIT;
	}
	return e == OK ? metrics_count_sessions(&p->tally, &p->sessions, customer - 1, why) : e;
}

/* Of `everything`: one journey is the whole thread. */
static err take_events(void *context, const struct journey *j, struct why *why)
{
	struct part *p = context;

	if (p->m->chosen != NULL && p->m->chosen[j->customer] == 0)
		return OK;
	err e = finish_customer(p, why);
	p->customer = j->customer + 1;
	return e == OK ? sessions_add(&p->sessions, p->m, j, why) : e;
}

static err take(void *context, const struct journey *j, struct why *why)
{
	struct part *p = context;
	bool gathers = p->m->wants_sessions && p->m->chosen == NULL;
	err e = OK;

	if (p->customer != j->customer + 1) {
		e = finish_customer(p, why);
		p->customer = j->customer + 1;
		p->customers++;
	}
	p->journeys++;
	if (p->m->chosen != NULL) /* a byte for each: parts have customers of their own */
		p->m->chosen[j->customer] = 1;
	if (e == OK && p->m->wants_journeys)
		e = metrics_count_journey(&p->tally, j, why);
	return e == OK && gathers ? sessions_add(&p->sessions, p->m, j, why) : e;
}

static err take_plain(void *context, const struct journey_run *runs, size_t count, struct why *why)
{
	struct part *p = context;

	p->customers += count;
	for (size_t i = 0; i < count; i++)
		p->journeys += runs[i].journeys;
	return plain_take(&p->plain, &p->tally, runs, count, why);
}

static err pass_plain(struct metrics_plan *m, struct part *parts, void *const *pointers,
	unsigned count, struct why *why)
{
	err e = OK;

	for (unsigned i = 0; e == OK && i < count; i++)
		e = plain_init(&parts[i].plain, m, why);
	if (e == OK)
		e = journey_pass_runs(m->plan, take_plain, RUN_STEPS | RUN_TIMES | RUN_TAILS,
			pointers, count, why);
	for (unsigned i = 0; e == OK && i < count; i++) {
		parts[i].visits = parts[i].plain.all[PLAIN_VISITS];
		parts[i].contacts = parts[i].plain.all[PLAIN_CONTACTS];
	}
	return e;
}

static err pass_sessions(struct metrics_plan *m, struct part *parts, void *const *pointers,
	unsigned count, struct why *why)
{
	err e = OK;

	for (unsigned i = 0; e == OK && i < count; i++)
		e = sessions_init(&parts[i].sessions, m, why);
	if (e == OK)
		e = journey_pass(m->plan, take, pointers, count, why);
	for (unsigned i = 0; e == OK && i < count; i++)
		e = finish_customer(&parts[i], why);
	if (e == OK && m->chosen != NULL)
		e = journey_pass(m->question->everything, take_events, pointers, count, why);
	for (unsigned i = 0; e == OK && i < count; i++)
		e = finish_customer(&parts[i], why);
	return e;
}

static err pass(struct metrics_plan *m, const struct metrics_list_question *list,
	struct part *parts, unsigned count, struct why *why)
{
	void *pointers[JOURNEY_THREADS_MAX] = { NULL };
	err e = OK;

	for (unsigned i = 0; i < count; i++) {
		parts[i] = (struct part){ .m = m };
		parts[i].tally.m = m;
		pointers[i] = &parts[i];
	}
	for (unsigned i = 0; e == OK && i < count; i++)
		e = tally_init(&parts[i].tally, m, list, why);
	if (e != OK)
		return e;
	return (list == NULL && metrics_are_plain(m) ? pass_plain : pass_sessions)(
		m, parts, pointers, count, why);
}

static void parts_done(struct part *parts, unsigned count)
{
	for (unsigned i = 0; i < count; i++) {
		sessions_done(&parts[i].sessions, parts[i].m);
		plain_done(&parts[i].plain);
		tally_done(&parts[i].tally);
	}
}

/* ---- parts together: all into the first */

static err join_cells(struct tally *to, const struct tally *from, uint32_t *number, struct why *why)
{
	size_t slots = to->m->slots;
	err e = OK;

	number[CELL_TOTAL] = CELL_TOTAL;
	for (uint32_t c = 0; e == OK && c < from->cell_count; c++) {
		if (c != CELL_TOTAL)
			e = tally_cell(
				to, from->cells[c].period, from->cells[c].value, &number[c], why);
		for (size_t s = 0; e == OK && s < slots; s++) {
			struct sum *sum = &to->sums[number[c] * slots + s];
			const struct sum *more = &from->sums[c * slots + s];
			sum->denominator += more->denominator;
			sum->pending += more->pending;
			sum->amount += more->amount;
		}
	}
	return e;
}

static err join_times(struct tally *to, struct tally *from, const uint32_t *number, struct why *why)
{
	size_t bytes = from->time_count * sizeof(*to->times);
	err e = limits_take(journey_plan_limits(to->m->plan), bytes, why);

	if (e != OK || from->time_count == 0)
		return e;
	to->bytes += bytes;
	to->times =
		memory_resize(to->times, (to->time_count + from->time_count) * sizeof(*to->times));
	for (size_t i = 0; i < from->time_count; i++) {
		struct kept_time time = from->times[i];
		time.cell = number[time.cell];
		to->times[to->time_count++] = time;
	}
	to->time_room = to->time_count;
	return OK;
}

static err join(struct part *parts, unsigned count, struct metrics *out, struct why *why)
{
	struct tally *to = &parts[0].tally;
	err e = OK;

	for (unsigned i = 0; e == OK && i < count; i++) {
		struct tally *from = &parts[i].tally;
		out->customers += parts[i].customers;
		out->journeys += parts[i].journeys;
		out->contacts += parts[i].contacts;
		out->visits += parts[i].visits;
		if (i == 0)
			continue;
		uint32_t *number = memory_alloc((from->cell_count + 1) * sizeof(*number));
		e = join_cells(to, from, number, why);
		if (e == OK)
			e = join_times(to, from, number, why);
		free(number);
	}
	return e;
}

/* ---- figures */

/* Wilson 1927: z = 1.96 to two digits behind the comma would show at large n. */
static void set_interval(struct metric_figure *f)
{
	const double z = 1.959963984540054;
	double n = (double)f->denominator, p, middle, half;

	f->high = 1;
	if (n == 0)
		return;
	p = f->numerator / n;
	middle = (p + z * z / (2 * n)) / (1 + z * z / n);
	half = z / (1 + z * z / n) * sqrt(p * (1 - p) / n + z * z / (4 * n * n));
	f->low = f->numerator == 0 ? 0 : fmax(middle - half, 0);
	f->high = f->numerator == n ? 1 : fmin(middle + half, 1);
}

static double seconds_of(uint64_t ticks)
{
	return (double)ticks / (TICKS_PER_MS * 1000.0);
}

static void set_times(struct metric_figure *f, uint64_t *ticks, size_t count)
{
	if (count == 0)
		return;
	f->median_s = seconds_of(select_value(ticks, count, quantile_position(count, 1, 2)));
	f->p90_s = seconds_of(select_value(ticks, count, quantile_position(count, 9, 10)));
}

static int by_place(const void *a, const void *b)
{
	const struct kept_time *x = a, *y = b;

	if (x->metric != y->metric)
		return x->metric < y->metric ? -1 : 1;
	return (x->cell > y->cell) - (x->cell < y->cell);
}

/* Times of each figure stand together; `of` is a figure of each (cell, slot), or NULL. */
static err find_times(struct tally *t, struct metric_figure **of, struct why *why)
{
	size_t bytes = t->time_count * sizeof(uint64_t);
	err e = limits_take(journey_plan_limits(t->m->plan), bytes, why);

	if (e != OK || t->time_count == 0)
		return e;
	uint64_t *ticks = memory_alloc(bytes);
	qsort(t->times, t->time_count, sizeof(*t->times), by_place);
	for (size_t i = 0; i < t->time_count; i++)
		ticks[i] = t->times[i].ticks;
	for (size_t from = 0, end; from < t->time_count; from = end) {
		unsigned slot = t->m->slot[t->times[from].metric];
		for (end = from;
			end < t->time_count && t->times[end].metric == t->times[from].metric;) {
			size_t begin = end;
			uint32_t cell = t->times[begin].cell;
			while (end < t->time_count && t->times[end].cell == cell &&
				t->times[end].metric == t->times[from].metric)
				end++;
			set_times(of[cell * t->m->slots + slot], ticks + begin, end - begin);
		}
		set_times(of[CELL_TOTAL * t->m->slots + slot], ticks + from, end - from);
	}
	free(ticks);
	limits_give(journey_plan_limits(t->m->plan), bytes);
	return OK;
}

static double scale_of(enum metric metric)
{
	if (metric_kind(metric) == METRIC_TIME)
		return TICKS_PER_MS * 1000.0;
	return metric == METRIC_COST_PER_JOURNEY || metric == METRIC_VALUE_PER_JOURNEY ? 1e6 : 1;
}

static void tell_figure(
	const struct tally *t, uint32_t cell, enum metric metric, struct metric_figure *out)
{
	const struct sum *sum = &t->sums[cell * t->m->slots + t->m->slot[metric]];

	*out = (struct metric_figure){ .metric = metric,
		.period = t->cells[cell].period,
		.value = t->cells[cell].value,
		.is_total = cell == CELL_TOTAL,
		.denominator = sum->denominator,
		.pending = sum->pending,
		.numerator = (double)sum->amount / scale_of(metric) };
	if (metric_kind(metric) == METRIC_SHARE)
		set_interval(out);
}

/* Values by their texts: numbers are chance. */
static int by_order(const void *a, const void *b, void *context)
{
	const struct metric_figure *x = a, *y = b;
	const uint32_t *rank = context;

	if (x->is_total != y->is_total)
		return x->is_total ? -1 : 1;
	if (x->metric != y->metric)
		return x->metric < y->metric ? -1 : 1;
	if (x->period != y->period)
		return x->period < y->period ? -1 : 1;
	return (rank[x->value] > rank[y->value]) - (rank[x->value] < rank[y->value]);
}

struct named_value {
	const struct journey_values *values;
	uint32_t number;
};

static int by_text(const void *a, const void *b)
{
	const struct named_value *x = a, *y = b;
	char texts[2][WHY_TEXT_BYTES_MAX];
	struct strbuf m = { .ptr = texts[0], .cap = sizeof(texts[0]), .cap_max = sizeof(texts[0]) };
	struct strbuf n = { .ptr = texts[1], .cap = sizeof(texts[1]), .cap_max = sizeof(texts[1]) };

	journey_values_add(x->values, x->number, &m);
	journey_values_add(y->values, y->number, &n);
	int order = str_compare((str){ m.ptr, m.len }, (str){ n.ptr, n.len });
	return order != 0 ? order : (x->number > y->number) - (x->number < y->number);
}

static uint32_t *rank_values(const struct journey_values *values)
{
	size_t count = values == NULL ? 1 : journey_values_count(values) + 1;
	uint32_t *rank = memory_alloc(count * sizeof(*rank));
	struct named_value *names = memory_alloc(count * sizeof(*names));

	for (uint32_t i = 0; i < count; i++)
		names[i] = (struct named_value){ values, i };
	if (values != NULL)
		qsort(names + 1, count - 1, sizeof(*names), by_text);
	for (uint32_t i = 0; i < count; i++)
		rank[names[i].number] = i;
	free(names);
	return rank;
}

static err tell(
	struct tally *t, const struct journey_values *values, struct metrics *out, struct why *why)
{
	size_t most = t->cell_count * t->m->slots;
	size_t bytes = most * sizeof(*out->figures), other = most * sizeof(void *);
	err e = limits_take(journey_plan_limits(t->m->plan), bytes + other, why);

	if (e != OK)
		return e;
	out->figures = memory_alloc(bytes + 1);
	out->bytes = bytes;
	struct metric_figure **of = memory_alloc(other + 1);
	for (uint32_t c = 0; c < t->cell_count; c++)
		for (int i = 0; i < METRIC_COUNT_; i++) {
			if ((t->m->question->wanted >> i & 1) == 0)
				continue;
			struct metric_figure *f = &out->figures[out->count];
			tell_figure(t, c, (enum metric)i, f);
			of[c * t->m->slots + t->m->slot[i]] = f;
			out->count += f->denominator + f->pending > 0 || c == CELL_TOTAL;
		}
	e = find_times(t, of, why);
	uint32_t *rank = rank_values(values);
	qsort_r(out->figures, out->count, sizeof(*out->figures), by_order, rank);
	free(rank);
	free(of);
	limits_give(journey_plan_limits(t->m->plan), other);
	return e;
}

err metrics_make(struct journey_plan *plan, const struct journey_journal *journal,
	const struct metrics_question *question, struct metrics *out, struct why *why)
{
	struct part parts[JOURNEY_THREADS_MAX];
	unsigned count = journey_pass_parts(plan);
	struct metrics made = { .count = 0 };
	struct metrics_plan m;
	err e = metrics_plan_make(plan, journal, question, &m, why);

	if (e != OK)
		return e;
	e = pass(&m, NULL, parts, count, why);
	if (e == OK)
		e = join(parts, count, &made, why);
	made.values = m.by_reason ? m.reasons : m.by;
	if (e == OK)
		e = tell(&parts[0].tally, made.values, &made, why);
	parts_done(parts, count);
	*(m.by_reason ? &m.reasons : &m.by) = NULL; /* the answer's now */
	metrics_plan_done(&m);
	if (e == OK)
		*out = made;
	else
		metrics_done(plan, &made);
	return e;
}

void metrics_done(const struct journey_plan *plan, struct metrics *m)
{
	limits_give(journey_plan_limits(plan), m->bytes);
	free(m->figures);
	journey_values_free(m->values);
	*m = (struct metrics){ .count = 0 };
}

/* ---- the list behind a figure */

static int latest_first(const void *a, const void *b)
{
	const struct metrics_listed *x = a, *y = b;

	if (x->time != y->time)
		return x->time > y->time ? -1 : 1;
	if (x->customer != y->customer)
		return x->customer < y->customer ? -1 : 1;
	if (x->channel != y->channel)
		return x->channel < y->channel ? -1 : 1;
	return (x->amount > y->amount) - (x->amount < y->amount);
}

static err join_lists(const struct journey_plan *plan, struct part *parts, unsigned count,
	size_t most, struct metrics_list *out, struct why *why)
{
	size_t all = 0;

	for (unsigned i = 0; i < count; i++)
		all += parts[i].tally.item_count;
	size_t bytes = all * sizeof(*out->items);
	err e = limits_take(journey_plan_limits(plan), bytes, why);
	if (e != OK)
		return e;
	*out = (struct metrics_list){ .items = memory_alloc(bytes + 1), .bytes = bytes };
	for (unsigned i = 0; i < count; i++) {
		const struct tally *t = &parts[i].tally;
		if (t->item_count > 0)
			memcpy(out->items + out->count, t->items,
				t->item_count * sizeof(*t->items));
		out->count += t->item_count;
		out->total += t->listed;
		out->customers += t->listed_customers;
	}
	qsort(out->items, out->count, sizeof(*out->items), latest_first);
	out->count = MIN_OF(out->count, most);
	return OK;
}

err metrics_list_make(struct journey_plan *plan, const struct journey_journal *journal,
	const struct metrics_question *question, const struct metrics_list_question *list,
	struct metrics_list *out, struct why *why)
{
	struct part parts[JOURNEY_THREADS_MAX];
	unsigned count = journey_pass_parts(plan);
	struct metrics_question one = *question;
	struct metrics_plan m;

	one.wanted = (uint64_t)1 << list->metric;
	err e = metrics_plan_make(plan, journal, &one, &m, why);
	if (e != OK)
		return e;
	e = pass(&m, list, parts, count, why);
	if (e == OK)
		e = join_lists(plan, parts, count, list->most, out, why);
	parts_done(parts, count);
	metrics_plan_done(&m);
	return e;
}

void metrics_list_done(const struct journey_plan *plan, struct metrics_list *list)
{
	limits_give(journey_plan_limits(plan), list->bytes);
	free(list->items);
	*list = (struct metrics_list){ .count = 0 };
}

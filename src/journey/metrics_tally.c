/* journey/metrics_tally.c - where occurrences are counted: in the total, and in the cell of their
 * period and value; or, for the list behind a figure, kept if they are of it */
#include "journey/metrics_internal.h"

#include <stdlib.h>

static err take(
	struct tally *t, void **items, size_t *room, size_t count, size_t bytes, struct why *why)
{
	size_t before = *room;
	err e = limits_room(journey_plan_limits(t->m->plan), items, room, count, bytes, why);

	t->bytes += (*room - before) * bytes;
	return e;
}

bool tally_is_broken_down(const struct tally *t)
{
	return t->m->question->every != PERIOD_NONE || t->m->question->by.len > 0;
}

static err add_cell(struct tally *t, int64_t period, uint32_t value, uint32_t *out, struct why *why)
{
	void *cells = t->cells;
	size_t before = t->cell_room, slots = t->m->slots;
	err e = take(t, &cells, &t->cell_room, t->cell_count,
		sizeof(*t->cells) + slots * sizeof(*t->sums), why);

	if (e != OK) {
		t->cells = cells;
		return e;
	}
	t->cells = cells;
	if (t->cell_room != before) { /* the rows of sums beside them; new ones are 0 */
		t->sums = memory_resize(t->sums, t->cell_room * slots * sizeof(*t->sums) + 1);
		for (size_t i = before * slots; i < t->cell_room * slots; i++)
			t->sums[i] = (struct sum){ .denominator = 0 };
	}
	t->cells[t->cell_count] = (struct cell){ period, value };
	*out = (uint32_t)t->cell_count++;
	return OK;
}

err tally_init(struct tally *t, const struct metrics_plan *m,
	const struct metrics_list_question *list, struct why *why)
{
	uint32_t total;

	*t = (struct tally){ .m = m, .list = list, .index = map64_create() };
	return add_cell(t, 0, 0, &total, why);
}

void tally_done(struct tally *t)
{
	limits_give(journey_plan_limits(t->m->plan), t->bytes);
	map64_free(t->index);
	free(t->cells);
	free(t->sums);
	free(t->times);
	free(t->items);
}

/* ---- cells */

/* Periods begin at whole seconds, within 10,000 years of 1970: 39 bits; what is left would not hold
 * all values.  So the two are mixed, and cells of one key stand one behind the other. */
static uint64_t key_of(int64_t period, uint32_t value, uint32_t attempt)
{
	uint64_t key = (uint64_t)(period / 1000) * 0x9e3779b97f4a7c15ULL;

	key = (key ^ (key >> 29) ^ value) * 0xbf58476d1ce4e5b9ULL + attempt;
	return key == 0 ? 1 : key;
}

err tally_cell(struct tally *t, int64_t period, uint32_t value, uint32_t *cell, struct why *why)
{
	uint64_t found;
	uint32_t attempt = 0;

	while (map64_get(t->index, key_of(period, value, attempt), &found)) {
		if (t->cells[found].period == period && t->cells[found].value == value) {
			*cell = (uint32_t)found;
			return OK;
		}
		attempt++;
	}
	err e = add_cell(t, period, value, cell, why);
	if (e == OK)
		map64_put(t->index, key_of(period, value, attempt), *cell);
	return e;
}

/* Days are looked up once for all that is in them, hours too: a time between two whose period is
 * the same is in it. */
static int64_t period_of(struct tally *t, int64_t time)
{
	const struct metrics_question *q = t->m->question;

	if (q->every == PERIOD_NONE)
		return 0;
	if (t->has_period && time >= t->period_from && time <= t->period_to)
		return t->period;
	int64_t period = period_begin(q->every, q->zone, ms_of_ticks(time));
	if (t->has_period && period == t->period) {
		t->period_from = MIN_OF(t->period_from, time);
		t->period_to = MAX_OF(t->period_to, time);
	} else {
		t->period_from = t->period_to = time;
	}
	t->has_period = true;
	t->period = period;
	return period;
}

err tally_cell_at(struct tally *t, int64_t time, uint32_t value, uint32_t *cell, struct why *why)
{
	return tally_cell(t, period_of(t, time), value, cell, why);
}

/* ---- counting */

static err keep_time(struct tally *t, uint32_t cell, const struct occurrence *o, struct why *why)
{
	void *times = t->times;
	err e = take(t, &times, &t->time_room, t->time_count, sizeof(*t->times), why);

	t->times = times;
	if (e == OK)
		t->times[t->time_count++] =
			(struct kept_time){ (uint64_t)o->amount, cell, (uint32_t)o->metric };
	return e;
}

static double amount_of(const struct occurrence *o)
{
	if (metric_kind(o->metric) == METRIC_TIME)
		return (double)o->amount / (TICKS_PER_MS * 1000.0);
	if (o->metric == METRIC_COST_PER_JOURNEY || o->metric == METRIC_VALUE_PER_JOURNEY)
		return (double)o->amount / 1e6;
	return (double)o->amount;
}

static err keep_item(struct tally *t, const struct occurrence *o, struct why *why)
{
	void *items = t->items;
	err e = OK;

	t->listed++;
	t->listed_customers += t->last_listed != o->customer + 1;
	t->last_listed = o->customer + 1;
	if (t->list->most == 0)
		return OK;
	e = take(t, &items, &t->item_room, t->item_count, sizeof(*t->items), why);
	t->items = items;
	if (e == OK)
		t->items[t->item_count++] =
			(struct metrics_listed){ o->customer, o->time, o->channel, amount_of(o) };
	return e;
}

static bool has_text(const struct tally *t, uint32_t value, str wanted)
{
	const struct journey_values *values = t->m->by_reason ? t->m->reasons : t->m->by;
	char text[WHY_TEXT_BYTES_MAX];
	struct strbuf told = { .ptr = text, .cap = sizeof(text), .cap_max = sizeof(text) };

	if (values != NULL)
		journey_values_add(values, value, &told);
	return str_equal((str){ text, told.len }, wanted);
}

static bool is_listed(const struct tally *t, uint32_t cell, const struct occurrence *o)
{
	const struct metrics_list_question *list = t->list;

	if (o->metric != list->metric || o->is_pending != list->pending)
		return false;
	if (!o->is_pending && list->counted && o->amount == 0)
		return false;
	if (list->any_cell)
		return cell == CELL_TOTAL;
	return cell != CELL_TOTAL && t->cells[cell].period == list->period &&
	       has_text(t, t->cells[cell].value, list->value);
}

err tally_note(struct tally *t, uint32_t cell, const struct occurrence *o, struct why *why)
{
	struct sum *sum = &t->sums[cell * t->m->slots + t->m->slot[o->metric]];

	if (t->list != NULL)
		return is_listed(t, cell, o) ? keep_item(t, o, why) : OK;
	if (o->is_pending) {
		sum->pending++;
		return OK;
	}
	sum->denominator++;
	sum->amount += o->amount;
	if (metric_kind(o->metric) != METRIC_TIME ||
		(cell == CELL_TOTAL && tally_is_broken_down(t)))
		return OK; /* the times of the total are those of its cells */
	return keep_time(t, cell, o, why);
}

err tally_count(struct tally *t, const struct occurrence *o, struct why *why)
{
	uint32_t cell;

	if (!tally_wants(t, o->metric))
		return OK;
	err e = tally_note(t, CELL_TOTAL, o, why);
	if (e != OK || !tally_is_broken_down(t))
		return e;
	e = tally_cell_at(t, o->time, o->value, &cell, why);
	return e == OK ? tally_note(t, cell, o, why) : e;
}

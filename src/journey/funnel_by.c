/* journey/funnel_by.c - see funnel_by.h */
#include "journey/funnel_by.h"

#include <stdlib.h>
#include <string.h>

static uint32_t value_of(const struct journey_plan *plan, const struct journey_values *values,
	const struct journey *j)
{
	uint32_t value = 0;

	for (size_t i = 0; value == 0 && i < j->count; i++) {
		uint32_t what = j->what != NULL
					? j->what[i]
					: threads_view_row(journey_plan_view(plan), j->row[i]).what;
		value = journey_values_of(values, j->row[i], what);
	}
	return value;
}

/* ---- a part: a row of tallies for each value met, in the order of meeting */

struct tally {
	uint64_t journeys;
	uint32_t customers, last_customer; /* + 1 */
};

struct part {
	const struct journey_plan *plan;
	const struct funnel_question *question;
	const struct journey_values *values;
	struct funnel_match match;
	uint32_t *row_of; /* of each value: its row + 1 */
	uint32_t *value; /* of each row */
	struct tally *tallies; /* rows of step_count + 1 */
	size_t rows, value_room, tally_room;
};

static err add_row(struct part *p, uint32_t value, struct why *why)
{
	struct journey_limits *limits = journey_plan_limits(p->plan);
	size_t columns = p->question->step_count + 1;
	void *numbers = p->value, *tallies = p->tallies;
	err e = limits_room(limits, &numbers, &p->value_room, p->rows, sizeof(*p->value), why);

	p->value = numbers;
	if (e == OK)
		e = limits_room(limits, &tallies, &p->tally_room, p->rows,
			columns * sizeof(*p->tallies), why);
	p->tallies = tallies;
	if (e != OK)
		return e;
	memset(p->tallies + p->rows * columns, 0, columns * sizeof(*p->tallies));
	p->value[p->rows++] = value;
	p->row_of[value] = (uint32_t)p->rows;
	return OK;
}

static err row_at(struct part *p, uint32_t value, struct tally **out, struct why *why)
{
	err e = p->row_of[value] == 0 ? add_row(p, value, why) : OK;

	if (e == OK)
		*out = p->tallies + (p->row_of[value] - 1) * (p->question->step_count + 1);
	return e;
}

static err take(void *context, const struct journey *j, struct why *why)
{
	struct part *p = context;
	struct tally *row = NULL;
	err e = funnel_match(&p->match, journey_plan_limits(p->plan), p->question, j, why);

	if (e == OK)
		e = row_at(p, value_of(p->plan, p->values, j), &row, why);
	for (size_t k = 0; e == OK && k <= p->match.reached; k++) {
		row[k].journeys++;
		row[k].customers += row[k].last_customer != j->customer + 1;
		row[k].last_customer = j->customer + 1;
	}
	return e;
}

static err part_init(struct part *p, struct why *why)
{
	size_t bytes = (journey_values_count(p->values) + 1) * sizeof(*p->row_of);
	err e = limits_take(journey_plan_limits(p->plan), bytes, why);

	if (e == OK)
		p->row_of = memory_alloc(bytes);
	return e;
}

static void part_done(struct part *p)
{
	struct journey_limits *limits = journey_plan_limits(p->plan);

	if (p->row_of != NULL)
		limits_give(limits, (journey_values_count(p->values) + 1) * sizeof(*p->row_of));
	limits_give(limits,
		p->match.room * sizeof(*p->match.next) + p->value_room * sizeof(*p->value) +
			p->tally_room * (p->question->step_count + 1) * sizeof(*p->tallies));
	free(p->match.next);
	free(p->row_of);
	free(p->value);
	free(p->tallies);
}

/* Customers are in one part each: their numbers add up. */
static err add_part(struct part *to, const struct part *from, struct why *why)
{
	size_t columns = to->question->step_count + 1;
	struct tally *row = NULL;
	err e = OK;

	for (size_t i = 0; e == OK && i < from->rows; i++) {
		e = row_at(to, from->value[i], &row, why);
		for (size_t k = 0; e == OK && k < columns; k++) {
			row[k].journeys += from->tallies[i * columns + k].journeys;
			row[k].customers += from->tallies[i * columns + k].customers;
		}
	}
	return e;
}

/* ---- the answer */

static int by_journeys(const void *a, const void *b, void *context)
{
	const uint32_t *x = a, *y = b;
	const struct part *all = context;
	size_t columns = all->question->step_count + 1;
	uint64_t m = all->tallies[*x * columns].journeys, n = all->tallies[*y * columns].journeys;

	if (m != n)
		return m < n ? 1 : -1;
	return journey_values_compare(all->values, all->value[*x], all->value[*y]);
}

static uint32_t *in_order(struct part *all)
{
	uint32_t *order = memory_alloc((all->rows + 1) * sizeof(*order));

	for (uint32_t i = 0; i < all->rows; i++)
		order[i] = i;
	qsort_r(order, all->rows, sizeof(*order), by_journeys, all);
	return order;
}

static void tell_group(const struct part *all, uint32_t row, struct funnel_groups *out)
{
	size_t columns = all->question->step_count + 1;
	struct funnel_cell *cells = out->cells + out->count * columns;

	for (size_t k = 0; k < columns; k++) {
		const struct tally *tally = &all->tallies[row * columns + k];
		cells[k] = (struct funnel_cell){ tally->journeys, tally->customers };
	}
	out->items[out->count++] = (struct funnel_group){ all->value[row], cells };
}

static err tell(struct part *all, size_t most, struct funnel_groups *out, struct why *why)
{
	size_t columns = all->question->step_count + 1, told = MIN_OF(all->rows, most);
	size_t bytes = told * (sizeof(*out->items) + columns * sizeof(*out->cells)) +
		       all->rows * sizeof(uint32_t);
	err e = limits_take(journey_plan_limits(all->plan), bytes, why);

	if (e != OK)
		return e;
	*out = (struct funnel_groups){ .rest_values = all->rows - told,
		.items = memory_alloc((told + 1) * sizeof(*out->items)),
		.cells = memory_alloc((told + 1) * columns * sizeof(*out->cells)),
		.bytes = bytes };
	uint32_t *order = in_order(all);
	for (size_t i = 0; i < all->rows; i++)
		if (i < told)
			tell_group(all, order[i], out);
		else
			out->rest_journeys += all->tallies[order[i] * columns].journeys;
	free(order);
	return OK;
}

err funnel_groups_make(const struct journey_plan *plan, const struct funnel_question *question,
	const struct journey_values *values, size_t most, struct funnel_groups *out,
	struct why *why)
{
	unsigned count = journey_pass_parts(plan);
	struct part parts[JOURNEY_THREADS_MAX];
	void *pointers[JOURNEY_THREADS_MAX];
	err e = OK;

	ASSERT(count > 0);
	ASSERT(question->step_count >= 1 && question->step_count <= FUNNEL_STEPS_MAX);
	for (unsigned i = 0; i < count; i++) {
		parts[i] = (struct part){ .plan = plan, .question = question, .values = values };
		pointers[i] = &parts[i];
	}
	for (unsigned i = 0; e == OK && i < count; i++)
		e = part_init(&parts[i], why);
	if (e == OK)
		e = journey_pass(plan, take, pointers, count, why);
	for (unsigned i = 1; e == OK && i < count; i++)
		e = add_part(&parts[0], &parts[i], why);
	if (e == OK)
		e = tell(&parts[0], most, out, why);
	for (unsigned i = 0; i < count; i++)
		part_done(&parts[i]);
	return e;
}

void funnel_groups_done(const struct journey_plan *plan, struct funnel_groups *groups)
{
	limits_give(journey_plan_limits(plan), groups->bytes);
	free(groups->items);
	free(groups->cells);
	*groups = (struct funnel_groups){ .count = 0 };
}

/* ---- the journeys behind a number */

struct listing {
	const struct journey_plan *plan;
	const struct funnel_list_question *question;
};

static err wants(
	const void *context, void *scratch, const struct journey *j, bool *out, struct why *why)
{
	const struct listing *l = context;
	const struct funnel_list_question *q = l->question;
	struct funnel_match *match = scratch;

	*out = q->values == NULL || value_of(l->plan, q->values, j) == q->value;
	if (!*out || (q->reached == 0 && !q->stopped))
		return OK;
	err e = funnel_match(match, journey_plan_limits(l->plan), q->funnel, j, why);
	*out = q->stopped ? match->reached == q->reached : match->reached >= q->reached;
	return e;
}

err funnel_list_make(const struct journey_plan *plan, const struct funnel_list_question *question,
	struct journey_list *out, struct why *why)
{
	const struct listing listing = { plan, question };
	unsigned count = journey_pass_parts(plan);
	struct funnel_match *matches = memory_alloc(count * sizeof(*matches));
	void *scratch[JOURNEY_THREADS_MAX];

	for (unsigned i = 0; i < count; i++)
		scratch[i] = &matches[i];
	const struct journey_choice choice = {
		.wants = wants, .context = &listing, .scratch = scratch
	};
	err e = journey_list_make(plan, question->most, &choice, out, why);
	for (unsigned i = 0; i < count; i++) {
		limits_give(journey_plan_limits(plan), matches[i].room * sizeof(*matches[i].next));
		free(matches[i].next);
	}
	free(matches);
	return e;
}

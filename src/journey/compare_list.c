/* journey/compare_list.c - the journeys behind a number of a comparison; see compare.h */
#include "journey/compare.h"

#include <stdlib.h>

static uint64_t passages(const struct compare_list_question *q, const struct journey *j)
{
	uint64_t count = 0;

	for (size_t i = 0; i + 1 < j->count; i++)
		count += j->step[i] == q->item->from &&
			 (q->of_whole || j->step[i + 1] == q->item->to);
	return count;
}

static bool has_step(const struct journey *j, uint32_t step)
{
	for (size_t i = 0; i < j->count; i++)
		if (j->step[i] == step)
			return true;
	return false;
}

/* How often the number was counted in the journey: by the rules of compare.c. */
static uint64_t times_in(const struct compare_list_question *q, const struct journey *j)
{
	if (q->item == NULL)
		return 1;
	if (q->item->as == COMPARED_EDGE)
		return passages(q, j);
	if (q->of_whole)
		return 1;
	switch (q->item->as) {
	case COMPARED_STEP:
		return has_step(j, q->item->to);
	case COMPARED_START:
		return j->step[0] == q->item->to;
	case COMPARED_END:
		return j->step[j->count - 1] == q->item->to;
	case COMPARED_EDGE:
	case COMPARED_OUTCOME:
		break;
	}
	return (uint32_t)j->outcome == q->item->to;
}

/* The scratch of a part is its sum. */
static err wants(
	const void *context, void *scratch, const struct journey *j, bool *out, struct why *why)
{
	uint64_t times = times_in(context, j);

	(void)why;
	*(uint64_t *)scratch += times;
	*out = times > 0;
	return OK;
}

err compare_list(const struct journey_plan *side, const struct compare_list_question *question,
	struct journey_list *out, uint64_t *times, struct why *why)
{
	uint64_t sums[JOURNEY_THREADS_MAX] = { 0 }, sum = 0;
	void *pointers[JOURNEY_THREADS_MAX];

	for (unsigned i = 0; i < JOURNEY_THREADS_MAX; i++)
		pointers[i] = &sums[i];
	const struct journey_choice choice = {
		.wants = wants, .context = question, .scratch = pointers
	};
	err e = journey_list_make(side, question->most, &choice, out, why);
	for (unsigned i = 0; i < JOURNEY_THREADS_MAX; i++)
		sum += sums[i];
	if (e == OK)
		*times = sum;
	return e;
}

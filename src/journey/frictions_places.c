/* journey/frictions_places.c - which steps are one place of a journey: ways in which the same thing
 * goes on; see frictions.h
 *
 *   words        what is left of a name without its last word, or last words: "Visit" of "Visit
 *                failed", "chat" and "chat.bot" of "chat.bot.closed"
 *   one place    the nearest such words of one step are among those of the other ("Bot left", "Bot
 *                handed over"), or at least half of what either stands for ((channel, activity),
 * before attributes are asked) is that of both ("Bill", "Last bill") alternatives the nearest words
 * are equal, or are the other's name and both stand for one (channel, activity) at least ("Call
 * transferred", "Call"): where one came, the other could have
 *
 * Both relations are closed: friends of friends are friends.
 */
#include "journey/frictions_internal.h"
#include "journey/plan_internal.h"

#include <stdlib.h>

/* ---- names */

/* "Visit failed" -> "Visit", "visit.failed" -> "visit"; "" where there is but one word. */
static str all_but_last_word(str name)
{
	for (size_t i = name.len; i-- > 1;)
		if (name.ptr[i] == ' ' || name.ptr[i] == '.' || name.ptr[i] == '_' ||
			name.ptr[i] == '-' || name.ptr[i] == ':')
			return str_upto(name, i);
	return STR("");
}

static bool begins_with_words(str name, str words)
{
	for (name = all_but_last_word(name); name.len >= words.len && name.len > 0;
		name = all_but_last_word(name))
		if (str_equal(name, words))
			return true;
	return false;
}

/* ---- what steps stand for: a bit for each (channel, activity) that may become one */

struct meanings {
	uint64_t *sets;
	size_t words; /* of a set */
};

static void note_meaning(const struct meanings *m, uint32_t step, uint32_t what)
{
	if (step != STEP_NONE)
		m->sets[step * m->words + what / 64] |= (uint64_t)1 << (what % 64);
}

static struct meanings meanings_of(const struct journey_plan *plan)
{
	size_t whats = threads_view_what_count(journey_plan_view(plan));
	struct meanings m = { .words = whats / 64 + 1 };

	m.sets = memory_alloc((plan->step_count * m.words + 1) * sizeof(*m.sets));
	for (uint32_t w = 0; w < whats; w++) {
		const struct route *route = &plan->steps.of_what[w];
		note_meaning(&m, route->target, w);
		for (uint32_t i = route->first; i < route->first + route->count; i++)
			note_meaning(&m, plan->steps.candidates[i].target, w);
	}
	return m;
}

/* How much two steps have in common, 0 to 1. */
static double shared(const struct meanings *m, uint32_t a, uint32_t b)
{
	const uint64_t *one = m->sets + a * m->words, *two = m->sets + b * m->words;
	int both = 0, either = 0;

	for (size_t i = 0; i < m->words; i++) {
		both += __builtin_popcountll(one[i] & two[i]);
		either += __builtin_popcountll(one[i] | two[i]);
	}
	return either == 0 ? 0 : (double)both / either;
}

/* ---- relations, closed: every step knows the first of those it belongs with */

static void unite(uint32_t *first, size_t steps, uint32_t a, uint32_t b)
{
	uint32_t least = MIN_OF(first[a], first[b]), most = MAX_OF(first[a], first[b]);

	for (size_t s = 0; s < steps && least != most; s++)
		if (first[s] == most)
			first[s] = least;
}

static bool are_alternatives(str a, str b, double shared)
{
	str one = all_but_last_word(a), two = all_but_last_word(b);

	return (one.len > 0 && str_equal(one, two)) ||
	       (shared > 0 && (str_equal(one, b) || str_equal(a, two)));
}

static bool are_one_place(str a, str b, double shared)
{
	str one = all_but_last_word(a), two = all_but_last_word(b);

	return shared >= 0.5 || (one.len > 0 && begins_with_words(b, one)) ||
	       (two.len > 0 && begins_with_words(a, two));
}

static void relate(const struct journey_plan *plan, const struct meanings *m, uint32_t a,
	uint32_t b, struct step_kinds *out)
{
	str one = journey_plan_step_name(plan, a), two = journey_plan_step_name(plan, b);
	double common = shared(m, a, b);

	if (are_alternatives(one, two, common)) {
		unite(out->group, plan->step_count, a, b);
		unite(out->place, plan->step_count, a, b);
	} else if (are_one_place(one, two, common)) {
		unite(out->place, plan->step_count, a, b);
	}
}

void step_kinds_make(
	const struct journey_plan *plan, const struct costs *costs, struct step_kinds *out)
{
	uint32_t steps = (uint32_t)journey_plan_steps(plan);
	struct meanings m = meanings_of(plan);

	*out = (struct step_kinds){ .group =
					    memory_alloc(((size_t)steps + 1) * sizeof(*out->group)),
		.place = memory_alloc(((size_t)steps + 1) * sizeof(*out->place)),
		.has_others = memory_alloc((size_t)steps + 1) };
	step_contacts_make(plan, costs, out);
	for (uint32_t s = 0; s < steps; s++)
		out->group[s] = out->place[s] = s;
	for (uint32_t a = 0; a < steps; a++)
		for (uint32_t b = 0; b < a; b++)
			relate(plan, &m, a, b, out);
	for (uint32_t s = 0; s < steps; s++)
		if (out->group[s] != s)
			out->has_others[s] = out->has_others[out->group[s]] = 1;
	free(m.sets);
}

void step_kinds_done(struct step_kinds *kinds)
{
	free(kinds->is_contact);
	free(kinds->leads);
	free(kinds->group);
	free(kinds->place);
	free(kinds->has_others);
}

/* tests/journey_trials_find_test.c - two pages of one visit are no repeat: which passages are
 * trials. */
#include "journey/trials.h"
#include "test.h"

#define MINUTE INT64_C(60)
#define DAY (1440 * MINUTE)

enum { STEPS = 3, EVENTS_MAX = 8, VISIT = 30 * 60 };

/* What was found, as a letter a trial: s suffered, n not. */
struct heard {
	char letters[EVENTS_MAX + 1];
	size_t at[EVENTS_MAX];
	size_t count;
};

static err hear(void *context, size_t i, bool suffered, struct why *why)
{
	struct heard *h = context;

	(void)why;
	ASSERT(h->count < EVENTS_MAX);
	h->at[h->count] = i;
	h->letters[h->count++] = suffered ? 's' : 'n';
	return OK;
}

TEST(journey_trials_find_a_visit_is_no_repeat)
{
	static const struct {
		const char *name;
		int64_t visit;
		int64_t minutes[EVENTS_MAX];
		size_t count;
		const char *letters;
		size_t first; /* the first trial's event */
	} rows[] = {
		{ "every page, where no visit is told", 0, { 0, 1, 2 }, 3, "ssn", 0 },
		{ "a visit of three pages, and nothing more", VISIT, { 0, 1, 2 }, 3, "n", 2 },
		{ "two visits", VISIT, { 0, 1, 60, 61 }, 4, "sn", 1 },
		{ "the visit's length itself is another visit", VISIT, { 0, 30 }, 2, "sn", 0 },
		{ "a visit goes on as long as pages come", VISIT, { 0, 29, 58, 87 }, 4, "n", 3 },
		{ "again, but too late", VISIT, { 0, 8 * 1440 }, 2, "nn", 0 },
		{ "one page", VISIT, { 0 }, 1, "n", 0 },
	};
	static const uint8_t help[STEPS] = { 1, 0, 0 };

	for (size_t r = 0; r < ARRAY_LEN(rows); r++) {
		uint32_t step[EVENTS_MAX] = { 0 };
		int64_t time[EVENTS_MAX];
		for (size_t i = 0; i < rows[r].count; i++)
			time[i] = rows[r].minutes[i] * MINUTE;
		const struct journey journey = {
			.step = step, .time = time, .count = rows[r].count, .outcome = JOURNEY_ENDED
		};
		const struct friction friction = { .kind = FRICTION_LATER,
			.at = help,
			.to = help,
			.within = 7 * DAY,
			.visit = rows[r].visit };
		struct heard heard = { .count = 0 };
		CHECK(rows[r].name,
			trials_of_journey(&friction, &journey, 90 * DAY, hear, &heard, NULL) == OK);
		CHECK(rows[r].name, str_equal(str_of(heard.letters), str_of(rows[r].letters)));
		CHECK(rows[r].name, heard.count > 0 && heard.at[0] == rows[r].first);
	}
}

TEST(journey_trials_find_another_step_ends_no_visit)
{
	/* help, a call after five minutes, help again after ten: the visit goes on, and is one. */
	static const uint8_t help[STEPS] = { 1, 0, 0 };
	uint32_t step[] = { 0, 1, 0 };
	int64_t time[] = { 0, 5 * MINUTE, 10 * MINUTE };
	const struct journey journey = {
		.step = step, .time = time, .count = 3, .outcome = JOURNEY_ENDED
	};
	const struct friction friction = {
		.kind = FRICTION_LATER, .at = help, .to = help, .within = 7 * DAY, .visit = VISIT
	};
	struct heard heard = { .count = 0 };

	CHECK("found", trials_of_journey(&friction, &journey, 90 * DAY, hear, &heard, NULL) == OK);
	CHECK("one trial", heard.count == 1 && heard.at[0] == 2 && heard.letters[0] == 'n');
}

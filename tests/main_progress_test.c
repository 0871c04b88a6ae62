/* tests/main_progress_test.c - the progress line, its width, and when it is drawn. */
#include "main/progress.h"

#include "main/display.h"
#include "test.h"

static int64_t now_ns;
static int64_t fake_ms(struct clock *clock)
{
	(void)clock;
	return now_ns / 1000000;
}
static int64_t fake_ticks(struct clock *clock)
{
	(void)clock;
	return now_ns;
}
static struct clock fake = { fake_ms, fake_ticks };

TEST(progress_lines_say_how_far)
{
	static const struct {
		const char *name;
		struct progress_state state;
		double rate;
		enum language language;
		size_t columns;
		const char *line;
	} rows[] = {
		{ "start", { TEXT_DOING_IMPORT, UNIT_EVENTS, 0, 1000000 }, 0, LANGUAGE_ENGLISH, 200,
			"importing  [....................]   0 %  0 events" },
		{ "half", { TEXT_DOING_IMPORT, UNIT_EVENTS, 500000, 1000000 }, 100000,
			LANGUAGE_ENGLISH, 200,
			"importing  [##########..........]  50 %  500,000 events  100,000 events/s"
			"  6.0\xc2\xa0s left" },
		{ "french", { TEXT_DOING_IMPORT, UNIT_BYTES, 250000000, 1000000000 }, 1e6,
			LANGUAGE_FRENCH, 200,
			"importation  [#####...............]  25 %  250,0\xc2\xa0Mo  "
			"1,0\xc2\xa0Mo/s  "
			"reste "
			"12\xc2\xa0min 31\xc2\xa0s" },
		{ "no total", { TEXT_DOING_REPLAY, UNIT_EVENTS, 12, 0 }, 3.25, LANGUAGE_ENGLISH,
			200, "reading the journal  12 events  3.2 events/s" },
		{ "more than all", { TEXT_DOING_BACKUP, UNIT_FILES, 9, 3 }, 0, LANGUAGE_ENGLISH,
			200, "copying  [####################] 100 %  3 files" },
		{ "hardly moving", { TEXT_DOING_IMPORT, UNIT_FILES, 1, 1000000 }, 1e-6,
			LANGUAGE_ENGLISH, 200,
			"importing  [....................]   0 %  1 file  0.0 files/s" },
		{ "narrow", { TEXT_DOING_IMPORT, UNIT_EVENTS, 500000, 1000000 }, 100000,
			LANGUAGE_ENGLISH, 20, "importing  [#######…" },
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		AUTO_ARENA arena = arena_create(10000);
		struct strbuf out = strbuf_in(arena, 1000);
		progress_add_line(
			&rows[i].state, rows[i].rate, rows[i].language, rows[i].columns, &out);
		CHECK(rows[i].name, str_equal(strbuf_str(&out), str_of(rows[i].line)));
		CHECK(rows[i].name, display_width(strbuf_str(&out)) <= rows[i].columns);
	}
}

static bool due_after(struct progress *p, int64_t ms, uint64_t done)
{
	struct progress_state state = { TEXT_DOING_IMPORT, UNIT_EVENTS, done, 0 };

	now_ns += ms * 1000000;
	return progress_due(p, &state);
}

TEST(progress_waits_and_follows_the_rate)
{
	struct progress p;

	now_ns = 5000000000;
	progress_init(&p, &fake);
	CHECK("the first notice", !due_after(&p, 0, 0));
	CHECK("within a second", !due_after(&p, 999, 100));
	CHECK("after it", due_after(&p, 1, 1000) && p.rate > 999 && p.rate < 1001);
	CHECK("at once again", !due_after(&p, 50, 1100));
	CHECK("a tenth later", due_after(&p, 50, 1200));
	for (int i = 0; i < 100; i++)
		(void)due_after(&p, 100, 1200 + (uint64_t)i * 1000);
	CHECK("faster now", p.rate > 9000 && p.rate < 11000);
	struct progress_state other = { TEXT_DOING_VERIFY, UNIT_EVENTS, 0, 0 };
	CHECK("another thing starts anew", !progress_due(&p, &other) && p.rate == 0);
	now_ns += 1000000000;
	CHECK("and shows after a second", progress_due(&p, &other));
}

/* main/progress.c - see progress.h */
#include "main/progress.h"

#include "main/display.h"

#define SECOND_NS INT64_C(1000000000)

enum { BAR_COLUMNS = 20, LINE_BYTES_MAX = 1000, DRAWS_A_SECOND = 10, MARK_SECONDS = 3 };

void progress_init(struct progress *progress, struct clock *clock)
{
	*progress = (struct progress){ .clock = clock, .doing = TEXT_COUNT_ };
}

static void restart(struct progress *p, const struct progress_state *state, int64_t now)
{
	struct clock *clock = p->clock;
	bool is_shown = p->is_shown;

	*p = (struct progress){ .clock = clock, .doing = state->doing, .started_ns = now };
	p->mark.at_ns = now;
	p->mark.done = state->done;
	p->is_shown = is_shown;
}

/* The rate since the mark; the mark moves on every few seconds, half the old rate is kept. */
static void update_rate(struct progress *p, uint64_t done, int64_t now)
{
	double seconds = (double)(now - p->mark.at_ns) / (double)SECOND_NS;

	if (seconds < 0.5 || done < p->mark.done)
		return;
	double rate = (double)(done - p->mark.done) / seconds;
	p->rate = p->rate > 0 ? (p->rate + rate) / 2 : rate;
	if (seconds < MARK_SECONDS)
		return;
	p->mark.at_ns = now;
	p->mark.done = done;
}

bool progress_due(struct progress *p, const struct progress_state *state)
{
	int64_t now = p->clock->ticks_ns(p->clock);

	if (p->doing != state->doing)
		restart(p, state, now);
	if (now - p->started_ns < SECOND_NS || now - p->drawn_ns < SECOND_NS / DRAWS_A_SECOND)
		return false;
	update_rate(p, state->done, now);
	p->drawn_ns = now;
	p->is_shown = true;
	return true;
}

static void add_bar(struct strbuf *out, double part)
{
	int full = (int)(part * BAR_COLUMNS);

	strbuf_add_c(out, "  [");
	for (int i = 0; i < BAR_COLUMNS; i++)
		strbuf_add_byte(out, i < full ? '#' : '.');
	strbuf_printf(out, "] %3d %%", (int)(part * 100));
}

static void add_count(struct strbuf *out, enum language language, enum unit unit, uint64_t count)
{
	static const enum text texts[] = {
		[UNIT_EVENTS] = TEXT_PROGRESS_EVENTS, [UNIT_FILES] = TEXT_PROGRESS_FILES
	};

	strbuf_add_c(out, "  ");
	if (unit == UNIT_BYTES)
		locale_bytes(language, count, out);
	else
		text_add(out, language, texts[unit], arg_int((int64_t)count));
}

static void add_rate(struct strbuf *out, enum language language, enum unit unit, double rate)
{
	char bytes[64];
	struct strbuf amount = { .ptr = bytes, .cap = sizeof(bytes), .cap_max = sizeof(bytes) };
	static const enum text texts[] = { [UNIT_EVENTS] = TEXT_PROGRESS_EVENTS_RATE,
		[UNIT_BYTES] = TEXT_PROGRESS_BYTES_RATE,
		[UNIT_FILES] = TEXT_PROGRESS_FILES_RATE };

	if (unit == UNIT_BYTES)
		locale_bytes(language, (uint64_t)rate, &amount);
	else
		locale_decimal(language, rate, rate < 10 ? 1 : 0, &amount);
	strbuf_add_c(out, "  ");
	text_add(out, language, texts[unit], arg_str(strbuf_str(&amount)));
}

static void add_left(struct strbuf *out, enum language language, uint64_t left, double rate)
{
	char bytes[64];
	struct strbuf words = { .ptr = bytes, .cap = sizeof(bytes), .cap_max = sizeof(bytes) };
	double seconds = (double)left / rate;

	if (seconds > 1e9)
		return; /* it hardly moves: no promise */
	locale_duration(language, ((int64_t)seconds + 1) * 1000, &words);
	strbuf_add_c(out, "  ");
	text_add(out, language, TEXT_PROGRESS_LEFT, arg_str(strbuf_str(&words)));
}

void progress_add_line(const struct progress_state *state, double rate, enum language language,
	size_t columns, struct strbuf *out)
{
	struct strbuf line = strbuf_heap(LINE_BYTES_MAX);
	uint64_t done = state->total > 0 ? MIN_OF(state->done, state->total) : state->done;

	strbuf_add(&line, text_words(state->doing, language));
	if (state->total > 0)
		add_bar(&line, (double)done / (double)state->total);
	add_count(&line, language, state->unit, done);
	if (rate > 0)
		add_rate(&line, language, state->unit, rate);
	if (rate > 0 && state->total > done)
		add_left(&line, language, state->total - done, rate);
	display_add_cut(out, strbuf_str(&line), MAX_OF(columns, (size_t)1));
	strbuf_done(&line);
}

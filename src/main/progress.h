/* main/progress.h - how far a long command is, on one line of a terminal:
 *
 *   importing  [########............]  42 %  1,234,567 events  310,000 events/s  12 s left
 *
 * Nothing shows in the first second, and at most ten times a second after it.  The rate is that
 * of the last seconds, so that the time left follows what happens now.
 */
#pragma once

#include "base/clock.h"
#include "main/sink.h"

struct progress {
	struct clock *clock;
	enum text doing; /* a new one starts anew */
	int64_t started_ns, drawn_ns; /* 0: not yet */
	struct {
		int64_t at_ns;
		uint64_t done;
	} mark; /* what the rate is counted from; moves on */
	double rate; /* units a second; 0: not known yet */
	bool is_shown;
};

void progress_init(struct progress *progress, struct clock *clock);

/* Takes notice; true if it is time to draw a line anew. */
bool progress_due(struct progress *progress, const struct progress_state *state);

/* The line, at most `columns` wide, without a newline.  Pure. */
void progress_add_line(const struct progress_state *state, double rate, enum language language,
	size_t columns, struct strbuf *out);

/* journey/frictions_windows.c - within which time what follows a step is a consequence of it, told
 * by the data; see frictions.h
 *
 * Few spans, such as people say: each that is tried is paid for with certainty.
 */
#include "journey/frictions_internal.h"

#include <math.h>

enum { WINDOW_NONE = FRICTIONS_WINDOWS_MAX };
#define HOUR ((int64_t)3600 * 1000 * TICKS_PER_MS)
static const int16_t spans_h[FRICTIONS_WINDOWS_MAX - 1] = { 1, 2, 4, 8, 12, 24, 48, 72, 120, 168,
	240, 336, 504, 720, 1440 };

size_t frictions_windows(const struct frictions_question *question, int64_t horizon,
	int64_t out[static FRICTIONS_WINDOWS_MAX])
{
	size_t count = 0;

	if (question->leak > 0) {
		out[0] = question->leak;
		return 1;
	}
	while (count < ARRAY_LEN(spans_h) && spans_h[count] * HOUR < horizon) {
		out[count] = spans_h[count] * HOUR;
		count++;
	}
	out[count++] = horizon;
	return count;
}

/* What is beyond the usual, in standard errors of the count. */
static double stands_out(double suffered, double n, double usual)
{
	double error = sqrt(suffered * (1 - suffered / n));

	return error > 0 ? (suffered - usual * n) / error : 0;
}

/* Where most stands out, all that comes of the step has come; WINDOW_NONE: it stands out nowhere.
 */
static size_t window_of_all(const struct cost_sum *suffered, const double *usual, size_t windows,
	uint64_t n, double false_share)
{
	size_t best = WINDOW_NONE;
	double most = 0;

	for (size_t w = 0; w < windows; w++) {
		double out = stands_out((double)suffered[w].n, (double)n, usual[w]);
		if (out <= most)
			continue;
		most = out;
		best = w;
	}
	return normal_p(most) * (double)windows <= false_share ? best : WINDOW_NONE;
}

size_t frictions_window_of(const struct cost_sum *suffered, const double *usual, size_t windows,
	uint64_t n, double false_share)
{
	size_t all = window_of_all(suffered, usual, windows, n, false_share), half = 0;

	if (all == WINDOW_NONE)
		return windows - 1;
	double beyond = (double)suffered[all].n - usual[all] * (double)n;
	while ((double)suffered[half].n - usual[half] * (double)n < beyond / 2)
		half++;
	return half;
}

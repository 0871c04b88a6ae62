/* exchange/time_format.h - the many ways in which files write times, and which one a column has.
 *
 * A format is named so in mappings and by --time-format:
 *   iso                                     base/timestamp.h
 *   epoch, epoch_ms, epoch_us, epoch_ns     a number since 1970; `epoch` may have a fraction
 *   a pattern with %                        below; what is between the codes must be there as it is
 *
 *   %Y year, 4 digits   %y year, 2 digits (69 to 99: 19..)   %m month, 1-2 digits   %d day, 1-2
 *   %b month by name or its beginning, English or French, any case (Mar, sept., DECEMBRE)
 *   %H hour, 1-2 digits   %I hour 1 to 12, with %p AM or PM   %M minute   %S second, 2 digits each
 *   %f a fraction's digits   %T hh:mm, hh:mm:ss or with a fraction   %z a zone   %% a percent sign
 *   [ ] around a part that may be missing (not nested)
 */
#pragma once

#include "base/timestamp.h"

enum time_layout { TIME_ISO, TIME_EPOCH, TIME_PATTERN };

struct time_format {
	enum time_layout layout;
	int64_t unit_ns; /* TIME_EPOCH: of one */
	str pattern; /* as named above, also for iso and epoch */
};

/* MSG_TIME_PATTERN if `name` is none of the above.  The format borrows `name`. */
err time_format_named(str name, struct time_format *out, struct why *why);

/* The whole of `text`, spaces around it forgiven. */
bool time_format_read(const struct time_format *format, str text, struct timestamp *out);

/* Which format most of the samples have: show each value, then ask.  Empty values do not count.
 * 03/04/2026 is the third of April unless some value says otherwise (a month over 12). */
enum { TIME_FORMATS = 23 };
struct time_guess {
	uint32_t seen, fits[TIME_FORMATS];
};
void time_guess_show(struct time_guess *guess, str text);
/* *is_ambiguous: day and month could be swapped in all that was seen.  False: none fits. */
bool time_guess_best(const struct time_guess *guess, struct time_format *out, bool *is_ambiguous);

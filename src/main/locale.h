/* main/locale.h - numbers, times and lengths of time the way a reader writes them.
 *
 * English: 12,345.6, 2026-03-14 15:09:26.  French: 12 345,6 with narrow no-break spaces,
 * 14/03/2026 15:09:26.  Times come in as UTC milliseconds and go out in the reader's zone;
 * programs read JSON, where nothing of this applies.
 */
#pragma once

#include "base/why.h"

struct zone; /* base/zone.h */

struct locale {
	enum language language;
	const struct zone *zone; /* NULL: UTC */
};

/* "fr", "fr-CA", "fr_FR.UTF-8" and the same with en, in any case; writes only if true. */
bool language_from_tag(str tag, enum language *language);
/* LC_ALL, else LC_MESSAGES, else LANG, the first that is set and not empty; English where that
 * is neither French nor English.  `get` is getenv. */
enum language language_from_environment(char *(*get)(const char *name));

/* All append to `out`.  Up to four digits stand without separators. */
void locale_number(enum language language, int64_t number, struct strbuf *out);
/* With `digits` (0 to 6) behind the comma, rounded to nearest. */
void locale_decimal(enum language language, double number, int digits, struct strbuf *out);
void locale_bytes(enum language language, uint64_t bytes, struct strbuf *out); /* 1.2 MB, 1,2 Mo */
/* The two largest units: "3 days 4 h", "12 min 5 s", "0.4 s"; ms >= 0. */
void locale_duration(enum language language, int64_t ms, struct strbuf *out);

/* The day of a moment in the reader's zone, counted from 1970-01-01. */
int64_t locale_day_number(const struct locale *locale, int64_t utc_ms);
void locale_day(const struct locale *locale, int64_t utc_ms, struct strbuf *out); /* in words */
void locale_clock(const struct locale *locale, int64_t utc_ms, struct strbuf *out); /* 15:09:26 */
void locale_moment(const struct locale *locale, int64_t utc_ms, struct strbuf *out); /* both */

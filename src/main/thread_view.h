/* main/thread_view.h - a customer's thread, made for reading:
 *
 *   Saturday 14 March 2026
 *     15:09:26  web     Page Viewed             page=/box/panne
 *     15:12:01  phone   call.answered           case C-17, by Paul, duration_s=430
 *                       "Bonjour, ma box ne se connecte plus depuis ..."
 *
 *   Tuesday 17 March 2026 (3 days later)
 *     09:30:00  email   Message Received
 *
 * Attributes: what distinguishes an event comes first.  One that is as it was the last time it
 * came, or that only says the activity or the actor again, is not repeated (`--json` has them all);
 * those of a log's case (`case:...`) stand behind the event's own.
 *
 * Events come one after the other, in thread order, so that a thread of any length is shown in
 * constant memory.  Times are those of the locale's zone.  Pure: same records, same text.
 */
#pragma once

#include "event/record.h"
#include "main/locale.h"

enum { THREAD_ATTRIBUTES_MAX = 6, THREAD_KEYS_MAX = 256, THREAD_EXCERPT_COLUMNS = 160 };

struct thread_view {
	const struct locale *locale;
	size_t columns; /* of the terminal; 0: any */
	bool has_day;
	int64_t day; /* of the last event shown, local */
	struct {
		uint64_t key, value; /* hashes */
	} last[THREAD_KEYS_MAX]; /* of the first so many keys */
	size_t key_count;
};

void thread_view_init(struct thread_view *view, const struct locale *locale, size_t columns);

/* Appends the lines of one event (kind EVENT: it has a time).  A full `out` fails it. */
void thread_view_add(struct thread_view *view, const struct record *record, struct strbuf *out);

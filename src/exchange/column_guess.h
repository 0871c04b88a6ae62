/* exchange/column_guess.h - which columns hold time, activity, customer and channel, when nobody
 * says so: by the names they usually have, in English and in French. */
#pragma once

#include "exchange/mapping.h"

/* Fills in what `mapping` leaves open; what it adds lies in `arena` or is constant.
 *
 * Names are compared without case, accents, spaces and punctuation.  A file with the column
 * `case:concept:name` has the shape of an event log written by process-mining tools: its customer
 * is `case`, its channel `backoffice`, its actor `org:resource` (also kept as an attribute), as for
 * XES.  Elsewhere each column named as an identifier
 * counts (customer id, e-mail, phone ...).  No channel column: `backoffice`.
 *
 * MSG_CSV_NO_TIME, MSG_CSV_NO_ACTIVITY, MSG_CSV_NO_CUSTOMER list the columns there are; a record of
 * kind ENTITY needs only a customer. */
err column_guess(struct mapping *mapping, const str *names, size_t count, struct arena *arena,
	struct why *why);

/* "a, b, c", for messages; cut to what a message can hold. */
str column_list(const str *names, size_t count, struct arena *arena);

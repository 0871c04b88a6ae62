/* profile/computed.h - traits that nobody tells: folds over the events of one customer.
 *
 * profile_rules.h names them.  Events are told one by one, in thread order; an event without the
 * attribute that is asked for counts nowhere.  Values are those of the event's own attributes, of
 * maps by a.b; of a list each member counts.  Numbers are added exactly while they are whole and
 * fit 64 bits, else as floats.
 *
 * Keys are those of attributes laid flat, as attribute columns have them (thread/attribute.h): maps
 * within lists are gone into too.
 *
 * `by` makes a map: one fold for each value of another attribute, by its text, at most
 * COMPUTED_GROUPS_MAX; events of further values count nowhere but in `left_out`.
 *
 * Memory: the caller's arena; past its limit ERR_LIMIT.  One thread at a time.
 */
#pragma once

#include "event/record.h"
#include "profile/profile_rules.h"

enum { COMPUTED_GROUPS_MAX = 200, COMPUTED_VALUES_MAX = 1000 /* different ones of one fold */ };

struct computed_trait {
	const struct profile_computed *rule; /* of the rules, which outlive this */
	struct value value; /* VALUE_NULL: no event told it */
	uint64_t events; /* that counted */
	uint64_t left_out; /* past one of the limits */
	int64_t first_ms, last_ms; /* of them; meaningful if events > 0 */
};

struct computed;

/* What of an event the rules look at besides time, channel and activity: so that it can be had
 * from where it costs least. */
enum computed_field { COMPUTED_SOURCE = 1, COMPUTED_INTERACTION = 2, COMPUTED_CASE = 4 };
enum { COMPUTED_KEYS_MAX = 2 * PROFILE_COMPUTED_MAX };
struct computed_needs {
	unsigned fields; /* enum computed_field */
	unsigned texts; /* of these, those of which the text itself is told, not only how many */
	str keys[COMPUTED_KEYS_MAX]; /* of attributes, each once */
	size_t key_count;
};
void computed_needs(const struct profile_rules *rules, struct computed_needs *out);
/* Whether an event of this channel and activity is asked for attributes. */
bool computed_asks(const struct computed *computed, str channel, str activity);

/* NULL: the arena is full.  `as_of_ms`: where windows end; events after it do not count in them. */
struct computed *computed_begin(
	const struct profile_rules *rules, int64_t as_of_ms, struct arena *arena);
/* The next event, in thread order; nothing of the record is kept. */
err computed_event(
	struct computed *computed, const struct record *record, int64_t ms, struct why *why);
/* In the order of the rules. */
err computed_end(struct computed *computed, const struct computed_trait **out, size_t *count,
	struct why *why);

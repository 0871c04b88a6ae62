/* thread/where.h - conditions on attributes, and the rows that meet them.
 *
 *   KEY          has it at all
 *   KEY=VALUE    one of its values is VALUE       KEY!=VALUE   it has some, none of them is VALUE
 *   KEY<VALUE    one of its values is below;      also <=, >, >=
 *   KEY~PATTERN  one of its values is a text that fits: * stands for anything (base/glob.h)
 *
 * The key ends at the first of = != < > ~.  Keys are those of attribute.h (`a.b` within
 * maps); @source, @actor, @interaction, @case and @text are the event's own fields.
 *
 * VALUE is compared with each value by the value's type: text byte by byte, and in an order only
 * if VALUE is no number; integers and floats exactly, each with the other; booleans with true and
 * false; times, to 100 ns, with a time or a date (in `zone` if it tells none).  A value with which
 * VALUE has nothing in common meets no condition but !=.
 *
 * Threads: all functions are pure.
 */
#pragma once

#include "base/zone.h"
#include "thread/attribute.h"

enum where_is {
	WHERE_HAS,
	WHERE_EQUAL,
	WHERE_NOT_EQUAL,
	WHERE_LESS,
	WHERE_LESS_OR_EQUAL,
	WHERE_MORE,
	WHERE_MORE_OR_EQUAL,
	WHERE_FITS,
};

struct where {
	enum where_is is;
	str key, text; /* borrowed */
	bool is_integer, is_number, is_boolean, is_time; /* what `text` can be read as */
	int64_t integer, ticks;
	double number;
	bool boolean;
};

/* ERR_SYNTAX: no key. */
err where_parse(str text, const struct zone *zone, struct where *out, struct why *why);

/* Does this record meet the condition? */
bool where_record(const struct where *where, const struct record *record);

/* Sets of rows, a bit each. */
struct where_rows {
	size_t rows;
	uint64_t *may; /* all others certainly do not meet all conditions */
	uint64_t *ask; /* of these: only their record tells (where_record) */
};

/* The rows below `rows` that meet all conditions, hidden ones too; `view` NULL: there are no
 * columns.  ERR_LIMIT: five bits a row are too much for `arena`. */
err where_select(const struct attributes_view *view, const struct where *conditions, size_t count,
	size_t rows, struct arena *arena, struct where_rows *out, struct why *why);

static inline bool where_bit(const uint64_t *set, size_t row)
{
	return (set[row / 64] >> (row % 64) & 1) != 0;
}

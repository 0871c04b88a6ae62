/* journey/traits_internal.h - the making of traits, laid open for its files. */
#pragma once

#include "journey/plan_internal.h"
#include "journey/traits.h"

#include "thread/attribute_gather.h"

#include <pthread.h>

#define TRIAL_NONE UINT32_MAX

/* What is remembered of a row of a customer with trials: the first trial at or behind it (its
 * number + 1; 0: none, or nobody asked about), and when (greater is later; of one customer only),
 * with ROW_IS_POINT of those that are a trial's point.  A row that is no event but tells what is
 * known of a customer: the first trial not before its time, and 0.  Side by side, for they are read
 * together, in the order of attribute columns. */
struct trial_row {
	uint32_t trial, stamp;
};
#define ROW_IS_POINT ((uint32_t)1 << 31)

struct trial_rows {
	struct trial_row *row;
	uint32_t *before, *after; /* by trial: the customer's trial before and after it */
	uint32_t *in_order; /* all trials, each behind the one before it */
	uint32_t *first_of; /* by customer: his first trial + 1.  These four: NULL with own_only */
	bool any_before; /* has any trial one before it? */
};

/* The points in order of their rows, where every trial has a row of its own. */
struct trial_points {
	struct row_marks rows;
	uint32_t *of; /* of each trial: its number; NULL: there are none of these */
};

struct traits_maker {
	const struct journey_plan *plan;
	const struct trials *trials;
	const struct traits_question *question;
	struct trial_rows rows; /* .row NULL: nobody needs them */
	struct trial_points points;
	size_t words; /* of a set */
	size_t bytes; /* taken, given back at the end */
	pthread_mutex_t *lock; /* of what follows, and of `bytes` */
	struct traits *out;
	size_t room, column_room;
	bool texts_full;
	void *spare[JOURNEY_THREADS_MAX]; /* rooms */
	size_t spares;
};

/* A family about to be made: a value for each trial. */
struct family {
	enum trait_kind kind;
	bool own;
	str key;
	/* Of each trial; 0: none, else from 1.  Two of the three are NULL. */
	uint16_t *narrow; /* of traits_codes_create(): taken over, also on failure */
	uint8_t *bytes; /* of each point, in their order; of traits_bytes_create(): likewise */
	const uint32_t *wide;
	size_t codes; /* below this */
	/* Fills in text, low and high of the trait that a code stands for. */
	void (*describe)(const void *context, uint32_t code, struct trait *trait);
	const void *context;
};

enum { NARROW_CODES_MAX = 1 << 16 };
/* Room for a code of each trial, all 0; NULL: the limit of bytes. */
uint16_t *traits_codes_create(const struct traits_maker *m, struct why *why);
void traits_codes_free(const struct traits_maker *m, uint16_t *codes);

/* The same in bytes, for each point. */
uint8_t *traits_bytes_create(const struct traits_maker *m, struct why *why);
void traits_bytes_free(const struct traits_maker *m, uint8_t *bytes);

/* Adds those values of a family that have support; `order` numbers families among each other. */
err traits_add_family(
	struct traits_maker *m, uint32_t order, const struct family *family, struct why *why);
/* The same for one set that stands alone; takes over `set` (on the heap, m->words). */
err traits_add_set(struct traits_maker *m, uint32_t order, const struct trait *like, uint64_t *set,
	struct why *why);

/* traits_rows.c: walks all threads once; also the CHANNEL, STEP and TIMES families, and those of
 * the trial's own time.  Uses orders from `order` on. */
err traits_walk(struct traits_maker *m, uint32_t order, struct why *why);
/* Of the rows only the points are marked, nothing is walked: where only they are asked for. */
err traits_mark_points(struct traits_maker *m, struct why *why);
/* traits_points.c: the points in order of their rows. */
err traits_number_points(struct traits_maker *m, struct why *why);
void traits_points_done(struct traits_maker *m);
/* traits_before.c: what one customer did before each of his trials. */
struct before_sets {
	uint64_t **of_channel, **of_step; /* by name code and step; NULL: none yet */
	uint32_t *times; /* of each trial: code of TIMES */
	size_t channels, steps;
};
struct before_walk; /* one thread's */
struct before_walk *before_walk_create(struct traits_maker *m, struct before_sets *sets);
void before_walk_free(struct before_walk *walk);
err before_walk_thread(struct before_walk *walk, const struct thread *thread, struct why *why);
err before_sets_create(struct traits_maker *m, struct before_sets *sets, struct why *why);
err before_sets_add(
	struct traits_maker *m, uint32_t order, struct before_sets *sets, struct why *why);
void before_sets_done(struct before_sets *sets);

/* traits_columns.c: what is kept of a family, and its sets. */
struct trait_column {
	pthread_mutex_t lock; /* of the making of sets */
	uint16_t *code; /* of each trial; NULL: they are bytes */
	uint8_t *byte; /* of each point; of a trial byte[point[t]] */
	const uint32_t *point;
	uint8_t *slot; /* of each code: its trait's; 0: no trait */
	size_t codes;
};
/* Takes over what it is given, but for `point`. */
struct trait_column *trait_column_create(const struct trait_column *like);
void trait_column_free(struct trait_column *column);
/* How many trials have each code: of those who suffered, and of the others. */
void count_codes(const struct traits_maker *m, const struct family *family, uint32_t *suffered,
	uint32_t *others);
/* traits_bytes.c: the same where codes are bytes; and a column's sets, of slots 1 .. slots. */
void count_points(const struct traits_maker *m, const struct family *family, uint32_t *suffered,
	uint32_t *others);
enum { TRAIT_SLOTS_COMPARED = 64 }; /* with more, a set at a time is no gain */
/* Of the words from `from` up to `to`. */
void trait_bytes_fill_sets(const struct trait_column *column, size_t cases, size_t from, size_t to,
	uint64_t *const *sets, size_t slots);

/* traits_twins.c: of the traits that hold the same trials the first stays. */
void traits_drop_twins(const struct journey_plan *plan, struct traits *traits);

/* traits_narrow.c: the latest values of a key that has only texts, or only booleans, and codes of
 * 16 bits for them. */
struct narrow_key {
	str name;
	const struct attribute_column *column;
	bool is_text;
	size_t codes; /* code + 1, or 1 and 2 for false and true, are below */
	uint32_t order;
};
err traits_add_narrow(struct traits_maker *m, const struct narrow_key *key, struct why *why);

/* Room for a key's values, TRAITS_ROOM_BYTES a trial, not zeroed: that of one key is that of the
 * next, for most of the time would go into new pages.  NULL: the limit of bytes. */
enum { TRAITS_ROOM_BYTES = 20 };
void *traits_room_take(struct traits_maker *m, struct why *why);
void traits_room_give(struct traits_maker *m, void *room);
void traits_rooms_done(struct traits_maker *m);

/* What points carry themselves: only their own values are asked for. */
bool traits_key_goes_by_points(const struct traits_maker *m, const struct narrow_key *key);

/* traits_times.c: weekday, hours, month: read first, then added, one after the other or side by
 * side; takes 3 numbers. */
enum { CLOCKS = 3 };
struct clocks;
err traits_clocks_read(
	struct traits_maker *m, uint32_t order, struct clocks **out, struct why *why);
err traits_clocks_add(struct clocks *clocks, size_t which, struct why *why);
void traits_clocks_done(struct clocks *clocks); /* NULL is fine */

/* traits_keys.c: the attributes; orders from `order` on.  The clocks are added beside them. */
err traits_add_keys(struct traits_maker *m, uint32_t order, struct clocks *clocks, struct why *why);
/* Does any need what is told by row, where nothing but the points' own values is asked? */
bool traits_keys_need_rows(const struct traits_maker *m);

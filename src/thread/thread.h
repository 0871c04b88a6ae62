/* thread/thread.h - all events of one customer, one after the other, in time order.
 *
 * Rows are events in order of arrival: what a reader needs to find, order and count them.
 * Everything else of an event stays in the journal and is read back by its sequence.
 *
 *   row     seq (the record that holds its content), set (whose: identity.h), time, what
 *   what    code of the pair (channel, activity)
 *   time    ticks of 100 ns since 1970, UTC: the order is exact to 100 ns, events closer than
 *           that stand in order of arrival
 *   hidden  erased, retracted, or replaced by a correction (whose row follows, with the place
 *           of the first version: `origin`)
 *
 * The index brings rows into threads: one `base`, built in one go from a snapshot (index.h), holds
 * for each customer of that moment a contiguous slice in thread order; `runs` hold what came
 * later, sorted by owner and merged geometrically.  A thread is gathered from the base slices
 * of its identifiers and from the runs; where base alone has it, it is read in place.
 *
 * Entities (records without an event) are rows too, of a kind of their own: they count for the
 * profile and stand in no thread.
 *
 * Threads: one writer; views are read by any thread.
 */
#pragma once

#include "base/saving.h"
#include "base/strings.h"
#include "base/table.h"
#include "event/record.h"
#include "identity/identity.h"
#include "thread/attribute.h"
#include "thread/told.h"

#define TICKS_PER_MS 10000
#define ROW_NONE UINT32_MAX
#define ROWS_MAX 4000000000u /* row numbers are 32 bits */

static inline int64_t ticks_of(struct instant time)
{
	return time.ms * TICKS_PER_MS + time.sub_ns / 100;
}
/* Rounded down to the millisecond also before 1970. */
static inline int64_t ms_of_ticks(int64_t ticks)
{
	return ticks / TICKS_PER_MS - (ticks % TICKS_PER_MS < 0);
}

struct threads;
struct threads_view;

struct threads *threads_create(void);
void threads_free(struct threads *threads); /* NULL is fine */

/* Without attribute columns (attribute.h) from now on, and without those there were. */
void threads_skip_attributes(struct threads *threads);
bool threads_has_attributes(const struct threads *threads);
/* On the heap. */
size_t threads_attribute_bytes(const struct threads *threads);
size_t threads_told_bytes(const struct threads *threads);

/* Until ROWS_MAX: asked before a record is made durable, so that applying it cannot fail. */
size_t threads_rows_left(const struct threads *threads);

/* Codes of names (sources, channels, activities), found or made. */
uint32_t threads_name(struct threads *threads, str name);

/* A row for an event, correction or entity with the given set (IDENTITY_NO_CODE: nobody's).
 * `origin` is the sequence of the first version: record->seq but for a correction. */
uint32_t threads_add(
	struct threads *threads, const struct record *record, uint64_t origin, uint32_t set);

/* The same of many events that carry nothing but who, when, on which channel and what: those of one
 * source, with an identifier each.  Rows as threads_add() makes them, for a third of the work. */
enum { PLAIN_ROWS_MAX = 64 };
struct plain_rows {
	str source;
	bool is_verified; /* the source calls their identifiers so */
	size_t count;
	uint64_t seqs[PLAIN_ROWS_MAX];
	int64_t times[PLAIN_ROWS_MAX]; /* ticks */
	uint32_t sets[PLAIN_ROWS_MAX];
	str channels[PLAIN_ROWS_MAX], activities[PLAIN_ROWS_MAX];
};
void threads_add_plain(struct threads *threads, const struct plain_rows *rows);

/* Around the adding of several records: attributes_seek(). */
void threads_seek(struct threads *threads, const struct record *records, size_t count);
void threads_seek_end(struct threads *threads);

/* The row that now shows the event whose first version is `seq` (any version's sequence will
 * do); ROW_NONE if there is none, or it is hidden. */
uint32_t threads_row_of(const struct threads *threads, uint64_t seq);
void threads_hide(struct threads *threads, uint32_t row);

uint32_t threads_row_set(const struct threads *threads, uint32_t row);
uint64_t threads_row_seq(const struct threads *threads, uint32_t row);
int64_t threads_row_time(const struct threads *threads, uint32_t row); /* ticks, as in a row */
bool threads_row_is_hidden(const struct threads *threads, uint32_t row);
uint64_t threads_row_origin(const struct threads *threads, uint32_t row);
size_t threads_row_count(const struct threads *threads);

/* The flags that a row of `record` gets, but for ROW_TELLS. */
unsigned row_flags_of(const struct record *record, bool is_corrected);

/* The index.  Rows that are in no index are looked through one by one when a thread is gathered:
 * so build a run whenever there are some thousands, a base when threads_wants_base(). */
struct thread_index;
enum { BASE_ROWS_LEAST = 65536, BASE_SHARE = 16 };
bool threads_wants_base(const struct threads *threads); /* over 1/16 of the rows are not in it */
/* Puts a base (index.h) in place of the present one; takes over the reference. */
void threads_set_base(struct threads *threads, struct thread_index *base);
/* Builds a run over the rows of `view`, which was just published, that are in no index yet;
 * false if they are too few. */
bool threads_add_run(struct threads *threads, const struct threads_view *view);

/* The same in two steps, so that the building can be done beside the writer.  The first, by any
 * thread: what the rows of `view` should have next: a base, a loaded one's copy in memory, or a
 * run; NULL if it is not worth it.  The second, by the writer: puts it in place and takes over the
 * reference; false if it fits no more, because another took its place or `view` was of other
 * threads.  Rows that came in between are in no index yet. */
struct thread_index *threads_view_build_index(const struct threads_view *view);
bool threads_put_index(struct threads *threads, struct thread_index *index);

/* Owners of sets have changed (identity_owners_version()): what was sorted by them is not any more.
 * Until a new base is built, rows are looked through one by one. */
void threads_drop_index(struct threads *threads);

/* As identity_save() and identity_load(). */
void threads_save(struct threads *threads, struct saving *saving);
err threads_load(struct file *file, str *index, struct threads **out, struct why *why);

/* ---- what readers see */

enum row_flag {
	ROW_HIDDEN = 1,
	ROW_CORRECTED = 2,
	ROW_ENTITY = 4,
	ROW_VERIFIED = 8, /* its source calls one of its identifiers verified */
	ROW_TELLS = 16, /* it has traits: told.h */
};

struct row {
	uint64_t seq, origin;
	int64_t time; /* ticks; INT64_MIN for an entity without a time */
	uint32_t set, what;
	unsigned flags; /* enum row_flag */
};

/* The views of `identity` are those of the same moment; one reference is kept. */
struct threads_view *threads_publish(struct threads *threads, struct identity_view *identity);
/* The same rows for other customers: `identity` knows all their sets.  Of no index: they are in
 * none of these customers' order.  For any thread. */
struct threads_view *threads_view_with(
	const struct threads_view *view, struct identity_view *identity);
/* The same view with a base over all its rows, made here: for who asks for every thread.  Any
 * thread; takes a while. */
struct threads_view *threads_view_indexed(const struct threads_view *view);
struct threads_view *threads_view_ref(struct threads_view *view);
void threads_view_unref(struct threads_view *view); /* NULL is fine */

size_t threads_view_rows(const struct threads_view *view);
struct row threads_view_row(const struct threads_view *view, uint32_t row);
uint64_t threads_view_seq(const struct threads_view *view, uint32_t row); /* of it, alone */
/* The flags of a row alone: for looking through all of them. */
uint8_t threads_view_flags(const struct threads_view *view, uint32_t row);
int64_t threads_view_time(const struct threads_view *view, uint32_t row); /* ticks; likewise */
uint64_t threads_view_events(const struct threads_view *view); /* visible rows that are events */
uint64_t threads_view_entities(const struct threads_view *view); /* visible entities */
const struct identity_view *threads_view_identity(const struct threads_view *view);
const struct attributes_view *threads_view_attributes(
	const struct threads_view *view); /* NULL: they were skipped */
const struct told_view *threads_view_told(const struct threads_view *view);

/* What a code of `what` stands for. */
struct what {
	uint32_t channel, activity; /* names */
};
size_t threads_view_what_count(const struct threads_view *view);
struct what threads_view_what(const struct threads_view *view, uint32_t code);
str threads_view_name(const struct threads_view *view, uint32_t name);
uint32_t threads_view_find_name(
	const struct threads_view *view, str name); /* or IDENTITY_NO_CODE */

/* Earliest and latest event in ticks; false if there is none. */
bool threads_view_bounds(const struct threads_view *view, int64_t *first, int64_t *last);

/* Whose row it is now; CUSTOMER_NONE for nobody's. */
uint32_t threads_view_customer(const struct threads_view *view, uint32_t row);

/* A customer's thread: three columns side by side, in thread order. */
struct thread {
	const int64_t *time; /* ticks */
	const uint32_t *what;
	const uint32_t *row;
	size_t count;
};

/* The columns lie in the view, or in `arena` if they had to be gathered: both must outlive the
 * use.  ERR_LIMIT if the arena is too small; ERR_NOT_FOUND if there is no such customer. */
err thread_of(const struct threads_view *view, uint32_t customer, struct arena *arena,
	struct thread *out, struct why *why);
/* The rows of a customer's entities, in order of arrival. */
err entities_of(const struct threads_view *view, uint32_t customer, struct arena *arena,
	const uint32_t **rows, size_t *count, struct why *why);

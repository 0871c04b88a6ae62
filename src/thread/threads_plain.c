/* thread/threads_plain.c - many events that differ in little, added together; see thread.h
 *
 * What they share is found once, and columns grow by all of them at a time.
 */
#include "base/load.h"
#include "thread/threads_internal.h"

/* ---- what happened: by names of up to 8 bytes, which are words */

static bool is_short(str name)
{
	return name.len <= sizeof(uint64_t);
}

static struct short_what short_what_of(str channel, str activity)
{
	return (struct short_what){ .channel = load_up_to_8(channel.ptr, channel.len),
		.activity = load_up_to_8(activity.ptr, activity.len),
		.channel_bytes = (uint8_t)channel.len,
		.activity_bytes = (uint8_t)activity.len };
}

static size_t slot_of(const struct short_what *what)
{
	uint64_t mixed = what->channel * 0x9e3779b97f4a7c15u ^ what->activity;

	return (size_t)(mixed * 0xd6e8feb86659fd93u >> 32) % SHORT_WHATS;
}

static bool is_same(const struct short_what *a, const struct short_what *b)
{
	return a->channel == b->channel && a->activity == b->activity &&
	       a->channel_bytes == b->channel_bytes && a->activity_bytes == b->activity_bytes;
}

/* Beside those that are there, or in the place of the first. */
static void note_short(struct threads *t, size_t slot, const struct short_what *what)
{
	size_t at = slot;

	for (size_t i = SHORT_WHAT_PROBES; i-- > 0;)
		if (t->short_what[(slot + i) % SHORT_WHATS].code == 0)
			at = (slot + i) % SHORT_WHATS;
	t->short_what[at] = *what;
}

static uint32_t what_of(struct threads *t, str channel, str activity)
{
	if (!is_short(channel) || !is_short(activity))
		return threads_what(t, channel, activity);
	struct short_what what = short_what_of(channel, activity);
	size_t slot = slot_of(&what);
	for (size_t i = 0; i < SHORT_WHAT_PROBES; i++) {
		const struct short_what *known = &t->short_what[(slot + i) % SHORT_WHATS];
		if (known->code > 0 && is_same(known, &what))
			return known->code - 1;
	}
	uint32_t code = threads_what(t, channel, activity);
	what.code = code + 1;
	if (code != STRINGS_NONE)
		note_short(t, slot, &what);
	return code;
}

/* ---- rows */

static void add_whats(struct threads *t, const struct plain_rows *rows)
{
	uint32_t whats[PLAIN_ROWS_MAX];

	for (size_t i = 0; i < rows->count; i++)
		whats[i] = what_of(t, rows->channels[i], rows->activities[i]);
	table_append(t->kind, whats, rows->count);
}

void threads_add_plain(struct threads *t, const struct plain_rows *rows)
{
	uint8_t flags[PLAIN_ROWS_MAX];
	size_t count = rows->count, first = threads_row_count(t);

	memset(flags, rows->is_verified ? ROW_VERIFIED : 0, sizeof(flags));
	sequences_add_all(t->sequences, (uint32_t)first, rows->seqs, count);
	table_append(t->time, rows->times, count);
	table_append(t->set, rows->sets, count);
	table_append(t->flags, flags, count);
	add_whats(t, rows);
	t->events += count;
	for (size_t i = 0; i < count; i++)
		threads_note_bounds(t, rows->times[i]);
	if (t->attributes != NULL && count > 0)
		attributes_add_plain(t->attributes, (uint32_t)first, count, rows->source);
}

/* api/sources.c - see sources.h */
#include "api/sources.h"

#include "base/timestamp.h"
#include "engine/waiting.h"

#include <stdlib.h>
#include <string.h>

enum { NS_PER_S = 1000000000, KEY_BYTES_MAX = 64 };

struct source {
	struct sources *of;
	pthread_mutex_t lock; /* of all that follows; a leaf */
	struct source_view view;
	struct source_reject rejects[SOURCE_REJECTS]; /* a ring */
	uint64_t reject_count;
	double rate; /* events a second; 0: no limit */
	double tokens; /* events that it may send now */
	bool has_own_rate;
	uint64_t seconds[SOURCE_SECONDS]; /* accepted in each, by second modulo their number */
	int64_t second; /* the newest of them, of ticks */
	int64_t filled_ns;
};

struct sources {
	struct clock *clock;
	int64_t since_ms;
	pthread_mutex_t lock; /* of what follows; taken before a source's own */
	double rate; /* of those that have none of their own */
	struct source *items[SOURCES_MAX];
	size_t count;
};

struct sources *sources_create(struct clock *clock, uint64_t events_per_second)
{
	struct sources *s = memory_alloc(sizeof(*s));

	s->clock = clock;
	s->since_ms = clock->now_ms(clock);
	s->rate = (double)events_per_second;
	mutex_init(&s->lock);
	return s;
}

void sources_free(struct sources *s)
{
	for (size_t i = 0; i < s->count; i++) {
		mutex_done(&s->items[i]->lock);
		free(s->items[i]);
	}
	mutex_done(&s->lock);
	free(s);
}

static struct source *make(struct sources *s, str name)
{
	struct source *source = memory_alloc(sizeof(*source));
	str cut = s->count + 1 == SOURCES_MAX ? STR("...") : str_cut(name, SOURCE_NAME_BYTES - 1);

	source->of = s;
	mutex_init(&source->lock);
	memcpy(source->view.name, cut.ptr, cut.len);
	source->rate = source->tokens = s->rate;
	source->filled_ns = s->clock->ticks_ns(s->clock);
	source->second = source->filled_ns / NS_PER_S;
	s->items[s->count++] = source;
	return source;
}

static struct source *find(struct sources *s, str name)
{
	struct source *found = NULL;

	for (size_t i = 0; found == NULL && i < s->count; i++)
		if (str_equal(str_of(s->items[i]->view.name), name))
			found = s->items[i];
	return found;
}

struct source *sources_get(struct sources *s, str name)
{
	mutex_lock(&s->lock);
	struct source *found = find(s, name);
	if (found == NULL)
		found = s->count < SOURCES_MAX ? make(s, name) : s->items[SOURCES_MAX - 1];
	mutex_unlock(&s->lock);
	return found;
}

static void set_rate(struct source *source, double rate, bool is_own)
{
	mutex_lock(&source->lock);
	if (source->rate != rate)
		source->tokens = rate; /* begins with a full second */
	source->rate = rate;
	source->has_own_rate = is_own;
	mutex_unlock(&source->lock);
}

void sources_limit(struct sources *s, uint64_t events_per_second)
{
	mutex_lock(&s->lock);
	s->rate = (double)events_per_second;
	for (size_t i = 0; i < s->count; i++)
		set_rate(s->items[i], s->rate, false);
	mutex_unlock(&s->lock);
}

void source_limit(struct source *source, uint64_t events_per_second)
{
	set_rate(source, (double)events_per_second, true);
}

/* A bucket that holds a second's worth.  More than that at once is let through when it is full, and
 * paid for afterwards: a batch is never cut. */
bool source_may_send(struct source *source, size_t events, int64_t *retry_s)
{
	int64_t now = source->of->clock->ticks_ns(source->of->clock);

	mutex_lock(&source->lock);
	double rate = source->rate;
	if (rate <= 0) {
		mutex_unlock(&source->lock);
		return true;
	}
	source->tokens += (double)(now - source->filled_ns) / NS_PER_S * rate;
	source->tokens = MIN_OF(source->tokens, rate);
	source->filled_ns = now;
	double needed = MIN_OF((double)events, rate);
	bool may = source->tokens >= needed;
	if (may)
		source->tokens -= (double)events;
	else
		*retry_s = (int64_t)((needed - source->tokens) / rate) + 1;
	mutex_unlock(&source->lock);
	return may;
}

/* Seconds that have passed since are empty. */
static void turn_seconds(struct source *source, int64_t second)
{
	int64_t passed = MIN_OF(second - source->second, (int64_t)SOURCE_SECONDS);

	for (int64_t i = 0; i < passed; i++)
		source->seconds[(second - i) % SOURCE_SECONDS] = 0;
	source->second = MAX_OF(source->second, second);
}

void source_add(struct source *source, const struct source_counts *more)
{
	struct source_counts *c = &source->view.counts;
	int64_t second = source->of->clock->ticks_ns(source->of->clock) / NS_PER_S;

	mutex_lock(&source->lock);
	turn_seconds(source, second);
	source->seconds[source->second % SOURCE_SECONDS] += more->accepted;
	c->requests += more->requests;
	c->bytes += more->bytes;
	c->accepted += more->accepted;
	c->duplicates += more->duplicates;
	c->erased += more->erased;
	c->rejected += more->rejected;
	c->limited += more->limited;
	c->last_ms = MAX_OF(c->last_ms, more->last_ms);
	mutex_unlock(&source->lock);
}

/* The last place is for all reasons that find none. */
static void count_reason(struct source_view *view, enum message message)
{
	size_t i = 0;

	while (i < view->reason_count && view->reasons[i].message != message)
		i++;
	if (i == view->reason_count && i < SOURCE_REASONS_MAX) {
		bool last = i == SOURCE_REASONS_MAX - 1;
		view->reasons[i].message = last ? MSG_NONE : message;
		view->reason_count++;
	}
	view->reasons[MIN_OF(i, (size_t)SOURCE_REASONS_MAX - 1)].count++;
}

void source_reject(struct source *source, const struct why *why, str raw)
{
	struct strbuf masked = strbuf_heap(SOURCE_PAYLOAD_BYTES);

	source_mask(raw, SOURCE_PAYLOAD_BYTES, &masked);
	mutex_lock(&source->lock);
	struct source_reject *r = &source->rejects[source->reject_count++ % SOURCE_REJECTS];
	r->at_ms = source->of->clock->now_ms(source->of->clock);
	r->why = *why;
	r->payload_len = masked.len;
	if (masked.len > 0)
		memcpy(r->payload, masked.ptr, masked.len);
	source->view.counts.rejected++;
	count_reason(&source->view, why->message);
	mutex_unlock(&source->lock);
	strbuf_done(&masked);
}

/* ---- looking */

static int by_name(const void *a, const void *b)
{
	return strcmp(((const struct source_view *)a)->name, ((const struct source_view *)b)->name);
}

static void look(struct source *source, struct source_view *out)
{
	int64_t second = source->of->clock->ticks_ns(source->of->clock) / NS_PER_S;

	mutex_lock(&source->lock);
	turn_seconds(source, second);
	*out = source->view;
	for (size_t i = 0; i < SOURCE_SECONDS; i++)
		out->last_minute += source->seconds[i];
	out->events_per_second = (uint64_t)source->rate;
	mutex_unlock(&source->lock);
}

const struct source_view *sources_view(struct sources *s, struct arena *arena, size_t *count)
{
	mutex_lock(&s->lock);
	size_t n = s->count; /* they only become more, and stay where they are */
	mutex_unlock(&s->lock);
	struct source_view *views = arena_array(arena, n, sizeof(*views));
	for (size_t i = 0; views != NULL && i < n; i++)
		look(s->items[i], &views[i]);
	if (views != NULL && n > 0)
		qsort(views, n, sizeof(*views), by_name);
	*count = views == NULL ? 0 : n;
	return views;
}

static struct source *find_locked(struct sources *s, str name)
{
	mutex_lock(&s->lock);
	struct source *found = find(s, name);
	mutex_unlock(&s->lock);
	return found;
}

const struct source_view *source_view_named(struct sources *s, str name, struct arena *arena)
{
	struct source *source = find_locked(s, name);
	struct source_view *view = source == NULL ? NULL : arena_alloc(arena, sizeof(*view));

	if (view != NULL)
		look(source, view);
	return view;
}

int64_t sources_since_ms(const struct sources *s)
{
	return s->since_ms;
}

const struct source_reject *sources_rejects(
	struct sources *s, str name, struct arena *arena, size_t *count)
{
	struct source *source = find_locked(s, name);

	*count = 0;
	struct source_reject *out = arena_array(arena, SOURCE_REJECTS, sizeof(*out));
	if (source == NULL || out == NULL)
		return out;
	mutex_lock(&source->lock);
	uint64_t n = MIN_OF(source->reject_count, (uint64_t)SOURCE_REJECTS);
	for (uint64_t i = 0; i < n; i++)
		out[i] = source->rejects[(source->reject_count - 1 - i) % SOURCE_REJECTS];
	mutex_unlock(&source->lock);
	*count = (size_t)n;
	return out;
}

static void put_time(struct json_writer *w, const char *key, int64_t ms)
{
	char text[INSTANT_TEXT_BYTES];

	json_put_key(w, str_of(key));
	if (ms == 0)
		json_put_null(w);
	else
		json_put_string(w, instant_utc(text, ms));
}

static void put_reasons(struct json_writer *w, const struct source_view *view)
{
	json_put_key(w, STR("reasons"));
	json_put_array(w);
	for (size_t i = 0; i < view->reason_count; i++) {
		enum message m = view->reasons[i].message;
		json_put_object(w);
		json_member_string(w, "code", m == MSG_NONE ? STR("others") : message_kebab(m));
		json_member_uint(w, "count", view->reasons[i].count);
		json_put_end(w);
	}
	json_put_end(w);
}

void source_put(const struct source_view *view, int64_t since_ms, struct json_writer *w)
{
	json_member_string(w, "source", str_of(view->name));
	put_time(w, "since", since_ms);
	json_member_uint(w, "requests", view->counts.requests);
	json_member_uint(w, "bytes", view->counts.bytes);
	json_member_uint(w, "accepted", view->counts.accepted);
	json_member_uint(w, "duplicates", view->counts.duplicates);
	json_member_uint(w, "erased", view->counts.erased);
	json_member_uint(w, "rejected", view->counts.rejected);
	json_member_uint(w, "limited", view->counts.limited);
	json_member_uint(w, "last_minute", view->last_minute);
	json_put_key(w, STR("rate_limit"));
	if (view->events_per_second == 0)
		json_put_null(w);
	else
		json_put_uint(w, view->events_per_second);
	put_time(w, "last_time", view->counts.last_ms);
	put_reasons(w, view);
}

static void put_reject(struct json_writer *w, const struct source_reject *reject,
	enum language language, struct strbuf *words)
{
	json_put_object(w);
	put_time(w, "time", reject->at_ms);
	json_member_string(w, "code", message_kebab(reject->why.message));
	strbuf_clear(words);
	why_words(&reject->why, language, words);
	json_member_string(w, "detail", strbuf_str(words));
	json_member_string(w, "payload", (str){ reject->payload, reject->payload_len });
	json_put_end(w);
}

void source_put_rejects(const struct source_reject *rejects, size_t count, enum language language,
	struct json_writer *w)
{
	struct strbuf words = strbuf_heap(8192);

	json_put_key(w, STR("rejects"));
	json_put_array(w);
	for (size_t i = 0; i < count; i++)
		put_reject(w, &rejects[i], language, &words);
	json_put_end(w);
	strbuf_done(&words);
}

/* ---- masks */

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (unsigned char)c >= 0x80;
}

static void mask_text(str text, struct strbuf *out)
{
	for (size_t i = 0; i < text.len; i++) {
		char c = text.ptr[i];
		if (((unsigned char)c & 0xc0) == 0x80)
			continue; /* a character of several bytes is one x */
		strbuf_add_byte(out, is_digit(c)                           ? '0'
				     : is_letter(c)                        ? 'x'
				     : (unsigned char)c < ' ' || c == 0x7f ? ' '
									   : c);
	}
}

/* The bytes of a string behind its first quote, up to the last quote or the end. */
static size_t string_len(str text)
{
	size_t i = 0;

	while (i < text.len && text.ptr[i] != '"')
		i += text.ptr[i] == '\\' && i + 1 < text.len ? 2 : 1;
	return MIN_OF(i, text.len);
}

static bool is_key(str text, size_t behind)
{
	while (behind < text.len && str_has(STR(" \t\r\n"), text.ptr[behind]))
		behind++;
	return behind < text.len && text.ptr[behind] == ':';
}

void source_mask(str raw, size_t bytes_max, struct strbuf *out)
{
	static const str words[] = { STR_INIT("true"), STR_INIT("false"), STR_INIT("null") };

	raw = str_cut(raw, bytes_max);
	while (raw.len > 0) {
		size_t len = 1;
		for (size_t i = 0; i < ARRAY_LEN(words); i++)
			if (str_starts(raw, words[i]))
				len = words[i].len;
		if (raw.ptr[0] == '"') {
			str text = { raw.ptr + 1, string_len(str_from(raw, 1)) };
			bool ends = text.len + 1 < raw.len;
			len = MIN_OF(text.len + 2, raw.len);
			strbuf_add_byte(out, '"');
			if (ends && text.len <= KEY_BYTES_MAX && str_is_text(text) &&
				is_key(raw, len))
				strbuf_add(out, text);
			else
				mask_text(text, out);
			if (ends)
				strbuf_add_byte(out, '"');
		} else if (len > 1) {
			strbuf_add(out, str_upto(raw, len));
		} else {
			mask_text(str_upto(raw, 1), out);
		}
		raw = str_from(raw, len);
	}
}

/* main/feed.c - see feed.h */
#include "main/feed.h"

#include "base/random.h"
#include "base/strings.h"

#include <curl/curl.h>
#include <stdlib.h>

enum { NS_PER_MS = 1000000, SLICE_MS = 200, ANSWER_BYTES_MAX = 2048, URL_BYTES_MAX = 2048 };
enum { STATUS_BUSY = 429, STATUS_SERVER = 500, STATUS_UNAUTHORISED = 401, STATUS_FORBIDDEN = 403 };

struct feed {
	struct feed_options options;
	CURLM *multi;
	CURL *easy;
	struct curl_slist *headers;
	struct random random;
	struct strbuf body, answer, url;
	size_t calls; /* in the body */
	uint64_t mark; /* of the last of them */
	int64_t oldest_ns; /* when the first came */
	int64_t retry_after_ms; /* as the server says; 0: nothing */
	bool last; /* stop does not count any more */
	struct feed_counts counts;
};

static int64_t now_ns(const struct feed *f)
{
	return f->options.clock->ticks_ns(f->options.clock);
}

static err check_stop(const struct feed *f, struct why *why)
{
	bool stopped = f->options.stop != NULL && atomic_load(f->options.stop);

	return stopped && !f->last ? fail(why, MSG_CANCELLED) : OK;
}

/* ---- one request */

static size_t take_answer(char *bytes, size_t size, size_t count, void *context)
{
	struct feed *f = context;
	size_t room = ANSWER_BYTES_MAX - MIN_OF(f->answer.len, (size_t)ANSWER_BYTES_MAX);

	strbuf_add(&f->answer, (str){ bytes, MIN_OF(size * count, room) });
	return size * count;
}

static err prepare(struct feed *f, struct why *why)
{
	static const char *const names[] = { "Content-Type: application/json",
		"User-Agent: ariane-demo", "Expect:" }; /* the body goes at once */

	f->multi = curl_multi_init();
	f->easy = curl_easy_init();
	if (f->multi == NULL || f->easy == NULL)
		abort(); /* memory, as in memory_alloc() */
	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		f->headers = curl_slist_append(f->headers, names[i]);
	strbuf_add(&f->url, f->options.url);
	while (f->url.len > 0 && f->url.ptr[f->url.len - 1] == '/')
		f->url.len--;
	strbuf_add(&f->url, STR("/v1/batch"));
	strbuf_add_byte(&f->url, '\0');
	if (!strbuf_ok(&f->url) ||
		curl_easy_setopt(f->easy, CURLOPT_PROTOCOLS_STR, "http,https") != CURLE_OK ||
		curl_easy_setopt(f->easy, CURLOPT_URL, f->url.ptr) != CURLE_OK)
		return fail(why, MSG_LIVE_URL, arg_str(f->options.url));
	(void)curl_easy_setopt(f->easy, CURLOPT_HTTPHEADER, f->headers);
	(void)curl_easy_setopt(f->easy, CURLOPT_HTTPAUTH, (long)CURLAUTH_BASIC);
	(void)curl_easy_setopt(f->easy, CURLOPT_USERNAME, f->options.key.ptr);
	(void)curl_easy_setopt(f->easy, CURLOPT_PASSWORD, "");
	(void)curl_easy_setopt(f->easy, CURLOPT_NOSIGNAL, 1L);
	(void)curl_easy_setopt(f->easy, CURLOPT_TIMEOUT_MS, (long)FEED_ANSWER_MS_MAX);
	(void)curl_easy_setopt(f->easy, CURLOPT_WRITEFUNCTION, take_answer);
	(void)curl_easy_setopt(f->easy, CURLOPT_WRITEDATA, f);
	return OK;
}

/* *result: how the transfer ended.  What is under way may end, within a few seconds, when it is to
 * stop: what the server has taken need not be told again.  ERR_CANCELLED: it was given up. */
static err transfer(struct feed *f, CURLcode *result, struct why *why)
{
	int64_t patience_ns = now_ns(f) + (int64_t)FEED_LAST_MS * NS_PER_MS;
	int running = 1, left;
	err e = OK;

	(void)curl_multi_add_handle(f->multi, f->easy);
	while (e == OK && running > 0) {
		(void)curl_multi_perform(f->multi, &running);
		if (running > 0)
			(void)curl_multi_poll(f->multi, NULL, 0, SLICE_MS, NULL);
		if (now_ns(f) > patience_ns)
			e = check_stop(f, why);
	}
	const CURLMsg *message = curl_multi_info_read(f->multi, &left);
	*result = message != NULL ? message->data.result : CURLE_ABORTED_BY_CALLBACK;
	(void)curl_multi_remove_handle(f->multi, f->easy);
	return running > 0 ? e : OK; /* answered at the last moment is answered */
}

enum verdict { ACCEPTED, AGAIN, REFUSED };

static enum verdict verdict_of(CURLcode result, long status)
{
	if (result == CURLE_URL_MALFORMAT || result == CURLE_UNSUPPORTED_PROTOCOL)
		return REFUSED;
	if (result != CURLE_OK || status == STATUS_BUSY || status >= STATUS_SERVER)
		return AGAIN;
	return status / 100 == 2 ? ACCEPTED : REFUSED;
}

static err refusal(const struct feed *f, CURLcode result, long status, struct why *why)
{
	if (result != CURLE_OK)
		return fail(why, MSG_LIVE_URL, arg_str(f->options.url));
	if (status == STATUS_UNAUTHORISED || status == STATUS_FORBIDDEN)
		return fail(why, MSG_LIVE_DENIED, arg_str(f->options.url), arg_int(status));
	return fail(why, MSG_LIVE_REFUSED, arg_str(f->options.url), arg_int(status),
		arg_str(strbuf_str(&f->answer)));
}

/* ---- again and again */

/* Twice as long each time, and by chance a quarter more or less: many who were refused together
 * do not come back together. */
static int64_t back_off_ms(struct feed *f, unsigned tries)
{
	int64_t wait = FEED_BACK_OFF_MS;

	for (unsigned i = 1; i < tries && wait < FEED_BACK_OFF_MS_MAX; i++)
		wait *= 2;
	wait = MIN_OF(wait, (int64_t)FEED_BACK_OFF_MS_MAX);
	wait += (int64_t)((random_unit(&f->random) - 0.5) * 0.5 * (double)wait);
	return MAX_OF(wait, f->retry_after_ms);
}

static err wait_ticks(struct feed *f, int64_t until_ns, struct why *why)
{
	err e = check_stop(f, why);

	for (int64_t left = until_ns - now_ns(f); e == OK && left > 0;
		left = until_ns - now_ns(f)) {
		int slice = (int)MIN_OF(left / NS_PER_MS + 1, (int64_t)SLICE_MS);
		(void)curl_multi_poll(f->multi, NULL, 0, slice, NULL);
		e = check_stop(f, why);
	}
	return e;
}

static err wait_for_server(
	struct feed *f, unsigned tries, CURLcode result, long status, struct why *why)
{
	int64_t wait = back_off_ms(f, tries);
	char bytes[32];
	struct strbuf code = { .ptr = bytes, .cap = sizeof(bytes), .cap_max = sizeof(bytes) };

	strbuf_printf(&code, "HTTP %ld", status);
	if (f->options.waits != NULL)
		f->options.waits(f->options.context,
			result == CURLE_OK ? strbuf_str(&code) : str_of(curl_easy_strerror(result)),
			wait);
	return wait_ticks(f, now_ns(f) + wait * NS_PER_MS, why);
}

static void request(struct feed *f)
{
	(void)curl_easy_setopt(f->easy, CURLOPT_POSTFIELDSIZE, (long)f->body.len);
	(void)curl_easy_setopt(f->easy, CURLOPT_POSTFIELDS, f->body.ptr);
	strbuf_clear(&f->answer);
	f->counts.requests++;
}

static err post(struct feed *f, struct why *why)
{
	for (unsigned tries = 1;; tries++) {
		CURLcode result;
		long status = 0;
		curl_off_t retry_after = 0;
		request(f);
		f->counts.again += tries > 1;
		err e = transfer(f, &result, why);
		if (e != OK)
			return e;
		(void)curl_easy_getinfo(f->easy, CURLINFO_RESPONSE_CODE, &status);
		(void)curl_easy_getinfo(f->easy, CURLINFO_RETRY_AFTER, &retry_after);
		f->retry_after_ms = (int64_t)retry_after * 1000;
		enum verdict verdict = verdict_of(result, status);
		if (verdict == ACCEPTED)
			return OK;
		if (verdict == REFUSED || f->last)
			return refusal(f, verdict == REFUSED ? result : CURLE_OK, status, why);
		e = wait_for_server(f, tries, result, status, why);
		if (e != OK)
			return e;
	}
}

/* ---- the batch */

static void begin_batch(struct feed *f)
{
	strbuf_clear(&f->body);
	strbuf_add(&f->body, STR("{\"batch\":["));
	f->calls = 0;
}

err feed_flush(struct feed *f, struct why *why)
{
	if (f->calls == 0)
		return OK;
	size_t open = f->body.len;
	strbuf_add(&f->body, STR("]}"));
	err e = post(f, why);
	if (e != OK) {
		f->body.len = open; /* for feed_last() */
		return e;
	}
	f->counts.calls += f->calls;
	f->counts.mark = f->mark;
	begin_batch(f);
	return OK;
}

err feed_last(struct feed *f, struct why *why)
{
	f->last = true;
	(void)curl_easy_setopt(f->easy, CURLOPT_TIMEOUT_MS, (long)FEED_LAST_MS);
	return feed_flush(f, why);
}

err feed_add(struct feed *f, str call, uint64_t mark, struct why *why)
{
	err e = OK;

	if (call.len > FEED_CALL_BYTES_MAX)
		return fail(why, MSG_NO_ROOM, arg_c("--live"), arg_int(FEED_CALL_BYTES_MAX));
	if (f->calls == FEED_BATCH_CALLS_MAX || f->body.len + call.len > FEED_BATCH_BYTES_MAX)
		e = feed_flush(f, why);
	if (e != OK)
		return e;
	if (f->calls == 0)
		f->oldest_ns = now_ns(f);
	else
		strbuf_add_byte(&f->body, ',');
	strbuf_add(&f->body, call);
	f->mark = mark;
	f->calls++;
	return OK;
}

err feed_wait(struct feed *f, int64_t until_ns, struct why *why)
{
	int64_t old_ns = f->oldest_ns + (int64_t)FEED_AGE_MS * NS_PER_MS;
	err e = OK;

	if (f->calls > 0 && until_ns > old_ns) {
		e = wait_ticks(f, old_ns, why);
		if (e == OK)
			e = feed_flush(f, why);
	}
	return e == OK ? wait_ticks(f, until_ns, why) : e;
}

struct feed_counts feed_counts(const struct feed *feed)
{
	return feed->counts;
}

/* ---- life */

err feed_create(const struct feed_options *options, struct feed **out, struct why *why)
{
	struct feed *f = memory_alloc(sizeof(*f));

	f->options = *options;
	f->random = random_of((uint64_t)options->clock->now_ms(options->clock));
	f->body = strbuf_heap(FEED_BATCH_BYTES_MAX + FEED_CALL_BYTES_MAX);
	f->answer = strbuf_heap(ANSWER_BYTES_MAX);
	f->url = strbuf_heap(URL_BYTES_MAX);
	begin_batch(f);
	err e = prepare(f, why);
	if (e != OK) {
		feed_free(f);
		return e;
	}
	*out = f;
	return OK;
}

void feed_free(struct feed *feed)
{
	if (feed == NULL)
		return;
	curl_easy_cleanup(feed->easy);
	(void)curl_multi_cleanup(feed->multi);
	curl_slist_free_all(feed->headers);
	strbuf_done(&feed->body);
	strbuf_done(&feed->answer);
	strbuf_done(&feed->url);
	free(feed);
}

/* main/feed.h - sends calls to a server of the Segment API: in batches, each until it is accepted.
 *
 * A call is JSON, put into {"batch":[...]} and sent by POST to URL/v1/batch, the write key as the
 * name of HTTP Basic.  A batch goes when it is full, when it has waited long enough or when asked.
 *
 *   2xx                          accepted
 *   429, 5xx, no connection      again, after what Retry-After says or longer and longer, for ever
 *   others                       an error: trying again would not help
 *
 * A batch that was sent and not answered is sent again: whoever reads it tells by the messageId.
 * Meanwhile feed_add() waits: nothing piles up.  The flag `stop` ends all waiting.
 *
 * One thread.
 */
#pragma once

#include "base/clock.h"
#include "base/why.h"

#include <stdatomic.h>

enum {
	FEED_BATCH_CALLS_MAX = 100,
	FEED_BATCH_BYTES_MAX = 450 << 10, /* the API takes 500 KB */
	FEED_CALL_BYTES_MAX = 128 << 10,
	FEED_AGE_MS = 250, /* a call waits so long for others, at most */
	FEED_BACK_OFF_MS = 500, /* the first; doubled each time, some chance added */
	FEED_BACK_OFF_MS_MAX = 30000,
	FEED_ANSWER_MS_MAX = 30000, /* no answer by then: no connection */
	FEED_LAST_MS = 3000, /* the same, once it is to stop */
};

struct feed_options {
	str url, key; /* "http://127.0.0.1:8080"; NUL-terminated */
	struct clock *clock;
	const atomic_bool *stop; /* NULL: never */
	/* The server is not there or busy: what it said, and when it is tried again. */
	void (*waits)(void *context, str what, int64_t wait_ms);
	void *context;
};

struct feed;

/* MSG_LIVE_URL: nothing that could be called. */
err feed_create(const struct feed_options *options, struct feed **out, struct why *why);
void feed_free(struct feed *feed); /* NULL is fine; what was not sent is forgotten */

/* `mark`: what feed_acknowledged() tells once the call and all before it are accepted; it never
 * decreases.  MSG_LIVE_DENIED, MSG_LIVE_REFUSED; ERR_CANCELLED: stopped. */
err feed_add(struct feed *feed, str call, uint64_t mark, struct why *why);
/* All that was added is accepted. */
err feed_flush(struct feed *feed, struct why *why);
/* A last try, after stop: not again if it fails. */
err feed_last(struct feed *feed, struct why *why);
/* Waits until the clock's ticks_ns are there; sends meanwhile what has waited long enough. */
err feed_wait(struct feed *feed, int64_t until_ns, struct why *why);

struct feed_counts {
	uint64_t calls, requests, again; /* accepted; made; of these, repeated */
	uint64_t mark; /* of the last call accepted */
};
struct feed_counts feed_counts(const struct feed *feed);

/* main/live.h - what changes, told to those who listen: server-sent events (/api/v1/live).
 *
 *   event: epoch      there are new records: {"epoch", "sequence", "as_of", "events"}
 *   event: customers  of those asked for, these may have changed: {"customers": [...]}
 *   event: import     how far an import is: {"number", "state", "bytes", "total", "records"}
 *   event: end        it ends, and why: {"reason": "slow" | "signed-out" | "stopping"}
 *   : comment         every LIVE_BEAT_MS, so that proxies and both ends see that it lives
 *
 * The id of an event is the sequence up to which its reader now knows all: who comes again with it
 * (Last-Event-ID) is told what changed since.  These are hints to ask again, no log: "may have
 * changed" is said of all who were asked for where telling them apart would take long (a large
 * import, an erasure).
 *
 * An idle stream is an exchange, its connection and some hundred bytes here.  What a client does
 * not read is kept up to LIVE_PENDING_BYTES_MAX, then he is told why and dropped.  A stream ends
 * as soon as the session or token that opened it does.
 *
 * Threads: one of its own looks at what the writer published and fills the streams; HTTP workers
 * empty them.  The lock is held by both for copies only.
 */
#pragma once

#include "api/http.h"
#include "desk/desk.h"
#include "main/house.h"

enum {
	LIVE_STREAMS_MAX = 8192,
	LIVE_CUSTOMERS_MAX = 64, /* that one stream asks for */
	LIVE_PENDING_BYTES_MAX = 32 << 10,
	LIVE_BEAT_MS = 15000,
	LIVE_GAP_MS = 200, /* what comes within this is told together */
	LIVE_LOOK_MS = 500, /* at imports, and at who may still listen */
	LIVE_CREDENTIAL_BYTES_MAX = 255,
};

struct live;

struct live *live_create(struct house *house, struct desk *desk); /* neither is owned */
/* Ends all streams, and refuses new ones; before the HTTP server stops. */
void live_stop(struct live *live);
void live_free(struct live *live); /* after it has stopped */

struct live_wish {
	const str *customers; /* "type:value" in normal form; copied */
	size_t customer_count;
	bool imports;
	uint64_t seen_seq; /* of Last-Event-ID; 0: nothing */
	str credential; /* session cookie or token, to look again whether it holds */
	bool by_session;
};
/* Answers the exchange; on an error it is not answered: MSG_LIVE_FULL, MSG_LIVE_CUSTOMERS. */
err live_join(
	struct live *live, struct http_exchange *x, const struct live_wish *wish, struct why *why);

size_t live_count(struct live *live); /* open streams */

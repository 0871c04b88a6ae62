/* exchange/xes.h - event logs in XES (IEEE 1849-2016, and XES 1.0 and 2.0 before it), read.
 *
 * A stream in constant memory: libxml2's SAX interface, no tree; no network, no document type,
 * no entities but XML's own, its limits on names, texts and depth kept.  Any encoding that the
 * file declares and libxml2 knows.
 *
 * What comes out (docs/formats/xes.md has the whole of it):
 *   event of a trace   EVENT.  activity = concept:name, time = time:timestamp, actor =
 *                      org:resource (kept as an attribute too), channel by option; attributes:
 *                      the trace's with the prefix "case:", then the event's, in file order
 *   trace without event  ENTITY, objects[0] = { "xes:trace", its concept:name }
 *   all before the traces  ENTITY, objects[0] = { "xes:log", its concept:name or "log" }
 * An event without name or time is rejected; its text there is a trace with this event alone.
 * XML that is not well-formed ends the reading with ERR_SYNTAX, line and column; what stood
 * before it was given to the sink.
 */
#pragma once

#include "exchange/stream.h"

enum {
	XES_DEPTH_MAX = 200, /* elements within each other; libxml2 ends at 256 */
	XES_EVENT_MEMORY_MAX = 256 << 20, /* of one event: past it the event is rejected */
	XES_TRACE_MEMORY_MAX = 64 << 20, /* of the attributes of a trace or a log: then ERR_LIMIT */
	XES_CUSTOMERS_MAX = 16,
	XES_REJECT_BYTES_MAX = 1 << 16,
};

/* --customer TYPE=ATTRIBUTE; "case:X" is the trace's attribute X. */
struct xes_customer {
	str type, attribute;
};

/* A word of the source and the channel that it means. */
struct xes_channel_word {
	str word, channel;
};

struct xes_options {
	const struct xes_customer *customers; /* none: case=case:concept:name */
	size_t customer_count;
	str channel; /* "": backoffice */
	bool channel_is_attribute; /* then `channel` is its key, "case:X" as above */
	const struct xes_channel_word *channel_words; /* others: as they are, in lower case */
	size_t channel_word_count;
	int64_t (*utc_ms)(void *context, int64_t local_ms); /* times without zone; NULL: are UTC */
	void *zone_context;
	size_t memory_max; /* for tests: instead of the two limits above; 0: those */
};

/* `options` NULL: the defaults.  The summary is filled on errors too. */
err xes_read(struct input *input, const struct xes_options *options, struct record_sink *sink,
	struct read_summary *summary, struct why *why);

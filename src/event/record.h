/* event/record.h - the record: the one shape in which everything that happened is told.
 *
 * Readers of formats produce it, the journal keeps its canonical bytes (codec.h), identity
 * and threads are derived from it.  All strings are UTF-8; all memory is borrowed from
 * whoever made the record (usually an arena).
 *
 * Kinds.  EVENT: a fact on one channel at one time.  ENTITY: an object or a record without
 * an event (an OCEL object, the header of a log, a CRM row): it never stands in a thread, but
 * its identifiers and traits count.  IDENTITY: a decision on links: `activity` says which
 * ("unlink", "link", "forbid", "allow"), identifiers[0] and [1] between whom, `actor` by
 * whom.  CORRECTION: replaces the event `target` as a whole by this content.  RETRACTION: the
 * event `target` never happened.  ERASURE: events and identifiers vanish (engine/erase.h gives
 * the payload).  SOURCE: what is known of a source.  TOMBSTONE: what is left where an erased
 * record stood: nothing but its kind.
 */
#pragma once

#include "base/timestamp.h"

enum record_kind {
	RECORD_EVENT = 1,
	RECORD_ENTITY,
	RECORD_IDENTITY,
	RECORD_CORRECTION,
	RECORD_RETRACTION,
	RECORD_ERASURE,
	RECORD_SOURCE,
	RECORD_TOMBSTONE,
	RECORD_KIND_COUNT_
};

/* Limits; past them record_check() answers ERR_LIMIT. */
enum {
	RECORD_BYTES_MAX =
		8 << 20, /* of the canonical bytes: the heading of a real log takes 6 MB */
	RECORD_NESTING_MAX = 64, /* lists and maps within each other */
	RECORD_IDENTIFIERS_MAX = 64,
	RECORD_NAME_BYTES_MAX = 512, /* activity, source, types ... */
	RECORD_KEY_BYTES_MAX = 8192, /* of attributes and traits: real logs have them this long */
	RECORD_MESSAGE_ID_BYTES_MAX = 512,
	IDENTIFIER_TYPE_BYTES_MAX = 32,
	IDENTIFIER_VALUE_BYTES_MAX = 512,
	CHANNEL_BYTES_MAX = 32,
};

enum value_kind {
	VALUE_NULL,
	VALUE_STRING,
	VALUE_INTEGER,
	VALUE_FLOAT, /* never NaN nor infinite: readers keep such words as strings */
	VALUE_BOOLEAN,
	VALUE_TIME,
	VALUE_LIST,
	VALUE_MAP, /* in the order told; a key may come twice */
	VALUE_KIND_COUNT_
};

struct attribute;
struct value {
	enum value_kind kind;
	union {
		str string;
		int64_t integer;
		double number;
		bool boolean;
		struct instant time;
		struct {
			const struct value *items;
			size_t count;
		} list;
		struct {
			const struct attribute *items;
			size_t count;
		} map;
	};
};

struct attribute {
	str key; /* may be empty only within a map */
	struct value value;
};

struct record_identifier {
	str type, value; /* value in normal form */
	str raw; /* as it came; empty when the same as value */
	bool verified;
};

struct object_ref {
	str type, id, qualifier;
};

struct record {
	enum record_kind kind;
	uint64_t seq; /* given by the journal, 0 before; not part of the canonical bytes */
	int64_t received_ms; /* likewise */
	bool has_time; /* an EVENT always has one */
	struct instant time;
	uint64_t target; /* CORRECTION, RETRACTION: the sequence meant; else 0 */
	str source, message_id, channel, activity, interaction, case_id, actor;
	str text, text_language; /* the verbatim; "fr", "en" or another BCP 47 tag */
	const struct record_identifier *identifiers;
	size_t identifier_count;
	const struct attribute *attributes;
	size_t attribute_count;
	const struct object_ref *objects;
	size_t object_count;
	const struct attribute *traits; /* what the record says of the customer */
	size_t trait_count;
	str payload; /* ERASURE only: see engine/erase.h */
};

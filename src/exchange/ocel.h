/* exchange/ocel.h - object-centric event logs: OCEL 2.0 in JSON (ocel-standard.org), in and out.
 *
 * In: each event is an EVENT (id message_id, type activity, attributes, relationships objects with
 * their qualifiers, channel backoffice); each object is an ENTITY whose objects[0] is itself, with
 * the qualifier "ocel:object", and whose other objects are its relationships; each of its
 * attributes is a map {value, time}.  The declarations of types are one ENTITY more, the first,
 * with the attributes "ocel:eventTypes" and "ocel:objectTypes".  A relationship to an object that
 * is not in the log is kept, with the type "unknown", and counted.  Types of objects that stand for
 * customers are named by the caller: related ones become identifiers; all others are context and
 * never join customers.  An event without such an object belongs to the customers of its objects,
 * one relationship away in either direction (order -> customer), where an object has exactly one;
 * an event without any has no identifier. Values are put into the type declared when their text
 * says exactly that.
 *
 * Out: records that OCEL cannot tell in full carry the rest in attributes whose names begin with
 * "ariane:"; a reader that does not know them sees a plain OCEL log.  docs/formats/ocel.md has the
 * table.  What is written and read again is the same records, byte for byte.
 *
 * Memory: one element at a time, 16 to 32 bytes for each object and declared attribute, and the
 * relationships between objects (ocel_hops.h).
 */
#pragma once

#include "exchange/stream.h"

enum {
	OCEL_ELEMENT_BYTES_MAX = 1 << 26,
	OCEL_NAMES_MAX = 1 << 25, /* objects and declared attributes */
	OCEL_TYPES_MAX = 1 << 16, /* of objects */
	OCEL_CUSTOMERS_MAX = 32,
};

struct ocel_customer {
	str identifier_type; /* account */
	str object_type; /* Customer */
};

struct ocel_options {
	const struct ocel_customer *customers;
	size_t customer_count; /* 0: ERR_SYNTAX with the object types there are, unless written by
				  us */
};

struct ocel_summary {
	struct read_summary read;
	uint64_t events, objects;
	uint64_t dangling; /* relationships to objects that are not there */
	uint64_t same_ids; /* objects with the id of an earlier one */
};

/* The same bytes are read twice, from two inputs: types are needed before events, wherever they
 * stand.  Elements that are not in the form of OCEL, or too long, are rejects with their place; a
 * document that is no JSON is ERR_SYNTAX. */
err ocel_read(struct input *first, struct input *second, const struct ocel_options *options,
	struct record_sink *sink, struct ocel_summary *summary, struct why *why);

/* Rewinds the source: records are pulled several times, in the same order. */
err ocel_write(struct record_source *source, struct output *output, struct why *why);

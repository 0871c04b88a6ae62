/* exchange/xes_write.h - records as an XES event log (IEEE 1849-2016).
 *
 * One trace a customer, its events in the order of the source.  What XES has no place for
 * stands in attributes "ariane:..." of a declared extension: xes_read() gives every record back
 * with the same canonical bytes, and writing those again gives the same file byte for byte
 * (docs/formats/xes.md).  The file's order is: log, traces, traces without events, all other
 * records as events of the log; within each the source's.
 */
#pragma once

#include "exchange/stream.h"

enum {
	XES_TRACE_BYTES_MAX = 32 << 20, /* of a customer's records held back to see what they have
					 * in common; past it nothing goes to the trace */
};

/* The source is read three times at most.  Its records are as record_check() wants them; records
 * of one customer stand together. */
err xes_write(struct record_source *source, struct output *output, struct why *why);

/* exchange/csv_write.h - records out as CSV, in the form of csv_own.h.
 *
 * Two passes over the records: the first collects the columns, the second writes.  Memory: the
 * columns' names, and one row.
 */
#pragma once

#include "exchange/stream.h"

/* Errors are those of the source and the output; ERR_LIMIT: a row over CSV_ROW_BYTES_MAX. */
err csv_write(struct record_source *source, struct output *output, struct why *why);

/* main/import.h - inputs into the engine: read, prepared, written, counted.
 *
 *   reader (this thread)  -> batches ->  writer thread
 *   parse, normalise, hash               dedup, journal, apply
 *
 * Batches are bounded in items and bytes, and so is their number: memory stays the same however
 * long the input.  What is no record goes to a rejects file (rejects.h); in strict mode the first
 * one ends the import before anything was written.
 */
#pragma once

#include "base/zone.h"
#include "engine/prepare.h"
#include "exchange/inputs.h"
#include "exchange/mapping.h"
#include "main/import_batch.h"
#include "main/rejects.h"

#include <stdatomic.h>

/* What is read: a path, or "-" for standard input. */
struct import_input {
	str path;
	bool is_found; /* in a folder, named by nobody: it may be no file of events at all */
};

struct import_options {
	const struct mapping *mapping;
	const struct identifier_custom *customs; /* types that ariane.conf declares */
	size_t custom_count;
	/* What standard input is called, in errors and in the names of rejects: the file that was
	 * sent.  "": "-".  Names no file of this machine. */
	str called;
	/* Which mapping a file is read by, from its path ("" for standard input), what it is called
	 * and its first bytes; may be NULL: `mapping` for all.  Not asked for pipes, which can be
	 * read only once. */
	err (*choose)(void *context, str path, str called, str first_bytes,
		const struct mapping **out, struct why *why);
	enum mapping_format format; /* MAPPING_ANY: the mapping's, or told from the input */
	bool strict;
	struct writer
		*writer; /* of a house: batches go through it; NULL: the engine is ours alone */
	/* Not NULL: nothing is written.  Told each record as it would be kept, or (without one) why
	 * it would be refused; false: enough. */
	bool (*look)(void *context, const struct record *record, const struct why *reason, str raw);
	/* Told each row that is refused, behind what goes into the rejects file; may be NULL. */
	void (*refused)(void *context, const struct why *reason, str raw);
	/* Told each input that was not read to its end, where there are several: skipped, because
	 * it holds no events, or failed, though it looked as if it did; may be NULL. */
	void (*passed_over)(void *context, str path, const struct why *reason, bool failed);
	const atomic_bool *stop; /* may be NULL */
	void (*progress)(void *context, const struct input_progress *read, uint64_t records);
	void *context;
};

/* Times that named no zone, and the one in which they were read. */
struct import_zone {
	char zone[ZONE_NAME_BYTES_MAX];
	uint64_t times;
};
enum { IMPORT_ZONES_MAX = 16 }; /* named; the rest with the last */

struct import_counts {
	uint64_t records; /* read: the sum of the following */
	uint64_t fresh, duplicates, conflicts, erased, rejected;
	uint64_t identifiers_dropped;
	uint64_t times_without_zone; /* of all zones */
	struct import_zone zones[IMPORT_ZONES_MAX];
	size_t zone_count;
	struct conflict conflict[CONFLICTS_NAMED_MAX]; /* the first few */
	size_t conflicts_named;
	uint64_t files_skipped, files_failed;
	char encoding[32], time_format[64]; /* of the last input */
	char delimiter; /* 0: it was no CSV */
};

/* Inputs one after the other.  Adds to *counts.  On an error what was acknowledged stays: importing
 * the same inputs again adds the rest.  In strict mode all of them are read once before anything of
 * any is written.  So, and for OCEL, inputs are read twice: standard input is then kept in the data
 * folder for as long.
 *
 * What is wrong with one input does not end the others: its error is returned after the last, or
 * MSG_IMPORT_FILES where there are several.  A file that was found in a folder and does not look
 * like events, neither by its name nor by what it holds, is skipped and no error; in strict mode
 * too, where any other error ends it all. */
err import_inputs(struct engine *engine, const struct import_input *inputs, size_t count,
	const struct import_options *options, struct rejects *rejects, struct import_counts *counts,
	struct why *why);

/* "csv", "tsv", "jsonl", "ocel", "xes", "log". */
bool import_format_named(str name, enum mapping_format *format);

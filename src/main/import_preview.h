/* main/import_preview.h - what an import would make of a file, shown before anything is written;
 * and the first rows that one refused. */
#pragma once

#include "base/json.h"
#include "main/sink.h"

#include "event/record.h"

enum {
	PREVIEW_ROWS_MAX = 1000, /* read */
	PREVIEW_SHOWN_MAX = 20, /* records, and rejects */
	PREVIEW_BYTES_MAX = 4 << 20, /* of what is shown */
};

struct import_preview {
	const struct locale *locale;
	struct strbuf records, rejects; /* items of JSON arrays */
	size_t record_count, reject_count, seen;
	struct grid *grid; /* for people; NULL: JSON */
};

/* `arena` for people alone; NULL: no table, only what is refused is kept. */
void import_preview_init(
	struct import_preview *preview, const struct sink *sink, struct arena *arena);
/* A record as it would be kept, or, without one, why it would be refused.  False: enough. */
bool import_preview_look(struct import_preview *preview, const struct record *record,
	const struct why *reason, str raw);
/* A row that was refused, of a look or of an import. */
void import_preview_refused(struct import_preview *preview, const struct why *reason, str raw);
/* A member of that name: the first PREVIEW_SHOWN_MAX that were refused. */
void import_preview_put_rejects(
	const struct import_preview *preview, str name, struct json_writer *w);
/* The member "preview", with the name of the ready-made mapping ("" without). */
void import_preview_put(const struct import_preview *preview, str mapping, struct json_writer *w);
void import_preview_done(struct import_preview *preview);

/* main/rejects.h - what could not be imported, kept so that it can be mended and imported again.
 *
 * Files in the data folder, made with the first reject of an input:
 *   rejects/NAME-TIME-N.rows     the pieces as they stood, behind the header of the input if it is
 *                                CSV, all in UTF-8: mend them and import this file
 *   rejects/NAME-TIME-N.reasons  tab-separated: line, column, offset, code, reason
 *   rejects/NAME-TIME-N.rows.mapping.json
 *                                how the input was read, all that was told from it included: a few
 *                                rows alone might say otherwise (3/4/2026).  None where pieces
 *                                cannot stand alone (XES, OCEL): there the input itself is mended
 *
 * An erasure takes older ones along: engine/reject_files.h, which relies on their names.
 *
 * At most REJECTS_BYTES_MAX are kept of one input; what comes then is only counted.
 */
#pragma once

#include "base/file.h"
#include "engine/reject_files.h"

#define REJECTS_BYTES_MAX ((uint64_t)256 << 20)

struct rejects;

/* `folder` is the data folder, `language` that of the reasons. */
struct rejects *rejects_create(
	struct disk *disk, const char *folder, int64_t now_ms, enum language language);
/* Closes the files: durable.  The first error of any writing comes out here. */
err rejects_free(struct rejects *rejects, struct why *why);

/* A new input, by its name. */
void rejects_begin(struct rejects *rejects, str name);
/* What to put before its pieces, on a line of its own. */
void rejects_header(struct rejects *rejects, str header);
/* By which mapping file they are read again. */
void rejects_mapping(struct rejects *rejects, str json);
void rejects_add(struct rejects *rejects, const struct why *reason, str raw);
uint64_t rejects_count(const struct rejects *rejects); /* of all inputs */
#define REJECTS_KEPT_INPUT REJECT_FILES_KEPT_INPUT

#define REJECTS_ROWS ".rows"
#define REJECTS_MAPPING ".mapping.json" /* behind the name of the rows */
const char *rejects_path(const struct rejects *rejects); /* of the newest .rows file, or "" */

/* What lies there of one input. */
struct rejects_kept {
	char rows[PATH_BYTES_MAX], input[PATH_BYTES_MAX];
	uint64_t count;
	bool has_mapping;
};
enum { REJECTS_TOLD_MAX = 20 };
/* Of the first REJECTS_TOLD_MAX inputs that had rejects. */
const struct rejects_kept *rejects_kept(const struct rejects *rejects, size_t *count);

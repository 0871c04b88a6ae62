/* main/rejects.h - what could not be imported, kept so that it can be mended and imported again.
 *
 * Two files in the data folder, made with the first reject of an input:
 *   rejects/NAME-TIME.rows     the pieces as they stood, behind the header of the input if it is
 *                              CSV, all in UTF-8: mend them and import this file
 *   rejects/NAME-TIME.reasons  tab-separated: line, column, offset, code, reason
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
void rejects_add(struct rejects *rejects, const struct why *reason, str raw);
uint64_t rejects_count(const struct rejects *rejects); /* of all inputs */
#define REJECTS_KEPT_INPUT REJECT_FILES_KEPT_INPUT

const char *rejects_path(const struct rejects *rejects); /* of the newest .rows file, or "" */

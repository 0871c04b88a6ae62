/* main/rejects.h - what could not be imported, kept so that it can be mended and imported again.
 *
 * Two files in the data folder, made with the first reject of an input:
 *   rejects/NAME-TIME.rows     the pieces as they stood, behind the first line of the input if it
 *                              is CSV (its header): mend them and import this file
 *   rejects/NAME-TIME.reasons  tab-separated: line, column, offset, code, reason
 *
 * At most REJECTS_BYTES_MAX are kept of one input; what comes then is only counted.
 */
#pragma once

#include "base/file.h"

#define REJECTS_BYTES_MAX ((uint64_t)256 << 20)

struct rejects;

/* `folder` is the data folder, `language` that of the reasons. */
struct rejects *rejects_create(
	struct disk *disk, const char *folder, int64_t now_ms, enum language language);
/* Closes the files: durable.  The first error of any writing comes out here. */
err rejects_free(struct rejects *rejects, struct why *why);

/* A new input: its name, and the line to put before its pieces ("": none). */
void rejects_begin(struct rejects *rejects, str name, str header);
void rejects_add(struct rejects *rejects, const struct why *reason, str raw);
uint64_t rejects_count(const struct rejects *rejects); /* of all inputs */
/* Removes every rejects file of a data folder, and what a broken-off import kept of standard input:
 * rows of anybody may stand in them, so they go with the bytes that are erased. */
err rejects_remove_all(struct disk *disk, const char *folder, uint64_t *removed, struct why *why);
#define REJECTS_KEPT_INPUT \
	"standard-input" /* in the data folder, while an import reads it twice \
			  */

const char *rejects_path(const struct rejects *rejects); /* of the newest .rows file, or "" */

/* engine/reject_files.h - the files of rejected rows in a data folder, when people are erased.
 *
 * What could not be read says of nobody whom it names: so the files that are as old as an erasure
 * or older go with its bytes.  Younger ones came after it and stay.
 */
#pragma once

#include "base/file.h"

#define REJECT_FILES_FOLDER "rejects" /* in the data folder */
/* In the data folder, while an import reads standard input twice. */
#define REJECT_FILES_KEPT_INPUT "standard-input"

/* Removes the files of rejects/ whose name NAME-MS-NUMBER.ENDING has a time up to `until_ms`, those
 * that have none, and what a broken-off import kept of its input. */
err reject_files_remove(struct disk *disk, const char *folder, int64_t until_ms, uint64_t *removed,
	struct why *why);

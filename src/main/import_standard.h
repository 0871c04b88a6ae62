/* main/import_standard.h - standard input that must be read twice */
#pragma once

#include "base/file.h"

/* A copy of all of it at `kept`. */
err import_keep_input(struct disk *disk, const char *kept, struct why *why);

/* For a look alone: in memory, so that nothing stays behind and nobody waits for the one place on
 * the disk.  What is longer is cut: only its first rows are shown.  *fd is the caller's to close,
 * -1 for none; `path` names it. */
err import_hold_input(int *fd, char path[static PATH_BYTES_MAX], struct why *why);

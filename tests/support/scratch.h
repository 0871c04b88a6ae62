/* tests/support/scratch.h - folders to try things in, on a disk of the caller's choice. */
#pragma once

#include "base/file.h"

/* Makes a new folder `parent`/ariane-scratch-XXXXXX and writes its path; ends the program if it
 * cannot. */
void scratch_make(const char *parent, char path[static PATH_BYTES_MAX]);

/* The folder and all that lies in it; what cannot be removed stays. */
void scratch_remove(const char *path);

/* tests/support/scratch.c - see scratch.h */
#include "support/scratch.h"

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>

enum { OPEN_FOLDERS = 16 };

void scratch_make(const char *parent, char path[static PATH_BYTES_MAX])
{
	int len = snprintf(path, PATH_BYTES_MAX, "%s/ariane-scratch-XXXXXX", parent);

	ASSERT(len > 0 && len < PATH_BYTES_MAX && mkdtemp(path) != NULL);
}

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *at)
{
	(void)st, (void)type, (void)at;
	(void)remove(path);
	return 0;
}

void scratch_remove(const char *path)
{
	(void)nftw(path, remove_one, OPEN_FOLDERS, FTW_DEPTH | FTW_PHYS);
}

/* tests/support/memory_file.h - a file in memory whose nth call fails, and whose bytes one can
 * flip.  Many threads may write at once; else one at a time.
 */
#pragma once

#include "base/file.h"

#include <pthread.h>

struct memory_file {
	struct file file; /* first */
	pthread_mutex_t lock; /* of who writes: a leaf */
	char *bytes;
	size_t len, room;
	unsigned fail_in; /* 1: the next call fails with ERR_IO; 0: none */
	size_t written; /* bytes, by all writes */
	size_t mapped; /* maps not yet unmapped */
};

struct memory_file *memory_file_create(void);
void memory_file_free(struct memory_file *file); /* nothing may be mapped */

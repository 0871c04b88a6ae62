/* base/direct.c - see direct.h */
#include "base/direct.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { BOUNCE_BYTES = 1 << 20 };

void direct_done(struct direct *direct)
{
	if (direct->fd > 0)
		(void)close(direct->fd); /* what matters was synced before */
	free(direct->block);
	*direct = (struct direct){ .fd = -1 };
}

/* The same file, whatever it is called by now.  Not the descriptor there is: it is read by others,
 * who read bytes and not blocks. */
static void prepare(struct direct *direct, int fd)
{
	char path[32];

	(void)snprintf(path, sizeof(path), "/proc/self/fd/%d", fd); /* fits */
	direct->fd = open(path, O_WRONLY | O_DIRECT | O_CLOEXEC);
	if (direct->fd <= 0) {
		direct->fd = -1;
		return;
	}
	direct->block = aligned_alloc(DIRECT_BLOCK_BYTES, BOUNCE_BYTES);
	ASSERT(direct->block != NULL);
}

size_t direct_write(struct direct *direct, int fd, uint64_t at, const char *from, size_t bytes)
{
	size_t done = 0, whole = bytes - bytes % DIRECT_BLOCK_BYTES;

	ASSERT(at % DIRECT_BLOCK_BYTES == 0);
	if (direct->fd == 0)
		prepare(direct, fd);
	while (direct->fd > 0 && done < whole) {
		size_t n = MIN_OF(whole - done, (size_t)BOUNCE_BYTES);
		bool copies = direct->always_copies ||
			      (uintptr_t)(from + done) % DIRECT_MEMORY_BYTES != 0;
		if (copies)
			memcpy(direct->block, from + done, n);
		ssize_t wrote = pwrite(
			direct->fd, copies ? direct->block : from + done, n, (off_t)(at + done));
		if (wrote < 0 && errno == EINTR)
			continue;
		if (wrote < 0 && errno == EINVAL && !copies) {
			direct->always_copies = true;
			continue;
		}
		if (wrote > 0)
			done += (size_t)wrote - (size_t)wrote % DIRECT_BLOCK_BYTES;
		if (wrote != (ssize_t)n) {
			direct_done(direct); /* some say so only when asked to write */
			break;
		}
	}
	return done;
}

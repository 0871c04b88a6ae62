/* base/direct.c - see direct.h */
#include "base/direct.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { BOUNCE_BYTES = 1 << 20 };

void direct_init(struct direct *direct)
{
	*direct = (struct direct){ .fd = 0 };
	ASSERT(pthread_mutex_init(&direct->lock, NULL) == 0);
	atomic_init(&direct->always_copies, false);
	atomic_init(&direct->refused, false);
}

void direct_done(struct direct *direct)
{
	if (direct->fd > 0)
		(void)close(direct->fd); /* what matters was synced before */
	for (size_t i = 0; i < direct->spare_count; i++)
		free(direct->spare[i]);
	ASSERT(pthread_mutex_destroy(&direct->lock) == 0);
}

/* The same file, whatever it is called by now.  Not the descriptor there is: it is read by others,
 * who read bytes and not blocks. */
static int reopen(int fd)
{
	char path[32];

	(void)snprintf(path, sizeof(path), "/proc/self/fd/%d", fd); /* fits */
	int opened = open(path, O_WRONLY | O_DIRECT | O_CLOEXEC);
	return opened > 0 ? opened : -1;
}

static int descriptor(struct direct *direct, int fd)
{
	ASSERT(pthread_mutex_lock(&direct->lock) == 0);
	if (direct->fd == 0)
		direct->fd = reopen(fd);
	int found = atomic_load(&direct->refused) ? -1 : direct->fd;
	ASSERT(pthread_mutex_unlock(&direct->lock) == 0);
	return found;
}

static char *take_block(struct direct *direct)
{
	ASSERT(pthread_mutex_lock(&direct->lock) == 0);
	char *block = direct->spare_count > 0 ? direct->spare[--direct->spare_count] : NULL;
	ASSERT(pthread_mutex_unlock(&direct->lock) == 0);
	if (block == NULL)
		block = aligned_alloc(DIRECT_BLOCK_BYTES, BOUNCE_BYTES);
	ASSERT(block != NULL);
	return block;
}

static void give_back(struct direct *direct, char *block)
{
	ASSERT(pthread_mutex_lock(&direct->lock) == 0);
	if (direct->spare_count < DIRECT_SPARE_MAX) {
		direct->spare[direct->spare_count++] = block;
		block = NULL;
	}
	ASSERT(pthread_mutex_unlock(&direct->lock) == 0);
	free(block);
}

static ssize_t write_block(
	struct direct *direct, int fd, uint64_t at, const char *from, size_t bytes)
{
	bool copies =
		atomic_load(&direct->always_copies) || (uintptr_t)from % DIRECT_MEMORY_BYTES != 0;

	if (!copies) {
		ssize_t wrote = pwrite(fd, from, bytes, (off_t)at);
		if (wrote >= 0 || errno != EINVAL)
			return wrote;
		atomic_store(&direct->always_copies, true);
	}
	char *block = take_block(direct);
	memcpy(block, from, bytes);
	ssize_t wrote = pwrite(fd, block, bytes, (off_t)at);
	int error = errno;
	give_back(direct, block);
	errno = error;
	return wrote;
}

size_t direct_write(struct direct *direct, int fd, uint64_t at, const char *from, size_t bytes)
{
	size_t done = 0, whole = bytes - bytes % DIRECT_BLOCK_BYTES;
	int own = descriptor(direct, fd);

	ASSERT(at % DIRECT_BLOCK_BYTES == 0);
	while (own > 0 && done < whole) {
		size_t n = MIN_OF(whole - done, (size_t)BOUNCE_BYTES);
		ssize_t wrote = write_block(direct, own, at + done, from + done, n);
		if (wrote < 0 && errno == EINTR)
			continue;
		if (wrote > 0)
			done += (size_t)wrote - (size_t)wrote % DIRECT_BLOCK_BYTES;
		if (wrote != (ssize_t)n) { /* some say so only when asked to write */
			atomic_store(&direct->refused, true);
			break;
		}
	}
	return done;
}

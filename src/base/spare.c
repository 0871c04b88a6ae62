/* base/spare.c - see spare.h: a short list under a lock, the last given at its end
 *
 *   block   [head: bytes][what is given out]
 */
#include "base/spare.h"

#include <pthread.h>
#include <sanitizer/asan_interface.h> /* its macros vanish where there is no ASan */
#include <stdlib.h>
#include <string.h>

enum { BLOCKS_MAX = 64, HEAD_BYTES = 16 /* what malloc() aligns to */ };

struct head {
	size_t bytes; /* behind it */
	bool is_old; /* kept: it was at the last spare_release() already */
};
_Static_assert(sizeof(struct head) <= HEAD_BYTES, "the head has room");

static struct head *kept[BLOCKS_MAX];
static size_t count, kept_bytes;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER; /* a leaf: the above */

static char *behind(struct head *head)
{
	return (char *)head + HEAD_BYTES;
}

static struct head *take_out(size_t i)
{
	struct head *head = kept[i];

	memmove(&kept[i], &kept[i + 1], (count - i - 1) * sizeof(kept[0]));
	count--;
	kept_bytes -= head->bytes;
	return head;
}

/* The smallest that is large enough, and not by more than half; NULL: there is none. */
static struct head *find(size_t bytes)
{
	size_t best = count;

	for (size_t i = 0; i < count; i++)
		if (kept[i]->bytes >= bytes && kept[i]->bytes <= bytes + bytes / 2 &&
			(best == count || kept[i]->bytes < kept[best]->bytes))
			best = i;
	return best == count ? NULL : take_out(best);
}

void *spare_take(size_t bytes)
{
	struct head *head = NULL;

	if (bytes >= SPARE_BYTES_LEAST) {
		ASSERT(pthread_mutex_lock(&lock) == 0);
		head = find(bytes);
		ASSERT(pthread_mutex_unlock(&lock) == 0);
	}
	if (head == NULL) {
		head = memory_resize(NULL, HEAD_BYTES + bytes);
		head->bytes = bytes;
	}
	ASAN_UNPOISON_MEMORY_REGION(behind(head), head->bytes);
	return behind(head);
}

void *spare_take_zeroed(size_t bytes)
{
	return memset(spare_take(bytes), 0, bytes);
}

static void free_all(struct head *const *gone, size_t gone_count)
{
	for (size_t i = 0; i < gone_count; i++)
		free(gone[i]);
}

void spare_give(void *memory)
{
	struct head *gone[BLOCKS_MAX], *head;
	size_t gone_count = 0;

	if (memory == NULL)
		return;
	head = (struct head *)(void *)((char *)memory - HEAD_BYTES);
	if (head->bytes < SPARE_BYTES_LEAST || head->bytes > SPARE_BYTES_MAX) {
		free(head);
		return;
	}
	ASAN_POISON_MEMORY_REGION(memory, head->bytes);
	head->is_old = false;
	ASSERT(pthread_mutex_lock(&lock) == 0);
	while (count == BLOCKS_MAX || kept_bytes + head->bytes > SPARE_BYTES_MAX)
		gone[gone_count++] = take_out(0);
	kept[count++] = head;
	kept_bytes += head->bytes;
	ASSERT(pthread_mutex_unlock(&lock) == 0);
	free_all(gone, gone_count);
}

size_t spare_release(void)
{
	struct head *gone[BLOCKS_MAX];
	size_t gone_count = 0;

	ASSERT(pthread_mutex_lock(&lock) == 0);
	for (size_t i = 0; i < count;)
		if (kept[i]->is_old)
			gone[gone_count++] = take_out(i);
		else
			kept[i++]->is_old = true;
	size_t left = kept_bytes;
	ASSERT(pthread_mutex_unlock(&lock) == 0);
	free_all(gone, gone_count);
	return left;
}

/* tests/support/memory_file.c - see memory_file.h */
#include "support/memory_file.h"

#include <stdlib.h>
#include <string.h>

static struct memory_file *memory(struct file *file)
{
	return (struct memory_file *)file;
}

static err call(struct file *file, struct why *why)
{
	struct memory_file *m = memory(file);

	if (m->fail_in > 0 && --m->fail_in == 0)
		return fail(why, MSG_IO, arg_c("call"), arg_c("memory"), arg_c("told to fail"));
	return OK;
}

static err read_at(
	struct file *file, uint64_t at, void *to, size_t bytes, size_t *got, struct why *why)
{
	struct memory_file *m = memory(file);
	err e = call(file, why);

	if (e != OK)
		return e;
	*got = at >= m->len ? 0 : MIN_OF(bytes, m->len - (size_t)at);
	if (*got > 0)
		memcpy(to, m->bytes + at, *got);
	return OK;
}

static void grow(struct memory_file *m, size_t len)
{
	if (len > m->room) {
		m->room = MAX_OF(len, m->room * 2);
		m->bytes = memory_resize(m->bytes, m->room);
	}
	if (len > m->len)
		memset(m->bytes + m->len, 0, len - m->len);
	m->len = MAX_OF(len, m->len);
}

static err write_at(struct file *file, uint64_t at, const void *from, size_t bytes, struct why *why)
{
	struct memory_file *m = memory(file);

	ASSERT(pthread_mutex_lock(&m->lock) == 0);
	err e = call(file, why);
	if (e == OK) {
		grow(m, (size_t)at + bytes);
		memcpy(m->bytes + at, from, bytes);
		m->written += bytes;
	}
	ASSERT(pthread_mutex_unlock(&m->lock) == 0);
	return e;
}

static err sync_it(struct file *file, struct why *why)
{
	return call(file, why);
}

static err size_of(struct file *file, uint64_t *bytes, struct why *why)
{
	err e = call(file, why);

	if (e == OK)
		*bytes = memory(file)->len;
	return e;
}

static err truncate_to(struct file *file, uint64_t bytes, struct why *why)
{
	err e = call(file, why);

	if (e != OK)
		return e;
	grow(memory(file), (size_t)bytes);
	memory(file)->len = (size_t)bytes;
	return OK;
}

/* A copy: the sanitizer sees whoever reads beyond, and later flips do not show. */
static err map(struct file *file, uint64_t at, size_t bytes, const void **out, struct why *why)
{
	struct memory_file *m = memory(file);
	err e = call(file, why);

	if (e != OK)
		return e;
	ASSERT(at % 4096 == 0 && bytes > 0 && at <= m->len && bytes <= m->len - at);
	char *copy = memory_resize(NULL, bytes);
	memcpy(copy, m->bytes + at, bytes);
	m->mapped++;
	*out = copy;
	return OK;
}

static void unmap(struct file *file, const void *mapped, size_t bytes)
{
	ASSERT(bytes > 0 && memory(file)->mapped > 0);
	memory(file)->mapped--;
	union {
		const void *from;
		void *to;
	} same = { mapped };
	free(same.to);
}

void memory_file_free(struct memory_file *m)
{
	ASSERT(m->mapped == 0);
	ASSERT(pthread_mutex_destroy(&m->lock) == 0);
	free(m->bytes);
	free(m);
}

static void close_it(struct file *file)
{
	memory_file_free(memory(file));
}

struct memory_file *memory_file_create(void)
{
	static const struct file_ops ops = {
		.read_at = read_at,
		.write_at = write_at,
		.sync = sync_it,
		.size = size_of,
		.truncate = truncate_to,
		.map = map,
		.unmap = unmap,
		.close = close_it,
	};
	struct memory_file *m = memory_alloc(sizeof(*m));

	m->file.ops = &ops;
	ASSERT(pthread_mutex_init(&m->lock, NULL) == 0);
	return m;
}

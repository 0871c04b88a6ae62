/* tests/base_table_threads_test.c - one writer, three readers and a saver: for ThreadSanitizer. */
#include "base/random.h"
#include "base/strings.h"
#include "support/memory_file.h"
#include "test.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PUBLICATIONS = 400, READERS = 3, INDEX_BYTES_MAX = 1 << 20 };

/* What is published: item 0 of the table is the sum of all others, text n can be computed. */
struct snapshot {
	struct view *numbers;
	struct strings_view *texts;
};

static struct {
	pthread_mutex_t lock; /* the newest snapshot */
	struct snapshot newest;
	atomic_bool done;
	atomic_size_t wrong, looked;
	struct table *numbers;
	struct strings *texts;
} shared = { .lock = PTHREAD_MUTEX_INITIALIZER };

static str text_of(size_t n, char to[static 32])
{
	int len = snprintf(to, 32, "text-%zu", n * 7);

	return (str){ to, (size_t)len };
}

static void let_go(struct snapshot *s)
{
	view_unref(s->numbers);
	strings_view_unref(s->texts);
}

static struct snapshot take(void)
{
	struct snapshot s;

	ASSERT(pthread_mutex_lock(&shared.lock) == 0);
	s.numbers = view_ref(shared.newest.numbers);
	s.texts = strings_view_ref(shared.newest.texts);
	ASSERT(pthread_mutex_unlock(&shared.lock) == 0);
	return s;
}

static void publish(void)
{
	struct snapshot fresh = { table_publish(shared.numbers), strings_publish(shared.texts) };

	ASSERT(pthread_mutex_lock(&shared.lock) == 0);
	struct snapshot old = shared.newest;
	shared.newest = fresh;
	ASSERT(pthread_mutex_unlock(&shared.lock) == 0);
	if (old.numbers != NULL)
		let_go(&old);
}

static void write_some(struct random *random)
{
	struct table *t = shared.numbers;
	uint64_t *sum, *item, sum_now = *(const uint64_t *)table_at(t, 0);
	char text[32];

	for (uint64_t i = random_below(random, 200); i > 0; i--) {
		item = table_push(t);
		sum_now += *item = random_next(random);
	}
	for (uint64_t i = random_below(random, 10); i > 0 && table_count(t) > 1; i--) {
		item = table_change(t, 1 + random_below(random, table_count(t) - 1));
		sum_now -= *item;
		sum_now += *item = random_next(random);
	}
	while (random_below(random, 60) == 0 && table_count(t) > 100) {
		for (size_t i = 50; i < table_count(t); i++)
			sum_now -= *(const uint64_t *)table_at(t, i);
		table_resize(t, 50);
	}
	sum = table_change(t, 0);
	*sum = sum_now;
	for (uint64_t i = random_below(random, 60); i > 0; i--)
		(void)strings_intern(shared.texts, text_of(strings_count(shared.texts), text));
}

static bool sum_is_right(const struct view *view)
{
	uint64_t sum = 0;

	for (size_t i = 1, run; i < view_count(view); i += run) {
		const uint64_t *items = view_run(view, i, &run);
		for (size_t j = 0; j < run; j++)
			sum += items[j];
	}
	return *(const uint64_t *)view_at(view, 0) == sum;
}

static bool texts_are_right(const struct strings_view *view, struct random *random)
{
	size_t count = strings_view_count(view);
	char text[32];
	bool right = strings_view_find(view, text_of(count, text)) == STRINGS_NONE;

	for (int i = 0; i < 50 && count > 0; i++) {
		size_t n = random_below(random, count);
		str expected = text_of(n, text);
		right = right && strings_view_find(view, expected) == n &&
			str_equal(strings_view_get(view, (uint32_t)n), expected);
	}
	return right;
}

static void *read_on(void *seed)
{
	struct random random = random_of(*(const uint64_t *)seed);
	struct snapshot kept = take(); /* an old one, while newer come and go */

	while (!atomic_load(&shared.done)) {
		struct snapshot s = take();
		if (!sum_is_right(s.numbers) || !texts_are_right(s.texts, &random) ||
			!sum_is_right(kept.numbers) || !texts_are_right(kept.texts, &random))
			(void)atomic_fetch_add(&shared.wrong, 1);
		(void)atomic_fetch_add(&shared.looked, 1);
		if (random_below(&random, 3) == 0) {
			struct snapshot old = kept;
			kept = s;
			s = old;
		}
		let_go(&s);
	}
	let_go(&kept);
	return NULL;
}

/* Saves while the writer goes on; the last state saved must load. */
static void *save_on(void *context)
{
	struct memory_file *file = memory_file_create();
	struct strbuf index = strbuf_heap(INDEX_BYTES_MAX);
	struct table_store store = { .file = &file->file, .index = &index, .threads = 2 };
	struct table *numbers;
	struct strings *texts;
	bool ok = true;

	for (bool last = false; !last;) {
		last = atomic_load(&shared.done);
		struct snapshot s = take();
		strbuf_clear(&index);
		ok = ok && table_save(shared.numbers, s.numbers, &store, NULL) == OK;
		ok = ok && strings_save(shared.texts, s.texts, &store, NULL) == OK;
		let_go(&s);
	}
	str left = strbuf_str(&index);
	ok = ok && table_load(&file->file, 8, &left, &numbers, NULL) == OK;
	ok = ok && strings_load(&file->file, &left, &texts, NULL) == OK;
	*(bool *)context = ok && table_count(numbers) == table_count(shared.numbers) &&
			   strings_count(texts) == strings_count(shared.texts);
	for (size_t i = 0; ok && i < table_count(numbers); i++)
		if (*(const uint64_t *)table_at(numbers, i) !=
			*(const uint64_t *)table_at(shared.numbers, i))
			*(bool *)context = false;
	if (ok) {
		table_free(numbers);
		strings_free(texts);
	}
	strbuf_done(&index);
	memory_file_free(file);
	return NULL;
}

TEST(table_threads_see_whole_states)
{
	struct random random = random_of(1);
	uint64_t seeds[READERS] = { 100, 101, 102 };
	pthread_t readers[READERS], saver;
	bool saved = false;

	atomic_store(&shared.done, false);
	shared.numbers = table_create(8);
	shared.texts = strings_create(1);
	(void)table_push(shared.numbers);
	publish();
	for (size_t i = 0; i < READERS; i++)
		ASSERT(pthread_create(&readers[i], NULL, read_on, &seeds[i]) == 0);
	ASSERT(pthread_create(&saver, NULL, save_on, &saved) == 0);
	for (int i = 0; i < PUBLICATIONS || atomic_load(&shared.looked) < 100; i++) {
		write_some(&random);
		publish();
	}
	atomic_store(&shared.done, true);
	for (size_t i = 0; i < READERS; i++)
		ASSERT(pthread_join(readers[i], NULL) == 0);
	ASSERT(pthread_join(saver, NULL) == 0);
	CHECK("no reader saw half a state", atomic_load(&shared.wrong) == 0);
	CHECK("saved meanwhile", saved);
	CHECK("no reader, nothing retained", strings_retained_bytes(shared.texts) == 0 &&
						     table_retained_bytes(shared.numbers) == 0);
	let_go(&shared.newest);
	shared.newest = (struct snapshot){ NULL, NULL };
	table_free(shared.numbers);
	strings_free(shared.texts);
}

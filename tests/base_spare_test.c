/* tests/base_spare_test.c - what was given back is given out again, up to a limit, and not for
 * ever. */
#include "base/spare.h"
#include "test.h"

#include <pthread.h>
#include <stdint.h>
#include <string.h>

enum { MB = 1 << 20 };

/* Nothing of the tests before: twice, for once only marks it. */
static void empty(void)
{
	(void)spare_release();
	CHECK("empty", spare_release() == 0);
}

TEST(spare_gives_the_same_again)
{
	empty();
	char *one = spare_take(3 * MB);
	CHECK("aligned", (uintptr_t)one % 16 == 0);
	memset(one, 7, 3 * MB);
	spare_give(one);
	char *two = spare_take(3 * MB - 100);
	CHECK("the same", two == one);
	spare_give(two);
	char *far = spare_take(MB);
	CHECK("not one that is far too large", far != one);
	char *whole = spare_take(3 * MB);
	CHECK("as large as it ever was", whole == one);
	spare_give(far);
	spare_give(whole);
	char *zeroed = spare_take_zeroed(3 * MB);
	CHECK("the same", zeroed == one);
	CHECK("zeroed", zeroed[0] == 0 && memcmp(zeroed, zeroed + 1, 3 * MB - 1) == 0);
	spare_give(zeroed);
	spare_give(NULL);
	empty();
}

TEST(spare_keeps_no_more_than_its_limit)
{
	enum { MANY = 100 };
	char *all[MANY];

	empty();
	for (size_t i = 0; i < MANY; i++)
		all[i] = spare_take((i % 3 + 1) * MB);
	for (size_t i = 0; i < MANY; i++)
		spare_give(all[i]);
	size_t kept = spare_release();
	CHECK("many", kept > SPARE_BYTES_MAX / 2);
	CHECK("no more", kept <= SPARE_BYTES_MAX);
	spare_give(spare_take(SPARE_BYTES_MAX + 1));
	spare_give(spare_take(1000));
	CHECK("neither too large nor small", spare_release() == 0);
}

TEST(spare_release_leaves_what_is_used)
{
	empty();
	spare_give(spare_take(2 * MB));
	spare_give(spare_take(8 * MB));
	CHECK("both are young", spare_release() == 10 * MB);
	spare_give(spare_take(2 * MB));
	CHECK("one was used since", spare_release() == 2 * MB);
	CHECK("now none", spare_release() == 0);
}

static void *come_and_go(void *context)
{
	unsigned char mine = *(const unsigned char *)context;

	for (size_t i = 0; i < 200; i++) {
		size_t bytes = (i % 5 + 1) * (MB / 4);
		unsigned char *p = spare_take(bytes);
		memset(p, mine, bytes);
		if (i % 50 == 0)
			(void)spare_release();
		if (p[0] != mine || memcmp(p, p + 1, bytes - 1) != 0)
			return context;
		spare_give(p);
	}
	return NULL;
}

TEST(spare_by_many_threads)
{
	pthread_t threads[4];
	unsigned char marks[ARRAY_LEN(threads)] = { 1, 2, 3, 4 };
	void *failed;

	for (size_t i = 0; i < ARRAY_LEN(threads); i++)
		ASSERT(pthread_create(&threads[i], NULL, come_and_go, &marks[i]) == 0);
	for (size_t i = 0; i < ARRAY_LEN(threads); i++) {
		ASSERT(pthread_join(threads[i], &failed) == 0);
		CHECK("nobody else wrote there", failed == NULL);
	}
	empty();
}

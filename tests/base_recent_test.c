/* tests/base_recent_test.c - what was put is found until newer ones of its line push it out. */
#include "base/random.h"
#include "base/recent.h"
#include "test.h"

TEST(recent_finds_what_was_put)
{
	enum { MANY = 3000 };
	static const size_t rows[] = { 1, 256, 1000, 1 << 16 };
	static uint64_t hashes[MANY];

	for (size_t r = 0; r < ARRAY_LEN(rows); r++) {
		struct recent *recent = recent_create(rows[r]);
		struct random random = random_of(r);
		size_t found = 0, before = recent_bytes(recent);
		for (uint32_t i = 0; i < MANY; i++) {
			hashes[i] = random_next(&random);
			CHECK("not yet", recent_find(recent, hashes[i]) == NULL);
			recent_put(recent, hashes[i], i * 3, i);
			const struct recent_entry *e = recent_find(recent, hashes[i]);
			CHECK("at once", e != NULL && e->place == i * 3 && e->code == i + 1);
		}
		for (uint32_t i = 0; i < MANY; i++) {
			const struct recent_entry *e = recent_find(recent, hashes[i]);
			CHECK("its own", e == NULL || e->code == i + 1);
			found += e != NULL;
		}
		CHECK("as many as it is for", found >= MIN_OF(rows[r], (size_t)MANY) * 4 / 5);
		CHECK("no more memory than for these",
			recent_bytes(recent) <= before + 2 * rows[r] * sizeof(struct recent_entry));
		recent_free(recent);
	}
	recent_free(NULL);
}

TEST(recent_forgets)
{
	struct recent *recent = recent_create(1000);

	recent_put(recent, 0, 7, 0); /* a hash like any other */
	CHECK("there", recent_find(recent, 0) != NULL);
	recent_put(recent, 0, 9, 5);
	CHECK("the newest", recent_find(recent, 0)->place == 9);
	recent_forget(recent, 0);
	CHECK("gone", recent_find(recent, 0) == NULL);
	recent_forget(recent, 0);
	recent_free(recent);
}

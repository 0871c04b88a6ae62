/* tests/base_recent_test.c - what was put is found until newer ones of its line push it out. */
#include "base/random.h"
#include "base/recent.h"
#include "test.h"

static const char letters[] = "abcdefghijklmnopqrstuvwxyz0123456789";

/* A short text stands in the entry, of a long one the place. */
static bool is_of(const struct recent_entry *e, str text, uint32_t place)
{
	if (text.len > RECENT_TEXT_BYTES)
		return e->length == RECENT_LONG && recent_place(e) == place;
	return str_equal((str){ e->text, e->length }, text);
}

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
			str text = { letters, random_below(&random, sizeof(letters)) };
			recent_put(recent, hashes[i], text, i * 3, i);
			const struct recent_entry *e = recent_find(recent, hashes[i]);
			CHECK("at once", e != NULL && e->code == i + 1);
			CHECK("its text", is_of(e, text, i * 3));
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

	recent_put(recent, 0, STR("seven"), 7, 0); /* a hash like any other */
	CHECK("there", recent_find(recent, 0) != NULL);
	recent_put(recent, 0, STR(""), 9, 5);
	CHECK("the newest", is_of(recent_find(recent, 0), STR(""), 9));
	recent_forget(recent, 0);
	CHECK("gone", recent_find(recent, 0) == NULL);
	recent_forget(recent, 0);
	recent_free(recent);
}

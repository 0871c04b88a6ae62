/* tests/identity_whole_test.c - customers of everything at once, by two threads, against those that
 * were computed link by link. */
#include "base/random.h"
#include "base/shares.h"
#include "identity/identity.h"
#include "test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LINKS = 3 * SHARE_ITEMS, USERS = LINKS / 4, COOKIES = LINKS / 2 };

static uint32_t tell(struct identity *identity, const char *const types[2],
	const uint64_t numbers[2], uint64_t seq)
{
	char values[2][24];
	struct record_identifier ids[2];
	const struct record record = { .kind = RECORD_EVENT,
		.seq = seq,
		.source = STR("shop"),
		.identifiers = ids,
		.identifier_count = 2 };

	for (size_t i = 0; i < 2; i++) {
		int len = snprintf(
			values[i], sizeof(values[i]), "%llu", (unsigned long long)numbers[i]);
		ids[i] = (struct record_identifier){ .type = str_of(types[i]),
			.value = { values[i], (size_t)len } };
	}
	uint32_t set = identity_set(identity, &record);
	identity_add(identity, set, seq, 0, (int64_t)seq);
	return set;
}

static void put_rules(struct identity *identity, const char *document, uint64_t seq)
{
	const struct attribute rules = { .key = STR("rules"),
		.value = { .kind = VALUE_STRING, .string = str_of(document) } };
	const struct record record = { .kind = RECORD_IDENTITY,
		.seq = seq,
		.activity = STR("rules"),
		.attributes = &rules,
		.attribute_count = 1 };

	CHECK(document, identity_decide(identity, &record));
}

/* Whose is whose: of each identifier the lowest of its customer. */
static uint32_t *lowest(struct identity *identity, uint32_t *count, uint32_t *restrained)
{
	struct identity_view *view = identity_publish(identity);
	uint32_t *of, n = identity_identifier_count(view);

	of = memory_alloc(n * sizeof(*of));
	*count = identity_customer_count(view);
	*restrained = 0;
	for (uint32_t i = 0; i < n; i++) {
		uint32_t customer = identity_customer_of(view, i), at = i, members = 0;
		of[i] = i;
		if (customer == CUSTOMER_NONE)
			continue;
		do {
			of[i] = MIN_OF(of[i], at);
			at = identity_next_member(view, at);
			members++;
		} while (at != i && members < n);
		CHECK("as many as it says", members == identity_customer(view, customer)->members);
		*restrained += identity_customer(view, customer)->restrained;
	}
	identity_view_unref(view);
	return of;
}

/* Small customers, each account with some cookies, few of them of two accounts. */
static void tell_many(struct identity *identity, struct random *r, uint64_t *seq)
{
	static const char *const user[2] = { "user_id", "cookie" }, *const two[2] = { "cookie",
		"cookie" };
	uint32_t last = 0;

	for (size_t i = 0; i < LINKS; i++) {
		uint64_t account = random_below(r, USERS),
			 cookie = account * 2 + random_below(r, 2);
		if (random_below(r, 200) == 0)
			cookie = random_below(r, COOKIES);
		bool is_two = random_below(r, 8) == 0;
		last = tell(identity, is_two ? two : user,
			is_two ? (const uint64_t[2]){ cookie, (cookie ^ 1) }
			       : (const uint64_t[2]){ account, cookie },
			++*seq);
		if (random_below(r, 50) == 0)
			identity_remove(identity, last, (int64_t)*seq);
	}
}

TEST(everything_at_once_is_as_link_by_link)
{
	static const struct {
		const char *row, *first, *second;
	} rows[] = {
		{ "no limit", "{\"version\":1,\"types\":[{\"type\":\"user_id\"}]}",
			"{\"version\": 1,\"types\":[{\"type\":\"user_id\"}]}" },
		{ "one account",
			"{\"version\":1,\"types\":[{\"type\":\"user_id\",\"unique\":true}]}",
			"{\"version\": 1,\"types\":[{\"type\":\"user_id\",\"unique\":true}]}" },
		{ "two within a second",
			"{\"version\":1,\"types\":[{\"type\":\"user_id\",\"limit\":2,"
			"\"within\":\"1s\"}]}",
			"{\"version\": 1,\"types\":[{\"type\":\"user_id\",\"limit\":2,"
			"\"within\":\"1s\"}]}" },
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct identity *identity = identity_create();
		struct random r = random_of(i + 1);
		uint64_t seq = 1;
		uint32_t counts[2], restrained[2], *of[2];

		put_rules(identity, rows[i].first, ++seq);
		identity_view_unref(identity_publish(identity));
		tell_many(identity, &r, &seq);
		of[0] = lowest(identity, &counts[0], &restrained[0]);
		put_rules(identity, rows[i].second, ++seq);
		of[1] = lowest(identity, &counts[1], &restrained[1]);
		CHECK(rows[i].row, counts[0] == counts[1] && counts[0] > USERS / 2);
		CHECK(rows[i].row, restrained[0] == restrained[1]);
		CHECK(rows[i].row, (restrained[0] > 0) == (i > 0));
		CHECK(rows[i].row, memcmp(of[0], of[1], counts[0] * sizeof(**of)) == 0);
		free(of[0]);
		free(of[1]);
		identity_free(identity);
	}
}

/* tests/identity_twins_test.c - an address told here and its hash told there; and what a stranger
 * cannot do with a hash. */
#include "identity/twins.h"

#include "identity/identity.h"
#include "identity/recount.h"
#include "identity/study.h"
#include "test.h"

#include <stdlib.h>
#include <string.h>

#define ANN "email:ann@example.org"
#define PHONE "phone:+33612345678"

static uint64_t seq;

/* "type:value type:value" */
static size_t ids_of(const char *told, struct record_identifier *ids)
{
	str rest = str_of(told), word;
	size_t count = 0;

	while (rest.len > 0) {
		if (!str_split(rest, ' ', &word, &rest)) {
			word = rest;
			rest = STR("");
		}
		struct record_identifier id = { 0 };
		CHECK(told, str_split(word, ':', &id.type, &id.value));
		ids[count++] = id;
	}
	return count;
}

static uint32_t tell(struct identity *identity, const char *source, const char *told)
{
	struct record_identifier ids[8];
	struct record record = { .kind = RECORD_EVENT,
		.source = str_of(source),
		.identifiers = ids,
		.identifier_count = ids_of(told, ids) };
	uint32_t set = identity_set(identity, &record);

	seq++;
	identity_add(identity, set, seq, 0, (int64_t)seq);
	return set;
}

static void put_rules(struct identity *identity, const char *document)
{
	const struct attribute rules = { .key = STR("rules"),
		.value = { .kind = VALUE_STRING, .string = str_of(document) } };
	const struct record record = { .kind = RECORD_IDENTITY,
		.seq = ++seq,
		.activity = STR("rules"),
		.attributes = &rules,
		.attribute_count = 1 };

	CHECK(document, identity_decide(identity, &record));
}

static uint32_t customer_of(struct identity *identity, const char *text)
{
	struct identity_view *view = identity_publish(identity);
	uint32_t code = identity_find(view, str_of(text));
	uint32_t customer =
		code == IDENTITY_NO_CODE ? CUSTOMER_NONE : identity_customer_of(view, code);

	identity_view_unref(view);
	return customer;
}

static bool are_one(struct identity *identity, const char *a, const char *b)
{
	uint32_t x = customer_of(identity, a), y = customer_of(identity, b);

	return x == y && x != CUSTOMER_NONE;
}

/* A normal form and its hash as text, by the tested code's pure part (base/digest.h has its own
 * published values). */
static const char *hashed(const char *type, const char *value, enum identifier_hash hash)
{
	static char text[4][128];
	static size_t turn;
	char digits[HASH_DIGITS_MAX], *room = text[turn++ % 4];
	struct strbuf out = { .ptr = room, .cap = 127, .cap_max = 127 };
	size_t place;

	CHECK(type, hash_plain_type(str_of(type), &place));
	strbuf_add(&out, hash_type_name(place, hash));
	strbuf_add_byte(&out, ':');
	strbuf_add(&out, hash_of(hash, str_of(value), digits));
	room[out.len] = '\0';
	return room;
}

#define ALL_HASHES "[\"sha256\", \"sha1\", \"md5\"]"

TEST(twins_meet_whichever_came_first)
{
	static const struct {
		const char *row, *rules, *type, *hashed, *plain;
		enum identifier_hash hash;
		bool meet;
	} rows[] = {
		{ "by the usual rules", "{\"version\": 1}", "email", "ann@example.org", ANN,
			HASH_SHA256, true },
		{ "a phone with its sign", "{\"version\": 1}", "phone", "+33612345678", PHONE,
			HASH_SHA256, true },
		{ "a phone without it", "{\"version\": 1}", "phone", "33612345678", PHONE,
			HASH_SHA256, true },
		{ "another address", "{\"version\": 1}", "email", "anne@example.org", ANN,
			HASH_SHA256, false },
		{ "not by MD5 unless asked", "{\"version\": 1}", "email", "ann@example.org", ANN,
			HASH_MD5, false },
		{ "by MD5",
			"{\"version\": 1, \"types\": [{\"type\": \"email\", \"hashes\": "
			"\"md5\"}]}",
			"email", "ann@example.org", ANN, HASH_MD5, true },
		{ "by SHA-1",
			"{\"version\": 1, \"types\": [{\"type\": \"phone\", "
			"\"hashes\": " ALL_HASHES "}]}",
			"phone", "33612345678", PHONE, HASH_SHA1, true },
		{ "switched off",
			"{\"version\": 1, \"types\": [{\"type\": \"email\", \"hashes\": []}]}",
			"email", "ann@example.org", ANN, HASH_SHA256, false },
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		for (int turn = 0; turn < 3; turn++) {
			struct identity *identity = identity_create();
			const char *hash = hashed(rows[i].type, rows[i].hashed, rows[i].hash);
			if (turn != 2)
				put_rules(identity, rows[i].rules);
			(void)tell(identity, "crm", turn == 0 ? rows[i].plain : hash);
			(void)customer_of(identity, hash); /* a look between */
			(void)tell(identity, "partner", turn == 0 ? hash : rows[i].plain);
			if (turn == 2) /* rules count for what is past */
				put_rules(identity, rows[i].rules);
			CHECK(rows[i].row, are_one(identity, rows[i].plain, hash) == rows[i].meet);
			identity_free(identity);
		}
}

TEST(twins_part_when_either_goes)
{
	struct identity *identity = identity_create();
	const char *hash = hashed("email", "ann@example.org", HASH_SHA256);
	uint32_t plain = tell(identity, "crm", "customer:1 " ANN);

	(void)tell(identity, "partner", hash);
	CHECK("one", are_one(identity, "customer:1", hash));
	identity_remove(identity, plain, (int64_t)seq - 1);
	CHECK("the address is gone", customer_of(identity, ANN) == CUSTOMER_NONE);
	CHECK("its hash is not", customer_of(identity, hash) != CUSTOMER_NONE);
	(void)tell(identity, "crm", "customer:2 " ANN);
	CHECK("another's now", are_one(identity, "customer:2", hash));
	identity_free(identity);
}

TEST(twins_are_kept_apart_by_people)
{
	struct identity *identity = identity_create();
	const char *hash = hashed("email", "ann@example.org", HASH_SHA256);
	struct record_identifier ids[2] = { { .verified = false } };

	(void)tell(identity, "crm", ANN);
	(void)tell(identity, "partner", hash);
	CHECK("split", str_split(str_of(ANN), ':', &ids[0].type, &ids[0].value) &&
			       str_split(str_of(hash), ':', &ids[1].type, &ids[1].value));
	struct record record = { .kind = RECORD_IDENTITY,
		.seq = ++seq,
		.activity = STR("forbid"),
		.actor = STR("uid:1"),
		.identifiers = ids,
		.identifier_count = 2 };
	CHECK("decides", identity_decide(identity, &record));
	CHECK("apart", !are_one(identity, ANN, hash));
	record = (struct record){ .kind = RECORD_IDENTITY,
		.seq = seq + 1,
		.target = seq,
		.activity = STR("undo"),
		.actor = STR("uid:1") };
	seq++;
	CHECK("undoes", identity_decide(identity, &record));
	CHECK("one again", are_one(identity, ANN, hash));
	identity_free(identity);
}

/* Whoever tells a hash gets as far as with the address itself, and no further: each row is tried
 * with both. */
TEST(a_hash_opens_no_door_that_the_address_would_not)
{
	static const struct {
		const char *row, *rules, *stranger; /* `%` is the address, or its hash */
		bool gets_in;
	} rows[] = {
		{ "a site's key may tell cookies alone",
			"{\"version\": 1, \"sources\": [{\"source\": \"site\", \"asserts\": "
			"[\"anonymous_id\"]}]}",
			"anonymous_id:x %", false },
		{ "one that may tell addresses may tell their hashes",
			"{\"version\": 1, \"sources\": [{\"source\": \"site\", \"asserts\": "
			"[\"anonymous_id\", \"email\"]}]}",
			"anonymous_id:x %", true },
		{ "an account of his own beside it",
			"{\"version\": 1, \"types\": [{\"type\": \"customer\", \"unique\": true}]}",
			"customer:2 anonymous_id:x %", false },
		{ "a blocked address",
			"{\"version\": 1, \"types\": [{\"type\": \"email\", \"blocked\": "
			"\"ann@*\"}]}",
			"anonymous_id:x %", false },
		{ "an address of one customer, told with another's number",
			"{\"version\": 1, \"types\": [{\"type\": \"customer\", \"unique\": true}, "
			"{\"type\": \"email\", \"owners\": 1}]}",
			"customer:2 %", false },
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		for (int by_hash = 0; by_hash < 2; by_hash++) {
			struct identity *identity = identity_create();
			char told[256];
			struct strbuf text = { .ptr = told, .cap = 255, .cap_max = 255 };
			str before, behind;
			put_rules(identity, rows[i].rules);
			(void)tell(identity, "crm", "customer:1 " ANN);
			CHECK(rows[i].row,
				str_split(str_of(rows[i].stranger), '%', &before, &behind));
			strbuf_add(&text, before);
			strbuf_add_c(&text,
				by_hash == 0 ? ANN
					     : hashed("email", "ann@example.org", HASH_SHA256));
			told[text.len] = '\0';
			(void)tell(identity, "site", told);
			const char *he = str_starts(before, STR("customer")) ? "customer:2"
									     : "anonymous_id:x";
			CHECK(rows[i].row, are_one(identity, "customer:1", he) == rows[i].gets_in);
			identity_free(identity);
		}
}

/* Sites hash what they have, also when they have nothing. */
TEST(a_hash_of_nothing_joins_nobody)
{
	static const char *const nothings[] = { "", "null", "undefined", "anonymous" };

	for (size_t i = 0; i < ARRAY_LEN(nothings); i++) {
		struct identity *identity = identity_create();
		char one[256], two[256];
		const char *hash = hashed("email", nothings[i], HASH_SHA256);
		struct strbuf a = { .ptr = one, .cap = 255, .cap_max = 255 };
		struct strbuf b = { .ptr = two, .cap = 255, .cap_max = 255 };
		strbuf_printf(&a, "anonymous_id:a %s", hash);
		strbuf_printf(&b, "anonymous_id:b %s", hash);
		one[a.len] = two[b.len] = '\0';
		(void)tell(identity, "site", one);
		(void)tell(identity, "site", two);
		CHECK(nothings[i], !are_one(identity, "anonymous_id:a", "anonymous_id:b"));
		identity_free(identity);
	}
}

TEST(explain_names_the_hash)
{
	struct identity *identity = identity_create();
	const char *hash = hashed("email", "ann@example.org", HASH_SHA256);
	struct identity_explanation *x = memory_alloc(sizeof(*x));
	char told[256];
	struct strbuf text = { .ptr = told, .cap = 255, .cap_max = 255 };

	(void)tell(identity, "crm", "customer:1 " ANN);
	strbuf_printf(&text, "anonymous_id:x %s", hash);
	told[text.len] = '\0';
	(void)tell(identity, "site", told);
	struct identity_view *view = identity_publish(identity);
	identity_explain(identity, identity_find(view, STR("customer:1")),
		identity_find(view, STR("anonymous_id:x")), x);
	CHECK("chain", x->together && x->count == 3);
	CHECK("by hash", x->count == 3 && x->steps[1].by_hash && x->steps[1].seq == 0);
	CHECK("not by hash", !x->steps[0].by_hash && !x->steps[2].by_hash);
	identity_view_unref(view);
	free(x);
	identity_free(identity);
}

/* Addresses there are when the first hash comes are hashed part by part, look by look. */
TEST(addresses_there_are_are_hashed_part_by_part)
{
	enum { MANY = 3000 };
	struct identity *identity = identity_create();
	char text[64];
	size_t looks = 0;

	for (int i = 0; i < MANY; i++) {
		struct strbuf out = { .ptr = text, .cap = 63, .cap_max = 63 };
		strbuf_printf(&out, "email:u%d@example.org", i);
		text[out.len] = '\0';
		(void)tell(identity, "crm", text);
	}
	const char *hash = hashed("email", "u2999@example.org", HASH_SHA256);
	identity_look_within(identity, 100);
	(void)tell(identity, "partner", hash);
	identity_view_unref(identity_publish(identity));
	CHECK("behind", identity_is_behind(identity) && identity_looks_suffice(identity));
	for (; identity_is_behind(identity) && looks < MANY; looks++)
		identity_view_unref(identity_publish(identity));
	CHECK("part by part", looks > 10 && looks < 100);
	CHECK("found", are_one(identity, "email:u2999@example.org", hash));
	identity_free(identity);
}

/* tests/identity_identifier_test.c - one spelling for each identifier, and what is refused. */
#include "base/random.h"
#include "identity/identifier.h"
#include "test.h"

#include <string.h>

static const struct identifier_rules french = { .phone_country = STR_INIT("33") };
static const struct identifier_rules nowhere = { .phone_country = STR_INIT("") };

static const struct {
	const char *row;
	const struct identifier_rules *rules;
	str type, raw, value;
	err result;
} normal_forms[] = {
	{ "e-mail folded", &french, STR_INIT("email"), STR_INIT(" Ann.B@Example.ORG "),
		STR_INIT("ann.b@example.org"), OK },
	{ "e-mail without @", &french, STR_INIT("email"), STR_INIT("ann"), STR_INIT(""),
		ERR_SYNTAX },
	{ "e-mail with two", &french, STR_INIT("email"), STR_INIT("a@b@c"), STR_INIT(""),
		ERR_SYNTAX },
	{ "e-mail with a space", &french, STR_INIT("email"), STR_INIT("a b@c"), STR_INIT(""),
		ERR_SYNTAX },
	{ "nobody at a host", &french, STR_INIT("email"), STR_INIT("@c"), STR_INIT(""),
		ERR_SYNTAX },
	{ "at no host", &french, STR_INIT("email"), STR_INIT("a@"), STR_INIT(""), ERR_SYNTAX },
	{ "the Kelvin sign is a k", &french, STR_INIT("email"), STR_INIT("\xe2\x84\xaa@x.fr"),
		STR_INIT("k@x.fr"), OK },
	{ "w and a ring compose, W and a ring do not", &french, STR_INIT("email"),
		STR_INIT("W\xcc\x8a@x.fr"), STR_INIT("\xe1\xba\x98@x.fr"), OK },
	{ "national number", &french, STR_INIT("phone"), STR_INIT("06 12.34-56/78"),
		STR_INIT("+33612345678"), OK },
	{ "international number", &french, STR_INIT("phone"), STR_INIT("+33 (0)6 12 34 56 78"),
		STR_INIT("+33612345678"), OK },
	{ "the same by 00", &french, STR_INIT("phone"), STR_INIT("0033 (0)6 12 34 56 78"),
		STR_INIT("+33612345678"), OK },
	{ "a national (0) stays", &french, STR_INIT("phone"), STR_INIT("(0)612345678"),
		STR_INIT("+33612345678"), OK },
	{ "without a country", &nowhere, STR_INIT("phone"), STR_INIT("0612345678"),
		STR_INIT("0612345678"), OK },
	{ "five digits", &nowhere, STR_INIT("phone"), STR_INIT("12345"), STR_INIT(""), ERR_SYNTAX },
	{ "sixteen digits", &nowhere, STR_INIT("phone"), STR_INIT("+1234567890123456"),
		STR_INIT(""), ERR_SYNTAX },
	{ "very many digits", &nowhere, STR_INIT("phone"),
		STR_INIT("1234567890123456789012345678901234567890"), STR_INIT(""), ERR_SYNTAX },
	{ "letters in a number", &french, STR_INIT("phone"), STR_INIT("06 12 AB 56 78"),
		STR_INIT(""), ERR_SYNTAX },
	{ "a plus within", &french, STR_INIT("phone"), STR_INIT("06+12345678"), STR_INIT(""),
		ERR_SYNTAX },
	{ "others as they came", &french, STR_INIT("loyalty_card"), STR_INIT("\tAb 9 "),
		STR_INIT("Ab 9"), OK },
	{ "a number in groups", &french, STR_INIT("customer"), STR_INIT("7180 3399"),
		STR_INIT("71803399"), OK },
	{ "blanks that do not break", &french, STR_INIT("account"),
		STR_INIT("12\xc2\xa0"
			 "03\xe2\x80\xaf"
			 "45"),
		STR_INIT("120345"), OK },
	{ "blanks among letters stay", &french, STR_INIT("customer"), STR_INIT("AB 12 34"),
		STR_INIT("AB 12 34"), OK },
	{ "blanks in other types stay", &french, STR_INIT("user_id"), STR_INIT("12 34"),
		STR_INIT("12 34"), OK },
	{ "unknown types too", &french, STR_INIT("badge"), STR_INIT("@Jeanne"), STR_INIT("@Jeanne"),
		OK },
	{ "order numbers too", &french, STR_INIT("order"), STR_INIT(" AB-1 "), STR_INIT("AB-1"),
		OK },
	/* RFC 3492 and UTS 46: names and the punycode of their owners' registries */
	{ "an accented host", &french, STR_INIT("email"),
		STR_INIT("Ann@B\xc3\x9c"
			 "cher.Example"),
		STR_INIT("ann@b\xc3\xbc"
			 "cher.example"),
		OK },
	{ "the same in punycode", &french, STR_INIT("email"), STR_INIT("ann@XN--bcher-kva.example"),
		STR_INIT("ann@b\xc3\xbc"
			 "cher.example"),
		OK },
	{ "a sharp s stays one", &french, STR_INIT("email"), STR_INIT("a@xn--strae-oqa.de"),
		STR_INIT("a@stra\xc3\x9f"
			 "e.de"),
		OK },
	{ "punycode of nothing", &french, STR_INIT("email"), STR_INIT("a@xn--0.fr"),
		STR_INIT("a@xn--0.fr"), OK },
	{ "dots and tags are only a suggestion", &french, STR_INIT("email"),
		STR_INIT("a.n.n+shop@gmail.com"), STR_INIT("a.n.n+shop@gmail.com"), OK },
	/* numbers that the numbering plans keep for films (ARCEP: 06 39 98) */
	{ "a mobile from Reunion", &french, STR_INIT("phone"), STR_INIT("+262 692 00 00 00"),
		STR_INIT("+262692000000"), OK },
	{ "whatsapp is a phone", &french, STR_INIT("whatsapp"), STR_INIT("06 39 98 12 34"),
		STR_INIT("+33639981234"), OK },
	{ "a handle", &french, STR_INIT("x"), STR_INIT("@Jeanne_D"), STR_INIT("jeanne_d"), OK },
	{ "without the sign", &french, STR_INIT("instagram"), STR_INIT("Jeanne.D"),
		STR_INIT("jeanne.d"), OK },
	{ "by its page", &french, STR_INIT("instagram"),
		STR_INIT("https://www.instagram.com/Jeanne.D/?hl=fr"), STR_INIT("jeanne.d"), OK },
	{ "with its server", &french, STR_INIT("mastodon"), STR_INIT("@Jeanne@piaille.fr"),
		STR_INIT("jeanne@piaille.fr"), OK },
	{ "a name for people is no handle", &french, STR_INIT("x"), STR_INIT("Jeanne Dupont"),
		STR_INIT(""), ERR_SYNTAX },
	{ "a sign alone", &french, STR_INIT("x"), STR_INIT("@"), STR_INIT(""), ERR_SYNTAX },
	{ "a hash", &french, STR_INIT("email_sha256"),
		STR_INIT("973DFE463EC85785F5F95AF5BA3906EEDB2D931C24E69824A89EA65DBA4E813B"),
		STR_INIT("973dfe463ec85785f5f95af5ba3906eedb2d931c24e69824a89ea65dba4e813b"), OK },
	{ "a hash that is too short", &french, STR_INIT("phone_sha256"), STR_INIT("973dfe"),
		STR_INIT(""), ERR_SYNTAX },
	{ "a hash of other digits", &french, STR_INIT("badge_sha256"),
		STR_INIT("g73dfe463ec85785f5f95af5ba3906eedb2d931c24e69824a89ea65dba4e813b"),
		STR_INIT(""), ERR_SYNTAX },
	{ "a number in groups", &french, STR_INIT("customer"), STR_INIT("9249 0538"),
		STR_INIT("92490538"), OK },
	{ "no number", &french, STR_INIT("customer"), STR_INIT("Acme 2 SA"), STR_INIT("Acme 2 SA"),
		OK },
	{ "somebody by post", &french, STR_INIT("person"),
		STR_INIT("Dupont-Mar\xc3\xa9"
			 "chal | H\xc3\xa9l\xc3\xa8ne| 1980-02-29 |44 000"),
		STR_INIT("dupontmarechal|helene|1980-02-29|44000"), OK },
	{ "born on no day", &french, STR_INIT("person"), STR_INIT("Dupont|Jean|1981-02-29|44000"),
		STR_INIT(""), ERR_SYNTAX },
	{ "without a postcode", &french, STR_INIT("person"), STR_INIT("Dupont|Jean|1980-02-29|"),
		STR_INIT(""), ERR_SYNTAX },
	{ "a name alone", &french, STR_INIT("person"), STR_INIT("Dupont"), STR_INIT(""),
		ERR_SYNTAX },
	{ "accents composed", &french, STR_INIT("account"), STR_INIT("Ge\xcc\x81rard"),
		STR_INIT("G\xc3\xa9rard"), OK },
	{ "composed already", &french, STR_INIT("account"), STR_INIT("G\xc3\xa9rard"),
		STR_INIT("G\xc3\xa9rard"), OK },
	{ "empty", &french, STR_INIT("account"), STR_INIT(" \t "), STR_INIT(""), ERR_SYNTAX },
	{ "a line break", &french, STR_INIT("account"), STR_INIT("a\r\nb"), STR_INIT(""),
		ERR_SYNTAX },
	{ "a hidden NUL", &french, STR_INIT("account"), STR_INIT("a\0b"), STR_INIT(""),
		ERR_SYNTAX },
	{ "no UTF-8", &french, STR_INIT("account"), STR_INIT("G\xe9rard"), STR_INIT(""),
		ERR_SYNTAX },
	{ "type in capitals", &french, STR_INIT("Email"), STR_INIT("a@b"), STR_INIT(""),
		ERR_SYNTAX },
	{ "no type", &french, STR_INIT(""), STR_INIT("a@b"), STR_INIT(""), ERR_SYNTAX },
};

TEST(identifier_normal_forms)
{
	for (size_t i = 0; i < ARRAY_LEN(normal_forms); i++) {
		AUTO_ARENA arena = arena_create(1 << 16);
		struct record_identifier out = { .verified = true }, again;
		struct why why = { 0 };
		err e = identifier_normalise(normal_forms[i].rules, normal_forms[i].type,
			normal_forms[i].raw, arena, &out, &why);
		CHECK(normal_forms[i].row, e == normal_forms[i].result);
		if (e != OK) {
			CHECK(normal_forms[i].row,
				out.value.ptr == NULL && why.message != MSG_NONE);
			continue;
		}
		CHECK(normal_forms[i].row,
			str_equal(out.value, normal_forms[i].value) && out.verified);
		bool same = str_equal(normal_forms[i].raw, out.value);
		CHECK(normal_forms[i].row,
			same ? out.raw.len == 0 : str_equal(out.raw, normal_forms[i].raw));
		CHECK(normal_forms[i].row, identifier_normalise(normal_forms[i].rules, out.type,
						   out.value, arena, &again, &why) == OK);
		CHECK(normal_forms[i].row, str_equal(again.value, out.value) && again.raw.len == 0);
	}
}

TEST(identifier_values_have_a_longest)
{
	AUTO_ARENA arena = arena_create(1 << 16);
	char text[IDENTIFIER_VALUE_BYTES_MAX + 1];
	struct record_identifier out;
	struct why why = { 0 };

	memset(text, 'a', sizeof(text));
	CHECK("512", identifier_normalise(&french, STR("account"), (str){ text, sizeof(text) - 1 },
			     arena, &out, &why) == OK);
	CHECK("512", out.value.len == IDENTIFIER_VALUE_BYTES_MAX);
	CHECK("513", identifier_normalise(&french, STR("account"), (str){ text, sizeof(text) },
			     arena, &out, &why) == ERR_LIMIT);
	for (size_t i = 0; i + 2 < sizeof(text); i += 3) /* U+0958 has a longer normal form */
		memcpy(text + i, "\xe0\xa5\x98", 3);
	CHECK("grows beyond", identifier_normalise(&french, STR("account"), (str){ text, 510 },
				      arena, &out, &why) == ERR_LIMIT);
}

TEST(identifier_as_people_type_it)
{
	static const struct {
		const char *row;
		str text, type, value;
		err result;
	} rows[] = {
		{ "simple", STR_INIT("email:A@B.fr"), STR_INIT("email"), STR_INIT("a@b.fr"), OK },
		{ "the first colon counts", STR_INIT("url:http://x"), STR_INIT("url"),
			STR_INIT("http://x"), OK },
		{ "no colon", STR_INIT("a@b.fr"), STR_INIT(""), STR_INIT(""), ERR_SYNTAX },
		{ "no type", STR_INIT(":a@b.fr"), STR_INIT(""), STR_INIT(""), ERR_SYNTAX },
		{ "no value", STR_INIT("email:"), STR_INIT(""), STR_INIT(""), ERR_SYNTAX },
		{ "nothing", STR_INIT(""), STR_INIT(""), STR_INIT(""), ERR_SYNTAX },
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		AUTO_ARENA arena = arena_create(1 << 16);
		struct record_identifier out = { 0 };
		struct why why = { 0 };
		CHECK(rows[i].row, identifier_parse(&french, rows[i].text, arena, &out, &why) ==
					   rows[i].result);
		CHECK(rows[i].row,
			str_equal(out.type, rows[i].type) && str_equal(out.value, rows[i].value));
	}
	AUTO_ARENA arena = arena_create(1 << 10);
	CHECK("text",
		str_equal(identifier_text(STR("email"), STR("a@b"), arena), STR("email:a@b")));
	CHECK("rank", identifier_rank(STR("user_id")) < identifier_rank(STR("email")) &&
			      identifier_rank(STR("email")) < identifier_rank(STR("x")) &&
			      identifier_rank(STR("x")) < identifier_rank(STR("cookie")));
}

TEST(identifier_without_memory)
{
	AUTO_ARENA arena = arena_create(1 << 16);
	struct record_identifier out = { 0 };
	struct why why = { 0 };
	err e = ERR_LIMIT;
	unsigned n = 0;

	while (e == ERR_LIMIT && n < 100) {
		arena_reset(arena);
		arena_fail_at(arena, ++n);
		e = identifier_normalise(
			&french, STR("account"), STR(" Ge\xcc\x81rard"), arena, &out, &why);
		CHECK("untouched", e == OK || out.value.ptr == NULL);
	}
	CHECK("in the end", e == OK && n > 3 && str_equal(out.value, STR("G\xc3\xa9rard")));
}

/* What is said to be normal is given back as it is, by the long way. */
TEST(identifier_is_normal_only_if_it_is)
{
	static const char *const types[] = { "user_id", "id", "email", "phone", "Bad", "cookie" };
	static const char letters[] = "aZ0 @.+\t-\x7f\xc3\xa9\xcc\x81";
	struct random random = random_of(8);
	size_t normal = 0;

	for (int i = 0; i < 20000; i++) {
		AUTO_ARENA arena = arena_create(1 << 16);
		const struct identifier_rules rules = { .phone_country = STR("33") };
		struct record_identifier out;
		char text[12];
		size_t len = random_below(&random, sizeof(text) + 1);
		for (size_t k = 0; k < len; k++)
			text[k] = letters[random_below(
				&random, i % 2 == 0 ? 3 : sizeof(letters) - 1)];
		str type = str_of(types[random_below(&random, ARRAY_LEN(types))]);
		str value = { text, len };
		if (!identifier_is_normal(&french, type, value))
			continue;
		normal++;
		bool same = identifier_normalise(&rules, type, value, arena, &out, NULL) == OK &&
			    str_equal(out.value, value) && out.raw.len == 0;
		CHECK("the same", same);
	}
	CHECK("some are", normal > 1000);
}

/* Pieces in which the forms see something, put together at random. */
TEST(identifier_normal_forms_are_their_own)
{
	static const char *const pieces[] = { "https://", "HTTP://", "@", "/", "?", "#", " ", "|",
		".", "xn--", "bcher-kva", "XN--0", "a", "B", "\xc3\xa9", "\xc3\x89", "e\xcc\x81",
		"\xc3\x9f", "\xef\xbc\xa0", "\xe3\x80\x82", "\xea\xb0\x80", "\xef\xac\x81",
		"\xe2\x84\xaa", "1980-02-29", "44 000", "9", "0", "+33", "(0)", "-", "\xc2\xa0",
		"\xe2\x80\x8d" };
	static const char *const kinds[] = { "email", "phone", "x", "mastodon", "person",
		"customer", "whatsapp", "email_sha256", "badge" };
	struct random random = random_of(11);

	for (int round = 0; round < 20000; round++) {
		AUTO_ARENA arena = arena_create(1 << 16);
		char room[200];
		struct strbuf text = { .ptr = room, .cap = sizeof(room), .cap_max = sizeof(room) };
		struct record_identifier once, again;
		str kind = str_of(kinds[random_below(&random, ARRAY_LEN(kinds))]);
		for (uint64_t n = random_below(&random, 9); n > 0; n--)
			strbuf_add_c(&text, pieces[random_below(&random, ARRAY_LEN(pieces))]);
		if (str_equal(kind, STR("email")) && round % 2 == 0) {
			strbuf_add_c(&text, "@");
			for (uint64_t n = random_below(&random, 4); n > 0; n--)
				strbuf_add_c(
					&text, pieces[random_below(&random, ARRAY_LEN(pieces))]);
		}
		if (identifier_normalise(&french, kind, strbuf_str(&text), arena, &once, NULL) !=
			OK)
			continue;
		err e = identifier_normalise(&french, kind, once.value, arena, &again, NULL);
		CHECK(kind.ptr, e == OK && str_equal(once.value, again.value));
	}
}

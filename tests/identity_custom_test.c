/* tests/identity_custom_test.c - types of identifiers that a company declares. */
#include "identity/identifier.h"

#include "base/random.h"
#include "test.h"

static const struct {
	const char *row;
	struct custom_told told;
	enum message refused; /* MSG_NONE: it is read */
} declared[] = {
	{ "nothing but a name", { .type = STR_INIT("contract") }, MSG_NONE },
	{ "no name", { .type = STR_INIT("Contract No") }, MSG_IDENTIFIER_TYPE },
	{ "a type of ours", { .type = STR_INIT("email") }, MSG_CUSTOM_KNOWN },
	{ "a number of ours", { .type = STR_INIT("customer") }, MSG_CUSTOM_KNOWN },
	{ "a hash", { .type = STR_INIT("badge_sha256") }, MSG_CUSTOM_KNOWN },
	{ "a network", { .type = STR_INIT("instagram") }, MSG_CUSTOM_KNOWN },
	{ "ours, but as it comes", { .type = STR_INIT("user_id"), .form = STR_INIT("lower") },
		MSG_NONE },
	{ "two words", { .type = STR_INIT("a"), .form = STR_INIT(" compact  upper ") }, MSG_NONE },
	{ "small and large", { .type = STR_INIT("a"), .form = STR_INIT("upper lower") },
		MSG_INPUT_VALUE },
	{ "a word that is none", { .type = STR_INIT("a"), .form = STR_INIT("trim") },
		MSG_INPUT_VALUE },
	{ "a length", { .type = STR_INIT("a"), .length = STR_INIT("8-12") }, MSG_NONE },
	{ "one length", { .type = STR_INIT("a"), .length = STR_INIT("8") }, MSG_NONE },
	{ "of nothing", { .type = STR_INIT("a"), .length = STR_INIT("0") }, MSG_INPUT_VALUE },
	{ "backwards", { .type = STR_INIT("a"), .length = STR_INIT("12-8") }, MSG_INPUT_VALUE },
	{ "too long", { .type = STR_INIT("a"), .length = STR_INIT("513") }, MSG_INPUT_VALUE },
	{ "no number", { .type = STR_INIT("a"), .length = STR_INIT("8-") }, MSG_INPUT_VALUE },
	{ "a check", { .type = STR_INIT("a"), .check = STR_INIT("luhn") }, MSG_NONE },
	{ "another check", { .type = STR_INIT("a"), .check = STR_INIT("mod97") }, MSG_INPUT_VALUE },
};

TEST(declared_types_are_read_or_refused)
{
	for (size_t i = 0; i < ARRAY_LEN(declared); i++) {
		struct identifier_custom custom = { .least = 99 };
		struct why why = { 0 };
		err e = custom_read(&declared[i].told, &custom, &why);
		CHECK(declared[i].row, (e == OK) == (declared[i].refused == MSG_NONE));
		CHECK(declared[i].row, e == OK || why.message == declared[i].refused);
		CHECK(declared[i].row, e == OK || custom.least == 99); /* untouched */
	}
}

enum { CONTRACT, METER, CARD, BADGE, KINDS };
static const struct custom_told kinds[KINDS] = {
	[CONTRACT] = { .type = STR_INIT("contract"),
		.form = STR_INIT("compact upper"),
		.pattern = STR_INIT("CT######## FT*") },
	[METER] = { .type = STR_INIT("meter"),
		.form = STR_INIT("digits"),
		.length = STR_INIT("14") },
	[CARD] = { .type = STR_INIT("card"),
		.form = STR_INIT("compact"),
		.length = STR_INIT("12-19"),
		.check = STR_INIT("luhn") },
	[BADGE] = { .type = STR_INIT("badge"),
		.form = STR_INIT("lower"),
		.pattern = STR_INIT("@@-*-#?"),
		.length = STR_INIT("6-9") },
};

static const struct {
	const char *row;
	int kind;
	const char *raw, *normal;
	enum message refused;
} values[] = {
	{ "in groups", CONTRACT, "ct 1234-5678", "CT12345678", MSG_NONE },
	{ "the other mask", CONTRACT, "ft/x", "FTX", MSG_NONE },
	{ "one digit short", CONTRACT, "CT1234567", NULL, MSG_CUSTOM_PATTERN },
	{ "a letter for a digit", CONTRACT, "CT1234567O", NULL, MSG_CUSTOM_PATTERN },
	{ "blanks that do not break", CONTRACT,
		"CT\xc2\xa0"
		"1234\xe2\x80\xaf"
		"5678",
		"CT12345678", MSG_NONE },
	{ "digits alone are kept", METER, "PRM n\xc2\xb0 12 345 678 901 234", "12345678901234",
		MSG_NONE },
	{ "too few", METER, "PRM 12", NULL, MSG_CUSTOM_LENGTH },
	{ "none at all", METER, "unknown", NULL, MSG_IDENTIFIER_EMPTY },
	{ "a card of the standard", CARD, "4539 1488 0343 6467", "4539148803436467", MSG_NONE },
	{ "one digit mistyped", CARD, "4539 1488 0343 6468", NULL, MSG_CUSTOM_CHECK },
	{ "two changed places", CARD, "4593148803436467", NULL, MSG_CUSTOM_CHECK },
	{ "stars go back", BADGE, "AB-1-2-3x", "ab-1-2-3x", MSG_NONE },
	{ "too long", BADGE, "AB-1-2-33-3x", NULL, MSG_CUSTOM_LENGTH },
	{ "no end", BADGE, "ab-1-xx", NULL, MSG_CUSTOM_PATTERN },
	{ "characters, not bytes", BADGE, "ab-\xc3\xa9-1\x7e", "ab-\xc3\xa9-1\x7e", MSG_NONE },
};

static struct identifier_rules rules_of(struct identifier_custom customs[static KINDS])
{
	for (size_t i = 0; i < KINDS; i++)
		CHECK("reads", custom_read(&kinds[i], &customs[i], NULL) == OK);
	return (struct identifier_rules){ .customs = customs, .custom_count = KINDS };
}

TEST(declared_types_have_their_form)
{
	struct identifier_custom customs[KINDS];
	const struct identifier_rules rules = rules_of(customs);

	for (size_t i = 0; i < ARRAY_LEN(values); i++) {
		AUTO_ARENA arena = arena_create(1 << 16);
		struct record_identifier out = { 0 };
		struct why why = { 0 };
		str type = kinds[values[i].kind].type;
		err e = identifier_normalise(
			&rules, type, str_of(values[i].raw), arena, &out, &why);
		CHECK(values[i].row, (e == OK) == (values[i].refused == MSG_NONE));
		CHECK(values[i].row, e == OK || why.message == values[i].refused);
		CHECK(values[i].row, e != OK || str_equal(out.value, str_of(values[i].normal)));
		CHECK(values[i].row, !identifier_is_normal(&rules, type, str_of(values[i].raw)));
	}
}

TEST(declared_forms_are_their_own)
{
	static const char *const pieces[] = { "CT", "ft", "1", "23", "4567", " ", "-", "/", ".",
		"\xc2\xa0", "\xc3\xa9", "x", "45391488", "03436467" };
	struct identifier_custom customs[KINDS];
	const struct identifier_rules rules = rules_of(customs);
	struct random random = random_of(5);
	size_t taken = 0;

	for (int round = 0; round < 20000; round++) {
		AUTO_ARENA arena = arena_create(1 << 16);
		char room[100];
		struct strbuf text = { .ptr = room, .cap = sizeof(room), .cap_max = sizeof(room) };
		struct record_identifier once = { 0 }, again = { 0 };
		str type = kinds[random_below(&random, KINDS)].type;
		for (uint64_t n = random_below(&random, 9); n > 0; n--)
			strbuf_add_c(&text, pieces[random_below(&random, ARRAY_LEN(pieces))]);
		if (identifier_normalise(&rules, type, strbuf_str(&text), arena, &once, NULL) != OK)
			continue;
		taken++;
		CHECK("again",
			identifier_normalise(&rules, type, once.value, arena, &again, NULL) == OK &&
				str_equal(once.value, again.value));
	}
	CHECK("some are values", taken > 200);
}

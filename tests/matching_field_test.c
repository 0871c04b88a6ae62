/* tests/matching_field_test.c - values of each kind, and how alike they are said to be. */
#include "base/random.h"
#include "matching/field_brief.h"
#include "matching/nickname.h"
#include "matching/records.h"
#include "test.h"

#include <stdio.h>
#include <string.h>

static enum level level_of(enum field_kind kind, const char *a, const char *b)
{
	AUTO_ARENA arena = arena_create(1 << 16);
	struct similarity scratch = { .at = { 0 } };
	struct field_value x, y;
	bool room;

	if (!field_value_of(kind, str_of(a), arena, &x, &room) ||
		!field_value_of(kind, str_of(b), arena, &y, &room))
		return LEVEL_MISSING;
	enum level level = field_compare(kind, &scratch, &x, &y);
	CHECK(a, field_compare(kind, &scratch, &y, &x) == level);
	CHECK(a, field_compare(kind, &scratch, &x, &x) == LEVEL_EXACT);
	return level;
}

TEST(field_levels_are_told)
{
	static const struct {
		enum field_kind kind;
		const char *a, *b;
		enum level level;
	} rows[] = {
		{ KIND_SURNAME, "Müller", "MULLER", LEVEL_EXACT },
		{ KIND_SURNAME, "Le Blanc", "Leblanc", LEVEL_EXACT },
		{ KIND_SURNAME, "Martin", "Marrtin", LEVEL_TYPO },
		{ KIND_SURNAME, "Martin", "Matrin", LEVEL_TYPO },
		{ KIND_SURNAME, "Durand-Petit", "Durand", LEVEL_ALIAS },
		{ KIND_SURNAME, "Moreau", "Morot", LEVEL_SOUNDS },
		{ KIND_SURNAME, "Thompson", "Thomassin", LEVEL_SIMILAR },
		{ KIND_SURNAME, "Martin", "Dubois", LEVEL_DIFFERENT },
		{ KIND_SURNAME, "", "Dubois", LEVEL_MISSING },
		{ KIND_SURNAME, "N/A", "Dubois", LEVEL_MISSING },
		{ KIND_GIVEN_NAME, "Bob", "Robert", LEVEL_ALIAS },
		{ KIND_GIVEN_NAME, "Manu", "Emmanuelle", LEVEL_ALIAS },
		{ KIND_GIVEN_NAME, "Jean-Pierre", "Jean", LEVEL_ALIAS },
		{ KIND_GIVEN_NAME, "Pierre Jean", "Jean Pierre", LEVEL_ALIAS },
		{ KIND_GIVEN_NAME, "J.", "Jacques", LEVEL_RELATED },
		{ KIND_DATE, "1971-06-24", "24/06/1971", LEVEL_EXACT },
		{ KIND_DATE, "19710624", "1971-06-24T00:00:00Z", LEVEL_EXACT },
		{ KIND_DATE, "06/24/1971", "1971-06-24", LEVEL_EXACT },
		{ KIND_DATE, "1971-06-24", "1971-06-25", LEVEL_TYPO },
		{ KIND_DATE, "1971-03-07", "1971-07-03", LEVEL_ALIAS },
		{ KIND_DATE, "1971-06-24", "1938-06-24", LEVEL_SIMILAR },
		{ KIND_DATE, "1971-06-24", "1971-11-03", LEVEL_RELATED },
		{ KIND_DATE, "1971-06-24", "1983-12-09", LEVEL_DIFFERENT },
		{ KIND_ADDRESS, "12 av. de la Gare", "12 avenue de la gare", LEVEL_EXACT },
		{ KIND_ADDRESS, "giblin st", "giblin street", LEVEL_EXACT },
		{ KIND_ADDRESS, "rue des Tilleuls", "rue des Tilluels", LEVEL_TYPO },
		{ KIND_ADDRESS, "gare rue de la", "rue de la gare", LEVEL_ALIAS },
		{ KIND_ADDRESS, "rue Victor Hugo", "chemin du lac", LEVEL_DIFFERENT },
		{ KIND_PLACE, "St-Étienne", "SAINT ETIENNE", LEVEL_EXACT },
		{ KIND_PLACE, "Lyon", "Lyon Cedex", LEVEL_ALIAS },
		{ KIND_POSTCODE, "75011", "75 011", LEVEL_EXACT },
		{ KIND_POSTCODE, "75011", "75101", LEVEL_TYPO },
		{ KIND_POSTCODE, "75011", "75899", LEVEL_RELATED },
		{ KIND_POSTCODE, "75011", "13899", LEVEL_DIFFERENT },
		{ KIND_PHONE, "06 12 34 56 78", "+33 6 12 34 56 78", LEVEL_EXACT },
		{ KIND_PHONE, "0612345678", "0612345687", LEVEL_TYPO },
		{ KIND_PHONE, "0612345678", "0698765432", LEVEL_DIFFERENT },
		{ KIND_PHONE, "000000", "0698765432", LEVEL_MISSING },
		{ KIND_EMAIL, "Ann@Example.org", "ann@example.org", LEVEL_EXACT },
		{ KIND_EMAIL, "ann.lee@example.org", "ann.lee@example.com", LEVEL_ALIAS },
		{ KIND_EMAIL, "ann.lee@example.org", "ann.leee@example.org", LEVEL_TYPO },
		{ KIND_EMAIL, "ann.lee@example.org", "bruno@other.fr", LEVEL_DIFFERENT },
		{ KIND_CODE, "1 85 03 75", "1850375", LEVEL_EXACT },
		{ KIND_CODE, "1850375", "1850357", LEVEL_TYPO },
		{ KIND_CODE, "1850375", "1750357", LEVEL_SIMILAR },
		{ KIND_GENDER, "Mme", "female", LEVEL_EXACT },
		{ KIND_GENDER, "M", "F", LEVEL_DIFFERENT },
		{ KIND_NUMBER, "12", "13", LEVEL_TYPO },
		{ KIND_NUMBER, "1", "2", LEVEL_DIFFERENT },
		{ KIND_TEXT, "plumber", "plumbers", LEVEL_TYPO },
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		CHECK(rows[i].a, level_of(rows[i].kind, rows[i].a, rows[i].b) == rows[i].level);
}

/* One letter other, more, less, or two swapped. */
static size_t change_one(struct random *r, char *text, size_t len, char letter)
{
	size_t at = random_below(r, len);

	switch (random_below(r, 4)) {
	case 0:
		memmove(text + at + 1, text + at, len - at);
		text[at] = letter;
		return len + 1;
	case 1:
		memmove(text + at, text + at + 1, len - at - 1);
		return MAX_OF(len - 1, (size_t)1);
	case 2:
		if (at > 0) {
			char kept = text[at];
			text[at] = text[at - 1];
			text[at - 1] = kept;
		}
		return len;
	default:
		text[at] = letter;
		return len;
	}
}

/* A value of letters, digits, blanks and @, or a change of another. */
static str random_value(struct random *r, char out[static 64], str like)
{
	static const char letters[] = "abcdeo 019@";
	size_t len = 1 + random_below(r, 14);

	if (random_below(r, 3) == 0) {
		len = (size_t)snprintf(out, 40, "19%02d-%02d-%02d", (int)random_below(r, 99),
			1 + (int)random_below(r, 12), 1 + (int)random_below(r, 28));
	} else
		for (size_t i = 0; i < len; i++)
			out[i] = letters[random_below(r, sizeof(letters) - 1)];
	if (like.len > 0 && random_below(r, 2) == 0) {
		len = like.len;
		memcpy(out, like.ptr, len);
		for (uint64_t n = 1 + random_below(r, 3); n > 0; n--)
			len = change_one(
				r, out, len, letters[random_below(r, sizeof(letters) - 1)]);
	}
	return (str){ out, len };
}

/* What a first look says of two values holds for what a close one finds. */
static bool look_holds(enum look look, enum level level)
{
	switch (look) {
	case LOOK_DIFFERENT:
		return level == LEVEL_DIFFERENT;
	case LOOK_FAR:
		return level <= LEVEL_SIMILAR;
	case LOOK_OPEN:
		return level != LEVEL_EXACT;
	case LOOK_OPEN_OR_EXACT:
		return true;
	case LOOK_MISSING:
	case LOOK_EXACT:
	case LOOK_COUNT_:
		break;
	}
	return false;
}

TEST(field_briefs_never_contradict)
{
	struct similarity scratch = { .at = { 0 } };
	struct random r = random_of(8);
	char first[64], second[64];
	size_t told[LOOK_COUNT_] = { 0 };

	for (int i = 0; i < 100000; i++) {
		AUTO_ARENA arena = arena_create(1 << 14);
		enum field_kind kind = (enum field_kind)random_below(&r, KIND_COUNT_);
		str a = random_value(&r, first, (str){ NULL, 0 }), b = random_value(&r, second, a);
		struct field_value x, y;
		bool room;
		if (!field_value_of(kind, a, arena, &x, &room) ||
			!field_value_of(kind, b, arena, &y, &room))
			continue;
		struct field_brief p = field_brief_of(kind, &x), q = field_brief_of(kind, &y);
		enum look look = brief_look(kind, &p, &q);
		enum level level = field_compare(kind, &scratch, &x, &y);
		told[look]++;
		CHECK(field_key_name(kind, 0), look_holds(look, level));
		CHECK(field_key_name(kind, 0), look == brief_look(kind, &q, &p));
		CHECK(field_key_name(kind, 0), field_has_level(kind, level));
	}
	for (enum look look = LOOK_DIFFERENT; look <= LOOK_OPEN_OR_EXACT; look++)
		CHECK("each is told", told[look] > 1000);
}

/* Each word of one stands in the other, and yet the letters differ. */
TEST(field_briefs_of_words_told_twice)
{
	AUTO_ARENA arena = arena_create(1 << 14);
	struct similarity scratch = { .at = { 0 } };
	struct field_value x, y;
	bool room;

	(void)field_value_of(KIND_ADDRESS, STR("la la bcdefghij"), arena, &x, &room);
	(void)field_value_of(KIND_ADDRESS, STR("bcdefghij la xy"), arena, &y, &room);
	struct field_brief p = field_brief_of(KIND_ADDRESS, &x),
			   q = field_brief_of(KIND_ADDRESS, &y);
	CHECK("an alias", field_compare(KIND_ADDRESS, &scratch, &x, &y) == LEVEL_ALIAS);
	CHECK("and open", brief_look(KIND_ADDRESS, &p, &q) == LOOK_OPEN);
}

TEST(field_kinds_have_names)
{
	CHECK("surname", field_kind_named(STR("surname")) == KIND_SURNAME);
	CHECK("second address", field_kind_named(STR("address_2")) == KIND_ADDRESS);
	CHECK("suburb", field_kind_named(STR("suburb")) == KIND_PLACE);
	CHECK("another", field_kind_named(STR("addressee")) == KIND_TEXT);
	for (int kind = 0; kind < KIND_COUNT_; kind++)
		for (size_t key = 0; key < field_key_count((enum field_kind)kind); key++)
			CHECK("named", field_key_name((enum field_kind)kind, key) != NULL);
}

TEST(field_values_need_room)
{
	AUTO_ARENA arena = arena_create(1 << 16);
	struct field_value value;
	bool room = true;

	arena_fail_at(arena, 1);
	CHECK("text",
		!field_value_of(KIND_SURNAME, STR("de la rue"), arena, &value, &room) && !room);
	arena_fail_at(arena, 2);
	CHECK("tight",
		!field_value_of(KIND_SURNAME, STR("de la rue"), arena, &value, &room) && !room);
	arena_fail_at(arena, 0);
	CHECK("both", field_value_of(KIND_SURNAME, STR("de la rue"), arena, &value, &room) && room);
}

TEST(nicknames_stand_for_names)
{
	CHECK("english", nickname_same(STR("bill"), STR("william")));
	CHECK("both ways", nickname_same(STR("william"), STR("bill")));
	CHECK("of one name", nickname_same(STR("bob"), STR("rob")));
	CHECK("no relation", !nickname_same(STR("bob"), STR("bill")));
	CHECK("groups", (nickname_groups(STR("bob")) & nickname_groups(STR("robert"))) != 0);
	CHECK("unknown", nickname_groups(STR("zebulon")) == 0);
}

TEST(full_names_come_apart)
{
	static const struct {
		const char *full, *given, *surname;
	} rows[] = {
		{ "Jean Dupont", "Jean", "Dupont" },
		{ "DUPONT Jean", "Jean", "DUPONT" },
		{ "Dupont, Jean", "Jean", "Dupont" },
		{ "Charles de Gaulle", "Charles", "de Gaulle" },
		{ "Ludwig van Beethoven", "Ludwig", "van Beethoven" },
		{ "Jean Pierre Martin", "Jean Pierre", "Martin" },
		{ "DE LA RUE Marie-Anne", "Marie-Anne", "DE LA RUE" },
		{ "JEAN DUPONT", "JEAN", "DUPONT" },
		{ "Madonna", "", "Madonna" },
		{ "  ", "", "" },
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		str given, surname;
		full_name_split(str_of(rows[i].full), &given, &surname);
		CHECK(rows[i].full, str_equal(given, str_of(rows[i].given)));
		CHECK(rows[i].full, str_equal(surname, str_of(rows[i].surname)));
	}
}

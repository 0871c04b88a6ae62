/* tests/profile_person_name_test.c - what somebody is called, from his traits. */
#include "profile/person_name.h"

#include "test.h"

enum { TRAITS = 4, BYTES = 4096 };

static const struct {
	const char *row;
	struct {
		const char *key, *value;
		int64_t ms;
	} traits[TRAITS];
	const char *name;
} rows[] = {
	{ "given, then family, whatever their order",
		{ { "lastName", "Roussel", 1 }, { "firstName", "Nathalie", 1 } },
		"Nathalie Roussel" },
	{ "in French", { { "nom", "Roussel", 1 }, { "Pr\xc3\xa9nom", "Nathalie", 1 } },
		"Nathalie Roussel" },
	{ "with joints", { { "last_name", "Roussel", 1 }, { "FIRST NAME", "Nathalie", 1 } },
		"Nathalie Roussel" },
	{ "a whole one is told before", { { "firstName", "N", 9 }, { "name", "N. Roussel", 1 } },
		"N. Roussel" },
	{ "half of it", { { "lastName", " Roussel ", 1 } }, "Roussel" },
	{ "of two keys the one told last",
		{ { "lastName", "Petit", 1 }, { "surname", "Roussel", 2 } }, "Roussel" },
	{ "an empty one says nothing", { { "name", " ", 9 }, { "lastName", "Roussel", 1 } },
		"Roussel" },
	{ "none", { { "email", "a@x.fr", 1 }, { "a key longer than any name's", "x", 1 } }, "" },
};

TEST(a_name_is_what_traits_tell)
{
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		AUTO_ARENA arena = arena_create(BYTES);
		struct profile_trait traits[TRAITS];
		size_t count = 0;
		for (; count < TRAITS && rows[i].traits[count].key != NULL; count++)
			traits[count] = (struct profile_trait){
				.key = str_of(rows[i].traits[count].key),
				.value = { .kind = VALUE_STRING,
					.string = str_of(rows[i].traits[count].value) },
				.from = { .ms = rows[i].traits[count].ms },
			};
		CHECK(rows[i].row,
			str_equal(person_name_of(traits, count, arena), str_of(rows[i].name)));
	}
}

TEST(a_name_without_room_is_none)
{
	const struct profile_trait trait = { .key = STR("name"),
		.value = { .kind = VALUE_STRING, .string = STR("Nathalie") } };
	AUTO_ARENA arena = arena_create(BYTES);

	arena_fail_at(arena, 1);
	CHECK("", person_name_of(&trait, 1, arena).len == 0);
}

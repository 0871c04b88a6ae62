/* tests/exchange_catalogue_test.c - patterns, and which mapping a file is made for. */
#include "exchange/catalogue.h"
#include "test.h"

TEST(patterns)
{
	static const struct {
		const char *pattern, *text;
		bool fits;
	} rows[] = {
		{ "", "", true },
		{ "", "a", false },
		{ "a", "a", true },
		{ "a", "ab", false },
		{ "*", "", true },
		{ "a*c", "abbbc", true },
		{ "a*c", "abbbd", false },
		{ "a?c", "abc", true },
		{ "a?c", "ac", false },
		{ "[0-9][a-cx]", "7x", true },
		{ "[0-9][a-cx]", "7d", false },
		{ "[[]x", "[x", true },
		{ "[]]x", "]x", true },
		{ "[a-]", "-", true },
		{ "[0-9", "5", true }, /* never closed: a set all the same */
		{ "*ab*ab*", "aab-aab", true },
		{ "*.csv", "x.csv.csv", true },
		{ "a*a*a*a*a*a*a*a*b", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
			false },
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		CHECK(rows[i].pattern, pattern_fits(str_of(rows[i].pattern),
					       str_of(rows[i].text)) == rows[i].fits);
}

/* Made for the test: what is said most of wins, as much said is ambiguous. */
TEST(the_mapping_that_says_most_wins)
{
	static const str two[] = { STR_INIT("a"), STR_INIT("b c") },
			 three[] = { STR_INIT("a"), STR_INIT("b c"), STR_INIT("d") };
	static const struct catalogue_entry entries[] = {
		{ STR_INIT("says-nothing"), { .delimiter = 0 } },
		{ STR_INIT("two"), { .signs = { .header = { two, 2 } } } },
		{ STR_INIT("three"), { .signs = { .header = { three, 3 } } } },
		{ STR_INIT("line"), { .signs = { .line = STR_INIT("[0-9]*|x|*") } } },
		{ STR_INIT("named"), { .signs = { .name = STR_INIT("log-*.txt") } } },
		{ STR_INIT("twin-1"), { .signs = { .line = STR_INIT("same*") } } },
		{ STR_INIT("twin-2"), { .signs = { .line = STR_INIT("*same") } } },
	};
	static const struct catalogue catalogue = { entries, ARRAY_LEN(entries) };
	static const struct {
		const char *row, *path, *bytes, *name; /* name NULL: none; "": ambiguous */
	} rows[] = {
		{ "nothing", "f", "x;y\n1;2\n", NULL },
		{ "empty", "f", "", NULL },
		{ "two columns", "f", "b c;a;z\n", "two" },
		{ "three columns, quoted", "f", "\"d\";\"b c\";\"a\"\r\n", "three" },
		{ "a mark before", "f",
			"\xef\xbb\xbf"
			"a\tb c\n",
			"two" },
		{ "one column is missing", "f", "a;d\n", NULL },
		{ "no end of line", "f", "a,b c", "two" },
		{ "a line", "f", "12|x|y\nmore", "line" },
		{ "not that line", "f", "x12|x|y\n", NULL },
		{ "a name", "/var/log-1.txt", "??", "named" },
		{ "not the folder", "/var/log-1.txt/f", "??", NULL },
		{ "as much said", "f", "same", "" },
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		const struct catalogue_entry *entry = NULL;
		struct why why = { 0 };
		err e = catalogue_recognise(
			&catalogue, str_of(rows[i].path), str_of(rows[i].bytes), &entry, &why);
		bool ambiguous = rows[i].name != NULL && rows[i].name[0] == '\0';
		CHECK(rows[i].row, (e == ERR_CONFLICT) == ambiguous);
		CHECK(rows[i].row, ambiguous == (why.message == MSG_MAPPING_AMBIGUOUS));
		if (!ambiguous)
			CHECK(rows[i].row,
				rows[i].name == NULL
					? entry == NULL
					: entry != NULL &&
						  str_equal(entry->name, str_of(rows[i].name)));
	}
}

TEST(ready_made_mappings_by_name)
{
	AUTO_ARENA arena = arena_create(32 << 20);
	struct catalogue catalogue;

	CHECK("read", catalogue_read(arena, &catalogue, NULL) == OK);
	CHECK("there", catalogue_named(&catalogue, STR("crm-cases")) != NULL);
	CHECK("not there", catalogue_named(&catalogue, STR("crm")) == NULL);
}

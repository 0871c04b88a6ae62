/* tests/base_glob_test.c - what a pattern fits, and what it does not. */
#include "base/glob.h"
#include "test.h"

static const struct {
	const char *pattern, *text;
	bool fits;
} rows[] = {
	{ "", "", true },
	{ "", "a", false },
	{ "a", "", false },
	{ "*", "", true },
	{ "*", "anything at all", true },
	{ "call.*", "call.answered", true },
	{ "call.*", "call.", true },
	{ "call.*", "recall.x", false },
	{ "*.failed", "payment.failed", true },
	{ "*.failed", "payment.failed.twice", false },
	{ "a*b*c", "abc", true },
	{ "a*b*c", "axxbyyc", true },
	{ "a*b*c", "axxbyycb", false },
	{ "a*b", "aab ab", true },
	{ "**", "x", true },
	{ "a**b", "ab", true },
	{ "[a]", "[a]", true },
	{ "[a]", "a", false },
	{ "?", "x", false },
	{ "\\*", "\\x", true },
	{ "caf*", "caf\xc3\xa9", true },
	{ "*a*a*a*a*a*a*a*b", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", false },
};

TEST(glob_fits_rows)
{
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		CHECK(rows[i].pattern,
			glob_fits(str_of(rows[i].pattern), str_of(rows[i].text)) == rows[i].fits);
}

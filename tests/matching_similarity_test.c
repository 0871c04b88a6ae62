/* tests/matching_similarity_test.c - Jaro-Winkler and edits: published values, and the textbook. */
#include "base/random.h"
#include "matching/similarity.h"
#include "test.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* Pairs of Winkler's tables ("String Comparator Metrics", 1990; US Census RR-2006/2), and others;
 * the values by Python's jellyfish 1.3.0, jaro_winkler_similarity and damerau_levenshtein_distance.
 */
TEST(similarity_gives_published_values)
{
	static const struct {
		str a, b;
		double alike;
		unsigned edits;
	} rows[] = {
		{ STR_INIT("martha"), STR_INIT("marhta"), 0.961111, 1 },
		{ STR_INIT("dixon"), STR_INIT("dicksonx"), 0.813333, 4 },
		{ STR_INIT("dwayne"), STR_INIT("duane"), 0.840000, 2 },
		{ STR_INIT("shackleford"), STR_INIT("shackelford"), 0.981818, 1 },
		{ STR_INIT("cunningham"), STR_INIT("cunnigham"), 0.980000, 1 },
		{ STR_INIT("campell"), STR_INIT("campbell"), 0.975000, 1 },
		{ STR_INIT("nichleson"), STR_INIT("nichulson"), 0.955556, 2 },
		{ STR_INIT("massey"), STR_INIT("massie"), 0.933333, 2 },
		{ STR_INIT("abroms"), STR_INIT("abrams"), 0.922222, 1 },
		{ STR_INIT("hardin"), STR_INIT("martinez"), 0.722222, 4 },
		{ STR_INIT("itman"), STR_INIT("smith"), 0.466667, 5 },
		{ STR_INIT("jeraldine"), STR_INIT("geraldine"), 0.925926, 1 },
		{ STR_INIT("michelle"), STR_INIT("michael"), 0.921429, 3 },
		{ STR_INIT("julies"), STR_INIT("julius"), 0.933333, 1 },
		{ STR_INIT("tanya"), STR_INIT("tonya"), 0.880000, 1 },
		{ STR_INIT("jon"), STR_INIT("john"), 0.933333, 1 },
		{ STR_INIT("jon"), STR_INIT("jan"), 0.800000, 1 },
		{ STR_INIT("sean"), STR_INIT("susan"), 0.805000, 2 },
		{ STR_INIT("a"), STR_INIT("b"), 0.000000, 1 },
		{ STR_INIT("abc"), STR_INIT(""), 0.000000, 3 },
		{ STR_INIT("dupont"), STR_INIT("dupond"), 0.933333, 1 },
		{ STR_INIT("elisabeth"), STR_INIT("elizabeth"), 0.948148, 1 },
		{ STR_INIT("ab"), STR_INIT("ba"), 0.000000, 1 },
	};
	struct similarity scratch = { .at = { 0 } };

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		double alike = jaro_winkler(&scratch, rows[i].a, rows[i].b);
		CHECK(rows[i].a.ptr, fabs(alike - rows[i].alike) < 1e-6);
		CHECK(rows[i].a.ptr, jaro_winkler(&scratch, rows[i].b, rows[i].a) == alike);
		CHECK(rows[i].a.ptr, edits(&scratch, rows[i].a, rows[i].b, 9) == rows[i].edits);
		CHECK(rows[i].a.ptr, edits(&scratch, rows[i].b, rows[i].a, 0) == 1);
	}
}

/* ---- the textbook, on random text: short and long, of few letters so that much repeats */

static double plain_jaro_winkler(str a, str b)
{
	bool in_a[128] = { false }, in_b[128] = { false };
	size_t most = MAX_OF(a.len, b.len), window = most / 2 > 0 ? most / 2 - 1 : 0;
	size_t matches = 0, moved = 0, prefix = 0;

	for (size_t j = 0; j < b.len; j++)
		for (size_t i = 0; i < a.len; i++)
			if (!in_a[i] && a.ptr[i] == b.ptr[j] && i + window >= j &&
				j + window >= i) {
				in_a[i] = in_b[j] = true;
				matches++;
				break;
			}
	if (matches == 0)
		return a.len == 0 && b.len == 0;
	for (size_t i = 0, j = 0; i < a.len; i++) {
		if (!in_a[i])
			continue;
		while (!in_b[j])
			j++;
		moved += a.ptr[i] != b.ptr[j++];
	}
	double m = (double)matches;
	size_t swaps = moved / 2; /* whole ones */
	double jaro = (m / (double)a.len + m / (double)b.len + (m - (double)swaps) / m) / 3;
	while (prefix < 4 && prefix < a.len && prefix < b.len && a.ptr[prefix] == b.ptr[prefix])
		prefix++;
	return jaro + 0.1 * (double)prefix * (1 - jaro);
}

static unsigned plain_edits(str a, str b)
{
	static unsigned d[130][130];

	for (size_t i = 0; i <= a.len; i++)
		for (size_t j = 0; j <= b.len; j++) {
			unsigned best = (unsigned)(i + j);
			if (i > 0 && j > 0)
				best = MIN_OF(
					best, d[i - 1][j - 1] + (a.ptr[i - 1] != b.ptr[j - 1]));
			if (i > 0)
				best = MIN_OF(best, d[i - 1][j] + 1);
			if (j > 0)
				best = MIN_OF(best, d[i][j - 1] + 1);
			if (i > 1 && j > 1 && a.ptr[i - 1] == b.ptr[j - 2] &&
				a.ptr[i - 2] == b.ptr[j - 1])
				best = MIN_OF(best, d[i - 2][j - 2] + 1);
			d[i][j] = best;
		}
	return d[a.len][b.len];
}

/* b is a with some changes, or a text of its own. */
static str random_text(struct random *r, char *out, str like)
{
	size_t len = random_below(r, 8) == 0 ? random_below(r, 128) : random_below(r, 14);

	if (like.len > 0 && random_below(r, 2) == 0) {
		memcpy(out, like.ptr, like.len);
		for (uint64_t n = random_below(r, 3); n > 0; n--)
			out[random_below(r, like.len)] = (char)('a' + random_below(r, 4));
		return (str){ out, like.len - random_below(r, 2) };
	}
	for (size_t i = 0; i < len; i++)
		out[i] = (char)('a' + random_below(r, 4));
	return (str){ out, len };
}

TEST(similarity_equals_the_textbook)
{
	struct similarity scratch = { .at = { 0 } };
	struct random r = random_of(5);
	char x[128], y[128];

	for (int i = 0; i < 20000; i++) {
		str a = random_text(&r, x, (str){ NULL, 0 }), b = random_text(&r, y, a), c = a,
		    d = b;
		if (a.len > b.len || (a.len == b.len && str_compare(a, b) > 0)) {
			c = b;
			d = a;
		}
		double alike = jaro_winkler(&scratch, a, b);
		unsigned apart = plain_edits(a, b);
		CHECK("as the textbook", fabs(alike - plain_jaro_winkler(c, d)) < 1e-12);
		CHECK("edits", edits(&scratch, a, b, 200) == apart);
		CHECK("edits, bounded", edits(&scratch, a, b, 2) == MIN_OF(apart, 3u));
		CHECK("one edit", is_one_edit(a, b) == (apart <= 1));
	}
	for (size_t i = 0; i < ARRAY_LEN(scratch.at); i++)
		CHECK("left as it was", scratch.at[i] == 0);
}

/* ---- letters as bits: never more of them apart than letters are */

static size_t letters_alone(str a, str b)
{
	size_t alone = 0;
	int count[256] = { 0 };

	for (size_t i = 0; i < b.len; i++)
		count[(unsigned char)b.ptr[i]]++;
	for (size_t i = 0; i < a.len; i++)
		alone += count[(unsigned char)a.ptr[i]]-- <= 0;
	return alone;
}

TEST(similarity_letters_are_a_bound)
{
	static const char letters[] = "aabbpqr0123456";
	struct random r = random_of(9);
	char texts[2][24];

	for (int i = 0; i < 20000; i++) {
		str s[2];
		for (size_t t = 0; t < 2; t++) {
			s[t] = (str){ texts[t], random_below(&r, sizeof(texts[t])) };
			for (size_t k = 0; k < s[t].len; k++)
				texts[t][k] = letters[random_below(&r, sizeof(letters) - 1)];
		}
		uint64_t a = letters_of(s[0]), b = letters_of(s[1]);
		CHECK("counted", letters_count(a) == __builtin_popcountll(a));
		CHECK("no more than letters", (size_t)letters_count(a) <= s[0].len);
		CHECK("a bound", (size_t)letters_count(a & ~b) <= letters_alone(s[0], s[1]));
	}
}

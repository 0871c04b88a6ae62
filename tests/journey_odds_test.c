/* tests/journey_odds_test.c - odds ratios, tests, intervals and strata against published values. */
#include "base/random.h"
#include "journey/bits.h"
#include "journey/moments.h"
#include "journey/odds.h"
#include "journey/strata.h"
#include "test.h"

#include <math.h>

static bool near(double a, double b, double by)
{
	return fabs(a - b) <= by;
}

/* R 4.2: fisher.test(matrix(c(a, c, b, d), 2))$p.value */
TEST(fisher_is_that_of_the_books)
{
	static const struct {
		const char *name;
		struct odds_table table;
		double p;
	} rows[] = {
		{ "the lady tasting tea (Fisher 1935)", { 3, 1, 1, 3 }, 0.4857142857 },
		{ "all eight cups", { 4, 0, 0, 4 }, 0.02857142857 },
		{ "convictions of twins (Fisher 1934)", { 2, 15, 10, 3 }, 0.0005367241 },
		{ "studying and not (1, 9, 11, 3)", { 1, 9, 11, 3 }, 0.002759456185 },
		{ "nobody with it", { 0, 0, 5, 5 }, 1 },
		{ "no difference", { 5, 5, 5, 5 }, 1 },
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		CHECK(rows[i].name, near(odds_fisher(&rows[i].table), rows[i].p, 1e-9));
}

/* Smoking and lung cancer, Doll and Hill 1950: 647, 622, 2, 27 men: ratio 14.04 (3.33 to 59.3). */
TEST(odds_ratios_have_woolfs_interval)
{
	const struct odds_table smokers = { 647, 622, 2, 27 }, empty = { 10, 0, 5, 5 };
	struct interval r = odds_ratio(&smokers, 1);

	CHECK("ratio", near(r.value, 14.04, 0.005));
	CHECK("interval", near(r.low, 3.33, 0.005) && near(r.high, 59.30, 0.05));
	r = odds_ratio(&empty, 1); /* Haldane: 10.5 x 5.5 / (0.5 x 5.5) */
	CHECK("an empty cell", near(r.value, 21, 1e-9) && r.low > 0 && isfinite(r.high));
	struct interval wide = odds_ratio(&smokers, 4);
	r = odds_ratio(&smokers, 1);
	CHECK("four times the variance",
		near(log(wide.high / wide.value), 2 * log(r.high / r.value), 1e-9));
}

/* Newcombe 1998, Statistics in Medicine 17: 857 and 873. */
TEST(shares_have_wilsons_and_newcombes_intervals)
{
	static const struct {
		uint64_t part, all;
		double low, high;
	} wilson[] = { { 81, 263, 0.2553, 0.3662 }, { 15, 148, 0.0624, 0.1605 },
		{ 0, 20, 0, 0.1611 }, { 1, 29, 0.0061, 0.1718 }, { 20, 20, 0.8389, 1 } };
	static const struct {
		struct odds_table table;
		double low, high;
	} newcombe[] = { { { 56, 14, 48, 32 }, 0.0524, 0.3339 }, { { 9, 1, 3, 7 }, 0.1705, 0.8090 },
		{ { 6, 1, 2, 5 }, 0.0582, 0.8062 }, { { 5, 51, 0, 29 }, -0.0381, 0.1926 },
		{ { 0, 10, 0, 20 }, -0.1611, 0.2775 }, { { 10, 0, 0, 10 }, 0.6075, 1 } };

	for (size_t i = 0; i < ARRAY_LEN(wilson); i++) {
		struct interval w = share_interval(wilson[i].part, wilson[i].all);
		CHECK("wilson",
			near(w.low, wilson[i].low, 6e-5) && near(w.high, wilson[i].high, 6e-5));
	}
	for (size_t i = 0; i < ARRAY_LEN(newcombe); i++) {
		struct interval d = share_difference(&newcombe[i].table, 1);
		CHECK("newcombe",
			near(d.low, newcombe[i].low, 6e-5) && near(d.high, newcombe[i].high, 6e-5));
	}
}

/* Benjamini and Hochberg 1995, their 15 p values: four are found at 0.05. */
TEST(false_discoveries_are_held_as_published)
{
	double p[] = { 0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459,
		0.3240, 0.4262, 0.5719, 0.6528, 0.7590, 1.0000 };
	size_t found = 0;

	benjamini_hochberg(p, ARRAY_LEN(p), ARRAY_LEN(p));
	for (size_t i = 0; i < ARRAY_LEN(p); i++)
		found += p[i] <= 0.05;
	CHECK("four", found == 4);
	CHECK("their q", near(p[0], 0.0015, 1e-12) && near(p[3], 0.035625, 1e-9));
	double few[] = { 0.001, 0.04 };
	benjamini_hochberg(few, 2, 10); /* the other eight have larger p */
	CHECK("of ten tests", near(few[0], 0.01, 1e-12) && near(few[1], 0.2, 1e-12));
}

/* Admissions to Berkeley, Bickel and others 1975.  R: mantelhaen.test(UCBAdmissions). */
TEST(strata_take_away_what_departments_explain)
{
	static const struct odds_table departments[] = { { 512, 313, 89, 19 }, { 353, 207, 17, 8 },
		{ 120, 205, 202, 391 }, { 138, 279, 131, 244 }, { 53, 138, 94, 299 },
		{ 22, 351, 24, 317 } };
	struct odds_table all = { 0 };

	for (size_t i = 0; i < ARRAY_LEN(departments); i++) {
		all.a += departments[i].a, all.b += departments[i].b;
		all.c += departments[i].c, all.d += departments[i].d;
	}
	CHECK("crude", near(odds_ratio(&all, 1).value, 1.84108, 1e-5));
	struct strata_result r = strata_adjust(departments, ARRAY_LEN(departments), 1);
	CHECK("adjusted", near(r.ratio.value, 0.9046968, 1e-7));
	CHECK("interval",
		near(r.ratio.low, 0.7719074, 1e-7) && near(r.ratio.high, 1.0603298, 1e-7));
	CHECK("p without correction", near(r.p, 0.2169, 5e-4));
	CHECK("most of it is left", r.left > 0.5 && r.left < 1);
}

TEST(strata_of_one_kind_each_leave_nothing)
{
	static const struct odds_table pure[] = { { 5, 5, 0, 0 }, { 0, 0, 5, 5 } };
	struct strata_result r = strata_adjust(pure, 2, 1);

	CHECK("nothing", r.left == 0 && r.ratio.value == 1 && isinf(r.ratio.high) && r.p == 1);
}

/* ---- customers as clusters */

TEST(single_cases_have_the_ordinary_variance)
{
	const struct odds_table t = { 30, 70, 50, 350 };
	struct moments one = { 0 }, all = { 0 };

	for (uint64_t i = 0; i < t.a + t.b; i++)
		moments_add(&one, 1, i < t.a, 0, 0);
	for (uint64_t i = 0; i < t.c + t.d; i++)
		moments_add(&one, 0, 0, 1, i < t.c);
	moments_add_singles(&all, &t);
	CHECK("means", moments_mean1(&one) == 0.3 && moments_mean0(&one) == 0.125);
	CHECK("design", near(moments_design(&one), 1, 1e-12));
	struct interval a = moments_difference(&one), b = moments_difference(&all);
	CHECK("at once", a.low == b.low && a.high == b.high);
	double error = sqrt(0.3 * 0.7 / 100 + 0.125 * 0.875 / 400);
	CHECK("interval", near(a.high - a.value, NORMAL_95 * error, 1e-12));
}

/* Each customer four times the same: as if there were a quarter of the cases. */
TEST(copies_are_no_witnesses)
{
	struct moments m = { 0 };

	for (int i = 0; i < 100; i++)
		moments_add(&m, 4, i < 30 ? 4 : 0, 0, 0);
	for (int i = 0; i < 400; i++)
		moments_add(&m, 0, 0, 4, i < 50 ? 4 : 0);
	CHECK("four", near(moments_design(&m), 4, 1e-9));
}

/* ---- bits */

TEST(sets_are_counted_as_one_by_one)
{
	struct random random = random_of(3);
	uint64_t one[20], two[20];

	for (int round = 0; round < 200; round++) {
		size_t cases = 1 + random_below(&random, 1279),
		       suffered = random_below(&random, cases + 1);
		uint64_t all = 0, first = 0;
		for (size_t i = 0; i < ARRAY_LEN(one); i++)
			one[i] = two[i] = 0;
		for (size_t i = 0; i < cases; i++) {
			bool a = random_below(&random, 3) == 0, b = random_below(&random, 2) == 0;
			if (a)
				bits_add(one, i);
			if (b)
				bits_add(two, i);
			all += a && b;
			first += a && b && i < suffered;
		}
		struct bits_counts c = bits_count_both(one, two, cases, suffered);
		CHECK("both", c.all == all && c.suffered == first);
	}
}

/* tests/demo_people_test.c - customers made from a seed: alike each time, apart from each other,
 * with the shares that people.h promises. */
#include "demo/people.h"

#include "base/timestamp.h"
#include "demo/chance.h"
#include "test.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { CROWD = 20000 };
#define START_MS INT64_C(1767222000000) /* 2026-01-01, midnight in Paris */

static const struct people crowd = {
	.seed = 1,
	.count = CROWD,
	.start_ms = START_MS,
	.days = 365,
	.moves = 0.09,
	.android_7_4 = 0.08,
	.english = 0.08,
};

static bool near(double value, double expected, double part)
{
	return fabs(value - expected) <= expected * part;
}

static int compare_texts(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

enum identifier { ACCOUNT, USER_ID, EMAIL_0, EMAIL_1, MOBILE };

static void add_identifier(enum identifier what, uint32_t number, struct strbuf *out)
{
	struct person p;

	people_person(&crowd, number, START_MS, &p);
	switch (what) {
	case ACCOUNT:
		p.account_holder = number;
		person_add_account(&crowd, &p, out);
		break;
	case USER_ID:
		person_add_user_id(&p, out);
		break;
	case EMAIL_0:
	case EMAIL_1:
		person_add_email(&p, what == EMAIL_0 ? 0 : 1, out);
		break;
	case MOBILE:
		person_add_line(&p, 0, out);
		break;
	}
}

TEST(people_have_identifiers_of_their_own)
{
	for (int what = ACCOUNT; what <= MOBILE; what++) {
		char **texts = calloc(CROWD, sizeof(*texts));
		ASSERT(texts != NULL);
		for (uint32_t i = 0; i < CROWD; i++) {
			struct strbuf text = strbuf_heap(200);
			add_identifier((enum identifier)what, i, &text);
			strbuf_add_byte(&text, '\0');
			ASSERT(strbuf_ok(&text) &&
				str_is_text(str_upto(strbuf_str(&text), text.len - 1)));
			texts[i] = text.ptr;
		}
		qsort(texts, CROWD, sizeof(*texts), compare_texts);
		size_t same = 0;
		for (size_t i = 1; i < CROWD; i++)
			same += strcmp(texts[i - 1], texts[i]) == 0;
		CHECK("nobody shares", same == 0);
		for (size_t i = 0; i < CROWD; i++)
			free(texts[i]);
		free(texts);
	}
}

TEST(people_live_in_households)
{
	uint32_t sizes[HOUSEHOLD_PEOPLE_MAX + 1] = { 0 }, fixed = 0, mobile = 0, moved = 0,
					      young = 0;
	double age = 0;
	struct person p, holder, again;

	for (uint32_t i = 0; i < CROWD; i++) {
		people_person(&crowd, i, START_MS, &p);
		people_person(&crowd, i, START_MS, &again);
		CHECK("alike each time", memcmp(&p, &again, sizeof(p)) == 0);
		people_person(&crowd, p.household, START_MS, &holder);
		CHECK("the holder lives there", holder.place == 0 &&
							holder.household == p.household &&
							holder.members == p.members);
		CHECK("one address",
			holder.departement == p.departement && holder.street == p.street);
		CHECK("something is bought", p.fixed != PRODUCT_NONE || p.mobile != PRODUCT_NONE);
		CHECK("some account pays",
			p.account_holder == i || p.account_holder == p.household);
		sizes[p.members] += p.place == 0;
		fixed += p.fixed != PRODUCT_NONE;
		mobile += p.mobile != PRODUCT_NONE;
		young += p.age == AGE_UNDER_26;
		age += 2026 - p.birth_year;
		int64_t moves = people_move_ms(&crowd, p.household);
		moved += p.place == 0 && moves != INT64_MAX;
		CHECK("within the year",
			moves == INT64_MAX ||
				(moves >= START_MS && moves < START_MS + 365 * DAY_MS));
	}
	uint32_t households = sizes[1] + sizes[2] + sizes[3] + sizes[4];
	CHECK("everybody has one", sizes[1] + 2 * sizes[2] + 3 * sizes[3] + 4 * sizes[4] == CROWD);
	CHECK("singles", near(sizes[1], households * 45 / 67.0, 0.06));
	CHECK("fixed lines", near(fixed, CROWD * 0.5, 0.1));
	CHECK("mobile lines", near(mobile, CROWD * 0.8, 0.1));
	CHECK("nine in a hundred move", near(moved, households * 0.09, 0.1));
	CHECK("mean age", near(age / CROWD, 46, 0.08));
	CHECK("the young", near(young, CROWD * 0.13, 0.3));
}

TEST(people_have_devices_that_may_be_shared)
{
	uint32_t old = 0, android = 0, shared = 0, apps = 0;

	for (uint32_t i = 0; i < CROWD; i++) {
		struct person p, holder;
		struct device d, his;
		people_person(&crowd, i, START_MS, &p);
		person_device(&crowd, &p, 0, &d);
		CHECK("a phone is one's own", !d.shared);
		android += d.system == SYSTEM_ANDROID;
		old += d.version_major == 7;
		apps += d.app_major > 0;
		if (p.devices < 2 || p.place == 0)
			continue;
		person_device(&crowd, &p, 1, &d);
		people_person(&crowd, p.household, START_MS, &holder);
		person_device(&crowd, &holder, 1, &his);
		CHECK("a shared one is the same", d.shared == (memcmp(&d, &his, sizeof(d)) == 0));
		shared += d.shared;
	}
	CHECK("Android", near(android, CROWD * 0.72, 0.03));
	CHECK("Android 7.4", near(old, android * 0.08, 0.12));
	CHECK("applications", near(apps, CROWD * 0.7, 0.03));
	CHECK("shared", shared > CROWD / 20);
}

TEST(people_clear_their_cookies_not_their_applications)
{
	struct person p;
	struct device d;
	uint64_t first[2], later[2], app[2], app_later[2];

	people_person(&crowd, 5, START_MS, &p);
	person_device(&crowd, &p, 0, &d);
	device_cookie(&d, false, START_MS, first);
	device_cookie(&d, false, START_MS + 345 * DAY_MS, later);
	device_cookie(&d, true, START_MS, app);
	device_cookie(&d, true, START_MS + 345 * DAY_MS, app_later);
	CHECK("the browser", first[0] != later[0]);
	CHECK("the application", app[0] == app_later[0] && app[1] == app_later[1]);
	CHECK("apart", app[0] != first[0]);
}

TEST(people_type_badly)
{
	static const struct {
		const char *text;
		size_t least, most;
	} rows[] = { { "martin", 5, 7 }, { "Lefèvre", 6, 9 }, { "a", 1, 1 }, { "", 0, 0 },
		{ "ab", 1, 3 }, { "éé", 2, 3 } };

	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		for (uint64_t seed = 0; seed < 200; seed++) {
			struct strbuf out = strbuf_heap(100);
			people_add_typo(str_of(rows[i].text), seed, &out);
			CHECK(rows[i].text, strbuf_ok(&out) && str_is_utf8(strbuf_str(&out)) &&
						    out.len >= rows[i].least &&
						    out.len <= rows[i].most);
			strbuf_done(&out);
		}
}

TEST(people_spell_phone_numbers)
{
	static const char *const spellings[] = { "06 12 34 56 78", "0612345678", "06.12.34.56.78",
		"+33 6 12 34 56 78", "0033612345678" };
	bool seen[ARRAY_LEN(spellings)] = { false };
	struct strbuf out = strbuf_heap(100);

	for (uint64_t seed = 0; seed < 100; seed++) {
		bool known = false;
		strbuf_clear(&out);
		people_add_phone_spelling(STR("+33612345678"), seed, &out);
		for (size_t i = 0; i < ARRAY_LEN(spellings); i++)
			if (str_equal(strbuf_str(&out), str_of(spellings[i])))
				known = seen[i] = true;
		CHECK("one of them", known);
	}
	for (size_t i = 0; i < ARRAY_LEN(spellings); i++)
		CHECK(spellings[i], seen[i]);
	strbuf_clear(&out);
	people_add_phone_spelling(STR("+4420123"), 1, &out);
	CHECK("foreign", str_equal(strbuf_str(&out), STR("+4420123")));
	strbuf_done(&out);
}

TEST(places_are_whole)
{
	double sum = 0;

	for (unsigned i = 0; i < DEPARTEMENTS; i++) {
		sum += departement_share(i);
		for (unsigned j = 0; j < TOWNS_PER_DEPARTEMENT; j++)
			CHECK("a postcode",
				town_postcode(i, j).len == 5 && town_name(i, j).len > 1);
		CHECK("a zone", strchr("ABC-", school_zone(i)) != NULL);
	}
	CHECK("shares", near(sum, 1, 1e-9));
	CHECK("first and last", departement_at(0) == 0 && departement_at(0.999999) == 95);
	CHECK("Corsica", str_equal(departement_code(19), STR("2A")));
}

TEST(chance_is_what_it_says)
{
	enum { N = 40000 };
	struct random random = random_of(3);
	double sum = 0, squares = 0, waits = 0, sizes = 0, counts = 0;
	uint32_t picks[3] = { 0 };
	static const double weights[] = { 1, 0, 3 };

	double x = 1e-6;
	while (x < 1e6) {
		CHECK("ln", fabs(chance_ln(x) - log(x)) < 1e-12);
		CHECK("exp", near(chance_exp(log(x)), x, 1e-12));
		x *= 1.7;
	}
	for (int i = 0; i < N; i++) {
		double z = chance_normal(&random);
		sum += z;
		squares += z * z;
		waits += chance_exponential(&random, 5);
		sizes += chance_lognormal(&random, 3, 0.8);
		counts += chance_poisson(&random, 2.4);
		picks[chance_pick(&random, weights, 3)]++;
	}
	CHECK("normal", fabs(sum / N) < 0.02 && near(squares / N, 1, 0.03));
	CHECK("exponential", near(waits / N, 5, 0.03));
	CHECK("log-normal", near(sizes / N, 3, 0.04));
	CHECK("Poisson", near(counts / N, 2.4, 0.02));
	CHECK("pick", near(picks[2], N * 0.75, 0.02) && picks[1] == 0);
}

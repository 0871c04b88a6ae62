/* demo/people.c - who customer number n is; see people.h
 *
 * Numbers are cut into blocks of BLOCK; a block's own random bits choose how it falls into
 * households, so that nobody must be asked who lives with whom.
 */
#include "demo/people.h"
#include "base/timestamp.h"

enum { BLOCK = 12, BLOCK_PATTERNS = 8 };

/* Purposes of a person's and of a household's random bits. */
enum {
	DRAW_AGE = 1,
	DRAW_YEAR,
	DRAW_SEX,
	DRAW_FIRST_NAME,
	DRAW_FAMILY_NAME,
	DRAW_FIXED,
	DRAW_MOBILE,
	DRAW_TARIFF,
	DRAW_OWN_ACCOUNT,
	DRAW_EMAILS,
	DRAW_DEVICES,
	DRAW_ENGLISH,
	DRAW_PLACE,
	DRAW_STREET,
	DRAW_MOVES,
	DRAW_MOVE_DAY,
	DRAW_MOVED_FAR,
	DRAW_ADDRESS_AFTER = 100, /* added to purposes of the new address */
	DRAW_BILL_CYCLE = 1002,
};

/* Sizes of the households of a block, each row summing to BLOCK: one in two people lives alone
 * among our customers, as one account of an operator is often one line. */
static const uint8_t patterns[BLOCK_PATTERNS][BLOCK] = {
	{ 1, 1, 2, 1, 1, 2, 1, 3 },
	{ 2, 1, 1, 1, 2, 1, 2, 1, 1 },
	{ 1, 2, 2, 1, 1, 4, 1 },
	{ 1, 1, 1, 1, 3, 2, 1, 2 },
	{ 2, 2, 1, 1, 1, 1, 1, 1, 1, 1 },
	{ 1, 3, 1, 2, 1, 1, 2, 1 },
	{ 4, 1, 1, 2, 1, 1, 1, 1 },
	{ 1, 1, 2, 2, 1, 1, 1, 2, 1 },
};

uint64_t people_draw(uint64_t key, uint32_t purpose)
{
	uint64_t z = key + (purpose + (uint64_t)1) * 0x9e3779b97f4a7c15u; /* splitmix64 */

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
	z = (z ^ z >> 27) * 0x94d049bb133111ebu;
	return z ^ z >> 31;
}

double people_unit(uint64_t key, uint32_t purpose)
{
	return (double)(people_draw(key, purpose) >> 11) * 0x1.0p-53;
}

static uint64_t person_key(const struct people *people, uint32_t number)
{
	return people_draw(people->seed * 2 + 1, number);
}

static uint64_t household_key(const struct people *people, uint32_t holder)
{
	return people_draw(people->seed * 2 + 2, holder);
}

static void find_household(const struct people *people, uint32_t number, struct person *out)
{
	uint32_t block = number / BLOCK, first = block * BLOCK;
	const uint8_t *sizes = patterns[people_draw(~people->seed, block) % BLOCK_PATTERNS];

	while (number >= first + *sizes)
		first += *sizes++;
	out->household = first;
	out->place = (uint8_t)(number - first);
	out->members = (uint8_t)MIN_OF((uint32_t)*sizes, people->count - first);
}

static enum age_band adult_band(uint64_t key)
{
	static const double up_to[] = { 0.10, 0.34, 0.68, 0.90 };
	double u = people_unit(key, DRAW_AGE);
	unsigned band = 0;

	while (band < ARRAY_LEN(up_to) && u >= up_to[band])
		band++;
	return (enum age_band)band;
}

static unsigned age_within(enum age_band band, uint64_t key)
{
	static const struct {
		unsigned from, years;
	} bands[] = { { 18, 8 }, { 26, 14 }, { 40, 20 }, { 60, 15 }, { 75, 19 } };

	return bands[band].from + (unsigned)(people_draw(key, DRAW_YEAR) % bands[band].years);
}

static enum age_band band_of(unsigned age)
{
	return age < 26   ? AGE_UNDER_26
	       : age < 40 ? AGE_26_39
	       : age < 60 ? AGE_40_59
	       : age < 75 ? AGE_60_74
			  : AGE_75_UP;
}

/* A second member is the holder's partner, later ones are their children. */
static unsigned age_of(const struct people *people, const struct person *p)
{
	uint64_t holder = person_key(people, p->household);
	unsigned age = age_within(adult_band(holder), holder);

	if (p->members > 2) /* parents of children who have phones */
		age = 38 + age % 22;
	if (p->place == 1)
		age = MAX_OF(age + (unsigned)(people_draw(p->key, DRAW_YEAR) % 9) - 4, 18u);
	if (p->place > 1)
		age = 14 + (unsigned)(people_draw(p->key, DRAW_YEAR) % 10);
	return age;
}

static int64_t year_of(int64_t time_ms)
{
	int64_t year;
	int month, day;

	date_of_days((time_ms + DAY_MS / 2) / DAY_MS, &year, &month, &day);
	return year;
}

static void find_contracts(uint64_t house, struct person *p)
{
	double fixed = people_unit(house, DRAW_FIXED), tariff = people_unit(p->key, DRAW_TARIFF);

	if (p->place == 0 && fixed < (p->members > 1 ? 0.86 : 0.62))
		p->fixed = people_unit(house, DRAW_TARIFF) < 0.74   ? PRODUCT_FIBRE
			   : people_unit(house, DRAW_TARIFF) < 0.93 ? PRODUCT_ADSL
								    : PRODUCT_BOX_4G;
	if (p->place > 0 || p->fixed == PRODUCT_NONE || people_unit(p->key, DRAW_MOBILE) < 0.68)
		p->mobile = tariff < 0.35   ? PRODUCT_MOBILE_SMALL
			    : tariff < 0.80 ? PRODUCT_MOBILE_MIDDLE
					    : PRODUCT_MOBILE_LARGE;
	bool child = p->place > 1, own = people_unit(p->key, DRAW_OWN_ACCOUNT) < 0.6;
	p->account_holder = p->place > 0 && (child || !own) ? p->household : p->number;
}

static void find_names(const struct people *people, uint64_t house, struct person *p)
{
	/* A partner may have a name of his own, children have the holder's. */
	uint64_t family =
		p->place == 1 && people_unit(p->key, DRAW_FAMILY_NAME) < 0.35 ? p->key : house;

	p->family_name = (uint16_t)(people_draw(family, DRAW_FAMILY_NAME) >> 48);
	p->first_name = (uint16_t)(people_draw(p->key, DRAW_FIRST_NAME) >> 48);
	if (p->place == 1) { /* nine couples of ten are a woman and a man */
		uint64_t holder = person_key(people, p->household);
		bool same = people_unit(p->key, DRAW_SEX) < 0.1;
		p->female = ((people_draw(holder, DRAW_SEX) & 1) != 0) == same;
	} else {
		p->female = (people_draw(p->key, DRAW_SEX) & 1) != 0;
	}
}

static int64_t days_off_summer(int64_t time_ms)
{
	int64_t days = (time_ms + DAY_MS / 2) / DAY_MS,
		summer = days_of_date(year_of(time_ms), 7, 15);

	return days < summer ? summer - days : days - summer;
}

int64_t people_move_ms(const struct people *people, uint32_t household)
{
	uint64_t house = household_key(people, household);
	double years = people->days / 365.25;

	if (people_unit(house, DRAW_MOVES) >= people->moves * years)
		return INT64_MAX;
	/* People move in summer: of two days drawn, the one nearer to 15 July. */
	int64_t best = 0, best_off = INT64_MAX;
	for (uint32_t i = 0; i < 2; i++) {
		uint64_t draw = people_draw(house, DRAW_MOVE_DAY + 50 * i);
		int64_t day = (int64_t)(draw % MAX_OF(people->days, 1u));
		int64_t off = days_off_summer(people->start_ms + day * DAY_MS);
		if (off < best_off) {
			best = day;
			best_off = off;
		}
	}
	return people->start_ms + best * DAY_MS;
}

static void find_address(
	const struct people *people, uint64_t house, int64_t time_ms, struct person *p)
{
	int64_t moves_ms = people_move_ms(people, p->household);
	p->moved = time_ms >= moves_ms;
	uint32_t after = p->moved ? DRAW_ADDRESS_AFTER : 0;
	bool far = p->moved && people_unit(house, DRAW_MOVED_FAR) < 0.4;
	uint64_t street = people_draw(house, DRAW_STREET + after);

	p->departement =
		(uint8_t)departement_at(people_unit(house, DRAW_PLACE + (far ? after : 0)));
	p->town = (uint8_t)(street % 7 < 4 ? 0 : street % 7 < 6 ? 1 : 2);
	p->street = (uint16_t)(street >> 48);
	p->house_number = (uint16_t)(1 + (street >> 32) % 90);
}

const int bill_days[BILL_CYCLES] = { 1, 5, 9, 13, 17 };

unsigned person_bill_cycle(const struct person *person)
{
	return (unsigned)(people_draw(person->key, DRAW_BILL_CYCLE) % BILL_CYCLES);
}

void people_person(
	const struct people *people, uint32_t number, int64_t time_ms, struct person *out)
{
	ASSERT(number < people->count);
	struct person p = { .number = number, .key = person_key(people, number) };

	find_household(people, number, &p);
	uint64_t house = household_key(people, p.household);
	unsigned age = age_of(people, &p);
	p.birth_year = (uint16_t)(year_of(people->start_ms) - age);
	p.age = band_of(age);
	p.english = people_unit(house, DRAW_ENGLISH) < people->english;
	find_names(people, house, &p);
	find_contracts(house, &p);
	find_address(people, house, time_ms, &p);
	double more = people_unit(p.key, DRAW_EMAILS);
	p.emails = (uint8_t)(more < 0.6 ? 1 : more < 0.9 ? 2 : 3);
	if (p.members == 1 && p.emails == 3)
		p.emails = 2; /* the third is the family's */
	p.lines = people_unit(p.key, DRAW_EMAILS + 50) < 0.3 ? 3 : 2;
	uint64_t devices = people_draw(p.key, DRAW_DEVICES);
	p.devices = (uint8_t)(devices % 10 < 3 ? 1 : devices % 10 < 7 ? 2 : 3);
	*out = p;
}

/* demo/people_places.c - departements, regions, towns; see people.h */
#include "demo/people.h"

struct place {
	str code, name, region;
	char zone;
	uint16_t thousands;
	struct {
		str name, postcode;
	} towns[TOWNS_PER_DEPARTEMENT];
};

/* clang-format off */
#define P(code, name, region, zone, thousands, a, code_a, b, code_b, c, code_c) \
	{ STR_INIT(code), STR_INIT(name), STR_INIT(region), zone, thousands, \
		{ { STR_INIT(a), STR_INIT(code_a) }, { STR_INIT(b), STR_INIT(code_b) }, \
			{ STR_INIT(c), STR_INIT(code_c) } } },
static const struct place places[DEPARTEMENTS] = {
#include "demo/places.def"
};
#undef P
/* clang-format on */

static const struct place *place_of(unsigned departement)
{
	ASSERT(departement < DEPARTEMENTS);
	return &places[departement];
}

str departement_code(unsigned departement)
{
	return place_of(departement)->code;
}

str departement_name(unsigned departement)
{
	return place_of(departement)->name;
}

str region_name(unsigned departement)
{
	return place_of(departement)->region;
}

char school_zone(unsigned departement)
{
	return place_of(departement)->zone;
}

str town_name(unsigned departement, unsigned town)
{
	ASSERT(town < TOWNS_PER_DEPARTEMENT);
	return place_of(departement)->towns[town].name;
}

str town_postcode(unsigned departement, unsigned town)
{
	ASSERT(town < TOWNS_PER_DEPARTEMENT);
	return place_of(departement)->towns[town].postcode;
}

static unsigned inhabitants(void)
{
	unsigned sum = 0;

	for (unsigned i = 0; i < DEPARTEMENTS; i++)
		sum += places[i].thousands;
	return sum;
}

double departement_share(unsigned departement)
{
	return (double)place_of(departement)->thousands / inhabitants();
}

unsigned departement_at(double share)
{
	unsigned left = (unsigned)(share * inhabitants());

	for (unsigned i = 0; i < DEPARTEMENTS; i++) {
		if (left < places[i].thousands)
			return i;
		left -= places[i].thousands;
	}
	return DEPARTEMENTS - 1;
}

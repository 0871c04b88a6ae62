/* demo/people.h - who customer number n is, from the seed alone.
 *
 * Nothing is stored: names, household, address, numbers and devices of a customer are functions of
 * (seed, number), and the same wherever and whenever they are asked for.  Numbers run from 0 to
 * count - 1; people with neighbouring numbers may live in one household.  A household has one to
 * four customers, its first member (the lowest number) is the holder: he holds the fixed line and
 * gives the household its number and address.  Where the truth about a person changes with time (a
 * move, a new cookie), the function takes the time.
 *
 * Threads: a struct people is an immutable value; everything here is pure.
 */
#pragma once

#include "base/why.h"

enum {
	PEOPLE_MAX = 20000000,
	HOUSEHOLD_PEOPLE_MAX = 4,
	PERSON_EMAILS_MAX = 3,
	PERSON_LINES_MAX = 3,
	PERSON_DEVICES_MAX = 4,
	DEPARTEMENTS = 96, /* metropolitan France; index 0 to 95 */
	TOWNS_PER_DEPARTEMENT = 3,
};

struct people {
	uint64_t seed;
	uint32_t count;
	int64_t start_ms; /* of the simulated time, midnight in Paris */
	uint32_t days; /* simulated */
	double moves; /* share of households that move in a year */
	double android_7_4; /* share of Android phones with that version */
	double english; /* share of households that speak English */
};

enum product {
	PRODUCT_NONE,
	PRODUCT_FIBRE,
	PRODUCT_ADSL,
	PRODUCT_BOX_4G,
	PRODUCT_MOBILE_SMALL,
	PRODUCT_MOBILE_MIDDLE,
	PRODUCT_MOBILE_LARGE,
	PRODUCT_HANDSET,
	PRODUCT_TV_CHANNEL,
	PRODUCT_OPTION,
	PRODUCT_SIM,
	PRODUCT_COUNT_
};
str product_name(enum product product); /* as on a bill: "Fibre 1 Gb/s" */
int32_t product_cents(enum product product); /* a month, or once for things */

enum age_band { AGE_UNDER_26, AGE_26_39, AGE_40_59, AGE_60_74, AGE_75_UP, AGE_BAND_COUNT_ };

struct person {
	uint32_t number;
	uint32_t household; /* number of its holder */
	uint32_t account_holder; /* whose account pays: himself, or the holder of the household */
	uint8_t place, members; /* 0: the holder; customers in the household */
	uint16_t birth_year;
	enum age_band age;
	bool female, english;
	uint16_t first_name, family_name; /* of the tables in names.def */
	enum product fixed, mobile; /* PRODUCT_NONE: not with us */
	uint8_t departement, town; /* at the time asked for */
	uint16_t street, house_number;
	bool moved; /* within the simulated time, before the time asked for */
	uint8_t emails, lines, devices; /* how many he has */
	uint64_t key; /* random bits of this person, to draw from with people_draw() */
};

/* `time_ms` decides the address.  number < count. */
void people_person(
	const struct people *people, uint32_t number, int64_t time_ms, struct person *out);
/* When the household moves within the simulated time, or INT64_MAX. */
int64_t people_move_ms(const struct people *people, uint32_t household);
/* 64 random bits for (key, purpose): the way to derive more without storing it. */
uint64_t people_draw(uint64_t key, uint32_t purpose);
/* The same as a number in [0, 1). */
double people_unit(uint64_t key, uint32_t purpose);

/* Bills are issued on one of these days of the month, by the account. */
enum { BILL_CYCLES = 5, PROMOTION_CENTS = 1000, BILL_CENTS_MIN = 199 };
extern const int bill_days[BILL_CYCLES];
unsigned person_bill_cycle(const struct person *person);

/* ---- places */
str departement_code(unsigned departement); /* "2A", "34" */
str departement_name(unsigned departement);
str region_name(unsigned departement); /* "Occitanie" */
char school_zone(unsigned departement); /* 'A', 'B', 'C', or '-' for Corsica */
str town_name(unsigned departement, unsigned town);
str town_postcode(unsigned departement, unsigned town);
double departement_share(unsigned departement); /* of the population; sums to 1 */
unsigned departement_at(double share); /* where that share of the population, in [0, 1), ends */

/* ---- identifiers, as the company's master data has them; appended to `out` */
str person_first_name(const struct person *person);
str person_family_name(const struct person *person); /* "Lefèvre" */
void person_add_street(const struct person *person, struct strbuf *out); /* "12 rue des Lilas" */
/* Ten digits with a check digit, "1038224517"; one per account_holder. */
void person_add_account(
	const struct people *people, const struct person *person, struct strbuf *out);
void person_add_user_id(const struct person *person, struct strbuf *out); /* "u-" + 12 digits */
/* email 0: the contract's; others are used now and then.  Different people, different addresses,
 * but for one household address in some families (email 2). */
void person_add_email(const struct person *person, unsigned email, struct strbuf *out);
/* line 0: his mobile phone, in E.164 "+336..."; 1: the household's fixed line, shared by all its
 * members; 2: the phone at work, shared by colleagues and not known to the
 * company. */
void person_add_line(const struct person *person, unsigned line, struct strbuf *out);
/* A handle such as "marie_lefevre34" for a network (happening.h). */
void person_add_handle(const struct person *person, unsigned network, struct strbuf *out);

enum system {
	SYSTEM_ANDROID,
	SYSTEM_IOS,
	SYSTEM_WINDOWS,
	SYSTEM_MACOS,
	SYSTEM_COUNT_,
};

/* device 0: his own phone; then a computer and a tablet, which a household may share: shared
 * devices have the same id and cookie for all who use them. */
struct device {
	uint64_t id[2]; /* of the application's installation */
	enum system system;
	uint8_t version_major, version_minor;
	uint8_t app_major, app_minor; /* of our application; 0.0 where it is not installed */
	uint8_t browser; /* 0 Chrome, 1 Safari, 2 Firefox, 3 Edge */
	uint8_t model; /* a number below 8, of the models of that system */
	bool shared;
	bool is_tablet;
};
void person_device(const struct people *people, const struct person *person, unsigned device,
	struct device *out);
/* The anonymous id of the browser or application on a device at a time: cookies are cleared every
 * few months, an application's installation lasts. */
void device_cookie(
	const struct device *device, bool app, int64_t time_ms, uint64_t cookie[static 2]);

/* ---- as people type it */
/* `text` (UTF-8) with one slip of the hand that `seed` chooses: two letters changed round, one
 * missing, one twice, an accent forgotten, a neighbour on an AZERTY keyboard. */
void people_add_typo(str text, uint64_t seed, struct strbuf *out);
/* A phone number in E.164 as forms and agents write it: "06 12 34 56 78", "0612345678",
 * "06.12.34.56.78", "+33 6 12 34 56 78", "0033612345678". */
void people_add_phone_spelling(str e164, uint64_t seed, struct strbuf *out);

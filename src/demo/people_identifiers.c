/* demo/people_identifiers.c - names, addresses, numbers and devices of a customer; see people.h
 *
 * What must be unique (accounts, lines, addresses of mail) is made from the customer's number by
 * a permutation of the numbers below a power of ten: multiplication by a prime and addition.
 */
#include "demo/people.h"

#include "base/timestamp.h"

#include <string.h>

enum {
	DRAW_EMAIL = 300,
	DRAW_DOMAIN = 310,
	DRAW_WORK = 320,
	DRAW_HANDLE = 330,
	DRAW_DEVICE = 340,
	DIGITS = 100000000, /* of eight digits */
	TABLE_SHARES = 65536, /* first_name and family_name are shares of their tables */
	COLLEAGUES = 40,
};

enum name_age { OLD, MIDDLE, YOUNG, NAME_AGES };

static const str family_names[] = {
#define FAMILY(name) STR_INIT(name),
#define ENGLISH_FAMILY(name)
#define MAN(name, age)
#define WOMAN(name, age)
#define ENGLISH_MAN(name)
#define ENGLISH_WOMAN(name)
#define STREET(name)
#include "demo/names.def"
};
#undef FAMILY
#undef ENGLISH_FAMILY
#define FAMILY(name)
#define ENGLISH_FAMILY(name) STR_INIT(name),
static const str english_family_names[] = {
#include "demo/names.def"
};
#undef ENGLISH_FAMILY
#define ENGLISH_FAMILY(name)
#undef STREET
#define STREET(name) STR_INIT(name),
static const str streets[] = {
#include "demo/names.def"
};
#undef STREET
#define STREET(name)
#undef ENGLISH_MAN
#define ENGLISH_MAN(name) STR_INIT(name),
static const str english_men[] = {
#include "demo/names.def"
};
#undef ENGLISH_MAN
#define ENGLISH_MAN(name)
#undef ENGLISH_WOMAN
#define ENGLISH_WOMAN(name) STR_INIT(name),
static const str english_women[] = {
#include "demo/names.def"
};
#undef ENGLISH_WOMAN
#define ENGLISH_WOMAN(name)

struct first_name {
	str name;
	enum name_age age;
};
#undef MAN
#define MAN(name, age) { STR_INIT(name), age },
static const struct first_name men[] = {
#include "demo/names.def"
};
#undef MAN
#define MAN(name, age)
#undef WOMAN
#define WOMAN(name, age) { STR_INIT(name), age },
static const struct first_name women[] = {
#include "demo/names.def"
};

/* Index below `count` for a share of 65536; the first names of a table are the frequent ones. */
static size_t frequent_first(uint16_t share, size_t count)
{
	uint64_t square = (uint64_t)share * share; /* below 2^32 */

	return (size_t)(square * count >> 32);
}

str person_family_name(const struct person *p)
{
	size_t french = frequent_first(p->family_name, ARRAY_LEN(family_names));

	if (!p->english)
		return family_names[french];
	return english_family_names[frequent_first(
		p->family_name, ARRAY_LEN(english_family_names))];
}

/* Names of an age stand together in their table. */
static str name_of_age(
	const struct first_name *names, size_t count, enum name_age age, uint16_t share)
{
	size_t first = 0, end;

	while (first < count && names[first].age != age)
		first++;
	for (end = first; end < count && names[end].age == age; end++)
		;
	return names[first + frequent_first(share, end - first)].name;
}

str person_first_name(const struct person *p)
{
	enum name_age age = p->birth_year < 1955 ? OLD : p->birth_year < 1986 ? MIDDLE : YOUNG;

	if (p->english)
		return p->female
			       ? english_women[frequent_first(
					 p->first_name, ARRAY_LEN(english_women))]
			       : english_men[frequent_first(p->first_name, ARRAY_LEN(english_men))];
	return p->female ? name_of_age(women, ARRAY_LEN(women), age, p->first_name)
			 : name_of_age(men, ARRAY_LEN(men), age, p->first_name);
}

void person_add_street(const struct person *p, struct strbuf *out)
{
	strbuf_add_int(out, p->house_number);
	strbuf_add_byte(out, ' ');
	strbuf_add(out, streets[(size_t)p->street * ARRAY_LEN(streets) / TABLE_SHARES]);
}

/* `number` with `digits` digits, leading zeros. */
static void add_digits(struct strbuf *out, uint64_t number, unsigned digits)
{
	char text[20];

	ASSERT(digits <= sizeof(text));
	for (unsigned i = digits; i > 0; i--) {
		text[i - 1] = (char)('0' + number % 10);
		number /= 10;
	}
	strbuf_add(out, (str){ text, digits });
}

/* A permutation of the numbers of eight digits. */
static uint64_t scattered(uint32_t number, uint64_t prime, uint64_t seed)
{
	return (number * prime + seed % DIGITS) % DIGITS;
}

/* Luhn's, as cards and accounts have it. */
static unsigned check_digit(uint64_t number)
{
	unsigned sum = 0;

	for (bool doubles = true; number > 0; number /= 10, doubles = !doubles) {
		unsigned digit = (unsigned)(number % 10) * (doubles ? 2 : 1);
		sum += digit > 9 ? digit - 9 : digit;
	}
	return (10 - sum % 10) % 10;
}

void person_add_account(const struct people *people, const struct person *p, struct strbuf *out)
{
	uint64_t number =
		DIGITS + scattered(p->account_holder, 15485863, people_draw(people->seed, 1));

	add_digits(out, number * 10 + check_digit(number), 10);
}

void person_add_user_id(const struct person *p, struct strbuf *out)
{
	strbuf_add(out, STR("u-"));
	add_digits(out, scattered(p->number, 32452843, 0), 8);
	add_digits(out, p->key % 10000, 4);
}

void person_add_line(const struct person *p, unsigned line, struct strbuf *out)
{
	if (line == 0) {
		strbuf_add(out, p->key % 10 < 7 ? STR("+336") : STR("+337"));
		add_digits(out, scattered(p->number, 49979687, 7654321), 8);
	} else if (line == 1) { /* kept in a move: 09 belongs to no region */
		strbuf_add(out, STR("+339"));
		add_digits(out, scattered(p->household, 67867967, 1234567), 8);
	} else { /* a switchboard shows one number for all who work there */
		strbuf_add(out, STR("+331"));
		add_digits(out,
			scattered((uint32_t)(people_draw(p->key, DRAW_WORK) %
					     (p->number / COLLEAGUES + 1)),
				86028121, 2345678),
			8);
	}
}

/* Letters of a name as addresses have them: no accents, no spaces, small. */
static void add_plain(struct strbuf *out, str name)
{
	static const struct {
		str accented;
		char plain;
	} accents[] = { { STR_INIT("é"), 'e' }, { STR_INIT("è"), 'e' }, { STR_INIT("ê"), 'e' },
		{ STR_INIT("ë"), 'e' }, { STR_INIT("É"), 'e' }, { STR_INIT("ï"), 'i' },
		{ STR_INIT("î"), 'i' }, { STR_INIT("ô"), 'o' }, { STR_INIT("ç"), 'c' },
		{ STR_INIT("à"), 'a' }, { STR_INIT("û"), 'u' }, { STR_INIT("Î"), 'i' } };

	while (name.len > 0) {
		char c = name.ptr[0];
		size_t i = 0, take = 1;
		if ((unsigned char)c >= 0x80) {
			while (i < ARRAY_LEN(accents) && !str_starts(name, accents[i].accented))
				i++;
			take = MIN_OF((size_t)2, name.len);
			c = i < ARRAY_LEN(accents) ? accents[i].plain : 'x';
		}
		name = str_from(name, take);
		if (c != ' ' && c != '\'')
			strbuf_add_byte(out, (char)(c >= 'A' && c <= 'Z' ? c + 32 : c));
	}
}

static str domain_of(uint64_t draw, bool at_ours)
{
	static const str domains[] = { STR_INIT("gmail.com"), STR_INIT("gmail.com"),
		STR_INIT("gmail.com"), STR_INIT("orange.fr"), STR_INIT("orange.fr"),
		STR_INIT("hotmail.fr"), STR_INIT("hotmail.com"), STR_INIT("free.fr"),
		STR_INIT("wanadoo.fr"), STR_INIT("sfr.fr"), STR_INIT("laposte.net"),
		STR_INIT("outlook.fr"), STR_INIT("yahoo.fr"), STR_INIT("icloud.com"),
		STR_INIT("live.fr"), STR_INIT("bbox.fr") };

	return at_ours ? STR("ariadis.fr") : domains[draw % ARRAY_LEN(domains)];
}

/* The number at its end makes an address a person's own; '.' or '-' before it tells the first from
 * the second. */
void person_add_email(const struct person *p, unsigned email, struct strbuf *out)
{
	uint64_t draw = people_draw(p->key, DRAW_EMAIL + email);
	str first = person_first_name(p), family = person_family_name(p);
	bool ours = email == 1 && p->key % 3 == 0;

	ASSERT(email < PERSON_EMAILS_MAX);
	if (email == 2) { /* the family's: the same for all its members */
		strbuf_add(out, STR("famille."));
		strbuf_add_int(out, p->household);
		strbuf_add(out, STR("@laposte.net"));
		return;
	}
	switch (draw % 4) {
	case 0:
		add_plain(out, first);
		strbuf_add_byte(out, '.');
		add_plain(out, family);
		break;
	case 1:
		strbuf_add_lower(out, str_upto(first, (unsigned char)first.ptr[0] < 0x80 ? 1 : 0));
		strbuf_add_byte(out, '.');
		add_plain(out, family);
		break;
	case 2:
		add_plain(out, family);
		strbuf_add_byte(out, email == 0 ? '.' : '_');
		add_plain(out, first);
		break;
	default:
		add_plain(out, first);
		add_plain(out, family);
	}
	strbuf_add_byte(out, email == 0 ? '.' : '-');
	strbuf_add_int(out, p->number);
	strbuf_add_byte(out, '@');
	strbuf_add(out, domain_of(people_draw(p->key, DRAW_DOMAIN + email), ours));
}

void person_add_handle(const struct person *p, unsigned network, struct strbuf *out)
{
	uint64_t draw = people_draw(p->key, DRAW_HANDLE + network);

	add_plain(out, person_first_name(p));
	strbuf_add(out, draw % 2 == 0 ? STR("_") : STR(""));
	strbuf_add(out, departement_code(p->departement));
	strbuf_add_byte(out, '_');
	strbuf_add_int(out, p->number);
}

/* ---- devices */

static enum system phone_system(const struct person *p)
{
	return people_unit(p->key, DRAW_DEVICE) < 0.72 ? SYSTEM_ANDROID : SYSTEM_IOS;
}

static void set_version(const struct people *people, uint64_t key, struct device *d)
{
	uint64_t draw = people_draw(key, DRAW_DEVICE + 2);
	bool old = d->system == SYSTEM_ANDROID && !d->is_tablet &&
		   people_unit(key, DRAW_DEVICE + 3) < people->android_7_4;

	switch (d->system) {
	case SYSTEM_ANDROID:
		d->version_major = old ? 7 : (uint8_t)(10 + draw % 6);
		d->version_minor = old ? 4 : 0;
		d->browser = draw % 9 == 0 ? 2 : 0;
		break;
	case SYSTEM_IOS:
		d->version_major = (uint8_t)(16 + draw % 3);
		d->version_minor = (uint8_t)(draw / 8 % 6);
		d->browser = 1;
		break;
	case SYSTEM_WINDOWS:
		d->version_major = draw % 3 == 0 ? 11 : 10;
		d->browser = draw % 5 == 0 ? 2 : draw % 5 == 1 ? 3 : 0;
		break;
	case SYSTEM_MACOS:
	case SYSTEM_COUNT_:
		d->version_major = (uint8_t)(13 + draw % 3);
		d->version_minor = (uint8_t)(draw / 8 % 7);
		d->browser = draw % 3 == 0 ? 0 : 1;
		break;
	}
}

void person_device(
	const struct people *people, const struct person *p, unsigned device, struct device *out)
{
	struct device d = { .is_tablet = device == 2 };
	uint64_t house = people_draw(people->seed * 2 + 3, p->household);
	/* A phone is one's own; computers and tablets stand in the living room. */
	bool shared = p->members > 1 && device > 0 && people_unit(house, device) < 0.6;
	uint64_t key = people_draw(shared ? house : p->key, DRAW_DEVICE + 10 + device);

	ASSERT(device < PERSON_DEVICES_MAX);
	d.shared = shared;
	if (device == 0)
		d.system = phone_system(p);
	else if (d.is_tablet)
		d.system = key % 5 < 3 ? SYSTEM_IOS : SYSTEM_ANDROID;
	else
		d.system = key % 7 < 5 ? SYSTEM_WINDOWS : SYSTEM_MACOS;
	set_version(people, key, &d);
	if (device == 0 && people_unit(p->key, DRAW_DEVICE + 1) < 0.7) {
		uint64_t version = people_draw(key, DRAW_DEVICE + 4);
		d.app_major = version % 5 == 0 ? 5 : 6;
		d.app_minor = (uint8_t)(version / 8 % 4);
	}
	d.model = (uint8_t)(people_draw(key, DRAW_DEVICE + 5) % 8);
	d.id[0] = people_draw(key, DRAW_DEVICE + 6);
	d.id[1] = people_draw(key, DRAW_DEVICE + 7);
	*out = d;
}

void device_cookie(
	const struct device *device, bool app, int64_t time_ms, uint64_t cookie[static 2])
{
	enum { LIFE_DAYS_LEAST = 45, LIFE_DAYS_MORE = 300 };
	uint64_t life = LIFE_DAYS_LEAST + device->id[0] % LIFE_DAYS_MORE;
	uint64_t age = (uint64_t)(time_ms / DAY_MS) + device->id[1] % life;
	uint64_t key = people_draw(device->id[0] ^ device->id[1], app ? 1 : 2);

	if (!app)
		key = people_draw(key, (uint32_t)(age / life));
	cookie[0] = people_draw(key, 1);
	cookie[1] = people_draw(key, 2);
}

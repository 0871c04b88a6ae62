/* tests/main_view_test.c - threads and profiles made for reading, against tests/fixtures/.
 *
 * When the layout changes on purpose: ARIANE_WRITE_FIXTURES=1 build/dev/unit_tests readable
 * writes the fixtures anew; read the difference before committing it. */
#include <stdio.h>
#include <stdlib.h>

#include "base/file.h"
#include "base/zone.h"
#include "main/display.h"
#include "main/profile_view.h"
#include "main/thread_view.h"
#include "test.h"

static const struct attribute page[] = {
	{ STR_INIT("page"), { .kind = VALUE_STRING, .string = STR_INIT("/box/panne") } },
	{ STR_INIT("titre"),
		{ .kind = VALUE_STRING, .string = STR_INIT("Ma box ne répond plus") } },
	{ STR_INIT("sentAt"), /* the line's own time, but for what a delivery takes */
		{ .kind = VALUE_TIME, .time = { 1773500966900, 0, INSTANT_NO_OFFSET } } },
};
static const struct value two[] = { { .kind = VALUE_NULL }, { .kind = VALUE_NULL } };
static const struct attribute many[] = {
	{ STR_INIT("account"), { .kind = VALUE_INTEGER, .integer = 123456789 } },
	{ STR_INIT("amount"), { .kind = VALUE_FLOAT, .number = 12.5 } },
	{ STR_INIT("paid"), { .kind = VALUE_BOOLEAN, .boolean = true } },
	{ STR_INIT("due"),
		{ .kind = VALUE_TIME, .time = { 1773500966000, 0, INSTANT_NO_OFFSET } } },
	{ STR_INIT("lines"), { .kind = VALUE_LIST, .list = { two, 2 } } },
	{ STR_INIT("void"), { .kind = VALUE_NULL } },
	{ STR_INIT("seventh"), { .kind = VALUE_NULL } },
	{ STR_INIT("eighth"), { .kind = VALUE_NULL } },
};

#define AT(ms_) .kind = RECORD_EVENT, .has_time = true, .time = { (ms_), 0, INSTANT_NO_OFFSET }
static const struct record thread[] = {
	{ AT(1773500966000), .channel = STR_INIT("web"), .activity = STR_INIT("Page Viewed"),
		.attributes = page, .attribute_count = ARRAY_LEN(page) },
	{ AT(1773501121000), .channel = STR_INIT("phone"), .activity = STR_INIT("call.answered"),
		.case_id = STR_INIT("C-17"), .interaction = STR_INIT("call-9"),
		.actor = STR_INIT("Paul"),
		.text = STR_INIT("Bonjour,\n\n  ma box ne se connecte plus depuis hier soir, et "
				 "mon voisin a "
				 "le même souci ; j'ai déjà appelé deux fois, on m'avait promis un "
				 "technicien ce matin et personne n'est venu. Merci.") },
	{ AT(1773529200000), /* a minute past midnight in Paris is another day */
		.channel = STR_INIT("sms"), .activity = STR_INIT("\x1b[31mevil\xe2\x80\xae") },
	{ AT(1773748800000), .channel = STR_INIT("backoffice"),
		.activity = STR_INIT("Résiliation demandée par courrier recommandé"),
		.attributes = many, .attribute_count = ARRAY_LEN(many) },
	{ AT(1773748800000), .channel = STR_INIT("email"), .activity = STR_INIT("中文 received") },
};

static void check_fixture(const char *name, str text)
{
	AUTO_ARENA arena = arena_create(1 << 20);
	char path[PATH_BYTES_MAX];
	struct why why = { 0 };
	str kept = { 0 };

	if (getenv("ARIANE_WRITE_FIXTURES") != NULL) {
		err e = disk_write_whole(
			disk_real(), ARIANE_SOURCE_FOLDER "/tests/fixtures", name, text, &why);
		CHECK(name, e == OK);
	}
	(void)snprintf(path, sizeof(path), ARIANE_SOURCE_FOLDER "/tests/fixtures/%s", name);
	CHECK(name, disk_read_whole(disk_real(), path, 1 << 16, arena, &kept, &why) == OK);
	CHECK(name, str_equal(kept, text));
	if (!str_equal(kept, text))
		printf(STR_FMT "\n", STR_ARG(text));
}

static struct locale locale_in(enum language language)
{
	const struct zone *paris = NULL;

	CHECK("zone", zone_named(STR("Europe/Paris"), &paris, NULL) == OK);
	return (struct locale){ language, paris };
}

static void check_thread(const char *fixture, enum language language, size_t columns)
{
	AUTO_ARENA arena = arena_create(1 << 20);
	struct strbuf out = strbuf_in(arena, 1 << 16);
	struct locale locale = locale_in(language);
	struct thread_view view;
	str line, rest;

	thread_view_init(&view, &locale, columns);
	for (size_t i = 0; i < ARRAY_LEN(thread); i++)
		thread_view_add(&view, &thread[i], &out);
	check_fixture(fixture, strbuf_str(&out));
	for (rest = strbuf_str(&out); columns > 0 && str_split(rest, '\n', &line, &rest);)
		CHECK(fixture, display_width(line) <= columns);
}

TEST(threads_are_readable)
{
	check_thread("thread.en.txt", LANGUAGE_ENGLISH, 0);
	check_thread("thread.fr.txt", LANGUAGE_FRENCH, 0);
	check_thread("thread.80.txt", LANGUAGE_FRENCH, 80);
}

static const struct profile_identifier identifiers[] = {
	{ STR_INIT("email"), STR_INIT("jeanne@exemple.fr"), true, 12345, 1773500966000,
		1773748800000 },
	{ STR_INIT("cookie"), STR_INIT("9f2c"), false, 1, 1773500966000, 1773500966000 },
};
#define A_TEXT(text) \
	{ \
		.kind = VALUE_STRING, .string = STR_INIT(text) \
	}
#define POINTS \
	{ \
		.kind = VALUE_INTEGER, .integer = 12345 \
	}
static struct trait_telling names[] = {
	{ A_TEXT("Jeanne Élise"), STR_INIT("crm"), 90, 1773500966000, 17 },
	{ A_TEXT("Jeanne"), STR_INIT("web"), 50, 1773400966000, 3 },
};
static struct trait_telling points[] = { { POINTS, STR_INIT("import"), 50, 1773748800000, 21 } };
static const struct profile_trait traits[] = {
	{ .key = STR_INIT("prénom"),
		.rule = TRAIT_MOST_TRUSTED,
		.value = A_TEXT("Jeanne Élise"),
		.from = { A_TEXT("Jeanne Élise"), STR_INIT("crm"), 90, 1773500966000, 17 },
		.different = 2,
		.tellings = names,
		.count = 2 },
	{ .key = STR_INIT("points"),
		.value = POINTS,
		.from = { POINTS, STR_INIT("import"), 50, 1773748800000, 21 },
		.different = 1,
		.tellings = points,
		.count = 1 },
};
static const struct profile_computed folds[] = {
	{ .trait = STR_INIT("channels"), .as = COMPUTED_SET, .attribute = STR_INIT("@channel") },
	{ .trait = STR_INIT("orders"), .as = COMPUTED_COUNT },
	{ .trait = STR_INIT("consent"), .as = COMPUTED_LATEST, .by = STR_INIT("purpose") },
};
static const struct value used[] = { A_TEXT("phone"), A_TEXT("web") };
static const struct attribute agreed[] = { { STR_INIT("mail"),
	{ .kind = VALUE_BOOLEAN, .boolean = true } } };
static const struct computed_trait computed[] = {
	{ .rule = &folds[0],
		.value = { .kind = VALUE_LIST, .list = { used, ARRAY_LEN(used) } },
		.events = 12345 },
	{ .rule = &folds[1] }, /* nothing told it */
	{ .rule = &folds[2],
		.value = { .kind = VALUE_MAP, .map = { agreed, ARRAY_LEN(agreed) } },
		.events = 3 },
};
static const struct profile_channel channels[] = {
	{ STR_INIT("web"), 12000, 1773500966000, 1773748800000 },
	{ STR_INIT("phone"), 345, 1773501121000, 1773748800000 },
};
static const struct profile profile = { .identifiers = identifiers,
	.identifier_count = ARRAY_LEN(identifiers),
	.traits = traits,
	.trait_count = ARRAY_LEN(traits),
	.computed = computed,
	.computed_count = ARRAY_LEN(computed),
	.channels = channels,
	.channel_count = ARRAY_LEN(channels),
	.events = 12345,
	.first_ms = 1773500966000,
	.last_ms = 1773748800000,
	.with_history = true };

static void check_profile(const char *fixture, enum language language)
{
	AUTO_ARENA arena = arena_create(1 << 20);
	struct strbuf out = strbuf_in(arena, 1 << 16);
	struct locale locale = locale_in(language);
	struct sink_buffer sink;

	sink_buffer_init(&sink, &out, &locale);
	profile_view(&profile, arena, &sink.base);
	CHECK(fixture, sink_ok(&sink.base));
	check_fixture(fixture, strbuf_str(&out));
}

TEST(profiles_are_readable)
{
	check_profile("profile.en.txt", LANGUAGE_ENGLISH);
	check_profile("profile.fr.txt", LANGUAGE_FRENCH);
}

TEST(profiles_say_when_memory_is_missing)
{
	struct locale locale = locale_in(LANGUAGE_ENGLISH);
	bool done = false;

	for (unsigned n = 1; !done; n++) {
		AUTO_ARENA arena = arena_create(1 << 20);
		struct strbuf out = strbuf_heap(1 << 16);
		struct sink_buffer sink;
		struct why why = { 0 };
		sink_buffer_init(&sink, &out, &locale);
		arena_fail_at(arena, n);
		profile_view(&profile, arena, &sink.base);
		err e = sink_finish(&sink.base, &why);
		CHECK("limit", e == OK || (e == ERR_LIMIT && why.message == MSG_NO_ROOM));
		done = e == OK;
		CHECK("ends", n < 1000);
		strbuf_done(&out);
	}
}

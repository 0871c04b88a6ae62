/* tests/identity_vendors_test.c - what other systems promise of joining, as acceptance tables.
 *
 * Each case is a vendor's documented rule in its own words, written as rules and events of ours,
 * with what must and must not be one customer.  Events are told forwards and backwards: a promise
 * that holds in one order of arrival only is none.
 *
 *   Segment Unify      segment-docs src/unify/identity-resolution/identity-resolution-settings.md
 *   RudderStack        Profiles: identity resolution, cardinality rules and exclusion
 *   mParticle          IDSync: identity priority, unique ids
 *   PostHog            person merges: identified users are not merged
 *   Adobe              identity graph linking rules: unique namespaces, namespace priority
 *   WSO2, Asgardeo     profile unification: unique attributes that disagree block
 *   Apache Unomi       UNOMI-748: callers that are not trusted
 */
#include "identity/identity.h"
#include "test.h"

#include <string.h>

enum { EVENTS_MAX = 10, PAIRS_MAX = 8, IN_EVENT_MAX = 4 };

/* "site user_id:a email:b!": the source, then identifiers; ! says that it was verified. */
static const struct {
	const char *row, *rules;
	const char *events[EVENTS_MAX]; /* in the order of their times */
	const char *together[PAIRS_MAX], *apart[PAIRS_MAX]; /* "user_id:a email:b" */
} cases[] = {
	{ "Segment, blocked values: ^[0-]*$, -1, null, anonymous",
		"{\"version\":1,\"blocked\":[\"0\",\"00*0\",\"0*-0*\",\"-\",\"-1\",\"null\","
		"\"anonymous\"]}",
		{ "s user_id:a cookie:1", "s user_id:null cookie:1", "s user_id:null cookie:2",
			"s user_id:0000 cookie:1", "s user_id:0000 cookie:2",
			"s user_id:-1 cookie:1", "s user_id:-1 cookie:2",
			"s user_id:Anonymous cookie:2" },
		{ "user_id:a cookie:1" }, { "cookie:1 cookie:2", "user_id:a user_id:null" } },
	{ "Segment, limit: one user_id for ever; a second login on a device demotes the device",
		"{\"version\":1,\"types\":[{\"type\":\"user_id\",\"limit\":1,\"priority\":1},"
		"{\"type\":\"email\",\"limit\":5,\"priority\":2},"
		"{\"type\":\"anonymous_id\",\"limit\":5,\"priority\":20}]}",
		{ "s user_id:a anonymous_id:d", "s user_id:b anonymous_id:d email:b@x" },
		{ "user_id:a anonymous_id:d", "user_id:b email:b@x" },
		{ "user_id:a user_id:b", "user_id:b anonymous_id:d" } },
	{ "Segment, limit of others: the sixth e-mail of a profile is dropped",
		"{\"version\":1,\"types\":[{\"type\":\"user_id\",\"limit\":1},"
		"{\"type\":\"email\",\"limit\":5}]}",
		{ "s user_id:a email:1@x", "s user_id:a email:2@x", "s user_id:a email:3@x",
			"s user_id:a email:4@x", "s user_id:a email:5@x", "s user_id:a email:6@x" },
		{ "user_id:a email:1@x", "email:1@x email:5@x" }, { "user_id:a email:6@x" } },
	{ "Segment, priority: the weaker identifier of an event is dropped, the stronger stays",
		"{\"version\":1,\"types\":[{\"type\":\"user_id\",\"limit\":1,\"priority\":1},"
		"{\"type\":\"email\",\"limit\":1,\"priority\":2},"
		"{\"type\":\"anonymous_id\",\"priority\":20}]}",
		{ "s user_id:a email:a@x", "s user_id:a email:b@x anonymous_id:d" },
		{ "user_id:a email:a@x", "user_id:a anonymous_id:d" },
		{ "user_id:a email:b@x", "email:b@x anonymous_id:d" } },
	{ "RudderStack, cardinality: each e-mail at most one user_id",
		"{\"version\":1,\"types\":[{\"type\":\"user_id\",\"unique\":true},"
		"{\"type\":\"email\",\"owners\":1}]}",
		{ "s user_id:a email:shared@x anonymous_id:1",
			"s user_id:b email:shared@x anonymous_id:2", "s user_id:c email:c@x" },
		{ "user_id:a anonymous_id:1", "user_id:b anonymous_id:2", "user_id:c email:c@x" },
		{ "user_id:a user_id:b", "user_id:a email:shared@x", "user_id:b email:shared@x" } },
	{ "RudderStack, exclusion rule: a value taken out, for the past too",
		"{\"version\":1,\"types\":[{\"type\":\"email\",\"blocked\":[\"help@*\"]}]}",
		{ "s user_id:a email:help@x", "s user_id:b email:help@x", "s user_id:b email:b@x" },
		{ "user_id:b email:b@x" }, { "user_id:a user_id:b" } },
	{ "mParticle, identity priority: the customer's number before the e-mail before the device",
		"{\"version\":1,\"types\":[{\"type\":\"customer\",\"unique\":true,\"priority\":0},"
		"{\"type\":\"email\",\"unique\":true,\"priority\":1},"
		"{\"type\":\"device\",\"priority\":20}]}",
		{ "s email:a@x device:1", "s customer:7 email:a@x device:1",
			"s customer:8 device:1", "s customer:8 email:b@x" },
		{ "customer:7 email:a@x", "email:a@x device:1", "customer:8 email:b@x" },
		{ "customer:7 customer:8", "customer:8 device:1" } },
	{ "PostHog: two identified users are not merged by an anonymous one",
		"{\"version\":1,\"types\":[{\"type\":\"user_id\",\"unique\":true}]}",
		{ "s anonymous_id:x user_id:a", "s anonymous_id:x user_id:b",
			"s anonymous_id:y user_id:b" },
		{ "user_id:a anonymous_id:x", "user_id:b anonymous_id:y" },
		{ "user_id:a user_id:b" } },
	{ "Adobe, unique namespaces and their priority: the graph does not collapse over a device",
		"{\"version\":1,\"types\":[{\"type\":\"customer\",\"unique\":true,\"priority\":0},"
		"{\"type\":\"email\",\"unique\":true,\"priority\":1},"
		"{\"type\":\"phone\",\"priority\":2},{\"type\":\"cookie\",\"priority\":20}]}",
		{ "s customer:john email:j@x", "s customer:jane email:e@x",
			"s email:j@x cookie:tablet", "s email:e@x cookie:tablet" },
		{ "customer:john email:j@x", "customer:jane email:e@x",
			"customer:john cookie:tablet" },
		{ "customer:john customer:jane", "customer:jane cookie:tablet" } },
	{ "WSO2: agreement on a unique attribute merges, disagreement blocks",
		"{\"version\":1,\"types\":[{\"type\":\"national_id\",\"unique\":true,\"priority\":"
		"0},"
		"{\"type\":\"phone\",\"priority\":4}]}",
		{ "s national_id:1 phone:+331", "t national_id:1 phone:+332",
			"t national_id:2 phone:+331" },
		{ "national_id:1 phone:+332", "national_id:1 phone:+331" },
		{ "national_id:1 national_id:2" } },
	{ "Unomi: a caller that is not trusted joins nobody to a profile",
		"{\"version\":1,\"types\":[{\"type\":\"user_id\",\"unique\":true}],"
		"\"sources\":[{\"source\":\"page\",\"trust\":10,\"asserts\":[\"anonymous_id\"]}]}",
		{ "crm user_id:victim email:v@x", "page user_id:victim anonymous_id:thief",
			"page email:v@x anonymous_id:thief" },
		{ "user_id:victim email:v@x" },
		{ "user_id:victim anonymous_id:thief", "email:v@x anonymous_id:thief" } },
	{ "Verified before unverified, whoever came first",
		"{\"version\":1,\"types\":[{\"type\":\"user_id\",\"unique\":true},"
		"{\"type\":\"email\",\"priority\":3}]}",
		{ "s user_id:thief email:v@x", "s user_id:victim email:v@x!" },
		{ "user_id:victim email:v@x" },
		{ "user_id:thief email:v@x", "user_id:thief user_id:victim" } },
};

static str word_of(str *rest)
{
	str word;

	if (!str_split(*rest, ' ', &word, rest)) {
		word = *rest;
		*rest = STR("");
	}
	return word;
}

static size_t read_event(str text, str *source, struct record_identifier ids[static IN_EVENT_MAX])
{
	size_t count = 0;

	for (*source = word_of(&text); text.len > 0 && count < IN_EVENT_MAX; count++) {
		str word = word_of(&text);
		ids[count] = (struct record_identifier){ .verified = str_ends(word, STR("!")) };
		if (ids[count].verified)
			word.len--;
		CHECK("identifier", str_split(word, ':', &ids[count].type, &ids[count].value));
	}
	return count;
}

/* As the engine does: a set's identifiers by rank, then text, which identity_set() sees to. */
static void tell(struct identity *identity, const char *event, uint64_t seq, int64_t time)
{
	struct record_identifier ids[IN_EVENT_MAX];
	struct record record = { .kind = RECORD_EVENT, .seq = seq };

	record.identifier_count = read_event(str_of(event), &record.source, ids);
	record.identifiers = ids;
	identity_add(identity, identity_set(identity, &record), seq, 0, time);
}

static bool are_one(const struct identity_view *view, const char *pair)
{
	str rest = str_of(pair), a = word_of(&rest);
	uint32_t x = identity_find(view, a), y = identity_find(view, rest);

	CHECK(pair, x != IDENTITY_NO_CODE && y != IDENTITY_NO_CODE);
	return identity_customer_of(view, x) == identity_customer_of(view, y);
}

static void check_case(size_t i, bool backwards, bool rules_last)
{
	struct identity *identity = identity_create();
	const struct attribute document = { STR("rules"),
		{ .kind = VALUE_STRING, .string = str_of(cases[i].rules) } };
	const struct record rules = { .kind = RECORD_IDENTITY,
		.seq = rules_last ? 1000 : 1,
		.activity = STR("rules"),
		.attributes = &document,
		.attribute_count = 1 };
	size_t count = 0;

	while (count < EVENTS_MAX && cases[i].events[count] != NULL)
		count++;
	if (!rules_last)
		CHECK(cases[i].row, identity_decide(identity, &rules));
	for (size_t k = 0; k < count; k++) {
		size_t event = backwards ? count - 1 - k : k;
		tell(identity, cases[i].events[event], k + 2, (int64_t)event * 1000);
	}
	if (rules_last)
		CHECK(cases[i].row, identity_decide(identity, &rules));
	struct identity_view *view = identity_publish(identity);
	for (size_t k = 0; k < PAIRS_MAX && cases[i].together[k] != NULL; k++)
		CHECK(cases[i].together[k], are_one(view, cases[i].together[k]));
	for (size_t k = 0; k < PAIRS_MAX && cases[i].apart[k] != NULL; k++)
		CHECK(cases[i].apart[k], !are_one(view, cases[i].apart[k]));
	identity_view_unref(view);
	identity_free(identity);
}

TEST(identity_keeps_what_other_systems_promise)
{
	for (size_t i = 0; i < ARRAY_LEN(cases); i++)
		for (int way = 0; way < 4; way++)
			check_case(i, way % 2 == 1, way >= 2);
}

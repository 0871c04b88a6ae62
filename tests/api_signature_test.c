/* tests/api_signature_test.c - signatures as those who send sign: the vectors that GitHub and Slack
 * publish, RFC 4231's, and others made with Python's hmac. */
#include "api/signature.h"

#include <string.h>

#include "test.h"

#define SLACK_BODY \
	"token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=" \
	"G8PSS9T3V&channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-" \
	"collect&text=&response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands%2FT1DC2JH3J%" \
	"2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN&trigger_id=398738663015.47445629121." \
	"803a0bc887a14d10d2c447fce8b6703c"
#define SLACK_SECRET "8f742231b10e8888abcd99yyyzzz85a5"
#define SLACK_MAC "a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503"
#define GITHUB_MAC "757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17"
#define STRIPE_MAC "1fddc755e41fa283acf70a7557572a735e0d7d5105805db57f293c70cbb31eb0"
#define ZENDESK_SECRET "dGhpc19zZWNyZXRfaXNfZm9yX3Rlc3Rpbmdfb25seQ=="
#define RFC_MAC "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843" /* case 2 */

struct headers {
	const char *names[2], *values[2];
};

static str header(void *context, const char *name)
{
	const struct headers *h = context;

	for (size_t i = 0; i < ARRAY_LEN(h->names); i++)
		if (h->names[i] != NULL && strcmp(h->names[i], name) == 0)
			return str_of(h->values[i]);
	return STR("");
}

#define GITHUB(value) \
	{ \
		{ "X-Hub-Signature-256" }, \
		{ \
			value \
		} \
	}
#define SLACK(mac, time) \
	{ \
		{ "X-Slack-Signature", "X-Slack-Request-Timestamp" }, \
		{ \
			mac, time \
		} \
	}
#define STRIPE(value) \
	{ \
		{ "Stripe-Signature" }, \
		{ \
			value \
		} \
	}
#define ZENDESK(mac, time) \
	{ \
		{ "X-Zendesk-Webhook-Signature", "X-Zendesk-Webhook-Signature-Timestamp" }, \
		{ \
			mac, time \
		} \
	}

static const struct {
	const char *row, *form, *secret, *body;
	struct headers headers;
	int64_t now_s;
	enum message message;
} signed_bodies[] = {
	{ "GitHub's own vector", "github", "It's a Secret to Everybody", "Hello, World!",
		GITHUB("sha256=" GITHUB_MAC), 0, MSG_NONE },
	{ "another body", "github", "It's a Secret to Everybody", "Hello, World?",
		GITHUB("sha256=" GITHUB_MAC), 0, MSG_HOOK_SIGNATURE },
	{ "another secret", "github", "It's a secret to Everybody", "Hello, World!",
		GITHUB("sha256=" GITHUB_MAC), 0, MSG_HOOK_SIGNATURE },
	{ "no header", "github", "x", "Hello, World!", { { NULL }, { NULL } }, 0,
		MSG_HOOK_UNSIGNED },
	{ "sha1", "github", "x", "Hello, World!", GITHUB("sha1=" GITHUB_MAC), 0,
		MSG_HOOK_UNSIGNED },
	{ "half of it", "github", "It's a Secret to Everybody", "Hello, World!",
		GITHUB("sha256=757107ea0eb2509fc211221cce984b8a"), 0, MSG_HOOK_SIGNATURE },
	{ "more of it", "github", "It's a Secret to Everybody", "Hello, World!",
		GITHUB("sha256=" GITHUB_MAC "00"), 0, MSG_HOOK_SIGNATURE },
	{ "no hex", "github", "It's a Secret to Everybody", "Hello, World!", GITHUB("sha256=zz"), 0,
		MSG_HOOK_SIGNATURE },
	{ "an empty one", "github", "x", "", GITHUB("sha256="), 0, MSG_HOOK_UNSIGNED },
	{ "RFC 4231, case 2", "github", "Jefe", "what do ya want for nothing?",
		GITHUB("sha256=" RFC_MAC), 0, MSG_NONE },
	{ "Slack's own vector", "slack", SLACK_SECRET, SLACK_BODY,
		SLACK("v0=" SLACK_MAC, "1531420618"), 1531420618, MSG_NONE },
	{ "within the tolerance", "slack", SLACK_SECRET, SLACK_BODY,
		SLACK("v0=" SLACK_MAC, "1531420618"), 1531420918, MSG_NONE },
	{ "too late", "slack", SLACK_SECRET, SLACK_BODY, SLACK("v0=" SLACK_MAC, "1531420618"),
		1531420919, MSG_HOOK_TIME },
	{ "too early", "slack", SLACK_SECRET, SLACK_BODY, SLACK("v0=" SLACK_MAC, "1531420618"),
		1531420317, MSG_HOOK_TIME },
	{ "another time", "slack", SLACK_SECRET, SLACK_BODY, SLACK("v0=" SLACK_MAC, "1531420619"),
		1531420618, MSG_HOOK_SIGNATURE },
	{ "no time", "slack", SLACK_SECRET, SLACK_BODY, SLACK("v0=" SLACK_MAC, ""), 1531420618,
		MSG_HOOK_TIME },
	{ "no time at all", "slack", SLACK_SECRET, SLACK_BODY, SLACK("v0=" SLACK_MAC, "soon"),
		1531420618, MSG_HOOK_TIME },
	{ "Stripe", "stripe", "whsec_test_secret", "{\"id\":\"evt_test_webhook\"}",
		STRIPE("t=1614556800,v1=" STRIPE_MAC ",v0=00"), 1614556800, MSG_NONE },
	{ "Stripe, two secrets of theirs", "stripe", "whsec_test_secret",
		"{\"id\":\"evt_test_webhook\"}",
		STRIPE("t=1614556800, v1=" RFC_MAC ", v1=" STRIPE_MAC), 1614556800, MSG_NONE },
	{ "Stripe, the old scheme alone", "stripe", "whsec_test_secret",
		"{\"id\":\"evt_test_webhook\"}", STRIPE("t=1614556800,v0=" STRIPE_MAC), 1614556800,
		MSG_HOOK_UNSIGNED },
	{ "Stripe, without a time", "stripe", "whsec_test_secret", "{\"id\":\"evt_test_webhook\"}",
		STRIPE("v1=" STRIPE_MAC), 1614556800, MSG_HOOK_TIME },
	{ "Zendesk", "zendesk", ZENDESK_SECRET, "{\"a\":1}",
		ZENDESK("/mXSigLOoEkcTQbsWqgaVKrxFhN+K298pf/niM2rAnI=", "2021-03-25T05:09:27Z"),
		1616648967, MSG_NONE },
	{ "Zendesk, another time", "zendesk", ZENDESK_SECRET, "{\"a\":1}",
		ZENDESK("/mXSigLOoEkcTQbsWqgaVKrxFhN+K298pf/niM2rAnI=", "2021-03-25T05:09:28Z"),
		1616648967, MSG_HOOK_SIGNATURE },
	{ "Shopify", "shopify", "hush", "{\"id\":1}",
		{ { "X-Shopify-Hmac-Sha256" }, { "VnKUjZsLuN5iZWjn5EntcBVCF9kMN43LglzCE1/GSeY=" } },
		0, MSG_NONE },
	{ "Shopify, in hex", "shopify", "hush", "{\"id\":1}",
		{ { "X-Shopify-Hmac-Sha256" }, { RFC_MAC } }, 0, MSG_HOOK_SIGNATURE },
};

TEST(signatures_are_those_of_who_sends)
{
	for (size_t i = 0; i < ARRAY_LEN(signed_bodies); i++) {
		struct headers headers = signed_bodies[i].headers;
		struct signature_check check = { .secrets = { STR("the next"),
							 str_of(signed_bodies[i].secret) },
			.secret_count = 2,
			.tolerance_ms = 300000,
			.now_ms = signed_bodies[i].now_s * 1000,
			.header = header,
			.context = &headers };
		struct why why = { 0 };
		CHECK(signed_bodies[i].row,
			signature_form_named(str_of(signed_bodies[i].form), &check.form));
		CHECK(signed_bodies[i].row, signature_form_is_whole(&check.form));
		err e = signature_verify(&check, str_of(signed_bodies[i].body), &why);
		CHECK(signed_bodies[i].row, why.message == signed_bodies[i].message);
		CHECK(signed_bodies[i].row,
			e == (signed_bodies[i].message == MSG_NONE ? OK : ERR_DENIED));
	}
}

TEST(signature_forms_are_whole_or_not)
{
	static const struct {
		const char *row, *signs, *time_header;
		bool whole;
	} rows[] = {
		{ "body", "{body}", "", true },
		{ "time and body", "{time}.{body}", "T", true },
		{ "words", "v1:{time}:{body}", "T", true },
		{ "no body", "{time}", "T", false },
		{ "the body first", "{body}{time}", "T", false },
		{ "a time that nobody tells", "{time}{body}", "", false },
		{ "a time that is not signed", "{body}", "T", false },
		{ "two times", "{time}{time}{body}", "T", false },
		{ "something else", "{path}{body}", "T", false },
		{ "an open brace", "{{body}", "", false },
		{ "nothing", "", "", false },
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		const struct signature_form form = { .header = STR("X"),
			.time_header = str_of(rows[i].time_header),
			.signs = str_of(rows[i].signs) };
		CHECK(rows[i].row, signature_form_is_whole(&form) == rows[i].whole);
	}
}

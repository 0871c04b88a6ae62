/* api/signature.c - see signature.h */
#include "api/signature.h"

#include <sodium.h>

#include "base/timestamp.h"

#define BODY STR_INIT("{body}")

enum { MAC_BYTES = crypto_auth_hmacsha256_BYTES, MS_PER_S = 1000, SECONDS_DIGITS_MAX = 12 };

static const struct {
	str name;
	struct signature_form form;
} known[] = {
	{ STR_INIT("github"), { STR_INIT("X-Hub-Signature-256"), STR_INIT(""), STR_INIT("sha256="),
				      BODY, SIGNATURE_HEX, false } },
	{ STR_INIT("shopify"), { STR_INIT("X-Shopify-Hmac-Sha256"), STR_INIT(""), STR_INIT(""),
				       BODY, SIGNATURE_BASE64, false } },
	{ STR_INIT("slack"),
		{ STR_INIT("X-Slack-Signature"), STR_INIT("X-Slack-Request-Timestamp"),
			STR_INIT("v0="), STR_INIT("v0:{time}:{body}"), SIGNATURE_HEX, false } },
	{ STR_INIT("stripe"), { STR_INIT("Stripe-Signature"), STR_INIT(""), STR_INIT("v1="),
				      STR_INIT("{time}.{body}"), SIGNATURE_HEX, true } },
	{ STR_INIT("zendesk"),
		{ STR_INIT("X-Zendesk-Webhook-Signature"),
			STR_INIT("X-Zendesk-Webhook-Signature-Timestamp"), STR_INIT(""),
			STR_INIT("{time}{body}"), SIGNATURE_BASE64, false } },
};

bool signature_form_named(str name, struct signature_form *out)
{
	for (size_t i = 0; i < ARRAY_LEN(known); i++)
		if (str_equal(known[i].name, name)) {
			*out = known[i].form;
			return true;
		}
	return false;
}

/* "{time}." before the body; what stands before and behind the time in it. */
static bool split_signs(const struct signature_form *form, str *before, str *after, bool *has_time)
{
	str front = form->signs, brace;

	if (!str_ends(front, STR("{body}")))
		return false;
	front.len -= STR("{body}").len;
	*before = front;
	*after = STR("");
	*has_time = false;
	if (!str_split(front, '{', before, &brace))
		return true;
	*has_time = true;
	if (!str_skip_prefix(&brace, STR("time}")))
		return false;
	*after = brace;
	return !str_has(brace, '{');
}

bool signature_form_is_whole(const struct signature_form *form)
{
	str before, after;
	bool has_time;

	return split_signs(form, &before, &after, &has_time) && form->header.len > 0 &&
	       has_time == (form->time_header.len > 0 || form->is_list);
}

/* ---- what was sent */

struct sent {
	str time;
	str signatures[SIGNATURES_MAX];
	size_t count;
};

static void take_list(const struct signature_form *form, str header, struct sent *sent)
{
	str rest = header, item;

	for (bool more = true; more;) {
		item = rest;
		more = str_split(rest, ',', &item, &rest);
		item = str_trim(item);
		if (str_skip_prefix(&item, STR("t=")))
			sent->time = item;
		else if (str_skip_prefix(&item, form->prefix) && sent->count < SIGNATURES_MAX)
			sent->signatures[sent->count++] = item;
	}
}

static err take(const struct signature_check *check, struct sent *sent, struct why *why)
{
	const struct signature_form *form = &check->form;
	str header = check->header(check->context, form->header.ptr);

	*sent = (struct sent){ 0 };
	if (header.len > SIGNATURE_HEADER_BYTES_MAX)
		header.len = 0;
	if (form->is_list) {
		take_list(form, header, sent);
	} else {
		if (form->time_header.len > 0)
			sent->time = check->header(check->context, form->time_header.ptr);
		if (str_skip_prefix(&header, form->prefix) && header.len > 0)
			sent->signatures[sent->count++] = header;
	}
	return sent->count > 0 ? OK : fail(why, MSG_HOOK_UNSIGNED, arg_str(form->header));
}

/* Seconds since 1970, or RFC 3339 with its zone. */
static bool time_of(str text, int64_t *ms)
{
	int64_t seconds;
	struct instant instant;

	if (text.len > 0 && text.len <= SECONDS_DIGITS_MAX && str_to_int64(text, &seconds)) {
		*ms = seconds * MS_PER_S;
		return true;
	}
	if (instant_parse(text, &instant, NULL) != OK)
		return false;
	*ms = instant.ms;
	return true;
}

static err check_time(const struct signature_check *check, str text, struct why *why)
{
	int64_t ms;
	bool near = time_of(text, &ms) && ms >= check->now_ms - check->tolerance_ms &&
		    ms <= check->now_ms + check->tolerance_ms;

	return near ? OK : fail(why, MSG_HOOK_TIME, arg_int(check->tolerance_ms / MS_PER_S));
}

/* ---- the comparison */

/* False: it is no signature, of whatever secret. */
static bool decode(const struct signature_form *form, str text, unsigned char to[static MAC_BYTES])
{
	const char *end = NULL;
	size_t len = 0;
	bool is_hex = form->encoding == SIGNATURE_HEX;
	int code = is_hex ? sodium_hex2bin(to, MAC_BYTES, text.ptr, text.len, NULL, &len, &end)
			  : sodium_base642bin(to, MAC_BYTES, text.ptr, text.len, NULL, &len, &end,
				    sodium_base64_VARIANT_ORIGINAL);

	return code == 0 && len == MAC_BYTES && end == text.ptr + text.len;
}

static void add(crypto_auth_hmacsha256_state *state, str text)
{
	if (text.len > 0)
		(void)crypto_auth_hmacsha256_update(
			state, (const unsigned char *)text.ptr, text.len); /* cannot fail */
}

static void sign(const struct signature_form *form, str secret, str time, str body,
	unsigned char out[static MAC_BYTES])
{
	crypto_auth_hmacsha256_state state;
	str before, after;
	bool has_time;
	bool whole = split_signs(form, &before, &after, &has_time);

	ASSERT(whole); /* signature_form_is_whole() */
	(void)crypto_auth_hmacsha256_init(
		&state, (const unsigned char *)secret.ptr, secret.len); /* cannot fail */
	add(&state, before);
	if (has_time)
		add(&state, time);
	add(&state, after);
	add(&state, body);
	(void)crypto_auth_hmacsha256_final(&state, out); /* cannot fail */
	sodium_memzero(&state, sizeof(state));
}

static bool fits(const struct signature_check *check, const struct sent *sent, str body)
{
	bool any = false;

	for (size_t s = 0; s < check->secret_count; s++) {
		unsigned char ours[MAC_BYTES], theirs[MAC_BYTES];
		sign(&check->form, check->secrets[s], sent->time, body, ours);
		for (size_t i = 0; i < sent->count; i++)
			if (decode(&check->form, sent->signatures[i], theirs))
				any |= sodium_memcmp(ours, theirs, MAC_BYTES) == 0;
		sodium_memzero(ours, sizeof(ours));
	}
	return any;
}

err signature_verify(const struct signature_check *check, str body, struct why *why)
{
	const struct signature_form *form = &check->form;
	bool has_time = form->time_header.len > 0 || form->is_list;
	struct sent sent;
	err e = take(check, &sent, why);

	if (e == OK && has_time)
		e = check_time(check, sent.time, why);
	if (e != OK)
		return e;
	return fits(check, &sent, body) ? OK : fail(why, MSG_HOOK_SIGNATURE);
}

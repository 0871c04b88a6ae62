/* main/oidc.c - see oidc.h */
#include "main/oidc.h"

#include <sodium.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/random.h"
#include "engine/waiting.h"
#include "main/oidc_fetch.h"

enum { SECRET_BYTES_MAX = 4096, KEPT_BYTES_MAX = 4 << 20, URL_BYTES_MAX = 8192 };

struct pending {
	char state[OIDC_TEXT_LETTERS + 1], nonce[OIDC_TEXT_LETTERS + 1],
		verifier[OIDC_TEXT_LETTERS + 1], cookie[OIDC_TEXT_LETTERS + 1];
	int64_t until_ms; /* monotonic; 0: free */
};

/* What the provider says of itself, and his keys: replaced together. */
struct kept {
	struct arena *arena;
	struct json about, keys;
	int64_t at_ms; /* monotonic */
};

struct oidc {
	str issuer, client, url, role; /* of the settings */
	char secret[SECRET_BYTES_MAX + 1]; /* "": a public client, PKCE alone */
	struct pending pending[OIDC_PENDING_MAX];
	pthread_mutex_t pending_lock; /* a leaf */
	pthread_mutex_t kept_lock; /* held while the provider is asked: one asks for all */
	struct kept *kept; /* NULL: not asked yet */
};

static int64_t ticks_ms(void)
{
	return clock_real()->ticks_ns(clock_real()) / 1000000;
}

/* ---- set up */

static err read_secret(struct oidc *o, str path, struct why *why)
{
	AUTO_ARENA arena = arena_create(64 << 10);
	str bytes;

	if (path.len == 0)
		return OK;
	err e = disk_read_whole(disk_real(), path.ptr, SECRET_BYTES_MAX, arena, &bytes, why);
	if (e != OK)
		return e;
	bytes = str_trim(bytes);
	memcpy(o->secret, bytes.ptr, bytes.len);
	return OK;
}

static str without_slash(str url)
{
	return str_ends(url, STR("/")) ? str_upto(url, url.len - 1) : url;
}

err oidc_create(const struct settings *settings, struct oidc **out, struct why *why)
{
	str issuer = setting_text(settings, SETTING_OIDC_ISSUER);
	str client = setting_text(settings, SETTING_OIDC_CLIENT);
	str url = setting_text(settings, SETTING_OIDC_URL);

	*out = NULL;
	if (issuer.len == 0)
		return OK;
	if (!oidc_url_is_fit(issuer) || (url.len > 0 && !oidc_url_is_fit(url)))
		return fail(why, MSG_OIDC_ISSUER);
	if (client.len == 0 || url.len == 0)
		return fail(why, MSG_OIDC_NEEDS);
	struct oidc *o = memory_alloc(sizeof(*o));
	o->issuer = issuer;
	o->client = client;
	o->url = without_slash(url);
	o->role = setting_text(settings, SETTING_OIDC_ROLE);
	mutex_init(&o->pending_lock);
	mutex_init(&o->kept_lock);
	err e = read_secret(o, setting_text(settings, SETTING_OIDC_SECRET_FILE), why);
	if (e == OK)
		*out = o;
	else
		oidc_free(o);
	return e;
}

static void kept_free(struct kept *kept)
{
	if (kept == NULL)
		return;
	arena_free(kept->arena);
	free(kept);
}

void oidc_free(struct oidc *o)
{
	if (o == NULL)
		return;
	kept_free(o->kept);
	mutex_done(&o->pending_lock);
	mutex_done(&o->kept_lock);
	sodium_memzero(o, sizeof(*o));
	free(o);
}

str oidc_issuer(const struct oidc *o)
{
	return o->issuer;
}

bool oidc_role(const struct oidc *o, str *out)
{
	if (o->role.len > 0)
		*out = o->role;
	return o->role.len > 0;
}

/* ---- what the provider says of itself; with kept_lock held */

static err fetch_about(const struct oidc *o, struct kept *kept, struct why *why)
{
	struct strbuf url = strbuf_in(kept->arena, URL_BYTES_MAX);

	strbuf_add(&url, without_slash(o->issuer));
	strbuf_add_c(&url, "/.well-known/openid-configuration");
	const struct oidc_question about = { .url = strbuf_str(&url) };
	err e = oidc_fetch(&about, kept->arena, &kept->about, why);
	if (e == OK && !str_equal(json_get_string(&kept->about, STR("issuer"), STR("")), o->issuer))
		e = fail(why, MSG_OIDC_ANSWER, arg_c("issuer"));
	if (e != OK)
		return e;
	const struct oidc_question keys = { .url = json_get_string(
						    &kept->about, STR("jwks_uri"), STR("")) };
	return oidc_fetch(&keys, kept->arena, &kept->keys, why);
}

static err refresh(struct oidc *o, int64_t younger_ms, struct why *why)
{
	if (o->kept != NULL && ticks_ms() - o->kept->at_ms < younger_ms)
		return OK;
	struct kept *fresh = memory_alloc(sizeof(*fresh));
	fresh->arena = arena_create(KEPT_BYTES_MAX);
	fresh->at_ms = ticks_ms();
	err e = fetch_about(o, fresh, why);
	if (e != OK) {
		kept_free(fresh);
		return e;
	}
	kept_free(o->kept);
	o->kept = fresh;
	return OK;
}

/* One of its addresses, in `arena`. */
static err endpoint(
	struct oidc *o, const char *name, struct arena *arena, str *out, struct why *why)
{
	mutex_lock(&o->kept_lock);
	err e = refresh(o, OIDC_KEPT_MS, why);
	str url = e == OK ? json_get_string(&o->kept->about, str_of(name), STR("")) : STR("");
	if (e == OK && !oidc_url_is_fit(url))
		e = fail(why, MSG_OIDC_ANSWER, arg_c(name));
	if (e == OK)
		*out = arena_str(arena, url);
	mutex_unlock(&o->kept_lock);
	if (e == OK && out->ptr == NULL)
		e = fail(why, MSG_NO_ROOM, arg_c("oidc"), arg_int(0));
	return e;
}

/* ---- begin */

static void make_text(char out[static OIDC_TEXT_LETTERS + 1])
{
	uint8_t bytes[32];

	secret_bytes(bytes, sizeof(bytes));
	(void)sodium_bin2base64(out, OIDC_TEXT_LETTERS + 1, bytes, sizeof(bytes),
		sodium_base64_VARIANT_URLSAFE_NO_PADDING);
}

/* RFC 7636: the base64url of the verifier's SHA-256. */
static void challenge_of(const char *verifier, char out[static OIDC_TEXT_LETTERS + 1])
{
	uint8_t hash[crypto_hash_sha256_BYTES];

	(void)crypto_hash_sha256(hash, (const uint8_t *)verifier, OIDC_TEXT_LETTERS);
	(void)sodium_bin2base64(out, OIDC_TEXT_LETTERS + 1, hash, sizeof(hash),
		sodium_base64_VARIANT_URLSAFE_NO_PADDING);
}

/* In the place of the oldest: who begins many and ends none shuts out nobody who begins now. */
static void note_pending(struct oidc *o, const struct pending *made)
{
	size_t oldest = 0;

	mutex_lock(&o->pending_lock);
	for (size_t i = 1; i < OIDC_PENDING_MAX; i++)
		if (o->pending[i].until_ms < o->pending[oldest].until_ms)
			oldest = i;
	o->pending[oldest] = *made;
	mutex_unlock(&o->pending_lock);
}

static void add_parameter(struct strbuf *out, const char *name, str value)
{
	strbuf_add_byte(out, out->len > 0 && !str_has(strbuf_str(out), '?') ? '?' : '&');
	strbuf_add_c(out, name);
	strbuf_add_byte(out, '=');
	oidc_add_escaped(out, value);
}

static str redirect_of(const struct oidc *o, struct arena *arena)
{
	struct strbuf url = strbuf_in(arena, URL_BYTES_MAX);

	strbuf_add(&url, o->url);
	strbuf_add_c(&url, "/api/v1/oidc/callback");
	return strbuf_ok(&url) ? strbuf_str(&url) : STR("");
}

err oidc_begin(struct oidc *o, struct arena *arena, str *url, str *cookie, struct why *why)
{
	struct pending made = { .until_ms = ticks_ms() + OIDC_PENDING_MS };
	char challenge[OIDC_TEXT_LETTERS + 1];
	struct strbuf out = strbuf_in(arena, URL_BYTES_MAX);
	str authorise;
	err e = endpoint(o, "authorization_endpoint", arena, &authorise, why);

	if (e != OK)
		return e;
	make_text(made.state);
	make_text(made.nonce);
	make_text(made.verifier);
	make_text(made.cookie);
	challenge_of(made.verifier, challenge);
	strbuf_add(&out, authorise);
	add_parameter(&out, "response_type", STR("code"));
	add_parameter(&out, "client_id", o->client);
	add_parameter(&out, "redirect_uri", redirect_of(o, arena));
	add_parameter(&out, "scope", STR("openid profile email"));
	add_parameter(&out, "state", str_of(made.state));
	add_parameter(&out, "nonce", str_of(made.nonce));
	add_parameter(&out, "code_challenge", str_of(challenge));
	add_parameter(&out, "code_challenge_method", STR("S256"));
	*cookie = arena_str(arena, str_of(made.cookie));
	if (!strbuf_ok(&out) || cookie->ptr == NULL)
		return fail(why, MSG_NO_ROOM, arg_c("oidc"), arg_int(URL_BYTES_MAX));
	*url = strbuf_str(&out);
	note_pending(o, &made);
	return OK;
}

/* ---- finish */

static bool same(const char *kept, str told)
{
	return told.len == OIDC_TEXT_LETTERS && sodium_memcmp(kept, told.ptr, told.len) == 0;
}

/* Good once, whatever comes of it. */
static err take_pending(
	struct oidc *o, const struct oidc_answer *answer, struct pending *out, struct why *why)
{
	bool found = false;

	mutex_lock(&o->pending_lock);
	for (size_t i = 0; i < OIDC_PENDING_MAX && !found; i++) {
		struct pending *p = &o->pending[i];
		found = p->until_ms > ticks_ms() && same(p->state, answer->state);
		if (found) {
			*out = *p;
			*p = (struct pending){ 0 };
		}
	}
	mutex_unlock(&o->pending_lock);
	return found && same(out->cookie, answer->cookie) ? OK : fail(why, MSG_OIDC_STATE);
}

/* RFC 6749, 2.3.1: in Basic both are form-encoded first. */
static err exchange(struct oidc *o, const struct pending *p, str code, struct arena *arena,
	struct json *out, struct why *why)
{
	struct strbuf form = strbuf_in(arena, URL_BYTES_MAX),
		      user = strbuf_in(arena, URL_BYTES_MAX),
		      secret = strbuf_in(arena, 4 * SECRET_BYTES_MAX);
	str url;
	err e = endpoint(o, "token_endpoint", arena, &url, why);

	if (e != OK)
		return e;
	strbuf_add_c(&form, "grant_type=authorization_code&code=");
	oidc_add_escaped(&form, code);
	strbuf_add_c(&form, "&redirect_uri=");
	oidc_add_escaped(&form, redirect_of(o, arena));
	strbuf_add_c(&form, "&code_verifier=");
	strbuf_add_c(&form, p->verifier);
	if (o->secret[0] == '\0') {
		strbuf_add_c(&form, "&client_id=");
		oidc_add_escaped(&form, o->client);
	} else {
		oidc_add_escaped(&user, o->client);
		oidc_add_escaped(&secret, str_of(o->secret));
	}
	if (!strbuf_ok(&form) || !strbuf_ok(&user) || !strbuf_ok(&secret))
		return fail(why, MSG_OIDC_ANSWER, arg_c("code"));
	const struct oidc_question question = { .url = url,
		.form = strbuf_str(&form),
		.user = (str){ user.ptr, user.len },
		.password = (str){ secret.ptr, secret.len } };
	return oidc_fetch(&question, arena, out, why);
}

static err check_once(struct oidc *o, str token, const struct jwt_wish *wish, int64_t younger_ms,
	struct arena *arena, struct jwt_claims *out, struct why *why)
{
	mutex_lock(&o->kept_lock);
	err e = refresh(o, younger_ms, why);
	if (e == OK)
		e = jwt_check(token, &o->kept->keys, wish, arena, out, why);
	mutex_unlock(&o->kept_lock);
	return e;
}

err oidc_finish(struct oidc *o, const struct oidc_answer *answer, struct arena *arena,
	struct jwt_claims *out, struct why *why)
{
	struct pending pending;
	struct json told;
	struct why first = { 0 };
	err e = take_pending(o, answer, &pending, why);

	if (e == OK && answer->error.len > 0)
		e = fail(why, MSG_OIDC_REFUSED, arg_str(answer->error));
	if (e == OK)
		e = exchange(o, &pending, answer->code, arena, &told, why);
	if (e != OK)
		return e;
	str token = json_get_string(&told, STR("id_token"), STR(""));
	const struct jwt_wish wish = { .issuer = o->issuer,
		.client = o->client,
		.nonce = str_of(pending.nonce),
		.now_s = clock_real()->now_ms(clock_real()) / 1000 };
	e = check_once(o, token, &wish, OIDC_KEPT_MS, arena, out, &first);
	if (e == ERR_DENIED) /* the provider may have new keys */
		return check_once(o, token, &wish, OIDC_AGAIN_MS, arena, out, why);
	if (e != OK)
		*why = first;
	return e;
}

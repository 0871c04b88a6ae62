/* main/oidc_fetch.c - see oidc_fetch.h */
#include "main/oidc_fetch.h"

#include <curl/curl.h>
#include <pthread.h>

#include "main/oidc.h"

bool oidc_url_is_fit(str url)
{
	static const str fit[] = { STR_INIT("https://"), STR_INIT("http://127.0.0.1:"),
		STR_INIT("http://localhost:"), STR_INIT("http://[::1]:") };

	for (size_t i = 0; i < ARRAY_LEN(fit); i++)
		if (str_starts(url, fit[i]))
			return str_is_text(url);
	return false;
}

void oidc_add_escaped(struct strbuf *out, str text)
{
	for (size_t i = 0; i < text.len; i++) {
		unsigned char c = (unsigned char)text.ptr[i];
		bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
			     (c >= '0' && c <= '9') || (c != 0 && str_has(STR("-._~"), (char)c));
		if (plain)
			strbuf_add_byte(out, (char)c);
		else
			strbuf_printf(out, "%%%02X", c);
	}
}

static void begin_curl(void)
{
	CURLcode code = curl_global_init(CURL_GLOBAL_DEFAULT);

	ASSERT(code == CURLE_OK); /* it fails only for want of memory */
}

/* More than the buffer holds ends the transfer. */
static size_t take(char *bytes, size_t one, size_t count, void *context)
{
	struct strbuf *to = context;

	strbuf_add(to, (str){ bytes, one * count });
	return strbuf_ok(to) ? one * count : 0;
}

/* NUL-terminated copies, for libcurl. */
static bool copy_all(struct oidc_question *q, struct arena *arena)
{
	q->url = arena_str(arena, q->url);
	q->form = arena_str(arena, q->form);
	q->user = arena_str(arena, q->user);
	q->password = arena_str(arena, q->password);
	return q->url.ptr != NULL && q->form.ptr != NULL && q->user.ptr != NULL &&
	       q->password.ptr != NULL;
}

static CURLcode set_up(CURL *easy, const struct oidc_question *q, struct strbuf *body)
{
	(void)curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
	(void)curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L);
	(void)curl_easy_setopt(easy, CURLOPT_PROXY, ""); /* none that the environment names */
	(void)curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, (long)OIDC_ANSWER_MS);
	(void)curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, take);
	(void)curl_easy_setopt(easy, CURLOPT_WRITEDATA, body);
	if (q->user.len > 0) {
		(void)curl_easy_setopt(easy, CURLOPT_HTTPAUTH, (long)CURLAUTH_BASIC);
		(void)curl_easy_setopt(easy, CURLOPT_USERNAME, q->user.ptr);
		(void)curl_easy_setopt(easy, CURLOPT_PASSWORD, q->password.ptr);
	}
	if (q->form.len > 0)
		(void)curl_easy_setopt(easy, CURLOPT_POSTFIELDS, q->form.ptr);
	CURLcode code = curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
	return code == CURLE_OK ? curl_easy_setopt(easy, CURLOPT_URL, q->url.ptr) : code;
}

static err ask(const struct oidc_question *q, struct strbuf *body, long *status, struct why *why)
{
	CURL *easy = curl_easy_init();
	ASSERT(easy != NULL); /* it fails only for want of memory */
	CURLcode code = set_up(easy, q, body);

	if (code == CURLE_OK)
		code = curl_easy_perform(easy);
	if (code == CURLE_OK)
		code = curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, status);
	curl_easy_cleanup(easy);
	return code == CURLE_OK ? OK : fail(why, MSG_OIDC_REACH, arg_c(curl_easy_strerror(code)));
}

err oidc_fetch(const struct oidc_question *question, struct arena *arena, struct json *out,
	struct why *why)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;
	struct oidc_question q = *question;
	struct strbuf body = strbuf_heap(OIDC_BYTES_MAX);
	long status = 0;
	int code = pthread_once(&once, begin_curl);

	ASSERT(code == 0);
	if (!oidc_url_is_fit(q.url))
		return fail(why, MSG_OIDC_ANSWER, arg_str(q.url));
	if (!copy_all(&q, arena))
		return fail(why, MSG_NO_ROOM, arg_c("oidc"), arg_int(0));
	err e = ask(&q, &body, &status, why);
	if (e == OK && status != 200)
		e = fail(why, MSG_OIDC_ANSWER, arg_int(status));
	if (e == OK) {
		struct json_parser *parser = json_parser_create(NULL);
		e = json_parse(parser, (str){ body.ptr, body.len }, arena, out, why);
		json_parser_free(parser);
	}
	if (e == OK && out->kind != JSON_OBJECT)
		e = fail(why, MSG_OIDC_ANSWER, arg_c("JSON"));
	strbuf_done(&body);
	return e;
}

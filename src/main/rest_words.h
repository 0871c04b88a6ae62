/* main/rest_words.h - what HTTP asks, as the words of a command line.
 *
 *   GET /api/v1/journey/map?since=7d&channel=web&channel=phone
 *     -> journey map --since=7d --channel=web --channel=phone
 *   POST /api/v1/identity/link {"arguments": ["email:a@b.fr", "phone:+33..."], "because": "..."}
 *     -> identity link --because=... -- email:a@b.fr phone:+33...
 *
 * Names may be written with _ for -.  Flags are given by "", "true" or "1" (or true in JSON), and
 * not by "false" or "0".  Of the options of every command only `zone` and `lang` are for strangers.
 * Paths name files of this machine, so none is taken: documents (`definition`, `metrics`,
 * `mapping`) are given by the name of a ready-made one or as they are, in a JSON body as an object.
 */
#pragma once

#include "base/json.h"
#include "main/rest.h"

enum { REST_WORDS_MAX = 512, REST_DOCUMENTS_MAX = 2 };

struct rest_words {
	str items[REST_WORDS_MAX];
	size_t count;
	int document_fds[REST_DOCUMENTS_MAX]; /* of the body, to be closed */
	size_t document_count;
};

/* In call->arena.  MSG_REST_...: asked wrongly.  On success and error rest_words_done(). */
err rest_words_of(struct rest_call *call, struct rest_words *out, struct why *why);
void rest_words_done(struct rest_words *words);

/* "", "true", "1" or "false", "0": MSG_REST_VALUE. */
err rest_flag(str name, str value, bool *out, struct why *why);

/* `at_least`, which is for all GETs and no option: 0 without. */
err rest_at_least(const struct http_exchange *x, uint64_t *out, struct why *why);

/* The body as JSON: an object; NULL and OK if there is none. */
err rest_body(struct rest_call *call, const struct json **out, struct why *why);

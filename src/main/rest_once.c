/* main/rest_once.c - see rest_once.h */
#include "main/rest_once.h"

#include <stdlib.h>

#include "desk/once.h"
#include "engine/waiting.h"

struct kept {
	struct digest128 key, request;
	bool used, is_done;
	int status;
	const char *type;
	struct strbuf body;
	uint64_t number; /* the oldest goes first */
};

struct rest_once {
	pthread_mutex_t lock; /* a leaf */
	struct kept kept[REST_ONCE_ANSWERS];
	uint64_t number;
};

struct rest_once *rest_once_create(void)
{
	struct rest_once *once = memory_alloc(sizeof(*once));

	mutex_init(&once->lock);
	return once;
}

void rest_once_free(struct rest_once *once)
{
	for (size_t i = 0; i < REST_ONCE_ANSWERS; i++)
		strbuf_done(&once->kept[i].body);
	mutex_done(&once->lock);
	free(once);
}

/* ---- what a key and a request are */

static bool is_key(str text)
{
	for (size_t i = 0; i < text.len; i++)
		if (text.ptr[i] <= ' ' || text.ptr[i] > '~')
			return false;
	return text.len > 0 && text.len <= REST_ONCE_BYTES_MAX;
}

static struct digest128 digest_of(const str *texts, size_t count)
{
	struct strbuf all = strbuf_heap(SIZE_MAX / 2);

	for (size_t i = 0; i < count; i++) {
		strbuf_add(&all, texts[i]);
		strbuf_add_byte(&all, '\0');
	}
	struct digest128 digest = digest128(NULL, strbuf_str(&all));
	strbuf_done(&all);
	return digest;
}

static struct digest128 key_of(const struct rest_call *call, str key)
{
	const str texts[] = { call->caller.who, key };

	return digest_of(texts, ARRAY_LEN(texts));
}

static struct digest128 request_of(const struct rest_call *call)
{
	const struct target *target = http_target(call->x);
	struct strbuf query = strbuf_heap(1 << 20);
	str path = str_of(call->route->pattern);

	for (size_t i = 0; i < target->part_count; i++) {
		strbuf_add(&query, target->parts[i]);
		strbuf_add_byte(&query, '\0');
	}
	for (size_t i = 0; i < target->query_count; i++) {
		strbuf_add(&query, target->query[i].name);
		strbuf_add_byte(&query, '\0');
		strbuf_add(&query, target->query[i].value);
		strbuf_add_byte(&query, '\0');
	}
	const str texts[] = { http_method_name(call->route->method), path, strbuf_str(&query),
		http_body(call->x) };
	struct digest128 digest = digest_of(texts, ARRAY_LEN(texts));
	strbuf_done(&query);
	return digest;
}

static bool same(const struct digest128 *a, const struct digest128 *b)
{
	return memcmp(a->bytes, b->bytes, sizeof(a->bytes)) == 0;
}

/* ---- the table, with its lock held */

static struct kept *find(struct rest_once *once, const struct digest128 *key)
{
	for (size_t i = 0; i < REST_ONCE_ANSWERS; i++)
		if (once->kept[i].used && same(&once->kept[i].key, key))
			return &once->kept[i];
	return NULL;
}

/* A free place, or that of the oldest answer; all running: NULL. */
static struct kept *place_for(struct rest_once *once)
{
	struct kept *oldest = NULL;

	for (size_t i = 0; i < REST_ONCE_ANSWERS; i++) {
		struct kept *k = &once->kept[i];
		if (!k->used)
			return k;
		if (k->is_done && (oldest == NULL || k->number < oldest->number))
			oldest = k;
	}
	return oldest;
}

static err note_running(struct rest_once *once, const struct digest128 *key,
	const struct digest128 *request, struct why *why)
{
	struct kept *k = place_for(once);

	if (k == NULL)
		return fail(why, MSG_REST_FULL);
	strbuf_done(&k->body);
	*k = (struct kept){ .key = *key,
		.request = *request,
		.used = true,
		.body = strbuf_heap(REST_ONCE_KEPT_BYTES),
		.number = ++once->number };
	return OK;
}

static void answer_again(struct rest_call *call, const struct kept *k)
{
	struct strbuf body = strbuf_heap(REST_ONCE_KEPT_BYTES);

	strbuf_add(&body, (str){ k->body.ptr, k->body.len });
	http_set(call->x, "Idempotency-Replayed", STR("true"));
	http_set(call->x, "Cache-Control", STR("no-store"));
	rest_settled(call);
	http_answer_built(call->x, k->status, k->type, &body);
}

static err look_up(struct rest_call *call, struct rest_once *once, const struct digest128 *request,
	bool *found, bool *answered, struct why *why)
{
	const struct kept *k = find(once, &call->once_key);

	*found = k != NULL;
	if (k == NULL)
		return note_running(once, &call->once_key, request, why);
	if (!same(&k->request, request))
		return fail(why, MSG_REST_ONCE_OTHER);
	if (!k->is_done)
		return fail(why, MSG_REST_ONCE_RUNS);
	answer_again(call, k);
	*answered = true;
	return OK;
}

static void drop(struct rest_once *once, const struct digest128 *key)
{
	mutex_lock(&once->lock);
	struct kept *k = find(once, key);
	if (k != NULL)
		k->used = false;
	mutex_unlock(&once->lock);
}

/* ---- */

err rest_once_begin(struct rest_call *call, bool *answered, struct why *why)
{
	struct rest_once *once = rest_once_of(call->rest);
	str key = http_header(call->x, "Idempotency-Key");
	bool found = false, known = false, is_same = false;

	*answered = false;
	if (key.len == 0)
		return OK;
	if (!is_key(key))
		return fail(why, MSG_REST_ONCE_FORM, arg_int(REST_ONCE_BYTES_MAX));
	call->once_key = key_of(call, key);
	struct digest128 request = request_of(call);
	mutex_lock(&once->lock);
	err e = look_up(call, once, &request, &found, answered, why);
	mutex_unlock(&once->lock);
	if (e != OK || found)
		return e;
	e = once_begin(rest_options_of(call->rest)->desk, &call->once_key, &request, &known,
		&is_same, why);
	if (e == OK && known)
		e = is_same ? fail(why, MSG_REST_ONCE_UNKNOWN) : fail(why, MSG_REST_ONCE_OTHER);
	call->has_once = e == OK;
	if (e != OK)
		drop(once, &call->once_key);
	return e;
}

void rest_once_keep(struct rest_call *call, int status, const char *type, str body)
{
	struct rest_once *once = rest_once_of(call->rest);

	if (!call->has_once)
		return;
	mutex_lock(&once->lock);
	struct kept *k = find(once, &call->once_key);
	if (k != NULL && body.len < REST_ONCE_KEPT_BYTES) {
		k->is_done = true;
		k->status = status;
		k->type = type;
		strbuf_add(&k->body, body);
	} else if (k != NULL) {
		k->used = false; /* too long to be kept: the desk knows that it was done */
	}
	mutex_unlock(&once->lock);
}

void rest_once_forget(struct rest_call *call)
{
	struct why unheard = { 0 };

	if (!call->has_once)
		return;
	drop(rest_once_of(call->rest), &call->once_key);
	/* what stays refuses the key for a day: safe */
	(void)once_forget(rest_options_of(call->rest)->desk, &call->once_key, &unheard);
}

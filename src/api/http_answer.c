/* api/http_answer.c - the answer to a request: given by any thread, sent by the worker. */
#include "api/http_internal.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { STREAM_BLOCK_BYTES = 32768, PROBLEM_BYTES_MAX = 16384, RETRY_SECONDS = 1 };

/* ---- given */

void http_set(struct http_exchange *x, const char *name, str value)
{
	size_t i = 0;

	if (!str_is_text(value) || strlen(name) >= sizeof(x->own[0].name))
		return;
	while (i < x->own_count && strcasecmp(x->own[i].name, name) != 0)
		i++;
	str kept = arena_str(http_arena(x), value);
	if (i == HTTP_OWN_HEADERS_MAX || kept.ptr == NULL)
		return;
	memcpy(x->own[i].name, name, strlen(name) + 1);
	x->own[i].value = kept;
	x->own_count = MAX_OF(x->own_count, i + 1);
}

/* The last that is done to an exchange by who answers. */
static void give(struct http_exchange *x)
{
	struct MHD_Connection *mhd =
		x->mhd; /* the exchange may be gone the moment it is answered */

	if (atomic_exchange(&x->turn, TURN_ANSWERED) == TURN_WAITING)
		MHD_resume_connection(mhd);
}

void http_answer(struct http_exchange *x, int status, const char *type, str body)
{
	x->status = status;
	x->type = type;
	x->answer = body;
	give(x);
}

void http_answer_built(struct http_exchange *x, int status, const char *type, struct strbuf *heap)
{
	ASSERT(heap->arena == NULL && strbuf_ok(heap));
	x->answer_heap = heap->ptr;
	str body = strbuf_str(heap);
	*heap = (struct strbuf){ .cap_max = heap->cap_max };
	http_answer(x, status, type, body);
}

void http_answer_empty(struct http_exchange *x, int status)
{
	http_answer(x, status, NULL, STR(""));
}

void http_refuse(struct http_exchange *x, int status, const struct why *why)
{
	struct strbuf out = strbuf_heap(PROBLEM_BYTES_MAX);

	x->server->options.problem(why, status, http_language(x), &out);
	ASSERT(strbuf_ok(&out));
	http_set(
		x, "Content-Language", http_language(x) == LANGUAGE_FRENCH ? STR("fr") : STR("en"));
	http_answer_built(x, status, "application/problem+json", &out);
}

void http_fail(struct http_exchange *x, const struct why *why)
{
	http_refuse(x, x->server->options.status_of(message_code(why->message)), why);
}

void http_answer_stream(
	struct http_exchange *x, int status, const char *type, struct http_stream *stream)
{
	x->stream = stream;
	x->status = status;
	x->type = type;
	give(x);
}

void http_stream_wake(struct http_exchange *x)
{
	if (atomic_exchange(&x->awake, AWAKE_WOKEN) == AWAKE_ASLEEP)
		MHD_resume_connection(x->mhd);
}

void http_when_done(struct http_exchange *x, void (*done)(void *context), void *context)
{
	x->done = done;
	x->done_context = context;
}

/* ---- sent */

static ssize_t stream_read(void *context, uint64_t at, char *to, size_t bytes)
{
	struct http_exchange *x = context;
	enum awake reading = AWAKE_READING;

	(void)at;
	atomic_store(&x->awake, AWAKE_READING);
	if (atomic_load(&x->cancelled))
		return MHD_CONTENT_READER_END_WITH_ERROR;
	int64_t n = x->stream->read(x->stream, to, bytes);
	if (n == HTTP_STREAM_END)
		return MHD_CONTENT_READER_END_OF_STREAM;
	if (n < 0)
		return MHD_CONTENT_READER_END_WITH_ERROR;
	if (n == 0) {
		MHD_suspend_connection(x->mhd);
		if (!atomic_compare_exchange_strong(&x->awake, &reading, AWAKE_ASLEEP))
			MHD_resume_connection(x->mhd); /* woken meanwhile */
	}
	return (ssize_t)n;
}

static struct MHD_Response *make_response(struct http_exchange *x)
{
	static char nothing[1];

	if (x->stream != NULL)
		return MHD_create_response_from_callback(
			MHD_SIZE_UNKNOWN, STREAM_BLOCK_BYTES, stream_read, x, NULL);
	/* It stays until the exchange ends; libmicrohttpd only reads it. */
	void *bytes = x->answer.len == 0 ? nothing : (void *)(uintptr_t)x->answer.ptr;
	return MHD_create_response_from_buffer(x->answer.len, bytes, MHD_RESPMEM_PERSISTENT);
}

static void add_header(struct MHD_Response *response, const char *name, const char *value)
{
	/* It refuses only what http_set() leaves out already. */
	(void)MHD_add_response_header(response, name, value);
}

static void add_preset(struct http_exchange *x, const char *name, const char *value)
{
	for (size_t i = 0; i < x->own_count; i++)
		if (strcasecmp(x->own[i].name, name) == 0)
			return;
	http_set(x, name, str_of(value));
}

/* What holds for every answer, unless its handler said otherwise. */
static void set_presets(struct http_exchange *x)
{
	if (x->type != NULL)
		add_preset(x, "Content-Type", x->type);
	add_preset(x, "Cache-Control", "no-store");
	add_preset(x, "X-Content-Type-Options", "nosniff");
	add_preset(x, "trace-id", x->trace);
	if ((x->match.flags & HTTP_OPEN_TO_PAGES) != 0)
		add_preset(x, "Access-Control-Allow-Origin", "*");
	if (x->closes || atomic_load(&x->server->stopping))
		add_preset(x, "Connection", "close");
	if (x->server->options.headers != NULL)
		x->server->options.headers(x, x->server->options.context);
}

enum MHD_Result answer_send(struct http_exchange *x)
{
	set_presets(x);
	struct MHD_Response *response = make_response(x);

	if (response == NULL)
		return MHD_NO;
	for (size_t i = 0; i < x->own_count; i++)
		add_header(response, x->own[i].name, x->own[i].value.ptr);
	enum MHD_Result queued = MHD_queue_response(x->mhd, (unsigned)x->status, response);
	MHD_destroy_response(response);
	return queued;
}

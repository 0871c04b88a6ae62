/* api/capture_segment.c - Segment's tracking API: /v1/track and the others, /v1/batch, the short
 * paths of browser SDKs, the pixel.
 *
 * The path says the type of a call; a member `type` counts where the path does not (/v1/batch).
 * Keys never become part of an event, nor does `_metadata`, by which the browser SDK tells of its
 * own parts.
 */
#include "api/capture_internal.h"
#include "exchange/segment.h"

/* Looked at for each member of each call. */
static const str left_out[] = { STR_INIT("writeKey"), STR_INIT("_metadata"),
	STR_INIT("write_key") };

static bool is_left_out(str key)
{
	if (key.len == 0 || (key.ptr[0] != 'w' && key.ptr[0] != '_'))
		return false;
	for (size_t i = 0; i < ARRAY_LEN(left_out); i++)
		if (str_equal(key, left_out[i]))
			return true;
	return false;
}

/* Nothing to leave out or to say otherwise: most calls of a batch. */
static bool is_clean(const struct json *from, str type)
{
	bool clean = type.len == 0;

	for (size_t i = 0; clean && i < from->object.count; i++)
		clean = !is_left_out(from->object.items[i].key);
	return clean;
}

/* The members that are part of the event; with `type`, that in place of theirs. */
static err without_keys(
	const struct json *from, str type, struct arena *arena, struct json *out, struct why *why)
{
	size_t count = from->object.count, n = 0;

	if (is_clean(from, type)) {
		*out = *from;
		return OK;
	}
	struct json_member *items = arena_array(arena, count + 1, sizeof(*items));
	if (items == NULL)
		return fail(why, MSG_NO_ROOM, arg_c("call"), arg_int((int64_t)arena_taken(arena)));
	for (size_t i = 0; i < count; i++) {
		const struct json_member *m = &from->object.items[i];
		if (!is_left_out(m->key) && !(type.len > 0 && str_equal(m->key, STR("type"))))
			items[n++] = *m;
	}
	if (type.len > 0)
		items[n++] = (struct json_member){ STR("type"),
			{ .kind = JSON_STRING, .string = type } };
	*out = (struct json){ .kind = JSON_OBJECT, .object = { items, n } };
	return OK;
}

static err add_call(struct capture_job *job, const struct json *call, str type, struct why *why)
{
	const struct segment_options options = { .received_ms = job->received_ms };
	struct arena *arena = job->scratch->arena;
	struct json clean;
	struct record record;
	uint64_t without_zone = 0;
	err e = without_keys(call, type, arena, &clean, why);

	if (e == OK)
		e = segment_record(&clean, &options, arena, &record, &without_zone, why);
	return e == OK ? job_add(job, &record, why) : e;
}

static str key_in(const struct json *body)
{
	str key = json_get_string(body, STR("writeKey"), STR(""));

	return key.len > 0 ? key : json_get_string(body, STR("write_key"), STR(""));
}

static err parse_object(struct capture_job *job, str body, struct json *out, struct why *why)
{
	if (str_trim(body).len == 0)
		return fail(why, MSG_CAPTURE_EMPTY);
	err e = job_json(job, body, out, why);
	if (e == OK && out->kind != JSON_OBJECT)
		e = fail(why, MSG_JSONL_NOT_OBJECT);
	return e == OK ? job_key(job, key_in(out), why) : e;
}

/* ---- one call */

static err add_one(struct capture_job *job, const struct json *call, str type, struct why *why)
{
	err e = job_expect(job, 1, 1, why);

	if (e == OK)
		e = add_call(job, call, type, why);
	return e == OK ? OK : job_refuse(job, 0, call, why);
}

err segment_read_call(struct capture_job *job, str body, struct why *why)
{
	const char *type = http_route(job->x)->data;
	struct json call;
	err e = parse_object(job, body, &call, why);

	return e == OK ? add_one(job, &call, str_of(type), why) : e;
}

static void take_call(struct http_exchange *x, void *capture)
{
	capture_run(capture, x, CAPTURE_EVENT_BYTES_MAX, segment_read_call);
}

/* ---- many */

err segment_read_batch(struct capture_job *job, str body, struct why *why)
{
	struct arena *arena = job->scratch->arena;
	struct json told, envelope, call;
	err e = parse_object(job, body, &told, why);

	if (e == OK && !segment_is_batch(&told))
		e = fail(why, MSG_CAPTURE_EMPTY);
	if (e == OK)
		e = without_keys(&told, STR(""), arena, &envelope, why);
	if (e != OK)
		return e;
	job->is_batch = true;
	const struct json_items *events = &json_get(&envelope, STR("batch"))->array;
	e = job_expect(job, events->count, CAPTURE_BATCH_EVENTS_MAX, why);
	for (size_t i = 0; e == OK && i < events->count; i++) {
		e = segment_of_batch(&envelope, i, arena, &call, why);
		if (e == OK)
			e = add_call(job, &call, STR(""), why);
		if (e != OK)
			e = job_refuse(job, i, &events->items[i], why);
	}
	return e;
}

static void take_batch(struct http_exchange *x, void *capture)
{
	capture_run(capture, x, CAPTURE_BATCH_BYTES_MAX, segment_read_batch);
}

/* ---- the pixel: an image whose address is an event, for pages without scripts and for mails */

static void answer_pixel(struct capture_job *job)
{
	static const char gif[] = "GIF89a\1\0\1\0\200\0\0\0\0\0\377\377\377!\371\4\1\0\0\0\0,\0\0\0"
				  "\0\1\0\1\0\0\2\1D\0;";

	http_answer(job->x, 200, "image/gif", (str){ gif, sizeof(gif) - 1 });
}

/* Each parameter of the address is a member: known ones of the call, all others properties. */
static err call_of_query(struct capture_job *job, struct json *out, struct why *why)
{
	static const str own[] = { STR_INIT("userId"), STR_INIT("anonymousId"), STR_INIT("event"),
		STR_INIT("name"), STR_INIT("messageId"), STR_INIT("timestamp"), STR_INIT("groupId"),
		STR_INIT("previousId"), STR_INIT("channel") };
	const struct target *target = http_target(job->x);
	struct arena *arena = job->scratch->arena;
	size_t count = target->query_count, members = 0, properties = 0;
	struct json_member *items = arena_array(arena, count + 1, sizeof(*items));
	struct json_member *inner = arena_array(arena, count, sizeof(*inner));

	if (items == NULL || inner == NULL)
		return fail(why, MSG_NO_ROOM, arg_c("URL"), arg_int((int64_t)count));
	for (size_t i = 0; i < count; i++) {
		struct json_member m = { target->query[i].name,
			{ .kind = JSON_STRING, .string = target->query[i].value } };
		bool is_own = false;
		for (size_t k = 0; k < ARRAY_LEN(own); k++)
			is_own |= str_equal(own[k], m.key);
		if (is_own)
			items[members++] = m;
		else if (!is_left_out(m.key) && !str_equal(m.key, STR("api_key")))
			inner[properties++] = m;
	}
	if (properties > 0)
		items[members++] = (struct json_member){ STR("properties"),
			{ .kind = JSON_OBJECT, .object = { inner, properties } } };
	*out = (struct json){ .kind = JSON_OBJECT, .object = { items, members } };
	return OK;
}

err segment_read_pixel(struct capture_job *job, str body, struct why *why)
{
	static const str types[] = { STR_INIT("track"), STR_INIT("page"), STR_INIT("screen"),
		STR_INIT("identify"), STR_INIT("group"), STR_INIT("alias") };
	str data = http_query(job->x, "data"), type = http_path(job->x, "call"), text;
	struct json call;
	bool known = false;
	err e = OK;

	(void)body;
	job->answer = answer_pixel;
	for (size_t i = 0; i < ARRAY_LEN(types); i++)
		known |= str_equal(types[i], type);
	if (!known)
		return fail(why, MSG_SEGMENT_TYPE, arg_str(type));
	if (data.len > 0) {
		text = capture_base64(data, job->scratch->arena);
		if (text.ptr == NULL)
			return fail(why, MSG_CAPTURE_DATA);
		e = parse_object(job, text, &call, why);
	} else {
		e = call_of_query(job, &call, why);
	}
	if (e == OK)
		e = job_key(job, STR(""), why);
	return e == OK ? add_one(job, &call, type, why) : e;
}

static void take_pixel(struct http_exchange *x, void *capture)
{
	capture_run(capture, x, CAPTURE_EVENT_BYTES_MAX, segment_read_pixel);
}

/* ---- what the browser SDK asks for beside */

/* Its own measurements: taken, and let go. */
static void take_measurements(struct http_exchange *x, void *capture)
{
	(void)capture;
	http_answer(x, 200, "application/json", STR("{\"success\":true}\n"));
}

static bool is_host(str host)
{
	for (size_t i = 0; i < host.len; i++) {
		char c = host.ptr[i];
		if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
			    str_has(STR(".-:[]_"), c)))
			return false;
	}
	return host.len > 0;
}

/* Where to send to, and nothing else to load: the SDK asks its CDN for it, which we are to it. */
static void show_settings(struct http_exchange *x, void *capture)
{
	struct strbuf out = strbuf_heap(8192), host = strbuf_heap(1024);
	struct json_writer w = json_writer_of(&out, JSON_COMPACT);
	str told = http_header(x, "Host"), proto = http_header(x, "X-Forwarded-Proto");
	bool secure = http_is_secure(x) || str_equal(proto, STR("https"));

	(void)capture;
	strbuf_add(&host, is_host(told) ? str_cut(told, 500) : STR("localhost"));
	strbuf_add(&host, STR("/v1"));
	json_put_object(&w);
	json_put_key(&w, STR("integrations"));
	json_put_object(&w);
	json_put_key(&w, STR("Segment.io"));
	json_put_object(&w);
	json_member_string(&w, "apiKey", http_path(x, "key"));
	json_member_string(&w, "apiHost", strbuf_str(&host));
	json_member_string(&w, "protocol", secure ? STR("https") : STR("http"));
	json_put_end(&w);
	json_put_end(&w);
	json_put_key(&w, STR("plan"));
	json_put_raw(&w, STR("{\"track\":{\"__default\":{\"enabled\":true,\"integrations\":{}}}}"));
	json_put_key(&w, STR("metrics"));
	json_put_raw(&w, STR("{\"sampleRate\":0}"));
	json_put_end(&w);
	strbuf_done(&host);
	http_set(x, "Cache-Control", STR("public, max-age=300"));
	http_answer_built(x, 200, "application/json", &out);
}

#define CALL(path, type) \
	{ \
		.method = HTTP_POST, .pattern = (path), .handle = take_call, \
		.body_bytes_max = CAPTURE_EVENT_BYTES_MAX, .flags = HTTP_OPEN_TO_PAGES, \
		.data = (type) \
	}
#define BATCH(path) \
	{ \
		.method = HTTP_POST, .pattern = (path), .handle = take_batch, \
		.body_bytes_max = CAPTURE_BATCH_BYTES_MAX, .flags = HTTP_OPEN_TO_PAGES \
	}

const struct http_route segment_routes[] = {
	BATCH("/v1/batch"),
	BATCH("/v1/import"),
	BATCH("/v1/b"),
	CALL("/v1/track", "track"),
	CALL("/v1/t", "track"),
	CALL("/v1/page", "page"),
	CALL("/v1/p", "page"),
	CALL("/v1/identify", "identify"),
	CALL("/v1/i", "identify"),
	CALL("/v1/group", "group"),
	CALL("/v1/g", "group"),
	CALL("/v1/alias", "alias"),
	CALL("/v1/a", "alias"),
	CALL("/v1/screen", "screen"),
	CALL("/v1/s", "screen"),
	{ .method = HTTP_GET,
		.pattern = "/v1/pixel/{call}",
		.handle = take_pixel,
		.flags = HTTP_OPEN_TO_PAGES },
	{ .method = HTTP_POST,
		.pattern = "/v1/m",
		.handle = take_measurements,
		.body_bytes_max = CAPTURE_BATCH_BYTES_MAX,
		.flags = HTTP_OPEN_TO_PAGES },
	{ .method = HTTP_GET,
		.pattern = "/v1/projects/{key}/settings",
		.handle = show_settings,
		.flags = HTTP_OPEN_TO_PAGES },
};
const size_t segment_route_count = ARRAY_LEN(segment_routes);

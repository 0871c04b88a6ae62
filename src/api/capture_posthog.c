/* api/capture_posthog.c - the capture endpoints of PostHog, for its SDKs: an event is told as the
 * Segment call that says the same, and goes the same way.
 *
 *   event           track; $pageview page, $screen screen, $identify identify,
 *                   $create_alias and $merge_dangerously alias, $groupidentify an entity: the group
 *   distinct_id     userId; anonymousId where it is the $device_id, that is, before anybody signed
 * in properties      properties; $set and $set_once traits; $anon_distinct_id anonymousId uuid,
 * timestamp, sent_at    messageId, timestamp, sentAt
 *
 * Ids that name nobody ("null", "guest" ...) are refused, as PostHog does: one such id would make
 * one customer of all.
 */
#include "api/capture_internal.h"
#include "exchange/segment.h"

enum { CALL_MEMBERS_MAX = 16 };

struct call {
	struct json_member items[CALL_MEMBERS_MAX];
	size_t count;
};

static void put(struct call *call, str key, const struct json *value)
{
	ASSERT(call->count < CALL_MEMBERS_MAX);
	if (value != NULL && value->kind != JSON_NULL)
		call->items[call->count++] = (struct json_member){ key, *value };
}

static void put_text(struct call *call, str key, str text)
{
	const struct json value = { .kind = JSON_STRING, .string = text };

	if (text.len > 0)
		put(call, key, &value);
}

static bool names_nobody(str id)
{
	static const str rows[] = { STR_INIT("null"), STR_INIT("undefined"), STR_INIT("none"),
		STR_INIT("nil"), STR_INIT("NaN"), STR_INIT("0"), STR_INIT("true"),
		STR_INIT("false"), STR_INIT("guest"), STR_INIT("anonymous"),
		STR_INIT("distinct_id"), STR_INIT("distinctid"), STR_INIT("id"),
		STR_INIT("not_authenticated"), STR_INIT("[object Object]"), STR_INIT("email"),
		STR_INIT("00000000-0000-0000-0000-"
			 "000000000000") };

	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		if (str_equal(rows[i], id))
			return true;
	return false;
}

static str type_of(str event)
{
	static const struct {
		str event, type;
	} rows[] = {
		{ STR_INIT("$pageview"), STR_INIT("page") },
		{ STR_INIT("$screen"), STR_INIT("screen") },
		{ STR_INIT("$identify"), STR_INIT("identify") },
		{ STR_INIT("$create_alias"), STR_INIT("alias") },
		{ STR_INIT("$merge_dangerously"), STR_INIT("alias") },
		{ STR_INIT("$groupidentify"), STR_INIT("group") },
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		if (str_equal(rows[i].event, event))
			return rows[i].type;
	return STR("track");
}

static str channel_of(const struct json *properties)
{
	static const struct {
		str library, channel;
	} rows[] = {
		{ STR_INIT("web"), STR_INIT("web") },
		{ STR_INIT("posthog-js"), STR_INIT("web") },
		{ STR_INIT("posthog-ios"), STR_INIT("app") },
		{ STR_INIT("posthog-android"), STR_INIT("app") },
		{ STR_INIT("posthog-react-native"), STR_INIT("app") },
		{ STR_INIT("posthog-flutter"), STR_INIT("app") },
	};
	str library = json_get_string(properties, STR("$lib"), STR(""));

	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		if (str_equal(rows[i].library, library))
			return rows[i].channel;
	return STR("backoffice");
}

/* Members of `properties` that are told elsewhere, or are keys. */
static bool is_told_elsewhere(str key)
{
	static const str rows[] = { STR_INIT("token"), STR_INIT("api_key"), STR_INIT("$set"),
		STR_INIT("$set_once"), STR_INIT("$group_set"), STR_INIT("distinct_id") };

	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		if (str_equal(rows[i], key))
			return true;
	return false;
}

static const struct json *make_object(struct json_member *items, size_t count, struct arena *arena)
{
	struct json *out = arena_alloc(arena, sizeof(*out));

	if (out != NULL)
		*out = (struct json){ .kind = JSON_OBJECT, .object = { items, count } };
	return out;
}

static const struct json *rest_of(const struct json *properties, struct arena *arena)
{
	size_t count = properties == NULL ? 0 : properties->object.count, n = 0;
	struct json_member *items = arena_array(arena, count, sizeof(*items));

	if (items == NULL || count == 0)
		return NULL;
	for (size_t i = 0; i < count; i++)
		if (!is_told_elsewhere(properties->object.items[i].key))
			items[n++] = properties->object.items[i];
	return make_object(items, n, arena);
}

/* $set_once behind $set: what is told twice counts as told first. */
static const struct json *traits_of(const struct json *event, struct arena *arena)
{
	static const char *const keys[] = { "$set", "$set_once", "$group_set" };
	const struct json *properties = json_get(event, STR("properties"));
	const struct json *found[6];
	size_t count = 0, sets = 0, n = 0;

	for (size_t i = 0; i < ARRAY_LEN(keys); i++) {
		const struct json *both[] = { json_get(properties, str_of(keys[i])),
			json_get(event, str_of(keys[i])) };
		for (size_t k = 0; k < ARRAY_LEN(both); k++)
			if (both[k] != NULL && both[k]->kind == JSON_OBJECT) {
				found[sets++] = both[k];
				count += both[k]->object.count;
			}
	}
	struct json_member *items = count == 0 ? NULL : arena_array(arena, count, sizeof(*items));
	if (items == NULL)
		return NULL;
	for (size_t s = 0; s < sets; s++)
		for (size_t i = 0; i < found[s]->object.count; i++)
			items[n++] = found[s]->object.items[i];
	return make_object(items, n, arena);
}

static err put_who(
	struct call *call, const struct json *event, const struct json *properties, struct why *why)
{
	const struct json *id = json_get(event, STR("distinct_id"));
	str device = json_get_string(properties, STR("$device_id"), STR(""));

	if (id == NULL)
		id = json_get(event, STR("$distinct_id"));
	if (id == NULL)
		id = json_get(properties, STR("distinct_id"));
	str text = id != NULL && id->kind == JSON_STRING ? str_trim(id->string) : STR("");
	if (names_nobody(text))
		return fail(why, MSG_CAPTURE_NOBODY, arg_str(text));
	bool anonymous = text.len > 0 && str_equal(text, device);
	put(call, anonymous ? STR("anonymousId") : STR("userId"), id);
	if (!anonymous)
		put(call, STR("anonymousId"), json_get(properties, STR("$anon_distinct_id")));
	return OK;
}

/* A trait of a person who does something else: segment.h finds it in the context. */
static void put_traits(struct call *call, str type, const struct json *traits, struct arena *arena)
{
	struct json_member *inner = arena_alloc(arena, sizeof(*inner));

	if (traits == NULL || inner == NULL)
		return;
	if (str_equal(type, STR("identify")) || str_equal(type, STR("group"))) {
		put(call, STR("traits"), traits);
		return;
	}
	*inner = (struct json_member){ STR("traits"), *traits };
	put(call, STR("context"), make_object(inner, 1, arena));
}

static err make_call(const struct json *event, const struct json *sent_at, struct arena *arena,
	struct json *out, struct why *why)
{
	const struct json *properties = json_get(event, STR("properties"));
	str name = json_get_string(event, STR("event"), STR("")), type = type_of(name);
	struct call *call = arena_alloc(arena, sizeof(*call));

	if (call == NULL)
		return fail(why, MSG_NO_ROOM, arg_c("event"), arg_int((int64_t)arena_taken(arena)));
	if (event->kind != JSON_OBJECT)
		return fail(why, MSG_JSONL_NOT_OBJECT);
	if (properties != NULL && properties->kind != JSON_OBJECT)
		properties = NULL;
	put_text(call, STR("type"), type);
	err e = put_who(call, event, properties, why);
	if (e != OK)
		return e;
	put_text(call, STR("event"), str_equal(type, STR("track")) ? name : STR(""));
	put(call, STR("messageId"), json_get(event, STR("uuid")));
	put(call, STR("timestamp"), json_get(event, STR("timestamp")));
	put(call, STR("sentAt"), sent_at);
	put_text(call, STR("channel"), channel_of(properties));
	if (str_equal(type, STR("page")))
		put(call, STR("name"), json_get(properties, STR("$pathname")));
	if (str_equal(type, STR("screen")))
		put(call, STR("name"), json_get(properties, STR("$screen_name")));
	if (str_equal(type, STR("alias")))
		put(call, STR("previousId"), json_get(properties, STR("alias")));
	if (str_equal(type, STR("group")))
		put(call, STR("groupId"), json_get(properties, STR("$group_key")));
	put(call, STR("properties"), rest_of(properties, arena));
	put_traits(call, type, traits_of(event, arena), arena);
	*out = (struct json){ .kind = JSON_OBJECT, .object = { call->items, call->count } };
	return OK;
}

static err add_event(struct capture_job *job, const struct json *event, const struct json *sent_at,
	struct why *why)
{
	const struct segment_options options = { .received_ms = job->received_ms };
	struct arena *arena = job->scratch->arena;
	uint64_t without_zone = 0;
	struct record record;
	struct json call;
	err e = make_call(event, sent_at, arena, &call, why);

	if (e == OK)
		e = segment_record(&call, &options, arena, &record, &without_zone, why);
	if (e != OK)
		return e;
	if (str_equal(json_get_string(&call, STR("type"), STR("")), STR("group"))) {
		record.kind = RECORD_ENTITY; /* of the group: its distinct_id is made up */
		record.identifier_count = 0;
	}
	return job_add(job, &record, why);
}

/* ---- bodies: {batch}, [events], one event; of old SDKs a form with `data` in base64 */

static str key_in(const struct json *body)
{
	static const char *const keys[] = { "api_key", "token" };
	const struct json *first = body;

	if (body->kind == JSON_ARRAY && body->array.count > 0)
		first = &body->array.items[0];
	for (size_t i = 0; i < ARRAY_LEN(keys); i++) {
		str key = json_get_string(first, str_of(keys[i]), STR(""));
		if (key.len == 0)
			key = json_get_string(
				json_get(first, STR("properties")), str_of(keys[i]), STR(""));
		if (key.len > 0)
			return key;
	}
	return STR("");
}

static err undo_form(struct capture_job *job, str *body, struct why *why)
{
	const struct target_pair *pairs;
	size_t count = 0;

	if (!str_starts(*body, STR("data=")) &&
		!http_has_type(job->x, "application/x-www-form-urlencoded"))
		return OK;
	if (str_starts(str_trim(*body), STR("{")) || str_starts(str_trim(*body), STR("[")))
		return OK; /* JSON under a wrong name */
	err e = target_parse_query(*body, job->scratch->arena, &pairs, &count, why);
	for (size_t i = 0; e == OK && i < count; i++) {
		if (!str_equal(pairs[i].name, STR("data")))
			continue;
		str plain = capture_base64(pairs[i].value, job->scratch->arena);
		*body = plain.ptr != NULL && str_starts(plain, STR("{")) ? plain : pairs[i].value;
	}
	return e;
}

static void answer_status(struct capture_job *job)
{
	http_answer(job->x, 200, "application/json", STR("{\"status\":1}\n"));
}

err posthog_read(struct capture_job *job, str body, struct why *why)
{
	struct json told;
	err e = str_trim(body).len == 0 ? fail(why, MSG_CAPTURE_EMPTY) : undo_form(job, &body, why);

	job->answer = answer_status;
	if (e == OK)
		e = job_json(job, body, &told, why);
	if (e == OK)
		e = job_key(job, key_in(&told), why);
	if (e != OK)
		return e;
	const struct json *batch = json_get(&told, STR("batch"));
	struct json_items events = { &told, 1 };
	if (batch != NULL && batch->kind == JSON_ARRAY)
		events = batch->array;
	else if (told.kind == JSON_ARRAY)
		events = told.array;
	job->is_batch = events.items != &told;
	e = job_expect(job, events.count, SUBMISSION_ITEMS_MAX, why);
	for (size_t i = 0; e == OK && i < events.count; i++) {
		e = add_event(job, &events.items[i], json_get(&told, STR("sent_at")), why);
		if (e != OK)
			e = job_refuse(job, i, &events.items[i], why);
	}
	return e;
}

static void take_events(struct http_exchange *x, void *capture)
{
	capture_run(capture, x, CAPTURE_LARGE_BYTES_MAX, posthog_read);
}

/* There are no flags here, and nothing went wrong in finding none. */
static void show_flags(struct http_exchange *x, void *capture)
{
	(void)capture;
	http_answer(x, 200, "application/json",
		STR("{\"flags\":{},\"featureFlags\":{},\"featureFlagPayloads\":{},"
		    "\"errorsWhileComputingFlags\":false,\"sessionRecording\":false,"
		    "\"supportedCompression\":[\"gzip\",\"gzip-js\"],\"config\":{}}\n"));
}

#define EVENTS(path) \
	{ \
		.method = HTTP_POST, .pattern = (path), .handle = take_events, \
		.body_bytes_max = CAPTURE_LARGE_BYTES_MAX, .flags = HTTP_OPEN_TO_PAGES \
	}
#define FLAGS(path) \
	{ \
		.method = HTTP_POST, .pattern = (path), .handle = show_flags, \
		.body_bytes_max = CAPTURE_EVENT_BYTES_MAX, .flags = HTTP_OPEN_TO_PAGES \
	}

const struct http_route posthog_routes[] = {
	EVENTS("/batch"),
	EVENTS("/batch/"),
	EVENTS("/capture"),
	EVENTS("/capture/"),
	EVENTS("/e"),
	EVENTS("/e/"),
	EVENTS("/i/v0/e"),
	EVENTS("/i/v0/e/"),
	FLAGS("/flags"),
	FLAGS("/flags/"),
	FLAGS("/decide"),
	FLAGS("/decide/"),
};
const size_t posthog_route_count = ARRAY_LEN(posthog_routes);

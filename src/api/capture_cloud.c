/* api/capture_cloud.c - CloudEvents 1.0 over HTTP: POST /v1/events, structured, batched or binary.
 *
 *   type                 the activity
 *   source and id        the message id, "SOURCE#ID": CloudEvents makes the two unique together
 *   time                 when; without it, now
 *   customer, subject    who: "email:ann@example.org"; without a type before the colon it is a
 *                        user_id.  `customer` is an extension, for subjects that mean something
 * else data                 its members are attributes; userId and anonymousId in it tell who, too
 *   channel              an extension; without it backoffice
 *   data_base64          as data: as JSON if datacontenttype says so, as text if it is text; else
 * an attribute of that name all other attributes attributes of their name; ce_NAME where the name
 * means something else in a call
 */
#include "api/capture_internal.h"
#include "event/codec.h"
#include "exchange/segment.h"

#include <ctype.h>
#include <strings.h>

enum { OWN_MEMBERS = 8 };

static err no_room(struct arena *arena, struct why *why)
{
	return fail(why, MSG_NO_ROOM, arg_c("event"), arg_int((int64_t)arena_taken(arena)));
}

static err check_event(const struct json *event, struct why *why)
{
	static const char *const required[] = { "specversion", "id", "source", "type" };

	if (event->kind != JSON_OBJECT)
		return fail(why, MSG_JSONL_NOT_OBJECT);
	for (size_t i = 0; i < ARRAY_LEN(required); i++)
		if (json_get_string(event, str_of(required[i]), STR("")).len == 0)
			return fail(why, MSG_CAPTURE_CLOUD, arg_c(required[i]));
	if (!str_starts(json_get_string(event, STR("specversion"), STR("")), STR("1.")))
		return fail(why, MSG_CAPTURE_CLOUD, arg_c("specversion"));
	return OK;
}

static struct json text(str s)
{
	return (struct json){ .kind = JSON_STRING, .string = s };
}

static bool is_among(str key, const str *rows, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (str_equal(rows[i], key))
			return true;
	return false;
}

/* Those that are told under another name, or not at all. */
static bool is_own(str key)
{
	static const str rows[] = { STR_INIT("specversion"), STR_INIT("id"), STR_INIT("type"),
		STR_INIT("time"), STR_INIT("data"), STR_INIT("customer"), STR_INIT("data_base64") };

	return is_among(key, rows, ARRAY_LEN(rows));
}

/* Extensions whose names a Segment call gives to something else; names of CloudEvents are of small
 * letters and digits. */
static err put_extension(const struct json_member *told, struct arena *arena,
	struct json_member *out, struct why *why)
{
	static const str taken[] = { STR_INIT("event"), STR_INIT("timestamp"), STR_INIT("context"),
		STR_INIT("traits"), STR_INIT("properties"), STR_INIT("name"),
		STR_INIT("integrations"), STR_INIT("messageId"), STR_INIT("userId"),
		STR_INIT("anonymousId"), STR_INIT("previousId"), STR_INIT("groupId"),
		STR_INIT("sentAt"), STR_INIT("receivedAt"), STR_INIT("originalTimestamp") };
	struct strbuf name;

	*out = *told;
	if (!is_among(told->key, taken, ARRAY_LEN(taken)))
		return OK;
	name = strbuf_in(arena, told->key.len + 3);
	strbuf_add(&name, STR("ce_"));
	strbuf_add(&name, told->key);
	if (!strbuf_ok(&name))
		return no_room(arena, why);
	out->key = strbuf_str(&name);
	return OK;
}

/* What the event carries, and under which name; .kind JSON_NULL: nothing.  Bytes that are neither
 * JSON nor text stay as they came. */
static err find_data(
	struct capture_job *job, const struct json *event, struct json_member *out, struct why *why)
{
	const struct json *data = json_get(event, STR("data"));
	str coded = json_get_string(event, STR("data_base64"), STR("")),
	    type = json_get_string(event, STR("datacontenttype"), STR("")), plain;

	*out = (struct json_member){ STR("data"), { .kind = JSON_NULL } };
	if (data != NULL || coded.len == 0) {
		out->value = data != NULL ? *data : out->value;
		return OK;
	}
	plain = capture_base64(coded, job->scratch->arena);
	if (plain.ptr == NULL)
		return fail(why, MSG_CAPTURE_CLOUD, arg_c("data_base64"));
	if (str_starts(type, STR("application/json")))
		return job_json(job, plain, &out->value, why);
	if (str_is_utf8(plain))
		out->value = text(plain);
	else
		*out = (struct json_member){ STR("data_base64"), text(coded) };
	return OK;
}

/* The Segment call that says the same. */
static err make_call(
	struct capture_job *job, const struct json *event, struct json *out, struct why *why)
{
	struct arena *arena = job->scratch->arena;
	const struct json *time = json_get(event, STR("time"));
	struct json_member *items =
		arena_array(arena, event->object.count + OWN_MEMBERS, sizeof(*items));
	struct strbuf id = strbuf_in(arena, RECORD_MESSAGE_ID_BYTES_MAX);
	struct json_member data;
	size_t n = 0;

	strbuf_add(&id, json_get_string(event, STR("source"), STR("")));
	strbuf_add_byte(&id, '#');
	strbuf_add(&id, json_get_string(event, STR("id"), STR("")));
	if (!strbuf_ok(&id))
		return fail(why, MSG_CAPTURE_CLOUD, arg_c("id"));
	if (items == NULL)
		return no_room(arena, why);
	err e = find_data(job, event, &data, why);
	if (e != OK)
		return e;
	items[n++] = (struct json_member){ STR("type"), text(STR("track")) };
	items[n++] = (struct json_member){ STR("event"),
		text(json_get_string(event, STR("type"), STR(""))) };
	items[n++] = (struct json_member){ STR("messageId"), text(strbuf_str(&id)) };
	if (time != NULL)
		items[n++] = (struct json_member){ STR("timestamp"), *time };
	if (data.value.kind == JSON_OBJECT)
		data.key = STR("properties");
	if (data.value.kind != JSON_NULL)
		items[n++] = data;
	for (size_t i = 0; i < 2; i++) {
		str key = i == 0 ? STR("userId") : STR("anonymousId");
		const struct json *who = json_get(&data.value, key);
		if (who != NULL)
			items[n++] = (struct json_member){ key, *who };
	}
	for (size_t i = 0; e == OK && i < event->object.count; i++)
		if (!is_own(event->object.items[i].key))
			e = put_extension(&event->object.items[i], arena, &items[n++], why);
	*out = (struct json){ .kind = JSON_OBJECT, .object = { items, n } };
	return e;
}

/* `customer`, or the subject, as one more identifier. */
static err add_customer(
	const struct json *event, struct arena *arena, struct record *record, struct why *why)
{
	str told = json_get_string(event, STR("customer"), STR("")), type, value;

	if (told.len == 0)
		told = json_get_string(event, STR("subject"), STR(""));
	if (told.len == 0 || record->identifier_count == RECORD_IDENTIFIERS_MAX)
		return OK;
	if (!str_split(told, ':', &type, &value) || !identifier_type_is_valid(type)) {
		type = STR("user_id");
		value = told;
	}
	struct record_identifier *ids =
		arena_array(arena, record->identifier_count + 1, sizeof(*ids));
	if (ids == NULL)
		return no_room(arena, why);
	for (size_t i = 0; i < record->identifier_count; i++)
		ids[i] = record->identifiers[i];
	ids[record->identifier_count++] =
		(struct record_identifier){ .type = type, .value = value };
	record->identifiers = ids;
	return OK;
}

static err add_event(struct capture_job *job, const struct json *event, struct why *why)
{
	const struct segment_options options = { .received_ms = job->received_ms };
	struct arena *arena = job->scratch->arena;
	uint64_t without_zone = 0;
	struct record record;
	struct json call;
	err e = check_event(event, why);

	if (e == OK)
		e = make_call(job, event, &call, why);
	if (e == OK)
		e = segment_record(&call, &options, arena, &record, &without_zone, why);
	if (e == OK)
		e = add_customer(event, arena, &record, why);
	return e == OK ? job_add(job, &record, why) : e;
}

/* Headers hold ASCII: a blank and what is beyond stand as %HH (HTTP binding, 3.1.3.2); what is no
 * such code is what it is. */
static struct json header_text(str value, struct arena *arena)
{
	str plain;

	return text(target_decode(value, arena, &plain, NULL) == OK ? plain : value);
}

/* The headers of a binary event that are its attributes. */
struct cloud_headers {
	struct arena *arena;
	struct json_member *items;
	size_t count;
};

static bool is_attribute(str name)
{
	return name.len > 3 && strncasecmp(name.ptr, "ce-", 3) == 0;
}

static void count_header(str name, str value, void *headers)
{
	struct cloud_headers *h = headers;

	(void)value;
	h->count += is_attribute(name);
}

static void put_header(str name, str value, void *headers)
{
	struct cloud_headers *h = headers;

	if (!is_attribute(name) || value.len == 0)
		return;
	name = str_from(name, 3);
	char *key = arena_room(h->arena, name.len);
	for (size_t i = 0; key != NULL && i < name.len; i++) /* names are of small letters */
		key[i] = (char)tolower((unsigned char)name.ptr[i]);
	if (key != NULL)
		h->items[h->count++] =
			(struct json_member){ { key, name.len }, header_text(value, h->arena) };
}

/* Binary: the attributes are headers, the body is the data. */
static err event_of_headers(struct capture_job *job, str body, struct json *out, struct why *why)
{
	struct cloud_headers h = { .arena = job->scratch->arena };
	err e = OK;

	http_headers(job->x, count_header, &h);
	h.items = arena_array(h.arena, h.count + 1, sizeof(*h.items));
	if (h.items == NULL)
		return no_room(h.arena, why);
	h.count = 0;
	http_headers(job->x, put_header, &h);
	if (str_trim(body).len > 0) {
		struct json_member *data = &h.items[h.count++];
		*data = (struct json_member){ STR("data"), text(body) };
		if (http_has_type(job->x, "application/json"))
			e = job_json(job, body, &data->value, why);
	}
	*out = (struct json){ .kind = JSON_OBJECT, .object = { h.items, h.count } };
	return e;
}

err cloud_read(struct capture_job *job, str body, struct why *why)
{
	bool is_binary = http_header(job->x, "ce-id").len > 0;
	struct json told;
	err e = is_binary ? event_of_headers(job, body, &told, why)
			  : job_json(job, body, &told, why);

	if (e == OK)
		e = job_key(job, STR(""), why);
	if (e != OK)
		return e;
	job->is_batch = told.kind == JSON_ARRAY;
	const struct json_items events =
		job->is_batch ? told.array : (struct json_items){ &told, 1 };
	e = job_expect(job, events.count, CAPTURE_BATCH_EVENTS_MAX, why);
	for (size_t i = 0; e == OK && i < events.count; i++) {
		e = add_event(job, &events.items[i], why);
		if (e != OK)
			e = job_refuse(job, i, &events.items[i], why);
	}
	return e;
}

static void take_events(struct http_exchange *x, void *capture)
{
	capture_run(capture, x, CAPTURE_BATCH_BYTES_MAX, cloud_read);
}

const struct http_route cloud_routes[] = {
	{ .method = HTTP_POST,
		.pattern = "/v1/events",
		.handle = take_events,
		.body_bytes_max = CAPTURE_BATCH_BYTES_MAX },
};
const size_t cloud_route_count = ARRAY_LEN(cloud_routes);

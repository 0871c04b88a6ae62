/* api/capture_hook.c - signed webhooks: POST /v1/hook/NAME (hooks.h).
 *
 * The signature is that of the bytes as they came, before gzip is undone; it is checked before
 * anything is read.  Who may not is counted for the source of the hook, without what he sent.
 */
#include "api/capture_internal.h"
#include "exchange/body_map.h"

static str header_of(void *context, const char *name)
{
	return http_header(context, name);
}

static err verify(const struct hook *hook, struct http_exchange *x, int64_t now_ms, struct why *why)
{
	struct signature_check check = { .form = hook->form,
		.secret_count = hook->secret_count,
		.tolerance_ms = hook->tolerance_ms,
		.now_ms = now_ms,
		.header = header_of,
		.context = x };

	for (size_t i = 0; i < hook->secret_count; i++)
		check.secrets[i] = hook->secrets[i];
	return signature_verify(&check, http_body(x), why);
}

/* What an import says of columns and options is said here of the mapping: nobody has a command line
 * at the other end. */
static err say_of_mapping(err e, struct why *why)
{
	static const struct {
		enum message from, to; /* with the same arguments */
	} words[] = { { MSG_CSV_TIME, MSG_MAPPED_TIME },
		{ MSG_CSV_TIME_UNKNOWN, MSG_MAPPED_TIME_UNKNOWN },
		{ MSG_RECORD_NO_TIME, MSG_MAPPED_NO_TIME },
		{ MSG_RECORD_NO_ACTIVITY, MSG_MAPPED_NO_ACTIVITY },
		{ MSG_RECORD_NO_IDENTIFIER, MSG_MAPPED_NO_CUSTOMER } };

	for (size_t i = 0; e != OK && i < ARRAY_LEN(words); i++)
		if (why->message == words[i].from) {
			why->message = words[i].to;
			break;
		}
	return e;
}

err body_add(
	struct capture_job *job, struct body_map *map, const struct json *document, struct why *why)
{
	struct record record = { 0 };
	bool skip = false;
	err e = body_record(map, document, job->scratch->arena, &record, &skip, why);

	record.source = STR(""); /* what a mapping says is for files: here the hook says */
	if (e == OK && !skip)
		e = job_add(job, &record, why);
	return say_of_mapping(e, why);
}

err body_read(struct capture_job *job, str body, const struct body_options *options, str events,
	struct why *why)
{
	struct body_map *map = body_map_create(options);
	struct json told;
	struct json_items documents = { 0 };
	err e = job_json(job, body, &told, why);

	if (e == OK)
		e = body_documents(&told, events, &documents, why);
	job->is_batch = documents.count > 1;
	if (e == OK)
		e = job_expect(job, documents.count, HOOK_EVENTS_MAX, why);
	for (size_t i = 0; e == OK && i < documents.count; i++) {
		e = body_add(job, map, &documents.items[i], why);
		if (e != OK)
			e = job_refuse(job, i, &documents.items[i], why);
	}
	body_map_free(map);
	return e;
}

err hook_read(struct capture_job *job, str body, struct why *why)
{
	const struct hook *hook = job->context;
	const struct body_options options = { .mapping = hook->mapping,
		.received_ms = job->received_ms };

	return body_read(job, body, &options, hook->events, why);
}

static void take_hook(struct http_exchange *x, void *context)
{
	struct capture *c = context;
	struct hooks *hooks = capture_hooks(c);
	const struct hook *hook = hooks_named(hooks, http_path(x, "name"));
	struct why why = { 0 };
	err e = hook == NULL ? fail(&why, MSG_HOOK_UNKNOWN, arg_str(http_path(x, "name")))
			     : verify(hook, x, http_received_ms(x), &why);

	if (hook == NULL) {
		http_fail(x, &why);
	} else if (e != OK) {
		source_reject(sources_get(c->sources, hook->source), &why, STR(""));
		http_refuse(x, 401, &why);
	} else {
		capture_run_for(c, x, hook->source, HOOK_BODY_BYTES_MAX, hook_read, hook);
	}
	hooks_unref(hooks);
}

const struct http_route hook_routes[] = {
	{ .method = HTTP_POST,
		.pattern = "/v1/hook/{name}",
		.handle = take_hook,
		.body_bytes_max = HOOK_BODY_BYTES_MAX },
};
const size_t hook_route_count = ARRAY_LEN(hook_routes);

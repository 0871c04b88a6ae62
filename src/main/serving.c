/* main/serving.c - see serving.h */
#include "main/serving.h"

#include <stdio.h>
#include <stdlib.h>

#include "api/capture.h"
#include "api/web.h"
#include "base/json.h"
#include "desk/keys.h"
#include "desk/users.h"
#include "main/doors.h"
#include "main/render.h"
#include "main/retention.h"
#include "main/serve_inputs.h"
#include "main/serve_log.h"
#include "main/serve_metrics.h"
#include "main/store.h"
#include "main/watched.h"

struct serving {
	struct engine *engine;
	struct writer *writer;
	struct sources *sources;
	struct key_cache *keys;
	struct capture *capture;
	struct http_server *http;
	struct serve_metrics metrics;
	struct serve_log log;
	struct doors *doors;
	const struct request *request;
	struct watched *watched;
	struct mqtt *mqtt[INPUT_SECTIONS_MAX];
	size_t mqtt_count;
	struct retention_keeper *retention;
};

/* ---- is it there, can it take something? */

static void answer_health(struct http_exchange *x, void *context)
{
	(void)context;
	http_answer(x, 200, "application/json", STR("{\"status\":\"ok\"}\n"));
}

static void answer_ready(struct http_exchange *x, void *context)
{
	struct serving *s = context;

	if (writer_status(s->writer).has_failed)
		http_answer(x, 503, "application/json", STR("{\"status\":\"failed\"}\n"));
	else
		http_answer(x, 200, "application/json", STR("{\"status\":\"ok\"}\n"));
}

static const struct http_route health_routes[] = {
	{ .method = HTTP_GET, .pattern = "/healthz", .handle = answer_health, .flags = HTTP_QUIET },
	{ .method = HTTP_GET, .pattern = "/readyz", .handle = answer_ready, .flags = HTTP_QUIET },
};

static const struct http_route metrics_routes[] = {
	{ .method = HTTP_GET,
		.pattern = "/metrics",
		.handle = serve_metrics_answer,
		.flags = HTTP_QUIET },
};

/* ---- start */

_Static_assert((int)CAPTURE_SOURCE_BYTES > (int)DESK_NAME_BYTES_MAX, "a source's name fits");

static err find_key(
	void *context, str key, char source[static CAPTURE_SOURCE_BYTES], struct why *why)
{
	return key_cache_find(context, key, source, why);
}

static void limit_sources(struct serving *s, const struct settings *settings)
{
	sources_limit(s->sources, (uint64_t)setting_number(settings, SETTING_RATE));
	for (size_t i = 0; i < settings->input_count; i++) {
		const struct input_section *in = &settings->inputs[i];
		if (in->kind == INPUT_SOURCE)
			source_limit(sources_get(s->sources, in->name),
				input_number(in, INPUT_KEY_RATE));
	}
}

static void tell_input(void *context, const char *what, const struct why *why)
{
	serving_tell(context, what, why);
}

static err watch_folders(
	struct serving *s, const struct settings *settings, struct watched **out, struct why *why)
{
	const struct watched_options options = { .house = doors_house(s->doors),
		.commands = request_commands(s->request),
		.lasting = request_settings(s->request),
		.settings = settings,
		.tell = tell_input,
		.context = s };

	return watched_open(&options, out, why);
}

static err subscribe(struct serving *s, const struct settings *settings,
	struct mqtt *out[static INPUT_SECTIONS_MAX], size_t *count, struct why *why)
{
	const struct mqtt_options base = {
		.capture = s->capture, .tell = tell_input, .context = s
	};

	return inputs_mqtt(settings, &base, out, count, why);
}

static void stop_mqtt(struct serving *s)
{
	while (s->mqtt_count > 0)
		mqtt_stop(s->mqtt[--s->mqtt_count]);
}

/* What ariane.conf declares; on an error nothing has changed. */
static err take_inputs(struct serving *s, const struct settings *settings, struct why *why)
{
	struct mqtt *mqtt[INPUT_SECTIONS_MAX];
	struct hooks *hooks;
	struct watched *watched;
	size_t mqtt_count = 0;
	err e = inputs_hooks(settings, &hooks, why);

	if (e != OK)
		return e;
	e = watch_folders(s, settings, &watched, why);
	if (e != OK) {
		hooks_unref(hooks);
		return e;
	}
	e = subscribe(s, settings, mqtt, &mqtt_count, why);
	if (e != OK) {
		hooks_unref(hooks);
		watched_stop(watched);
		return e;
	}
	watched_stop(s->watched);
	s->watched = watched;
	watched_start(watched);
	stop_mqtt(s); /* one client id, one client */
	for (; s->mqtt_count < mqtt_count; s->mqtt_count++) {
		s->mqtt[s->mqtt_count] = mqtt[s->mqtt_count];
		mqtt_start(s->mqtt[s->mqtt_count]);
	}
	limit_sources(s, settings);
	capture_set_hooks(s->capture, hooks);
	for (size_t i = 0; i < settings->input_count; i++)
		if (input_brings_events(settings->inputs[i].kind))
			(void)sources_get(s->sources, input_source(&settings->inputs[i]));
	return OK;
}

/* Whoever has a key is shown before he sends anything: a silent source is news too. */
static err expect_sources(struct serving *s, const struct request *request, struct why *why)
{
	struct write_key *keys;
	size_t count;
	err e = key_list(doors_desk(s->doors), request_arena(request), &keys, &count, why);

	for (size_t i = 0; e == OK && i < count; i++)
		if (keys[i].revoked_ms == 0)
			(void)sources_get(s->sources, keys[i].source);
	return e;
}

/* With TLS too: until somebody has a password, or an OpenID provider vouches for people, whoever
 * comes first with the set-up link is the administrator.  --without-tls is its user's own word. */
static err check_somebody(struct serving *s, const struct serving_options *options, struct why *why)
{
	const struct settings *settings = options->settings;
	bool has = false;
	err e = user_any_has_password(doors_desk(s->doors), &has, why);

	if (has || setting_text(settings, SETTING_OIDC_ISSUER).len > 0 ||
		setting_yes(settings, SETTING_WITHOUT_TLS))
		return e;
	for (size_t i = 0; e == OK && i < options->listener_count; i++)
		if (!http_address_is_loopback(options->listeners[i].address))
			e = fail(why, MSG_SERVE_NOBODY, arg_str(options->listeners[i].address));
	return e;
}

static void make_capture(struct serving *s, const struct request *request)
{
	const struct capture_options capture = { .writer = s->writer,
		.secret = engine_secret(s->engine),
		.rules = store_identifier_rules(request),
		.find = find_key,
		.context = s->keys,
		.sources = s->sources };

	s->capture = capture_create(&capture);
}

static void set_headers(struct http_exchange *x, void *context)
{
	(void)context;
	doors_headers(x);
}

static void log_request(const struct http_log_line *line, void *context)
{
	serve_log_request(&((struct serving *)context)->log, line);
}

static err listen_all(struct serving *s, struct sink *sink, const struct serving_options *options,
	struct why *why)
{
	char url[HTTP_URL_BYTES];
	struct strbuf out = strbuf_heap(1 << 16);
	struct json_writer w = json_writer_of(&out, JSON_COMPACT);
	err e = OK;

	json_put_object(&w);
	json_put_key(&w, STR("listening"));
	json_put_array(&w);
	for (size_t i = 0; e == OK && i < options->listener_count; i++) {
		e = http_server_listen(s->http, &options->listeners[i], url, why);
		if (e != OK)
			break;
		json_put_string(&w, str_of(url));
		if (!sink->json)
			sink_say(sink, TEXT_SERVE_LISTENING, arg_c(url));
		if (i == 0)
			e = doors_tell_setup(s->doors, sink, url, why);
	}
	json_put_end(&w);
	json_put_end(&w);
	strbuf_add_byte(&out, '\n');
	if (e == OK && sink->json)
		sink_built(sink, &out);
	strbuf_done(&out);
	(void)fflush(stdout); /* whoever started it waits for this line; sink_finish() comes at the
				 end */
	return e;
}

static void make_http(struct serving *s, const struct serving_options *options)
{
	struct http_routes tables[4 + CAPTURE_TABLES] = {
		{ health_routes, ARRAY_LEN(health_routes), s },
		{ metrics_routes, ARRAY_LEN(metrics_routes), &s->metrics },
		doors_routes(s->doors),
	};

	capture_routes(s->capture, tables + 3);
	tables[3 + CAPTURE_TABLES] =
		(struct http_routes){ web_routes, web_routes_count, NULL }; /* takes what is left */
	const struct http_options http = { .tables = tables,
		.table_count = ARRAY_LEN(tables),
		.workers = (size_t)setting_number(options->settings, SETTING_WORKERS),
		.status_of = err_http_status,
		.problem = render_problem,
		.headers = set_headers,
		.log = log_request,
		.context = s };

	s->http = http_server_create(&http);
	s->metrics = (struct serve_metrics){ s->http, s->writer, s->capture };
}

static void tell_retention(void *context, const struct why *why)
{
	serving_tell(context, "retention", why);
}

err serving_start(const struct request *request, struct sink *sink,
	const struct serving_options *options, struct serving **out, struct why *why)
{
	const struct writer_options usual = {
		.erase_within_ms = setting_ms(request_settings(request), SETTING_ERASE_WITHIN)
	};
	struct serving *s = memory_alloc(sizeof(*s));
	struct why ignored = { 0 };
	err e = store_open(request, sink, STORE_SERVE, &s->engine, why);

	if (e != OK) {
		free(s);
		return e;
	}
	s->request = request;
	serve_log_init(&s->log, setting_yes(options->settings, SETTING_LOG_REQUESTS));
	s->writer = writer_create(s->engine, &usual);
	writer_start(s->writer);
	s->sources = sources_create(clock_real(), 0);
	e = doors_open(request, s->engine, s->writer, s->sources, &s->doors, why);
	if (e != OK) {
		(void)serving_stop(s, &ignored); /* `why` tells what came first */
		return e;
	}
	s->keys = key_cache_create(doors_desk(s->doors));
	e = check_somebody(s, options, why);
	if (e == OK)
		e = expect_sources(s, request, why);
	if (e != OK) {
		(void)serving_stop(s, &ignored);
		return e;
	}
	make_capture(s, request);
	e = take_inputs(s, options->settings, why);
	if (e != OK) {
		(void)serving_stop(s, &ignored);
		return e;
	}
	make_http(s, options);
	e = listen_all(s, sink, options, why);
	if (e == OK) {
		const struct retention_place place = {
			.engine = s->engine, .writer = s->writer, .desk = doors_desk(s->doors)
		};
		s->retention = retention_keeper_start(&place, tell_retention, s);
		*out = s;
	} else
		(void)serving_stop(s, &ignored); /* `why` tells what came first */
	return e;
}

err serving_reload(struct serving *s, const struct settings *settings, struct why *why)
{
	err e = http_server_reload(s->http, why);

	if (e == OK)
		e = take_inputs(s, settings, why);
	if (e != OK)
		return e;
	serve_log_all_requests(&s->log, setting_yes(settings, SETTING_LOG_REQUESTS));
	return OK;
}

err serving_stop(struct serving *s, struct why *why)
{
	watched_stop(s->watched);
	stop_mqtt(s);
	retention_keeper_stop(s->retention);
	doors_stop(s->doors);
	http_server_stop(s->http, SERVING_DRAIN_MS);
	err e = writer_stop(s->writer, why);
	writer_free(s->writer);
	capture_free(s->capture);
	key_cache_free(s->keys);
	doors_free(s->doors); /* and the desk */
	sources_free(s->sources);
	engine_close(s->engine);
	serve_log_done(&s->log);
	free(s);
	return e;
}

void serving_tell(struct serving *s, const char *what, const struct why *why)
{
	serve_log_error(&s->log, what, why);
}

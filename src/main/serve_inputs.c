/* main/serve_inputs.c - see serve_inputs.h */
#include "main/serve_inputs.h"

#include <string.h>

#include "base/file.h"
#include "exchange/catalogue.h"

enum { HOOKS_BYTES_MAX = 16 << 20, SECRET_FILE_BYTES_MAX = 4096 };

static err bad_secret(str path, struct why *why)
{
	return fail(why, MSG_INPUT_SECRET, arg_str(path), arg_int(SIGNATURE_SECRET_BYTES_MAX));
}

err input_secrets(str path, struct arena *arena, str secrets[static SIGNATURE_SECRETS_MAX],
	size_t *count, struct why *why)
{
	str rest, line;
	err e = disk_read_whole(disk_real(), path.ptr, SECRET_FILE_BYTES_MAX, arena, &rest, why);

	if (e != OK)
		return e;
	*count = 0;
	for (bool more = true; more && *count < SIGNATURE_SECRETS_MAX;) {
		line = rest;
		more = str_split(rest, '\n', &line, &rest);
		line = str_trim(line);
		if (line.len == 0)
			continue;
		if (line.len > SIGNATURE_SECRET_BYTES_MAX)
			return bad_secret(path, why);
		secrets[(*count)++] = line;
	}
	return *count > 0 ? OK : bad_secret(path, why);
}

static err read_mapping(str path, struct arena *arena, struct mapping *mapping, struct why *why)
{
	struct catalogue catalogue;
	str json;

	if (path.len == 0)
		return OK;
	err e = catalogue_read(arena, &catalogue, why);
	if (e != OK)
		return e;
	const struct catalogue_entry *ready = catalogue_named(&catalogue, path);
	if (ready != NULL) {
		*mapping = ready->mapping;
		return OK;
	}
	e = disk_read_whole(disk_real(), path.ptr, MAPPING_BYTES_MAX, arena, &json, why);
	if (e == OK)
		e = mapping_parse(json, arena, mapping, why);
	if (e != OK)
		why_at(why, path, -1, -1, -1);
	return e;
}

err input_mapping(const struct settings *settings, str path, struct arena *arena,
	const struct mapping **out, struct why *why)
{
	struct mapping *mapping = arena_alloc(arena, sizeof(*mapping));
	str zone = arena_str(arena, setting_text(settings, SETTING_ZONE)); /* settings go */

	if (mapping == NULL || zone.ptr == NULL)
		return fail(why, MSG_NO_ROOM, arg_c("mapping"), arg_int(HOOKS_BYTES_MAX));
	*mapping = mapping_default();
	err e = read_mapping(path, arena, mapping, why);
	if (mapping->zone.len == 0)
		mapping->zone = zone;
	*out = mapping;
	return e;
}

str input_source(const struct input_section *in)
{
	str told = input_text(in, INPUT_KEY_SOURCE);

	return told.len > 0 ? told : in->name;
}

/* ---- webhooks */

static err form_of(const struct input_section *in, struct signature_form *out, struct why *why)
{
	if (signature_form_named(input_text(in, INPUT_KEY_SIGNATURE), out))
		return OK;
	*out = (struct signature_form){ .header = input_text(in, INPUT_KEY_HEADER),
		.time_header = input_text(in, INPUT_KEY_TIME_HEADER),
		.prefix = input_text(in, INPUT_KEY_PREFIX),
		.signs = input_text(in, INPUT_KEY_SIGNED),
		.encoding = str_equal(input_text(in, INPUT_KEY_ENCODING), STR("hex"))
				    ? SIGNATURE_HEX
				    : SIGNATURE_BASE64 };
	return signature_form_is_whole(out)
		       ? OK
		       : fail(why, MSG_INPUT_VALUE, arg_c("signed"), arg_str(out->signs));
}

/* Settings go, the hook stays. */
static err keep(struct arena *arena, str *text, struct why *why)
{
	*text = arena_str(arena, *text);
	return text->ptr != NULL
		       ? OK
		       : fail(why, MSG_NO_ROOM, arg_c("webhooks"), arg_int(HOOKS_BYTES_MAX));
}

static err make_hook(const struct settings *settings, const struct input_section *in,
	struct arena *arena, struct hook *hook, struct why *why)
{
	str *texts[] = { &hook->name, &hook->source, &hook->events, &hook->form.header,
		&hook->form.time_header, &hook->form.prefix, &hook->form.signs };

	*hook = (struct hook){ .name = in->name,
		.source = input_source(in),
		.events = input_text(in, INPUT_KEY_EVENTS),
		.tolerance_ms = input_ms(in, INPUT_KEY_TOLERANCE) };
	err e = form_of(in, &hook->form, why);
	for (size_t i = 0; e == OK && i < ARRAY_LEN(texts); i++)
		e = keep(arena, texts[i], why);
	if (e == OK)
		e = input_secrets(input_text(in, INPUT_KEY_SECRET_FILE), arena, hook->secrets,
			&hook->secret_count, why);
	if (e == OK)
		e = input_mapping(
			settings, input_text(in, INPUT_KEY_MAPPING), arena, &hook->mapping, why);
	return e;
}

err inputs_hooks(const struct settings *settings, struct hooks **out, struct why *why)
{
	struct arena *arena = arena_create(HOOKS_BYTES_MAX);
	struct hook *hooks = arena_array(arena, HOOKS_MAX, sizeof(*hooks));
	size_t count = 0;
	err e = hooks != NULL ? OK
			      : fail(why, MSG_NO_ROOM, arg_c("webhooks"), arg_int(HOOKS_BYTES_MAX));

	for (size_t i = 0; e == OK && i < settings->input_count; i++)
		if (settings->inputs[i].kind == INPUT_HOOK)
			e = make_hook(settings, &settings->inputs[i], arena, &hooks[count++], why);
	if (e != OK) {
		arena_free(arena);
		return e;
	}
	*out = hooks_create(hooks, count, arena);
	return OK;
}

/* ---- MQTT */

static err split_topics(str rest, struct mqtt_options *o, struct why *why)
{
	str topic;
	err e = OK;

	for (bool more = true; e == OK && more;) {
		topic = rest;
		more = str_split(rest, ' ', &topic, &rest);
		if (topic.len == 0)
			continue; /* two spaces */
		if (o->topic_count == MQTT_TOPICS_MAX)
			return fail(why, MSG_INPUT_VALUE, arg_c("topics"), arg_str(topic));
		o->topics[o->topic_count] = topic;
		e = keep(o->arena, &o->topics[o->topic_count++], why);
	}
	return e;
}

static err client_id(const struct input_section *in, struct mqtt_options *o, struct why *why)
{
	struct strbuf id = strbuf_in(o->arena, INPUT_NAME_BYTES_MAX + 16);

	o->client_id = input_text(in, INPUT_KEY_CLIENT_ID);
	if (o->client_id.len == 0) {
		strbuf_add_c(&id, "ariane-");
		strbuf_add(&id, in->name);
		o->client_id = (str){ id.ptr, id.len };
	}
	return keep(o->arena, &o->client_id, why);
}

static err password_of(const struct input_section *in, struct mqtt_options *o, struct why *why)
{
	str path = input_text(in, INPUT_KEY_PASSWORD_FILE), secrets[SIGNATURE_SECRETS_MAX];
	size_t count;

	if (path.len == 0)
		return OK;
	err e = input_secrets(path, o->arena, secrets, &count, why);
	if (e != OK)
		return e;
	o->password = secrets[0];
	return keep(o->arena, &o->password, why);
}

static err port_of(const struct input_section *in, struct mqtt_options *o, struct why *why)
{
	uint64_t port = input_number(in, INPUT_KEY_PORT);

	if (port == 0 || port > UINT16_MAX)
		return fail(why, MSG_INPUT_VALUE, arg_c("port"),
			arg_str(input_text(in, INPUT_KEY_PORT)));
	o->port = (uint16_t)port;
	return OK;
}

static err fill_mqtt(const struct settings *settings, const struct input_section *in,
	struct mqtt_options *o, struct why *why)
{
	str *texts[] = { &o->name, &o->source, &o->host, &o->user, &o->ca, &o->certificate, &o->key,
		&o->events };

	o->name = in->name;
	o->source = input_source(in);
	o->host = input_text(in, INPUT_KEY_HOST);
	o->user = input_text(in, INPUT_KEY_USER);
	o->ca = input_text(in, INPUT_KEY_CA);
	o->certificate = input_text(in, INPUT_KEY_CERTIFICATE);
	o->key = input_text(in, INPUT_KEY_CERTIFICATE_KEY);
	o->events = input_text(in, INPUT_KEY_EVENTS);
	err e = port_of(in, o, why);
	for (size_t i = 0; e == OK && i < ARRAY_LEN(texts); i++)
		e = keep(o->arena, texts[i], why);
	if (e == OK)
		e = split_topics(input_text(in, INPUT_KEY_TOPICS), o, why);
	if (e == OK)
		e = client_id(in, o, why);
	if (e == OK)
		e = password_of(in, o, why);
	if (e == OK)
		e = input_mapping(
			settings, input_text(in, INPUT_KEY_MAPPING), o->arena, &o->mapping, why);
	return e;
}

static err make_mqtt(const struct settings *settings, const struct input_section *in,
	const struct mqtt_options *base, struct mqtt **out, struct why *why)
{
	struct mqtt_options o = *base;

	o.arena = arena_create(HOOKS_BYTES_MAX);
	err e = fill_mqtt(settings, in, &o, why);
	if (e == OK)
		e = mqtt_open(&o, out, why);
	if (e != OK)
		arena_free(o.arena);
	return e;
}

err inputs_mqtt(const struct settings *settings, const struct mqtt_options *base,
	struct mqtt *out[static INPUT_SECTIONS_MAX], size_t *count, struct why *why)
{
	err e = OK;

	*count = 0;
	for (size_t i = 0; e == OK && i < settings->input_count; i++) {
		if (settings->inputs[i].kind != INPUT_MQTT)
			continue;
		e = make_mqtt(settings, &settings->inputs[i], base, &out[*count], why);
		*count += e == OK;
	}
	while (e != OK && *count > 0)
		mqtt_stop(out[--*count]);
	return e;
}

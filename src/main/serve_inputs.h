/* main/serve_inputs.h - what ariane.conf declares of ways in, made ready to be used.
 *
 * Files that the sections name (secrets, mappings) are read here, so that a mistake in them is told
 * at the start, or at SIGHUP before anything has changed.
 */
#pragma once

#include "api/hooks.h"
#include "api/mqtt.h"
#include "main/config.h"

/* The webhooks.  An error tells the section. */
err inputs_hooks(const struct settings *settings, struct hooks **out, struct why *why);

/* The subscriptions, not yet begun, at most INPUT_SECTIONS_MAX.  `base` has what the sections do
 * not say: capture, tell, context. */
err inputs_mqtt(const struct settings *settings, const struct mqtt_options *base,
	struct mqtt *out[static INPUT_SECTIONS_MAX], size_t *count, struct why *why);

/* The first line of a file, and the second if there is one: secrets.  In `arena`. */
err input_secrets(str path, struct arena *arena, str secrets[static SIGNATURE_SECRETS_MAX],
	size_t *count, struct why *why);
/* The mapping of a section: a file, a ready-made one, or none.  Times are in the zone of the
 * settings where it names none. */
err input_mapping(const struct settings *settings, str path, struct arena *arena,
	const struct mapping **out, struct why *why);
/* The source of a section: told, or its name. */
str input_source(const struct input_section *in);

/* main/config_inputs.h - the sections of ariane.conf that have a name: sources, and the ways in
 * beside the write key.
 *
 *   [source shop]        what one source may send
 *   [hook orders]        POST /v1/hook/orders, signed by who sends
 *   [folder pbx]         files that an old system drops
 *   [mqtt machines]      a subscription
 *
 * Rows of one table, like the other settings: the reader checks by it, the manual page is made from
 * it.  What a section does with its values is said where it is used (serve_inputs.h).
 */
#pragma once

#include "main/command.h"

enum { INPUT_SECTIONS_MAX = 64, INPUT_NAME_BYTES_MAX = 32 };

enum input_kind {
	INPUT_SOURCE,
	INPUT_HOOK,
	INPUT_FOLDER,
	INPUT_MQTT,
	INPUT_IDENTIFIER,
	INPUT_KIND_COUNT_
};

enum input_key {
	INPUT_KEY_RATE,
	INPUT_KEY_SOURCE,
	INPUT_KEY_MAPPING,
	INPUT_KEY_EVENTS,
	INPUT_KEY_SIGNATURE,
	INPUT_KEY_SECRET_FILE,
	INPUT_KEY_HEADER,
	INPUT_KEY_TIME_HEADER,
	INPUT_KEY_PREFIX,
	INPUT_KEY_ENCODING,
	INPUT_KEY_SIGNED,
	INPUT_KEY_TOLERANCE,
	INPUT_KEY_PATH,
	INPUT_KEY_KEEP,
	INPUT_KEY_HOST,
	INPUT_KEY_PORT,
	INPUT_KEY_TOPICS,
	INPUT_KEY_CLIENT_ID,
	INPUT_KEY_USER,
	INPUT_KEY_PASSWORD_FILE,
	INPUT_KEY_CA,
	INPUT_KEY_CERTIFICATE,
	INPUT_KEY_CERTIFICATE_KEY,
	INPUT_KEY_FORM,
	INPUT_KEY_PATTERN,
	INPUT_KEY_LENGTH,
	INPUT_KEY_CHECK,
	INPUT_KEY_COUNT_
};

enum input_is { INPUT_IS_TEXT, INPUT_IS_PATH, INPUT_IS_NUMBER, INPUT_IS_DURATION, INPUT_IS_CHOICE };

struct input_row {
	str key; /* secret_file */
	unsigned kinds; /* bits of enum input_kind */
	unsigned needed_by; /* the same: a section without it is an error */
	enum input_is is;
	str choices; /* "hex|base64" */
	str preset;
	struct words help;
};
extern const struct input_row input_rows[INPUT_KEY_COUNT_];
extern const struct words input_help[INPUT_KIND_COUNT_]; /* what such a section is for */

struct input_section {
	enum input_kind kind;
	str name; /* "orders" */
	int64_t line; /* of its first key */
	struct {
		str text; /* NUL-terminated; the preset where it is not given */
		int64_t line; /* 0: not given */
	} values[INPUT_KEY_COUNT_];
};

str input_kind_name(enum input_kind kind); /* "hook" */
/* "hook orders" -> kind and name.  False: no such kind. */
bool input_section_named(str section, enum input_kind *kind, str *name);
void input_section_init(struct input_section *section, enum input_kind kind, str name);
/* MSG_INPUT_NAME. */
err input_name_check(enum input_kind kind, str name, struct why *why);
/* One key; `text` is borrowed.  MSG_CONFIG_KEY..., MSG_CONFIG_TWICE, MSG_INPUT_VALUE. */
err input_set(struct input_section *section, str key, str text, int64_t line, struct why *why);
/* What an INPUT_IDENTIFIER says; borrows its texts.  As custom_read(). */
struct identifier_custom;
err input_identifier(
	const struct input_section *section, struct identifier_custom *out, struct why *why);
/* Has it all it needs, and do its values go together?  MSG_INPUT_WANTS, those of
 * input_identifier(). */
err input_check(const struct input_section *section, struct why *why);

str input_text(const struct input_section *section, enum input_key key);
uint64_t input_number(const struct input_section *section, enum input_key key);
int64_t input_ms(const struct input_section *section, enum input_key key);
/* Does such a section bring events in?  Else it says something of them. */
bool input_brings_events(enum input_kind kind);
bool input_equal(const struct input_section *a, const struct input_section *b);

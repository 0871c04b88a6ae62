/* main/config.h - settings: what operations decide, and where each came from.
 *
 * A setting is taken from the first of these that has it: the option of the command line, the
 * environment, the configuration file, its preset.  The file is INI (libinih):
 *
 *   [store]
 *   data = /var/lib/ariane
 *   [display]
 *   language = fr
 *   [hook orders]
 *   signature = shopify
 *
 * Sections with a name, of which there may be many, are of config_inputs.h.
 *
 * Comments start with ; or # (behind a value only with ;).  A key that is not known, one that
 * comes twice, a value that cannot be: all errors, with file, line and a suggestion.
 * docs/man/ariane.conf.5 is made from the same table.
 */
#pragma once

#include "main/command.h"
#include "main/config_inputs.h"

enum { CONFIG_BYTES_MAX = 1 << 16, CONFIG_LINE_BYTES_MAX = 198 }; /* of libinih: 200 with the end */

enum setting {
	SETTING_DATA,
	SETTING_ERASE_WITHIN,
	SETTING_PHONE_COUNTRY,
	SETTING_LANGUAGE,
	SETTING_ZONE,
	SETTING_PROGRESS,
	SETTING_LISTEN, /* [serve]: these are options of that command alone */
	SETTING_CERTIFICATE,
	SETTING_KEY,
	SETTING_WITHOUT_TLS,
	SETTING_WORKERS,
	SETTING_RATE,
	SETTING_LOG_REQUESTS,
	SETTING_OIDC_ISSUER,
	SETTING_OIDC_CLIENT,
	SETTING_OIDC_SECRET_FILE,
	SETTING_OIDC_URL,
	SETTING_OIDC_ROLE,
	SETTING_COUNT_
};

enum origin { ORIGIN_PRESET, ORIGIN_FILE, ORIGIN_ENVIRONMENT, ORIGIN_OPTION };

enum setting_is {
	SETTING_TEXT,
	SETTING_PATH,
	SETTING_YES_NO,
	SETTING_LANGUAGE_TAG,
	SETTING_COUNTRY, /* two letters, of those identifier_country() knows */
	SETTING_NUMBER, /* a whole number from 0 */
	SETTING_UP_TO_A_DAY, /* a length of time above 0 and up to 24h */
};

/* A row of the table, for help and for the manual page. */
struct setting_row {
	str section, key; /* [store] data */
	enum setting_is is;
	const char *environment; /* ARIANE_DATA */
	str option; /* --data; "": none */
	str preset; /* "": see help */
	struct words help;
};
extern const struct setting_row setting_rows[SETTING_COUNT_];

struct settings {
	struct {
		str text; /* NUL-terminated */
		enum origin from;
		int64_t line; /* in the file */
	} values[SETTING_COUNT_];
	str file; /* the one that was read; "" if none */
	const struct input_section *inputs; /* in the order of the file */
	size_t input_count;
	const struct identifier_custom *customs; /* what the sections of identifiers say */
	size_t custom_count;
};

void settings_init(struct settings *settings); /* the presets */

/* Reads a whole configuration file; texts are copied into `arena`.  `name` is for messages.
 * ERR_SYNTAX, ERR_NOT_FOUND (an unknown key), ERR_LIMIT, with the line in `why`. */
err settings_read(
	struct settings *settings, str bytes, str name, struct arena *arena, struct why *why);
/* One value from elsewhere; checked as in a file.  `text` is borrowed. */
err settings_set(
	struct settings *settings, enum setting which, str text, enum origin from, struct why *why);

str setting_text(const struct settings *settings, enum setting which);
int64_t setting_ms(const struct settings *settings, enum setting which); /* ..._UP_TO_A_DAY */
bool setting_yes(const struct settings *settings, enum setting which); /* a SETTING_YES_NO */
int64_t setting_number(const struct settings *settings, enum setting which); /* a SETTING_NUMBER */

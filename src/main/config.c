/* main/config.c - see config.h */
#include "main/config.h"

#include <ini.h>
#include <string.h>

#include "base/timestamp.h"
#include "identity/identifier.h"
#include "main/locale.h"
#include "main/suggest.h"

const struct setting_row setting_rows[SETTING_COUNT_] = {
	[SETTING_DATA] = { STR_INIT("store"), STR_INIT("data"), SETTING_PATH, "ARIANE_DATA",
		STR_INIT("data"), STR_INIT("./data"),
		WORDS("The data folder. It holds everything; nothing outside it is needed to "
		      "restore.",
			"Le dossier de données. Il contient tout ; rien d'autre n'est nécessaire "
			"pour restaurer.") },
	[SETTING_ERASE_WITHIN] = { STR_INIT("store"), STR_INIT("erase_within"), SETTING_UP_TO_A_DAY,
		"ARIANE_ERASE_WITHIN", STR_INIT("erase-within"), STR_INIT("1h"),
		WORDS("How long the bytes of what was erased may stay on the disk, at most 24h: "
		      "the next command that writes after that rewrites them. They are "
		      "invisible at once.",
			"Combien de temps les octets de ce qui est effacé peuvent rester sur le "
			"disque, 24h au plus : la prochaine commande qui écrit ensuite les "
			"réécrit. Ils sont invisibles aussitôt.") },
	[SETTING_PHONE_COUNTRY] = { STR_INIT("identity"), STR_INIT("phone_country"),
		SETTING_COUNTRY, "ARIANE_PHONE_COUNTRY", STR_INIT(""), STR_INIT("FR"),
		WORDS("The country of telephone numbers without one, two letters. A mapping may "
		      "name another for its source.",
			"Le pays des numéros de téléphone qui n'en disent pas, en deux lettres. "
			"Une correspondance peut en nommer un autre pour sa source.") },
	[SETTING_LANGUAGE] = { STR_INIT("display"), STR_INIT("language"), SETTING_LANGUAGE_TAG,
		"ARIANE_LANG", STR_INIT("lang"), STR_INIT(""),
		WORDS("The language of messages, fr or en. Not set: that of LC_ALL, LC_MESSAGES or "
		      "LANG.",
			"La langue des messages, fr ou en. Sans réglage : celle de LC_ALL, "
			"LC_MESSAGES ou LANG.") },
	[SETTING_ZONE] = { STR_INIT("display"), STR_INIT("zone"), SETTING_TEXT, "ARIANE_ZONE",
		STR_INIT("zone"), STR_INIT("Europe/Paris"),
		WORDS("The time zone in which times are shown, and read where they name none.",
			"Le fuseau horaire dans lequel les dates sont affichées, et lues si elles "
			"n'en nomment aucun.") },
	[SETTING_PROGRESS] = { STR_INIT("display"), STR_INIT("progress"), SETTING_YES_NO,
		"ARIANE_PROGRESS", STR_INIT("no-progress"), STR_INIT("yes"),
		WORDS("Whether a terminal shows a progress bar, yes or no.",
			"Afficher une barre de progression sur un terminal, yes ou no.") },
	[SETTING_LISTEN] = { STR_INIT("serve"), STR_INIT("listen"), SETTING_TEXT, "ARIANE_LISTEN",
		STR_INIT("listen"), STR_INIT("127.0.0.1:8080"),
		WORDS("Where the server listens: 127.0.0.1:8080, [::1]:0 (any free port), "
		      "unix:PATH; several with spaces between. A change needs a restart.",
			"Où le serveur écoute : 127.0.0.1:8080, [::1]:0 (un port libre), "
			"unix:CHEMIN ; plusieurs séparés par des espaces. Un changement demande un "
			"redémarrage.") },
	[SETTING_CERTIFICATE] = { STR_INIT("serve"), STR_INIT("certificate"), SETTING_PATH,
		"ARIANE_CERTIFICATE", STR_INIT("certificate"), STR_INIT(""),
		WORDS("Serve over TLS, with this chain of certificates (PEM).",
			"Servir en TLS, avec cette chaîne de certificats (PEM).") },
	[SETTING_KEY] = { STR_INIT("serve"), STR_INIT("key"), SETTING_PATH,
		"ARIANE_CERTIFICATE_KEY", STR_INIT("key"), STR_INIT(""),
		WORDS("The certificate's private key (PEM).",
			"La clé privée du certificat (PEM).") },
	[SETTING_WITHOUT_TLS] = { STR_INIT("serve"), STR_INIT("without_tls"), SETTING_YES_NO,
		"ARIANE_WITHOUT_TLS", STR_INIT("without-tls"), STR_INIT("no"),
		WORDS("Allow addresses beyond this machine without a certificate, yes or no: "
		      "behind a proxy that has one.",
			"Permettre des adresses hors de cette machine sans certificat, yes ou no : "
			"derrière un proxy qui en a un.") },
	[SETTING_WORKERS] = { STR_INIT("serve"), STR_INIT("workers"), SETTING_NUMBER,
		"ARIANE_WORKERS", STR_INIT("workers"), STR_INIT("0"),
		WORDS("Threads that read requests; 0: one a processor. A change needs a restart.",
			"Fils d'exécution qui lisent les requêtes ; 0 : un par processeur. Un "
			"changement demande un redémarrage.") },
	[SETTING_RATE] = { STR_INIT("serve"), STR_INIT("rate"), SETTING_NUMBER, "ARIANE_RATE",
		STR_INIT("rate"), STR_INIT("0"),
		WORDS("Events a second that one source may send; 0: any number. [source NAME] says "
		      "otherwise for one.",
			"Événements par seconde permis à une source ; 0 : sans limite. [source "
			"NOM] en décide autrement pour l'une.") },
	[SETTING_LOG_REQUESTS] = { STR_INIT("serve"), STR_INIT("log_requests"), SETTING_YES_NO,
		"ARIANE_LOG_REQUESTS", STR_INIT("log-requests"), STR_INIT("no"),
		WORDS("Whether each request is told on standard error, a line of JSON without "
		      "personal data, yes or no.",
			"Noter chaque requête sur la sortie d'erreur, une ligne de JSON sans "
			"données personnelles, yes ou no.") },
	[SETTING_OIDC_ISSUER] = { STR_INIT("oidc"), STR_INIT("issuer"), SETTING_TEXT,
		"ARIANE_OIDC_ISSUER", STR_INIT(""), STR_INIT(""),
		WORDS("The OpenID provider by which people sign in (https://...). Not set: none.",
			"Le fournisseur OpenID par lequel on se connecte (https://...). Sans "
			"réglage : aucun.") },
	[SETTING_OIDC_CLIENT] = { STR_INIT("oidc"), STR_INIT("client"), SETTING_TEXT,
		"ARIANE_OIDC_CLIENT", STR_INIT(""), STR_INIT(""),
		WORDS("The name under which the provider knows this server (client_id).",
			"Le nom sous lequel le fournisseur connaît ce serveur (client_id).") },
	[SETTING_OIDC_SECRET_FILE] = { STR_INIT("oidc"), STR_INIT("secret_file"), SETTING_PATH,
		"ARIANE_OIDC_SECRET_FILE", STR_INIT(""), STR_INIT(""),
		WORDS("A file that holds the secret shared with the provider. Not set: none, PKCE "
		      "alone.",
			"Un fichier qui contient le secret partagé avec le fournisseur. Sans "
			"réglage : aucun, PKCE seul.") },
	[SETTING_OIDC_URL] = { STR_INIT("oidc"), STR_INIT("url"), SETTING_TEXT, "ARIANE_OIDC_URL",
		STR_INIT(""), STR_INIT(""),
		WORDS("Where browsers find this server; the provider sends them back to "
		      "URL/api/v1/oidc/callback.",
			"L'adresse de ce serveur pour les navigateurs ; le fournisseur les renvoie "
			"à "
			"URL/api/v1/oidc/callback.") },
	[SETTING_OIDC_ROLE] = { STR_INIT("oidc"), STR_INIT("role"), SETTING_TEXT,
		"ARIANE_OIDC_ROLE", STR_INIT(""), STR_INIT(""),
		WORDS("The role of users made at their first sign-in by the provider. Not set: "
		      "only "
		      "those whom ariane user oidc has linked may come in.",
			"Le rôle des utilisateurs créés à leur première connexion par le "
			"fournisseur. "
			"Sans réglage : seuls entrent ceux que ariane user oidc a liés.") },
};

/* Where inih stands in the bytes, and what its handler met first. */
struct reading {
	struct settings *settings;
	struct arena *arena;
	str rest;
	int64_t line;
	err failed;
	struct why *why;
	struct input_section *inputs; /* room for INPUT_SECTIONS_MAX, once there is one */
	size_t input_count;
};

void settings_init(struct settings *settings)
{
	*settings = (struct settings){ 0 };
	for (size_t i = 0; i < SETTING_COUNT_; i++)
		settings->values[i].text = setting_rows[i].preset;
}

static bool is_yes_no(str text)
{
	return str_equal(text, STR("yes")) || str_equal(text, STR("no"));
}

static bool is_number(str text)
{
	bool digits = text.len > 0 && text.len <= 9;

	for (size_t i = 0; digits && i < text.len; i++)
		digits = text.ptr[i] >= '0' && text.ptr[i] <= '9';
	return digits;
}

static bool is_up_to_a_day(str text)
{
	int64_t ms;

	return duration_parse(text, &ms, NULL) == OK && ms > 0 && ms <= DAY_MS;
}

static err check(enum setting which, str text, struct why *why)
{
	const struct setting_row *row = &setting_rows[which];
	enum language ignored;

	if (!str_is_text(text) || text.len == 0)
		return fail(why, MSG_CONFIG_EMPTY, arg_str(row->section), arg_str(row->key));
	if (row->is == SETTING_YES_NO && !is_yes_no(text))
		return fail(why, MSG_CONFIG_YES_NO, arg_str(row->key), arg_str(text));
	if (row->is == SETTING_UP_TO_A_DAY && !is_up_to_a_day(text))
		return fail(why, MSG_CONFIG_UP_TO_A_DAY, arg_str(row->key), arg_str(text));
	if (row->is == SETTING_NUMBER && !is_number(text))
		return fail(why, MSG_INPUT_VALUE, arg_str(row->key), arg_str(text));
	if (row->is == SETTING_COUNTRY && identifier_country(text).len == 0)
		return fail(why, MSG_INPUT_VALUE, arg_str(row->key), arg_str(text));
	if (row->is == SETTING_LANGUAGE_TAG && !language_from_tag(text, &ignored))
		return fail(why, MSG_LANGUAGE_UNKNOWN, arg_str(text));
	return OK;
}

err settings_set(
	struct settings *settings, enum setting which, str text, enum origin from, struct why *why)
{
	err e = check(which, text, why);

	if (e != OK)
		return e;
	settings->values[which].text = text;
	settings->values[which].from = from;
	return OK;
}

static err unknown_key(str section, str key, struct why *why)
{
	struct suggestion best = { 0 };
	bool has_section = false;

	for (size_t i = 0; i < SETTING_COUNT_; i++)
		has_section |= str_equal(setting_rows[i].section, section);
	if (!has_section) {
		str front = section, name;
		(void)str_split(section, ' ', &front, &name);
		for (size_t i = 0; i < SETTING_COUNT_; i++)
			suggest(&best, section, setting_rows[i].section);
		for (size_t i = 0; i < INPUT_KIND_COUNT_; i++)
			suggest(&best, front, input_kind_name((enum input_kind)i));
		return best.name.len == 0 ? fail(why, MSG_CONFIG_SECTION, arg_str(section))
					  : fail(why, MSG_CONFIG_SECTION_NEAR, arg_str(section),
						    arg_str(best.name));
	}
	for (size_t i = 0; i < SETTING_COUNT_; i++)
		if (str_equal(setting_rows[i].section, section))
			suggest(&best, key, setting_rows[i].key);
	return best.name.len == 0 ? fail(why, MSG_CONFIG_KEY, arg_str(section), arg_str(key))
				  : fail(why, MSG_CONFIG_KEY_NEAR, arg_str(section), arg_str(key),
					    arg_str(best.name));
}

static err no_room(struct reading *r)
{
	return fail(r->why, MSG_NO_ROOM, arg_c("ariane.conf"), arg_int(CONFIG_BYTES_MAX));
}

/* The section of that name, new if there is none. */
static err find_input(struct reading *r, enum input_kind kind, str name, struct input_section **out)
{
	if (r->inputs == NULL)
		r->inputs = arena_array(r->arena, INPUT_SECTIONS_MAX, sizeof(*r->inputs));
	if (r->inputs == NULL)
		return no_room(r);
	for (size_t i = 0; i < r->input_count; i++)
		if (r->inputs[i].kind == kind && str_equal(r->inputs[i].name, name)) {
			*out = &r->inputs[i];
			return OK;
		}
	err e = input_name_check(kind, name, r->why);
	if (e == OK && r->input_count == INPUT_SECTIONS_MAX)
		e = fail(r->why, MSG_INPUT_MANY, arg_int(INPUT_SECTIONS_MAX));
	str kept = arena_str(r->arena, name);
	if (e == OK && kept.ptr == NULL)
		e = no_room(r);
	if (e != OK)
		return e;
	*out = &r->inputs[r->input_count++];
	input_section_init(*out, kind, kept);
	(*out)->line = r->line;
	return OK;
}

static err take_input(struct reading *r, enum input_kind kind, str name, str key, str text)
{
	struct input_section *section = NULL;
	err e = find_input(r, kind, name, &section);

	if (e != OK)
		return e;
	str kept = arena_str(r->arena, text);
	return kept.ptr == NULL ? no_room(r) : input_set(section, key, kept, r->line, r->why);
}

/* What is missing is told on the section's first line. */
static err check_inputs(struct reading *r)
{
	err e = OK;

	for (size_t i = 0; e == OK && i < r->input_count; i++) {
		e = input_check(&r->inputs[i], r->why);
		if (e != OK)
			r->line = r->inputs[i].line;
	}
	return e;
}

static err list_customs(struct reading *r, struct settings *out)
{
	struct identifier_custom *customs = arena_array(r->arena, r->input_count, sizeof(*customs));
	err e = OK;

	if (customs == NULL)
		return no_room(r);
	out->custom_count = 0;
	for (size_t i = 0; e == OK && i < r->input_count; i++)
		if (r->inputs[i].kind == INPUT_IDENTIFIER)
			e = input_identifier(&r->inputs[i], &customs[out->custom_count++], r->why);
	out->customs = customs;
	return e;
}

static err take(struct reading *r, str section, str key, str text)
{
	enum input_kind kind;
	str name;

	if (input_section_named(section, &kind, &name))
		return take_input(r, kind, name, key, text);
	for (size_t i = 0; i < SETTING_COUNT_; i++) {
		if (!str_equal(setting_rows[i].section, section) ||
			!str_equal(setting_rows[i].key, key))
			continue;
		if (r->settings->values[i].from == ORIGIN_FILE)
			return fail(r->why, MSG_CONFIG_TWICE, arg_str(section), arg_str(key),
				arg_int(r->settings->values[i].line));
		str kept = arena_str(r->arena, text);
		if (kept.ptr == NULL)
			return no_room(r);
		err e = settings_set(r->settings, (enum setting)i, kept, ORIGIN_FILE, r->why);
		r->settings->values[i].line = r->line;
		return e;
	}
	return unknown_key(section, key, r->why);
}

/* inih's own convention: 0 is an error.  After the first, nothing counts any more. */
static int handle(void *user, const char *section, const char *name, const char *value)
{
	struct reading *r = user;

	if (r->failed != OK)
		return 0;
	r->failed = take(r, str_of(section), str_of(name), str_of(value));
	return r->failed == OK;
}

/* Gives inih one line as fgets() would.  inih cuts what is longer than its own buffer and takes
 * the rest for another line: such a line is refused here, where it is still whole. */
static char *next_line(char *to, int size, void *user)
{
	struct reading *r = user;
	const char *newline = r->rest.len == 0 ? NULL : memchr(r->rest.ptr, '\n', r->rest.len);
	size_t len = newline == NULL ? r->rest.len : (size_t)(newline - r->rest.ptr) + 1;

	if (len == 0 || r->failed != OK)
		return NULL;
	r->line++;
	size_t text =
		newline == NULL ? len : len - 1; /* its end does not count: the last has none */
	if (text > CONFIG_LINE_BYTES_MAX || len >= (size_t)size) {
		r->failed = fail(r->why, MSG_CONFIG_LINE_LONG, arg_int(CONFIG_LINE_BYTES_MAX));
		return NULL;
	}
	memcpy(to, r->rest.ptr, len);
	to[len] = '\0';
	r->rest = str_from(r->rest, len);
	return to;
}

err settings_read(
	struct settings *settings, str bytes, str name, struct arena *arena, struct why *why)
{
	struct settings read = *settings; /* written to only on success */
	struct reading r = {
		.settings = &read, .arena = arena, .rest = bytes, .failed = OK, .why = why
	};

	if (bytes.len > CONFIG_BYTES_MAX || !str_is_utf8(bytes) || str_has(bytes, '\0')) {
		why_at(why, name, -1, -1, -1);
		return fail(why, MSG_CONFIG_BYTES, arg_int(CONFIG_BYTES_MAX));
	}
	int bad_line = ini_parse_stream(next_line, &r, handle, &r);
	if (r.failed == OK && bad_line != 0) {
		r.line = bad_line;
		r.failed = fail(why, MSG_CONFIG_SYNTAX);
	}
	if (r.failed == OK)
		r.failed = check_inputs(&r);
	if (r.failed == OK)
		r.failed = list_customs(&r, &read);
	if (r.failed != OK) {
		why_at(why, name, r.line, -1, -1);
		return r.failed;
	}
	read.file = name;
	read.inputs = r.inputs;
	read.input_count = r.input_count;
	*settings = read;
	return OK;
}

str setting_text(const struct settings *settings, enum setting which)
{
	return settings->values[which].text;
}

int64_t setting_ms(const struct settings *settings, enum setting which)
{
	int64_t ms = 0;
	err e = duration_parse(setting_text(settings, which), &ms, NULL);

	ASSERT(setting_rows[which].is == SETTING_UP_TO_A_DAY && e == OK); /* checked when set */
	return ms;
}

bool setting_yes(const struct settings *settings, enum setting which)
{
	ASSERT(setting_rows[which].is == SETTING_YES_NO);
	return str_equal(settings->values[which].text, STR("yes"));
}

int64_t setting_number(const struct settings *settings, enum setting which)
{
	str text = setting_text(settings, which);
	int64_t n = 0;

	ASSERT(setting_rows[which].is == SETTING_NUMBER && is_number(text)); /* checked when set */
	for (size_t i = 0; i < text.len; i++)
		n = n * 10 + (text.ptr[i] - '0');
	return n;
}

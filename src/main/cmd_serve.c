/* main/cmd_serve.c - ariane serve: the house with its doors open, until it is told to stop. */
#include <stdlib.h>

#include "main/config_settle.h"
#include "main/confine.h"
#include "main/draw_helper.h"
#include "main/notify.h"
#include "main/serving.h"
#include "main/signals.h"

enum { SETTINGS_MEMORY_MAX = 1 << 20 };

static err one_listener(
	const struct settings *settings, str address, struct http_listener *out, struct why *why)
{
	str certificate = setting_text(settings, SETTING_CERTIFICATE),
	    key = setting_text(settings, SETTING_KEY);

	if ((certificate.len > 0) != (key.len > 0))
		return fail(why, MSG_SERVE_PAIR);
	*out = (struct http_listener){ .address = address };
	if (certificate.len > 0 && !str_starts(address, STR("unix:"))) {
		out->certificate_file = certificate.ptr;
		out->key_file = key.ptr;
	}
	if (out->certificate_file == NULL && !http_address_is_loopback(address) &&
		!setting_yes(settings, SETTING_WITHOUT_TLS))
		return fail(why, MSG_SERVE_PLAIN, arg_str(address));
	return OK;
}

static err read_listeners(const struct settings *settings,
	struct http_listener listeners[static HTTP_LISTENERS_MAX], size_t *count, struct why *why)
{
	str rest = setting_text(settings, SETTING_LISTEN), address;
	err e = OK;

	*count = 0;
	for (bool more = true; e == OK && more;) {
		address = rest;
		more = str_split(rest, ' ', &address, &rest);
		if (address.len == 0)
			continue; /* two spaces */
		if (*count == HTTP_LISTENERS_MAX)
			return fail(why, MSG_SERVE_LISTENERS, arg_int(HTTP_LISTENERS_MAX));
		e = one_listener(settings, address, &listeners[(*count)++], why);
	}
	return e;
}

static err check_workers(const struct settings *settings, struct why *why)
{
	return setting_number(settings, SETTING_WORKERS) <= HTTP_WORKERS_MAX
		       ? OK
		       : fail(why, MSG_SERVE_WORKERS, arg_int(HTTP_WORKERS_MAX));
}

/* ---- SIGHUP */

/* What stands since the start. */
static const enum setting lasting[] = { SETTING_DATA, SETTING_LISTEN, SETTING_CERTIFICATE,
	SETTING_KEY, SETTING_WITHOUT_TLS, SETTING_WORKERS, SETTING_PHONE_COUNTRY };

static const struct input_section *next_identifier(const struct settings *settings, size_t *i)
{
	while (*i < settings->input_count && settings->inputs[*i].kind != INPUT_IDENTIFIER)
		(*i)++;
	return *i < settings->input_count ? &settings->inputs[(*i)++] : NULL;
}

/* Types of identifiers are declared at the start: rows of threads under way keep to them. */
static void tell_identifiers(
	struct serving *serving, const struct settings *now, const struct settings *then)
{
	size_t i = 0, k = 0;
	const struct input_section *a, *b;
	struct why why = { 0 };

	do {
		a = next_identifier(now, &i);
		b = next_identifier(then, &k);
	} while (a != NULL && b != NULL && input_equal(a, b));
	if (a == NULL && b == NULL)
		return;
	(void)fail(
		&why, MSG_INPUT_RESTART, arg_c("identifier"), arg_str((a != NULL ? a : b)->name));
	serving_tell(serving, "reload", &why);
}

static void tell_lasting(
	struct serving *serving, const struct settings *now, const struct settings *then)
{
	for (size_t i = 0; i < ARRAY_LEN(lasting); i++) {
		struct why why = { 0 };
		const struct setting_row *row = &setting_rows[lasting[i]];
		if (str_equal(setting_text(now, lasting[i]), setting_text(then, lasting[i])))
			continue;
		(void)fail(&why, MSG_INPUT_RESTART, arg_str(row->section), arg_str(row->key));
		serving_tell(serving, "reload", &why);
	}
	tell_identifiers(serving, now, then);
}

/* A file or certificate that cannot be read leaves what was: that is told, and no reason to stop.
 */
static void reload(const struct request *request, struct serving *serving)
{
	static const char *const doing = "reload";
	AUTO_ARENA arena = arena_create(SETTINGS_MEMORY_MAX);
	const struct settling settling = { disk_real(), getenv };
	struct settings settings;
	struct why why = { 0 };

	notify_reloading();
	err e = settings_settle(&settling, request, &settings, arena, &why);
	if (e == OK)
		e = serving_reload(serving, &settings, &why);
	if (e != OK)
		serving_tell(serving, doing, &why);
	else
		tell_lasting(serving, &settings, request_settings(request));
	notify_ready();
}

/* Ports below 1024 are root's to open: so they are, before root is given up, and before anything is
 * read or made in the data folder. */
static err become_user(const struct request *request, struct http_listener *listeners, size_t count,
	struct why *why)
{
	err e = OK;

	if (!request_has(request, "user"))
		return OK;
	for (size_t i = 0; e == OK && i < count; i++)
		e = http_listener_bind(&listeners[i], why);
	return e == OK ? confine_to_user(request_text(request, "user"), why) : e;
}

static err run(const struct request *request, struct sink *sink, struct why *why)
{
	const struct settings *settings = request_settings(request);
	struct http_listener listeners[HTTP_LISTENERS_MAX] = { 0 };
	struct serving_options options = { .listeners = listeners, .settings = settings };
	struct serving *serving;
	struct why ignored = { 0 };

	err e = read_listeners(settings, listeners, &options.listener_count, why);
	if (e == OK)
		e = check_workers(settings, why);
	if (e != OK)
		return e;
	signals_hold();
	e = become_user(request, listeners, options.listener_count, why);
	if (e == OK)
		(void)draw_helper_start(); /* without it, drawings say that they failed */
	if (e == OK)
		e = serving_start(request, sink, &options, &serving, why);
	for (size_t i = 0; i < options.listener_count; i++)
		http_listener_close(&listeners[i]); /* those that listen have their own */
	if (e == OK && !request_has(request, "without-filter")) {
		e = confine_calls(why);
		if (e != OK)
			(void)serving_stop(serving, &ignored); /* `why` tells what came first */
	}
	if (e == OK) {
		notify_ready();
		while (signals_wait() == SIGNAL_RELOAD)
			reload(request, serving);
		notify_stopping();
		e = serving_stop(serving, why);
	}
	signals_pass();
	return e;
}

const struct command cmd_serve = {
	.name = STR_INIT("serve"),
	.group = GROUP_STORE,
	.summary = WORDS("receive events and answer questions over HTTP, until stopped",
		"recevoir des événements et répondre par HTTP, jusqu'à l'arrêt"),
	.about = WORDS(
		"The data folder is made if it is not there. Events come in by the Segment tracking "
		"API and its kin (docs/capture.md); a 200 means that they are durable. SIGTERM and "
		"SIGINT end the requests that are being done, commit, and stop; SIGHUP reads "
		"ariane.conf and the certificate again. All options may stand in ariane.conf, "
		"section [serve]; webhooks, watched folders, MQTT and limits of single sources "
		"are declared there (ariane.conf(5)).",
		"Le dossier de données est créé s'il n'existe pas. Les événements arrivent par "
		"l'interface de suivi de Segment et ses semblables (docs/capture.md) ; un 200 veut "
		"dire qu'ils sont durables. SIGTERM et SIGINT terminent les requêtes en cours, "
		"valident et arrêtent ; SIGHUP relit ariane.conf et le certificat. Toutes les "
		"options peuvent être dans ariane.conf, section [serve] ; les webhooks, les "
		"dossiers surveillés, MQTT et les limites par source y sont déclarés "
		"(ariane.conf(5))."),
	.options = {
		{ STR_INIT("listen"), IS_TEXT, true, WORDS("ADDRESS", "ADRESSE"),
			WORDS("where: 127.0.0.1:8080, [::1]:0 (any free port), unix:PATH",
				"où : 127.0.0.1:8080, [::1]:0 (un port libre), unix:CHEMIN"),
			STR_INIT("127.0.0.1:8080") },
		{ STR_INIT("certificate"), IS_PATH, false, WORDS("FILE", "FICHIER"),
			WORDS("serve over TLS, with this chain of certificates (PEM)",
				"servir en TLS, avec cette chaîne de certificats (PEM)"),
			STR_INIT("") },
		{ STR_INIT("key"), IS_PATH, false, WORDS("FILE", "FICHIER"),
			WORDS("the certificate's private key (PEM)",
				"la clé privée du certificat (PEM)"),
			STR_INIT("") },
		{ STR_INIT("without-tls"), IS_FLAG, false, SAME_WORDS(""),
			WORDS("allow addresses beyond this machine without a certificate: behind a "
			      "proxy that has one",
				"permettre des adresses hors de cette machine sans certificat : "
				"derrière un proxy qui en a un"),
			STR_INIT("") },
		{ STR_INIT("workers"), IS_NUMBER, false, SAME_WORDS("N"),
			WORDS("threads that read requests; 0: one a processor",
				"fils d'exécution qui lisent les requêtes ; 0 : un par processeur"),
			STR_INIT("0") },
		{ STR_INIT("rate"), IS_NUMBER, false, SAME_WORDS("N"),
			WORDS("events a second that one source may send; 0: any number",
				"événements par seconde permis à une source ; 0 : sans limite"),
			STR_INIT("0") },
		{ STR_INIT("user"), IS_TEXT, false, WORDS("NAME", "NOM"),
			WORDS("started as root: open the addresses, then become this user",
				"lancé en root : ouvrir les adresses, puis devenir cet utilisateur"),
			STR_INIT("") },
		{ STR_INIT("without-filter"), IS_FLAG, false, SAME_WORDS(""),
			WORDS("do not give up the system calls that are not needed: where the "
			      "kernel has no seccomp",
				"ne pas renoncer aux appels système inutiles : là où le noyau "
				"n'a pas seccomp"),
			STR_INIT("") },
		{ STR_INIT("log-requests"), IS_FLAG, false, SAME_WORDS(""),
			WORDS("tell each request on standard error, a line of JSON, without personal "
			      "data",
				"noter chaque requête sur la sortie d'erreur, une ligne de JSON, "
				"sans données personnelles"),
			STR_INIT("") },
	},
	.examples = { { STR_INIT("ariane --data /var/lib/ariane serve --listen 127.0.0.1:8080"),
			WORDS("on this machine alone", "sur cette machine seulement") },
		{ STR_INIT("ariane serve --listen 0.0.0.0:443 --certificate chain.pem --key key.pem"),
			WORDS("for everybody, over TLS", "pour tous, en TLS") } },
	.schema = STR_INIT("serve"),
	.run = run,
};

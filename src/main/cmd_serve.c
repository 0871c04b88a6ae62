/* main/cmd_serve.c - ariane serve: the house with its doors open, until it is told to stop. */
#include "main/confine.h"
#include "main/draw_helper.h"
#include "main/notify.h"
#include "main/serving.h"
#include "main/signals.h"

static err one_listener(
	const struct request *request, str address, struct http_listener *out, struct why *why)
{
	str certificate = request_text(request, "certificate"), key = request_text(request, "key");

	if ((certificate.len > 0) != (key.len > 0))
		return fail(why, MSG_SERVE_PAIR);
	*out = (struct http_listener){ .address = address };
	if (certificate.len > 0 && !str_starts(address, STR("unix:"))) {
		out->certificate_file = certificate.ptr;
		out->key_file = key.ptr;
	}
	if (out->certificate_file == NULL && !http_address_is_loopback(address) &&
		!request_has(request, "without-tls"))
		return fail(why, MSG_SERVE_PLAIN, arg_str(address));
	return OK;
}

static err read_listeners(const struct request *request,
	struct http_listener listeners[static HTTP_LISTENERS_MAX], size_t *count, struct why *why)
{
	size_t told = request_times(request, "listen");
	err e = OK;

	if (told > HTTP_LISTENERS_MAX)
		return fail(why, MSG_SERVE_LISTENERS, arg_int(HTTP_LISTENERS_MAX));
	*count = MAX_OF(told, (size_t)1);
	for (size_t i = 0; e == OK && i < *count; i++)
		e = one_listener(request,
			told == 0 ? request_text(request, "listen")
				  : request_nth(request, "listen", i),
			&listeners[i], why);
	return e;
}

/* A certificate that cannot be read leaves the old one in use: that is told, and no reason to stop.
 */
static void reload(struct serving *serving)
{
	struct why why = { 0 };

	notify_reloading();
	if (serving_reload(serving, &why) != OK)
		serving_tell(serving, "reload", &why);
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
	struct http_listener listeners[HTTP_LISTENERS_MAX] = { 0 };
	struct serving_options options = { .listeners = listeners,
		.workers = (size_t)request_number(request, "workers"),
		.events_per_second = (uint64_t)request_number(request, "rate"),
		.log_requests = request_has(request, "log-requests") };
	struct serving *serving;
	struct why ignored = { 0 };

	err e = read_listeners(request, listeners, &options.listener_count, why);
	if (e == OK && options.workers > HTTP_WORKERS_MAX)
		e = fail(why, MSG_SERVE_WORKERS, arg_int(HTTP_WORKERS_MAX));
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
			reload(serving);
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
		"SIGINT end the requests that are being done, commit, and stop; SIGHUP reads the "
		"certificate again.",
		"Le dossier de données est créé s'il n'existe pas. Les événements arrivent par "
		"l'interface de suivi de Segment et ses semblables (docs/capture.md) ; un 200 veut "
		"dire qu'ils sont durables. SIGTERM et SIGINT terminent les requêtes en cours, "
		"valident et arrêtent ; SIGHUP relit le certificat."),
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

/* main/doors.c - see doors.h */
#include "main/doors.h"

#include <stdlib.h>
#include <sys/prctl.h>

#include "main/house_socket.h"
#include "main/oidc.h"
#include "main/rest.h"

struct doors {
	struct house house;
	struct desk *desk;
	struct rest *rest;
	struct oidc *oidc;
	struct house_socket *socket;
};

static err open_socket(
	struct doors *d, const struct request *request, struct engine *engine, struct why *why)
{
	const struct house_socket_options options = { .house = &d->house,
		.folder = engine_options(engine)->folder,
		.settings = request_settings(request),
		.commands = request_commands(request) };

	return house_socket_open(&options, &d->socket, why);
}

err doors_open(const struct request *request, struct engine *engine, struct writer *writer,
	struct sources *sources, struct doors **out, struct why *why)
{
	struct doors *d = memory_alloc(sizeof(*d));
	err e = desk_open(engine_options(engine)->folder, true, NULL, &d->desk, why);

	if (e == OK) {
		e = oidc_create(request_settings(request), &d->oidc, why);
		if (e != OK)
			desk_close(d->desk);
	}
	if (e != OK) {
		free(d);
		return e;
	}
	(void)prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0); /* an old kernel goes without */
	house_init(&d->house, engine, writer);
	d->house.sources = sources;
	const struct rest_options options = {
		.house = &d->house,
		.desk = d->desk,
		.settings = request_settings(request),
		.commands = request_commands(request),
		.oidc = d->oidc,
	};
	d->rest = rest_create(&options);
	e = open_socket(d, request, engine, why);
	if (e == OK) {
		*out = d;
		return OK;
	}
	doors_stop(d);
	doors_free(d);
	return e;
}

void doors_stop(struct doors *d)
{
	if (d == NULL)
		return;
	house_socket_close(d->socket);
	d->socket = NULL;
	rest_stop(d->rest);
}

void doors_free(struct doors *d)
{
	if (d == NULL)
		return;
	rest_free(d->rest);
	oidc_free(d->oidc);
	house_done(&d->house);
	desk_close(d->desk);
	free(d);
}

struct desk *doors_desk(struct doors *d)
{
	return d->desk;
}

struct house *doors_house(struct doors *d)
{
	return &d->house;
}

struct http_routes doors_routes(struct doors *d)
{
	return rest_http_routes(d->rest);
}

err doors_tell_setup(struct doors *d, struct sink *sink, const char *url, struct why *why)
{
	struct secret link;
	struct why reason = { 0 };
	err e = setup_make(d->desk, &link, &reason);

	if (e == ERR_CONFLICT) /* there are users */
		return OK;
	if (e != OK) {
		*why = reason;
		return e;
	}
	sink_remark(sink, TEXT_SERVE_SETUP, arg_c(url), arg_c(link.text));
	secret_wipe(&link, sizeof(link));
	return OK;
}

/* Scripts and styles of the application's own files alone, nothing inline, nothing from elsewhere,
 * in nobody's frame. */
void doors_headers(struct http_exchange *x)
{
	http_set(x, "Content-Security-Policy",
		STR("default-src 'none'; script-src 'self'; style-src 'self'; "
		    "img-src 'self' data: blob:; connect-src 'self'; worker-src 'self'; "
		    "base-uri 'none'; form-action 'self'; frame-ancestors 'none'"));
	http_set(x, "X-Content-Type-Options", STR("nosniff"));
	http_set(x, "X-Frame-Options", STR("DENY"));
	http_set(x, "Referrer-Policy", STR("no-referrer"));
	http_set(x, "Cross-Origin-Opener-Policy", STR("same-origin"));
	http_set(x, "Permissions-Policy", STR("camera=(), microphone=(), geolocation=()"));
	if (http_is_secure(x))
		http_set(x, "Strict-Transport-Security", STR("max-age=31536000"));
}

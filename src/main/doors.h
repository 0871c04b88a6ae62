/* main/doors.h - what stands between the engine of a server and those who ask it: the desk (who
 * may), the house (commands that run in the server), /api/v1, and the Unix socket of the command
 * line.
 *
 *   open     desk -> house -> rest -> socket
 *   close    doors_stop(): nothing new, what runs is cancelled; then the HTTP server stops, which
 *            waits for the answers that are owed; then doors_free()
 */
#pragma once

#include "api/http.h"
#include "api/sources.h"
#include "desk/desk.h"
#include "engine/writer.h"
#include "main/house.h"
#include "main/request.h"
#include "main/sink.h"

struct doors;

/* `request`: of the server, with its settings; it outlives the doors, like engine,
 * writer and sources. */
err doors_open(const struct request *request, struct engine *engine, struct writer *writer,
	struct sources *sources, struct doors **out, struct why *why);
void doors_stop(struct doors *doors); /* NULL is fine */
void doors_free(struct doors *doors); /* NULL is fine */

struct desk *doors_desk(struct doors *doors);
struct house *doors_house(struct doors *doors);
struct http_routes doors_routes(struct doors *doors);

/* While there is no user: says where the first one can be made, once and for SETUP_MS.  `url` is
 * where the server listens. */
err doors_tell_setup(struct doors *doors, struct sink *sink, const char *url, struct why *why);

/* Headers that every answer has (http_options.headers). */
void doors_headers(struct http_exchange *x);

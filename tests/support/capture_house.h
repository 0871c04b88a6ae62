/* tests/support/capture_house.h - capture with an engine, a writer and HTTP around it, on loopback.
 */
#pragma once

#include "api/capture.h"
#include "support/http_client.h"

struct capture_house {
	struct engine *engine;
	struct writer *writer;
	struct sources *sources;
	struct capture *capture;
	struct http_server *server;
	char url[HTTP_URL_BYTES];
};

/* Keys: "ak_shop" writes as "shop", "ak_app" as "app"; no others. */
void capture_house_open(struct capture_house *house, const char *folder, uint64_t rate);
void capture_house_close(struct capture_house *house);

/* POST `path` with Basic authorisation of ak_shop (unless `headers` begins with '!'), and further
 * headers, each with its CR LF. */
struct http_reply capture_post(struct capture_house *house, const char *path, const char *headers,
	str body, struct arena *arena);

struct source_counts capture_house_counts(struct capture_house *house, const char *source);

/* main/cmd_api.c - ariane api: the description of the HTTP interface. */
#include "main/request.h"
#include "main/rest_openapi.h"
#include "main/sink.h"

enum { DOCUMENT_BYTES_MAX = 8 << 20 };

static err run(const struct request *request, struct sink *sink, struct why *why)
{
	struct strbuf out = strbuf_heap(DOCUMENT_BYTES_MAX);

	(void)why;
	rest_openapi_add(request_commands(request), &out);
	sink_built(sink, &out);
	strbuf_done(&out);
	return OK;
}

const struct command cmd_api = {
	.name = STR_INIT("api"),
	.group = GROUP_DOORS,
	.summary = WORDS("describe the HTTP interface, as an OpenAPI document",
		"décrire l'interface HTTP, en document OpenAPI"),
	.examples = { { STR_INIT("ariane api > openapi.json"),
		WORDS("for a generator of clients", "pour un générateur de clients") } },
	.schema = STR_INIT("api"),
	.read_only = true,
	.run = run,
};

/* main/cmd_version.c - ariane version: which program, which formats. */
#include "base/json.h"
#include "event/codec.h"
#include "main/request.h"
#include "main/sink.h"
#include "main/version.h"

static err run(const struct request *request, struct sink *sink, struct why *why)
{
	struct strbuf out = strbuf_in(request_arena(request), 1000);
	struct json_writer w = json_writer_of(&out, JSON_PRETTY);

	(void)why;
	if (!sink->json) {
		sink_line(sink, STR("ariane " ARIANE_VERSION));
		return OK;
	}
	json_put_object(&w);
	json_member_string(&w, "version", STR(ARIANE_VERSION));
	json_member_int(&w, "record_format", RECORD_CODEC_VERSION);
	json_put_end(&w);
	strbuf_add_byte(&out, '\n');
	sink_built(sink, &out);
	return OK;
}

const struct command cmd_version = {
	.name = STR_INIT("version"),
	.group = GROUP_START,
	.summary = WORDS("print the version", "afficher la version"),
	.examples = { { STR_INIT("ariane version"),
			      WORDS("which Ariane this is", "de quelle Ariane il s'agit") },
		{ STR_INIT("ariane version --json"), WORDS("with the formats that it writes",
							     "avec les formats qu'elle écrit") } },
	.schema = STR_INIT("version"),
	.read_only = true,
	.run = run,
};

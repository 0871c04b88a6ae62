/* main/summary.c - see summary.h */
#include "main/summary.h"

#include "base/json.h"
#include "base/timestamp.h"

enum { OUTPUT_BYTES_MAX = 4096 };

static void finish(struct json_writer *w, struct strbuf *out, struct sink *sink)
{
	json_put_end(w);
	strbuf_add_byte(out, '\n');
	sink_built(sink, out);
}

void summary_of_backup(const struct request *request, struct sink *sink, enum text id,
	const struct backup_summary *summary)
{
	struct strbuf out = strbuf_in(request_arena(request), OUTPUT_BYTES_MAX);
	struct json_writer w = json_writer_of(&out, JSON_PRETTY);
	char made[INSTANT_TEXT_BYTES];

	if (!sink->json) {
		sink_say(sink, id, arg_int((int64_t)summary->files),
			arg_int((int64_t)summary->bytes), arg_int((int64_t)summary->end_seq - 1));
		return;
	}
	json_put_object(&w);
	json_member_uint(&w, "files", summary->files);
	json_member_uint(&w, "bytes", summary->bytes);
	json_member_uint(&w, "end_sequence", summary->end_seq);
	json_member_string(&w, "made", instant_utc(made, summary->made_ms));
	finish(&w, &out, sink);
}

void summary_say_record(
	const struct request *request, struct sink *sink, enum text id, uint64_t seq)
{
	struct strbuf number = strbuf_in(request_arena(request), 24);

	strbuf_add_int(&number, (int64_t)seq);
	sink_say(sink, id, arg_str(strbuf_str(&number)));
}

void summary_of_record(
	const struct request *request, struct sink *sink, enum text id, uint64_t seq, bool known)
{
	struct strbuf out = strbuf_in(request_arena(request), OUTPUT_BYTES_MAX);
	struct json_writer w = json_writer_of(&out, JSON_PRETTY);

	if (!sink->json) {
		summary_say_record(request, sink, id, seq);
		return;
	}
	json_put_object(&w);
	json_member_uint(&w, "sequence", seq);
	json_put_key(&w, STR("known"));
	json_put_bool(&w, known);
	finish(&w, &out, sink);
}

/* main/cmd_seal.c - ariane seal: the journal made small. */
#include "base/json.h"
#include "main/store.h"

enum { SEAL_LEVEL = 1 }; /* zstd's; higher ones take far longer and gain a few parts in a hundred */

struct sealing {
	uint64_t sealed, bytes_before, bytes_after;
};

/* Segment by segment: stopped between two of them, the next call goes on. */
static err seal_all(const struct request *request, struct sink *sink, struct engine *engine,
	uint64_t *sealed, struct why *why)
{
	bool did = true;
	err e = OK;

	while (e == OK && did) {
		const struct progress_state state = {
			.doing = TEXT_DOING_SEAL, .unit = UNIT_FILES, .done = *sealed
		};
		sink_progress(sink, &state);
		if (request_cancelled(request))
			return fail(why, MSG_CANCELLED);
		e = engine_seal_one(engine, SEAL_LEVEL, &did, why);
		*sealed += e == OK && did;
	}
	return e;
}

static void put_count(struct json_writer *w, const char *key, uint64_t n)
{
	json_put_key(w, str_of(key));
	json_put_uint(w, n);
}

static void answer(const struct request *request, struct sink *sink, const struct sealing *s)
{
	if (!sink->json) {
		sink_say(sink, TEXT_SEAL_DONE, arg_int((int64_t)s->sealed),
			arg_int((int64_t)s->bytes_before), arg_int((int64_t)s->bytes_after));
		return;
	}
	struct strbuf out = strbuf_in(request_arena(request), 1 << 16);
	struct json_writer w = json_writer_of(&out, JSON_PRETTY);
	json_put_object(&w);
	put_count(&w, "sealed", s->sealed);
	put_count(&w, "bytes_before", s->bytes_before);
	put_count(&w, "bytes_after", s->bytes_after);
	json_put_end(&w);
	strbuf_add_byte(&out, '\n');
	sink_built(sink, &out);
}

static err run(const struct request *request, struct sink *sink, struct why *why)
{
	struct sealing s = { 0 };
	struct engine *engine;
	err e = store_open(request, sink, STORE_CHANGE, &engine, why);

	if (e != OK)
		return e;
	s.bytes_before = journal_bytes(engine_journal(engine));
	if (request_has(request, "all"))
		e = journal_roll(engine_journal(engine), why);
	if (e == OK)
		e = seal_all(request, sink, engine, &s.sealed, why);
	s.bytes_after = journal_bytes(engine_journal(engine));
	if (e == OK)
		answer(request, sink, &s);
	engine_close(engine);
	return e;
}

const struct command cmd_seal = {
	.name = STR_INIT("seal"),
	.group = GROUP_STORE,
	.summary = WORDS("make the journal small: compress its closed segments",
		"réduire le journal : compresser ses segments clos"),
	.about = WORDS(
		"The journal is written in segments of 64 MiB. A closed one is rewritten by "
		"columns and compressed: the same records, checked, in a tenth to a quarter of the "
		"bytes. Interrupted, it goes on where it was; what is sealed is left alone.",
		"Le journal s'écrit par segments de 64 Mio. Un segment clos est réécrit par "
		"colonnes et compressé : les mêmes enregistrements, vérifiés, en un dixième à un "
		"quart des octets. Interrompue, l'opération reprend où elle en était ; ce qui est "
		"scellé "
		"n'est plus touché."),
	.options = { { STR_INIT("all"), IS_FLAG, false, SAME_WORDS(""),
		WORDS("close the segment being written too, and seal it",
			"clore aussi le segment en cours d'écriture, et le sceller"),
		STR_INIT("") } },
	.examples = { { STR_INIT("ariane seal --all"),
		WORDS("after a large import", "après un gros import") } },
	.schema = STR_INIT("seal"),
	.run = run,
};

/* main/cmd_seal.c - ariane seal: the journal made small. */
#include "base/json.h"
#include "main/store.h"

enum { SEAL_LEVEL = 1 }; /* zstd's; higher ones take far longer and gain a few parts in a hundred */

struct sealing {
	uint64_t sealed, bytes_before, bytes_after;
};

/* Segment by segment: stopped between two of them, the next call goes on. */
static err seal_one(struct engine *engine, void *did, struct why *why)
{
	return engine_seal_one(engine, SEAL_LEVEL, did, why);
}

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
		e = store_call_beside(request, engine, seal_one, &did, why);
		*sealed += e == OK && did;
	}
	return e;
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
	json_member_uint(&w, "sealed", s->sealed);
	json_member_uint(&w, "bytes_before", s->bytes_before);
	json_member_uint(&w, "bytes_after", s->bytes_after);
	json_put_end(&w);
	strbuf_add_byte(&out, '\n');
	sink_built(sink, &out);
}

static err ask_bytes(struct engine *engine, void *bytes, struct why *why)
{
	(void)why;
	*(uint64_t *)bytes = journal_bytes(engine_journal(engine));
	return OK;
}

static err roll(struct engine *engine, void *nothing, struct why *why)
{
	(void)nothing;
	return journal_roll(engine_journal(engine), why);
}

static err run(const struct request *request, struct sink *sink, struct why *why)
{
	struct sealing s = { 0 };
	struct engine *engine;
	err e = store_open(request, sink, STORE_CHANGE, &engine, why);

	if (e != OK)
		return e;
	e = store_ask(request, engine, ask_bytes, &s.bytes_before, why);
	if (e == OK && request_has(request, "all"))
		e = store_call(request, engine, roll, NULL, why);
	if (e == OK)
		e = seal_all(request, sink, engine, &s.sealed, why);
	if (e == OK)
		e = store_ask(request, engine, ask_bytes, &s.bytes_after, why);
	if (e == OK)
		answer(request, sink, &s);
	store_close(request, engine);
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
	.in_house = true,
	.run = run,
};

/* main/cmd_verify.c - ariane verify: is everything what it should be? */
#include "base/json.h"
#include "engine/verify.h"
#include "main/render.h"
#include "main/store.h"

enum { OUTPUT_BYTES_MAX = 16 << 20, FAULTS_SHOWN_MAX = 1000, DIGEST_BYTES = 32 };

struct verifying {
	const struct request *request;
	struct sink *sink;
	struct engine *engine;
	struct strbuf out;
	struct json_writer json;
	uint64_t shown;
	struct verification result;
};

static void add_place(struct strbuf *out, const struct why *fault)
{
	strbuf_add_c(out, fault->file);
	if (fault->has_offset) {
		strbuf_add_c(out, " @ ");
		strbuf_add_int(out, fault->offset);
	}
	if (out->len > 0)
		strbuf_add_c(out, ": ");
}

static void show_people(struct verifying *v, const struct why *fault)
{
	enum language language = request_locale(v->request)->language;
	struct strbuf line = strbuf_heap(OUTPUT_BYTES_MAX);

	add_place(&line, fault);
	why_words(fault, language, &line);
	strbuf_add_c(&line, "\n  ");
	why_hint(fault, language, &line);
	strbuf_add_byte(&line, '\n');
	sink_built(v->sink, &line);
	strbuf_done(&line);
}

static void show(void *context, const struct why *fault)
{
	struct verifying *v = context;
	enum language language = request_locale(v->request)->language;

	if (v->shown++ >= FAULTS_SHOWN_MAX)
		return; /* counted all the same */
	if (!v->sink->json) {
		show_people(v, fault);
		return;
	}
	struct strbuf words = strbuf_heap(OUTPUT_BYTES_MAX);
	json_put_object(&v->json);
	json_member_string(&v->json, "code", message_kebab(fault->message));
	json_put_key(&v->json, STR("detail"));
	why_words(fault, language, &words);
	json_put_string(&v->json, strbuf_str(&words));
	strbuf_clear(&words);
	json_put_key(&v->json, STR("hint"));
	why_hint(fault, language, &words);
	json_put_string(&v->json, strbuf_str(&words));
	json_member_string(&v->json, "file", str_of(fault->file));
	json_put_key(&v->json, STR("offset"));
	if (fault->has_offset)
		json_put_int(&v->json, fault->offset);
	else
		json_put_null(&v->json);
	json_put_end(&v->json);
	strbuf_done(&words);
}

static void add_hex(struct strbuf *out, const uint8_t *bytes)
{
	for (size_t i = 0; i < DIGEST_BYTES; i++)
		strbuf_printf(out, "%02x", bytes[i]);
}

static void answer(struct verifying *v, const struct verification *result)
{
	struct strbuf digest = strbuf_in(request_arena(v->request), 100);

	add_hex(&digest, result->live.bytes);
	if (v->sink->json) {
		json_put_end(&v->json);
		json_member_uint(&v->json, "records", result->records);
		json_member_uint(&v->json, "faults", result->faults);
		json_member_uint(&v->json, "events", result->live.events);
		json_member_uint(&v->json, "customers", result->live.customers);
		json_member_string(&v->json, "digest", strbuf_str(&digest));
		json_put_end(&v->json);
		strbuf_add_byte(&v->out, '\n');
		sink_built(v->sink, &v->out);
	} else if (result->faults == 0) {
		sink_say(v->sink, TEXT_VERIFY_SOUND, arg_int((int64_t)result->records));
		sink_say(v->sink, TEXT_VERIFY_DIGEST, arg_str(strbuf_str(&digest)));
	} else {
		sink_say(v->sink, TEXT_VERIFY_FAULTS, arg_int((int64_t)result->faults));
	}
}

/* ---- beside the writer of a house, or alone */

static err in_place(void *context, store_change *call, void *with, struct why *why)
{
	struct verifying *v = context;

	return store_ask(v->request, v->engine, call, with, why);
}

static void tell(void *context, enum verify_part part, uint64_t done, uint64_t of)
{
	static const struct {
		enum text doing;
		enum unit unit;
		unsigned steps; /* of each */
	} parts[] = { [VERIFY_BYTES] = { TEXT_DOING_VERIFY, UNIT_BYTES, 1 },
		[VERIFY_INDEX] = { TEXT_DOING_VERIFY_INDEX, UNIT_EVENTS, 1 },
		[VERIFY_RECORDS] = { TEXT_DOING_VERIFY_RECORDS, UNIT_EVENTS, 1 },
		[VERIFY_THREADS] = { TEXT_DOING_VERIFY_THREADS, UNIT_EVENTS, 1 },
		[VERIFY_DIGEST] = { TEXT_DOING_DIGEST, UNIT_EVENTS, 2 } };
	struct verifying *v = context;
	const struct progress_state state = { .doing = parts[part].doing,
		.unit = parts[part].unit,
		.done = done / parts[part].steps,
		.total = of / parts[part].steps };

	sink_progress(v->sink, &state);
}

static uint64_t erasures(const struct house *house)
{
	return house == NULL ? 0 : writer_status(house->writer).erasures;
}

/* What was erased meanwhile is missing in a moment that still had it. */
static err verify(struct verifying *v, struct why *why)
{
	struct house *house = request_house(v->request);
	const struct verify_place place = { .call = in_place,
		.tell = tell,
		.context = v,
		.stop = request_stop(v->request),
		.is_alone = house == NULL };
	uint64_t before = erasures(house);
	err e = engine_verify_at(v->engine, &place, show, v, &v->result, why);

	if (e == OK && v->result.faults > 0 && erasures(house) != before)
		e = fail(why, MSG_VERIFY_ERASED);
	return e;
}

static err run(const struct request *request, struct sink *sink, struct why *why)
{
	struct verifying v = {
		.request = request, .sink = sink, .out = strbuf_heap(OUTPUT_BYTES_MAX)
	};
	err e = store_open(request, sink, STORE_READ, &v.engine, why);

	if (e != OK)
		return e;
	v.json = json_writer_of(&v.out, JSON_PRETTY);
	json_put_object(&v.json);
	json_put_key(&v.json, STR("found"));
	json_put_array(&v.json);
	e = verify(&v, why);
	if (e == OK) {
		answer(&v, &v.result);
		if (v.result.faults > 0)
			e = fail(why, MSG_VERIFY_FAULTY, arg_int((int64_t)v.result.faults));
	}
	strbuf_done(&v.out);
	store_close(request, v.engine);
	return e;
}

const struct command cmd_verify = {
	.name = STR_INIT("verify"),
	.group = GROUP_STORE,
	.summary = WORDS("check every stored byte, and the live state against a replay",
		"vérifier chaque octet conservé, et l'état courant d'après une relecture"),
	.about = WORDS(
		"Names file, offset and remedy of each fault. Changes nothing; a running server "
		"goes on taking events. The digest it "
		"prints is the same for the same events, however they came in.",
		"Nomme le fichier, la position et le remède de chaque défaut. Ne change rien ; un "
		"serveur en marche continue de recevoir. "
		"L'empreinte affichée est la même pour les mêmes événements, quel que soit leur "
		"ordre d'arrivée."),
	.examples = { { STR_INIT("ariane verify"),
		WORDS("the folder ./data", "le dossier ./data") } },
	.schema = STR_INIT("verify"),
	.read_only = true,
	.in_house = true,
	.run = run,
};

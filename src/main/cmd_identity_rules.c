/* main/cmd_identity_rules.c - ariane identity rules show|check|preview|apply: which joins are
 * refused. */
#include "base/json.h"
#include "identity/study.h"
#include "main/decision.h"
#include "main/store.h"
#include "main/summary.h"

#include <stdlib.h>

enum { OUTPUT_BYTES_MAX = 16 << 20, EXAMPLE_BYTES_MAX = 16 << 10 };
#define FILE_BYTES_MAX ((size_t)1 << 20)

struct work {
	const struct request *request;
	struct sink *sink;
	struct engine *engine;
	struct arena *arena;
	struct identity_rules *rules; /* of the file */
	struct identity_preview preview;
	str document; /* in force */
	uint64_t seq;
	struct strbuf *out; /* what is built in the writer's place, for texts live there */
};

static err read_rules(struct work *w, struct why *why)
{
	if (request_has(w->request, "document"))
		return rules_parse(request_text(w->request, "document"), &w->rules, why);
	if (!request_may_name_files(w->request))
		return fail(why, MSG_ARGUMENT_MISSING, arg_c("identity rules"),
			arg_c("--document JSON"));
	if (request_argument_count(w->request) < 2)
		return fail(why, MSG_RULES_FILE);
	str path = request_argument(w->request, 1), json;
	err e = disk_read_whole(disk_real(), path.ptr, FILE_BYTES_MAX, w->arena, &json, why);
	if (e != OK)
		return e;
	e = rules_parse(json, &w->rules, why);
	if (e != OK)
		why_at(why, path, -1, -1, -1);
	return e;
}

static void begin(struct json_writer *w, const char *action, str name)
{
	json_put_object(w);
	json_member_string(w, "action", str_of(action));
	json_member_string(w, "name", name);
}

static void end(struct work *w, struct json_writer *json)
{
	json_put_end(json);
	strbuf_add_byte(w->out, '\n');
	sink_built(w->sink, w->out);
}

/* ---- show */

static err look(struct engine *engine, void *context, struct why *why)
{
	struct work *w = context;
	const struct identity *identity = engine_identity(engine);

	(void)why;
	w->document = arena_str(w->arena, rules_document(identity_rules(identity)));
	w->seq = identity_rules_seq(identity);
	return OK;
}

static err show(struct work *w, struct why *why)
{
	err e = store_ask(w->request, w->engine, look, w, why);

	if (e != OK)
		return e;
	if (!w->sink->json) {
		sink_add(w->sink, w->document);
		return OK;
	}
	struct json_writer json = json_writer_of(w->out, JSON_PRETTY);
	struct identity_rules *rules = NULL;
	e = rules_parse(w->document, &rules, why);
	if (e != OK)
		return e;
	begin(&json, "show", rules_name(rules));
	json_member_uint(&json, "sequence", w->seq);
	json_put_key(&json, STR("rules"));
	json_put_raw(&json, str_trim(w->document));
	end(w, &json);
	rules_free(rules);
	return OK;
}

/* ---- preview */

static void put_examples(struct json_writer *json, const char *key,
	const struct identity_example *list, size_t count, const struct identity_view *view)
{
	json_put_key(json, str_of(key));
	json_put_array(json);
	for (size_t i = 0; i < count; i++) {
		json_put_object(json);
		json_put_key(json, STR("identifiers"));
		json_put_array(json);
		for (size_t k = 0; k < list[i].count; k++)
			json_put_string(json, identity_text(view, list[i].members[k]));
		json_put_end(json);
		json_member_uint(json, "more", list[i].more);
		json_put_end(json);
	}
	json_put_end(json);
}

static void say_examples(struct work *w, enum text id, const struct identity_example *list,
	size_t count, const struct identity_view *view)
{
	for (size_t i = 0; i < count; i++) {
		struct strbuf line = strbuf_heap(EXAMPLE_BYTES_MAX);
		for (size_t k = 0; k < list[i].count; k++) {
			strbuf_add_c(&line, k > 0 ? ", " : "");
			strbuf_add(&line, identity_text(view, list[i].members[k]));
		}
		strbuf_add_c(&line, list[i].more > 0 ? ", ..." : "");
		sink_say(w->sink, id, arg_str(strbuf_str(&line)));
		strbuf_done(&line);
	}
}

static void say_preview(struct work *w, const struct identity_view *view)
{
	const struct identity_preview *p = &w->preview;

	sink_say(w->sink, TEXT_RULES_CUSTOMERS, arg_int(p->customers_before),
		arg_int(p->customers_after));
	sink_say(w->sink, TEXT_RULES_CHANGES, arg_int(p->changed), arg_int(p->merged),
		arg_int(p->split));
	say_examples(w, TEXT_RULES_WOULD_MERGE, p->merges, p->merge_count, view);
	say_examples(w, TEXT_RULES_WOULD_SPLIT, p->splits, p->split_count, view);
}

static void answer_preview(struct work *w, const struct identity_view *view)
{
	const struct identity_preview *p = &w->preview;
	struct json_writer json = json_writer_of(w->out, JSON_PRETTY);

	if (!w->sink->json) {
		say_preview(w, view);
		return;
	}
	begin(&json, "preview", rules_name(w->rules));
	json_member_uint(&json, "customers_before", p->customers_before);
	json_member_uint(&json, "customers_after", p->customers_after);
	json_member_uint(&json, "changed", p->changed);
	json_member_uint(&json, "merged", p->merged);
	json_member_uint(&json, "split", p->split);
	put_examples(&json, "merges", p->merges, p->merge_count, view);
	put_examples(&json, "splits", p->splits, p->split_count, view);
	end(w, &json);
}

static err run_preview(struct work *w, struct why *why)
{
	struct engine_study *study = NULL;
	err e = read_rules(w, why);

	if (e == OK)
		e = store_study(w->request, w->engine, &study, why);
	if (e != OK)
		return e;
	identity_preview(engine_study_identity(study), w->rules, &w->preview);
	answer_preview(w, engine_study_view(study));
	engine_study_free(study);
	return OK;
}

/* ---- check, apply */

static err check(struct work *w, struct why *why)
{
	struct json_writer json = json_writer_of(w->out, JSON_PRETTY);
	err e = read_rules(w, why);

	if (e != OK)
		return e;
	if (!w->sink->json) {
		sink_say(w->sink, TEXT_RULES_GOOD, arg_int(rules_type_count(w->rules)));
		return OK;
	}
	begin(&json, "check", rules_name(w->rules));
	end(w, &json);
	return OK;
}

static err apply(struct work *w, struct why *why)
{
	struct json_writer json = json_writer_of(w->out, JSON_PRETTY);
	err e = read_rules(w, why);

	if (e != OK)
		return e;
	const struct decision decision = { .activity = STR("rules"),
		.rules = rules_document(w->rules) };
	e = decision_write(w->request, w->engine, &decision, 1, w->arena, &w->seq, why);
	if (e == OK) {
		store_await(w->request);
		store_index(w->request, w->engine);
		e = store_checkpoint(w->request, w->engine, why);
	}
	if (e != OK)
		return e;
	if (!w->sink->json) {
		summary_say_record(w->request, w->sink, TEXT_RULES_APPLIED, w->seq);
		return OK;
	}
	begin(&json, "apply", rules_name(w->rules));
	json_member_uint(&json, "sequence", w->seq);
	end(w, &json);
	return OK;
}

static err run(const struct request *request, struct sink *sink, struct why *why)
{
	static const struct {
		const char *action;
		err (*does)(struct work *w, struct why *why);
	} actions[] = { { "show", show }, { "check", check }, { "preview", run_preview },
		{ "apply", apply } };
	AUTO_ARENA arena = arena_create(OUTPUT_BYTES_MAX);
	struct strbuf out = strbuf_heap(OUTPUT_BYTES_MAX);
	struct work w = { .request = request, .sink = sink, .arena = arena, .out = &out };
	size_t i = 0;

	while (i < ARRAY_LEN(actions) &&
		!str_equal(str_of(actions[i].action), request_argument(request, 0)))
		i++;
	if (i == ARRAY_LEN(actions))
		return fail(why, MSG_RULES_ACTION, arg_str(request_argument(request, 0)));
	err e = store_open(request, sink, STORE_CHANGE, &w.engine, why);
	if (e == OK) {
		e = actions[i].does(&w, why);
		store_close(request, w.engine);
	}
	rules_free(w.rules);
	strbuf_done(&out);
	return e;
}

const struct command cmd_identity_rules = {
	.name = STR_INIT("identity rules"),
	.group = GROUP_CUSTOMERS,
	.summary = WORDS("which identifiers join, how many a customer may have: show, try, apply",
		"quels identifiants joignent, combien un client peut en avoir : montrer, essayer, "
		"appliquer"),
	.about = WORDS(
		"show prints the rules in force; check reads a file; preview tells what it "
		"would merge and split, and changes nothing; apply brings it into force, for "
		"all that is past too. identity undo takes it back. docs/identity.md tells "
		"every key.",
		"show affiche les règles en vigueur ; check lit un fichier ; preview dit ce qu'il "
		"fusionnerait et séparerait, sans rien changer ; apply le met en vigueur, pour "
		"tout le "
		"passé aussi. identity undo revient dessus. docs/identity.md décrit chaque clé."),
	.arguments = { 1, 2, WORDS("ACTION [FILE]", "ACTION [FICHIER]"),
		WORDS("show, or check, preview, apply with a file",
			"show, ou check, preview, apply avec un fichier") },
	.options = { { STR_INIT("document"), IS_TEXT, false, SAME_WORDS("JSON"),
			     WORDS("the rules themselves, instead of a file",
				     "les règles elles-mêmes, au lieu d'un fichier"),
			     STR_INIT("") },
		DECISION_OPTIONS },
	.examples = { { STR_INIT("ariane identity rules show"),
			      WORDS("to a file, to be edited", "vers un fichier, à modifier") },
		{ STR_INIT("ariane identity rules preview mine.json"),
			WORDS("what would change", "ce qui changerait") },
		{ STR_INIT("ariane identity rules apply mine.json --because kiosks"),
			WORDS("from now on, and for the past", "désormais, et pour le passé") } },
	.schema = STR_INIT("identity-rules-answer"),
	.in_house = true,
	.run = run,
};

/* main/cmd_identity_profile.c - ariane identity profile show|check|apply: which telling of a trait
 * holds, and what is computed. */
#include "base/json.h"
#include "main/decision.h"
#include "main/profile_gather.h"
#include "main/store.h"
#include "main/summary.h"

enum { OUTPUT_BYTES_MAX = 1 << 20, ARENA_BYTES = 16 << 20 };
#define FILE_BYTES_MAX ((size_t)1 << 20)

struct work {
	const struct request *request;
	struct sink *sink;
	struct engine *engine;
	struct arena *arena;
	struct profile_rules *rules; /* of the file, or in force */
	struct strbuf out;
};

static err read_rules(struct work *w, struct why *why)
{
	if (request_has(w->request, "document"))
		return profile_rules_parse(request_text(w->request, "document"), &w->rules, why);
	if (!request_may_name_files(w->request))
		return fail(why, MSG_ARGUMENT_MISSING, arg_c("identity profile"),
			arg_c("--document JSON"));
	if (request_argument_count(w->request) < 2)
		return fail(why, MSG_PROFILE_FILE);
	str path = request_argument(w->request, 1), json;
	err e = disk_read_whole(disk_real(), path.ptr, FILE_BYTES_MAX, w->arena, &json, why);
	if (e != OK)
		return e;
	e = profile_rules_parse(json, &w->rules, why);
	if (e != OK)
		why_at(why, path, -1, -1, -1);
	return e;
}

static void answer(struct work *w, const char *action, const uint64_t *seq, bool with_rules)
{
	struct json_writer json = json_writer_of(&w->out, JSON_PRETTY);

	json_put_object(&json);
	json_member_string(&json, "action", str_of(action));
	json_member_string(&json, "name", profile_rules_name(w->rules));
	if (seq != NULL) {
		json_member_uint(&json, "sequence", *seq);
	}
	if (with_rules) {
		json_put_key(&json, STR("rules"));
		json_put_raw(&json, str_trim(profile_rules_document(w->rules)));
	}
	json_put_end(&json);
	strbuf_add_byte(&w->out, '\n');
	sink_built(w->sink, &w->out);
}

static err show(struct work *w, struct why *why)
{
	AUTO_SNAPSHOT snapshot = store_snapshot(w->request, w->engine);
	const struct identity_view *identity = snapshot_identity(snapshot);
	uint64_t seq = 0;

	(void)identity_document(identity, STR("profile"), &seq);
	err e = profile_rules_in_force(identity, &w->rules, why);
	if (e != OK)
		return e;
	if (w->sink->json)
		answer(w, "show", &seq, true);
	else
		sink_add(w->sink, profile_rules_document(w->rules));
	return OK;
}

static err check(struct work *w, struct why *why)
{
	err e = read_rules(w, why);

	if (e != OK)
		return e;
	if (w->sink->json)
		answer(w, "check", NULL, false);
	else
		sink_say(w->sink, TEXT_PROFILE_GOOD, arg_int(0));
	return OK;
}

static err apply(struct work *w, struct why *why)
{
	uint64_t seq = 0;
	err e = read_rules(w, why);

	if (e != OK)
		return e;
	const struct decision decision = { .activity = STR("document"),
		.subject = STR("profile"),
		.document = profile_rules_document(w->rules) };
	e = decision_write(w->request, w->engine, &decision, 1, w->arena, &seq, why);
	if (e != OK)
		return e;
	if (w->sink->json)
		answer(w, "apply", &seq, false);
	else
		summary_say_record(w->request, w->sink, TEXT_PROFILE_APPLIED, seq);
	return OK;
}

static err run(const struct request *request, struct sink *sink, struct why *why)
{
	static const struct {
		const char *action;
		err (*does)(struct work *w, struct why *why);
		enum store_use use;
	} actions[] = { { "show", show, STORE_READ }, { "check", check, STORE_READ },
		{ "apply", apply, STORE_CHANGE } };
	AUTO_ARENA arena = arena_create(ARENA_BYTES);
	struct work w = { .request = request,
		.sink = sink,
		.arena = arena,
		.out = strbuf_heap(OUTPUT_BYTES_MAX) };
	str action = request_argument(request, 0);
	size_t i = 0;

	while (i < ARRAY_LEN(actions) && !str_equal(str_of(actions[i].action), action))
		i++;
	if (i == ARRAY_LEN(actions))
		return fail(why, MSG_PROFILE_ACTION, arg_str(action));
	err e = store_open(request, sink, actions[i].use, &w.engine, why);
	if (e == OK) {
		e = actions[i].does(&w, why);
		store_close(request, w.engine);
	}
	profile_rules_free(w.rules);
	strbuf_done(&w.out);
	return e;
}

const struct command cmd_identity_profile = {
	.name = STR_INIT("identity profile"),
	.group = GROUP_CUSTOMERS,
	.summary = WORDS("which of several tellings of a trait holds, and what is computed: show, "
			 "check, apply",
		"quelle valeur d'un trait est retenue parmi plusieurs, et ce qui est calculé : "
		"montrer, contrôler, appliquer"),
	.about = WORDS(
		"show prints the rules in force; check reads a file; apply brings it into force, "
		"for all that is past too. identity undo takes it back. docs/identity.md tells "
		"every key.",
		"show affiche les règles en vigueur ; check lit un fichier ; apply le met en "
		"vigueur, pour tout le passé aussi. identity undo revient dessus. docs/identity.md "
		"décrit chaque clé."),
	.arguments = { 1, 2, WORDS("ACTION [FILE]", "ACTION [FICHIER]"),
		WORDS("show, or check, apply with a file",
			"show, ou check, apply avec un fichier") },
	.options = { { STR_INIT("document"), IS_TEXT, false, SAME_WORDS("JSON"),
			     WORDS("the rules themselves, instead of a file",
				     "les règles elles-mêmes, au lieu d'un fichier"),
			     STR_INIT("") },
		DECISION_OPTIONS },
	.examples = { { STR_INIT("ariane identity profile show"),
			      WORDS("to a file, to be edited", "vers un fichier, à modifier") },
		{ STR_INIT("ariane identity profile apply mine.json --because crm"),
			WORDS("from now on, and for the past", "désormais, et pour le passé") } },
	.schema = STR_INIT("identity-profile"),
	.in_house = true,
	.run = run,
};

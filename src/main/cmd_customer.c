/* main/cmd_customer.c - ariane customer: what is known of somebody, and from where. */
#include "base/json.h"
#include "base/timestamp.h"
#include "exchange/native.h"
#include "main/profile_gather.h"
#include "main/store.h"
#include "main/text.h"
#include "main/thread_brief.h"
#include "main/thread_view.h"
#include "profile/person_name.h"

#include <string.h>

enum { OUTPUT_BYTES_MAX = 64 << 20, EVENT_BYTES_MAX = 64 << 20 };
#define PROFILE_BYTES_MAX ((size_t)1 << 30)

/* ---- for programs */

static void put_time(struct json_writer *w, const char *key, bool known, int64_t ms)
{
	char text[INSTANT_TEXT_BYTES];

	json_put_key(w, str_of(key));
	if (known)
		json_put_string(w, instant_utc(text, ms));
	else
		json_put_null(w);
}

static void put_span(struct json_writer *w, uint64_t events, int64_t first, int64_t last)
{
	json_member_uint(w, "events", events);
	put_time(w, "first_time", events > 0, first);
	put_time(w, "last_time", events > 0, last);
}

static void put_identifiers(struct json_writer *w, const struct profile *p)
{
	json_put_key(w, STR("identifiers"));
	json_put_array(w);
	for (size_t i = 0; i < p->identifier_count; i++) {
		const struct profile_identifier *id = &p->identifiers[i];
		json_put_object(w);
		json_member_string(w, "type", id->type);
		json_member_string(w, "value", id->value);
		json_put_key(w, STR("verified"));
		json_put_bool(w, id->verified);
		put_span(w, id->events, id->first_ms, id->last_ms);
		json_put_end(w);
	}
	json_put_end(w);
}

static void put_from(struct json_writer *w, const struct trait_telling *told)
{
	json_put_key(w, STR("value"));
	native_value_write(w, &told->value);
	json_member_string(w, "source", told->source);
	json_member_uint(w, "trust", told->trust);
	json_member_uint(w, "record", told->seq);
}

static void put_history(struct json_writer *w, const struct profile_trait *trait)
{
	json_put_key(w, STR("history"));
	json_put_array(w);
	for (size_t i = 0; i < trait->count; i++) {
		json_put_object(w);
		put_from(w, &trait->tellings[i]);
		put_time(w, "time", true, trait->tellings[i].ms);
		json_put_end(w);
	}
	json_put_end(w);
}

static void put_trait(struct json_writer *w, const struct profile_trait *trait, bool with_history)
{
	struct trait_telling holds = trait->from;

	holds.value = trait->value; /* of a set: all of them */
	json_put_object(w);
	json_member_string(w, "key", trait->key);
	put_from(w, &holds);
	put_time(w, "since", true, trait->from.ms);
	json_member_string(w, "rule", trait_rule_word(trait->rule));
	json_member_uint(w, "told", trait->count);
	json_member_uint(w, "different", trait->different);
	if (with_history)
		put_history(w, trait);
	json_put_end(w);
}

static void put_traits(struct json_writer *w, const struct profile *p)
{
	json_put_key(w, STR("traits"));
	json_put_array(w);
	for (size_t i = 0; i < p->trait_count; i++)
		put_trait(w, &p->traits[i], p->with_history);
	json_put_end(w);
}

static void put_computed(struct json_writer *w, const struct profile *p)
{
	json_put_key(w, STR("computed"));
	json_put_array(w);
	for (size_t i = 0; i < p->computed_count; i++) {
		const struct computed_trait *c = &p->computed[i];
		json_put_object(w);
		json_member_string(w, "key", c->rule->trait);
		json_put_key(w, STR("value"));
		native_value_write(w, &c->value);
		json_member_string(w, "as", computed_word(c->rule->as));
		json_member_uint(w, "left_out", c->left_out);
		put_span(w, c->events, c->first_ms, c->last_ms);
		json_put_end(w);
	}
	json_put_end(w);
}

static void put_channels(struct json_writer *w, const struct profile *p)
{
	json_put_key(w, STR("channels"));
	json_put_array(w);
	for (size_t i = 0; i < p->channel_count; i++) {
		json_put_object(w);
		json_member_string(w, "channel", p->channels[i].name);
		put_span(w, p->channels[i].events, p->channels[i].first_ms, p->channels[i].last_ms);
		json_put_end(w);
	}
	json_put_end(w);
}

/* ---- the last events, in brief */

struct telling {
	const struct request *request;
	struct sink *sink;
	struct engine *engine;
	const struct snapshot *snapshot;
	struct arena *arena;
	struct profile profile;
};

/* Each of the last events asked for, to one of the two below. */
static err each_last(const struct telling *t,
	void (*take)(void *context, const struct record *record), void *context, struct why *why)
{
	const struct thread *thread = &t->profile.thread;
	size_t wanted = (size_t)request_number(t->request, "last");
	size_t i = thread->count - MIN_OF(wanted, thread->count);
	AUTO_ARENA one = arena_create(EVENT_BYTES_MAX);
	struct thread_brief *brief = thread_brief_create(snapshot_threads(t->snapshot), t->arena);
	err e = brief != NULL ? OK : fail(why, MSG_NO_ROOM, arg_c("thread"), arg_int(0));

	for (; e == OK && i < thread->count && !request_cancelled(t->request); i++) {
		struct record record;
		e = thread_brief_read(brief, t->engine, thread->row[i], one, &record, why);
		if (e == OK)
			take(context, &record);
	}
	return e;
}

static void put_event(void *writer, const struct record *record)
{
	native_write(writer, record);
}

static err put_last(struct json_writer *w, const struct telling *t, struct why *why)
{
	json_put_key(w, STR("last"));
	json_put_array(w);
	err e = each_last(t, put_event, w, why);
	json_put_end(w);
	return e;
}

struct showing {
	struct thread_view view;
	struct strbuf out;
};

static void show_event(void *context, const struct record *record)
{
	struct showing *showing = context;

	thread_view_add(&showing->view, record, &showing->out);
}

static err show_last(const struct telling *t, struct why *why)
{
	struct showing showing = { .out = strbuf_heap(OUTPUT_BYTES_MAX) };

	sink_line(t->sink, STR(""));
	sink_line(t->sink, text_words(TEXT_PROFILE_LAST_EVENTS, t->sink->locale->language));
	thread_view_init(&showing.view, request_locale(t->request), t->sink->columns);
	err e = each_last(t, show_event, &showing, why);
	sink_built(t->sink, &showing.out);
	strbuf_done(&showing.out);
	return e;
}

/* ---- the whole */

static void put_name(struct json_writer *w, const struct telling *t)
{
	str name = person_name_of(t->profile.traits, t->profile.trait_count, t->arena);

	json_put_key(w, STR("name"));
	if (name.len > 0)
		json_put_string(w, name);
	else
		json_put_null(w);
}

static err answer_program(const struct telling *t, uint32_t customer, struct why *why)
{
	const struct profile *p = &t->profile;
	struct strbuf out = strbuf_heap(OUTPUT_BYTES_MAX);
	struct json_writer w = json_writer_of(&out, JSON_PRETTY);

	json_put_object(&w);
	json_member_uint(&w, "volatile_id", customer);
	json_member_uint(&w, "epoch", snapshot_epoch(t->snapshot));
	put_time(&w, "as_of", true, snapshot_as_of_ms(t->snapshot));
	put_span(&w, p->events, p->first_ms, p->last_ms);
	put_name(&w, t);
	put_identifiers(&w, p);
	put_channels(&w, p);
	put_traits(&w, p);
	put_computed(&w, p);
	err e = request_number(t->request, "last") > 0 ? put_last(&w, t, why) : OK;
	json_put_end(&w);
	strbuf_add_byte(&out, '\n');
	if (e == OK)
		sink_built(t->sink, &out);
	strbuf_done(&out);
	return e;
}

static err answer_person(const struct telling *t, struct why *why)
{
	profile_view(&t->profile, t->arena, t->sink);
	return request_number(t->request, "last") > 0 ? show_last(t, why) : OK;
}

static err answer(
	const struct request *request, struct sink *sink, struct engine *engine, struct why *why)
{
	AUTO_SNAPSHOT snapshot = store_snapshot(request, engine);
	AUTO_ARENA arena = arena_create(PROFILE_BYTES_MAX);
	AUTO_PROFILE_RULES rules = NULL;
	struct telling t = { request, sink, engine, snapshot, arena, { 0 } };
	uint32_t customer;
	str text;
	err e = store_customer(
		request, snapshot, request_argument(request, 0), &text, &customer, why);

	if (e == OK)
		e = profile_rules_in_force(snapshot_identity(snapshot), &rules, why);
	if (e == OK)
		e = profile_gather(engine, snapshot, customer, rules, arena, &t.profile, why);
	if (e != OK)
		return e;
	t.profile.with_history = request_has(request, "history");
	return sink->json ? answer_program(&t, customer, why) : answer_person(&t, why);
}

static err run(const struct request *request, struct sink *sink, struct why *why)
{
	return store_with(request, sink, STORE_READ, answer, why);
}

const struct command cmd_customer = {
	.name = STR_INIT("customer"),
	.group = GROUP_CUSTOMERS,
	.summary = WORDS("show what is known of a customer, and where it came from",
		"montrer ce qu'on sait d'un client, et d'où cela vient"),
	.arguments = { 1, 1, WORDS("IDENTIFIER", "IDENTIFIANT"),
		WORDS("type:value, as in email:jeanne@exemple.fr",
			"type:valeur, comme email:jeanne@exemple.fr") },
	.about = WORDS(
		"Traits are what was told of somebody, each with its source and the rule by which "
		"one of several tellings holds; computed ones follow from the events. ariane "
		"identity profile shows the rules.",
		"Les traits sont ce qui a été dit de quelqu'un, chacun avec sa source et la règle "
		"selon laquelle une valeur parmi plusieurs est retenue ; les traits calculés "
		"découlent des événements. ariane identity profile montre les règles."),
	.options = { { STR_INIT("history"), IS_FLAG, false, SAME_WORDS(""),
			     WORDS("each telling of each trait",
				     "tout ce qui a été dit de chaque trait"),
			     STR_INIT("") },
		{ STR_INIT("last"), IS_NUMBER, false, WORDS("N", "N"),
			WORDS("the last so many events too, in brief, of the same moment; 0: none",
				"aussi ce nombre de derniers événements, en bref, du même instant "
				"; 0 : "
				"aucun"),
			STR_INIT("0") } },
	.examples = { { STR_INIT("ariane customer email:jeanne@exemple.fr"),
			      WORDS("her identifiers, channels and traits",
				      "ses identifiants, ses canaux et ses traits") },
		{ STR_INIT("ariane customer phone:0612345678 --json"),
			WORDS("found by any identifier, as one types it",
				"trouvé par n'importe quel identifiant, tel qu'on le tape") },
		{ STR_INIT("ariane customer loyalty_card:4711 --history"),
			WORDS("what each system said of her, and when",
				"ce que chaque système a dit d'elle, et quand") },
		{ STR_INIT("ariane customer email:jeanne@exemple.fr --last 50"),
			WORDS("all that a screen shows when she calls, at once",
				"tout ce qu'un écran montre quand elle appelle, d'un coup") } },
	.schema = STR_INIT("customer"),
	.read_only = true,
	.in_house = true,
	.run = run,
};

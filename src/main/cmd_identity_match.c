/* main/cmd_identity_match.c - ariane identity match, review: one person, though no key says so. */
#include "main/match_keep.h"
#include "main/match_provider.h"
#include "main/match_view.h"
#include "main/match_write.h"
#include "main/store.h"

/* What both commands do: the folder opened, its records matched. */
struct match_run {
	const struct request *request;
	struct sink *sink;
	struct engine *engine;
	struct snapshot *snapshot;
	struct match_load load;
	struct match_kept kept;
	struct matching *matching;
};

/* With --new: what is there since the last time, by what was learnt then. */
static err take_kept(struct match_run *run, struct matching_options *options, struct why *why)
{
	err e = match_keep_read(run->engine, run->load.records, &run->kept, why);

	options->kept = &run->kept;
	options->fresh = run->load.fresh;
	return e;
}

static err start(struct match_run *run, enum store_use use, struct why *why)
{
	struct matching_options options;
	bool is_new = use == STORE_CHANGE && request_has(run->request, "new");
	uint64_t since = 0;
	err e = store_open(run->request, run->sink, use, &run->engine, why);

	if (e != OK)
		return e;
	run->snapshot = store_snapshot(run->request, run->engine);
	if (is_new)
		e = match_keep_through(run->engine, &since, why);
	if (e == OK)
		e = match_load(run->request, run->engine, run->snapshot, since, &run->load, why);
	if (e == OK)
		e = match_options(run->request, &run->load, &options, why);
	if (e == OK && is_new)
		e = take_kept(run, &options, why);
	if (e == OK)
		e = matching_run(run->load.records, &options, &run->matching, why);
	return e;
}

static void finish(struct match_run *run)
{
	matching_free(run->matching);
	match_load_done(&run->load);
	snapshot_unref(run->snapshot);
	store_close(run->request, run->engine);
}

/* ---- match */

static size_t shown(const struct match_run *run, size_t count)
{
	return MIN_OF(count, (size_t)request_number(run->request, "limit"));
}

static void say_summary(const struct match_run *run)
{
	const struct matching_report *r = matching_report(run->matching);

	sink_say(run->sink, TEXT_MATCH_RECORDS, arg_int((int64_t)r->records),
		arg_int((int64_t)r->persons), arg_int((int64_t)r->compared));
	if (r->reviews + r->bridges > 0)
		sink_say(run->sink, TEXT_MATCH_REVIEWS, arg_int((int64_t)r->reviews),
			arg_int((int64_t)r->bridges));
	if (r->apart > 0)
		sink_say(run->sink, TEXT_MATCH_APART, arg_int((int64_t)r->apart));
	if (r->cut_rows > 0)
		sink_remark(run->sink, TEXT_MATCH_CUT, arg_int((int64_t)r->cut_rows));
}

static void answer_all(const struct match_run *run)
{
	size_t count;
	const struct match_pair *pairs = matching_pairs(run->matching, &count);

	if (!run->sink->json) {
		const struct match_rows rows = { pairs, shown(run, count) };
		if (rows.count > 0)
			match_view_pairs(run->sink, request_arena(run->request), &run->load, &rows);
		say_summary(run);
		return;
	}
	for (size_t i = 0; i < count; i++)
		match_view_json(run->sink, &run->load, run->matching, &pairs[i], false);
}

static err write_links(struct match_run *run, struct why *why)
{
	size_t count;
	uint64_t written = 0;
	const struct match_pair *pairs = matching_pairs(run->matching, &count);

	if (request_has(run->request, "dry-run"))
		return OK;
	err e = match_write_links(
		run->engine, run->request, &run->load, pairs, count, &written, why);
	if (e == OK) /* behind the links: what is lost between is matched again */
		e = match_keep_write(run->engine, &run->load, run->matching,
			snapshot_end_seq(run->snapshot), why);
	if (e == OK && written > 0)
		e = store_checkpoint(run->request, run->engine, why);
	if (e == OK && !run->sink->json)
		sink_say(run->sink, TEXT_MATCH_WRITTEN, arg_int((int64_t)written));
	return e;
}

static enum pair_fate fate_of(const struct match_run *run, uint32_t a, uint32_t b)
{
	size_t count;
	const struct match_pair *pairs = matching_pairs(run->matching, &count);

	for (size_t i = 0; i < count; i++)
		if (pairs[i].a == MIN_OF(a, b) && pairs[i].b == MAX_OF(a, b))
			return pairs[i].fate;
	return matching_person(run->matching, a) == matching_person(run->matching, b) ? PAIR_IMPLIED
										      : PAIR_REVIEW;
}

/* Two records and why they weigh what they weigh; nothing is written. */
static err answer_pair(const struct match_run *run, struct why *why)
{
	struct explanation explanation;
	uint32_t a, b;
	err e = match_row(run->request, &run->load, request_argument(run->request, 0), &a, why);

	if (e == OK)
		e = match_row(run->request, &run->load, request_argument(run->request, 1), &b, why);
	if (e != OK)
		return e;
	matching_explain(run->matching, a, b, &explanation);
	const struct match_pair pair = { a, b, (float)explanation.weight, fate_of(run, a, b) };
	if (run->sink->json)
		match_view_json(run->sink, &run->load, run->matching, &pair, true);
	else
		match_view_fields(
			run->sink, request_arena(run->request), &run->load, run->matching, a, b);
	return OK;
}

static err undo(const struct request *request, struct sink *sink, struct why *why)
{
	struct engine *engine;
	uint64_t written = 0;
	err e = store_open(request, sink, STORE_CHANGE, &engine, why);

	if (e != OK)
		return e;
	e = match_write_undo(engine, request, &written, why);
	if (e == OK) /* else --new would pass over what is not linked any more */
		e = match_keep_forget(engine, why);
	if (e == OK && written > 0)
		e = store_checkpoint(request, engine, why);
	if (e == OK && !sink->json)
		sink_say(sink, TEXT_MATCH_UNDONE, arg_int((int64_t)written));
	store_close(request, engine);
	return e;
}

static err run_match(const struct request *request, struct sink *sink, struct why *why)
{
	struct match_run run = { .request = request, .sink = sink };
	size_t named = request_argument_count(request);

	if (named == 1)
		return fail(why, MSG_MATCH_ONE_OF_TWO);
	if (request_has(request, "undo"))
		return undo(request, sink, why);
	err e = start(&run, STORE_CHANGE, why);
	if (e == OK && named == 2)
		e = answer_pair(&run, why);
	else if (e == OK) {
		answer_all(&run);
		e = write_links(&run, why);
	}
	finish(&run);
	return e;
}

/* ---- review */

static bool wants_a_person(const struct match_pair *pair)
{
	return pair->fate == PAIR_REVIEW || pair->fate == PAIR_BRIDGE;
}

static void answer_match(const struct match_run *run, const struct match_pair *pair)
{
	if (run->sink->json) {
		match_view_json(run->sink, &run->load, run->matching, pair, true);
		return;
	}
	AUTO_ARENA arena = arena_create((size_t)1 << 24);
	match_view_fields(run->sink, arena, &run->load, run->matching, pair->a, pair->b);
	sink_line(run->sink, STR(""));
}

/* Behind which pair the list goes on; it may be decided by now. */
struct cursor {
	str a, b; /* "": from the beginning */
};

/* Identifiers may hold spaces: the first space at which both sides are known. */
static err read_cursor(const struct match_run *run, struct cursor *out, struct why *why)
{
	const struct identity_view *identity = snapshot_identity(run->snapshot);
	str text = request_text(run->request, "after");

	*out = (struct cursor){ STR(""), STR("") };
	for (size_t i = 0; i < text.len; i++) {
		str a = str_upto(text, i), b = str_from(text, i + 1);
		if (text.ptr[i] != ' ' || identity_find(identity, a) == IDENTITY_NO_CODE ||
			identity_find(identity, b) == IDENTITY_NO_CODE)
			continue;
		*out = (struct cursor){ a, b };
		return OK;
	}
	return text.len == 0 ? OK : fail(why, MSG_MATCH_AFTER, arg_str(text));
}

/* Where the list goes on: behind that pair, or, if it is decided and so no longer there, where its
 * weight would have stood; behind all if it is no pair of records. */
static size_t place_behind(const struct match_run *run, const struct cursor *cursor)
{
	struct explanation explanation;
	uint32_t a, b;
	size_t count, i = 0;
	const struct match_pair *pairs = matching_pairs(run->matching, &count);

	if (cursor->a.len == 0)
		return 0;
	if (!match_records_find(run->load.records, cursor->a, &a) ||
		!match_records_find(run->load.records, cursor->b, &b))
		return count;
	for (; i < count; i++)
		if (pairs[i].a == MIN_OF(a, b) && pairs[i].b == MAX_OF(a, b))
			return i + 1;
	matching_explain(run->matching, a, b, &explanation);
	for (i = 0; i < count && (double)pairs[i].weight > explanation.weight;)
		i++;
	return i;
}

/* Returns how many. */
static size_t answer_matches(const struct match_run *run, const struct cursor *cursor, size_t most)
{
	size_t count, told = 0;
	const struct match_pair *pairs = matching_pairs(run->matching, &count);

	for (size_t i = place_behind(run, cursor); i < count && told < most; i++)
		if (wants_a_person(&pairs[i])) {
			answer_match(run, &pairs[i]);
			told++;
		}
	return told;
}

/* Addresses of one box, which weigh nothing: nobody has learnt how often they are one person's. */
static err answer_boxes(const struct match_run *run, const struct cursor *cursor, size_t most,
	size_t *told, struct why *why)
{
	const struct identity_view *identity = snapshot_identity(run->snapshot);
	struct provider_pairs pairs = { 0 };
	err e = provider_pairs_find(run->request, run->engine, run->snapshot, &pairs, why);

	for (size_t i = 0; i < pairs.count && *told < most; i++) {
		str a = identity_text(identity, pairs.items[i].a);
		str b = identity_text(identity, pairs.items[i].b);
		int order = str_starts(cursor->a, STR("email:")) ? str_compare(a, cursor->a) : 1;
		if (order < 0 || (order == 0 && str_compare(b, cursor->b) <= 0))
			continue;
		match_view_box(run->sink, a, b);
		(*told)++;
	}
	provider_pairs_done(&pairs);
	return e;
}

/* Without records to be matched there may still be addresses. */
static err run_review(const struct request *request, struct sink *sink, struct why *why)
{
	struct match_run run = { .request = request, .sink = sink };
	size_t most = (size_t)request_number(request, "limit"), told = 0;
	struct cursor cursor;
	err e = start(&run, STORE_READ, why);
	bool has_records = e == OK;

	if (run.snapshot != NULL && why->message == MSG_MATCH_NO_TRAITS)
		e = OK;
	if (e == OK)
		e = read_cursor(&run, &cursor, why);
	if (e == OK && has_records)
		told = answer_matches(&run, &cursor, most);
	if (e == OK)
		e = answer_boxes(&run, &cursor, most, &told, why);
	if (e == OK && told == 0 && !sink->json)
		sink_say(sink, TEXT_MATCH_NOTHING);
	finish(&run);
	return e;
}

#define WEIGHTS \
	{ STR_INIT("threshold"), IS_TEXT, false, WORDS("BITS", "BITS"), \
		WORDS("from this weight on two records are linked: bits, so that 4 is 16 to 1, 7 " \
		      "is 128 to 1", \
			"à partir de ce poids deux fiches sont liées : en bits, 4 vaut 16 contre " \
			"1, " \
			"7 vaut 128 contre 1"), \
		STR_INIT("4") }, \
	{ \
		STR_INIT("review"), IS_TEXT, false, WORDS("BITS", "BITS"), \
			WORDS("from this weight on a person should look", \
				"à partir de ce poids une personne devrait regarder"), \
			STR_INIT("0") \
	}

const struct command cmd_identity_match = {
	.name = STR_INIT("identity match"),
	.group = GROUP_CUSTOMERS,
	.summary = WORDS("find records of one person that no key joins, and link them",
		"trouver les fiches d'une même personne qu'aucune clé ne relie, et les lier"),
	.about = WORDS(
		"Compares the records that tell names, dates, addresses and the like (ariane "
		"import "
		"--records, and Identify calls). What agreement and disagreement are worth is "
		"learnt "
		"from the records themselves; a rare name says more than a frequent one. Pairs "
		"above "
		"the threshold are linked, unless the records around them speak against it; each "
		"link "
		"is a decision that identity unlink or forget undoes, and --undo takes all of them "
		"back. Two names explain one pair and change nothing.",
		"Compare les fiches qui portent noms, dates, adresses et semblables (ariane import "
		"--records, et les appels Identify). Ce que valent accords et désaccords s'apprend "
		"des "
		"fiches elles-mêmes ; un nom rare en dit plus qu'un nom courant. Les paires "
		"au-dessus "
		"du seuil sont liées, sauf si les fiches voisines s'y opposent ; chaque lien est "
		"une "
		"décision qu'annule identity unlink ou forget, et --undo les reprend toutes. Deux "
		"noms "
		"expliquent une paire et ne changent rien."),
	.arguments = { 0, 2, WORDS("RECORD RECORD", "FICHE FICHE"),
		WORDS("two records to explain, as type:value",
			"deux fiches à expliquer, en type:valeur") },
	.options = { WEIGHTS,
		{ STR_INIT("dry-run"), IS_FLAG, false, SAME_WORDS(""),
			WORDS("print only, link nothing", "afficher seulement, ne rien lier"),
			STR_INIT("") },
		{ STR_INIT("new"), IS_FLAG, false, SAME_WORDS(""),
			WORDS("only what came or changed since the last time, by what was learnt "
			      "then",
				"seulement ce qui est arrivé ou a changé depuis la dernière fois, "
				"avec ce qui fut appris alors"),
			STR_INIT("") },
		{ STR_INIT("undo"), IS_FLAG, false, SAME_WORDS(""),
			WORDS("take back every link that matching made",
				"reprendre tous les liens faits par rapprochement"),
			STR_INIT("") },
		{ STR_INIT("limit"), IS_NUMBER, false, SAME_WORDS("N"),
			WORDS("pairs shown to people; programs get all",
				"paires montrées aux personnes ; les programmes ont tout"),
			STR_INIT("20") } },
	.examples = { { STR_INIT("ariane identity match --dry-run"),
			      WORDS("what would be linked", "ce qui serait lié") },
		{ STR_INIT("ariane identity match --threshold 7"),
			WORDS("link what is 128 to 1 or better", "lier à 128 contre 1 ou mieux") },
		{ STR_INIT("ariane identity match --new"),
			WORDS("after an import: compare its records with those there were",
				"après un import : comparer ses fiches à celles d'avant") },
		{ STR_INIT("ariane identity match record:17 record:42"),
			WORDS("why these two, field by field",
				"pourquoi ces deux-là, champ par champ") } },
	.schema = STR_INIT("identity-match"),
	.in_house = true,
	.json_lines = true,
	.run = run_match,
};

const struct command cmd_identity_review = {
	.name = STR_INIT("identity review"),
	.group = GROUP_CUSTOMERS,
	.summary = WORDS("pairs of records on which a person should decide, field by field",
		"les paires de fiches à trancher par une personne, champ par champ"),
	.about = WORDS(
		"Those whose weight lies between the two thresholds, and weak bridges: heavy "
		"enough, but the records around them do not fit. Behind them, e-mail addresses "
		"that their provider delivers to one box (ann+shop@, or dots at gmail.com): they "
		"are nobody's until a person says so. Decide with identity link or identity "
		"unlink.",
		"Celles dont le poids est entre les deux seuils, et les ponts faibles : assez "
		"lourdes, "
		"mais les fiches voisines ne s'accordent pas. À la suite, les adresses que leur "
		"fournisseur livre dans une même boîte (ann+boutique@, ou les points de "
		"gmail.com) : elles ne joignent personne tant que nul ne l'a dit. Tranchez par "
		"identity link ou identity unlink."),
	.options = { WEIGHTS,
		{ STR_INIT("limit"), IS_NUMBER, false, SAME_WORDS("N"),
			WORDS("so many, heaviest first", "autant, les plus lourdes d'abord"),
			STR_INIT("20") },
		{ STR_INIT("after"), IS_TEXT, false,
			WORDS("\"IDENTIFIER IDENTIFIER\"", "\"IDENTIFIANT IDENTIFIANT\""),
			WORDS("go on behind this pair, the last one seen",
				"continuer après cette paire, la dernière vue"),
			STR_INIT("") } },
	.examples = { { STR_INIT("ariane identity review --limit 5"),
		WORDS("the five most likely", "les cinq plus vraisemblables") } },
	.schema = STR_INIT("identity-match"),
	.in_house = true,
	.json_lines = true,
	.read_only = true,
	.run = run_review,
};

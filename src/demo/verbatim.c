/* demo/verbatim.c - texts by wish and seed, out of the grammars; see verbatim.h */
#include "demo/verbatim.h"

#include "base/embedded.h"
#include "demo/grammar.h"

#include <stdlib.h>

EMBEDDED(grammar_texts);

enum { GRAMMAR_ARENA_BYTES = 16 << 20 };

/* ---- what the grammars choose by */

enum { BY_SUBJECT, BY_MOOD, BY_REGISTER, BY_REGION, BY_URGENCY, BY_OUTCOME, BY_COUNT_ };

static const str subjects[SUBJECT_COUNT_] = { STR_INIT("internet"), STR_INIT("bill"),
	STR_INIT("order"), STR_INIT("mobile"), STR_INIT("offer"), STR_INIT("cancel"),
	STR_INIT("move"), STR_INIT("access"), STR_INIT("complaint"), STR_INIT("channel"),
	STR_INIT("promo"), STR_INIT("fibre"), STR_INIT("unanswered"), STR_INIT("moved"),
	STR_INIT("loop"), STR_INIT("dunned"), STR_INIT("outage"), STR_INIT("callback"),
	STR_INIT("escalated") };
static const str moods[] = { STR_INIT("furious"), STR_INIT("unhappy"), STR_INIT("neutral"),
	STR_INIT("pleased"), STR_INIT("delighted") };
static const str registers[FORMALITY_COUNT_] = { STR_INIT("formal"), STR_INIT("plain"),
	STR_INIT("relaxed") };
static const str regions[REGION_COUNT_] = { STR_INIT("none"), STR_INIT("north"), STR_INIT("south"),
	STR_INIT("west"), STR_INIT("east") };
static const str urgencies[] = { STR_INIT("none"), STR_INIT("some"), STR_INIT("high"),
	STR_INIT("now") };

enum answer {
	ANSWER_RESOLVED,
	ANSWER_UNRESOLVED,
	ANSWER_TRANSFERRED,
	ANSWER_LEAVING,
	ANSWER_RETAINED
};
static const str answers[] = { STR_INIT("resolved"), STR_INIT("unresolved"),
	STR_INIT("transferred"), STR_INIT("leaving"), STR_INIT("retained") };

static const struct grammar_dimension dimensions[BY_COUNT_] = {
	[BY_SUBJECT] = { STR_INIT("subject"), subjects, ARRAY_LEN(subjects) },
	[BY_MOOD] = { STR_INIT("mood"), moods, ARRAY_LEN(moods) },
	[BY_REGISTER] = { STR_INIT("register"), registers, ARRAY_LEN(registers) },
	[BY_REGION] = { STR_INIT("region"), regions, ARRAY_LEN(regions) },
	[BY_URGENCY] = { STR_INIT("urgency"), urgencies, ARRAY_LEN(urgencies) },
	[BY_OUTCOME] = { STR_INIT("outcome"), answers, ARRAY_LEN(answers) },
};

/* `by`: the dimension that the root itself is chosen by; -1: none.  `french`: in both languages. */
static const struct root {
	str rule;
	int by;
	bool french, by_hand; /* written by a customer */
} roots[VERBATIM_KIND_COUNT_] = {
	[VERBATIM_MAIL_SUBJECT] = { STR_INIT("mail_subject"), -1, false, true },
	[VERBATIM_MAIL] = { STR_INIT("mail"), -1, false, true },
	[VERBATIM_FORM] = { STR_INIT("form"), -1, false, true },
	[VERBATIM_LETTER] = { STR_INIT("letter"), -1, false, false },
	[VERBATIM_CHAT_OPENING] = { STR_INIT("chat_opening"), -1, false, true },
	[VERBATIM_CHAT_DETAIL] = { STR_INIT("chat_detail"), -1, false, true },
	[VERBATIM_CHAT_MORE] = { STR_INIT("chat_more"), -1, false, true },
	[VERBATIM_CHAT_END] = { STR_INIT("chat_end"), BY_MOOD, false, true },
	[VERBATIM_AGENT_HELLO] = { STR_INIT("agent_hello"), -1, false, false },
	[VERBATIM_AGENT_QUESTION] = { STR_INIT("agent_question"), -1, false, false },
	[VERBATIM_AGENT_ANSWER] = { STR_INIT("agent_answer"), -1, false, false },
	[VERBATIM_AGENT_SORRY] = { STR_INIT("agent_sorry"), -1, false, false },
	[VERBATIM_AGENT_END] = { STR_INIT("agent_end"), BY_OUTCOME, false, false },
	[VERBATIM_MAIL_ANSWER] = { STR_INIT("mail_answer"), -1, false, false },
	[VERBATIM_SOCIAL_ANSWER] = { STR_INIT("social_answer"), -1, false, false },
	[VERBATIM_BOT_HELLO] = { STR_INIT("bot_hello"), -1, false, false },
	[VERBATIM_BOT_ANSWER] = { STR_INIT("bot_answer"), -1, false, false },
	[VERBATIM_BOT_LOST] = { STR_INIT("bot_lost"), -1, false, false },
	[VERBATIM_BOT_HANDOVER] = { STR_INIT("bot_handover"), -1, false, false },
	[VERBATIM_BOT_END] = { STR_INIT("bot_end"), -1, false, false },
	[VERBATIM_TO_BOT] = { STR_INIT("to_bot"), -1, false, true },
	[VERBATIM_TO_BOT_MORE] = { STR_INIT("to_bot_more"), -1, false, true },
	[VERBATIM_TO_BOT_NO] = { STR_INIT("to_bot_no"), -1, false, true },
	[VERBATIM_CALL_NOTE] = { STR_INIT("call_note"), -1, true, false },
	[VERBATIM_SURVEY_COMMENT] = { STR_INIT("survey_comment"), -1, false, true },
	[VERBATIM_REVIEW] = { STR_INIT("review"), -1, false, true },
	[VERBATIM_POST] = { STR_INIT("post"), -1, false, true },
};

str subject_name(enum subject subject)
{
	return subjects[subject];
}

static enum subject subject_of_reason(enum reason reason)
{
	switch (reason) {
	case REASON_NONE:
	case REASON_COMPLAINT:
	case REASON_COUNT_:
		return SUBJECT_COMPLAINT;
	case REASON_INTERNET:
		return SUBJECT_INTERNET;
	case REASON_BILL:
		return SUBJECT_BILL;
	case REASON_ORDER:
		return SUBJECT_ORDER;
	case REASON_MOBILE:
		return SUBJECT_MOBILE;
	case REASON_OFFER:
		return SUBJECT_OFFER;
	case REASON_CANCEL:
		return SUBJECT_CANCEL;
	case REASON_MOVE:
		return SUBJECT_MOVE;
	case REASON_ACCESS:
		return SUBJECT_ACCESS;
	}
	return SUBJECT_COMPLAINT;
}

enum subject subject_of(enum reason reason, enum cause cause, enum call_queue queue)
{
	static const enum subject special[CAUSE_COUNT_] = { [CAUSE_OUTAGE] = SUBJECT_OUTAGE,
		[CAUSE_PROMOTION_END] = SUBJECT_PROMOTION,
		[CAUSE_CONNECTION_FAILED] = SUBJECT_FIBRE,
		[CAUSE_CHANNEL_CHANGE_FAILED] = SUBJECT_CHANNEL,
		[CAUSE_MAIL_UNANSWERED] = SUBJECT_UNANSWERED,
		[CAUSE_BOT_LOOP] = SUBJECT_LOOP,
		[CAUSE_DUNNED] = SUBJECT_DUNNED,
		[CAUSE_CANVASSED] = SUBJECT_DUNNED,
		[CAUSE_ESCALATED] = SUBJECT_ESCALATED };

	if (special[cause] != 0)
		return special[cause];
	if (reason == REASON_MOVE && queue == QUEUE_LOYALTY)
		return SUBJECT_MOVED;
	return subject_of_reason(reason);
}

/* ---- the slots, as the grammars call them */

enum slot {
	SLOT_FIRST_NAME,
	SLOT_FAMILY_NAME,
	SLOT_TITLE,
	SLOT_TOWN,
	SLOT_DEPARTEMENT,
	SLOT_LINE,
	SLOT_REF,
	SLOT_AMOUNT,
	SLOT_AMOUNT2,
	SLOT_DATE,
	SLOT_SINCE,
	SLOT_BEGUN,
	SLOT_LATER,
	SLOT_TODAY,
	SLOT_MONTH,
	SLOT_AGENT,
	SLOT_BRAND,
	SLOT_HANDSET,
	SLOT_CHANNEL,
	SLOT_OFFER,
	SLOT_COUNT_
};
static const str slot_names[SLOT_COUNT_] = { STR_INIT("first_name"), STR_INIT("family_name"),
	STR_INIT("title"), STR_INIT("town"), STR_INIT("departement"), STR_INIT("line"),
	STR_INIT("ref"), STR_INIT("amount"), STR_INIT("amount2"), STR_INIT("date"),
	STR_INIT("since"), STR_INIT("begun"), STR_INIT("later"), STR_INIT("today"),
	STR_INIT("month"), STR_INIT("agent"), STR_INIT("brand"), STR_INIT("handset"),
	STR_INIT("channel"), STR_INIT("offer") };

/* ---- one language */

enum { FRENCH, ENGLISH, LANGUAGES };

struct tongue {
	const struct grammar *grammar;
	int rules[VERBATIM_KIND_COUNT_][8]; /* by value of the root's dimension */
	int slots[SLOT_COUNT_]; /* -1: this grammar has no such slot */
};

struct verbatim {
	struct arena *arena;
	struct tongue tongues[LANGUAGES];
};

static bool is_of(int tongue, str file)
{
	return str_starts(file, tongue == ENGLISH ? STR("grammar_en") : STR("grammar_fr"));
}

static err check_whole(const struct grammar *grammar, int tongue, struct why *why)
{
	static const str by_mood = STR_INIT("chat_end:mood"),
			 by_outcome = STR_INIT("agent_end:outcome");
	str named[VERBATIM_KIND_COUNT_];
	size_t count = 0;

	for (size_t k = 0; k < VERBATIM_KIND_COUNT_; k++)
		if (tongue == FRENCH || !roots[k].french)
			named[count++] = roots[k].by == BY_MOOD      ? by_mood
					 : roots[k].by == BY_OUTCOME ? by_outcome
								     : roots[k].rule;
	return grammar_check(grammar, named, count, why);
}

static int rule_of(const struct grammar *grammar, const struct root *root, size_t value)
{
	struct strbuf name = strbuf_heap(128);

	strbuf_add(&name, root->rule);
	if (root->by >= 0) {
		strbuf_add_byte(&name, '.');
		strbuf_add(&name, dimensions[root->by].values[value]);
	}
	int rule = grammar_rule(grammar, strbuf_str(&name));
	strbuf_done(&name);
	return rule;
}

static err read_language(struct verbatim *v, int number, struct why *why)
{
	struct grammar_text texts[8];
	struct tongue *tongue = &v->tongues[number];
	size_t count = 0;

	for (size_t i = 0; i < grammar_texts_count; i++)
		if (is_of(number, grammar_texts[i].name) && count < ARRAY_LEN(texts))
			texts[count++] = (struct grammar_text){ grammar_texts[i].name,
				grammar_texts[i].text };
	err e = grammar_parse(texts, count, dimensions, BY_COUNT_, v->arena, &tongue->grammar, why);
	if (e == OK)
		e = check_whole(tongue->grammar, number, why);
	for (size_t k = 0; e == OK && k < VERBATIM_KIND_COUNT_; k++) {
		size_t values = roots[k].by >= 0 ? dimensions[roots[k].by].count : 1;
		for (size_t i = 0; i < values; i++)
			tongue->rules[k][i] = rule_of(tongue->grammar, &roots[k], i);
	}
	for (size_t s = 0; e == OK && s < SLOT_COUNT_; s++)
		tongue->slots[s] = grammar_slot(tongue->grammar, slot_names[s]);
	return e;
}

err verbatim_create(struct verbatim **out, struct why *why)
{
	struct verbatim *v = memory_alloc(sizeof(*v));
	err e = OK;

	v->arena = arena_create(GRAMMAR_ARENA_BYTES);
	for (int i = 0; e == OK && i < LANGUAGES; i++)
		e = read_language(v, i, why);
	if (e != OK) {
		verbatim_free(v);
		return e;
	}
	*out = v;
	return OK;
}

void verbatim_free(struct verbatim *verbatim)
{
	if (verbatim == NULL)
		return;
	arena_free(verbatim->arena);
	free(verbatim);
}

/* ---- one text */

static enum answer answer_of(enum outcome outcome)
{
	switch (outcome) {
	case OUTCOME_RESOLVED:
	case OUTCOME_DONE:
	case OUTCOME_CONTAINED:
		return ANSWER_RESOLVED;
	case OUTCOME_HANDED_OVER:
	case OUTCOME_QUEUED:
		return ANSWER_TRANSFERRED;
	case OUTCOME_LEAVING:
		return ANSWER_LEAVING;
	case OUTCOME_RETAINED:
		return ANSWER_RETAINED;
	case OUTCOME_NONE:
	case OUTCOME_FAILED:
	case OUTCOME_ABSENT:
	case OUTCOME_NO_ANSWER:
	case OUTCOME_UNRESOLVED:
	case OUTCOME_LEFT:
	case OUTCOME_COUNT_:
		break;
	}
	return ANSWER_UNRESOLVED;
}

static void fill_slots(
	const struct tongue *tongue, const struct verbatim_slots *s, struct grammar_case *of)
{
	const str given[SLOT_COUNT_] = { s->first_name, s->family_name, s->title, s->town,
		s->departement, s->line, s->reference, s->amount, s->amount2, s->date, s->since,
		s->begun, s->later, s->today, s->month, s->agent, s->brand, s->handset, s->channel,
		s->offer };

	for (size_t i = 0; i < SLOT_COUNT_; i++)
		if (tongue->slots[i] >= 0)
			of->slots[tongue->slots[i]] = given[i];
}

static struct grammar_case case_of(const struct tongue *tongue, const struct verbatim_wish *w)
{
	struct grammar_case of = { .dimensions = {
					   [BY_SUBJECT] = (uint8_t)w->subject,
					   [BY_MOOD] = (uint8_t)(w->sentiment + 2),
					   [BY_REGISTER] = (uint8_t)w->hand.formality,
					   [BY_REGION] = (uint8_t)w->hand.region,
					   [BY_URGENCY] = w->urgency,
					   [BY_OUTCOME] = (uint8_t)answer_of(w->outcome),
				   } };

	fill_slots(tongue, &w->slots, &of);
	return of;
}

static struct strbuf over(char *bytes, size_t count)
{
	return (struct strbuf){ .ptr = bytes, .cap = count, .cap_max = count };
}

/* The text is cut at a character if a grammar ever grew so rich. */
static str text_in(const struct strbuf *buf)
{
	return str_trim(str_cut((str){ buf->ptr, buf->len }, VERBATIM_BYTES_MAX));
}

/* What a caller says of his own and of the company's, in the agent's note: "ma box" is his, "votre
 * vendeur" ours. */
static void note_as_agent(str text, struct strbuf *out)
{
	static const struct {
		str said, noted;
	} words[] = { { STR_INIT("ma"), STR_INIT("sa") }, { STR_INIT("mon"), STR_INIT("son") },
		{ STR_INIT("mes"), STR_INIT("ses") }, { STR_INIT("votre"), STR_INIT("notre") },
		{ STR_INIT("vos"), STR_INIT("nos") }, { STR_INIT("m'a"), STR_INIT("l'a") },
		{ STR_INIT("Ma"), STR_INIT("Sa") }, { STR_INIT("Mon"), STR_INIT("Son") },
		{ STR_INIT("Mes"), STR_INIT("Ses") }, { STR_INIT("Votre"), STR_INIT("Notre") },
		{ STR_INIT("Vos"), STR_INIT("Nos") } };

	while (text.len > 0) {
		size_t end = 0;
		while (end < text.len && text.ptr[end] != ' ')
			end++;
		str word = str_upto(text, end);
		for (size_t i = 0; i < ARRAY_LEN(words); i++)
			if (str_equal(word, words[i].said)) {
				word = words[i].noted;
				break;
			}
		strbuf_add(out, word);
		if (end < text.len)
			strbuf_add_byte(out, ' ');
		text = str_from(text, MIN_OF(end + 1, text.len));
	}
}

void verbatim_write(const struct verbatim *verbatim, const struct verbatim_wish *wish,
	uint64_t seed, struct strbuf *out)
{
	char raw_bytes[2 * VERBATIM_BYTES_MAX], tidy_bytes[2 * VERBATIM_BYTES_MAX];
	struct strbuf raw = over(raw_bytes, sizeof(raw_bytes));
	struct strbuf tidy = over(tidy_bytes, sizeof(tidy_bytes));
	const struct root *root = &roots[wish->kind];
	const struct tongue *tongue =
		&verbatim->tongues[wish->hand.english && !root->french ? ENGLISH : FRENCH];
	struct grammar_case of = case_of(tongue, wish);
	struct random random = random_of(seed);
	size_t value = root->by >= 0 ? of.dimensions[root->by] : 0;

	grammar_expand(tongue->grammar, tongue->rules[wish->kind][value], &of, &random, &raw);
	grammar_tidy((str){ raw.ptr, raw.len }, &tidy);
	if (root->by_hand)
		hand_write(&wish->hand, text_in(&tidy), random_next(&random), out);
	else if (wish->kind == VERBATIM_CALL_NOTE)
		note_as_agent(text_in(&tidy), out);
	else
		strbuf_add(out, text_in(&tidy));
}

/* main/journey_ask.h - what all `ariane journey` commands have in common: the definition, the
 * filters, the limits, and how steps and times are told.
 *
 * Their options are JOURNEY_OPTIONS, first in the table of each command's own.
 */
#pragma once

#include "base/embedded.h"
#include "base/json.h"
#include "journey/pass.h"
#include "main/store.h"

/* A question with its plan, for as long as the answering takes. */
struct journey_question {
	const struct request *request;
	struct engine *engine;
	const struct snapshot *snapshot;
	const struct threads_view *view;
	struct journey_definition definition;
	str definition_text; /* the document; "": the default one */
	struct journey_filter filter;
	struct journey_limits limits;
	struct journey_plan *plan;
	str segment; /* asked for alone; its ptr NULL: those of --segment */
	bool is_of_one; /* of the customer whom the argument names */
};

typedef err journey_answer(struct journey_question *question, struct sink *sink, struct why *why);

/* Opens the store, reads definition and filters, makes the plan, answers, closes. */
err journey_ask(
	const struct request *request, struct sink *sink, journey_answer *answer, struct why *why);

/* The same of the one customer whom the argument names; without an argument of all. */
err journey_ask_of(
	const struct request *request, struct sink *sink, journey_answer *answer, struct why *why);
#define JOURNEY_OF_ONE \
	{ \
		0, 1, WORDS("IDENTIFIER", "IDENTIFIANT"), \
			WORDS("of one customer alone: type:value", \
				"d'un seul client : type:valeur") \
	}

/* The text of the document that an option names: the ready-made one ("order-to-activation"), or
 * else the file of at most DEFINITION_BYTES_MAX bytes; in the request's arena, or of the program.
 */
err journey_document(const struct request *request, const char *option,
	const struct embedded_file *ready, size_t count, str *json, struct why *why);

/* The same of one segment, with no other filter than --as-of; needs the options of limits. */
err journey_ask_segment(const struct request *request, struct sink *sink, str segment,
	journey_answer *answer, struct why *why);

struct journey_journal journey_question_journal(const struct journey_question *question);

/* The customer by the best of his identifiers (identity/naming.h). */
str journey_customer_text(const struct journey_question *question, uint32_t customer);

/* A picture into the file of --svg; a line to people that says so.  JSON is told of the file. */
err journey_write(struct sink *sink, str path, str bytes, struct why *why);
void journey_say_written(struct sink *sink, str path);

/* ---- JSON: `put` writes a key and its value */

enum { JOURNEY_OUTPUT_BYTES_MAX = 1 << 30 };
void put_step(struct json_writer *w, const char *key, const struct journey_plan *plan, uint32_t s);
void put_moment(struct json_writer *w, const char *key, int64_t ticks); /* RFC 3339, UTC */
/* "epoch" and "as_of". */
void put_standing(struct json_writer *w, const struct journey_question *question);

/* ---- tables: cells in the reader's language */

void cell_number(struct grid *grid, enum language language, uint64_t n);
void cell_share(struct grid *grid, enum language language, double share); /* 0.123: 12.3 % */
void cell_span(struct grid *grid, enum language language, double span_s);
void cell_moment(struct grid *grid, const struct request *request, int64_t ticks);
void cell_ratio(struct grid *grid, enum language language, double n); /* two digits */

/* "success", "failure", "ended", "open". */
str journey_outcome_word(enum journey_outcome outcome);

/* --top N, or `otherwise`. */
size_t journey_top(const struct request *request, size_t otherwise);

/* clang-format off */
#define JOURNEY_OPTIONS \
	{ STR_INIT("definition"), IS_DOCUMENT, false, WORDS("FILE", "FICHIER"), \
		WORDS("what is a step and what a journey (docs/formats/journey-definition.md); " \
		      "without, every activity is a step and every customer's thread a journey", \
			"ce qu'est une étape et ce qu'est un parcours " \
			"(docs/formats/journey-definition.md) ; sans elle, chaque activité est une " \
			"étape et le fil de chaque client un parcours"), STR_INIT("") }, \
	{ STR_INIT("since"), IS_TIME, false, WORDS("TIME", "DATE"), \
		WORDS("only events from this time on", "seulement les événements à partir de cette date"), \
		STR_INIT("") }, \
	{ STR_INIT("until"), IS_TIME, false, WORDS("TIME", "DATE"), \
		WORDS("only events before this time", "seulement les événements avant cette date"), \
		STR_INIT("") }, \
	{ STR_INIT("channel"), IS_TEXT, true, WORDS("PATTERN", "MOTIF"), \
		WORDS("only events on this channel (any of them if given several times)", \
			"seulement les événements de ce canal (l'un d'eux si l'on en donne plusieurs)"), \
		STR_INIT("") }, \
	{ STR_INIT("activity"), IS_TEXT, true, WORDS("PATTERN", "MOTIF"), \
		WORDS("only events of this name; * stands for anything (likewise)", \
			"seulement les événements de ce nom ; * vaut n'importe quoi (de même)"), \
		STR_INIT("") }, \
	{ STR_INIT("where"), IS_TEXT, true, WORDS("CONDITION", "CONDITION"), \
		WORDS("only events with this attribute: KEY, KEY=VALUE (also !=, <, <=, >, >=) or " \
		      "KEY~PATTERN (all of them if given several times)", \
			"seulement les événements ayant cet attribut : CLÉ, CLÉ=VALEUR (aussi !=, <, " \
			"<=, >, >=) ou CLÉ~MOTIF (toutes si l'on en donne plusieurs)"), STR_INIT("") }, \
	{ STR_INIT("with"), IS_TEXT, true, WORDS("[CHANNEL:][ACTIVITY]", "[CANAL:][ACTIVITÉ]"), \
		WORDS("only customers who have such an event, as in web:cart.* or phone:*", \
			"seulement les clients qui ont un tel événement, comme web:cart.* ou phone:*"), \
		STR_INIT("") }, \
	{ STR_INIT("without"), IS_TEXT, true, WORDS("[CHANNEL:][ACTIVITY]", "[CANAL:][ACTIVITÉ]"), \
		WORDS("only customers who have no such event", \
			"seulement les clients qui n'en ont pas"), STR_INIT("") }, \
	{ STR_INIT("customer"), IS_TEXT, true, WORDS("CONDITION", "CONDITION"), \
		WORDS("only customers with this attribute, in an event or in what is known of them", \
			"seulement les clients ayant cet attribut, dans un événement ou dans ce que " \
			"l'on sait d'eux"), STR_INIT("") }, \
	{ STR_INIT("not-customer"), IS_TEXT, true, WORDS("CONDITION", "CONDITION"), \
		WORDS("only customers without it: all others of --customer", \
			"seulement les clients qui ne l'ont pas : tous les autres de --customer"), \
		STR_INIT("") }, \
	{ STR_INIT("segment"), IS_TEXT, true, WORDS("NAME", "NOM"), \
		WORDS("only customers of this segment (ariane segment list)", \
			"seulement les clients de ce segment (ariane segment list)"), \
		STR_INIT("") }, \
	{ STR_INIT("passed"), IS_TEXT, true, WORDS("STEP", "ÉTAPE"), \
		WORDS("only journeys that passed by this step", \
			"seulement les parcours passés par cette étape"), STR_INIT("") }, \
	{ STR_INIT("never"), IS_TEXT, true, WORDS("STEP", "ÉTAPE"), \
		WORDS("only journeys that never passed by it", \
			"seulement les parcours jamais passés par elle"), STR_INIT("") }, \
	{ STR_INIT("begins"), IS_TEXT, false, WORDS("STEP", "ÉTAPE"), \
		WORDS("only journeys that begin with this step", \
			"seulement les parcours qui commencent par cette étape"), STR_INIT("") }, \
	{ STR_INIT("ends"), IS_TEXT, false, WORDS("STEP", "ÉTAPE"), \
		WORDS("only journeys that end with it", \
			"seulement les parcours qui finissent par elle"), STR_INIT("") }, \
	{ STR_INIT("edge-from"), IS_TEXT, false, WORDS("STEP", "ÉTAPE"), \
		WORDS("only journeys with a passage from this step (to that of --edge-to)", \
			"seulement les parcours ayant un passage depuis cette étape (vers celle de " \
			"--edge-to)"), STR_INIT("") }, \
	{ STR_INIT("edge-to"), IS_TEXT, false, WORDS("STEP", "ÉTAPE"), \
		WORDS("only journeys with a passage to this step", \
			"seulement les parcours ayant un passage vers cette étape"), STR_INIT("") }, \
	{ STR_INIT("way"), IS_TEXT, true, WORDS("STEP", "ÉTAPE"), \
		WORDS("only journeys of exactly these steps, given one after the other", \
			"seulement les parcours faits exactement de ces étapes, données l'une après " \
			"l'autre"), STR_INIT("") }, \
	{ STR_INIT("outcome"), IS_TEXT, true, SAME_WORDS("success|failure|ended|open"), \
		WORDS("only journeys that came out so (any of them if given several times)", \
			"seulement les parcours à cette issue (l'une d'elles si l'on en donne " \
			"plusieurs)"), STR_INIT("") }, \
	{ STR_INIT("from-step"), IS_TEXT, false, WORDS("STEP", "ÉTAPE"), \
		WORDS("of each journey only what follows this step, it included", \
			"de chaque parcours, seulement ce qui suit cette étape, elle comprise"), \
		STR_INIT("") }, \
	{ STR_INIT("to-step"), IS_TEXT, false, WORDS("STEP", "ÉTAPE"), \
		WORDS("of each journey only what leads to this step, it included", \
			"de chaque parcours, seulement ce qui mène à cette étape, elle comprise"), \
		STR_INIT("") }, \
	{ STR_INIT("at"), IS_TEXT, true, WORDS("N=STEP", "N=ÉTAPE"), \
		WORDS("only journeys whose N-th step is this (-1: the last), or, without a step, that " \
		      "have no N-th", \
			"seulement les parcours dont la N-ième étape est celle-ci (-1 : la dernière) ou, " \
			"sans étape, qui n'en ont pas"), STR_INIT("") }, \
	{ STR_INIT("not-at"), IS_TEXT, true, WORDS("N=STEP", "N=ÉTAPE"), \
		WORDS("only journeys that have an N-th step, and not this", \
			"seulement les parcours qui ont une N-ième étape, autre que celle-ci"), \
		STR_INIT("") }, \
	{ STR_INIT("part-passed"), IS_TEXT, true, WORDS("STEP", "ÉTAPE"), \
		WORDS("as --passed, of what --from-step and --to-step leave", \
			"comme --passed, de ce que laissent --from-step et --to-step"), \
		STR_INIT("") }, \
	{ STR_INIT("part-edge-from"), IS_TEXT, true, WORDS("STEP", "ÉTAPE"), \
		WORDS("as --edge-from, of what they leave (the n-th with the n-th --part-edge-to)", \
			"comme --edge-from, de ce qu'elles laissent (la n-ième avec la n-ième " \
			"--part-edge-to)"), STR_INIT("") }, \
	{ STR_INIT("part-edge-to"), IS_TEXT, true, WORDS("STEP", "ÉTAPE"), \
		WORDS("as --edge-to, of what they leave", "comme --edge-to, de ce qu'elles laissent"), \
		STR_INIT("") }, \
	{ STR_INIT("as-of"), IS_TIME, false, WORDS("TIME", "DATE"), \
		WORDS("as it stood at this time; without, at the last event", \
			"l'état à cette date ; sans elle, celui du dernier événement"), STR_INIT("") }, \
	JOURNEY_LIMITS

/* What an answer may take.  Who asks from another machine may have it take less, not more than
 * JOURNEY_MEMORY_MB (the preset) and a thread for each processor. */
enum { JOURNEY_MEMORY_MB = 4096 };
#define JOURNEY_LIMITS \
	{ STR_INIT("memory"), IS_NUMBER, false, SAME_WORDS("MB"), \
		WORDS("what the answer may take", "ce que la réponse peut prendre"), STR_INIT("4096") }, \
	{ STR_INIT("deadline"), IS_DURATION, false, WORDS("DURATION", "DURÉE"), \
		WORDS("give up after this time", "renoncer après ce temps"), STR_INIT("") }, \
	{ STR_INIT("threads"), IS_NUMBER, false, SAME_WORDS("N"), \
		WORDS("how many threads count; without, one for each processor", \
			"combien de fils d'exécution comptent ; sans lui, un par processeur"), \
		STR_INIT("") }

/* Of the commands whose answer is also a picture. */
#define JOURNEY_SVG \
	{ STR_INIT("svg"), IS_PATH, false, WORDS("FILE", "FICHIER"), \
		WORDS("draw it into this file", "le dessiner dans ce fichier"), STR_INIT("") }
/* Of the commands whose answer is also a table for programs. */
#define JOURNEY_CSV \
	{ STR_INIT("csv"), IS_FLAG, false, SAME_WORDS(""), \
		WORDS("the numbers as CSV", "les nombres en CSV"), STR_INIT("") }
/* clang-format on */

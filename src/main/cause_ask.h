/* main/cause_ask.h - what the commands that look for causes have in common: the friction asked
 * about, costs, traits, and how these are told.
 *
 * A friction is named in the words of the filters of `journey list`, so that the list behind it
 * can be asked for in the same words: --edge-from and --edge-to, --from-step and --to-step (with
 * --within), --ends, --outcome; and --step with --instead, --loop.
 */
#pragma once

#include "journey/drivers.h"
#include "main/journey_ask.h"

/* A friction as asked, with a plan of all who came to its point. */
struct cause_friction {
	struct friction friction;
	struct journey_plan *plan; /* without the filters that named it */
	uint8_t *at, *to;
	struct field_names at_steps, to_steps; /* for the answer */
};

/* MSG_FRICTION_*; free with cause_friction_done(). */
err cause_friction_read(
	const struct journey_question *q, struct cause_friction *out, struct why *why);
void cause_friction_done(struct cause_friction *friction);

/* --cost and --horizon. */
err cause_costs(const struct journey_question *q, const struct journey_plan *plan,
	struct costs *out, struct why *why);
/* --support, --look-back, --ignore. */
err cause_traits_question(const struct journey_question *q, struct field_names *ignore,
	struct traits_question *out, struct why *why);

/* ---- words, in the language of the request */

void cause_add_trait(
	struct strbuf *out, const struct journey_question *q, const struct trait *trait);
/* One trait, or both of a combination. */
void cause_add_traits(struct strbuf *out, const struct journey_question *q,
	const struct traits *traits, uint32_t trait, uint32_t other);
/* "Basket -> Contact", in words of the kind of friction. */
void cause_add_friction(struct strbuf *out, const struct journey_question *q,
	const struct friction *friction, const struct journey_plan *plan);

void cell_interval(struct grid *grid, enum language language, struct interval i, int digits);

/* ---- JSON */

void put_finite(struct json_writer *w, const char *key, double number); /* null if it is not */
void put_interval(struct json_writer *w, const char *key, struct interval i);
void put_trait(struct json_writer *w, const char *key, const struct journey_question *q,
	const struct trait *trait);
void put_friction(struct json_writer *w, const char *key, const struct friction *friction,
	const struct journey_plan *plan);
void put_driver(struct json_writer *w, const struct journey_question *q,
	const struct driver *driver, const struct traits *traits, const struct trials *trials);

/* ---- CSV (csv_out.h): a value and its limits; what is not finite is empty */

struct csv_out;
void csv_out_finite(struct csv_out *csv, double number);
void csv_out_interval(struct csv_out *csv, struct interval interval);

/* clang-format off */
#define COST_OPTIONS \
	{ STR_INIT("cost"), IS_TEXT, true, WORDS("CHANNEL=COST", "CANAL=COÛT"), \
		WORDS("what a contact on a channel costs (without: docs/drivers.md; or the costs of " \
		      "the definition's steps)", \
			"ce que coûte un contact sur un canal (sans elle : docs/drivers.md ; ou les coûts " \
			"des étapes de la définition)"), STR_INIT("") }, \
	{ STR_INIT("horizon"), IS_DURATION, false, WORDS("DURATION", "DURÉE"), \
		WORDS("how long after it contacts count as its cost", \
			"pendant combien de temps les contacts qui suivent comptent dans son coût"), \
		STR_INIT("14d") }
#define TRAIT_OPTIONS \
	{ STR_INIT("support"), IS_NUMBER, false, SAME_WORDS("N"), \
		WORDS("leave out what fewer of them have in common", \
			"laisser de côté ce que moins d'entre eux ont en commun"), STR_INIT("20") }, \
	{ STR_INIT("look-back"), IS_DURATION, false, WORDS("DURATION", "DURÉE"), \
		WORDS("how long before it channels and steps count", \
			"jusqu'à combien de temps avant comptent les canaux et les étapes"), \
		STR_INIT("30d") }, \
	{ STR_INIT("ignore"), IS_TEXT, true, WORDS("PATTERN", "MOTIF"), \
		WORDS("attributes that are consequences, not causes: their names, * stands for anything", \
			"attributs qui sont des conséquences et non des causes : leurs noms, * vaut " \
			"n'importe quoi"), STR_INIT("") }, \
	{ STR_INIT("own"), IS_FLAG, false, SAME_WORDS(""), \
		WORDS("only what the occasion carries itself, and its time: nothing of the " \
		      "customer's past", \
			"seulement ce que l'occasion porte elle-même, et son moment : rien du passé du " \
			"client"), STR_INIT("") }
/* clang-format on */

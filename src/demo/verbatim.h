/* demo/verbatim.h - what customers, agents and machines of the demonstration company write.
 *
 * A text is a function of a wish (what kind, about what, in which mood ...) and of a seed: the same
 * of both give the same bytes.  The words stand in grammar_*.txt (grammar.h); then the hand of
 * the person who writes is laid over it: no accents, small letters only, abbreviations of text
 * messages, slips of the finger.  Agents and machines write clean.
 *
 * What is true of the text is what was wished: writers of truth files keep the wish.
 *
 * A struct verbatim never changes once made; many threads may write with it.
 */
#pragma once

#include "base/random.h"
#include "demo/happening.h"
#include "demo/people.h"

enum verbatim_kind {
	VERBATIM_MAIL_SUBJECT,
	VERBATIM_MAIL,
	VERBATIM_FORM,
	VERBATIM_LETTER,
	VERBATIM_CHAT_OPENING, /* the customer's turns ... */
	VERBATIM_CHAT_DETAIL,
	VERBATIM_CHAT_MORE,
	VERBATIM_CHAT_END,
	VERBATIM_AGENT_HELLO, /* ... and the agent's */
	VERBATIM_AGENT_QUESTION,
	VERBATIM_AGENT_ANSWER,
	VERBATIM_AGENT_SORRY,
	VERBATIM_AGENT_END,
	VERBATIM_MAIL_ANSWER,
	VERBATIM_SOCIAL_ANSWER,
	VERBATIM_BOT_HELLO, /* the machine's ... */
	VERBATIM_BOT_ANSWER,
	VERBATIM_BOT_LOST,
	VERBATIM_BOT_HANDOVER,
	VERBATIM_BOT_END,
	VERBATIM_TO_BOT, /* ... and the customer's to it */
	VERBATIM_TO_BOT_MORE,
	VERBATIM_TO_BOT_NO,
	VERBATIM_CALL_NOTE, /* always French */
	VERBATIM_SURVEY_COMMENT,
	VERBATIM_REVIEW,
	VERBATIM_POST,
	VERBATIM_KIND_COUNT_
};

/* What it is about: the nine reasons of the phone, and what may lie behind them. */
enum subject {
	SUBJECT_INTERNET,
	SUBJECT_BILL,
	SUBJECT_ORDER,
	SUBJECT_MOBILE,
	SUBJECT_OFFER,
	SUBJECT_CANCEL,
	SUBJECT_MOVE,
	SUBJECT_ACCESS,
	SUBJECT_COMPLAINT,
	SUBJECT_CHANNEL, /* the change of channel that fails in the application */
	SUBJECT_PROMOTION, /* the bill after a promotion has ended */
	SUBJECT_FIBRE, /* the failed connection */
	SUBJECT_UNANSWERED, /* a mail without answer */
	SUBJECT_MOVED, /* a move sent to the queue of cancellations */
	SUBJECT_LOOP, /* the bot that repeats itself */
	SUBJECT_DUNNED, /* dunned or canvassed after leaving */
	SUBJECT_OUTAGE,
	SUBJECT_CALLBACK, /* called back after a repair: the delight */
	SUBJECT_ESCALATED, /* a complaint before the consumer service */
	SUBJECT_COUNT_
};
str subject_name(enum subject subject); /* English: "unanswered" */
/* `told` tells a move in the wrong queue from a plain one. */
enum subject subject_of(enum reason reason, enum cause cause, enum call_queue queue);

enum formality { FORMALITY_FORMAL, FORMALITY_PLAIN, FORMALITY_RELAXED, FORMALITY_COUNT_ };
enum verbatim_region {
	REGION_NONE,
	REGION_NORTH,
	REGION_SOUTH,
	REGION_WEST,
	REGION_EAST,
	REGION_COUNT_
};

/* How somebody writes, whatever he writes. */
struct hand {
	enum formality formality;
	enum verbatim_region region;
	bool english;
	bool no_accents, small_letters, abbreviates;
	uint8_t slips; /* in 1,000 words */
};
struct hand hand_of(const struct person *person);
struct hand hand_clean(bool english); /* of agents and machines */

/* What the text may name; "" is invented.  The brand's default is "Lumeo". */
struct verbatim_slots {
	str first_name, family_name, title, town, departement, line, reference, amount, amount2;
	str date, since, begun; /* of what happened: "3 mars", "trois jours", "9 h" */
	str month; /* of a bill: "mars" */
	str later, today; /* of what shall be; of the letter */
	str agent, brand, handset, channel, offer;
};

struct verbatim_wish {
	enum verbatim_kind kind;
	enum subject subject;
	int8_t sentiment; /* -2 furious to +2 delighted */
	uint8_t urgency; /* 0 none to 3 at once */
	enum outcome outcome; /* of answers and notes */
	struct hand hand;
	struct verbatim_slots slots;
};

enum { VERBATIM_BYTES_MAX = 6000 };

struct verbatim;

/* Reads the grammars that the program carries.  An error (those of grammar.h) is one of the build;
 * the tests find it. */
err verbatim_create(struct verbatim **out, struct why *why);
void verbatim_free(struct verbatim *verbatim); /* NULL is fine */

/* Appends the text; at most VERBATIM_BYTES_MAX bytes, UTF-8, lines ended by '\n' within, none at
 * the end. */
void verbatim_write(const struct verbatim *verbatim, const struct verbatim_wish *wish,
	uint64_t seed, struct strbuf *out);

/* Lays a hand over `text`: what verbatim_write() does last.  For names and subjects made elsewhere.
 */
void hand_write(const struct hand *hand, str text, uint64_t seed, struct strbuf *out);

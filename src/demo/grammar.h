/* demo/grammar.h - texts made by a grammar: many sentences out of few words.
 *
 * A grammar is a text for people to write.  A line that begins in the first column names a rule,
 * the indented lines below it are its alternatives, one of which is chosen; `#` begins a comment.
 *
 *   hello.formal
 *     Dear (Sir or Madam|{brand}),
 *     <title> {family_name}, [I hope you are well.]
 *
 *   (a|b|c)     one of them              [a|b]       one of them, or in half of the cases nothing
 *   &(a|b|c)    all of them, in any order, a space between
 *   <rule>      a rule                   <rule:d>    the rule `rule.v`, v the value of dimension d
 *   {slot}      what the caller gives, or else rule `slot.slot`; the same wherever it comes again
 *   #12-180#    a number of that range; #01-28# has as many digits as its first bound
 *   \n          the end of a line
 *
 * A rule may not lead back to itself, so every text is finite and expansion needs no limit but that
 * of the text.  What comes out is tidied: one space between words, none before a comma or a full
 * stop, sentences begin with a capital.
 *
 * A grammar never changes once parsed; many threads may expand it.
 */
#pragma once

#include "base/random.h"
#include "base/why.h"

enum {
	GRAMMAR_RULES_MAX = 2048,
	GRAMMAR_NESTING_MAX = 8, /* of parentheses */
	GRAMMAR_PARTS_MAX = 64, /* of a sequence, and alternatives of a rule or a group */
	GRAMMAR_SLOTS_MAX = 32,
	GRAMMAR_DIMENSIONS_MAX = 8,
	GRAMMAR_SLOT_BYTES_MAX = 96, /* of a slot's value made by a rule; longer is cut */
};

/* mood: furious, unhappy ...: what `<rule:mood>` chooses by. */
struct grammar_dimension {
	str name;
	const str *values;
	size_t count;
};

struct grammar_text {
	str name, text; /* name: for messages */
};

struct grammar;

/* Reads the texts as one grammar, which lies in `arena` and keeps pointers into the texts.  With
 * file and line in `why`: MSG_GRAMMAR_FORM (not of the form above), MSG_GRAMMAR_UNKNOWN (a rule,
 * slot or dimension that there is not), MSG_GRAMMAR_TWICE; MSG_NO_ROOM. */
err grammar_parse(const struct grammar_text *texts, size_t count,
	const struct grammar_dimension *dimensions, size_t dimension_count, struct arena *arena,
	const struct grammar **out, struct why *why);

/* Every rule can be reached from the roots, and none leads back to itself.  A root with a `:d` is
 * one for each value.  MSG_GRAMMAR_UNREACHED, MSG_GRAMMAR_CIRCLE, MSG_GRAMMAR_UNKNOWN. */
err grammar_check(const struct grammar *grammar, const str *roots, size_t count, struct why *why);

/* -1: there is no such rule, no such slot. */
int grammar_rule(const struct grammar *grammar, str name);
int grammar_slot(const struct grammar *grammar, str name);

/* What one text is made for: the value of each dimension (an index), and slots by their number
 * ("": by the rule). */
struct grammar_case {
	uint8_t dimensions[GRAMMAR_DIMENSIONS_MAX];
	str slots[GRAMMAR_SLOTS_MAX];
};

/* Appends one text of a rule.  The same state of `random` gives the same text.  `out` fails past
 * its ceiling, as strbufs do. */
void grammar_expand(const struct grammar *grammar, int rule, const struct grammar_case *of,
	struct random *random, struct strbuf *out);

/* Appends `raw` with its spaces and capitals put right. */
void grammar_tidy(str raw, struct strbuf *out);

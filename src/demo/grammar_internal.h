/* demo/grammar_internal.h - what a grammar is once it is parsed; see grammar.h */
#pragma once

#include "demo/grammar.h"

enum part_kind {
	PART_TEXT,
	PART_RULE,
	PART_RULE_BY, /* of several, by a dimension */
	PART_SLOT,
	PART_CHOICE,
	PART_OPTION,
	PART_SHUFFLE,
	PART_NUMBER,
};

struct part;
struct sequence {
	const struct part *parts;
	size_t count;
};

struct part {
	enum part_kind kind;
	uint32_t number; /* of the rule, slot or dimension; least of a range */
	uint32_t most, digits; /* of a range */
	str text;
	const int *rules; /* one for each value of the dimension */
	const struct sequence *groups; /* of a choice, option, shuffle */
	size_t group_count;
};

struct rule {
	str name, file;
	int64_t line;
	const struct sequence *alternatives;
	size_t count;
};

struct grammar {
	struct rule *rules;
	size_t rule_count;
	str slots[GRAMMAR_SLOTS_MAX];
	int slot_rules[GRAMMAR_SLOTS_MAX];
	size_t slot_count;
	const struct grammar_dimension *dimensions;
	size_t dimension_count;
};

/* fuzz/rules_fuzz.c - any bytes as identity rules: what is accepted keeps the limits, says the same
 * when it is read again, and can be asked. */
#include "fuzz.h"
#include "identity/rules.h"

static void use(const struct identity_rules *rules)
{
	static const str values[] = { STR_INIT("null"), STR_INIT("a"), STR_INIT("") };
	unsigned limited = 0;

	for (unsigned row = 0; row < rules_type_count(rules); row++) {
		const struct rules_type *type = rules_type(rules, row);
		ASSERT(rules_row(rules, type->type) == row);
		ASSERT(type->priority <= RULES_PRIORITY_MAX && type->owners <= RULES_OWNERS_MAX);
		ASSERT(type->limit <= RULES_LIMIT_MAX && (!type->unique || type->limit == 1));
		ASSERT(type->limit == 0 || type->slot < RULES_LIMITED_MAX);
		ASSERT(type->within_ms == 0 || rules_have_windows(rules));
		limited += type->limit > 0 &&
			   type->hash_of == RULES_TYPE_OTHER; /* a digest counts as what it is of */
		for (size_t i = 0; i < ARRAY_LEN(values); i++)
			(void)rules_bar(rules, row, values[i]);
	}
	ASSERT(limited <= RULES_LIMITED_MAX && rules_type_count(rules) <= RULES_ROWS_MAX);
	ASSERT(rules_source(rules, STR("web")).trust <= RULES_TRUST_MAX);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct identity_rules *rules, *again;
	struct why why = { 0 };

	if (rules_parse((str){ (const char *)data, size }, &rules, &why) != OK) {
		ASSERT(why.message != MSG_NONE);
		return 0;
	}
	use(rules);
	ASSERT(rules_parse(rules_document(rules), &again, NULL) == OK);
	ASSERT(rules_type_count(rules) == rules_type_count(again));
	rules_free(again);
	rules_free(rules);
	return 0;
}

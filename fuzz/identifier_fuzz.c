/* fuzz/identifier_fuzz.c - a normal form is its own normal form, whatever was typed.
 *
 * The first byte: is there a country for phone numbers?  The rest is "type:value". */
#include "fuzz.h"
#include "identity/identifier.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	AUTO_ARENA arena = arena_create(1 << 20);
	struct identifier_rules rules = { .phone_country = STR("") };
	struct record_identifier once, twice, typed;
	struct why why = { 0 };

	if (size == 0)
		return 0;
	if (data[0] & 1)
		rules.phone_country = STR("33");
	str text = { (const char *)data + 1, size - 1 };
	if (identifier_parse(&rules, text, arena, &once, &why) != OK) {
		ASSERT(why.message != MSG_NONE);
		return 0;
	}
	ASSERT(once.value.len > 0 && once.value.len <= IDENTIFIER_VALUE_BYTES_MAX);
	ASSERT(str_is_text(once.value) && once.type.len <= IDENTIFIER_TYPE_BYTES_MAX);
	ASSERT(identifier_normalise(&rules, once.type, once.value, arena, &twice, &why) == OK);
	ASSERT(str_equal(once.value, twice.value) && twice.raw.len == 0);
	str whole = identifier_text(once.type, once.value, arena);
	ASSERT(identifier_parse(&rules, whole, arena, &typed, &why) == OK);
	ASSERT(str_equal(typed.type, once.type) && str_equal(typed.value, once.value));
	if (once.raw.len > 0) { /* what is kept beside it leads to it again */
		ASSERT(identifier_normalise(&rules, once.type, once.raw, arena, &typed, &why) ==
			OK);
		ASSERT(str_equal(typed.value, once.value));
	}
	return 0;
}

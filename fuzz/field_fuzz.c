/* fuzz/field_fuzz.c - values of records: any bytes come into a form, which compares the same both
 * ways, is its own form, and is exactly like itself.
 *
 * Input: a byte for the kind, then two values, parted by a line break. */
#include "fuzz.h"
#include "matching/field.h"
#include "matching/records.h"

static bool has_place(str part, str whole)
{
	return part.len == 0 ||
	       (part.ptr >= whole.ptr && part.ptr + part.len <= whole.ptr + whole.len);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size < 2)
		return 0;
	AUTO_ARENA arena = arena_create(1 << 16);
	struct similarity scratch = { .at = { 0 } };
	enum field_kind kind = (enum field_kind)(data[0] % KIND_COUNT_);
	str all = { (const char *)data + 1, size - 1 }, a = all, b = all, given, surname;
	struct field_value x, y, again;
	bool room;

	(void)str_split(all, '\n', &a, &b);
	full_name_split(all, &given, &surname);
	ASSERT(has_place(given, all) && has_place(surname, all));
	if (!field_value_of(kind, a, arena, &x, &room))
		return 0;
	ASSERT(field_compare(kind, &scratch, &x, &x) == LEVEL_EXACT && x.keys[0] != 0);
	if (field_value_of(kind, x.text, arena, &again, &room))
		ASSERT(str_equal(again.text, x.text));
	if (!field_value_of(kind, b, arena, &y, &room))
		return 0;
	enum level level = field_compare(kind, &scratch, &x, &y);
	ASSERT(level > LEVEL_MISSING && level < LEVEL_COUNT_);
	ASSERT(field_compare(kind, &scratch, &y, &x) == level);
	return 0;
}

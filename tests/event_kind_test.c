/* tests/event_kind_test.c - each kind has a name of its own and is found by it alone. */
#include "event/kind.h"
#include "test.h"

TEST(record_kinds_have_names)
{
	enum record_kind found;

	for (enum record_kind kind = RECORD_EVENT; kind < RECORD_KIND_COUNT_; kind++) {
		str name = record_kind_name(kind);
		CHECK(name.ptr, name.len > 0 && record_kind_named(name, &found) && found == kind);
	}
}

TEST(record_kinds_that_are_none)
{
	static const str rows[] = { STR_INIT(""), STR_INIT("Event"), STR_INIT("events"),
		STR_INIT("event "), STR_INIT("even") };
	enum record_kind found = RECORD_SOURCE;

	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		CHECK(rows[i].ptr, !record_kind_named(rows[i], &found) && found == RECORD_SOURCE);
	CHECK("none", record_kind_name((enum record_kind)0).len == 0);
	CHECK("beyond", record_kind_name(RECORD_KIND_COUNT_).len == 0);
}

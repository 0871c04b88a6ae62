/* event/kind.c - see kind.h */
#include "event/kind.h"

static const str names[RECORD_KIND_COUNT_] = {
	[RECORD_EVENT] = STR_INIT("event"),
	[RECORD_ENTITY] = STR_INIT("entity"),
	[RECORD_IDENTITY] = STR_INIT("identity"),
	[RECORD_CORRECTION] = STR_INIT("correction"),
	[RECORD_RETRACTION] = STR_INIT("retraction"),
	[RECORD_ERASURE] = STR_INIT("erasure"),
	[RECORD_SOURCE] = STR_INIT("source"),
	[RECORD_TOMBSTONE] = STR_INIT("tombstone"),
};

str record_kind_name(enum record_kind kind)
{
	return kind < RECORD_KIND_COUNT_ ? names[kind] : STR("");
}

bool record_kind_named(str name, enum record_kind *kind)
{
	for (size_t i = RECORD_EVENT; i < RECORD_KIND_COUNT_; i++)
		if (str_equal(names[i], name)) {
			*kind = (enum record_kind)i;
			return true;
		}
	return false;
}

/* desk/role.c - see role.h */
#include "desk/role.h"

static const str rights_named[RIGHT_COUNT_] = {
	[RIGHT_STATUS] = STR_INIT("status"),
	[RIGHT_JOURNEYS] = STR_INIT("journeys"),
	[RIGHT_CUSTOMERS] = STR_INIT("customers"),
	[RIGHT_LISTS] = STR_INIT("lists"),
	[RIGHT_TEXT] = STR_INIT("text"),
	[RIGHT_EXPORT] = STR_INIT("export"),
	[RIGHT_IMPORT] = STR_INIT("import"),
	[RIGHT_CORRECT] = STR_INIT("correct"),
	[RIGHT_IDENTITY] = STR_INIT("identity"),
	[RIGHT_ERASE] = STR_INIT("erase"),
	[RIGHT_STORE] = STR_INIT("store"),
	[RIGHT_DOORS] = STR_INIT("doors"),
	[RIGHT_AUDIT] = STR_INIT("audit"),
};

/* An agent serves one customer at a time; an analyst sees people, not their words; a planner sees
 * numbers; an administrator runs the house without reading its letters; a privacy officer answers
 * those who ask what is known of them. */
static const struct {
	str name;
	rights rights;
} roles[ROLE_COUNT_] = {
	[ROLE_AGENT] = { STR_INIT("agent"), RIGHT(STATUS) | RIGHT(CUSTOMERS) | RIGHT(TEXT) },
	[ROLE_SUPERVISOR] = { STR_INIT("supervisor"), RIGHT(STATUS) | RIGHT(JOURNEYS) |
							      RIGHT(CUSTOMERS) | RIGHT(LISTS) |
							      RIGHT(TEXT) | RIGHT(IDENTITY) },
	[ROLE_ANALYST] = { STR_INIT("analyst"),
		RIGHT(STATUS) | RIGHT(JOURNEYS) | RIGHT(CUSTOMERS) | RIGHT(LISTS) | RIGHT(EXPORT) |
			RIGHT(IMPORT) | RIGHT(CORRECT) | RIGHT(IDENTITY) },
	[ROLE_PLANNER] = { STR_INIT("planner"), RIGHT(STATUS) | RIGHT(JOURNEYS) },
	[ROLE_ADMINISTRATOR] = { STR_INIT("administrator"), RIGHT(STATUS) | RIGHT(JOURNEYS) |
								    RIGHT(IMPORT) | RIGHT(STORE) |
								    RIGHT(DOORS) | RIGHT(AUDIT) },
	[ROLE_PRIVACY] = { STR_INIT("privacy-officer"),
		RIGHT(STATUS) | RIGHT(CUSTOMERS) | RIGHT(LISTS) | RIGHT(TEXT) | RIGHT(EXPORT) |
			RIGHT(CORRECT) | RIGHT(IDENTITY) | RIGHT(ERASE) | RIGHT(AUDIT) },
};

str role_name(enum role role)
{
	return roles[role].name;
}

bool role_named(str name, enum role *out)
{
	for (size_t i = 0; i < ROLE_COUNT_; i++)
		if (str_equal(roles[i].name, name)) {
			*out = (enum role)i;
			return true;
		}
	return false;
}

rights role_rights(enum role role)
{
	return roles[role].rights;
}

str right_name(enum right right)
{
	return rights_named[right];
}

bool right_named(str name, enum right *out)
{
	for (size_t i = 0; i < RIGHT_COUNT_; i++)
		if (str_equal(rights_named[i], name)) {
			*out = (enum right)i;
			return true;
		}
	return false;
}

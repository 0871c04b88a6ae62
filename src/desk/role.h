/* desk/role.h - who may do what: the one table of roles and rights.
 *
 * A right is a kind of resource and what is done with it.  A role has some; a user or a token may
 * be granted single ones on top.  What a request needs stands in the table of routes, never here.
 */
#pragma once

#include "base/base.h"

enum right {
	RIGHT_STATUS, /* how much there is, and how it is */
	RIGHT_JOURNEYS, /* questions over all customers: numbers, no person */
	RIGHT_CUSTOMERS, /* one customer: profile, identifiers, thread */
	RIGHT_LISTS, /* many: lists of customers, of events */
	RIGHT_TEXT, /* what people wrote or said, word for word */
	RIGHT_EXPORT, /* all events as a file */
	RIGHT_IMPORT, /* new events, in bulk */
	RIGHT_CORRECT, /* correct and retract events */
	RIGHT_IDENTITY, /* decide who is one person */
	RIGHT_ERASE, /* erase a customer; give him what is known of him */
	RIGHT_STORE, /* verify, seal, back up, settings */
	RIGHT_DOORS, /* users, tokens, write keys */
	RIGHT_AUDIT, /* who did what */
	RIGHT_COUNT_
};

enum role {
	ROLE_AGENT,
	ROLE_SUPERVISOR,
	ROLE_ANALYST,
	ROLE_PLANNER,
	ROLE_ADMINISTRATOR,
	ROLE_PRIVACY,
	ROLE_COUNT_
};

typedef uint32_t rights; /* a bit for each */
#define RIGHT(name) ((rights)1 << RIGHT_##name)

str role_name(enum role role); /* "privacy-officer" */
bool role_named(str name, enum role *out); /* writes only if true */
rights role_rights(enum role role);

str right_name(enum right right); /* "customers" */
bool right_named(str name, enum right *out);

/* main/door_rights.h - roles and rights as they are typed and shown. */
#pragma once

#include "desk/role.h"
#include "main/request.h"

err door_role(str name, enum role *out, struct why *why);
err door_granted(const struct request *request, rights *out, struct why *why); /* --grant ... */
str door_rights_text(rights granted, struct arena *arena); /* "text export"; "" for none */

/* clang-format off */
#define DOOR_ROLES "agent|supervisor|analyst|planner|administrator|privacy-officer"
#define DOOR_ROLE_OPTION \
	{ STR_INIT("role"), IS_TEXT, false, SAME_WORDS(DOOR_ROLES), \
		WORDS("what it may do", "ce qu'il peut faire"), STR_INIT("analyst") }
#define DOOR_GRANT_OPTION \
	{ STR_INIT("grant"), IS_TEXT, true, WORDS("RIGHT", "DROIT"), \
		WORDS("a right beyond the role: text, lists, export, import, correct, identity, erase, " \
		      "store, doors or audit", \
			"un droit au-delà du rôle : text, lists, export, import, correct, identity, " \
			"erase, store, doors ou audit"), STR_INIT("") }
/* clang-format on */

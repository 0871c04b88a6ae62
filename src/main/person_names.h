/* main/person_names.h - names beside identifiers: what customers of a moment are called.
 *
 * The same name as the profile's (profile/person_name.h, under the rules in force), without the
 * rest of it: only the rows that tell traits are looked at, and those from what is kept of them
 * (thread/told.h).  Some microseconds a customer.
 *
 * One thread at a time. */
#pragma once

#include "engine/engine.h"
#include "profile/profile_rules.h"

struct person_names;

/* Borrows engine, snapshot and arena; close with person_names_close(). */
err person_names_open(struct engine *engine, const struct snapshot *snapshot, struct arena *arena,
	struct person_names **out, struct why *why);
void person_names_close(struct person_names *names); /* NULL is fine */

/* In the arena; "": none is told. */
err person_name(struct person_names *names, uint32_t customer, str *out, struct why *why);

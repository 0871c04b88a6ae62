/* identity/moment.h - a moment laid open, for moment.c and recount.c. */
#pragma once

#include "identity/identity_internal.h"
#include "identity/recount.h"

struct identity_moment {
	struct strings_view *identifiers, *sets, *sources, *documents;
	struct view *members, *kinds, *nodes, *evidence, *owners, *customers, *free_customers,
		*decisions, *acts, *twins;
	uint32_t live_identifiers, live_customers, newest_rules, rules_held;
	uint64_t owners_version;
	struct codes seeds; /* all that was not computed */
};

/* A view of a fork's customers; texts and documents as `then` shows them (view.c). */
struct identity_view *view_of_fork(struct identity *fork, const struct identity_view *then);

/* Texts, evidence and decisions become the moment's; customers, kinds and owners stay. */
void moment_evidence(struct identity *identity, const struct identity_moment *moment);

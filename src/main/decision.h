/* main/decision.h - what people decide about identity, on its way into the journal. */
#pragma once

#include "engine/prepare.h"
#include "main/request.h"

/* One record of kind IDENTITY (identity/identity.h: identity_decide()). */
struct decision {
	str activity; /* "link", "undo", ... */
	const struct record_identifier *identifiers; /* in normal form */
	size_t count;
	uint64_t target; /* of an undo */
	str group; /* decided in one go, undone in one go; "": by itself */
	str rules; /* the document, of a rule change */
	str subject, document; /* what is kept under a name (identity_document()) */
};

/* Who and why come from the request's options --by and --because.  All in one batch; *seq is the
 * sequence of the last. */
err decision_write(const struct request *request, struct engine *engine,
	const struct decision *decisions, size_t count, struct arena *arena, uint64_t *seq,
	struct why *why);

str decision_random(const char *prefix, struct arena *arena); /* no two are alike */

#define DECISION_OPTIONS \
	{ STR_INIT("by"), IS_TEXT, false, WORDS("WHO", "QUI"), \
		WORDS("who decides; otherwise the user of this process", \
			"qui décide ; sinon l'utilisateur de ce processus"), \
		STR_INIT("") }, \
	{ \
		STR_INIT("because"), IS_TEXT, false, WORDS("TEXT", "TEXTE"), \
			WORDS("why, kept with the decision", "pourquoi, gardé avec la décision"), \
			STR_INIT("") \
	}

/* desk/views.h - saved views: what people look at and want to find again, and what they say of it.
 *
 * A view is a name and a JSON document that the application writes and reads: an address, or a
 * journey definition that somebody drew.  The desk keeps it and does not look inside.
 */
#pragma once

#include "desk/desk.h"

enum {
	VIEWS_MAX = 1000, /* in all */
	VIEW_DOCUMENT_BYTES_MAX = 64 << 10,
	VIEW_COMMENTS_MAX = 500, /* of one view */
	VIEW_COMMENT_BYTES_MAX = 4 << 10,
};

struct view {
	str name, document;
	str who; /* the last who changed it */
	int64_t created_ms, changed_ms;
	int64_t comments; /* how many */
};

struct view_comment {
	int64_t id;
	str who, text;
	int64_t at_ms;
};

/* Makes it, or replaces its document.  ERR_SYNTAX: the name, or a document that is no JSON object.
 * ERR_LIMIT: VIEWS_MAX, VIEW_DOCUMENT_BYTES_MAX. */
err view_save(struct desk *desk, str name, str document, str who, struct why *why);
/* With its comments.  ERR_NOT_FOUND. */
err view_remove(struct desk *desk, str name, struct why *why);
/* All of them by name; texts in `arena`. */
err view_list(
	struct desk *desk, struct arena *arena, struct view **out, size_t *count, struct why *why);

/* ERR_NOT_FOUND: no such view.  ERR_SYNTAX: nothing said.  ERR_LIMIT. */
err view_comment(struct desk *desk, str name, str who, str text, struct why *why);
/* What was said of it, oldest first; texts in `arena`. */
err view_comments(struct desk *desk, str name, struct arena *arena, struct view_comment **out,
	size_t *count, struct why *why);

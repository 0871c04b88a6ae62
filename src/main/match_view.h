/* main/match_view.h - pairs of records as people and programs read them.
 *
 * JSON: one line a pair, docs/schemas/identity-match.json.
 */
#pragma once

#include "main/match_load.h"
#include "main/sink.h"

/* One pair a line; `explained`: with its fields. */
void match_view_json(struct sink *sink, const struct match_load *load, struct matching *matching,
	const struct match_pair *pair, bool explained);

/* A grid of pairs. */
struct match_rows {
	const struct match_pair *pairs;
	size_t count;
};
void match_view_pairs(struct sink *sink, struct arena *arena, const struct match_load *load,
	const struct match_rows *rows);

/* One pair, field by field. */
void match_view_fields(struct sink *sink, struct arena *arena, const struct match_load *load,
	struct matching *matching, uint32_t a, uint32_t b);

enum text match_fate_text(enum pair_fate fate);
/* Two e-mail addresses that their provider delivers to one box (match_provider.h). */
void match_view_box(struct sink *sink, str a, str b);

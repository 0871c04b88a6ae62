/* main/draw_flow.h - a flow (journey/flow.h) as a Sankey diagram. */
#pragma once

#include "journey/flow.h"
#include "main/locale.h"

struct flow_drawing {
	const struct journey_plan *plan;
	const struct flow_question *question;
	const struct flow *flow;
	enum language language;
};

/* Appends an SVG document.  What ends stands as a node in the next column, what goes on behind the
 * last column too: each column shows all journeys that come so far. */
void draw_flow(const struct flow_drawing *drawing, struct strbuf *out);

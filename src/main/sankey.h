/* main/sankey.h - a Sankey diagram: nodes in columns, links as bands whose width is what flows.
 *
 * The layout is relaxation as in d3-sankey: nodes are moved to where their links come from and go
 * to, column by column, forth and back, and pushed apart where they would overlap.  Nodes that
 * stand for what has left (is_last) stay below the others.  Colours only help: every node has its
 * name and number beside it, every link its own in a tooltip.
 *
 * Threads: pure.
 */
#pragma once

#include "base/arena.h"

struct sankey_node {
	size_t column;
	str label, note; /* note: behind the label, in grey */
	double value;
	unsigned colour; /* any number: equal ones are painted alike */
	bool is_rest; /* other, end, further: painted grey */
	bool is_last;
	double top, height, in, out; /* the layout's own */
};

struct sankey_link {
	size_t from, to; /* nodes; the second in the next column */
	double value;
	str title;
	double from_top, to_top;
};

struct sankey {
	str title, subtitle;
	const str *heads; /* of columns */
	size_t columns;
	bool is_mirrored; /* the first column stands right */
	struct sankey_node *nodes; /* column by column */
	size_t node_count;
	struct sankey_link *links;
	size_t link_count;
};

/* Appends the picture, a whole SVG document; lays `sankey` out in place. */
void sankey_draw(struct sankey *sankey, struct strbuf *out);

/* main/draw_map.h - a map (journey/map.h) as a graph: text for Graphviz, and a picture by it.
 *
 * Steps are boxes, darker the more they are passed; edges are as thick as they are many, with their
 * number and median time.  Only what map_hide() shows is drawn; what is hidden is told at each
 * step and below the picture.
 */
#pragma once

#include "journey/map.h"
#include "main/locale.h"

struct map_drawing {
	const struct journey_plan *plan;
	const struct map *map;
	enum language language;
	bool has_times;
};

/* Appends the graph in Graphviz's language. */
void draw_map(const struct map_drawing *drawing, struct strbuf *out);

/* Has `dot` lay out a graph as SVG, into a file.  MSG_DRAW_MISSING, MSG_DRAW_FAILED. */
err draw_graph(str graph, const char *path, struct why *why);

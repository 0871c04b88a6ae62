/* main/sankey.c - see sankey.h */
#include "main/sankey.h"

#include "main/svg.h"

#include <math.h>
#include <stdlib.h>

enum {
	MARGIN = 24,
	HEAD = 84, /* title, subtitle and the heads of columns */
	COLUMN = 236, /* from one column to the next: a node and room for its label */
	LABELS = 210, /* right of the last column */
	NODE = 14,
	GAP = 20, /* between nodes: a line of text */
	LEAST_HEIGHT = 420,
	LABEL_CHARACTERS = 26,
	ROUNDS = 12,
};

/* ---- layout */

/* From the first node of a column on, how many are of it. */
static size_t column_length(const struct sankey *s, size_t first)
{
	size_t end = first;

	while (end < s->node_count && s->nodes[end].column == s->nodes[first].column)
		end++;
	return end - first;
}

/* Pixels for what flows: the fullest column, gaps taken off, fills the height. */
static double set_heights(struct sankey *s)
{
	size_t most = 1;
	double full = 0, height;

	for (size_t i = 0, n; i < s->node_count; i += n) {
		double sum = 0;
		n = column_length(s, i);
		for (size_t k = i; k < i + n; k++)
			sum += s->nodes[k].value;
		full = fmax(full, sum);
		most = MAX_OF(most, n);
	}
	height = fmax(LEAST_HEIGHT, (double)most * 46);
	double scale = full > 0 ? (height - (double)(most - 1) * GAP) / full : 0;
	for (size_t i = 0; i < s->node_count; i++)
		s->nodes[i].height = fmax(s->nodes[i].value * scale, 1);
	return height;
}

static double center(const struct sankey_node *node)
{
	return node->top + node->height / 2;
}

static int by_center(const void *a, const void *b)
{
	const struct sankey_node *const *x = a, *const *y = b;

	if ((*x)->is_last != (*y)->is_last)
		return (*x)->is_last ? 1 : -1;
	if (center(*x) != center(*y))
		return center(*x) < center(*y) ? -1 : 1;
	return *x < *y ? -1 : *x > *y;
}

/* Nodes of a column apart by GAP at least, within the height: downwards, then upwards. */
static void push_apart(struct sankey_node *first, size_t count, double height)
{
	struct sankey_node **order = memory_alloc((count + 1) * sizeof(*order));
	double from = 0, to = height;

	for (size_t i = 0; i < count; i++)
		order[i] = &first[i];
	qsort(order, count, sizeof(struct sankey_node *), by_center);
	for (size_t i = 0; i < count; i++) {
		order[i]->top = fmax(order[i]->top, from);
		from = order[i]->top + order[i]->height + GAP;
	}
	for (size_t i = count; i-- > 0;) {
		order[i]->top = fmin(order[i]->top, to - order[i]->height);
		to = order[i]->top - GAP;
	}
	free(order);
}

/* Each node of the columns to the middle of what its links of one side lead to. */
static void relax(struct sankey *s, bool is_forth, double height)
{
	double *sum = memory_alloc((s->node_count + 1) * sizeof(*sum));
	double *weight = memory_alloc((s->node_count + 1) * sizeof(*weight));

	for (size_t i = 0, n; i < s->node_count; i += n) {
		size_t at = i;
		n = column_length(s, i);
		if (!is_forth) { /* the columns from the last to the first */
			at = s->node_count - i - 1;
			n = 1;
			while (at > 0 && s->nodes[at - 1].column == s->nodes[at].column) {
				at--;
				n++;
			}
		}
		for (size_t k = 0; k < s->link_count; k++) {
			const struct sankey_link *link = &s->links[k];
			size_t mine = is_forth ? link->to : link->from;
			size_t other = is_forth ? link->from : link->to;
			if (s->nodes[mine].column != s->nodes[at].column)
				continue;
			sum[mine] += center(&s->nodes[other]) * link->value;
			weight[mine] += link->value;
		}
		for (size_t k = at; k < at + n; k++)
			if (weight[k] > 0)
				s->nodes[k].top = sum[k] / weight[k] - s->nodes[k].height / 2;
		push_apart(&s->nodes[at], n, height);
	}
	free(sum);
	free(weight);
}

struct ordered {
	struct sankey_link *link;
	double by;
};

static int by_place(const void *a, const void *b)
{
	const struct ordered *x = a, *y = b;

	if (x->by != y->by)
		return x->by < y->by ? -1 : 1;
	return x->link < y->link ? -1 : x->link > y->link;
}

/* Bands leave and reach a node in the order of where they go to and come from. */
static void place_links(struct sankey *s)
{
	struct ordered *order = memory_alloc((s->link_count + 1) * sizeof(*order));

	for (int side = 0; side < 2; side++) {
		for (size_t i = 0; i < s->link_count; i++) {
			struct sankey_link *link = &s->links[i];
			const struct sankey_node *other =
				&s->nodes[side == 0 ? link->to : link->from];
			order[i] = (struct ordered){ link, center(other) };
		}
		qsort(order, s->link_count, sizeof(*order), by_place);
		for (size_t i = 0; i < s->link_count; i++) {
			struct sankey_link *link = order[i].link;
			struct sankey_node *node = &s->nodes[side == 0 ? link->from : link->to];
			double width =
				node->value > 0 ? link->value / node->value * node->height : 0;
			*(side == 0 ? &link->from_top : &link->to_top) =
				node->top + (side == 0 ? node->out : node->in) + width / 2;
			*(side == 0 ? &node->out : &node->in) += width;
		}
	}
	free(order);
}

static double lay_out(struct sankey *s)
{
	double height = set_heights(s);

	for (size_t i = 0, n; i < s->node_count; i += n) {
		double at = 0;
		n = column_length(s, i);
		for (size_t k = i; k < i + n; k++) {
			s->nodes[k].top = at;
			at += s->nodes[k].height + GAP;
		}
	}
	for (int round = 0; round < ROUNDS; round++) {
		relax(s, false, height);
		relax(s, true, height);
	}
	place_links(s);
	return height;
}

/* ---- drawing */

/* Told apart by people with the usual colour blindnesses too: Okabe and Ito 2008, and tints. */
static const char *colour_of(const struct sankey_node *node)
{
	static const char *const colours[] = { "#0072b2", "#e69f00", "#009e73", "#cc79a7",
		"#56b4e9", "#d55e00", "#7a6fac", "#8c9c3a", "#b07d62", "#3b8ea5", "#a05195",
		"#4c956c" };

	return node->is_rest ? "#9aa3ad" : colours[node->colour % ARRAY_LEN(colours)];
}

static double left_of(const struct sankey *s, size_t column)
{
	return MARGIN + COLUMN * (double)(s->is_mirrored ? s->columns - 1 - column : column);
}

static void draw_link(const struct sankey *s, const struct sankey_link *link, struct strbuf *out)
{
	const struct sankey_node *from = &s->nodes[link->from], *to = &s->nodes[link->to];
	double width = from->value > 0 ? link->value / from->value * from->height : 0;
	double a = left_of(s, from->column) + (s->is_mirrored ? 0 : NODE);
	double b = left_of(s, to->column) + (s->is_mirrored ? NODE : 0), middle = (a + b) / 2;

	strbuf_printf(out,
		"<path d=\"M%.1f %.1fC%.1f %.1f %.1f %.1f %.1f %.1f\" stroke=\"%s\" "
		"stroke-width=\"%.2f\"><title>",
		a, link->from_top, middle, link->from_top, middle, link->to_top, b, link->to_top,
		colour_of(to->is_rest ? to : from), fmax(width, 0.6));
	svg_add_text(out, link->title);
	strbuf_add(out, STR("</title></path>\n"));
}

static void draw_node(const struct sankey *s, const struct sankey_node *node, struct strbuf *out)
{
	double left = left_of(s, node->column);
	char text[LABEL_CHARACTERS * 4 + 8];
	struct strbuf label = { .ptr = text, .cap = sizeof(text), .cap_max = sizeof(text) };

	text_add_short(&label, node->label, LABEL_CHARACTERS);
	strbuf_add(out, STR("<g><title>"));
	svg_add_text(out, node->label);
	strbuf_add(out, STR(" "));
	svg_add_text(out, node->note);
	strbuf_printf(out,
		"</title><rect x=\"%.1f\" y=\"%.1f\" width=\"%d\" height=\"%.1f\" rx=\"2\" "
		"fill=\"%s\"/><text x=\"%.1f\" y=\"%.1f\" class=\"label%s\">",
		left, node->top, NODE, node->height, colour_of(node), left + NODE + 6,
		center(node) + 4, node->is_rest ? " rest" : "");
	svg_add_text(out, (str){ text, label.len });
	strbuf_add(out, STR(" <tspan class=\"note\">"));
	svg_add_text(out, node->note);
	strbuf_add(out, STR("</tspan></text></g>\n"));
}

static void draw_heads(const struct sankey *s, struct strbuf *out)
{
	strbuf_printf(out, "<text x=\"%d\" y=\"%d\" class=\"title\">", MARGIN, 32);
	svg_add_text(out, s->title);
	strbuf_printf(out, "</text>\n<text x=\"%d\" y=\"%d\" class=\"subtitle\">", MARGIN, 52);
	svg_add_text(out, s->subtitle);
	strbuf_add(out, STR("</text>\n"));
	for (size_t c = 0; c < s->columns; c++) {
		strbuf_printf(out, "<text x=\"%.1f\" y=\"%d\" class=\"head\">", left_of(s, c), 74);
		svg_add_text(out, s->heads[c]);
		strbuf_add(out, STR("</text>\n"));
	}
}

void sankey_draw(struct sankey *s, struct strbuf *out)
{
	double height = lay_out(s);
	double width =
		MARGIN + (double)(MAX_OF(s->columns, (size_t)1) - 1) * COLUMN + LABELS + NODE;

	strbuf_printf(out,
		"<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%.0f\" height=\"%.0f\" "
		"viewBox=\"0 0 %.0f %.0f\" role=\"img\">\n<style>\n"
		"text { font: 12px system-ui, 'Segoe UI', 'DejaVu Sans', Arial, sans-serif; "
		"fill: #1d2733 }\n"
		".title { font-size: 18px; font-weight: 600 } .subtitle { font-size: 13px; fill: "
		"#52606d }\n"
		".head { font-size: 11px; fill: #52606d; letter-spacing: .04em }\n"
		".label { paint-order: stroke; stroke: #fff; stroke-width: 3px; stroke-linejoin: "
		"round; stroke-opacity: .85 }\n"
		".note, .rest { fill: #52606d } .links path { fill: none; stroke-opacity: .38 } "
		".links path:hover { stroke-opacity: .7 }\n"
		"</style>\n<rect width=\"100%%\" height=\"100%%\" fill=\"#fff\"/>\n",
		width, height + HEAD + MARGIN, width, height + HEAD + MARGIN);
	draw_heads(s, out);
	strbuf_printf(out, "<g transform=\"translate(0 %d)\">\n<g class=\"links\">\n", HEAD);
	for (size_t i = 0; i < s->link_count; i++)
		draw_link(s, &s->links[i], out);
	strbuf_add(out, STR("</g>\n"));
	for (size_t i = 0; i < s->node_count; i++)
		draw_node(s, &s->nodes[i], out);
	strbuf_add(out, STR("</g>\n</svg>\n"));
}

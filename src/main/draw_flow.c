/* main/draw_flow.c - see draw_flow.h */
#include "main/draw_flow.h"

#include "main/sankey.h"
#include "main/text.h"

#include <stdlib.h>
#include <string.h>

enum { WORDS_MAX = 1 << 16, ARENA_MAX = 256 << 20 };

struct drawing {
	const struct flow_drawing *d;
	struct arena *arena;
	struct sankey s;
	size_t *of_node; /* node of the flow -> node of the picture */
};

static str keep(struct drawing *w, const struct strbuf *text)
{
	char *copy = arena_alloc(w->arena, text->len + 1);

	if (copy == NULL)
		return STR("");
	if (text->len > 0)
		memcpy(copy, text->ptr, text->len);
	return (str){ copy, text->len };
}

/* "1,234 · 12.3 %" of all journeys */
static str note_of(struct drawing *w, uint64_t journeys)
{
	char number[64], share[64], text[160];
	struct strbuf n = { .ptr = number, .cap = sizeof(number), .cap_max = sizeof(number) };
	struct strbuf s = { .ptr = share, .cap = sizeof(share), .cap_max = sizeof(share) };
	struct strbuf both = { .ptr = text, .cap = sizeof(text), .cap_max = sizeof(text) };
	double all = (double)w->d->flow->journeys;

	locale_number(w->d->language, (int64_t)journeys, &n);
	locale_decimal(w->d->language, all > 0 ? (double)journeys * 100 / all : 0, 1, &s);
	strbuf_add(&s, w->d->language == LANGUAGE_FRENCH ? STR("\xe2\x80\xaf%") : STR("%"));
	text_add(&both, w->d->language, TEXT_DRAW_SHARE, arg_str((str){ number, n.len }),
		arg_str((str){ share, s.len }));
	return keep(w, &both);
}

static str name_of(const struct drawing *w, const struct flow_node *node)
{
	return node->kind == FLOW_STEP ? journey_plan_step_name(w->d->plan, node->step)
				       : text_words(TEXT_FLOW_OTHER, w->d->language);
}

static enum text word_of(const struct drawing *w, enum flow_kind kind)
{
	bool is_back = w->d->question->is_backwards;

	if (kind == FLOW_END)
		return is_back ? TEXT_DRAW_BEGIN : TEXT_DRAW_END;
	return is_back ? TEXT_DRAW_EARLIER : TEXT_DRAW_FURTHER;
}

/* What leaves the journeys behind a position (counted from 1), as a node of the next column. */
static size_t add_leaving(struct drawing *w, uint32_t position, enum flow_kind kind)
{
	const struct flow *flow = w->d->flow;
	uint64_t journeys = 0;

	for (size_t i = 0; i < flow->link_count; i++)
		if (flow->links[i].kind == kind &&
			flow->nodes[flow->links[i].from].position == position)
			journeys += flow->links[i].journeys;
	if (journeys == 0)
		return SIZE_MAX;
	w->s.nodes[w->s.node_count] = (struct sankey_node){ .column = position,
		.label = text_words(word_of(w, kind), w->d->language),
		.note = note_of(w, journeys),
		.value = (double)journeys,
		.is_rest = true,
		.is_last = true };
	return w->s.node_count++;
}

static void add_nodes(struct drawing *w, size_t leaving[][2], uint32_t columns)
{
	const struct flow *flow = w->d->flow;
	size_t at = 0;

	for (uint32_t column = 0; column <= columns; column++) {
		for (; at < flow->node_count && flow->nodes[at].position == column + 1; at++) {
			const struct flow_node *node = &flow->nodes[at];
			w->of_node[at] = w->s.node_count;
			w->s.nodes[w->s.node_count++] = (struct sankey_node){ .column = column,
				.label = name_of(w, node),
				.note = note_of(w, node->journeys),
				.value = (double)node->journeys,
				.colour = node->step,
				.is_rest = node->kind == FLOW_OTHER };
		}
		leaving[column][0] = column == 0 ? SIZE_MAX : add_leaving(w, column, FLOW_END);
		leaving[column][1] = column == 0 ? SIZE_MAX : add_leaving(w, column, FLOW_FURTHER);
	}
}

static str title_of(struct drawing *w, const struct sankey_link *link, uint64_t journeys)
{
	struct strbuf text = strbuf_heap(WORDS_MAX);
	char number[64];
	struct strbuf n = { .ptr = number, .cap = sizeof(number), .cap_max = sizeof(number) };

	locale_number(w->d->language, (int64_t)journeys, &n);
	text_add(&text, w->d->language, TEXT_DRAW_LINK, arg_str(w->s.nodes[link->from].label),
		arg_str(w->s.nodes[link->to].label), arg_str((str){ number, n.len }));
	str kept = keep(w, &text);
	strbuf_done(&text);
	return kept;
}

static void add_links(struct drawing *w, size_t leaving[][2])
{
	const struct flow *flow = w->d->flow;

	for (size_t i = 0; i < flow->link_count; i++) {
		const struct flow_link *link = &flow->links[i];
		uint32_t position = flow->nodes[link->from].position;
		struct sankey_link *drawn = &w->s.links[w->s.link_count++];
		*drawn = (struct sankey_link){ .from = w->of_node[link->from],
			.to = link->kind == FLOW_END       ? leaving[position][0]
			      : link->kind == FLOW_FURTHER ? leaving[position][1]
							   : w->of_node[link->to],
			.value = (double)link->journeys };
		drawn->title = title_of(w, drawn, link->journeys);
	}
}

static void add_heads(struct drawing *w, uint32_t columns)
{
	str *heads = arena_array(w->arena, columns + 1, sizeof(*heads));
	struct strbuf text = strbuf_heap(WORDS_MAX);

	w->s.title = text_words(w->d->question->is_backwards ? TEXT_DRAW_FLOW_BACK : TEXT_DRAW_FLOW,
		w->d->language);
	text_add(&text, w->d->language, TEXT_FUNNEL_TOTALS, arg_int((int64_t)w->d->flow->journeys),
		arg_int((int64_t)w->d->flow->customers));
	w->s.subtitle = keep(w, &text);
	strbuf_done(&text);
	for (uint32_t c = 0; c <= columns; c++) {
		char head[128];
		struct strbuf h = { .ptr = head, .cap = sizeof(head), .cap_max = sizeof(head) };
		if (c < columns)
			text_add(&h, w->d->language, TEXT_DRAW_HEAD, arg_int((int64_t)c + 1));
		if (heads != NULL)
			heads[c] = keep(w, &h);
	}
	w->s.heads = heads;
	w->s.columns = heads == NULL ? 0 : columns + 1;
}

void draw_flow(const struct flow_drawing *d, struct strbuf *out)
{
	AUTO_ARENA arena = arena_create(ARENA_MAX);
	const struct flow *flow = d->flow;
	uint32_t columns = flow->node_count == 0 ? 0 : flow->nodes[flow->node_count - 1].position;
	struct drawing w = { .d = d, .arena = arena };
	size_t(*leaving)[2] = memory_alloc((columns + 1) * sizeof(*leaving));

	w.s.is_mirrored = d->question->is_backwards;
	w.s.nodes = memory_alloc((flow->node_count + 2 * (size_t)columns + 2) * sizeof(*w.s.nodes));
	w.s.links = memory_alloc((flow->link_count + 1) * sizeof(*w.s.links));
	w.of_node = memory_alloc((flow->node_count + 1) * sizeof(*w.of_node));
	add_nodes(&w, leaving, columns);
	add_links(&w, leaving);
	add_heads(&w, columns);
	sankey_draw(&w.s, out);
	free(w.of_node);
	free(w.s.links);
	free(w.s.nodes);
	free(leaving);
}

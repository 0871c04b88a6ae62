/* main/cmd_journey_flow.c - ariane journey flow: where journeys go, position by position. */
#include "journey/flow.h"

#include "main/csv_out.h"
#include "main/draw_flow.h"
#include "main/journey_ask.h"

enum { WORD_BYTES_MAX = 1 << 16 };

static double share_of(uint64_t part, uint64_t all)
{
	return all == 0 ? 0 : (double)part / (double)all;
}

/* ---- the words by which `journey list` lists whom a number counts */

struct listing {
	const struct journey_question *q;
	const struct flow_question *asked;
	const struct flow *flow;
	struct json_writer *w;
};

static void put_place(const struct listing *l, const char *option, uint32_t position, str step)
{
	struct strbuf word = strbuf_heap(WORD_BYTES_MAX);

	strbuf_printf(&word, "%s%u=", l->asked->is_backwards ? "-" : "", (unsigned)position);
	strbuf_add(&word, step);
	json_put_string(l->w, str_of(option));
	json_put_string(l->w, strbuf_ok(&word) ? strbuf_str(&word) : STR(""));
	strbuf_done(&word);
}

static void put_place_of(const struct listing *l, const struct flow_node *node)
{
	const struct journey_plan *plan = l->q->plan;

	if (node->kind == FLOW_STEP) {
		put_place(l, "--at", node->position, journey_plan_step_name(plan, node->step));
		return;
	}
	for (size_t i = 0; i < l->flow->node_count; i++) {
		const struct flow_node *named = &l->flow->nodes[i];
		if (named->position == node->position && named->kind == FLOW_STEP)
			put_place(l, "--not-at", named->position,
				journey_plan_step_name(plan, named->step));
	}
}

static void put_list(const struct listing *l, const struct flow_node *node)
{
	json_put_key(l->w, STR("list"));
	json_put_array(l->w);
	put_place_of(l, node);
	json_put_end(l->w);
}

static void put_list_of_link(const struct listing *l, const struct flow_link *link)
{
	const struct flow_node *from = &l->flow->nodes[link->from];

	json_put_key(l->w, STR("list"));
	json_put_array(l->w);
	put_place_of(l, from);
	if (link->kind == FLOW_END || link->kind == FLOW_FURTHER)
		put_place(l, link->kind == FLOW_END ? "--at" : "--not-at", from->position + 1,
			STR(""));
	else
		put_place_of(l, &l->flow->nodes[link->to]);
	json_put_end(l->w);
}

/* ---- for programs */

static str kind_word(enum flow_kind kind)
{
	static const str words[] = { [FLOW_STEP] = STR_INIT("step"),
		[FLOW_OTHER] = STR_INIT("other"),
		[FLOW_END] = STR_INIT("end"),
		[FLOW_FURTHER] = STR_INIT("further") };

	return words[kind];
}

static void put_nodes(const struct listing *l)
{
	json_put_key(l->w, STR("nodes"));
	json_put_array(l->w);
	for (size_t i = 0; i < l->flow->node_count; i++) {
		const struct flow_node *node = &l->flow->nodes[i];
		json_put_object(l->w);
		json_member_uint(l->w, "node", i);
		json_member_uint(l->w, "position", node->position);
		json_member_string(l->w, "kind", kind_word(node->kind));
		if (node->kind == FLOW_STEP)
			put_step(l->w, "step", l->q->plan, node->step);
		json_member_uint(l->w, "journeys", node->journeys);
		json_member_uint(l->w, "customers", node->customers);
		json_member_float(l->w, "share", share_of(node->journeys, l->flow->journeys));
		put_list(l, node);
		json_put_end(l->w);
	}
	json_put_end(l->w);
}

static void put_times(const struct listing *l, const struct flow_link *link)
{
	json_member_float(l->w, "mean_s", link->mean_s);
	if (l->asked->counts_only)
		return;
	json_member_float(l->w, "median_s", link->median_s);
	json_member_float(l->w, "p90_s", link->p90_s);
}

static void put_links(const struct listing *l)
{
	json_put_key(l->w, STR("links"));
	json_put_array(l->w);
	for (size_t i = 0; i < l->flow->link_count; i++) {
		const struct flow_link *link = &l->flow->links[i];
		json_put_object(l->w);
		json_member_uint(l->w, "from", link->from);
		json_member_string(l->w, "kind", kind_word(link->kind));
		if (link->kind == FLOW_STEP || link->kind == FLOW_OTHER)
			json_member_uint(l->w, "to", link->to);
		json_member_uint(l->w, "journeys", link->journeys);
		json_member_uint(l->w, "customers", link->customers);
		json_member_float(l->w, "share",
			share_of(link->journeys, l->flow->nodes[link->from].journeys));
		if (link->kind == FLOW_STEP || link->kind == FLOW_OTHER)
			put_times(l, link);
		put_list_of_link(l, link);
		json_put_end(l->w);
	}
	json_put_end(l->w);
}

static void answer_program(const struct journey_question *q, struct sink *sink,
	const struct flow_question *asked, const struct flow *flow)
{
	struct strbuf out = strbuf_heap(JOURNEY_OUTPUT_BYTES_MAX);
	struct json_writer w = json_writer_of(&out, JSON_PRETTY);
	const struct listing listing = { q, asked, flow, &w };

	json_put_object(&w);
	json_member_uint(&w, "customers", flow->customers);
	json_member_uint(&w, "journeys", flow->journeys);
	put_standing(&w, q);
	json_member_string(
		&w, "direction", asked->is_backwards ? STR("backwards") : STR("forwards"));
	json_member_uint(&w, "depth", asked->depth);
	put_nodes(&listing);
	put_links(&listing);
	json_put_end(&w);
	strbuf_add_byte(&out, '\n');
	sink_built(sink, &out);
	strbuf_done(&out);
}

static void add_node(struct csv_out *csv, const struct journey_question *q, const struct flow *flow,
	enum flow_kind kind, uint32_t node)
{
	csv_out_text(csv, kind_word(kind));
	csv_out_text(csv, kind == FLOW_STEP
				  ? journey_plan_step_name(q->plan, flow->nodes[node].step)
				  : STR(""));
}

static void answer_csv(const struct journey_question *q, struct sink *sink,
	const struct flow_question *asked, const struct flow *flow)
{
	struct csv_out csv = csv_out_begin("position,from_kind,from_step,to_kind,to_step,journeys,"
					   "customers,mean_s,median_s,p90_s");

	(void)asked;
	for (size_t i = 0; i < flow->link_count; i++) {
		const struct flow_link *link = &flow->links[i];
		const struct flow_node *from = &flow->nodes[link->from];
		csv_out_count(&csv, from->position);
		add_node(&csv, q, flow, from->kind, link->from);
		add_node(&csv, q, flow, link->kind, link->to);
		csv_out_count(&csv, link->journeys);
		csv_out_count(&csv, link->customers);
		csv_out_number(&csv, link->mean_s);
		csv_out_number(&csv, link->median_s);
		csv_out_number(&csv, link->p90_s);
		csv_out_row(&csv);
	}
	csv_out_end(&csv, sink);
}

/* ---- for people */

static str name_of(const struct journey_question *q, const struct flow_node *node)
{
	return node->kind == FLOW_STEP
		       ? journey_plan_step_name(q->plan, node->step)
		       : text_words(TEXT_FLOW_OTHER, request_locale(q->request)->language);
}

static void add_columns(struct grid *grid, enum language language, bool is_backwards)
{
	grid_add_column(grid, text_words(TEXT_FLOW_POSITION, language), GRID_NUMBER);
	grid_add_column(grid, text_words(TEXT_FUNNEL_STEP, language), GRID_SHRINKS);
	grid_add_column(grid, text_words(TEXT_FUNNEL_JOURNEYS, language), GRID_NUMBER);
	grid_add_column(grid, text_words(TEXT_MAP_SHARE, language), GRID_NUMBER);
	grid_add_column(grid, text_words(TEXT_MAP_PEOPLE, language), GRID_NUMBER);
	grid_add_column(grid, text_words(is_backwards ? TEXT_FLOW_BEGIN : TEXT_FLOW_END, language),
		GRID_NUMBER);
	grid_add_column(grid, text_words(TEXT_FLOW_MOSTLY, language), GRID_SHRINKS);
}

static void add_row(
	struct grid *grid, const struct journey_question *q, const struct flow *flow, size_t i)
{
	enum language language = request_locale(q->request)->language;
	const struct flow_node *node = &flow->nodes[i];
	const struct flow_link *most = NULL;
	uint64_t ended = 0;

	for (size_t k = 0; k < flow->link_count; k++) {
		const struct flow_link *link = &flow->links[k];
		if (link->from != i)
			continue;
		if (link->kind == FLOW_END)
			ended = link->journeys;
		else if (link->kind != FLOW_FURTHER &&
			 (most == NULL || link->journeys > most->journeys))
			most = link;
	}
	cell_number(grid, language, node->position);
	grid_add_cell(grid, name_of(q, node));
	cell_number(grid, language, node->journeys);
	cell_share(grid, language, share_of(node->journeys, flow->journeys));
	cell_number(grid, language, node->customers);
	cell_number(grid, language, ended);
	grid_add_cell(grid, most == NULL ? STR("") : name_of(q, &flow->nodes[most->to]));
}

static void answer_people(const struct journey_question *q, struct sink *sink,
	const struct flow_question *asked, const struct flow *flow)
{
	struct arena *arena = request_arena(q->request);
	struct grid *grid = grid_create(arena);

	sink_say(sink, TEXT_FUNNEL_TOTALS, arg_int((int64_t)flow->journeys),
		arg_int((int64_t)flow->customers));
	if (grid != NULL)
		add_columns(grid, request_locale(q->request)->language, asked->is_backwards);
	for (size_t i = 0; grid != NULL && i < flow->node_count; i++)
		add_row(grid, q, flow, i);
	sink_grid(sink, arena, grid);
}

static err draw(const struct journey_question *q, struct sink *sink,
	const struct flow_question *asked, const struct flow *flow, struct why *why)
{
	const struct flow_drawing drawing = { q->plan, asked, flow,
		request_locale(q->request)->language };
	struct strbuf out = strbuf_heap(JOURNEY_OUTPUT_BYTES_MAX);
	err e;

	draw_flow(&drawing, &out);
	e = strbuf_ok(&out)
		    ? journey_write(sink, request_text(q->request, "svg"), strbuf_str(&out), why)
		    : fail(why, MSG_NO_ROOM, arg_c("svg"), arg_int(JOURNEY_OUTPUT_BYTES_MAX));
	strbuf_done(&out);
	return e;
}

/* ---- the whole */

static err read_size(
	const struct request *request, const char *option, size_t max, size_t *out, struct why *why)
{
	int64_t n = request_number(request, option);

	if (n < 1 || n > (int64_t)max)
		return fail(why, MSG_FLOW_SIZE, arg_c(option), arg_int((int64_t)max));
	*out = (size_t)n;
	return OK;
}

static err answer(struct journey_question *q, struct sink *sink, struct why *why)
{
	struct flow_question asked = { .is_backwards = request_has(q->request, "backwards"),
		.counts_only = request_has(q->request, "counts-only") };
	struct flow flow;
	err e = read_size(q->request, "depth", FLOW_DEPTH_MAX, &asked.depth, why);

	if (e == OK)
		e = read_size(q->request, "top", FLOW_TOP_MAX, &asked.top, why);
	if (e == OK)
		e = flow_make(q->plan, &asked, &flow, why);
	if (e != OK)
		return e;
	if (request_has(q->request, "svg"))
		e = draw(q, sink, &asked, &flow, why);
	if (sink->json)
		answer_program(q, sink, &asked, &flow);
	else if (request_has(q->request, "csv"))
		answer_csv(q, sink, &asked, &flow);
	else
		answer_people(q, sink, &asked, &flow);
	flow_done(q->plan, &flow);
	return e;
}

static err run(const struct request *request, struct sink *sink, struct why *why)
{
	return journey_ask(request, sink, answer, why);
}

const struct command cmd_journey_flow = {
	.name = STR_INIT("journey flow"),
	.group = GROUP_JOURNEYS,
	.summary = WORDS("count where journeys go, position by position",
		"compter où vont les parcours, position par position"),
	.about = WORDS(
		"From the beginning of journeys, or from the first step named by --from-step; with "
		"--backwards from their end, or from the first step named by --to-step, to what "
		"led "
		"there. The most frequent steps of each position stand alone, the rest together as "
		"\"other\": nothing is left out, and what enters a step leaves it or ends there. "
		"With "
		"--json each number has the options by which ariane journey list lists it.",
		"Depuis le début des parcours, ou la première étape citée par --from-step ; avec "
		"--backwards depuis leur fin, ou la première étape citée par --to-step, vers ce "
		"qui "
		"y a mené. Les étapes les plus fréquentes de chaque position sont seules, le reste "
		"ensemble sous « autres » : rien n'est omis, et ce qui entre dans une étape en "
		"sort "
		"ou y finit. Avec --json, chaque nombre a les options par lesquelles ariane "
		"journey "
		"list le détaille."),
	.options = { JOURNEY_OPTIONS,
		{ STR_INIT("depth"), IS_NUMBER, false, SAME_WORDS("N"),
			WORDS("how many positions", "combien de positions"), STR_INIT("6") },
		{ STR_INIT("top"), IS_NUMBER, false, SAME_WORDS("N"),
			WORDS("how many steps of each position stand alone",
				"combien d'étapes de chaque position sont seules"),
			STR_INIT("8") },
		{ STR_INIT("counts-only"), IS_FLAG, false, SAME_WORDS(""),
			WORDS("no medians: quicker, and less memory",
				"sans les médianes : plus vite, et moins de mémoire"),
			STR_INIT("") },
		{ STR_INIT("backwards"), IS_FLAG, false, SAME_WORDS(""),
			WORDS("from the end to what led there", "de la fin vers ce qui y a mené"),
			STR_INIT("") },
		JOURNEY_SVG, JOURNEY_CSV },
	.examples = { { STR_INIT("ariane journey flow --from-step cart --depth 4"),
			      WORDS("where journeys go after the cart",
				      "où vont les parcours après le panier") },
		{ STR_INIT("ariane journey flow --backwards --to-step call"),
			WORDS("what leads to a call", "ce qui mène à un appel") } },
	.schema = STR_INIT("journey-flow"),
	.read_only = true,
	.run = run,
};

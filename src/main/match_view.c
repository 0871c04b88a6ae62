/* main/match_view.c - see match_view.h */
#include "main/match_view.h"

#include "base/json.h"
#include "main/display.h"

#include <math.h>

enum { LINE_BYTES_MAX = 1 << 20, CELL_BYTES_MAX = 1 << 12 };

static const struct {
	const char *word; /* in JSON */
	enum text text;
} fates[] = {
	[PAIR_LINKED] = { "link", TEXT_MATCH_LINK },
	[PAIR_IMPLIED] = { "implied", TEXT_MATCH_IMPLIED },
	[PAIR_BRIDGE] = { "bridge", TEXT_MATCH_BRIDGE },
	[PAIR_FORBIDDEN] = { "forbidden", TEXT_MATCH_FORBIDDEN },
	[PAIR_REVIEW] = { "review", TEXT_MATCH_REVIEW },
};

static const struct {
	const char *word;
	enum text text;
} levels[LEVEL_COUNT_] = {
	[LEVEL_MISSING] = { "missing", TEXT_MATCH_MISSING },
	[LEVEL_DIFFERENT] = { "different", TEXT_MATCH_DIFFERENT },
	[LEVEL_RELATED] = { "related", TEXT_MATCH_RELATED },
	[LEVEL_SIMILAR] = { "similar", TEXT_MATCH_SIMILAR },
	[LEVEL_SOUNDS] = { "sounds-alike", TEXT_MATCH_SOUNDS },
	[LEVEL_ALIAS] = { "alias", TEXT_MATCH_ALIAS },
	[LEVEL_SWAPPED] = { "swapped", TEXT_MATCH_SWAPPED },
	[LEVEL_TYPO] = { "typo", TEXT_MATCH_TYPO },
	[LEVEL_EXACT] = { "exact", TEXT_MATCH_EXACT },
};

enum text match_fate_text(enum pair_fate fate)
{
	return fates[fate].text;
}

/* ---- JSON */

static double rounded(double bits)
{
	return round(bits * 1000) / 1000;
}

static void put_bits(struct json_writer *w, const char *key, double bits)
{
	json_put_key(w, str_of(key));
	json_put_float(w, rounded(bits));
}

static void put_fields(struct json_writer *w, const struct explanation *explanation)
{
	json_put_key(w, STR("fields"));
	json_put_array(w);
	for (size_t i = 0; i < explanation->field_count; i++) {
		const struct explained_field *f = &explanation->fields[i];
		json_put_object(w);
		json_member_string(w, "field", f->field->name);
		json_member_string(w, "a", f->a);
		json_member_string(w, "b", f->b);
		json_member_string(w, "level", str_of(levels[f->level].word));
		put_bits(w, "weight", f->weight);
		json_put_end(w);
	}
	json_put_end(w);
}

void match_view_json(struct sink *sink, const struct match_load *load, struct matching *matching,
	const struct match_pair *pair, bool explained)
{
	struct strbuf out = strbuf_heap(LINE_BYTES_MAX);
	struct json_writer w = json_writer_of(&out, JSON_COMPACT);
	struct explanation explanation;

	json_put_object(&w);
	json_member_string(&w, "a", match_records_id(load->records, pair->a));
	json_member_string(&w, "b", match_records_id(load->records, pair->b));
	put_bits(&w, "weight", (double)pair->weight);
	put_bits(&w, "probability", 1 / (1 + exp2(-(double)pair->weight)));
	json_member_string(&w, "decision", str_of(fates[pair->fate].word));
	if (explained) {
		matching_explain(matching, pair->a, pair->b, &explanation);
		put_bits(&w, "prior", explanation.prior);
		put_bits(&w, "household", fmin(explanation.home, 0));
		put_fields(&w, &explanation);
	}
	json_put_end(&w);
	strbuf_add_byte(&out, '\n');
	sink_built(sink, &out);
	strbuf_done(&out);
}

/* ---- addresses of one box */

static void put_box(struct json_writer *w, str a, str b)
{
	json_put_object(w);
	json_member_string(w, "a", a);
	json_member_string(w, "b", b);
	put_bits(w, "weight", 0);
	put_bits(w, "probability", 0.5);
	json_member_string(w, "decision", str_of(fates[PAIR_REVIEW].word));
	json_member_string(w, "reason", STR("provider-folding"));
	json_put_key(w, STR("fields"));
	json_put_array(w);
	json_put_object(w);
	json_member_string(w, "field", STR("email"));
	json_member_string(w, "a", a);
	json_member_string(w, "b", b);
	json_member_string(w, "level", str_of(levels[LEVEL_RELATED].word));
	put_bits(w, "weight", 0);
	json_put_end(w);
	json_put_end(w);
	json_put_end(w);
}

void match_view_box(struct sink *sink, str a, str b)
{
	struct strbuf out = strbuf_heap(LINE_BYTES_MAX);

	if (sink->json) {
		struct json_writer w = json_writer_of(&out, JSON_COMPACT);
		put_box(&w, a, b);
		strbuf_add_byte(&out, '\n');
		sink_built(sink, &out);
	} else {
		struct strbuf other = strbuf_heap(LINE_BYTES_MAX);
		display_add_safe(&out, a);
		display_add_safe(&other, b);
		sink_say(sink, TEXT_MATCH_BOX, arg_str(strbuf_str(&out)),
			arg_str(strbuf_str(&other)));
		strbuf_done(&other);
	}
	strbuf_done(&out);
}

/* ---- people */

static void add_bits(struct sink *sink, struct grid *grid, double bits)
{
	struct strbuf cell = strbuf_heap(CELL_BYTES_MAX);

	strbuf_printf(&cell, "%+.1f", bits);
	for (size_t i = 0; i < cell.len; i++) /* the French write a comma */
		if (cell.ptr[i] == '.' && sink->locale->language == LANGUAGE_FRENCH)
			cell.ptr[i] = ',';
	grid_add_cell(grid, strbuf_str(&cell));
	strbuf_done(&cell);
}

static void add_column(struct sink *sink, struct grid *grid, enum text title, enum grid_column kind)
{
	grid_add_column(grid, text_words(title, sink->locale->language), kind);
}

void match_view_pairs(struct sink *sink, struct arena *arena, const struct match_load *load,
	const struct match_rows *rows)
{
	struct grid *grid = grid_create(arena);

	if (grid != NULL) {
		add_column(sink, grid, TEXT_MATCH_WEIGHT, GRID_NUMBER);
		add_column(sink, grid, TEXT_MATCH_A, GRID_SHRINKS);
		add_column(sink, grid, TEXT_MATCH_B, GRID_SHRINKS);
		add_column(sink, grid, TEXT_MATCH_DECISION, GRID_TEXT);
	}
	for (size_t i = 0; grid != NULL && i < rows->count; i++) {
		const struct match_pair *pair = &rows->pairs[i];
		add_bits(sink, grid, (double)pair->weight);
		grid_add_cell(grid, match_records_id(load->records, pair->a));
		grid_add_cell(grid, match_records_id(load->records, pair->b));
		grid_add_cell(
			grid, text_words(match_fate_text(pair->fate), sink->locale->language));
	}
	sink_grid(sink, arena, grid);
}

static void say_pair(struct sink *sink, const struct match_load *load,
	const struct explanation *explanation, uint32_t a, uint32_t b)
{
	struct strbuf first = strbuf_heap(CELL_BYTES_MAX), second = strbuf_heap(CELL_BYTES_MAX);
	struct strbuf bits = strbuf_heap(CELL_BYTES_MAX);

	display_add_safe(&first, match_records_id(load->records, a));
	display_add_safe(&second, match_records_id(load->records, b));
	strbuf_printf(&bits, "%.1f", explanation->weight);
	sink_say(sink, TEXT_MATCH_PAIR, arg_str(strbuf_str(&first)), arg_str(strbuf_str(&second)),
		arg_str(strbuf_str(&bits)),
		arg_int((int64_t)fmin(99, floor(100 * explanation->probability))));
	strbuf_done(&first);
	strbuf_done(&second);
	strbuf_done(&bits);
}

/* What is no field. */
static void add_remainder(struct sink *sink, struct grid *grid, enum text name, double bits)
{
	if (grid == NULL)
		return;
	grid_add_cell(grid, text_words(name, sink->locale->language));
	for (int i = 0; i < 3; i++)
		grid_add_cell(grid, STR(""));
	add_bits(sink, grid, bits);
}

void match_view_fields(struct sink *sink, struct arena *arena, const struct match_load *load,
	struct matching *matching, uint32_t a, uint32_t b)
{
	struct explanation explanation;
	struct grid *grid = grid_create(arena);

	matching_explain(matching, a, b, &explanation);
	say_pair(sink, load, &explanation, a, b);
	if (grid != NULL) {
		add_column(sink, grid, TEXT_MATCH_FIELD, GRID_TEXT);
		add_column(sink, grid, TEXT_MATCH_VALUE_A, GRID_SHRINKS);
		add_column(sink, grid, TEXT_MATCH_VALUE_B, GRID_SHRINKS);
		add_column(sink, grid, TEXT_MATCH_LEVEL, GRID_TEXT);
		add_column(sink, grid, TEXT_MATCH_WEIGHT, GRID_NUMBER);
	}
	for (size_t i = 0; grid != NULL && i < explanation.field_count; i++) {
		const struct explained_field *f = &explanation.fields[i];
		grid_add_cell(grid, f->field->name);
		grid_add_cell(grid, f->a);
		grid_add_cell(grid, f->b);
		grid_add_cell(grid, text_words(levels[f->level].text, sink->locale->language));
		add_bits(sink, grid, f->weight);
	}
	add_remainder(sink, grid, TEXT_MATCH_PRIOR, explanation.prior);
	if (explanation.home < -0.05)
		add_remainder(sink, grid, TEXT_MATCH_HOME, explanation.home);
	sink_grid(sink, arena, grid);
}

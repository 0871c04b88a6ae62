/* main/funnel_draw.c - a funnel as a picture: a bar for each step, whose length is its journeys;
 * what did not come from the step before stands behind it, paler.
 *
 * Nothing is told by colours or lengths alone: each bar has its numbers beside it.
 */
#include "main/funnel_view.h"
#include "main/svg.h"

enum {
	WIDTH = 960,
	MARGIN = 24,
	HEAD = 76,
	LABEL = 240, /* where the bars begin */
	BAR_MAX = 430, /* the longest */
	BAR = 30,
	ROW = 50,
	LABEL_CHARACTERS = 30,
	WORDS_BYTES = 1024
};

static double length_of(const struct funnel_view *v, uint64_t journeys)
{
	return funnel_share(journeys, v->funnel->steps[0].journeys) * BAR_MAX;
}

static void add_head(const struct funnel_view *v, enum language language, struct strbuf *out)
{
	int height = HEAD + (int)v->asked->step_count * ROW + MARGIN;

	strbuf_printf(out,
		"<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" role=\"img\" "
		"font-family=\"sans-serif\" font-size=\"14\">\n<style>.title{font-size:20px;"
		"font-weight:600}.note{fill:#5a6472}</style>\n"
		"<rect width=\"100%%\" height=\"100%%\" fill=\"#ffffff\"/>\n"
		"<text class=\"title\" x=\"%d\" y=\"32\">",
		WIDTH, height, MARGIN);
	svg_add_text(out, text_words(TEXT_FUNNEL_TITLE, language));
	strbuf_printf(out, "</text>\n<text class=\"note\" x=\"%d\" y=\"54\">", MARGIN);
	char words[WORDS_BYTES];
	struct strbuf totals = { .ptr = words, .cap = sizeof(words), .cap_max = sizeof(words) };
	text_add(&totals, language, TEXT_FUNNEL_TOTALS, arg_int((int64_t)v->funnel->journeys),
		arg_int((int64_t)v->funnel->customers));
	svg_add_text(out, (str){ words, totals.len });
	strbuf_add(out, STR("</text>\n"));
}

static void add_percent(struct strbuf *out, enum language language, double share)
{
	locale_decimal(language, share * 100, 1, out);
	strbuf_add(out, language == LANGUAGE_FRENCH ? STR("\xe2\x80\xaf%") : STR("%"));
}

/* "1,234 · 45.6% · 2 d 3 h": journeys, share of those before, median time from there. */
static void add_note(
	const struct funnel_view *v, size_t k, enum language language, struct strbuf *out)
{
	const struct funnel_step *step = &v->funnel->steps[k];
	char words[WORDS_BYTES];
	struct strbuf note = { .ptr = words, .cap = sizeof(words), .cap_max = sizeof(words) };

	locale_number(language, (int64_t)step->journeys, &note);
	strbuf_add(&note, STR(" \xc2\xb7 "));
	add_percent(&note, language, funnel_share(step->journeys, funnel_before(v->funnel, k)));
	if (k > 0 && step->journeys > 0) {
		strbuf_add(&note, STR(" \xc2\xb7 "));
		locale_duration(language, (int64_t)(step->times.median_s * 1000), &note);
	}
	svg_add_text(out, (str){ words, note.len });
}

static void add_step(
	const struct funnel_view *v, size_t k, enum language language, struct strbuf *out)
{
	double before = k == 0 ? 0 : length_of(v, v->funnel->steps[k - 1].journeys);
	double own = length_of(v, v->funnel->steps[k].journeys);
	int top = HEAD + (int)k * ROW;

	strbuf_printf(out, "<text x=\"%d\" y=\"%d\" text-anchor=\"end\">", LABEL - 12, top + 20);
	char words[WORDS_BYTES];
	struct strbuf name = { .ptr = words, .cap = sizeof(words), .cap_max = sizeof(words) };
	text_add_short(
		&name, journey_plan_step_name(v->q->plan, v->asked->steps[k]), LABEL_CHARACTERS);
	svg_add_text(out, (str){ words, name.len });
	strbuf_printf(out,
		"</text>\n<rect x=\"%d\" y=\"%d\" width=\"%.1f\" height=\"%d\" fill=\"#dfe6f0\"/>\n"
		"<rect x=\"%d\" y=\"%d\" width=\"%.1f\" height=\"%d\" fill=\"#2f6fb5\"/>\n"
		"<text class=\"note\" x=\"%.1f\" y=\"%d\">",
		LABEL, top, before, BAR, LABEL, top, own, BAR,
		LABEL + (before > own ? before : own) + 12, top + 20);
	add_note(v, k, language, out);
	strbuf_add(out, STR("</text>\n"));
}

void funnel_draw(const struct funnel_view *v, struct strbuf *out)
{
	enum language language = request_locale(v->q->request)->language;

	add_head(v, language, out);
	for (size_t k = 0; k < v->asked->step_count; k++)
		add_step(v, k, language, out);
	strbuf_add(out, STR("</svg>\n"));
}

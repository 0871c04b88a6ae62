/* demo/write_voice.c - shops, surveys, public reviews; see writers.h
 *
 * Shops' tills go ninety seconds slow; their clocks are set by hand.
 */
#include "demo/writers_internal.h"

enum { SHOP_BEHIND_MS = 90000, CHANCE_ROW = 9000, CHANCE_CARD };

static void write_shop(struct writers *w, const struct happening *h)
{
	struct sheet *s = &w->sheets[SHEET_STORES];
	const struct card *card = card_of(w, h->customer, h->time_ms);
	uint64_t chance = chance_of(h, CHANCE_CARD);
	struct strbuf *out;

	(void)sheet_row(s, h->time_ms);
	put_number_of(s, "P", h->serial, 9);
	put_french_date(open_field(s), &w->face, h->time_ms - SHOP_BEHIND_MS);
	close_field(s);
	put_clock(open_field(s), &w->face, h->time_ms - SHOP_BEHIND_MS);
	close_field(s);
	out = open_field(s);
	strbuf_add(out, town_name(card->person.departement, h->item % TOWNS_PER_DEPARTEMENT));
	close_field(s);
	out = open_field(s);
	strbuf_add_byte(out, 'v');
	put_digits(out, h->agent == NOBODY ? h->serial % 9 + 1 : h->agent, 1);
	close_field(s);
	bool shows_card = !one_in(chance, 3); /* else the telephone number is asked for */
	put_client_as_typed(s, shows_card ? card->client : STR(""), chance);
	put_phone_as_typed(s, shows_card && !one_in(chance, 5) ? STR("") : card->lines[0], chance);
	put_field(s, reason_label(h->told_reason));
	put_field_c(s, h->outcome == OUTCOME_RESOLVED || h->outcome == OUTCOME_DONE ? "traité"
										    : "à suivre");
	put_field_int(s, h->talk_ms / 60000);
	if (h->amount_cents > 0)
		put_cents(open_field(s), h->amount_cents, ',');
	close_field(s);
	clock_face_at(&w->face, h->time_ms);
	sheet_end(s, 0);
}

static void put_score(struct sheet *s, int score)
{
	if (score >= 0)
		put_field_int(s, score);
	else
		put_field_c(s, "");
}

/* Half of those who answer add a word; the displeased more often. */
static bool comments(const struct happening *h)
{
	return chance_of(h, CHANCE_CARD) % 10 < (h->sentiment < 0 ? 7u : 4u);
}

static void put_comment(struct writers *w, struct sheet *s, const struct happening *h)
{
	char bytes[24];
	struct strbuf id = { .ptr = bytes, .cap = sizeof(bytes), .cap_max = sizeof(bytes) };

	if (h->what != WHAT_SURVEY_ANSWERED || !comments(h)) {
		put_field_c(s, "");
		return;
	}
	put_field(s, text_for(w, h, VERBATIM_SURVEY_COMMENT, 0));
	strbuf_add_byte(&id, 'S');
	put_digits(&id, h->serial, 9);
	tell_text(w, h, "survey", strbuf_str(&id), VERBATIM_SURVEY_COMMENT);
}

static void write_survey(struct writers *w, const struct happening *h)
{
	struct sheet *s = &w->sheets[SHEET_SURVEYS];
	const struct card *card = card_of(w, h->customer, h->time_ms);
	bool answer = h->what == WHAT_SURVEY_ANSWERED;

	(void)sheet_row(s, h->time_ms);
	put_number_of(s, "S", h->serial, 9);
	put_field_c(s, answer ? "answered" : "sent");
	put_utc(open_field(s), &w->face, h->time_ms);
	close_field(s);
	put_field(s, channel_name(h->channel));
	put_field(s, card->client);
	put_field(s, h->channel == CHANNEL_EMAIL ? card->emails[0] : STR(""));
	put_number_of(s, "I", h->interaction, 8);
	put_score(s, answer ? h->nps : NO_SCORE);
	put_score(s, answer ? h->csat : NO_SCORE);
	put_score(s, answer ? h->ces : NO_SCORE);
	put_field_c(s, !answer ? "" : h->stays ? "yes" : "no");
	put_comment(w, s, h);
	sheet_end(s, chance_of(h, CHANCE_ROW));
}

static void write_review(struct writers *w, const struct happening *h)
{
	struct sheet *s = &w->sheets[SHEET_REVIEWS];
	const struct card *card = card_of(w, h->customer, h->time_ms);
	char bytes[24];
	struct strbuf id = { .ptr = bytes, .cap = sizeof(bytes), .cap_max = sizeof(bytes) };

	(void)sheet_row(s, h->time_ms);
	put_number_of(s, "V", h->serial, 9);
	put_utc(open_field(s), &w->face, h->time_ms);
	close_field(s);
	person_add_handle(&card->person, NETWORK_FORUM, open_field(s));
	close_field(s);
	put_field_int(s, h->item);
	put_field(s, text_for(w, h, VERBATIM_REVIEW, 0));
	sheet_end(s, 0);
	strbuf_add_byte(&id, 'V');
	put_digits(&id, h->serial, 9);
	tell_text(w, h, "review", strbuf_str(&id), VERBATIM_REVIEW);
}

void write_voice(struct writers *w, const struct happening *h)
{
	if (h->what == WHAT_SHOP_VISIT)
		write_shop(w, h);
	else if (h->what == WHAT_REVIEW_POSTED)
		write_review(w, h);
	else
		write_survey(w, h);
}

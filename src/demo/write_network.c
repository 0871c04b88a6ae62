/* demo/write_network.c - what boxes report of their lines, and the list of outages; see writers.h
 */
#include "demo/writers_internal.h"

enum { CHANCE_ROW = 9500 };

static const char *state_of(const struct happening *h)
{
	bool down = h->what == WHAT_LINE_TROUBLE;

	if (h->product >= PRODUCT_MOBILE_SMALL && h->product <= PRODUCT_MOBILE_LARGE)
		return down ? "mobile_down" : "mobile_up";
	return down ? "down" : "up";
}

static void write_line(struct writers *w, const struct happening *h)
{
	struct sheet *s = &w->sheets[SHEET_LINES];
	const struct card *card = card_of(w, h->customer, h->time_ms);

	(void)sheet_row(s, h->time_ms);
	put_number_of(s, "AL", h->serial, 9);
	put_utc(open_field(s), &w->face, h->time_ms);
	close_field(s);
	put_field_c(s, state_of(h));
	put_field(s, card->client);
	put_number_of(s, "INC-", h->outage, 5);
	if (h->what == WHAT_LINE_BACK)
		put_field_int(s, h->wait_ms / 60000);
	else
		put_field_c(s, "");
	sheet_end(s, chance_of(h, CHANCE_ROW));
}

static void write_outage(struct writers *w, const struct happening *h)
{
	struct sheet *s = &w->sheets[SHEET_OUTAGES];

	(void)sheet_row(s, h->time_ms);
	put_number_of(s, "INC-", h->outage, 5);
	put_field_c(s, h->what == WHAT_OUTAGE_BEGAN ? "begun" : "ended");
	put_utc(open_field(s), &w->face, h->time_ms);
	close_field(s);
	put_field(s, departement_code(h->departement));
	if (h->due_ms > 0)
		put_utc(open_field(s), &w->face, h->due_ms);
	close_field(s);
	clock_face_at(&w->face, h->time_ms);
	sheet_end(s, 0);
}

void write_network(struct writers *w, const struct happening *h)
{
	if (h->what == WHAT_LINE_TROUBLE || h->what == WHAT_LINE_BACK)
		write_line(w, h);
	else
		write_outage(w, h);
}

/* demo/write_cases.c - the CRM's cases; see writers.h */
#include "demo/writers_internal.h"

enum { CHANCE_TYPED = 6000, CHANCE_KNOWN };

/* As the CRM's list offers them. */
static str channel_label(enum channel channel)
{
	switch (channel) {
	case CHANNEL_PHONE:
	case CHANNEL_IVR:
		return STR("Téléphone");
	case CHANNEL_EMAIL:
		return STR("Courriel");
	case CHANNEL_LETTER:
		return STR("Courrier");
	case CHANNEL_STORE:
		return STR("Boutique");
	case CHANNEL_CHAT:
	case CHANNEL_BOT:
		return STR("Tchat");
	case CHANNEL_WEB:
	case CHANNEL_APP:
		return STR("Site");
	case CHANNEL_SMS:
		return STR("SMS");
	case CHANNEL_NONE:
	case CHANNEL_SOCIAL:
	case CHANNEL_FIELD:
	case CHANNEL_IOT:
	case CHANNEL_BACKOFFICE:
	case CHANNEL_COUNT_:
		break;
	}
	return STR("Interne");
}

static const char *state_of(const struct happening *h)
{
	return h->what == WHAT_CASE_OPENED      ? "Ouvert"
	       : h->what == WHAT_CASE_NOTED     ? "Complété"
	       : h->outcome == OUTCOME_RESOLVED ? "Clos"
						: "Clos sans réponse";
}

void write_cases(struct writers *w, const struct happening *h)
{
	struct sheet *s = &w->sheets[SHEET_CASES];
	const struct card *card = card_of(w, h->customer, h->time_ms);
	uint64_t typed = chance_of(h, CHANCE_TYPED), known = chance_of(h, CHANCE_KNOWN);

	(void)sheet_row(s, h->time_ms);
	put_number_of(s, "D", h->case_number, 7);
	put_french_date(open_field(s), &w->face, h->time_ms);
	close_field(s);
	put_clock(open_field(s), &w->face, h->time_ms);
	close_field(s);
	put_field_c(s, state_of(h));
	put_field(s, channel_label(h->channel));
	put_client_as_typed(s, card->client, typed);
	if (card->person.emails > 0 && !one_in(known, 3))
		put_email_as_typed(s, card, 0, typed);
	else
		put_field_c(s, "");
	put_phone_as_typed(s, one_in(known >> 9, 4) ? STR("") : card->lines[0], typed);
	put_field(s, reason_label(h->told_reason));
	put_agent_login(open_field(s), h->agent);
	close_field(s);
	put_field(s, town_postcode(card->person.departement, card->person.town));
	if (h->what == WHAT_CASE_NOTED)
		put_field_c(s, "Nouveau contact au même sujet");
	else
		put_field_c(s, "");
	sheet_end(s, 0);
}

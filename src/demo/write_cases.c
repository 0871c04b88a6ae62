/* demo/write_cases.c - the CRM's cases, and its register of complaints; see writers.h */
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

static void put_bill(struct strbuf *out, uint32_t number)
{
	strbuf_add_byte(out, 'F');
	put_digits(out, number, 9);
}

static void put_note(struct writers *w, struct sheet *s, const struct happening *h)
{
	struct strbuf *out = open_field(s);

	if (h->what == WHAT_CASE_NOTED)
		switch ((enum case_note)h->item) {
		case NOTE_CONTACT:
			strbuf_add(out, STR("Nouveau contact au même sujet"));
			break;
		case NOTE_BILL_EXPLAINED:
			strbuf_add(out, STR("Facture "));
			put_bill(out, h->bill_number);
			strbuf_add(out, STR(" expliquée, détail envoyé par courriel"));
			break;
		case NOTE_CREDIT:
			strbuf_add(out, STR("Avoir de "));
			put_cents(out, h->amount_cents, ',');
			strbuf_add(out, STR(" €"));
			strbuf_add(out, STR(" accordé sur la facture "));
			put_bill(out, h->bill_number);
			break;
		case NOTE_CONSUMER_SERVICE:
			strbuf_add(out,
				STR("Réclamation reçue au service consommateurs, réponse due le "));
			put_french_date(out, &w->face, h->due_ms);
			break;
		case NOTE_MEDIATOR:
			strbuf_add(out, STR("Médiateur saisi par le client, avis attendu le "));
			put_french_date(out, &w->face, h->due_ms);
			break;
		}
	close_field(s);
}

static void write_case(struct writers *w, const struct happening *h)
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
	put_field_int(s, card->person.birth_year);
	put_note(w, s, h);
	sheet_end(s, 0);
}

/* ---- the register of the consumer service: what the customer service could not solve */

static const char *const steps[COMPLAINT_STEP_COUNT_] = { "Reçue", "Répondue", "Médiateur saisi",
	"Avis du médiateur", "Close" };

static const char *decision_of(const struct happening *h)
{
	return h->outcome == OUTCOME_NONE         ? ""
	       : h->outcome == OUTCOME_UNRESOLVED ? "défavorable"
	       : h->amount_cents > 0              ? "favorable, avec geste"
						  : "favorable";
}

static void write_complaint(struct writers *w, const struct happening *h)
{
	struct sheet *s = &w->sheets[SHEET_COMPLAINTS];
	const struct card *card = card_of(w, h->customer, h->time_ms);

	(void)sheet_row(s, h->time_ms);
	put_number_of(s, "R", h->serial, 9);
	put_french_date(open_field(s), &w->face, h->time_ms);
	close_field(s);
	put_clock(open_field(s), &w->face, h->time_ms);
	close_field(s);
	put_field_int(s, h->item < COMPLAINT_TO_MEDIATOR ? 2 : 3);
	put_field_c(s, steps[h->item % COMPLAINT_STEP_COUNT_]);
	put_number_of(s, "D", h->case_number, 7);
	put_client_as_typed(s, card->client, chance_of(h, CHANCE_TYPED));
	put_field(s, card->emails[0]);
	put_field(s, channel_label(h->channel));
	put_field(s, reason_label(h->told_reason));
	struct strbuf *out = open_field(s);
	if (h->due_ms > 0)
		put_french_date(out, &w->face, h->due_ms);
	close_field(s);
	put_field_c(s, decision_of(h));
	if (h->amount_cents > 0)
		put_cents(open_field(s), h->amount_cents, ',');
	close_field(s);
	clock_face_at(&w->face, h->time_ms);
	sheet_end(s, 0);
}

void write_cases(struct writers *w, const struct happening *h)
{
	if (h->what == WHAT_COMPLAINT_STEP)
		write_complaint(w, h);
	else
		write_case(w, h);
}

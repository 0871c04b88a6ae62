/* demo/write_office.c - what the back office writes: ledger, orders, technicians' visits,
 * customers and contracts; see writers.h */
#include "demo/writers_internal.h"

enum { CHANCE_TYPED = 7000, CHANCE_LISTED };

/* ---- the ledger: one row for each piece, decimal commas */

static const struct piece {
	const char *type, *prefix, *label;
} pieces[WHAT_COUNT_] = {
	[WHAT_BILL_ISSUED] = { "FACTURE", "F", "" },
	[WHAT_PAYMENT_CAME] = { "REGLEMENT", "R", "Prélèvement SEPA" },
	[WHAT_PAYMENT_FAILED] = { "REJET", "J", "Prélèvement rejeté" },
	[WHAT_CREDIT_GIVEN] = { "AVOIR", "A", "Geste commercial" },
};

static const char *label_of(const struct happening *h)
{
	static const char *const kinds[] = { "Abonnement", "Première facture, mise en service",
		"Abonnement, fin de promotion", "Abonnement et hors forfait",
		"Facture de clôture" };

	if (h->what == WHAT_PAYMENT_CAME && h->channel == CHANNEL_WEB)
		return "Carte bancaire";
	return h->what == WHAT_BILL_ISSUED ? kinds[h->item % ARRAY_LEN(kinds)]
					   : pieces[h->what].label;
}

static void put_day(struct writers *w, struct sheet *s, int64_t ms)
{
	struct strbuf *out = open_field(s);

	if (ms > 0)
		put_french_date(out, &w->face, ms);
	close_field(s);
}

static void write_piece(struct writers *w, const struct happening *h)
{
	struct sheet *s = &w->sheets[SHEET_LEDGER];
	const struct card *card = card_of(w, h->customer, h->time_ms);
	const struct piece *piece = &pieces[h->what];
	bool bill = h->what == WHAT_BILL_ISSUED;

	(void)sheet_row(s, h->time_ms);
	put_number_of(s, piece->prefix, bill ? h->bill_number : h->serial, 9);
	put_field_c(s, piece->type);
	put_local(open_field(s), &w->face, h->time_ms);
	close_field(s);
	put_field(s, card->client);
	put_field(s, card->account);
	put_cents(open_field(s), h->amount_cents, ',');
	close_field(s);
	put_day(w, s, bill ? h->due_ms : 0);
	put_number_of(s, "F", bill ? 0 : h->bill_number, 9);
	put_field_c(s, label_of(h));
	clock_face_at(&w->face, h->time_ms);
	sheet_end(s, 0);
}

/* ---- orders */

static const char *status_of(const struct happening *h)
{
	static const char *const steps[ORDER_STEP_COUNT_] = { "changed", "accepted", "shipped",
		"delivered", "appointment_set", "appointment_moved", "connected", "activated",
		"cancelled" };

	return h->what == WHAT_ORDER_PLACED ? "placed" : steps[h->item % ORDER_STEP_COUNT_];
}

static void write_order(struct writers *w, const struct happening *h)
{
	struct sheet *s = &w->sheets[SHEET_ORDERS];
	const struct card *card = card_of(w, h->customer, h->time_ms);

	(void)sheet_row(s, h->time_ms);
	put_number_of(s, "CMD-", h->order_number, 8);
	put_field_c(s, status_of(h));
	put_utc(open_field(s), &w->face, h->time_ms);
	close_field(s);
	put_field(s, h->what == WHAT_ORDER_PLACED ? channel_name(h->channel) : STR(""));
	put_field(s, card->client);
	if (h->what == WHAT_ORDER_PLACED && card->person.emails > 0)
		put_email_as_typed(s, card, 0, chance_of(h, CHANCE_TYPED));
	else
		put_field_c(s, "");
	put_field(s, product_name(h->product));
	if (h->due_ms > 0)
		put_utc(open_field(s), &w->face, h->due_ms);
	close_field(s);
	if (h->amount_cents > 0)
		put_cents(open_field(s), h->amount_cents, '.');
	close_field(s);
	clock_face_at(&w->face, h->time_ms);
	sheet_end(s, 0);
}

/* ---- technicians: entered on a telephone in the customer's cellar, times to the minute */

static const char *report_of(const struct happening *h)
{
	static const char *const failures[] = { "fourreau bouché", "PBO saturé",
		"point de branchement introuvable", "accès refusé par le syndic",
		"câble trop court, nacelle nécessaire" };

	return h->outcome == OUTCOME_FAILED   ? failures[h->serial % ARRAY_LEN(failures)]
	       : h->outcome == OUTCOME_ABSENT ? "client absent"
					      : "RAS";
}

static void write_visit(struct writers *w, const struct happening *h)
{
	static const char *const firms[] = { "", "Axionéo", "Fibratech", "Sud Câblage",
		"Réseaux Ouest", "Nord Raccord", "Optiline", "Technicom", "Viarezo" };
	struct sheet *s = &w->sheets[SHEET_VISITS];
	const struct card *card = card_of(w, h->customer, h->time_ms);

	(void)sheet_row(s, h->time_ms);
	put_number_of(s, "INT", h->serial, 9);
	put_local(open_field(s), &w->face, h->time_ms);
	close_field(s);
	put_field_c(s, firms[h->item % ARRAY_LEN(firms)]);
	put_field(s, card->client);
	put_phone_as_typed(s, card->lines[0], chance_of(h, CHANCE_TYPED));
	put_field(s, departement_code(card->person.departement));
	put_number_of(s, "CMD-", h->order_number, 8);
	put_number_of(s, "D", h->case_number, 7);
	put_field_c(s, h->outcome == OUTCOME_DONE     ? "realisee"
		       : h->outcome == OUTCOME_ABSENT ? "client_absent"
						      : "echec");
	put_field_int(s, h->talk_ms / 60000);
	put_field_c(s, report_of(h));
	sheet_end(s, 0);
}

/* ---- the list of customers: kept by hand for years, so addresses are missing, and some are wrong
 */

static void write_listed(struct writers *w, const struct happening *h)
{
	struct sheet *s = &w->sheets[SHEET_CUSTOMERS];
	const struct card *card = card_of(w, h->customer, h->time_ms);
	const struct person *person = &card->person;
	uint64_t chance = chance_of(h, CHANCE_LISTED), typed = chance_of(h, CHANCE_TYPED);

	(void)sheet_row(s, h->time_ms);
	put_field(s, card->client);
	put_field(s, card->account);
	put_field(s, person_family_name(person));
	put_field(s, person_first_name(person));
	put_field_int(s, person->birth_year);
	if (one_in(chance, 8))
		put_field_c(s, "");
	else
		put_email_as_typed(s, card, 0, typed);
	put_phone_as_typed(s, one_in(chance >> 20, 20) ? STR("") : card->lines[0], typed);
	put_field(s, town_postcode(person->departement, person->town));
	put_field(s, person->fixed == PRODUCT_NONE ? STR("") : product_name(person->fixed));
	put_field(s, person->mobile == PRODUCT_NONE ? STR("") : product_name(person->mobile));
	sheet_end(s, 0);
}

/* ---- contracts */

static const char *movement_of(const struct happening *h)
{
	switch (h->what) {
	case WHAT_JOINED:
		return "ouverture";
	case WHAT_OFFER_CHANGED:
		return "changement_offre";
	case WHAT_MOVED:
		return "changement_adresse";
	case WHAT_LEFT_COMPANY:
		return "resiliation";
	default:
		return "retour_equipement";
	}
}

static const char *motive_of(const struct happening *h)
{
	static const char *const motives[] = { "portabilité sortante", "demande téléphone",
		"demande courrier", "départ à l'étranger" };

	return h->what == WHAT_LEFT_COMPANY ? motives[h->item % ARRAY_LEN(motives)] : "";
}

static void write_contract(struct writers *w, const struct happening *h)
{
	struct sheet *s = &w->sheets[SHEET_CONTRACTS];
	const struct card *card = card_of(w, h->customer, h->time_ms);
	bool joins = h->what == WHAT_JOINED;

	(void)sheet_row(s, h->time_ms);
	put_number_of(s, "MVT", h->serial, 9);
	put_field_c(s, movement_of(h));
	put_day(w, s, h->time_ms);
	put_clock(open_field(s), &w->face, h->time_ms);
	close_field(s);
	put_field(s, card->client);
	put_field(s, card->account);
	put_field(s, joins ? card->emails[0] : STR(""));
	put_phone_as_typed(s, joins ? card->lines[0] : STR(""), 1);
	put_field(s, product_name(h->product));
	if (h->amount_cents != 0)
		put_cents(open_field(s), h->amount_cents, ',');
	close_field(s);
	put_field_c(s, motive_of(h));
	put_field(s, town_postcode(card->person.departement, card->person.town));
	sheet_end(s, 0);
}

void write_office(struct writers *w, const struct happening *h)
{
	switch (h->what) {
	case WHAT_BILL_ISSUED:
	case WHAT_PAYMENT_CAME:
	case WHAT_PAYMENT_FAILED:
	case WHAT_CREDIT_GIVEN:
		write_piece(w, h);
		break;
	case WHAT_ORDER_PLACED:
	case WHAT_ORDER_STEP:
		write_order(w, h);
		break;
	case WHAT_VISIT_DONE:
		write_visit(w, h);
		break;
	case WHAT_LISTED:
		write_listed(w, h);
		break;
	default:
		write_contract(w, h);
		break;
	}
}

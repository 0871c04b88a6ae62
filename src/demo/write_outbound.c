/* demo/write_outbound.c - what the company sends: the SMS gateway, mailings, letters; see
 * writers.h */
#include "demo/writers_internal.h"

enum { CHANCE_ROW = 8000, CHANCE_STATUS };

/* {d}: the day of due_ms; {h}: its hour; {m}: the amount; {o}: the order. */
static const struct sending {
	str campaign, subject, text;
} sendings[TEMPLATE_COUNT_] = {
	[TEMPLATE_NONE] = { STR_INIT("divers"), STR_INIT("Information"),
		STR_INIT("Lumeo : information.") },
	[TEMPLATE_OUTAGE] = { STR_INIT("incident"), STR_INIT("Un incident touche votre ligne"),
		STR_INIT("Lumeo : un incident perturbe vos services dans votre commune. Retour "
			 "prévu "
			 "le {d} vers {h}. Inutile de nous appeler, nous vous tenons informé.") },
	[TEMPLATE_OUTAGE_OVER] = { STR_INIT("incident_fin"), STR_INIT("Votre ligne est rétablie"),
		STR_INIT("Lumeo : l'incident de votre commune est résolu. Si besoin, redémarrez "
			 "votre "
			 "box.") },
	[TEMPLATE_BILL] = { STR_INIT("facture"), STR_INIT("Votre facture est disponible"),
		STR_INIT("Lumeo : votre facture de {m} est disponible. Prélèvement le {d}.") },
	[TEMPLATE_PAYMENT_FAILED] = { STR_INIT("rejet"), STR_INIT("Votre prélèvement a été rejeté"),
		STR_INIT(
			"Lumeo : le prélèvement de {m} a été rejeté. Régularisez avant le {d} dans "
			"votre espace client.") },
	[TEMPLATE_DUNNING] = { STR_INIT("relance"), STR_INIT("Relance : facture impayée"),
		STR_INIT("Lumeo : sauf erreur, {m} restent dus. Merci de régler avant le {d}.") },
	[TEMPLATE_ORDER] = { STR_INIT("commande"), STR_INIT("Merci pour votre commande"),
		STR_INIT("Lumeo : merci ! Votre commande {o} est enregistrée. Suivi dans votre "
			 "espace "
			 "client.") },
	[TEMPLATE_SHIPPED] = { STR_INIT("expedition"), STR_INIT("Votre colis est en route"),
		STR_INIT("Lumeo : le colis de la commande {o} est expédié, livraison prévue le "
			 "{d}.") },
	[TEMPLATE_APPOINTMENT] = { STR_INIT("rdv_technicien"),
		STR_INIT("Votre rendez-vous technicien"),
		STR_INIT("Lumeo : votre technicien passera le {d} vers {h}. Répondez MODIF pour "
			 "changer.") },
	[TEMPLATE_APPOINTMENT_MOVED] = { STR_INIT("rdv_modifie"),
		STR_INIT("Votre rendez-vous est décalé"),
		STR_INIT("Lumeo : votre rendez-vous technicien est reporté au {d} vers {h}.") },
	[TEMPLATE_WELCOME] = { STR_INIT("bienvenue"), STR_INIT("Bienvenue chez Lumeo"),
		STR_INIT("Lumeo : bienvenue ! Activez votre espace client sur "
			 "lumeo.example/bonjour") },
	[TEMPLATE_ACKNOWLEDGEMENT] = { STR_INIT("accuse_reception"),
		STR_INIT("Nous avons bien reçu votre message"),
		STR_INIT("Lumeo : votre message est bien reçu. Réponse avant le {d} {h}.") },
	[TEMPLATE_SURVEY] = { STR_INIT("enquete"), STR_INIT("Votre avis nous intéresse"),
		STR_INIT("Lumeo : merci de votre contact. De 0 à 10, nous recommanderiez-vous ? "
			 "lumeo.example/avis") },
	[TEMPLATE_PROMOTION_END] = { STR_INIT("fin_promo"), STR_INIT("Votre promotion se termine"),
		STR_INIT("Lumeo : votre promotion prend fin le {d}. Votre abonnement passera à "
			 "{m}.") },
	[TEMPLATE_CANVASS] = { STR_INIT("reconquete"), STR_INIT("Une offre rien que pour vous"),
		STR_INIT("Lumeo : la Fibre à prix doux, rien que pour vous, jusqu'au {d}. STOP au "
			 "36111") },
	[TEMPLATE_GOODBYE] = { STR_INIT("fin_contrat"), STR_INIT("La fin de votre contrat"),
		STR_INIT("Lumeo : votre contrat prend fin le {d}. Renvoyez votre box avec le bon "
			 "joint, "
			 "sous 15 jours.") },
	[TEMPLATE_AFTER_REPAIR] = { STR_INIT("apres_reparation"),
		STR_INIT("Votre ligne fonctionne-t-elle bien ?"),
		STR_INIT("Lumeo : suite à notre intervention, tout fonctionne-t-il ? Un conseiller "
			 "vous "
			 "appelle.") },
	[TEMPLATE_BILL_EXPLAINED] = { STR_INIT("facture_expliquee"),
		STR_INIT("Votre facture expliquée ligne par ligne"),
		STR_INIT("Lumeo : comme convenu, le détail de votre facture est dans votre espace "
			 "client.") },
	[TEMPLATE_CREDIT] = { STR_INIT("avoir"), STR_INIT("Un avoir sur votre compte"),
		STR_INIT("Lumeo : un avoir de {m} sera déduit de votre prochain prélèvement.") },
	[TEMPLATE_COMPLAINT] = { STR_INIT("reclamation_recue"),
		STR_INIT("Le service consommateurs a bien reçu votre réclamation"),
		STR_INIT("Lumeo : votre réclamation est enregistrée. Réponse avant le {d}.") },
};

/* A template that speaks of a day has one, even where nothing was promised. */
static void put_filled(struct writers *w, const struct happening *h, str text, struct strbuf *out)
{
	int64_t due = h->due_ms > 0 ? h->due_ms : h->time_ms + 7 * DAY_MS;

	for (size_t i = 0; i < text.len; i++) {
		if (text.ptr[i] != '{' || i + 2 >= text.len) {
			strbuf_add_byte(out, text.ptr[i]);
			continue;
		}
		clock_face_at(&w->face, due);
		switch (text.ptr[i + 1]) {
		case 'd':
			strbuf_add(out, (str){ w->face.french, 5 });
			break;
		case 'h':
			strbuf_add(out, (str){ w->face.local_hour, 2 });
			strbuf_add_byte(out, 'h');
			break;
		case 'm':
			put_cents(out, h->amount_cents > 0 ? h->amount_cents : 3999, ',');
			strbuf_add(out, STR(" €"));
			break;
		default:
			strbuf_add(out, STR("CMD-"));
			put_digits(out, h->order_number, 8);
			break;
		}
		i += 2;
	}
	clock_face_at(&w->face, h->time_ms);
}

static void write_sms(struct writers *w, const struct happening *h)
{
	struct sheet *s = &w->sheets[SHEET_SMS];
	const struct card *card = card_of(w, h->customer, h->time_ms);
	const struct sending *sending = &sendings[h->template];

	(void)sheet_row(s, h->time_ms);
	put_uuid(open_field(s), chance_of(h, CHANCE_ROW + 10), h->serial);
	close_field(s);
	put_utc(open_field(s), &w->face, h->time_ms);
	close_field(s);
	put_field_c(s, "LUMEO");
	put_field(s, card->lines[0]);
	put_field(s, sending->campaign);
	put_field_c(s, one_in(chance_of(h, CHANCE_STATUS), 60) ? "undelivered" : "delivered");
	strbuf_clear(&w->text);
	put_filled(w, h, sending->text, &w->text);
	put_field_int(s, (int64_t)(w->text.len / 153 + 1));
	put_field(s, strbuf_str(&w->text));
	sheet_end(s, chance_of(h, CHANCE_ROW));
}

static void write_mailing(struct writers *w, const struct happening *h)
{
	struct sheet *s = &w->sheets[SHEET_MAILINGS];
	const struct card *card = card_of(w, h->customer, h->time_ms);
	const struct sending *sending = &sendings[h->template];
	bool letter = h->what == WHAT_LETTER_SENT;

	(void)sheet_row(s, h->time_ms);
	put_number_of(s, letter ? "L" : "E", h->serial, 9);
	put_utc(open_field(s), &w->face, h->time_ms);
	close_field(s);
	put_field_c(s, letter ? "letter" : "email");
	put_field(s, sending->campaign);
	put_field(
		s, letter ? STR("") : card->emails[card->emails[h->email].len > 0 ? h->email : 0]);
	put_field(s, card->client);
	put_field_c(s, one_in(chance_of(h, CHANCE_STATUS), 90) ? "bounced" : "delivered");
	put_field(s, sending->subject);
	sheet_end(s, chance_of(h, CHANCE_ROW));
}

void write_outbound(struct writers *w, const struct happening *h)
{
	ASSERT(h->template <TEMPLATE_COUNT_);
	if (h->what == WHAT_SMS_SENT && card_of(w, h->customer, h->time_ms)->lines[0].len > 0)
		write_sms(w, h);
	else
		write_mailing(w, h);
}

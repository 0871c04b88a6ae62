/* demo/writers.c - the sheets of all systems, and what goes to whom; see writers.h */
#include "demo/writers.h"

#include "demo/writers_internal.h"
#include "exchange/inputs.h"

#include <stdlib.h>

/* Late and repeated deliveries only where each row has an id of its own: elsewhere two equal rows
 * are two facts. */
static const struct sheet_form forms[SHEETS] = {
	[SHEET_SEGMENT] = { .stem = "web/segment", .ending = ".jsonl", .late = 60, .twice = 30 },
	[SHEET_ACCESS] = { .stem = "web/access", .ending = ".log" },
	[SHEET_QUEUE_LOG] = { .stem = "telephony/queue_log",
		.ending = "",
		.period = SHEET_MONTHS,
		.delimiter = '|' },
	[SHEET_CDR] = { .stem = "telephony/Master",
		.ending = ".csv",
		.period = SHEET_MONTHS,
		.delimiter = ',',
		.quotes_all = true },
	[SHEET_CEL] = { .stem = "telephony/cel",
		.ending = ".csv",
		.period = SHEET_MONTHS,
		.delimiter = ',',
		.quotes_all = true },
	[SHEET_INTERACTIONS] = { .stem = "contact/interactions",
		.ending = ".csv",
		.delimiter = ',',
		.late = 40,
		.twice = 30,
		.header = "interaction_id,started_at,channel,direction,outcome,customer_id,phone,"
			  "email,agent,queue,reason_code,wait_seconds,handle_seconds,wrap_seconds,"
			  "transfers,note" },
	[SHEET_CHAT] = { .stem = "contact/chat",
		.ending = ".csv",
		.period = SHEET_MONTHS,
		.delimiter = ',',
		.late = 20,
		.twice = 20,
		.header = "conversation_id,message_id,sent_at,event,author_type,author,entry,"
			  "visitor_id,customer_id,intent,text" },
	[SHEET_ZENDESK] = { .stem = "tickets/zendesk",
		.ending = ".csv",
		.period = SHEET_MONTHS,
		.delimiter = ',',
		.twice = 40,
		.header = "Id,Created at,Via,Requester,Requester email,Requester id,Subject,"
			  "Description,Status,Priority,Group,Assignee,Tags" },
	[SHEET_ZENDESK_ANSWERS] = { .stem = "tickets/zendesk-answers",
		.ending = ".csv",
		.period = SHEET_MONTHS,
		.delimiter = ',',
		.twice = 20,
		.header = "Ticket id,Comment id,Created at,Author,Author role,Requester id,"
			  "Requester email,Public,Status,Body" },
	[SHEET_FRESHDESK] = { .stem = "tickets/freshdesk",
		.ending = ".csv",
		.period = SHEET_MONTHS,
		.delimiter = ',',
		.twice = 20,
		.header = "Ticket ID,Subject,Description,Status,Priority,Source,Type,Agent,Group,"
			  "Created time,Full name,Email,Mobile phone,Contact ID,Social handle,"
			  "Customer number" },
	[SHEET_CASES] = { .stem = "crm/cases",
		.ending = ".csv",
		.period = SHEET_MONTHS,
		.encoding = SHEET_BY_MONTH,
		.delimiter = ';',
		.header = "Dossier;Date;Heure;Etat;Canal;Client;Courriel;Téléphone;Motif;"
			  "Conseiller;Code postal;Naissance;Commentaire" },
	[SHEET_COMPLAINTS] = { .stem = "crm/complaints",
		.ending = ".csv",
		.period = SHEET_MONTHS,
		.encoding = SHEET_BY_MONTH,
		.delimiter = ';',
		.header = "Reclamation;Date;Heure;Niveau;Etape;Dossier;Client;Courriel;Canal;Motif;"
			  "Echeance;Decision;Montant" },
	[SHEET_CUSTOMERS] = { .stem = "crm/customers",
		.ending = ".csv",
		.period = SHEET_ONCE,
		.encoding = SHEET_UTF8_MARKED,
		.delimiter = ';',
		.header = "Client;Contrat;Nom;Prénom;Naissance;Courriel;Mobile;Code postal;"
			  "Offre internet;Offre mobile" },
	[SHEET_CONTRACTS] = { .stem = "crm/contracts",
		.ending = ".csv",
		.period = SHEET_MONTHS,
		.encoding = SHEET_UTF8_MARKED,
		.delimiter = ';',
		.header = "Mouvement;Type;Date effet;Heure;Client;Contrat;Courriel;Mobile;Produit;"
			  "Prix mensuel;Motif;Code postal" },
	[SHEET_LEDGER] = { .stem = "billing/ledger",
		.ending = ".csv",
		.period = SHEET_MONTHS,
		.encoding = SHEET_WINDOWS_1252,
		.delimiter = ';',
		.header = "Piece;Type;Date;Client;Contrat;Montant TTC;Echeance;Facture;Libelle" },
	[SHEET_ORDERS] = { .stem = "orders/orders",
		.ending = ".csv",
		.period = SHEET_MONTHS,
		.delimiter = ';',
		.header = "order_number;status;changed_at;sales_channel;customer;email;product;"
			  "appointment;amount" },
	[SHEET_VISITS] = { .stem = "orders/visits",
		.ending = ".csv",
		.period = SHEET_MONTHS,
		.delimiter = ';',
		.header = "intervention;date;sous_traitant;client;telephone;departement;commande;"
			  "dossier;resultat;duree_min;compte_rendu" },
	[SHEET_SMS] = { .stem = "outbound/sms",
		.ending = ".tsv",
		.period = SHEET_MONTHS,
		.delimiter = '\t',
		.twice = 20,
		.late = 20,
		.header = "message_id\tsent_at\tsender\tmsisdn\tcampaign\tstatus\tparts\ttext" },
	[SHEET_MAILINGS] = { .stem = "outbound/mailings",
		.ending = ".csv",
		.period = SHEET_MONTHS,
		.delimiter = ',',
		.twice = 20,
		.header = "send_id,sent_at,medium,template,email,customer_number,status,subject" },
	[SHEET_STORES] = { .stem = "stores/visits",
		.ending = ".csv",
		.period = SHEET_MONTHS,
		.encoding = SHEET_WINDOWS_1252,
		.delimiter = ';',
		.header = "Passage;Date;Heure;Boutique;Vendeur;Carte client;Mobile;Motif;Issue;"
			  "Minutes;Montant" },
	[SHEET_SURVEYS] = { .stem = "surveys/answers",
		.ending = ".csv",
		.period = SHEET_MONTHS,
		.delimiter = ',',
		.twice = 20,
		.header = "response_id,event,at,medium,customer_number,email,interaction,nps,csat,"
			  "ces,intends_to_stay,comment" },
	[SHEET_REVIEWS] = { .stem = "reviews/reviews",
		.ending = ".csv",
		.period = SHEET_MONTHS,
		.delimiter = ',',
		.header = "review_id,published_at,author,stars,text" },
	[SHEET_LINES] = { .stem = "network/lines",
		.ending = ".csv",
		.period = SHEET_MONTHS,
		.delimiter = ',',
		.twice = 20,
		.header = "alarm_id,raised_at,state,customer_number,outage,minutes_down" },
	[SHEET_OUTAGES] = { .stem = "network/outages",
		.ending = ".csv",
		.period = SHEET_ONCE,
		.delimiter = ';',
		.header = "outage;state;at;departement;announced_end" },
	[SHEET_TEXTS] = { .stem = "texts",
		.ending = ".csv",
		.period = SHEET_ONCE,
		.delimiter = ',',
		.header = "system,id,kind,interaction,case,reason,cause,subject,sentiment,urgency,"
			  "language" },
};

enum { SPELT_BYTES = 4096 };

static const char *const folders[] = { "web", "telephony", "contact", "tickets", "crm", "billing",
	"orders", "outbound", "stores", "surveys", "reviews", "network" };

/* ---- hearing */

/* The first that failed, if any did. */
static err first_error(const struct writers *w, struct why *why)
{
	for (size_t i = 0; i < SHEETS; i++)
		if (w->sheets[i].error != OK) {
			if (why != NULL)
				*why = w->sheets[i].why;
			return w->sheets[i].error;
		}
	return OK;
}

typedef void (*write_fn)(struct writers *, const struct happening *);

/* Whose system hears of what. */
static const write_fn listeners[WHAT_COUNT_] = {
	[WHAT_PAGE] = write_web,
	[WHAT_BOT_BEGAN] = write_chat,
	[WHAT_BOT_SAID] = write_chat,
	[WHAT_BOT_ENDED] = write_chat,
	[WHAT_CHAT_BEGAN] = write_chat,
	[WHAT_CHAT_ANSWERED] = write_chat,
	[WHAT_CHAT_ENDED] = write_chat,
	[WHAT_CHAT_LEFT] = write_chat,
	[WHAT_CALL_BEGAN] = write_telephony,
	[WHAT_IVR_CHOSE] = write_telephony,
	[WHAT_IVR_ENDED] = write_telephony,
	[WHAT_CALL_QUEUED] = write_telephony,
	[WHAT_CALL_ABANDONED] = write_telephony,
	[WHAT_CALL_ANSWERED] = write_telephony,
	[WHAT_CALL_TRANSFERRED] = write_telephony,
	[WHAT_CALL_ENDED] = write_telephony,
	[WHAT_CALL_WRAPPED] = write_telephony,
	[WHAT_CALLED_OUT] = write_telephony,
	[WHAT_MAIL_CAME] = write_tickets,
	[WHAT_MAIL_ANSWERED] = write_tickets,
	[WHAT_LETTER_CAME] = write_tickets,
	[WHAT_LETTER_ANSWERED] = write_tickets,
	[WHAT_POST_CAME] = write_tickets,
	[WHAT_POST_ANSWERED] = write_tickets,
	[WHAT_SHOP_VISIT] = write_voice,
	[WHAT_SMS_SENT] = write_outbound,
	[WHAT_EMAIL_SENT] = write_outbound,
	[WHAT_LETTER_SENT] = write_outbound,
	[WHAT_ORDER_PLACED] = write_office,
	[WHAT_ORDER_STEP] = write_office,
	[WHAT_VISIT_DONE] = write_office,
	[WHAT_LINE_TROUBLE] = write_network,
	[WHAT_LINE_BACK] = write_network,
	[WHAT_OUTAGE_BEGAN] = write_network,
	[WHAT_OUTAGE_ENDED] = write_network,
	[WHAT_BILL_ISSUED] = write_office,
	[WHAT_PAYMENT_CAME] = write_office,
	[WHAT_PAYMENT_FAILED] = write_office,
	[WHAT_CREDIT_GIVEN] = write_office,
	[WHAT_COMPLAINT_STEP] = write_cases,
	[WHAT_CASE_OPENED] = write_cases,
	[WHAT_CASE_NOTED] = write_cases,
	[WHAT_CASE_CLOSED] = write_cases,
	[WHAT_OFFER_CHANGED] = write_office,
	[WHAT_LISTED] = write_office,
	[WHAT_JOINED] = write_office,
	[WHAT_MOVED] = write_office,
	[WHAT_LEFT_COMPANY] = write_office,
	[WHAT_EQUIPMENT_BACK] = write_office,
	[WHAT_SURVEY_SENT] = write_voice,
	[WHAT_SURVEY_ANSWERED] = write_voice,
	[WHAT_REVIEW_POSTED] = write_voice,
	[WHAT_AGENT_ON] = write_telephony,
	[WHAT_AGENT_OFF] = write_telephony,
	[WHAT_AGENT_PAUSED] = write_telephony,
	[WHAT_AGENT_BACK] = write_telephony,
};

static err hear(struct listener *listener, const struct happening *happening, struct why *why)
{
	struct writers *w = (struct writers *)listener;

	ASSERT(happening->what < WHAT_COUNT_);
	listeners[happening->what](w, happening);
	return happening->serial % 64 == 0 ? first_error(w, why) : OK;
}

/* ---- life */

static err make_folders(const struct writers_options *o, struct why *why)
{
	char path[PATH_BYTES_MAX];
	err e = OK;

	for (size_t i = 0; e == OK && i < ARRAY_LEN(folders); i++) {
		e = path_join(path, o->folder, folders[i], why);
		if (e == OK)
			e = disk_make_folder(o->disk, path, why);
	}
	return e;
}

/* The truth is nothing that systems know: no import may read it (exchange/inputs.h). */
static err mark_truth(const struct writers_options *o, struct why *why)
{
	return o->truth_folder == NULL
		       ? OK
		       : disk_write_whole(o->disk, o->truth_folder, INPUT_SKIP_NAME,
				 STR("what is true of the demonstration; ariane import leaves "
				     "this folder out\n"),
				 why);
}

err writers_create(const struct writers_options *options, struct writers **out, struct why *why)
{
	const struct zone *paris;
	struct verbatim *verbatim;
	err e = zone_named(STR("Europe/Paris"), &paris, why);

	if (e == OK && options->tap == NULL)
		e = make_folders(options, why);
	if (e == OK)
		e = mark_truth(options, why);
	if (e == OK)
		e = verbatim_create(&verbatim, why);
	if (e != OK)
		return e;
	struct writers *w = memory_alloc(sizeof(*w));
	w->listener.hear = hear;
	w->options = *options;
	w->verbatim = verbatim;
	w->world = people_draw(
		options->people->seed * UINT64_C(0x9e3779b97f4a7c15) + options->people->count,
		options->people->days);
	clock_face_init(&w->face, paris);
	for (size_t i = 0; i < SHEETS; i++)
		sheet_init(&w->sheets[i], &forms[i], options->disk,
			i == SHEET_TEXTS ? options->truth_folder : options->folder, &w->face,
			options->tidy);
	for (size_t i = 0; i < SHEETS; i++)
		w->sheets[i].tap = options->tap;
	w->cards = memory_alloc(CARDS * sizeof(*w->cards));
	for (size_t i = 0; i < CARDS; i++)
		w->cards[i].number = NOBODY;
	w->visits = memory_alloc(VISITS * sizeof(*w->visits));
	w->calls = under_way_create(sizeof(struct call));
	w->talks = under_way_create(sizeof(struct talk));
	w->text = strbuf_heap(SHEET_ROW_BYTES_MAX);
	w->spelt = strbuf_heap(SPELT_BYTES);
	(void)strbuf_grow(&w->spelt, SPELT_BYTES); /* at once: slots point into it */
	*out = w;
	return OK;
}

struct listener *writers_listener(struct writers *writers)
{
	return &writers->listener;
}

err writers_finish(struct writers *writers, struct why *why)
{
	err e = OK;

	for (size_t i = 0; e == OK && i < SHEETS; i++)
		e = sheet_flush(&writers->sheets[i], why);
	return e;
}

uint64_t writers_bytes(const struct writers *writers)
{
	uint64_t bytes = 0;

	for (size_t i = 0; i < SHEETS; i++)
		bytes += writers->sheets[i].bytes;
	return bytes;
}

uint64_t writers_rows(const struct writers *writers)
{
	uint64_t rows = 0;

	for (size_t i = 0; i < SHEETS; i++)
		rows += writers->sheets[i].rows;
	return rows;
}

void writers_free(struct writers *writers)
{
	if (writers == NULL)
		return;
	for (size_t i = 0; i < SHEETS; i++)
		sheet_done(&writers->sheets[i]);
	verbatim_free(writers->verbatim);
	under_way_free(writers->calls);
	under_way_free(writers->talks);
	strbuf_done(&writers->text);
	strbuf_done(&writers->spelt);
	free(writers->cards);
	free(writers->visits);
	free(writers);
}

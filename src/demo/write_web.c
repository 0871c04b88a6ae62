/* demo/write_web.c - site and application: Segment calls, and the access log of the old portal;
 * see writers.h
 *
 * One call is about 700 bytes, most of which are the same for a whole session: they are made once
 * and kept (struct visit).  This is the hot way of all writing.
 */
#include "demo/writers_internal.h"

enum {
	CHANCE_ID = 2000,
	CHANCE_ID_LOW,
	CHANCE_DELAY,
	CHANCE_DELIVERY,
	CHANCE_IP,
	CHANCE_BYTES,
	CHANCE_CAMPAIGN,
	CHANCE_SKEW
};

/* What a page is called, where it is, and what its outcome is called.  `portal`: served by the old
 * machines, which write an access log and know no Segment. */
static const struct page_form {
	str title, path, done, failed;
	bool portal;
} pages[PAGE_COUNT_] = {
	[PAGE_NONE] = { .title = STR_INIT("Accueil"), .path = STR_INIT("/") },
	[PAGE_HOME] = { .title = STR_INIT("Accueil"), .path = STR_INIT("/") },
	[PAGE_OFFERS] = { .title = STR_INIT("Offres"), .path = STR_INIT("/offres") },
	[PAGE_OFFER] = { .title = STR_INIT("Offre"), .path = STR_INIT("/offres/detail") },
	[PAGE_HANDSETS] = { .title = STR_INIT("Téléphones"), .path = STR_INIT("/telephones") },
	[PAGE_ELIGIBILITY] = { .title = STR_INIT("Éligibilité fibre"),
		.path = STR_INIT("/fibre/eligibilite") },
	[PAGE_NEWS] = { .title = STR_INIT("Actualités"),
		.path = STR_INIT("/portail/actualites"),
		.portal = true },
	[PAGE_WEBMAIL] = { .title = STR_INIT("Messagerie"),
		.path = STR_INIT("/webmail"),
		.portal = true },
	[PAGE_LOGIN] = { .title = STR_INIT("Connexion"),
		.path = STR_INIT("/connexion"),
		.done = STR_INIT("Signed In"),
		.failed = STR_INIT("Sign In Failed") },
	[PAGE_ACCOUNT] = { .title = STR_INIT("Mon compte"), .path = STR_INIT("/compte") },
	[PAGE_USAGE] = { .title = STR_INIT("Suivi conso"), .path = STR_INIT("/compte/conso") },
	[PAGE_BILLS] = { .title = STR_INIT("Mes factures"), .path = STR_INIT("/compte/factures") },
	[PAGE_BILL] = { .title = STR_INIT("Facture"), .path = STR_INIT("/compte/factures/detail") },
	[PAGE_PAYMENT] = { .title = STR_INIT("Payer"),
		.path = STR_INIT("/compte/payer"),
		.done = STR_INIT("Payment Completed"),
		.failed = STR_INIT("Payment Failed") },
	[PAGE_TV_CHANNELS] = { .title = STR_INIT("Mes chaînes"), .path = STR_INIT("/tv/chaines") },
	[PAGE_TV_OPTIONS] = { .title = STR_INIT("Choix de la chaîne"),
		.path = STR_INIT("/tv/chaines/choix") },
	[PAGE_TV_CONFIRM] = { .title = STR_INIT("Confirmer le changement"),
		.path = STR_INIT("/tv/chaines/confirmer"),
		.done = STR_INIT("Channel Change Confirmed"),
		.failed = STR_INIT("Channel Change Failed") },
	[PAGE_HELP] = { .title = STR_INIT("Aide"), .path = STR_INIT("/aide") },
	[PAGE_ARTICLE] = { .title = STR_INIT("Article d'aide"), .path = STR_INIT("/aide/article") },
	[PAGE_DIAGNOSIS] = { .title = STR_INIT("Test de ligne"),
		.path = STR_INIT("/aide/diagnostic"),
		.done = STR_INIT("Line Test Passed"),
		.failed = STR_INIT("Line Test Failed") },
	[PAGE_OUTAGES] = { .title = STR_INIT("Incidents en cours"),
		.path = STR_INIT("/aide/incidents") },
	[PAGE_TRACKING] = { .title = STR_INIT("Suivi de commande"), .path = STR_INIT("/suivi") },
	[PAGE_APPOINTMENT] = { .title = STR_INIT("Rendez-vous technicien"),
		.path = STR_INIT("/suivi/rendez-vous") },
	[PAGE_BASKET] = { .title = STR_INIT("Panier"), .path = STR_INIT("/panier") },
	[PAGE_CHECKOUT] = { .title = STR_INIT("Commander"), .path = STR_INIT("/commander") },
	[PAGE_ORDERED] = { .title = STR_INIT("Commande confirmée"),
		.path = STR_INIT("/commander/merci"),
		.done = STR_INIT("Order Completed") },
	[PAGE_MOVE] = { .title = STR_INIT("Je déménage"), .path = STR_INIT("/compte/demenager") },
	[PAGE_CANCEL] = { .title = STR_INIT("Résilier"), .path = STR_INIT("/compte/resilier") },
	[PAGE_PROFILE] = { .title = STR_INIT("Mes informations"),
		.path = STR_INIT("/compte/profil") },
	[PAGE_CONTACT] = { .title = STR_INIT("Nous contacter"), .path = STR_INIT("/contact") },
	[PAGE_FORM] = { .title = STR_INIT("Formulaire de contact"),
		.path = STR_INIT("/contact/formulaire") },
	[PAGE_BOT] = { .title = STR_INIT("Assistant Léo"), .path = STR_INIT("/contact/assistant") },
	[PAGE_SHOPS] = { .title = STR_INIT("Boutiques"),
		.path = STR_INIT("/boutiques"),
		.portal = true },
	[PAGE_COMMUNITY] = { .title = STR_INIT("Forum"),
		.path = STR_INIT("/forum"),
		.portal = true },
};

/* ---- the device in words */

static const struct model {
	str maker, name;
} models[2][8] = {
	{ { STR_INIT("samsung"), STR_INIT("SM-A546B") },
		{ STR_INIT("samsung"), STR_INIT("SM-S911B") },
		{ STR_INIT("Xiaomi"), STR_INIT("Redmi Note 12") },
		{ STR_INIT("Google"), STR_INIT("Pixel 7a") },
		{ STR_INIT("samsung"), STR_INIT("SM-A145R") },
		{ STR_INIT("motorola"), STR_INIT("moto g54") },
		{ STR_INIT("OPPO"), STR_INIT("CPH2495") },
		{ STR_INIT("HONOR"), STR_INIT("RMO-NX1") } },
	{ { STR_INIT("Apple"), STR_INIT("iPhone14,5") },
		{ STR_INIT("Apple"), STR_INIT("iPhone12,1") },
		{ STR_INIT("Apple"), STR_INIT("iPhone15,2") },
		{ STR_INIT("Apple"), STR_INIT("iPhone14,6") },
		{ STR_INIT("Apple"), STR_INIT("iPhone13,2") },
		{ STR_INIT("Apple"), STR_INIT("iPad13,18") },
		{ STR_INIT("Apple"), STR_INIT("iPhone16,1") },
		{ STR_INIT("Apple"), STR_INIT("iPad11,6") } },
};

static str system_name(enum system system)
{
	static const str names[SYSTEM_COUNT_] = { STR_INIT("Android"), STR_INIT("iOS"),
		STR_INIT("Windows"), STR_INIT("macOS") };

	return names[system];
}

static void put_version(struct strbuf *out, unsigned major, unsigned minor)
{
	put_digits(out, major, 1);
	strbuf_add_byte(out, '.');
	put_digits(out, minor, 1);
}

static void put_platform(struct strbuf *out, const struct device *d)
{
	switch (d->system) {
	case SYSTEM_ANDROID:
		strbuf_add(out, STR("Linux; Android "));
		put_version(out, d->version_major, d->version_minor);
		strbuf_add(out, STR("; K"));
		break;
	case SYSTEM_IOS:
		strbuf_add(
			out, d->is_tablet ? STR("iPad; CPU OS ") : STR("iPhone; CPU iPhone OS "));
		put_digits(out, d->version_major, 1);
		strbuf_add_byte(out, '_');
		put_digits(out, d->version_minor, 1);
		strbuf_add(out, STR(" like Mac OS X"));
		break;
	case SYSTEM_WINDOWS:
		strbuf_add(out, STR("Windows NT 10.0; Win64; x64"));
		break;
	case SYSTEM_MACOS:
		strbuf_add(out, STR("Macintosh; Intel Mac OS X 10_15_7"));
		break;
	case SYSTEM_COUNT_:
		break;
	}
}

static void put_user_agent(struct strbuf *out, const struct device *d)
{
	static const str engines[] = {
		STR_INIT(") AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36"),
		STR_INIT(") AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.1 Safari/605.1.15"),
		STR_INIT("; rv:144.0) Gecko/20100101 Firefox/144.0"),
		STR_INIT(") AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36 "
			 "Edg/141.0.0.0")
	};

	strbuf_add(out, STR("Mozilla/5.0 ("));
	put_platform(out, d);
	strbuf_add(out, engines[d->browser % ARRAY_LEN(engines)]);
}

/* The household's address on the net, its last byte taken off, as the data-protection authority
 * asks for. */
static void put_ip(struct strbuf *out, const struct person *p)
{
	uint64_t draw = people_draw(p->household * 0x9e3779b97f4a7c15u + 7, CHANCE_IP);
	static const uint8_t firsts[] = { 78, 81, 82, 86, 88, 90, 91, 92 };

	put_digits(out, firsts[draw % ARRAY_LEN(firsts)], 1);
	strbuf_add_byte(out, '.');
	put_digits(out, draw >> 8 & 255, 1);
	strbuf_add_byte(out, '.');
	put_digits(out, draw >> 16 & 255, 1);
	strbuf_add(out, STR(".0"));
}

/* ---- what all calls of a visit share */

static void put_app_context(struct strbuf *out, const struct device *d)
{
	const struct model *m = &models[d->system == SYSTEM_IOS][d->model % 8];

	strbuf_add(out, STR("\"library\":{\"name\":"));
	strbuf_add(out, d->system == SYSTEM_IOS
				? STR("\"analytics-ios\",\"version\":\"4.1.8\"}")
				: STR("\"analytics-android\",\"version\":\"4.11.3\"}"));
	strbuf_add(out, STR(",\"app\":{\"name\":\"Lumeo\",\"version\":\""));
	put_version(out, d->app_major, d->app_minor);
	strbuf_add(out, STR("\"},\"device\":{\"id\":\""));
	put_uuid(out, d->id[0], d->id[1]);
	strbuf_add(out, STR("\",\"manufacturer\":\""));
	strbuf_add(out, m->maker);
	strbuf_add(out, STR("\",\"model\":\""));
	strbuf_add(out, m->name);
	strbuf_add(out, STR("\",\"type\":\""));
	strbuf_add(out, d->system == SYSTEM_IOS ? STR("ios") : STR("android"));
	strbuf_add(out, STR("\"},"));
}

static void put_campaign(struct strbuf *out, uint64_t chance)
{
	static const str campaigns[] = {
		STR_INIT("\"name\":\"rentree-fibre\",\"source\":\"google\",\"medium\":\"cpc\""),
		STR_INIT("\"name\":\"newsletter\",\"source\":\"lumeo\",\"medium\":\"email\""),
		STR_INIT("\"name\":\"marque\",\"source\":\"bing\",\"medium\":\"cpc\""),
		STR_INIT(
			"\"name\":\"noel-mobile\",\"source\":\"facebook\",\"medium\":\"social\"")
	};

	if (!one_in(chance, 14))
		return;
	strbuf_add(out, STR("\"campaign\":{"));
	strbuf_add(out, campaigns[chance % ARRAY_LEN(campaigns)]);
	strbuf_add(out, STR("},"));
}

static void fill_visit(struct writers *w, const struct happening *h, struct visit *v)
{
	const struct card *card = card_of(w, h->customer, h->time_ms);
	struct strbuf out = { .ptr = v->text, .cap = sizeof(v->text), .cap_max = sizeof(v->text) };
	bool app = h->channel == CHANNEL_APP;
	struct device d;
	uint64_t cookie[2];

	person_device(w->options.people, &card->person, h->device, &d);
	device_cookie(&d, app, h->time_ms, cookie);
	strbuf_add(&out, STR(",\"anonymousId\":\""));
	put_uuid(&out, cookie[0], cookie[1]);
	if (h->logged_in) {
		strbuf_add(&out, STR("\",\"userId\":\""));
		strbuf_add(&out, card->user_id);
	}
	strbuf_add(&out, STR("\",\"context\":{"));
	if (app)
		put_app_context(&out, &d);
	else {
		strbuf_add(&out, STR("\"library\":{\"name\":\"analytics.js\",\"version\":"
				     "\"next-1.76.0\"},\"userAgent\":\""));
		put_user_agent(&out, &d);
		strbuf_add(&out, STR("\","));
		put_campaign(&out, people_draw(h->interaction, CHANCE_CAMPAIGN));
	}
	strbuf_add(&out, STR("\"os\":{\"name\":\""));
	strbuf_add(&out, system_name(d.system));
	strbuf_add(&out, STR("\",\"version\":\""));
	put_version(&out, d.version_major, d.version_minor);
	strbuf_add(&out, STR("\"},\"ip\":\""));
	put_ip(&out, &card->person);
	strbuf_add(&out, STR("\",\"locale\":\""));
	strbuf_add(&out, card->person.english ? STR("en-GB") : STR("fr-FR"));
	strbuf_add(&out, STR("\"}"));
	ASSERT(strbuf_ok(&out));
	v->interaction = h->interaction;
	v->logged_in = h->logged_in;
	v->bytes = out.len;
}

static str visit_of(struct writers *w, const struct happening *h)
{
	struct visit *v = &w->visits[h->interaction % VISITS];

	if (v->interaction != h->interaction || v->logged_in != h->logged_in || v->bytes == 0)
		fill_visit(w, h, v);
	return (str){ v->text, v->bytes };
}

/* ---- one call */

/* The clock of a device may be wrong by minutes; the reader makes up for it by receivedAt.  What
 * was held back for want of a network comes hours later. */
static void put_times(struct writers *w, const struct happening *h, struct strbuf *out, bool late)
{
	uint64_t chance = chance_of(h, CHANCE_DELAY);
	uint64_t device = people_draw((uint64_t)h->customer << 3 | h->device, CHANCE_SKEW);
	int64_t skew = one_in(device, 6) ? (int64_t)(device % 400000) - 150000 : 0;
	int64_t delay = late ? 600000 + (int64_t)(chance % 20000000) : 60 + (int64_t)(chance % 900);

	strbuf_add(out, STR(",\"originalTimestamp\":\""));
	put_utc(out, &w->face, h->time_ms + skew);
	strbuf_add(out, STR("\",\"sentAt\":\""));
	put_utc(out, &w->face, h->time_ms + skew + delay);
	strbuf_add(out, STR("\",\"receivedAt\":\""));
	put_utc(out, &w->face, h->time_ms + delay);
	strbuf_add_byte(out, '"');
	clock_face_at(&w->face, h->time_ms);
}

static struct strbuf *begin_call(
	struct writers *w, const struct happening *h, str type, uint32_t turn)
{
	struct strbuf *out = sheet_row(&w->sheets[SHEET_SEGMENT], h->time_ms);

	strbuf_add(out, STR("{\"messageId\":\""));
	put_uuid(out, w->world ^ chance_of(h, CHANCE_ID + 16 * turn),
		w->world ^ chance_of(h, CHANCE_ID_LOW + 16 * turn));
	strbuf_add(out, STR("\",\"type\":\""));
	strbuf_add(out, type);
	strbuf_add_byte(out, '"');
	strbuf_add(out, visit_of(w, h));
	return out;
}

static void end_call(struct writers *w, const struct happening *h, uint32_t turn)
{
	struct sheet *s = &w->sheets[SHEET_SEGMENT];
	uint64_t chance = chance_of(h, CHANCE_DELIVERY + 16 * turn);
	bool late = !s->tidy && chance % 10000 < s->form->late;

	put_times(w, h, &s->row, late);
	strbuf_add_byte(&s->row, '}');
	sheet_end(s, chance);
}

static void put_text_member(struct strbuf *out, str key, str text)
{
	strbuf_add(out, STR(",\""));
	strbuf_add(out, key);
	strbuf_add(out, STR("\":"));
	put_json_text(out, text);
}

static void put_properties(struct strbuf *out, const struct happening *h)
{
	const struct page_form *page = &pages[h->page];

	strbuf_add(out, STR(",\"properties\":{\"path\":\""));
	strbuf_add(out, page->path);
	strbuf_add_byte(out, '"');
	if (h->item > 0) {
		strbuf_add(out, STR(",\"item\":"));
		put_digits(out, h->item, 1);
	}
	if (h->amount_cents > 0) {
		strbuf_add(out, STR(",\"amount\":"));
		put_cents(out, h->amount_cents, '.');
		strbuf_add(out, STR(",\"currency\":\"EUR\""));
	}
	if (h->order_number > 0) {
		strbuf_add(out, STR(",\"order_id\":\"CMD-"));
		put_digits(out, h->order_number, 8);
		strbuf_add_byte(out, '"');
	}
	strbuf_add_byte(out, '}');
}

static void write_call(struct writers *w, const struct happening *h)
{
	const struct page_form *page = &pages[h->page];
	bool app = h->channel == CHANNEL_APP;
	str event = h->outcome == OUTCOME_FAILED ? page->failed
		    : h->outcome == OUTCOME_DONE ? page->done
						 : STR("");
	struct strbuf *out = begin_call(w, h,
		event.len > 0 ? STR("track")
		: app         ? STR("screen")
			      : STR("page"),
		0);

	if (event.len > 0)
		put_text_member(out, STR("event"), event);
	else
		put_text_member(out, STR("name"), page->title);
	put_properties(out, h);
	end_call(w, h, 0);
}

/* Who has just signed in: his traits, and the contract that he belongs to. */
static void write_identify(struct writers *w, const struct happening *h)
{
	const struct card *card = card_of(w, h->customer, h->time_ms);
	struct happening known = *h;

	known.logged_in = true;
	struct strbuf *out = begin_call(w, &known, STR("identify"), 1);
	strbuf_add(out, STR(",\"traits\":{\"firstName\":"));
	put_json_text(out, person_first_name(&card->person));
	put_text_member(out, STR("lastName"), person_family_name(&card->person));
	if (card->emails[0].len > 0)
		put_text_member(out, STR("email"), card->emails[0]);
	if (card->lines[0].len > 0)
		put_text_member(out, STR("phone"), card->lines[0]);
	strbuf_add_byte(out, '}');
	end_call(w, &known, 1);
	if (!one_in(chance_of(h, CHANCE_CAMPAIGN), 8)) /* told at the first login of a device */
		return;
	out = begin_call(w, &known, STR("group"), 2);
	put_text_member(out, STR("groupId"), card->account);
	strbuf_add(out, STR(",\"traits\":{\"kind\":\"contract\"}"));
	end_call(w, &known, 2);
}

/* ---- the portal */

static void write_portal(struct writers *w, const struct happening *h)
{
	const struct card *card = card_of(w, h->customer, h->time_ms);
	struct sheet *s = &w->sheets[SHEET_ACCESS];
	struct strbuf *out = sheet_row(s, h->time_ms);
	uint64_t chance = chance_of(h, CHANCE_BYTES);
	struct device d;

	person_device(w->options.people, &card->person, h->device, &d);
	put_ip(out, &card->person);
	strbuf_add(out, STR(" - "));
	strbuf_add(out, h->logged_in ? card->user_id : STR("-"));
	strbuf_add_byte(out, ' ');
	put_log_time(out, &w->face, h->time_ms);
	strbuf_add(out, STR(" \"GET "));
	strbuf_add(out, pages[h->page].path);
	if (h->item > 0) {
		strbuf_add(out, STR("?id="));
		put_digits(out, h->item, 1);
	}
	strbuf_add(out, STR(" HTTP/2.0\" "));
	strbuf_add(out, h->outcome == OUTCOME_FAILED ? STR("500 ") : STR("200 "));
	put_digits(out, 2000 + chance % 60000, 1);
	strbuf_add(out, h->first ? STR(" \"-\" \"") : STR(" \"https://www.lumeo.example/\" \""));
	put_user_agent(out, &d);
	strbuf_add(out, STR("\" "));
	put_cookie_of(w, h, out);
	sheet_end(s, chance);
}

void write_web(struct writers *w, const struct happening *h)
{
	ASSERT(h->page < PAGE_COUNT_);
	if (pages[h->page].portal && h->channel == CHANNEL_WEB) {
		write_portal(w, h);
		return;
	}
	write_call(w, h);
	if (h->page == PAGE_LOGIN && h->outcome == OUTCOME_DONE)
		write_identify(w, h);
}

/* demo/writers_pieces.c - what rows of several systems have in common; see writers_internal.h */
#include "demo/writers_internal.h"

/* ---- people */

void person_add_client(const struct person *person, struct strbuf *out)
{
	/* A prime that does not divide the modulus: no two people share a number. */
	put_digits(out, (uint64_t)person->number * 61803399u % 90000000u + 10000000u, 8);
}

static str taken(const struct strbuf *buf, size_t from)
{
	return (str){ buf->ptr + from, buf->len - from };
}

static void fill_card(struct writers *w, struct card *c, uint32_t customer, int64_t time_ms)
{
	struct strbuf buf = {
		.ptr = c->bytes, .cap = sizeof(c->bytes), .cap_max = sizeof(c->bytes)
	};
	const struct people *people = w->options.people;
	size_t at = 0;

	c->number = customer;
	c->day = time_ms / DAY_MS;
	people_person(people, customer, time_ms, &c->person);
	c->hand = hand_of(&c->person);
	person_add_client(&c->person, &buf);
	c->client = taken(&buf, at);
	at = buf.len;
	person_add_account(people, &c->person, &buf);
	c->account = taken(&buf, at);
	at = buf.len;
	person_add_user_id(&c->person, &buf);
	c->user_id = taken(&buf, at);
	for (unsigned i = 0; i < PERSON_EMAILS_MAX; i++) {
		at = buf.len;
		if (i < c->person.emails || i == 0) /* who told none may still write a mail */
			person_add_email(&c->person, i, &buf);
		c->emails[i] = taken(&buf, at);
	}
	for (unsigned i = 0; i < PERSON_LINES_MAX; i++) {
		at = buf.len;
		if (i < c->person.lines)
			person_add_line(&c->person, i, &buf);
		c->lines[i] = taken(&buf, at);
	}
	ASSERT(strbuf_ok(&buf));
}

const struct card *card_of(struct writers *w, uint32_t customer, int64_t time_ms)
{
	struct card *c = &w->cards[customer % CARDS];

	if (c->number != customer || c->day != time_ms / DAY_MS)
		fill_card(w, c, customer, time_ms);
	return c;
}

/* Not the multiplier that people_draw() steps by: serial and purpose would add up. */
uint64_t chance_of(const struct happening *h, uint32_t purpose)
{
	return people_draw(h->serial * 0xd1342543de82ef95u, purpose);
}

/* ---- identifiers */

void put_uuid(struct strbuf *out, uint64_t high, uint64_t low)
{
	static const char hex[] = "0123456789abcdef";
	char text[36];
	size_t at = 0;

	high = (high & ~(uint64_t)0xf000) | 0x4000; /* version 4, variant 1 */
	low = low >> 2 | (uint64_t)1 << 63;
	for (int i = 0; i < 32; i++) {
		uint64_t half = i < 16 ? high : low;
		if (i == 8 || i == 12 || i == 16 || i == 20)
			text[at++] = '-';
		text[at++] = hex[half >> (60 - 4 * (i % 16)) & 15];
	}
	strbuf_add(out, (str){ text, sizeof(text) });
}

void put_cookie_of(struct writers *w, const struct happening *h, struct strbuf *out)
{
	const struct card *card = card_of(w, h->customer, h->time_ms);
	struct device device;
	uint64_t cookie[2];

	person_device(w->options.people, &card->person, h->device, &device);
	device_cookie(&device, h->channel == CHANNEL_APP, h->time_ms, cookie);
	put_uuid(out, cookie[0], cookie[1]);
}

/* ---- agents, reasons, queues: as French desks write them */

str agent_name(uint32_t agent)
{
	static const str names[] = { STR_INIT("Nadia"), STR_INIT("Julien"), STR_INIT("Sophie"),
		STR_INIT("Karim"), STR_INIT("Élodie"), STR_INIT("Thomas"), STR_INIT("Fatou"),
		STR_INIT("Inès"), STR_INIT("Benoît"), STR_INIT("Aïcha"), STR_INIT("Lucas"),
		STR_INIT("Manon"), STR_INIT("Yanis"), STR_INIT("Chloé"), STR_INIT("Hugo"),
		STR_INIT("Sarah"), STR_INIT("Mathieu"), STR_INIT("Léa"), STR_INIT("Omar"),
		STR_INIT("Camille"), STR_INIT("Antoine"), STR_INIT("Pauline"), STR_INIT("Mehdi") };

	return agent == NOBODY ? STR("") : names[agent % ARRAY_LEN(names)];
}

void put_agent_login(struct strbuf *out, uint32_t agent)
{
	if (agent == NOBODY)
		return;
	strbuf_add_byte(out, 'a');
	put_digits(out, agent + 1, 4);
}

str reason_label(enum reason reason)
{
	static const str labels[REASON_COUNT_] = { STR_INIT(""), STR_INIT("Internet, TV, wifi"),
		STR_INIT("Facture, paiement"), STR_INIT("Commande, raccordement"),
		STR_INIT("Mobile, SIM"), STR_INIT("Offre, options"), STR_INIT("Résiliation"),
		STR_INIT("Déménagement"), STR_INIT("Accès, données"), STR_INIT("Réclamation") };

	return labels[reason];
}

str queue_label(enum call_queue queue)
{
	static const str labels[QUEUE_COUNT_] = { STR_INIT(""), STR_INIT("technique"),
		STR_INIT("mobile"), STR_INIT("facturation"), STR_INIT("ventes"),
		STR_INIT("fidelisation"), STR_INIT("chat"), STR_INIT("mail"),
		STR_INIT("consommateurs") };

	return labels[queue];
}

/* ---- as typed */

enum { TYPED_PHONE = 900, TYPED_SLIP };

void put_cents(struct strbuf *out, int64_t cents, char decimal)
{
	if (cents < 0)
		strbuf_add_byte(out, '-');
	uint64_t size = (uint64_t)(cents < 0 ? -cents : cents);
	put_digits(out, size / 100, 1);
	strbuf_add_byte(out, decimal);
	put_digits(out, size % 100, 2);
}

/* One address in 80 has a slip, one in 15 is in capitals. */
void put_email_as_typed(
	struct sheet *sheet, const struct card *card, unsigned email, uint64_t chance)
{
	str address = card->emails[email];
	struct strbuf *out = open_field(sheet);
	str name, host;

	if (one_in(chance, 15)) {
		for (size_t i = 0; i < address.len; i++) {
			char c = address.ptr[i];
			strbuf_add_byte(out, c >= 'a' && c <= 'z' ? (char)(c - 'a' + 'A') : c);
		}
	} else if (one_in(chance >> 8, 80) && str_split(address, '@', &name, &host)) {
		people_add_typo(name, chance, out);
		strbuf_add_byte(out, '@');
		strbuf_add(out, host);
	} else {
		strbuf_add(out, address);
	}
	close_field(sheet);
}

void put_phone_as_typed(struct sheet *sheet, str e164, uint64_t chance)
{
	struct strbuf *out = open_field(sheet);

	if (e164.len > 0)
		people_add_phone_spelling(e164, chance, out);
	close_field(sheet);
}

void put_client_as_typed(struct sheet *sheet, str client, uint64_t chance)
{
	struct strbuf *out = open_field(sheet);
	bool spaced = one_in(chance, 12) && client.len == 8;

	strbuf_add(out, spaced ? str_upto(client, 4) : client);
	if (spaced) {
		strbuf_add_byte(out, ' ');
		strbuf_add(out, str_from(client, 4));
	}
	close_field(sheet);
}

void put_number_of(struct sheet *sheet, const char *prefix, uint64_t number, unsigned digits)
{
	struct strbuf *out = open_field(sheet);

	if (number > 0) {
		strbuf_add_c(out, prefix);
		put_digits(out, number, digits);
	}
	close_field(sheet);
}

/* demo/writers_text.c - texts of happenings, and what is true of them; see writers_internal.h */
#include "demo/writers_internal.h"

enum { TEXT_SEED = 1000, TEXT_DATES = 1100, TEXT_HANDSET, TEXT_AMOUNT, SLOTS = 8, SLOT_ROOM = 40 };

#define YEAR_MS (366 * DAY_MS)

static const char *const french_months[] = { "janvier", "février", "mars", "avril", "mai", "juin",
	"juillet", "août", "septembre", "octobre", "novembre", "décembre" };
static const char *const english_months[] = { "January", "February", "March", "April", "May",
	"June", "July", "August", "September", "October", "November", "December" };

static str month_name(int month, bool english)
{
	ASSERT(month >= 1 && month <= 12);
	return str_of(english ? english_months[month - 1] : french_months[month - 1]);
}

/* Slots that must be written out live here until the next wish of this thread's writers. */
static str keep(struct writers *w, size_t from)
{
	return (str){ w->spelt.ptr + from, w->spelt.len - from };
}

/* "1er mars", "3 mars", "3 March". */
static str spell_day(struct writers *w, int64_t ms, bool english, bool year_too)
{
	size_t from = w->spelt.len;
	int64_t year;
	int month, day;

	date_of_days((ms + zone_offset_ms(w->face.zone, ms)) / DAY_MS, &year, &month, &day);
	put_digits(&w->spelt, (uint64_t)day, 1);
	if (day == 1 && !english)
		strbuf_add(&w->spelt, STR("er"));
	strbuf_add_byte(&w->spelt, ' ');
	strbuf_add(&w->spelt, month_name(month, english));
	if (year_too) {
		strbuf_add_byte(&w->spelt, ' ');
		put_digits(&w->spelt, (uint64_t)year, 4);
	}
	return keep(w, from);
}

static str spell_hour(struct writers *w, int64_t ms, bool english)
{
	size_t from = w->spelt.len;
	int64_t hour = (ms + zone_offset_ms(w->face.zone, ms)) / HOUR_MS % 24;

	if (english) {
		put_digits(&w->spelt, (uint64_t)(hour % 12 == 0 ? 12 : hour % 12), 1);
		strbuf_add(&w->spelt, hour < 12 ? STR(" am") : STR(" pm"));
	} else {
		put_digits(&w->spelt, (uint64_t)hour, 1);
		strbuf_add(&w->spelt, STR(" h"));
	}
	return keep(w, from);
}

static str spell_amount(struct writers *w, int64_t cents, bool english)
{
	size_t from = w->spelt.len;

	if (cents <= 0)
		return STR("");
	if (english)
		strbuf_add(&w->spelt, STR("€"));
	put_cents(&w->spelt, cents, english ? '.' : ',');
	if (!english)
		strbuf_add(&w->spelt, STR(" €"));
	return keep(w, from);
}

static str spell_line(struct writers *w, str e164, uint64_t habit)
{
	size_t from = w->spelt.len;

	if (e164.len > 0)
		people_add_phone_spelling(e164, habit, &w->spelt);
	return keep(w, from);
}

/* As the office writes it, where there is a case; before there is one, the contract speaks. */
static str spell_reference(struct writers *w, const struct happening *h, const struct card *card)
{
	size_t from = w->spelt.len;

	if (h->case_number == 0)
		return card->account;
	strbuf_add_byte(&w->spelt, 'D');
	put_digits(&w->spelt, h->case_number, 7);
	return keep(w, from);
}

/* The month of the last bill. */
static str bill_month(
	struct writers *w, const struct happening *h, const struct card *card, bool english)
{
	int64_t year, days = (h->time_ms + zone_offset_ms(w->face.zone, h->time_ms)) / DAY_MS;
	int month, day;

	date_of_days(days, &year, &month, &day);
	if (day < bill_days[person_bill_cycle(&card->person)])
		date_of_days(days - day, &year, &month, &day);
	return month_name(month, english);
}

/* The dates of a text lie a few days before and after the moment it is written. */
static void fill_dates(
	struct writers *w, const struct happening *h, bool english, struct verbatim_slots *slots)
{
	uint64_t chance = chance_of(h, TEXT_DATES);
	int64_t before = (int64_t)(1 + chance % 12) * DAY_MS,
		after = (int64_t)(2 + (chance >> 8) % 9) * DAY_MS;

	if (h->what == WHAT_MAIL_ANSWERED || h->what == WHAT_LETTER_ANSWERED)
		before = h->wait_ms; /* of the message that is answered */
	slots->date = spell_day(w, h->time_ms - before, english, false);
	bool promised = h->due_ms > h->time_ms && h->due_ms - h->time_ms < YEAR_MS;
	slots->later = spell_day(w, promised ? h->due_ms : h->time_ms + after, english, false);
	slots->today = spell_day(w, h->time_ms, english, true);
	slots->begun = spell_hour(
		w, h->time_ms - (int64_t)(20 + (chance >> 16) % 60) * MINUTE_MS, english);
}

/* The same sum, as often as somebody speaks of the same thing within some weeks. */
static int64_t disputed_cents(const struct happening *h, const struct card *card)
{
	uint64_t draw = people_draw(card->person.key + h->reason * UINT64_C(7919),
		(uint32_t)(TEXT_AMOUNT + h->time_ms / DAY_MS / 45));

	return 5000 + (int64_t)(draw % 9000);
}

/* Of a bill what the bill says; and what it was before: less what the promotion gave (as in
 * company_bill.c), or than what was expected, which of a small bill is not below its half. */
static void fill_amounts(struct writers *w, const struct happening *h, const struct card *card,
	bool english, struct verbatim_slots *slots)
{
	const struct person *p = &card->person;
	int64_t cents = h->amount_cents > 0     ? h->amount_cents
			: h->disputed_cents > 0 ? h->disputed_cents
						: disputed_cents(h, card);
	int64_t more = 300 + (int64_t)(people_draw(p->key, TEXT_AMOUNT) % 600);
	int64_t before = h->disputed_cents == 0 ? product_cents(p->fixed) + product_cents(p->mobile)
			 : h->cause == CAUSE_PROMOTION_END
				 ? MAX_OF(cents - PROMOTION_CENTS, BILL_CENTS_MIN)
				 : cents - MIN_OF(cents / 2, more);

	slots->amount = spell_amount(w, cents, english);
	slots->amount2 = spell_amount(w, before, english);
}

static str handset_of(const struct person *p)
{
	static const str names[] = { STR_INIT("Galaxy A54"), STR_INIT("Galaxy S22"),
		STR_INIT("iPhone 13"), STR_INIT("iPhone SE"), STR_INIT("Redmi Note 12"),
		STR_INIT("Pixel 7a"), STR_INIT("Moto G") };

	return names[people_draw(p->key, TEXT_HANDSET) % ARRAY_LEN(names)];
}

struct verbatim_wish wish_for(struct writers *w, const struct happening *h, enum verbatim_kind kind,
	const struct card *card)
{
	const struct person *p = &card->person;
	bool french = kind == VERBATIM_CALL_NOTE;
	struct verbatim_wish wish = { .kind = kind,
		.subject = subject_of(h->reason, h->cause, h->queue),
		.sentiment = h->sentiment,
		.urgency = h->urgency,
		.outcome = h->outcome,
		.hand = card->hand };
	struct verbatim_slots *s = &wish.slots;
	bool english = p->english && !french;

	strbuf_clear(&w->spelt);
	wish.hand.english = english;
	s->first_name = person_first_name(p);
	s->family_name = person_family_name(p);
	s->title = english ? (p->female ? STR("Ms") : STR("Mr"))
			   : (p->female ? STR("Mme") : STR("M."));
	s->town = town_name(p->departement, p->town);
	s->departement = departement_code(p->departement);
	s->line = spell_line(w, card->lines[0].len > 0 ? card->lines[0] : card->lines[1], p->key);
	s->reference = spell_reference(w, h, card);
	fill_amounts(w, h, card, english, s);
	s->month = bill_month(w, h, card, english);
	s->handset = handset_of(p);
	s->agent = agent_name(h->agent);
	fill_dates(w, h, english, s);
	return wish;
}

str text_for(struct writers *w, const struct happening *h, enum verbatim_kind kind, uint32_t turn)
{
	const struct card *card = card_of(w, h->customer, h->time_ms);
	struct verbatim_wish wish = wish_for(w, h, kind, card);

	strbuf_clear(&w->text);
	verbatim_write(w->verbatim, &wish, chance_of(h, TEXT_SEED + turn), &w->text);
	return strbuf_str(&w->text);
}

static str kind_name(enum verbatim_kind kind)
{
	return kind == VERBATIM_MAIL             ? STR("mail")
	       : kind == VERBATIM_FORM           ? STR("form")
	       : kind == VERBATIM_LETTER         ? STR("letter")
	       : kind == VERBATIM_CALL_NOTE      ? STR("note")
	       : kind == VERBATIM_CHAT_OPENING   ? STR("chat")
	       : kind == VERBATIM_SURVEY_COMMENT ? STR("survey")
	       : kind == VERBATIM_REVIEW         ? STR("review")
						 : STR("post");
}

void tell_text(struct writers *w, const struct happening *h, const char *system, str id,
	enum verbatim_kind kind)
{
	struct sheet *s = &w->sheets[SHEET_TEXTS];

	if (w->options.truth_folder == NULL)
		return;
	bool english =
		kind != VERBATIM_CALL_NOTE && card_of(w, h->customer, h->time_ms)->person.english;
	(void)sheet_row(s, h->time_ms);
	put_field_c(s, system);
	put_field(s, id);
	put_field(s, kind_name(kind));
	put_field_int(s, (int64_t)h->interaction);
	put_field_int(s, h->case_number);
	put_field(s, reason_name(h->reason));
	put_field(s, cause_name(h->cause));
	put_field(s, subject_name(subject_of(h->reason, h->cause, h->queue)));
	put_field_int(s, h->sentiment);
	put_field_int(s, h->urgency);
	put_field(s, english ? STR("en") : STR("fr"));
	sheet_end(s, 0);
}

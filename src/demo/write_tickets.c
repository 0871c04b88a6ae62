/* demo/write_tickets.c - mails and forms in Zendesk; letters and posts in the partner's Freshdesk;
 * see writers.h */
#include "demo/writers_internal.h"

enum { CHANCE_ROW = 5000, CHANCE_TYPED, TURN_BODY = 0, TURN_SUBJECT = 20, TURN_ANSWER = 1 };

/* Which of his addresses; the first where he has not so many. */
static unsigned email_of(const struct happening *h, const struct card *card)
{
	return h->email < PERSON_EMAILS_MAX && card->emails[h->email].len > 0 ? h->email : 0;
}

static bool is_escalated(const struct happening *h)
{
	return h->queue == QUEUE_CONSUMER;
}

static const char *priority_of(const struct happening *h)
{
	static const char *const words[] = { "Low", "Normal", "High", "Urgent" };

	if (is_escalated(h))
		return words[2];
	return words[h->urgency > 2 && h->serial % 3 == 0 ? 2 : 1]; /* desks hardly sort */
}

/* The ticket that an interaction is in; an answer has its number too. */
static uint64_t ticket_of(const struct happening *h)
{
	return h->interaction + 100000;
}

static void put_name_as_typed(struct sheet *s, const struct card *card)
{
	char bytes[200], typed_bytes[400];
	struct strbuf name = { .ptr = bytes, .cap = sizeof(bytes), .cap_max = sizeof(bytes) };
	struct strbuf typed = {
		.ptr = typed_bytes, .cap = sizeof(typed_bytes), .cap_max = sizeof(typed_bytes)
	};

	strbuf_add(&name, person_first_name(&card->person));
	strbuf_add_byte(&name, ' ');
	strbuf_add(&name, person_family_name(&card->person));
	struct hand hand = card->hand;
	hand.slips = 0;
	hand.abbreviates = false;
	hand_write(&hand, strbuf_str(&name), 1, &typed);
	put_field(s, strbuf_str(&typed));
}

static void tell(
	struct writers *w, const struct happening *h, const char *system, enum verbatim_kind kind)
{
	char bytes[24];
	struct strbuf id = { .ptr = bytes, .cap = sizeof(bytes), .cap_max = sizeof(bytes) };

	put_digits(&id, ticket_of(h), 1);
	tell_text(w, h, system, strbuf_str(&id), kind);
}

static str one_line(struct strbuf *text)
{
	for (size_t i = 0; i < text->len; i++)
		if (text->ptr[i] == '\n')
			text->ptr[i] = ' ';
	return strbuf_str(text);
}

static void put_subject(struct writers *w, struct sheet *s, const struct happening *h)
{
	(void)text_for(w, h, VERBATIM_MAIL_SUBJECT, TURN_SUBJECT);
	put_field(s, one_line(&w->text));
}

static void write_mail(struct writers *w, const struct happening *h)
{
	struct sheet *s = &w->sheets[SHEET_ZENDESK];
	const struct card *card = card_of(w, h->customer, h->time_ms);
	bool form = h->channel != CHANNEL_EMAIL;
	enum verbatim_kind kind = form ? VERBATIM_FORM : VERBATIM_MAIL;

	(void)sheet_row(s, h->time_ms);
	put_field_int(s, (int64_t)ticket_of(h));
	put_utc(open_field(s), &w->face, h->time_ms);
	close_field(s);
	put_field_c(s, form ? "Web form" : "Mail");
	put_name_as_typed(s, card);
	if (form) /* typed anew each time; a mail's sender is as it is */
		put_email_as_typed(s, card, email_of(h, card), chance_of(h, CHANCE_TYPED));
	else
		put_field(s, card->emails[email_of(h, card)]);
	put_number_of(s, "", 36000000000u + h->customer * 7u + h->email, 1);
	put_subject(w, s, h);
	put_field(s, text_for(w, h, kind, TURN_BODY));
	put_field_c(s, "Open");
	put_field_c(s, priority_of(h));
	put_field_c(s, is_escalated(h) ? "Service consommateurs" : "Service client écrit");
	put_field_c(s, "");
	put_field(s, h->due_ms > 0 ? STR("accuse_reception") : STR(""));
	sheet_end(s, chance_of(h, CHANCE_ROW));
	tell(w, h, "zendesk", kind);
}

static void write_mail_answer(struct writers *w, const struct happening *h)
{
	struct sheet *s = &w->sheets[SHEET_ZENDESK_ANSWERS];
	const struct card *card = card_of(w, h->customer, h->time_ms);

	(void)sheet_row(s, h->time_ms);
	put_field_int(s, (int64_t)ticket_of(h));
	put_field_int(s, (int64_t)h->serial + 500000);
	put_utc(open_field(s), &w->face, h->time_ms);
	close_field(s);
	put_agent_login(open_field(s), h->agent);
	close_field(s);
	put_field_c(s, "Agent");
	put_number_of(s, "", 36000000000u + h->customer * 7u + h->email, 1);
	put_field(s, card->emails[email_of(h, card)]);
	put_field_c(s, "true");
	put_field_c(s, h->outcome == OUTCOME_RESOLVED ? "Solved" : "Pending");
	put_field(s, text_for(w, h, VERBATIM_MAIL_ANSWER, TURN_ANSWER));
	sheet_end(s, chance_of(h, CHANCE_ROW));
}

/* ---- the partner */

static const char *source_of(const struct happening *h)
{
	static const char *const networks[] = { "Twitter", "Facebook", "Instagram", "Forums" };

	if (h->what == WHAT_LETTER_CAME || h->what == WHAT_LETTER_ANSWERED)
		return "Letter";
	return networks[h->item % ARRAY_LEN(networks)];
}

/* "x:marie34": the network goes with the handle, for each has its own. */
static void put_handle(struct sheet *s, const struct happening *h, const struct card *card)
{
	struct strbuf *out = open_field(s);

	if (h->what == WHAT_POST_CAME || h->what == WHAT_POST_ANSWERED)
		person_add_handle(&card->person, h->item, out);
	close_field(s);
}

static void write_partner(struct writers *w, const struct happening *h, enum verbatim_kind kind)
{
	struct sheet *s = &w->sheets[SHEET_FRESHDESK];
	const struct card *card = card_of(w, h->customer, h->time_ms);
	bool letter = h->what == WHAT_LETTER_CAME || h->what == WHAT_LETTER_ANSWERED;
	bool answer = h->what == WHAT_LETTER_ANSWERED || h->what == WHAT_POST_ANSWERED;

	(void)sheet_row(s, h->time_ms);
	put_number_of(s, answer ? "R" : "", answer ? h->serial : ticket_of(h), 1);
	put_subject(w, s, h);
	put_field(s, text_for(w, h, kind, TURN_BODY));
	put_field_c(s, answer ? "Answered" : "Open");
	put_field_c(s, priority_of(h));
	put_field_c(s, source_of(h));
	put_field_c(s, letter && h->item == 1 ? "Recommandé"
		       : letter               ? "Courrier"
					      : "Réseau social");
	put_agent_login(open_field(s), h->agent);
	close_field(s);
	put_field_c(s, is_escalated(h) ? "Service consommateurs" : "Partenaire");
	put_local(open_field(s), &w->face, h->time_ms);
	close_field(s);
	if (letter)
		put_name_as_typed(s, card);
	else
		put_field_c(s, "");
	put_field_c(s, "");
	put_field_c(s, "");
	put_field_c(s, "");
	put_handle(s, h, card);
	if (letter) /* read off the paper by hand */
		put_client_as_typed(s, card->client, chance_of(h, CHANCE_TYPED));
	else
		put_field_c(s, "");
	sheet_end(s, chance_of(h, CHANCE_ROW));
	if (!answer)
		tell(w, h, "freshdesk", kind);
}

/* An answer goes to where the question was posted. */
static void write_post_answer(struct writers *w, const struct happening *h)
{
	const struct talk *talk = under_way_find(w->talks, h->interaction);
	struct happening answer = *h;

	if (talk != NULL)
		answer.item = talk->began.item;
	write_partner(w, &answer, VERBATIM_SOCIAL_ANSWER);
	under_way_end(w->talks, h->interaction);
}

static void write_post(struct writers *w, const struct happening *h)
{
	struct talk *talk = under_way_begin(w->talks, h->interaction);

	talk->began = *h;
	write_partner(w, h, VERBATIM_POST);
}

void write_tickets(struct writers *w, const struct happening *h)
{
	switch (h->what) {
	case WHAT_MAIL_CAME:
		write_mail(w, h);
		break;
	case WHAT_MAIL_ANSWERED:
		write_mail_answer(w, h);
		break;
	case WHAT_LETTER_CAME:
		write_partner(w, h, VERBATIM_LETTER);
		break;
	case WHAT_LETTER_ANSWERED:
		write_partner(w, h, VERBATIM_MAIL_ANSWER);
		break;
	case WHAT_POST_CAME:
		write_post(w, h);
		break;
	default:
		write_post_answer(w, h);
		break;
	}
}

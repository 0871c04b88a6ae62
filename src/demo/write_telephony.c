/* demo/write_telephony.c - calls: Asterisk's queue_log, call records and channel events, and the
 * interactions of the contact centre; see writers.h
 *
 *   CALL_BEGAN > IVR_CHOSE* > IVR_ENDED -+-> contained, left: record
 *                                        +-> CALL_QUEUED -+-> ABANDONED: record, interaction
 *                                             ^           +-> ANSWERED -+-> ENDED > WRAPPED:
 *                                             +---- TRANSFERRED <-------+   record, interaction
 *
 * The telephone system's clock goes two seconds fast; the contact centre's is right.
 */
#include "demo/writers_internal.h"

enum { PBX_AHEAD_MS = 2000, CHANCE_CALLER = 3000, CHANCE_TYPED, CHANCE_ROW, CHANCE_WHO };

/* ---- Asterisk's own words */

/* "1767225600.84213": the second it began, and a running number. */
static void put_unique(struct strbuf *out, const struct happening *began)
{
	put_digits(out, (uint64_t)(began->time_ms + PBX_AHEAD_MS) / 1000, 1);
	strbuf_add_byte(out, '.');
	put_digits(out, began->interaction, 1);
}

/* One caller in thirty hides his number. */
static bool hides_number(const struct happening *began)
{
	return one_in(chance_of(began, CHANCE_CALLER), 30);
}

/* The number that the caller shows; empty: none. */
static str line_shown(const struct card *card, const struct call *call)
{
	bool is_hidden = call->anonymous || call->began.line == LINE_HIDDEN;

	return is_hidden ? STR("") : card->lines[call->began.line];
}

static void put_caller(struct writers *w, const struct call *call, struct strbuf *out)
{
	const struct card *card = card_of(w, call->began.customer, call->began.time_ms);
	str line = line_shown(card, call);

	if (line.len < 4) {
		strbuf_add(out, STR("anonymous"));
	} else { /* as the network tells it: national */
		strbuf_add_byte(out, '0');
		strbuf_add(out, str_from(line, 3));
	}
}

static const char *number_called(unsigned item)
{
	static const char *const numbers[] = { "3900", "0800943943", "1064", "0970809000" };

	return numbers[item % ARRAY_LEN(numbers)];
}

static struct sheet *queue_row(
	struct writers *w, const struct happening *h, const struct call *call, const char *event)
{
	struct sheet *s = &w->sheets[SHEET_QUEUE_LOG];

	(void)sheet_row(s, h->time_ms);
	put_field_int(s, (h->time_ms + PBX_AHEAD_MS) / 1000);
	if (call == NULL) {
		put_field_c(s, "NONE");
	} else {
		put_unique(open_field(s), &call->began);
		close_field(s);
	}
	put_field(s, h->queue == QUEUE_NONE ? STR("NONE") : queue_label(h->queue));
	if (h->agent == NOBODY) {
		put_field_c(s, "NONE");
	} else {
		struct strbuf *out = open_field(s);
		strbuf_add(out, STR("PJSIP/"));
		put_agent_login(out, h->agent);
		close_field(s);
	}
	put_field_c(s, event);
	return s;
}

/* What the menu took the wish for, in the words of the dialplan. */
static str menu_word(enum reason reason)
{
	static const str words[REASON_COUNT_] = { STR_INIT("incompris"), STR_INIT("internet"),
		STR_INIT("facture"), STR_INIT("commande"), STR_INIT("mobile"), STR_INIT("offre"),
		STR_INIT("resiliation"), STR_INIT("demenagement"), STR_INIT("acces"),
		STR_INIT("reclamation") };

	return words[reason];
}

static void write_cel(
	struct writers *w, const struct happening *h, const struct call *call, str kind, str extra)
{
	struct sheet *s = &w->sheets[SHEET_CEL];
	struct strbuf *out;

	(void)sheet_row(s, h->time_ms);
	put_field_c(s, "USER_DEFINED");
	out = open_field(s);
	put_digits(out, (uint64_t)(h->time_ms + PBX_AHEAD_MS) / 1000, 1);
	strbuf_add_byte(out, '.');
	put_digits(out, (uint64_t)(h->time_ms + PBX_AHEAD_MS) % 1000 * 1000, 6);
	close_field(s);
	put_field_c(s, "");
	put_caller(w, call, open_field(s));
	close_field(s);
	put_field_c(s, number_called(call->began.item));
	put_field_c(s, "ivr");
	out = open_field(s);
	strbuf_add(out, STR("PJSIP/trunk-"));
	put_digits(out, h->interaction % 1000000, 8);
	close_field(s);
	put_unique(open_field(s), &call->began);
	close_field(s);
	put_field(s, kind);
	put_field(s, extra);
	sheet_end(s, 0);
}

/* ---- the call detail record, one at the end of each call */

static void put_path(struct sheet *s, const struct call *call)
{
	struct strbuf *out = open_field(s);

	strbuf_add(out, STR("svi="));
	for (size_t i = 0; i < call->steps; i++) {
		if (i > 0)
			strbuf_add_byte(out, '>');
		strbuf_add(out, menu_word(call->path[i]));
	}
	close_field(s);
}

static void put_stamp(struct writers *w, struct sheet *s, int64_t ms)
{
	put_local(open_field(s), &w->face, ms + PBX_AHEAD_MS);
	close_field(s);
}

static void write_record(struct writers *w, const struct happening *end, const struct call *call)
{
	struct sheet *s = &w->sheets[SHEET_CDR];
	const struct happening *began = &call->began;
	int64_t seconds = (end->time_ms - began->time_ms + 999) / 1000;
	bool in_ivr = !call->queued;
	struct strbuf *out;

	(void)sheet_row(s, end->time_ms);
	put_field_c(s, "");
	put_caller(w, call, open_field(s));
	close_field(s);
	put_field_c(s, number_called(began->item));
	put_field_c(s, in_ivr ? "ivr" : "from-queue");
	out = open_field(s);
	put_caller(w, call, out);
	close_field(s);
	out = open_field(s);
	strbuf_add(out, STR("PJSIP/trunk-"));
	put_digits(out, began->interaction % 1000000, 8);
	close_field(s);
	out = open_field(s);
	if (call->answered_ms > 0) {
		strbuf_add(out, STR("PJSIP/"));
		put_agent_login(out, end->agent);
	}
	close_field(s);
	put_field_c(s, in_ivr ? "Hangup" : "Queue");
	put_field(s, in_ivr ? STR("") : queue_label(end->queue));
	put_stamp(w, s, began->time_ms);
	put_stamp(w, s, began->time_ms + 1000); /* the IVR picks up at the second ring */
	put_stamp(w, s, end->time_ms);
	put_field_int(s, seconds);
	put_field_int(s, MAX_OF(seconds - 1, (int64_t)0));
	put_field_c(s, "ANSWERED");
	put_field_c(s, "DOCUMENTATION");
	put_unique(open_field(s), began);
	close_field(s);
	put_path(s, call);
	sheet_end(s, 0);
}

/* ---- the contact centre's row */

static str outcome_word(enum outcome outcome)
{
	return outcome == OUTCOME_RESOLVED    ? STR("resolved")
	       : outcome == OUTCOME_RETAINED  ? STR("retained")
	       : outcome == OUTCOME_LEAVING   ? STR("leaving")
	       : outcome == OUTCOME_LEFT      ? STR("abandoned")
	       : outcome == OUTCOME_NO_ANSWER ? STR("no_answer")
	       : outcome == OUTCOME_DONE      ? STR("done")
					      : STR("unresolved");
}

struct contact {
	const struct happening *h; /* of its end */
	int64_t began_ms, waited_ms;
	const char *direction;
	enum outcome outcome;
	str line;
	uint32_t wrap_ms;
	uint8_t transfers;
	bool has_note;
};

static void put_note(struct writers *w, struct sheet *s, const struct contact *c)
{
	if (!c->has_note) {
		put_field_c(s, "");
		return;
	}
	struct strbuf id = { 0 };
	char bytes[24];
	id = (struct strbuf){ .ptr = bytes, .cap = sizeof(bytes), .cap_max = sizeof(bytes) };
	strbuf_add_byte(&id, 'I');
	put_digits(&id, c->h->interaction, 8);
	put_field(s, text_for(w, c->h, VERBATIM_CALL_NOTE, 0));
	tell_text(w, c->h, "contact-centre", strbuf_str(&id), VERBATIM_CALL_NOTE);
}

static void write_interaction(struct writers *w, const struct contact *c)
{
	struct sheet *s = &w->sheets[SHEET_INTERACTIONS];
	const struct happening *h = c->h;
	const struct card *card = card_of(w, h->customer, h->time_ms);
	uint64_t typed = chance_of(h, CHANCE_TYPED), who = chance_of(h, CHANCE_WHO);
	bool known = c->outcome != OUTCOME_LEFT && !one_in(who, 11); /* asked for the number */

	(void)sheet_row(s, h->time_ms);
	put_number_of(s, "I", h->interaction, 8);
	put_local(open_field(s), &w->face, c->began_ms);
	close_field(s);
	put_field_c(s, "voice");
	put_field_c(s, c->direction);
	put_field(s, outcome_word(c->outcome));
	if (known)
		put_client_as_typed(s, card->client, typed);
	else
		put_field_c(s, "");
	put_phone_as_typed(s, c->line, one_in(typed, 3) ? typed : 1);
	if (known && one_in(who >> 20, 4) && card->person.emails > 0)
		put_email_as_typed(s, card, 0, typed);
	else
		put_field_c(s, "");
	put_agent_login(open_field(s), h->agent);
	close_field(s);
	put_field(s, queue_label(h->queue));
	put_field(s, reason_label(h->told_reason));
	put_field_int(s, c->waited_ms / 1000);
	put_field_int(s, h->talk_ms / 1000);
	put_field_int(s, c->wrap_ms / 1000);
	put_field_int(s, c->transfers);
	put_note(w, s, c);
	clock_face_at(&w->face, h->time_ms);
	sheet_end(s, chance_of(h, CHANCE_ROW));
}

static void write_inbound(
	struct writers *w, const struct happening *end, const struct call *call, uint32_t wrap_ms)
{
	const struct card *card = card_of(w, end->customer, end->time_ms);

	write_interaction(w,
		&(const struct contact){ .h = end,
			.began_ms = call->began.time_ms,
			.waited_ms = call->waited_ms,
			.direction = "inbound",
			.outcome = end->what == WHAT_CALL_ABANDONED ? OUTCOME_LEFT : end->outcome,
			.line = line_shown(card, call),
			.wrap_ms = wrap_ms,
			.transfers = call->transfers,
			.has_note = end->what == WHAT_CALL_ENDED });
}

static void write_outbound_call(struct writers *w, const struct happening *h)
{
	const struct card *card = card_of(w, h->customer, h->time_ms);

	write_interaction(
		w, &(const struct contact){ .h = h,
			   .began_ms = h->time_ms,
			   .direction = "outbound",
			   .outcome = h->outcome,
			   .line = card->lines[0].len > 0 ? card->lines[0] : card->lines[1] });
}

/* ---- step by step */

static void hear_queue(struct writers *w, const struct happening *h, struct call *call)
{
	struct sheet *s;

	switch (h->what) {
	case WHAT_CALL_QUEUED:
		call->queued = true;
		call->position = h->item + 1u;
		s = queue_row(w, h, call, "ENTERQUEUE");
		put_field_c(s, "");
		put_caller(w, call, open_field(s));
		close_field(s);
		put_field_int(s, call->position);
		break;
	case WHAT_CALL_ABANDONED:
		call->waited_ms += h->wait_ms;
		s = queue_row(w, h, call, "ABANDON");
		put_field_int(s, 1);
		put_field_int(s, call->position);
		put_field_int(s, h->wait_ms / 1000);
		break;
	case WHAT_CALL_ANSWERED:
		call->answered_ms = h->time_ms;
		call->waited_ms += h->wait_ms;
		s = queue_row(w, h, call, "CONNECT");
		put_field_int(s, h->wait_ms / 1000);
		put_unique(open_field(s), &call->began);
		close_field(s);
		put_field_int(s, 2 + (int64_t)(h->serial % 5));
		break;
	case WHAT_CALL_TRANSFERRED:
		call->transfers++;
		s = queue_row(w, h, call, "BLINDTRANSFER");
		put_field(s, queue_label(h->queue));
		put_field_c(s, "queues");
		put_field_int(s, call->waited_ms / 1000);
		put_field_int(s, h->talk_ms / 1000);
		put_field_int(s, call->position);
		break;
	default:
		s = queue_row(w, h, call, h->serial % 3 == 0 ? "COMPLETEAGENT" : "COMPLETECALLER");
		put_field_int(s, call->waited_ms / 1000);
		put_field_int(s, h->talk_ms / 1000);
		put_field_int(s, call->position);
		break;
	}
	sheet_end(s, 0);
}

static void hear_agent(struct writers *w, const struct happening *h)
{
	static const char *const pauses[] = { "pause", "dejeuner", "formation", "autre" };
	const char *event = h->what == WHAT_AGENT_ON       ? "ADDMEMBER"
			    : h->what == WHAT_AGENT_OFF    ? "REMOVEMEMBER"
			    : h->what == WHAT_AGENT_PAUSED ? "PAUSE"
							   : "UNPAUSE";
	struct sheet *s = queue_row(w, h, NULL, event);

	put_field_c(s, h->what == WHAT_AGENT_PAUSED ? pauses[h->item % ARRAY_LEN(pauses)] : "");
	sheet_end(s, 0);
}

static void hear_ivr(struct writers *w, const struct happening *h, struct call *call)
{
	if (h->what == WHAT_IVR_CHOSE) {
		if (call->steps < sizeof(call->path))
			call->path[call->steps++] = h->told_reason;
		write_cel(w, h, call, STR("choice"), menu_word(h->told_reason));
		return;
	}
	str end = h->outcome == OUTCOME_CONTAINED ? STR("contained")
		  : h->outcome == OUTCOME_QUEUED  ? STR("queued")
						  : STR("left");
	write_cel(w, h, call, end, menu_word(h->told_reason));
	if (h->outcome != OUTCOME_QUEUED) {
		write_record(w, h, call);
		under_way_end(w->calls, h->interaction);
	}
}

static void begin(struct writers *w, const struct happening *h)
{
	struct call *call = under_way_begin(w->calls, h->interaction);

	call->began = *h;
	call->anonymous = hides_number(h);
	write_cel(w, h, call, STR("begun"), STR(""));
}

static void hear_call(struct writers *w, const struct happening *h)
{
	struct call *call = under_way_find(w->calls, h->interaction);

	if (call == NULL) /* it began before the files did */
		return;
	if (h->what == WHAT_IVR_CHOSE || h->what == WHAT_IVR_ENDED) {
		hear_ivr(w, h, call);
	} else if (h->what == WHAT_CALL_WRAPPED) {
		if (!call->has_ended || h->agent != call->ended.agent)
			return; /* he handed the call on */
		write_inbound(w, &call->ended, call, h->wrap_ms);
		under_way_end(w->calls, h->interaction);
	} else {
		hear_queue(w, h, call);
		if (h->what == WHAT_CALL_ENDED) {
			call->ended = *h;
			call->has_ended = true;
			write_record(w, h, call);
		} else if (h->what == WHAT_CALL_ABANDONED) {
			write_record(w, h, call);
			write_inbound(w, h, call, 0);
			under_way_end(w->calls, h->interaction);
		}
	}
}

void write_telephony(struct writers *w, const struct happening *h)
{
	switch (h->what) {
	case WHAT_CALL_BEGAN:
		begin(w, h);
		break;
	case WHAT_CALLED_OUT:
		write_outbound_call(w, h);
		break;
	case WHAT_AGENT_ON:
	case WHAT_AGENT_OFF:
	case WHAT_AGENT_PAUSED:
	case WHAT_AGENT_BACK:
		hear_agent(w, h);
		break;
	default:
		hear_call(w, h);
		break;
	}
}

/* demo/writers_internal.h - what the writers of all systems share; see writers.h */
#pragma once

#include "demo/sheet.h"
#include "demo/under_way.h"
#include "demo/verbatim.h"
#include "demo/writers.h"

enum sheet_id {
	SHEET_SEGMENT,
	SHEET_ACCESS,
	SHEET_QUEUE_LOG,
	SHEET_CDR,
	SHEET_CEL,
	SHEET_INTERACTIONS,
	SHEET_CHAT,
	SHEET_ZENDESK,
	SHEET_ZENDESK_ANSWERS,
	SHEET_FRESHDESK,
	SHEET_CASES,
	SHEET_COMPLAINTS,
	SHEET_CUSTOMERS,
	SHEET_CONTRACTS,
	SHEET_LEDGER,
	SHEET_ORDERS,
	SHEET_VISITS,
	SHEET_SMS,
	SHEET_MAILINGS,
	SHEET_STORES,
	SHEET_SURVEYS,
	SHEET_REVIEWS,
	SHEET_LINES,
	SHEET_OUTAGES,
	SHEET_TEXTS,
	SHEETS
};

/* What identifies a person, as the master data has it; made once a day and kept for a while. */
struct card {
	uint32_t number; /* NOBODY: empty */
	int64_t day;
	struct person person;
	struct hand hand;
	str client, account, user_id, emails[PERSON_EMAILS_MAX], lines[PERSON_LINES_MAX];
	char bytes[512]; /* of those */
};

/* What is the same in all Segment calls of a session. */
struct visit {
	uint64_t interaction;
	bool logged_in;
	size_t bytes;
	char text[1400];
};

/* A call from its first ring to the agent's last click. */
struct call {
	struct happening began, ended;
	int64_t answered_ms;
	int64_t waited_ms;
	uint32_t position;
	uint8_t transfers, steps;
	uint8_t path[12]; /* reasons taken for, step by step */
	bool queued, has_ended, anonymous;
};

/* A conversation with bot or agent. */
struct talk {
	struct happening began;
	int64_t answered_ms;
	bool logged_in;
};

enum { CARDS = 4096, VISITS = 4096 };

struct writers {
	struct listener listener;
	struct writers_options options;
	uint64_t world; /* of seed and sizes: what is unique in one company is so among all */
	struct clock_face face;
	struct sheet sheets[SHEETS];
	struct verbatim *verbatim;
	struct card *cards; /* by number, CARDS of them */
	struct visit *visits; /* by interaction */
	struct under_way *calls, *talks;
	struct strbuf text, spelt; /* for a moment */
};

const struct card *card_of(struct writers *w, uint32_t customer, int64_t time_ms);
/* 64 bits of a happening for a purpose: the seed of whatever is invented beside. */
uint64_t chance_of(const struct happening *h, uint32_t purpose);
static inline bool one_in(uint64_t chance, unsigned n)
{
	return (chance >> 17) % n == 0;
}

/* ---- the systems; each takes what concerns it */
void write_web(struct writers *w, const struct happening *h);
void write_telephony(struct writers *w, const struct happening *h);
void write_chat(struct writers *w, const struct happening *h);
void write_tickets(struct writers *w, const struct happening *h);
void write_cases(struct writers *w, const struct happening *h);
void write_office(struct writers *w, const struct happening *h);
void write_outbound(struct writers *w, const struct happening *h);
void write_voice(struct writers *w, const struct happening *h); /* surveys, reviews, shops */
void write_network(struct writers *w, const struct happening *h);

/* ---- pieces of rows */
void put_uuid(struct strbuf *out, uint64_t high, uint64_t low);
void put_cookie_of(struct writers *w, const struct happening *h, struct strbuf *out);
str agent_name(uint32_t agent); /* "Nadia B."; "" for NOBODY */
void put_agent_login(struct strbuf *out, uint32_t agent); /* "a0412" */
str reason_label(enum reason reason); /* as agents see it, French: "Facture, paiement" */
str queue_label(enum call_queue queue); /* "technique" */
void put_cents(struct strbuf *out, int64_t cents, char decimal); /* 39,99 */
/* A number or address of a person as somebody typed it; one in `careless` has a slip. */
void put_email_as_typed(
	struct sheet *sheet, const struct card *card, unsigned email, uint64_t chance);
void put_phone_as_typed(struct sheet *sheet, str e164, uint64_t chance);
void put_client_as_typed(struct sheet *sheet, str client, uint64_t chance); /* "4710 2281" */
void put_number_of(struct sheet *sheet, const char *prefix, uint64_t number, unsigned digits);

/* ---- texts: a wish with what the happening knows, and the truth told of it aside */
struct verbatim_wish wish_for(struct writers *w, const struct happening *h, enum verbatim_kind kind,
	const struct card *card);
/* Into w->text; valid until the next. */
str text_for(struct writers *w, const struct happening *h, enum verbatim_kind kind, uint32_t turn);
/* texts.csv: `id` names the row of the system that holds the text. */
void tell_text(struct writers *w, const struct happening *h, const char *system, str id,
	enum verbatim_kind kind);

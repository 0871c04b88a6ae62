/* demo/happening.h - what happens in the demonstration company, one plain value at a time.
 *
 * The simulation (company.h) tells happenings; writers turn them into what real systems would
 * have written: clicks, call logs, tickets, bills.  This header is all that the two share, beside
 * people.h, which says who customer number n is.
 *
 * Promises of the stream:
 *  1. time_ms never decreases; `serial` is 1, 2, 3 ...: it is the seed of whatever a writer must
 *     invent beside (text, typing errors, delays of delivery), so that the same seed gives the
 *     same bytes;
 *  2. the happenings of one contact or one session share `interaction`, which is never reused; the
 *     first tells how it begins, the last how it ends (table below);
 *  3. numbers (case, order, bill, outage) are never reused either, and 0 where there is none;
 *  4. fields that the table does not name for a `what` are 0, NOBODY or NONE.
 *
 * What no system of a real company could know is marked TRUTH.  Writers may let it shape the text
 * of a message (that is what people write about), but never write it down beside.
 *
 * WHAT_...            customer and ...
 * ------------------  ----------------------------------------------------------------------------
 * PAGE                channel web or app: interaction (session), page, device, outcome (of the
 *                     page: DONE or FAILED), first, last, logged_in, item (of the page: article,
 *                     offer), amount_cents (payment, basket), order_number of a finished order
 * BOT_BEGAN           channel web or app: bot's conversation; reason, device
 * BOT_SAID            one turn: item = turn from 1; told_reason = what the bot understood
 * BOT_ENDED           outcome RESOLVED, CONTAINED (the bot thinks so), HANDED_OVER, LEFT
 * CHAT_BEGAN          waiting for a human: queue, device, reason; HANDED_OVER if from the bot
 * CHAT_ANSWERED       agent, wait_ms
 * CHAT_ENDED          agent, talk_ms, outcome RESOLVED, UNRESOLVED; told_reason; text
 * CHAT_LEFT           nobody came in time: wait_ms
 * CALL_BEGAN          the IVR picks up: line (whose number is shown), item = number called
 * IVR_CHOSE           a choice in the IVR: item = step from 1, told_reason = what the menu took
 *                     the wish for
 * IVR_ENDED           told_reason; outcome CONTAINED (served there), LEFT (hung up), QUEUED
 * CALL_QUEUED         queue, item = callers in front
 * CALL_ABANDONED      queue, wait_ms
 * CALL_ANSWERED       queue, agent, wait_ms
 * CALL_TRANSFERRED    queue (the new one), agent (who transfers), talk_ms so far; then again
 *                     CALL_QUEUED, with CALL_ANSWERED or CALL_ABANDONED
 * CALL_ENDED          queue, agent, talk_ms of this agent, told_reason (his code), outcome
 *                     RESOLVED, UNRESOLVED, RETAINED or LEAVING (cancellation); text: the note
 * CALL_WRAPPED        the agent is free again: agent, queue, wrap_ms
 * CALLED_OUT          the company calls: agent, talk_ms, outcome DONE or NO_ANSWER, template
 * MAIL_CAME           e-mail (channel email) or form (channel web): email (which address), text,
 *                     reason; due_ms: the answer that the acknowledgement promises
 * MAIL_ANSWERED       agent, due_ms, wait_ms since it came, talk_ms (work on it), outcome RESOLVED
 *                     or UNRESOLVED; doubled: everything had been said by phone already
 * LETTER_CAME         text; registered = item 1
 * LETTER_ANSWERED     agent, wait_ms, outcome
 * POST_CAME           social: item = network (enum network), text
 * POST_ANSWERED       agent, wait_ms, outcome
 * SHOP_VISIT          item = shop of the departement, talk_ms, outcome, told_reason, amount_cents
 * SMS_SENT            template, due_ms (the moment it speaks of), order/bill/outage
 * EMAIL_SENT          template; as SMS_SENT; amount_cents for a bill
 * LETTER_SENT         template; as SMS_SENT
 * ORDER_PLACED        channel web, app, phone, store: order_number, product, due_ms (appointment)
 * ORDER_STEP          item = enum order_step; due_ms where the appointment changes
 * VISIT_DONE          field: order_number or case_number, item = subcontractor from 1, outcome
 *                     DONE, FAILED, ABSENT (customer not at home), talk_ms (time on site)
 * LINE_TROUBLE        iot: the box or the mobile phone loses its line, outage (or 0 if it is
 * alone), product: of which line LINE_BACK           iot: it is there again; wait_ms: how long it
 * was away; product OUTAGE_BEGAN        NOBODY: outage, departement, due_ms: end as announced
 * OUTAGE_ENDED        NOBODY: outage, departement
 * BILL_ISSUED         bill_number, amount_cents, product, due_ms (payment), item = BILL_PLAIN ...
 * PAYMENT_CAME        bill_number, amount_cents
 * PAYMENT_FAILED      bill_number, amount_cents
 * CREDIT_GIVEN        bill_number or 0, amount_cents, case_number: taken off the next payment
 * COMPLAINT_STEP      case_number, item = enum complaint_step, channel it came by; due_ms: the
 *                     answer that is owed; of an answer: outcome, amount_cents granted
 * CASE_OPENED         case_number, channel, told_reason, agent or NOBODY (self-service), queue,
 *                     interaction that opened it
 * CASE_NOTED          item = enum case_note: a later contact (channel, agent), a bill explained, a
 *                     credit granted (bill_number, amount_cents), a step of the ladder (due_ms)
 * CASE_CLOSED         case_number, outcome RESOLVED or UNRESOLVED (closed for silence), wait_ms
 *                     since it was opened
 * OFFER_CHANGED       channel it came by: product, item (option), amount_cents a month
 * LISTED              on the first day: a customer of long standing, as the CRM lists him
 * JOINED              contract begins: product, order_number
 * MOVED               the address changes in the books (people.h knows the day it really did)
 * LEFT_COMPANY        contract ends: item = enum leaving
 * EQUIPMENT_BACK      the box came back
 * SURVEY_SENT         interaction it asks about, channel sms or email, case_number
 * SURVEY_ANSWERED     nps 0-10, csat 0-100, ces 1-7, stays; each -1 if not asked; text
 * REVIEW_POSTED       public review: item = stars 1 to 5, text
 * AGENT_ON            NOBODY: agent, queue = his first queue: signs in
 * AGENT_OFF           NOBODY: agent
 * AGENT_PAUSED        NOBODY: agent, item = enum pause
 * AGENT_BACK          NOBODY: agent
 */
#pragma once

#include "base/why.h"

#define MINUTE_MS INT64_C(60000)
#define HOUR_MS INT64_C(3600000)

#define NOBODY UINT32_MAX /* as a customer, as an agent */

enum what {
	WHAT_PAGE,
	WHAT_BOT_BEGAN,
	WHAT_BOT_SAID,
	WHAT_BOT_ENDED,
	WHAT_CHAT_BEGAN,
	WHAT_CHAT_ANSWERED,
	WHAT_CHAT_ENDED,
	WHAT_CHAT_LEFT,
	WHAT_CALL_BEGAN,
	WHAT_IVR_CHOSE,
	WHAT_IVR_ENDED,
	WHAT_CALL_QUEUED,
	WHAT_CALL_ABANDONED,
	WHAT_CALL_ANSWERED,
	WHAT_CALL_TRANSFERRED,
	WHAT_CALL_ENDED,
	WHAT_CALL_WRAPPED,
	WHAT_CALLED_OUT,
	WHAT_MAIL_CAME,
	WHAT_MAIL_ANSWERED,
	WHAT_LETTER_CAME,
	WHAT_LETTER_ANSWERED,
	WHAT_POST_CAME,
	WHAT_POST_ANSWERED,
	WHAT_SHOP_VISIT,
	WHAT_SMS_SENT,
	WHAT_EMAIL_SENT,
	WHAT_LETTER_SENT,
	WHAT_ORDER_PLACED,
	WHAT_ORDER_STEP,
	WHAT_VISIT_DONE,
	WHAT_LINE_TROUBLE,
	WHAT_LINE_BACK,
	WHAT_OUTAGE_BEGAN,
	WHAT_OUTAGE_ENDED,
	WHAT_BILL_ISSUED,
	WHAT_PAYMENT_CAME,
	WHAT_PAYMENT_FAILED,
	WHAT_CREDIT_GIVEN,
	WHAT_COMPLAINT_STEP,
	WHAT_CASE_OPENED,
	WHAT_CASE_NOTED,
	WHAT_CASE_CLOSED,
	WHAT_OFFER_CHANGED,
	WHAT_LISTED,
	WHAT_JOINED,
	WHAT_MOVED,
	WHAT_LEFT_COMPANY,
	WHAT_EQUIPMENT_BACK,
	WHAT_SURVEY_SENT,
	WHAT_SURVEY_ANSWERED,
	WHAT_REVIEW_POSTED,
	WHAT_AGENT_ON,
	WHAT_AGENT_OFF,
	WHAT_AGENT_PAUSED,
	WHAT_AGENT_BACK,
	WHAT_COUNT_
};

enum channel {
	CHANNEL_NONE,
	CHANNEL_WEB,
	CHANNEL_APP,
	CHANNEL_IVR,
	CHANNEL_PHONE,
	CHANNEL_BOT,
	CHANNEL_CHAT,
	CHANNEL_EMAIL,
	CHANNEL_SMS,
	CHANNEL_SOCIAL,
	CHANNEL_STORE,
	CHANNEL_FIELD,
	CHANNEL_LETTER,
	CHANNEL_IOT,
	CHANNEL_BACKOFFICE,
	CHANNEL_COUNT_
};

/* Why people get in touch: the nine of the phone. */
enum reason {
	REASON_NONE,
	REASON_INTERNET, /* internet, TV, wifi */
	REASON_BILL, /* bill, payment */
	REASON_ORDER, /* order, fibre connection */
	REASON_MOBILE, /* mobile, SIM, roaming */
	REASON_OFFER, /* offer, options, TV channels */
	REASON_CANCEL, /* cancellation, porting */
	REASON_MOVE,
	REASON_ACCESS, /* access, personal data */
	REASON_COMPLAINT,
	REASON_COUNT_
};

/* TRUTH: what is behind a reason, for the text and for the truth files. */
enum cause {
	CAUSE_NONE, /* life */
	CAUSE_OUTAGE,
	CAUSE_LINE, /* the line of this customer alone */
	CAUSE_WIFI, /* nothing is broken: wifi, TV, settings */
	CAUSE_BILL, /* an ordinary bill not understood */
	CAUSE_PAYMENT, /* a payment failed, a delay is asked */
	CAUSE_PROMOTION_END, /* friction 2 */
	CAUSE_ORDER_LATE, /* where is my order */
	CAUSE_CONNECTION_FAILED, /* friction 3 where planted, else the ordinary failure */
	CAUSE_CHANNEL_CHANGE, /* wants a TV channel, asks for it */
	CAUSE_CHANNEL_CHANGE_FAILED, /* friction 1 where planted: the confirmation failed */
	CAUSE_MAIL_UNANSWERED, /* friction 4: calls because the promise was not kept */
	CAUSE_BOT_LOOP, /* friction 6 */
	CAUSE_DUNNED, /* friction 7: a former customer is dunned */
	CAUSE_CANVASSED, /* friction 7: a former customer is canvassed */
	CAUSE_ROAMING,
	CAUSE_SIM,
	CAUSE_HANDSET,
	CAUSE_PASSWORD,
	CAUSE_PERSONAL_DATA,
	CAUSE_PRICE, /* leaves, or threatens to, for the price */
	CAUSE_SERVICE, /* leaves because of bad service */
	CAUSE_ABROAD, /* satisfied leaver: life changes, nothing to blame */
	CAUSE_UNRESOLVED, /* a complaint about what was not solved */
	CAUSE_ESCALATED, /* the same before the consumer service */
	CAUSE_COUNT_
};

enum outcome {
	OUTCOME_NONE,
	OUTCOME_DONE,
	OUTCOME_FAILED,
	OUTCOME_ABSENT,
	OUTCOME_NO_ANSWER,
	OUTCOME_RESOLVED,
	OUTCOME_UNRESOLVED,
	OUTCOME_CONTAINED,
	OUTCOME_HANDED_OVER,
	OUTCOME_QUEUED,
	OUTCOME_LEFT,
	OUTCOME_RETAINED,
	OUTCOME_LEAVING,
	OUTCOME_COUNT_
};

enum call_queue {
	QUEUE_NONE,
	QUEUE_TECHNICAL, /* internet */
	QUEUE_MOBILE,
	QUEUE_BILLING, /* bill, access */
	QUEUE_SALES, /* order, offer, move */
	QUEUE_LOYALTY, /* cancellation, complaint */
	QUEUE_CHAT,
	QUEUE_MAIL,
	QUEUE_CONSUMER, /* the consumer service, who reads what others could not solve */
	QUEUE_COUNT_
};

enum page {
	PAGE_NONE,
	PAGE_HOME,
	PAGE_OFFERS,
	PAGE_OFFER, /* item: which */
	PAGE_HANDSETS,
	PAGE_ELIGIBILITY, /* may I have fibre */
	PAGE_NEWS, /* the portal: press, weather, programmes */
	PAGE_WEBMAIL,
	PAGE_LOGIN, /* FAILED: wrong password */
	PAGE_ACCOUNT,
	PAGE_USAGE,
	PAGE_BILLS,
	PAGE_BILL,
	PAGE_PAYMENT, /* DONE, FAILED */
	PAGE_TV_CHANNELS, /* the channel change: choose ... */
	PAGE_TV_OPTIONS, /* ... options ... */
	PAGE_TV_CONFIRM, /* ... confirm: DONE, FAILED */
	PAGE_HELP,
	PAGE_ARTICLE, /* item: which */
	PAGE_DIAGNOSIS, /* line test: DONE, FAILED */
	PAGE_OUTAGES,
	PAGE_TRACKING,
	PAGE_APPOINTMENT,
	PAGE_BASKET,
	PAGE_CHECKOUT,
	PAGE_ORDERED,
	PAGE_MOVE,
	PAGE_CANCEL,
	PAGE_PROFILE, /* personal data, password */
	PAGE_CONTACT,
	PAGE_FORM, /* the contact form */
	PAGE_BOT,
	PAGE_SHOPS,
	PAGE_COMMUNITY,
	PAGE_COUNT_
};

enum template /* what the company sends */
{
	TEMPLATE_NONE,
	TEMPLATE_OUTAGE, /* we know, back at due_ms */
	TEMPLATE_OUTAGE_OVER,
	TEMPLATE_BILL, /* your bill is there */
	TEMPLATE_PAYMENT_FAILED,
	TEMPLATE_DUNNING,
	TEMPLATE_ORDER, /* thank you for your order */
	TEMPLATE_SHIPPED,
	TEMPLATE_APPOINTMENT, /* the technician comes at due_ms */
	TEMPLATE_APPOINTMENT_MOVED,
	TEMPLATE_WELCOME,
	TEMPLATE_ACKNOWLEDGEMENT, /* your mail came, answer before due_ms */
	TEMPLATE_SURVEY,
	TEMPLATE_PROMOTION_END, /* your price changes */
	TEMPLATE_CANVASS, /* come (back) to us */
	TEMPLATE_GOODBYE, /* your contract ends; send the box back */
	TEMPLATE_AFTER_REPAIR, /* the delight: does it work now? */
	TEMPLATE_BILL_EXPLAINED, /* as we said on the phone: line by line */
	TEMPLATE_CREDIT, /* so much is taken off the next payment */
	TEMPLATE_COMPLAINT, /* the consumer service has it, answer before due_ms */
	TEMPLATE_COUNT_
};

enum order_step {
	ORDER_STEP_NONE,
	ORDER_ACCEPTED,
	ORDER_SHIPPED,
	ORDER_DELIVERED,
	ORDER_APPOINTMENT,
	ORDER_APPOINTMENT_MOVED,
	ORDER_CONNECTED, /* fibre works; the goal */
	ORDER_ACTIVATED, /* a SIM, an option */
	ORDER_CANCELLED,
	ORDER_STEP_COUNT_
};

/* The ladder above the customer service; each rung owes an answer by a date. */
enum complaint_step {
	COMPLAINT_TO_CONSUMER_SERVICE,
	COMPLAINT_ANSWERED,
	COMPLAINT_TO_MEDIATOR,
	COMPLAINT_OPINION, /* of the mediator */
	COMPLAINT_CLOSED, /* not told as a step: the case says it */
	COMPLAINT_STEP_COUNT_
};
enum case_note {
	NOTE_CONTACT,
	NOTE_BILL_EXPLAINED,
	NOTE_CREDIT,
	NOTE_CONSUMER_SERVICE,
	NOTE_MEDIATOR
};
enum bill_kind { BILL_PLAIN, BILL_FIRST, BILL_PROMOTION_END, BILL_EXTRA, BILL_LAST };
enum leaving { LEAVES_BY_PORTING, LEAVES_BY_CALL, LEAVES_BY_LETTER, LEAVES_ABROAD };
enum pause { PAUSE_BREAK, PAUSE_LUNCH, PAUSE_TRAINING, PAUSE_OTHER };
enum network { NETWORK_X, NETWORK_FACEBOOK, NETWORK_INSTAGRAM, NETWORK_FORUM };

enum { NO_SCORE = -1, LINE_HIDDEN = 255 };

struct happening {
	int64_t time_ms; /* UTC */
	int64_t due_ms; /* UTC; 0: none */
	int64_t wait_ms; /* a length of time, as the table says */
	uint64_t serial;
	uint64_t interaction;
	uint32_t customer, agent;
	uint32_t case_number, order_number, bill_number, outage;
	uint32_t talk_ms, wrap_ms;
	int32_t amount_cents; /* taxes included */
	int32_t disputed_cents; /* of contacts about a bill: what the last one was; else 0 */
	uint16_t item;
	uint8_t what, channel, outcome, queue, page, template, product;
	uint8_t told_reason; /* as a machine or an agent wrote it down */
	uint8_t reason, cause; /* TRUTH; may shape text */
	int8_t sentiment; /* TRUTH: -2 furious .. +2 delighted */
	uint8_t urgency; /* TRUTH: 0 none .. 3 at once */
	uint8_t device, line, email; /* which of the customer's, people.h; LINE_HIDDEN */
	uint8_t departement; /* of an outage: index in people.h */
	uint8_t tries; /* TRUTH: contacts about this until now, this one counted */
	int8_t nps, csat, ces; /* of answers to surveys */
	bool first, last, logged_in, doubled;
	bool stays; /* says that he will */
	bool asked; /* was asked for his name or story again in this contact */
};

/* The stable English word of a value, for truth files and messages: "internet", "call-ended". */
str what_name(enum what what);
str channel_name(enum channel channel);
str reason_name(enum reason reason);
str cause_name(enum cause cause);
str outcome_name(enum outcome outcome);
str queue_name(enum call_queue queue);
str page_name(enum page page);
str template_name(enum template template);

/* Whoever listens to the stream.  An error ends the simulation and is its result.  The happening
 * lives only as long as the call. */
struct listener {
	err (*hear)(struct listener *listener, const struct happening *happening, struct why *why);
};

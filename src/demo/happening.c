/* demo/happening.c - the words for what happens; see happening.h */
#include "demo/happening.h"

static const str whats[WHAT_COUNT_] = {
	[WHAT_PAGE] = STR_INIT("page"),
	[WHAT_BOT_BEGAN] = STR_INIT("bot-began"),
	[WHAT_BOT_SAID] = STR_INIT("bot-said"),
	[WHAT_BOT_ENDED] = STR_INIT("bot-ended"),
	[WHAT_CHAT_BEGAN] = STR_INIT("chat-began"),
	[WHAT_CHAT_ANSWERED] = STR_INIT("chat-answered"),
	[WHAT_CHAT_ENDED] = STR_INIT("chat-ended"),
	[WHAT_CHAT_LEFT] = STR_INIT("chat-left"),
	[WHAT_CALL_BEGAN] = STR_INIT("call-began"),
	[WHAT_IVR_CHOSE] = STR_INIT("ivr-chose"),
	[WHAT_IVR_ENDED] = STR_INIT("ivr-ended"),
	[WHAT_CALL_QUEUED] = STR_INIT("call-queued"),
	[WHAT_CALL_ABANDONED] = STR_INIT("call-abandoned"),
	[WHAT_CALL_ANSWERED] = STR_INIT("call-answered"),
	[WHAT_CALL_TRANSFERRED] = STR_INIT("call-transferred"),
	[WHAT_CALL_ENDED] = STR_INIT("call-ended"),
	[WHAT_CALL_WRAPPED] = STR_INIT("call-wrapped"),
	[WHAT_CALLED_OUT] = STR_INIT("called-out"),
	[WHAT_MAIL_CAME] = STR_INIT("mail-came"),
	[WHAT_MAIL_ANSWERED] = STR_INIT("mail-answered"),
	[WHAT_LETTER_CAME] = STR_INIT("letter-came"),
	[WHAT_LETTER_ANSWERED] = STR_INIT("letter-answered"),
	[WHAT_POST_CAME] = STR_INIT("post-came"),
	[WHAT_POST_ANSWERED] = STR_INIT("post-answered"),
	[WHAT_SHOP_VISIT] = STR_INIT("shop-visit"),
	[WHAT_SMS_SENT] = STR_INIT("sms-sent"),
	[WHAT_EMAIL_SENT] = STR_INIT("email-sent"),
	[WHAT_LETTER_SENT] = STR_INIT("letter-sent"),
	[WHAT_ORDER_PLACED] = STR_INIT("order-placed"),
	[WHAT_ORDER_STEP] = STR_INIT("order-step"),
	[WHAT_VISIT_DONE] = STR_INIT("visit-done"),
	[WHAT_LINE_TROUBLE] = STR_INIT("line-trouble"),
	[WHAT_LINE_BACK] = STR_INIT("line-back"),
	[WHAT_OUTAGE_BEGAN] = STR_INIT("outage-began"),
	[WHAT_OUTAGE_ENDED] = STR_INIT("outage-ended"),
	[WHAT_BILL_ISSUED] = STR_INIT("bill-issued"),
	[WHAT_PAYMENT_CAME] = STR_INIT("payment-came"),
	[WHAT_PAYMENT_FAILED] = STR_INIT("payment-failed"),
	[WHAT_CREDIT_GIVEN] = STR_INIT("credit-given"),
	[WHAT_COMPLAINT_STEP] = STR_INIT("complaint-step"),
	[WHAT_CASE_OPENED] = STR_INIT("case-opened"),
	[WHAT_CASE_NOTED] = STR_INIT("case-noted"),
	[WHAT_CASE_CLOSED] = STR_INIT("case-closed"),
	[WHAT_OFFER_CHANGED] = STR_INIT("offer-changed"),
	[WHAT_LISTED] = STR_INIT("listed"),
	[WHAT_JOINED] = STR_INIT("joined"),
	[WHAT_MOVED] = STR_INIT("moved"),
	[WHAT_LEFT_COMPANY] = STR_INIT("left-company"),
	[WHAT_EQUIPMENT_BACK] = STR_INIT("equipment-back"),
	[WHAT_SURVEY_SENT] = STR_INIT("survey-sent"),
	[WHAT_SURVEY_ANSWERED] = STR_INIT("survey-answered"),
	[WHAT_REVIEW_POSTED] = STR_INIT("review-posted"),
	[WHAT_AGENT_ON] = STR_INIT("agent-on"),
	[WHAT_AGENT_OFF] = STR_INIT("agent-off"),
	[WHAT_AGENT_PAUSED] = STR_INIT("agent-paused"),
	[WHAT_AGENT_BACK] = STR_INIT("agent-back"),
};

str what_name(enum what what)
{
	ASSERT(what < WHAT_COUNT_);
	return whats[what];
}

static const str channels[CHANNEL_COUNT_] = {
	[CHANNEL_NONE] = STR_INIT("none"),
	[CHANNEL_WEB] = STR_INIT("web"),
	[CHANNEL_APP] = STR_INIT("app"),
	[CHANNEL_IVR] = STR_INIT("ivr"),
	[CHANNEL_PHONE] = STR_INIT("phone"),
	[CHANNEL_BOT] = STR_INIT("bot"),
	[CHANNEL_CHAT] = STR_INIT("chat"),
	[CHANNEL_EMAIL] = STR_INIT("email"),
	[CHANNEL_SMS] = STR_INIT("sms"),
	[CHANNEL_SOCIAL] = STR_INIT("social"),
	[CHANNEL_STORE] = STR_INIT("store"),
	[CHANNEL_FIELD] = STR_INIT("field"),
	[CHANNEL_LETTER] = STR_INIT("letter"),
	[CHANNEL_IOT] = STR_INIT("iot"),
	[CHANNEL_BACKOFFICE] = STR_INIT("backoffice"),
};

str channel_name(enum channel channel)
{
	ASSERT(channel < CHANNEL_COUNT_);
	return channels[channel];
}

static const str reasons[REASON_COUNT_] = {
	[REASON_NONE] = STR_INIT("none"),
	[REASON_INTERNET] = STR_INIT("internet"),
	[REASON_BILL] = STR_INIT("bill"),
	[REASON_ORDER] = STR_INIT("order"),
	[REASON_MOBILE] = STR_INIT("mobile"),
	[REASON_OFFER] = STR_INIT("offer"),
	[REASON_CANCEL] = STR_INIT("cancel"),
	[REASON_MOVE] = STR_INIT("move"),
	[REASON_ACCESS] = STR_INIT("access"),
	[REASON_COMPLAINT] = STR_INIT("complaint"),
};

str reason_name(enum reason reason)
{
	ASSERT(reason < REASON_COUNT_);
	return reasons[reason];
}

static const str causes[CAUSE_COUNT_] = {
	[CAUSE_NONE] = STR_INIT("none"),
	[CAUSE_OUTAGE] = STR_INIT("outage"),
	[CAUSE_LINE] = STR_INIT("line"),
	[CAUSE_WIFI] = STR_INIT("wifi"),
	[CAUSE_BILL] = STR_INIT("bill"),
	[CAUSE_PAYMENT] = STR_INIT("payment"),
	[CAUSE_PROMOTION_END] = STR_INIT("promotion-end"),
	[CAUSE_ORDER_LATE] = STR_INIT("order-late"),
	[CAUSE_CONNECTION_FAILED] = STR_INIT("connection-failed"),
	[CAUSE_CHANNEL_CHANGE] = STR_INIT("channel-change"),
	[CAUSE_CHANNEL_CHANGE_FAILED] = STR_INIT("channel-change-failed"),
	[CAUSE_MAIL_UNANSWERED] = STR_INIT("mail-unanswered"),
	[CAUSE_BOT_LOOP] = STR_INIT("bot-loop"),
	[CAUSE_DUNNED] = STR_INIT("dunned"),
	[CAUSE_CANVASSED] = STR_INIT("canvassed"),
	[CAUSE_ROAMING] = STR_INIT("roaming"),
	[CAUSE_SIM] = STR_INIT("sim"),
	[CAUSE_HANDSET] = STR_INIT("handset"),
	[CAUSE_PASSWORD] = STR_INIT("password"),
	[CAUSE_PERSONAL_DATA] = STR_INIT("personal-data"),
	[CAUSE_PRICE] = STR_INIT("price"),
	[CAUSE_SERVICE] = STR_INIT("service"),
	[CAUSE_ABROAD] = STR_INIT("abroad"),
	[CAUSE_UNRESOLVED] = STR_INIT("unresolved"),
	[CAUSE_ESCALATED] = STR_INIT("escalated"),
};

str cause_name(enum cause cause)
{
	ASSERT(cause < CAUSE_COUNT_);
	return causes[cause];
}

static const str outcomes[OUTCOME_COUNT_] = {
	[OUTCOME_NONE] = STR_INIT("none"),
	[OUTCOME_DONE] = STR_INIT("done"),
	[OUTCOME_FAILED] = STR_INIT("failed"),
	[OUTCOME_ABSENT] = STR_INIT("absent"),
	[OUTCOME_NO_ANSWER] = STR_INIT("no-answer"),
	[OUTCOME_RESOLVED] = STR_INIT("resolved"),
	[OUTCOME_UNRESOLVED] = STR_INIT("unresolved"),
	[OUTCOME_CONTAINED] = STR_INIT("contained"),
	[OUTCOME_HANDED_OVER] = STR_INIT("handed-over"),
	[OUTCOME_QUEUED] = STR_INIT("queued"),
	[OUTCOME_LEFT] = STR_INIT("left"),
	[OUTCOME_RETAINED] = STR_INIT("retained"),
	[OUTCOME_LEAVING] = STR_INIT("leaving"),
};

str outcome_name(enum outcome outcome)
{
	ASSERT(outcome < OUTCOME_COUNT_);
	return outcomes[outcome];
}

static const str queues[QUEUE_COUNT_] = {
	[QUEUE_NONE] = STR_INIT("none"),
	[QUEUE_TECHNICAL] = STR_INIT("technical"),
	[QUEUE_MOBILE] = STR_INIT("mobile"),
	[QUEUE_BILLING] = STR_INIT("billing"),
	[QUEUE_SALES] = STR_INIT("sales"),
	[QUEUE_LOYALTY] = STR_INIT("loyalty"),
	[QUEUE_CHAT] = STR_INIT("chat"),
	[QUEUE_MAIL] = STR_INIT("mail"),
	[QUEUE_CONSUMER] = STR_INIT("consumer"),
};

str queue_name(enum call_queue queue)
{
	ASSERT(queue < QUEUE_COUNT_);
	return queues[queue];
}

static const str pages[PAGE_COUNT_] = {
	[PAGE_NONE] = STR_INIT("none"),
	[PAGE_HOME] = STR_INIT("home"),
	[PAGE_OFFERS] = STR_INIT("offers"),
	[PAGE_OFFER] = STR_INIT("offer"),
	[PAGE_HANDSETS] = STR_INIT("handsets"),
	[PAGE_ELIGIBILITY] = STR_INIT("eligibility"),
	[PAGE_NEWS] = STR_INIT("news"),
	[PAGE_WEBMAIL] = STR_INIT("webmail"),
	[PAGE_LOGIN] = STR_INIT("login"),
	[PAGE_ACCOUNT] = STR_INIT("account"),
	[PAGE_USAGE] = STR_INIT("usage"),
	[PAGE_BILLS] = STR_INIT("bills"),
	[PAGE_BILL] = STR_INIT("bill"),
	[PAGE_PAYMENT] = STR_INIT("payment"),
	[PAGE_TV_CHANNELS] = STR_INIT("tv-channels"),
	[PAGE_TV_OPTIONS] = STR_INIT("tv-options"),
	[PAGE_TV_CONFIRM] = STR_INIT("tv-confirm"),
	[PAGE_HELP] = STR_INIT("help"),
	[PAGE_ARTICLE] = STR_INIT("article"),
	[PAGE_DIAGNOSIS] = STR_INIT("diagnosis"),
	[PAGE_OUTAGES] = STR_INIT("outages"),
	[PAGE_TRACKING] = STR_INIT("tracking"),
	[PAGE_APPOINTMENT] = STR_INIT("appointment"),
	[PAGE_BASKET] = STR_INIT("basket"),
	[PAGE_CHECKOUT] = STR_INIT("checkout"),
	[PAGE_ORDERED] = STR_INIT("ordered"),
	[PAGE_MOVE] = STR_INIT("move"),
	[PAGE_CANCEL] = STR_INIT("cancel"),
	[PAGE_PROFILE] = STR_INIT("profile"),
	[PAGE_CONTACT] = STR_INIT("contact"),
	[PAGE_FORM] = STR_INIT("form"),
	[PAGE_BOT] = STR_INIT("bot"),
	[PAGE_SHOPS] = STR_INIT("shops"),
	[PAGE_COMMUNITY] = STR_INIT("community"),
};

str page_name(enum page page)
{
	ASSERT(page < PAGE_COUNT_);
	return pages[page];
}

static const str templates[TEMPLATE_COUNT_] = {
	[TEMPLATE_NONE] = STR_INIT("none"),
	[TEMPLATE_OUTAGE] = STR_INIT("outage"),
	[TEMPLATE_OUTAGE_OVER] = STR_INIT("outage-over"),
	[TEMPLATE_BILL] = STR_INIT("bill"),
	[TEMPLATE_PAYMENT_FAILED] = STR_INIT("payment-failed"),
	[TEMPLATE_DUNNING] = STR_INIT("dunning"),
	[TEMPLATE_ORDER] = STR_INIT("order"),
	[TEMPLATE_SHIPPED] = STR_INIT("shipped"),
	[TEMPLATE_APPOINTMENT] = STR_INIT("appointment"),
	[TEMPLATE_APPOINTMENT_MOVED] = STR_INIT("appointment-moved"),
	[TEMPLATE_WELCOME] = STR_INIT("welcome"),
	[TEMPLATE_ACKNOWLEDGEMENT] = STR_INIT("acknowledgement"),
	[TEMPLATE_SURVEY] = STR_INIT("survey"),
	[TEMPLATE_PROMOTION_END] = STR_INIT("promotion-end"),
	[TEMPLATE_CANVASS] = STR_INIT("canvass"),
	[TEMPLATE_GOODBYE] = STR_INIT("goodbye"),
	[TEMPLATE_AFTER_REPAIR] = STR_INIT("after-repair"),
	[TEMPLATE_BILL_EXPLAINED] = STR_INIT("bill-explained"),
	[TEMPLATE_CREDIT] = STR_INIT("credit"),
	[TEMPLATE_COMPLAINT] = STR_INIT("complaint"),
};

str template_name(enum template template)
{
	ASSERT(template <TEMPLATE_COUNT_);
	return templates[template];
}

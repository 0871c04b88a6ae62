/* demo/write_chat.c - conversations with bot and agents, as their platform exports them: one row
 * for each message and each change of hands; see writers.h */
#include "demo/writers_internal.h"

enum { CHANCE_ROW = 4000, CHANCE_TURNS = 4100, TURNS_MAX = 9 };

enum author { VISITOR, AGENT, BOT };

static const char *author_name(enum author author)
{
	static const char *const names[] = { "visitor", "agent", "bot" };

	return names[author];
}

static void put_who(struct sheet *s, const struct happening *h, enum author author)
{
	struct strbuf *out = open_field(s);

	if (author == BOT)
		strbuf_add(out, STR("Léo"));
	else if (author == AGENT)
		put_agent_login(out, h->agent);
	close_field(s);
}

/* `turn` numbers the rows of one happening. */
static void write_row(struct writers *w, const struct happening *h, int64_t at_ms, uint32_t turn,
	const char *event, enum author author, str text)
{
	struct sheet *s = &w->sheets[SHEET_CHAT];
	const struct talk *talk = under_way_find(w->talks, h->interaction);
	const struct card *card = card_of(w, h->customer, h->time_ms);

	(void)sheet_row(s, h->time_ms);
	put_number_of(s, "C", h->interaction, 8);
	put_number_of(s, "M", h->serial * 16 + turn, 10);
	put_utc(open_field(s), &w->face, at_ms);
	close_field(s);
	put_field_c(s, event);
	put_field_c(s, author_name(author));
	put_who(s, h, author);
	put_field_c(s, h->channel == CHANNEL_APP ? "app" : "web");
	put_cookie_of(w, talk != NULL ? &talk->began : h, open_field(s));
	close_field(s);
	put_field(s, talk != NULL && talk->logged_in ? card->client : STR(""));
	put_field(s, author == BOT && h->what == WHAT_BOT_SAID ? reason_label(h->told_reason)
							       : STR("")); /* as the bot took it */
	put_field(s, text);
	clock_face_at(&w->face, h->time_ms);
	sheet_end(s, chance_of(h, CHANCE_ROW + turn));
}

static void say(struct writers *w, const struct happening *h, int64_t at_ms, uint32_t turn,
	enum author author, enum verbatim_kind kind)
{
	write_row(w, h, at_ms, turn, "message", author, text_for(w, h, kind, turn));
}

/* ---- the bot */

static void bot_says(struct writers *w, const struct happening *h)
{
	bool understood = h->told_reason == h->reason;
	bool again = h->cause == CAUSE_BOT_LOOP && h->item > 1;

	say(w, h, h->time_ms, 0, VISITOR,
		h->item <= 1 ? VERBATIM_TO_BOT
		: again      ? VERBATIM_TO_BOT_NO
			     : VERBATIM_TO_BOT_MORE);
	say(w, h, h->time_ms + 1500, 1, BOT,
		understood || again ? VERBATIM_BOT_ANSWER : VERBATIM_BOT_LOST);
}

static void bot_ends(struct writers *w, const struct happening *h)
{
	if (h->outcome == OUTCOME_HANDED_OVER)
		say(w, h, h->time_ms, 0, BOT, VERBATIM_BOT_HANDOVER);
	else if (h->outcome != OUTCOME_LEFT)
		say(w, h, h->time_ms, 0, BOT, VERBATIM_BOT_END);
	write_row(w, h, h->time_ms, 1,
		h->outcome == OUTCOME_HANDED_OVER ? "handed_over"
		: h->outcome == OUTCOME_LEFT      ? "left"
						  : "closed",
		BOT, STR(""));
	under_way_end(w->talks, h->interaction);
}

/* ---- the agent: the conversation is exported when it ends */

static void conversation(struct writers *w, const struct happening *h, const struct talk *talk)
{
	static const struct {
		enum author author;
		enum verbatim_kind kind;
	} turns[TURNS_MAX] = { { VISITOR, VERBATIM_CHAT_OPENING }, { AGENT, VERBATIM_AGENT_HELLO },
		{ VISITOR, VERBATIM_CHAT_DETAIL }, { AGENT, VERBATIM_AGENT_QUESTION },
		{ VISITOR, VERBATIM_CHAT_MORE }, { AGENT, VERBATIM_AGENT_SORRY },
		{ AGENT, VERBATIM_AGENT_ANSWER }, { AGENT, VERBATIM_AGENT_END },
		{ VISITOR, VERBATIM_CHAT_END } };
	uint64_t chance = chance_of(h, CHANCE_TURNS);
	int64_t from = talk->answered_ms > 0 ? talk->answered_ms : h->time_ms - h->talk_ms;
	int64_t length = MAX_OF(h->time_ms - from, (int64_t)TURNS_MAX);

	for (uint32_t i = 0; i < TURNS_MAX; i++) {
		bool optional = i == 3 || i == 4 || i == 5;
		if (optional && (chance >> i & 3) == 0)
			continue;
		if (i == 5 && h->sentiment >= 0)
			continue;
		int64_t at = i == 0 ? MIN_OF(talk->began.time_ms + 2000, from)
				    : from + length * i / TURNS_MAX;
		say(w, h, at, i, turns[i].author, turns[i].kind);
	}
}

static void chat_ends(struct writers *w, const struct happening *h, const struct talk *talk)
{
	char bytes[24];
	struct strbuf id = { .ptr = bytes, .cap = sizeof(bytes), .cap_max = sizeof(bytes) };

	if (talk != NULL)
		conversation(w, h, talk);
	write_row(w, h, h->time_ms, 14, h->outcome == OUTCOME_RESOLVED ? "solved" : "closed", AGENT,
		STR(""));
	strbuf_add_byte(&id, 'C');
	put_digits(&id, h->interaction, 8);
	tell_text(w, h, "chat", strbuf_str(&id), VERBATIM_CHAT_OPENING);
	under_way_end(w->talks, h->interaction);
}

static void talk_begins(struct writers *w, const struct happening *h)
{
	struct talk *talk = under_way_begin(w->talks, h->interaction);

	talk->began = *h;
	talk->logged_in = h->logged_in || h->channel == CHANNEL_APP || h->serial % 3 != 0;
	write_row(w, h, h->time_ms, 0, h->what == WHAT_BOT_BEGAN ? "bot_opened" : "waiting",
		VISITOR, STR(""));
	if (h->what == WHAT_BOT_BEGAN)
		say(w, h, h->time_ms + 800, 1, BOT, VERBATIM_BOT_HELLO);
}

void write_chat(struct writers *w, const struct happening *h)
{
	struct talk *talk = under_way_find(w->talks, h->interaction);

	switch (h->what) {
	case WHAT_BOT_BEGAN:
	case WHAT_CHAT_BEGAN:
		talk_begins(w, h);
		break;
	case WHAT_BOT_SAID:
		bot_says(w, h);
		break;
	case WHAT_BOT_ENDED:
		bot_ends(w, h);
		break;
	case WHAT_CHAT_ANSWERED:
		if (talk != NULL)
			talk->answered_ms = h->time_ms;
		write_row(w, h, h->time_ms, 0, "joined", AGENT, STR(""));
		break;
	case WHAT_CHAT_ENDED:
		chat_ends(w, h, talk);
		break;
	default: /* nobody came in time */
		write_row(w, h, h->time_ms, 0, "left", VISITOR, STR(""));
		under_way_end(w->talks, h->interaction);
		break;
	}
}

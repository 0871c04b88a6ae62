/* main/retention_view.h - what the commands of retention share: the rule that is asked for, and the
 * account of rules. */
#pragma once

#include "desk/retention.h"
#include "main/request.h"
#include "main/sink.h"

/* MSG_RETENTION_ALL: by accident nobody shall lose everything. */
err retention_asked(const struct request *request, struct retention_rule *out, struct why *why);

/* What one rule removes. */
struct retention_account {
	int64_t id;
	uint64_t events;
	int64_t oldest_ms; /* 0: not known */
};
void retention_tell(const struct request *request, struct sink *sink,
	const struct retention_account *accounts, size_t count);

/* clang-format off */
#define RETENTION_RULE_OPTIONS \
	{ STR_INIT("source"), IS_TEXT, false, WORDS("PATTERN", "MOTIF"), \
		WORDS("only events of this source; * stands for anything", \
			"seulement les événements de cette source ; * vaut n'importe quoi"), STR_INIT("") }, \
	{ STR_INIT("channel"), IS_TEXT, false, WORDS("PATTERN", "MOTIF"), \
		WORDS("only on this channel", "seulement sur ce canal"), STR_INIT("") }, \
	{ STR_INIT("activity"), IS_TEXT, false, WORDS("PATTERN", "MOTIF"), \
		WORDS("only of this activity, as in 'page.*'", \
			"seulement de cette activité, comme 'page.*'"), STR_INIT("") }, \
	{ STR_INIT("all"), IS_FLAG, false, SAME_WORDS(""), \
		WORDS("of any source, channel and activity", \
			"de toute source, tout canal, toute activité"), STR_INIT("") }
/* clang-format on */

/* exchange/column_guess.c - see column_guess.h */
#include "exchange/column_guess.h"

enum { FOLDED_BYTES = CHANNEL_FORM_BYTES, LIST_BYTES_MAX = 400 };

/* In order of preference, folded. */
static const char *const time_names[] = { "timetimestamp", "timestamp", "eventtime", "datetime",
	"dateheure", "horodatage", "occurredat", "createdat", "datetimeutc", "dateevenement",
	"datecontact", "contactdate", "date", "time", "calldate", "starttime", "startdate",
	"datedebut", "created" };
static const char *const clock_names[] = { "heure", "time", "clock", "hour", "heureappel" };
static const char *const activity_names[] = { "conceptname", "activity", "activite", "event",
	"eventname", "evenement", "action", "etape", "step", "typeevenement", "eventtype" };
static const char *const channel_names[] = { "channel", "canal", "channelname", "canalcontact",
	"contactchannel" };

static const struct {
	const char *name, *type;
} identifier_names[] = {
	{ "customerid", "customer" },
	{ "customer", "customer" },
	{ "customernumber", "customer" },
	{ "clientid", "customer" },
	{ "client", "customer" },
	{ "idclient", "customer" },
	{ "numclient", "customer" },
	{ "numeroclient", "customer" },
	{ "refclient", "customer" },
	{ "email", "email" },
	{ "emailaddress", "email" },
	{ "mail", "email" },
	{ "courriel", "email" },
	{ "adressemail", "email" },
	{ "adresseemail", "email" },
	{ "phone", "phone" },
	{ "phonenumber", "phone" },
	{ "telephone", "phone" },
	{ "tel", "phone" },
	{ "mobile", "phone" },
	{ "msisdn", "phone" },
	{ "portable", "phone" },
	{ "numerotelephone", "phone" },
	{ "userid", "user_id" },
	{ "anonymousid", "anonymous_id" },
	{ "accountid", "account" },
	{ "compte", "account" },
};
static const struct {
	const char *name, *type;
} case_names[] = { { "caseid", "case" }, { "case", "case" }, { "dossier", "case" },
	{ "dossierid", "case" }, { "numerodossier", "case" }, { "ticketid", "case" } };

static bool is_called(str name, const char *folded)
{
	char form[FOLDED_BYTES];
	str plain = mapping_channel_form(name, form);
	size_t len = 0;

	for (size_t i = 0; i < plain.len; i++)
		if (plain.ptr[i] != '-' && plain.ptr[i] != '_')
			form[len++] = form[i];
	return str_equal((str){ form, len }, str_of(folded));
}

static const str *find(const str *names, size_t count, const char *const *usual, size_t usual_count)
{
	for (size_t u = 0; u < usual_count; u++)
		for (size_t i = 0; i < count; i++)
			if (is_called(names[i], usual[u]))
				return &names[i];
	return NULL;
}

str column_list(const str *names, size_t count, struct arena *arena)
{
	struct strbuf list = strbuf_in(arena, LIST_BYTES_MAX + 8);

	for (size_t i = 0; i < count; i++) {
		if (list.len + names[i].len + 2 > LIST_BYTES_MAX) {
			strbuf_add(&list, STR(", ..."));
			break;
		}
		strbuf_add(&list, i == 0 ? STR("") : STR(", "));
		strbuf_add(&list, names[i]);
	}
	return strbuf_ok(&list) ? strbuf_str(&list) : STR("...");
}

static void guess_term(struct mapping_term *term, const str *names, size_t count,
	const char *const *usual, size_t usual_count)
{
	const str *found = find(names, count, usual, usual_count);

	if (term->origin != ORIGIN_NONE || found == NULL)
		return;
	term->origin = ORIGIN_COLUMN;
	term->text = *found;
}

/* A column `date` beside a column `heure` are one time. */
static void guess_time(struct mapping *m, const str *names, size_t count, str columns[static 2])
{
	const str *time = find(names, count, time_names, ARRAY_LEN(time_names));

	if (m->time.columns.count > 0 || time == NULL)
		return;
	columns[0] = *time;
	m->time.columns = (struct mapping_names){ columns, 1 };
	const str *clock = find(names, count, clock_names, ARRAY_LEN(clock_names));
	if (clock == NULL || clock == time || !is_called(*time, "date"))
		return;
	columns[1] = *clock;
	m->time.columns.count = 2;
}

static void guess_identifiers(
	struct mapping *m, const str *names, size_t count, struct mapping_identifier *found)
{
	size_t found_count = 0;

	for (size_t i = 0; i < count && found_count < RECORD_IDENTIFIERS_MAX; i++)
		for (size_t u = 0; u < ARRAY_LEN(identifier_names); u++)
			if (is_called(names[i], identifier_names[u].name)) {
				found[found_count++] = (struct mapping_identifier){
					.type = str_of(identifier_names[u].type), .column = names[i]
				};
				break;
			}
	for (size_t u = 0; u < ARRAY_LEN(case_names) && found_count == 0; u++)
		for (size_t i = 0; i < count && found_count == 0; i++)
			if (is_called(names[i], case_names[u].name))
				found[found_count++] = (struct mapping_identifier){
					.type = str_of(case_names[u].type), .column = names[i]
				};
	m->identifiers = found;
	m->identifier_count = found_count;
}

static bool has_column(const str *names, size_t count, str name)
{
	for (size_t i = 0; i < count; i++)
		if (str_equal(names[i], name))
			return true;
	return false;
}

static err check(const struct mapping *m, const str *names, size_t count, struct arena *arena,
	struct why *why)
{
	bool is_event = m->kind == RECORD_EVENT;
	str list = column_list(names, count, arena);

	if (is_event && m->time.columns.count == 0)
		return fail(why, MSG_CSV_NO_TIME, arg_str(list));
	if (is_event && m->activity.origin == ORIGIN_NONE)
		return fail(why, MSG_CSV_NO_ACTIVITY, arg_str(list));
	if (m->identifier_count == 0)
		return fail(why, MSG_CSV_NO_CUSTOMER, arg_str(list));
	return OK;
}

err column_guess(
	struct mapping *m, const str *names, size_t count, struct arena *arena, struct why *why)
{
	bool is_event_log = has_column(names, count, STR("case:concept:name"));
	str *columns = arena_array(arena, 2, sizeof(*columns));
	struct mapping_identifier *found =
		arena_array(arena, RECORD_IDENTIFIERS_MAX, sizeof(*found));

	if (columns == NULL || found == NULL)
		return fail(
			why, MSG_NO_ROOM, arg_c("mapping"), arg_int((int64_t)arena_left(arena)));
	if (m->kind == RECORD_EVENT || m->time.columns.count > 0)
		guess_time(m, names, count, columns);
	if (m->kind == RECORD_EVENT)
		guess_term(&m->activity, names, count, activity_names, ARRAY_LEN(activity_names));
	if (m->identifier_count == 0 && is_event_log) {
		found[0] = (struct mapping_identifier){ .type = STR("case"),
			.column = STR("case:concept:name") };
		m->identifiers = found;
		m->identifier_count = 1;
	} else if (m->identifier_count == 0) {
		guess_identifiers(m, names, count, found);
	}
	if (is_event_log && m->actor.origin == ORIGIN_NONE &&
		has_column(names, count, STR("org:resource"))) { /* and it stays an attribute */
		m->actor.origin = ORIGIN_TEMPLATE;
		m->actor.text = STR("{org:resource}");
	}
	if (!is_event_log)
		guess_term(&m->channel, names, count, channel_names, ARRAY_LEN(channel_names));
	if (m->channel.origin == ORIGIN_NONE) {
		m->channel.origin = ORIGIN_CONSTANT;
		m->channel.text = STR("backoffice");
	}
	return check(m, names, count, arena, why);
}

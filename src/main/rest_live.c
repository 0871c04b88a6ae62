/* main/rest_live.c - GET /api/v1/live: who may listen to what; see live.h and rest_special.h */
#include "identity/identifier.h"
#include "main/live.h"
#include "main/rest_run.h"
#include "main/rest_special.h"
#include "main/rest_words.h"
#include "main/store.h"

const struct option rest_live_options[] = {
	{ .name = STR_INIT("customer"),
		.is = IS_TEXT,
		.repeats = true,
		.help = WORDS("tell when this customer may have changed: type:value",
			"dire quand ce client a pu changer : type:valeur") },
	{ .name = STR_INIT("imports"),
		.is = IS_FLAG,
		.help = WORDS("tell how far imports are", "dire où en sont les imports") },
	{ .name = STR_INIT("") },
};

struct wishing {
	struct rest_call *call;
	str customers[LIVE_CUSTOMERS_MAX];
	struct live_wish wish;
};

static err add_customer(struct wishing *w, str typed, struct why *why)
{
	struct identifier_rules rules =
		identifier_rules_of(rest_options_of(w->call->rest)->settings);
	struct arena *arena = w->call->arena;
	struct record_identifier id;

	if (w->wish.customer_count == LIVE_CUSTOMERS_MAX)
		return fail(why, MSG_LIVE_CUSTOMERS, arg_int(LIVE_CUSTOMERS_MAX));
	err e = identifier_parse(&rules, typed, arena, &id, why);
	if (e != OK)
		return e;
	str text = identifier_text(id.type, id.value, arena);
	if (text.ptr == NULL)
		return fail(why, MSG_NO_ROOM, arg_c("customer"), arg_int(0));
	w->customers[w->wish.customer_count++] = text;
	return OK;
}

static err add_wish(struct wishing *w, str name, str value, struct why *why)
{
	if (str_equal(name, STR("customer")))
		return add_customer(w, value, why);
	if (!str_equal(name, STR("imports")))
		return fail(why, MSG_REST_PARAMETER, arg_str(name));
	return rest_flag(name, value, &w->wish.imports, why);
}

/* The number of Last-Event-ID; anything else is as good as none. */
static uint64_t seen_of(const struct http_exchange *x)
{
	int64_t number = 0;

	return str_to_int64(http_header(x, "Last-Event-ID"), &number) && number > 0
		       ? (uint64_t)number
		       : 0;
}

static err check_rights(const struct wishing *w, struct why *why)
{
	const struct rest_caller *caller = &w->call->caller;
	rights needs = (w->wish.customer_count > 0 ? RIGHT(CUSTOMERS) : 0) |
		       (w->wish.imports ? RIGHT(IMPORT) : 0);

	return (caller->rights & needs) == needs
		       ? OK
		       : fail(why, MSG_REST_FORBIDDEN, arg_str(role_name(caller->role)));
}

/* Each customer who is listened to is a row of the audit. */
static err note_customers(struct wishing *w, struct why *why)
{
	err e = OK;

	for (size_t i = 0; e == OK && i < w->wish.customer_count; i++) {
		w->call->subject = w->customers[i];
		w->call->names_people = true;
		e = rest_note(w->call, STR("read"), why);
	}
	return e;
}

static str credential_of(const struct rest_call *call)
{
	str kind, token;

	if (call->caller.by_session)
		return http_cookie(call->x, rest_cookie_name(call->x));
	return str_split(http_header(call->x, "Authorization"), ' ', &kind, &token)
		       ? str_trim(token)
		       : STR("");
}

err rest_live(struct rest_call *call, struct why *why)
{
	const struct target *target = http_target(call->x);
	struct wishing w = { .call = call };
	err e = OK;

	for (size_t i = 0; e == OK && i < target->query_count; i++)
		e = add_wish(&w, target->query[i].name, target->query[i].value, why);
	if (e == OK)
		e = check_rights(&w, why);
	if (e == OK)
		e = note_customers(&w, why);
	if (e != OK)
		return e;
	w.wish.customers = w.customers;
	w.wish.seen_seq = seen_of(call->x);
	w.wish.credential = credential_of(call);
	w.wish.by_session = call->caller.by_session;
	http_set(call->x, "X-Accel-Buffering", STR("no")); /* nginx would hold it back */
	rest_settled(call);
	return live_join(rest_live_of(call->rest), call->x, &w.wish, why);
}

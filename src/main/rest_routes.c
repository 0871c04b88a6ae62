/* main/rest_routes.c - see rest_route.h */
#include "main/rest_route.h"
#include "main/rest_special.h"

enum { BODY_BYTES = 1 << 20 };
#define FILE_BYTES ((size_t)64 << 20)

static const struct rest_route rows[] = {
	{ .method = HTTP_GET,
		.pattern = "/api/v1/status",
		.command = &cmd_status,
		.needs = RIGHT(STATUS),
		.quick = true },
	{ .method = HTTP_GET, /* by POST: what one looks for stands in no address */
		.pattern = "/api/v1/find",
		.command = &cmd_find,
		.needs = RIGHT(CUSTOMERS),
		.personal = true,
		.searches = true },
	{ .method = HTTP_GET,
		.pattern = "/api/v1/customers/{identifier}",
		.command = &cmd_customer,
		.needs = RIGHT(CUSTOMERS),
		.personal = true,
		.quick = true,
		.arguments = { "identifier" } },
	{ .method = HTTP_GET,
		.pattern = "/api/v1/customers/{identifier}/thread",
		.command = &cmd_thread,
		.needs = RIGHT(CUSTOMERS),
		.personal = true,
		.quick = true,
		.arguments = { "identifier" } },
	{ .method = HTTP_GET,
		.pattern = "/api/v1/customers/{identifier}/access",
		.command = &cmd_access,
		.needs = RIGHT(ERASE) | RIGHT(TEXT),
		.personal = true,
		.arguments = { "identifier" } },
	{ .method = HTTP_DELETE,
		.pattern = "/api/v1/customers/{identifier}",
		.command = &cmd_erase,
		.guard = &cmd_customer,
		.needs = RIGHT(ERASE),
		.arguments = { "identifier" } },
	{ .method = HTTP_GET,
		.pattern = "/api/v1/events",
		.command = &cmd_events,
		.needs = RIGHT(LISTS),
		.personal = true },
	{ .method = HTTP_POST,
		.pattern = "/api/v1/events/{source}/{message_id}/correct",
		.command = &cmd_correct,
		.needs = RIGHT(CORRECT),
		.arguments = { "source", "message_id" },
		.body_bytes_max = BODY_BYTES },
	{ .method = HTTP_POST,
		.pattern = "/api/v1/events/{source}/{message_id}/retract",
		.command = &cmd_retract,
		.needs = RIGHT(CORRECT),
		.arguments = { "source", "message_id" },
		.body_bytes_max = BODY_BYTES },
	{ .method = HTTP_DELETE,
		.pattern = "/api/v1/events/{source}/{message_id}",
		.command = &cmd_erase,
		.needs = RIGHT(ERASE),
		.options = { "source", "message_id" } },
	{ .method = HTTP_GET,
		.pattern = "/api/v1/export",
		.command = &cmd_export,
		.needs = RIGHT(EXPORT),
		.personal = true },
	{ .method = HTTP_POST,
		.pattern = "/api/v1/imports",
		.command = &cmd_import,
		.needs = RIGHT(IMPORT),
		.body_bytes_max = FILE_BYTES,
		.takes_file = true },
	{ .method = HTTP_GET,
		.pattern = "/api/v1/imports/rejects/{name}",
		.special = rest_rejects,
		.says = WORDS(
			"rows that an import refused, or the reasons of them: the name is its "
			"rejects_file, which ends in .rows or .reasons",
			"les lignes qu'un import a refusées, ou leurs raisons : le nom est son "
			"rejects_file, qui finit par .rows ou .reasons"),
		.needs = RIGHT(IMPORT),
		.personal = true },
	{ .method = HTTP_GET,
		.pattern = "/api/v1/journey/list",
		.command = &cmd_journey_list,
		.needs = RIGHT(LISTS),
		.personal = true },
	{ .method = HTTP_GET,
		.pattern = "/api/v1/verify",
		.command = &cmd_verify,
		.needs = RIGHT(STORE) },
	{ .method = HTTP_POST,
		.pattern = "/api/v1/seal",
		.command = &cmd_seal,
		.needs = RIGHT(STORE),
		.body_bytes_max = BODY_BYTES },
	{ .method = HTTP_GET,
		.pattern = "/api/v1/retention",
		.command = &cmd_retention_list,
		.needs = RIGHT(STATUS) | RIGHT(ERASE),
		.quick = true },
	{ .method = HTTP_POST,
		.pattern = "/api/v1/retention",
		.command = &cmd_retention_add,
		.guard = &cmd_retention_list,
		.needs = RIGHT(ERASE),
		.quick = true,
		.body_bytes_max = BODY_BYTES },
	{ .method = HTTP_DELETE,
		.pattern = "/api/v1/retention/{id}",
		.command = &cmd_retention_remove,
		.guard = &cmd_retention_list,
		.needs = RIGHT(ERASE),
		.quick = true,
		.arguments = { "id" } },
	{ .method = HTTP_GET,
		.pattern = "/api/v1/retention/preview",
		.command = &cmd_retention_preview,
		.needs = RIGHT(ERASE) },
	{ .method = HTTP_POST,
		.pattern = "/api/v1/retention/run",
		.command = &cmd_retention_run,
		.needs = RIGHT(ERASE),
		.body_bytes_max = BODY_BYTES },
	{ .method = HTTP_GET,
		.pattern = "/api/v1/keys",
		.command = &cmd_key_list,
		.needs = RIGHT(DOORS),
		.quick = true },
	{ .method = HTTP_POST,
		.pattern = "/api/v1/keys",
		.command = &cmd_key_create,
		.guard = &cmd_key_list,
		.needs = RIGHT(DOORS),
		.quick = true,
		.body_bytes_max = BODY_BYTES },
	{ .method = HTTP_POST,
		.pattern = "/api/v1/keys/{id}/rotate",
		.command = &cmd_key_rotate,
		.guard = &cmd_key_list,
		.needs = RIGHT(DOORS),
		.quick = true,
		.arguments = { "id" },
		.body_bytes_max = BODY_BYTES },
	{ .method = HTTP_DELETE,
		.pattern = "/api/v1/keys/{id}",
		.command = &cmd_key_revoke,
		.guard = &cmd_key_list,
		.needs = RIGHT(DOORS),
		.quick = true,
		.arguments = { "id" } },
	{ .method = HTTP_GET,
		.pattern = "/api/v1/sources",
		.command = &cmd_source_list,
		.needs = RIGHT(STATUS),
		.quick = true },
	{ .method = HTTP_GET,
		.pattern = "/api/v1/sources/{name}",
		.command = &cmd_source_show,
		.needs = RIGHT(IMPORT),
		.quick = true,
		.arguments = { "name" } },
	{ .method = HTTP_GET,
		.pattern = "/api/v1/tokens",
		.command = &cmd_token_list,
		.needs = RIGHT(DOORS),
		.quick = true },
	{ .method = HTTP_POST,
		.pattern = "/api/v1/tokens",
		.command = &cmd_token_create,
		.guard = &cmd_token_list,
		.needs = RIGHT(DOORS),
		.quick = true,
		.body_bytes_max = BODY_BYTES },
	{ .method = HTTP_DELETE,
		.pattern = "/api/v1/tokens/{id}",
		.command = &cmd_token_revoke,
		.guard = &cmd_token_list,
		.needs = RIGHT(DOORS),
		.quick = true,
		.arguments = { "id" } },
	{ .method = HTTP_GET,
		.pattern = "/api/v1/users",
		.command = &cmd_user_list,
		.needs = RIGHT(DOORS),
		.quick = true },
	{ .method = HTTP_POST,
		.pattern = "/api/v1/users",
		.command = &cmd_user_create,
		.guard = &cmd_user_list,
		.needs = RIGHT(DOORS),
		.body_bytes_max = BODY_BYTES },
	{ .method = HTTP_POST,
		.pattern = "/api/v1/users/{name}/role",
		.command = &cmd_user_role,
		.guard = &cmd_user_list,
		.needs = RIGHT(DOORS),
		.arguments = { "name" },
		.body_bytes_max = BODY_BYTES },
	{ .method = HTTP_POST,
		.pattern = "/api/v1/users/{name}/password",
		.command = &cmd_user_password,
		.guard = &cmd_user_list,
		.needs = RIGHT(DOORS),
		.arguments = { "name" },
		.body_bytes_max = BODY_BYTES },
	{ .method = HTTP_POST,
		.pattern = "/api/v1/users/{name}/disable",
		.command = &cmd_user_disable,
		.guard = &cmd_user_list,
		.needs = RIGHT(DOORS),
		.arguments = { "name" },
		.body_bytes_max = BODY_BYTES },
	{ .method = HTTP_POST,
		.pattern = "/api/v1/users/{name}/totp",
		.command = &cmd_user_totp,
		.guard = &cmd_user_list,
		.needs = RIGHT(DOORS),
		.arguments = { "name" },
		.body_bytes_max = BODY_BYTES },
	{ .method = HTTP_POST,
		.pattern = "/api/v1/users/{name}/oidc",
		.command = &cmd_user_oidc,
		.guard = &cmd_user_list,
		.needs = RIGHT(DOORS),
		.arguments = { "name" },
		.body_bytes_max = BODY_BYTES },
	{ .method = HTTP_GET,
		.pattern = "/api/v1/audit",
		.command = &cmd_audit,
		.needs = RIGHT(AUDIT),
		.personal = true, /* it names who was looked at */
		.quick = true },
	{ .method = HTTP_GET,
		.pattern = "/api/v1/live",
		.special = rest_live,
		.says = WORDS("server-sent events: new records, customers that may have changed, "
			      "imports",
			"événements envoyés par le serveur : nouveaux enregistrements, clients qui "
			"ont pu changer, imports"),
		.options_of = rest_live_options,
		.needs = RIGHT(STATUS),
		.quick = true },
	{ .method = HTTP_GET,
		.pattern = "/api/v1/views",
		.command = &cmd_view_list,
		.needs = RIGHT(JOURNEYS),
		.quick = true },
	{ .method = HTTP_POST,
		.pattern = "/api/v1/views/{name}",
		.command = &cmd_view_save,
		.needs = RIGHT(JOURNEYS),
		.quick = true,
		.arguments = { "name" },
		.body_bytes_max = BODY_BYTES },
	{ .method = HTTP_DELETE,
		.pattern = "/api/v1/views/{name}",
		.command = &cmd_view_remove,
		.needs = RIGHT(JOURNEYS),
		.quick = true,
		.arguments = { "name" } },
	{ .method = HTTP_GET,
		.pattern = "/api/v1/views/{name}/comments",
		.command = &cmd_view_comments,
		.needs = RIGHT(JOURNEYS),
		.quick = true,
		.arguments = { "name" } },
	{ .method = HTTP_POST,
		.pattern = "/api/v1/views/{name}/comments",
		.command = &cmd_view_comment,
		.needs = RIGHT(JOURNEYS),
		.quick = true,
		.arguments = { "name" },
		.body_bytes_max = BODY_BYTES },
	{ .method = HTTP_POST,
		.pattern = "/api/v1/session",
		.special = rest_sign_in,
		.schema = "me",
		.says = WORDS("sign in: a cookie, and the token that changes must bring",
			"se connecter : un cookie, et le jeton que les modifications doivent "
			"porter"),
		.open = true,
		.body_bytes_max = 1 << 14 },
	{ .method = HTTP_DELETE,
		.pattern = "/api/v1/session",
		.special = rest_sign_out,
		.says = WORDS("sign out", "se déconnecter"),
		.quick = true },
	{ .method = HTTP_GET,
		.pattern = "/api/v1/oidc",
		.special = rest_oidc_offer,
		.schema = "oidc",
		.says = WORDS("whether people may sign in by an OpenID provider, and by which",
			"si l'on peut se connecter par un fournisseur OpenID, et par lequel"),
		.open = true },
	{ .method = HTTP_GET,
		.pattern = "/api/v1/oidc/begin",
		.special = rest_oidc_begin,
		.says = WORDS("sign in by the OpenID provider: the browser is sent there",
			"se connecter par le fournisseur OpenID : le navigateur y est envoyé"),
		.open = true },
	{ .method = HTTP_GET,
		.pattern = "/api/v1/oidc/callback",
		.special = rest_oidc_callback,
		.says = WORDS("where the OpenID provider sends the browser back: a session begins",
			"où le fournisseur OpenID renvoie le navigateur : une session commence"),
		.options_of = rest_oidc_options,
		.open = true },
	{ .method = HTTP_GET,
		.pattern = "/api/v1/me",
		.special = rest_me,
		.schema = "me",
		.says = WORDS("who is asking, and what he may do",
			"qui interroge, et ce qu'il peut faire"),
		.quick = true },
	{ .method = HTTP_GET,
		.pattern = "/api/v1/me/account",
		.special = rest_own_account,
		.schema = "own-account",
		.says = WORDS("one's own account: how one signs in, and where one is signed in",
			"son propre compte : comment on se connecte, et où l'on est connecté"),
		.own = true,
		.quick = true },
	{ .method = HTTP_POST,
		.pattern = "/api/v1/me/password",
		.special = rest_own_password,
		.says = WORDS("change one's own password; one's other sessions end",
			"changer son propre mot de passe ; ses autres sessions prennent fin"),
		.own = true,
		.body_bytes_max = 1 << 14 },
	{ .method = HTTP_POST,
		.pattern = "/api/v1/me/totp",
		.special = rest_own_totp,
		.schema = "own-totp",
		.says = WORDS(
			"begin a second factor of one's own, which counts once it is confirmed",
			"commencer son propre second facteur, qui compte une fois confirmé"),
		.own = true,
		.body_bytes_max = 1 << 14 },
	{ .method = HTTP_POST,
		.pattern = "/api/v1/me/totp/confirm",
		.special = rest_own_totp_confirm,
		.says = WORDS("confirm it by a code of the telephone; one's other sessions end",
			"le confirmer par un code du téléphone ; ses autres sessions prennent fin"),
		.own = true,
		.quick = true,
		.body_bytes_max = 1 << 14 },
	{ .method = HTTP_POST,
		.pattern = "/api/v1/me/totp/remove",
		.special = rest_own_totp_remove,
		.says = WORDS("take it away, by the password or a code; one's other sessions end",
			"l'enlever, par le mot de passe ou un code ; ses autres sessions prennent "
			"fin"),
		.own = true,
		.body_bytes_max = 1 << 14 },
	{ .method = HTTP_DELETE,
		.pattern = "/api/v1/me/sessions",
		.special = rest_own_sessions_end,
		.says = WORDS("end one's other sessions", "mettre fin à ses autres sessions"),
		.own = true,
		.quick = true },
	{ .method = HTTP_DELETE,
		.pattern = "/api/v1/me/sessions/{id}",
		.special = rest_own_session_end,
		.says = WORDS("end a session of one's own", "mettre fin à une session à soi"),
		.own = true,
		.quick = true },
	{ .method = HTTP_POST,
		.pattern = "/api/v1/setup",
		.special = rest_setup,
		.schema = "me",
		.says = WORDS("make the first user, an administrator, by the set-up link",
			"créer le premier utilisateur, administrateur, par le lien de mise en "
			"service"),
		.open = true,
		.body_bytes_max = 1 << 14 },
	{ .method = HTTP_GET,
		.pattern = "/docs",
		.special = rest_docs,
		.says = WORDS("this interface, for people", "cette interface, pour les gens"),
		.open = true },
	{ .method = HTTP_GET,
		.pattern = "/api/v1/openapi.json",
		.special = rest_openapi,
		.says = WORDS("this document", "ce document"),
		.open = true },
};

/* Rights of families: what is derived tells numbers of all customers, or decides who is who. */
static rights needs_of(const struct command *command)
{
	if (str_starts(command->name, STR("journey ")))
		return RIGHT(JOURNEYS);
	if (str_starts(command->name, STR("identity ")))
		return command->read_only ? RIGHT(LISTS) : RIGHT(IDENTITY);
	if (command == &cmd_source_events)
		return RIGHT(STATUS);
	if (command == &cmd_attributes)
		return RIGHT(LISTS); /* a value may be somebody's */
	/* What a segment asks is a question; who is in it, and keeping one, is for who sees lists.
	 */
	if (command == &cmd_segment_list || command == &cmd_segment_show)
		return RIGHT(JOURNEYS);
	return str_starts(command->name, STR("segment ")) ? RIGHT(LISTS) : RIGHT(STORE);
}

static bool is_personal(const struct command *command)
{
	return str_starts(command->name, STR("identity ")) || command == &cmd_segment_members ||
	       command == &cmd_attributes;
}

static bool has_row(const struct command *command)
{
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		if (rows[i].command == command)
			return true;
	return false;
}

static const char *pattern_of(const struct command *command, struct arena *arena)
{
	struct strbuf path = strbuf_in(arena, REST_PATH_BYTES_MAX);

	strbuf_add_c(&path, "/api/v1/");
	for (size_t i = 0; i < command->name.len; i++)
		strbuf_add_byte(&path, command->name.ptr[i] == ' ' ? '/' : command->name.ptr[i]);
	strbuf_add_byte(&path, '\0');
	ASSERT(strbuf_ok(&path)); /* names are short */
	return path.ptr;
}

/* Copying the folder to a place that a stranger names is for who has the machine. */
static bool is_local(const struct command *command)
{
	return command == &cmd_backup;
}

static bool takes_definition(const struct command *command)
{
	for (const struct option *o = command->options; o->name.len > 0; o++)
		if (str_equal(o->name, STR("definition")))
			return true;
	return false;
}

/* identity explain: of two identifiers, neither of which is the path's.  A query has no place for
 * them. */
static bool names_arguments(const struct rest_route *route)
{
	return route->arguments[0] == NULL && route->command->arguments.min > 0;
}

static void ask_by_body(struct rest_route *route)
{
	route->method = HTTP_POST;
	route->body_bytes_max = BODY_BYTES;
	route->asks = true;
}

/* A question with a definition of its own is too long for an address, and arguments are no
 * parameters: the one may come as a body, the others must. */
static size_t add_questions(struct rest_route *all, size_t count)
{
	size_t n = count;

	for (size_t i = 0; i < count; i++) {
		if (all[i].method != HTTP_GET || all[i].command == NULL)
			continue;
		if (names_arguments(&all[i])) {
			ask_by_body(&all[i]);
		} else if (takes_definition(all[i].command)) {
			ASSERT(n < REST_ROUTES_MAX);
			all[n] = all[i];
			ask_by_body(&all[n++]);
		}
	}
	return n;
}

const struct rest_route *rest_routes(
	const struct command_list *list, struct arena *arena, size_t *count)
{
	struct rest_route *all = arena_array(arena, REST_ROUTES_MAX, sizeof(*all));
	size_t n = ARRAY_LEN(rows);

	ASSERT(all != NULL); /* the arena is fresh */
	memcpy(all, rows, sizeof(rows));
	for (size_t i = 0; i < list->count; i++) {
		const struct command *command = list->items[i];
		if (!command_in_house(command) || has_row(command) || is_local(command))
			continue;
		ASSERT(n < REST_ROUTES_MAX);
		all[n++] = (struct rest_route){ .method = command->read_only ? HTTP_GET : HTTP_POST,
			.pattern = pattern_of(command, arena),
			.command = command,
			.needs = needs_of(command),
			.personal = is_personal(command),
			.body_bytes_max = command->read_only ? 0 : BODY_BYTES };
	}
	*count = add_questions(all, n);
	return all;
}

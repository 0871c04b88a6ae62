/* main/cmd_token.c - ariane token create, list, revoke: which programs may ask. */
#include "desk/tokens.h"
#include "main/door_rights.h"
#include "main/door_view.h"

enum { FIELDS = 8 };

static void fields_of(const struct token *token, str granted, struct door_field out[static FIELDS])
{
	const struct door_field fields[FIELDS] = {
		{ "id", TEXT_DOOR_ID, FIELD_NUMBER, STR(""), token->id },
		{ "name", TEXT_DOOR_NAME, FIELD_TEXT, token->name, 0 },
		{ "role", TEXT_DOOR_ROLE, FIELD_TEXT, role_name(token->role), 0 },
		{ "granted", TEXT_DOOR_GRANTED, FIELD_TEXT, granted, 0 },
		{ "begins", TEXT_DOOR_BEGINS, FIELD_TEXT, token->hint, 0 },
		{ "created", TEXT_DOOR_CREATED, FIELD_TIME, STR(""), token->created_ms },
		{ "expires", TEXT_DOOR_EXPIRES, FIELD_TIME, STR(""), token->expires_ms },
		{ "revoked", TEXT_DOOR_REVOKED, FIELD_TIME, STR(""), token->revoked_ms },
	};

	memcpy(out, fields, sizeof(fields));
}

/* All, or the one with this id; with its secret, where that is new. */
static err tell(const struct request *request, struct sink *sink, struct desk *desk, int64_t id,
	const struct secret *secret, struct why *why)
{
	struct door_table table = door_table_of(request, sink);
	struct door_field fields[FIELDS];
	struct token *tokens;
	size_t count;
	err e = token_list(desk, request_arena(request), &tokens, &count, why);

	for (size_t i = 0; e == OK && i < count; i++) {
		if (id != 0 && tokens[i].id != id)
			continue;
		fields_of(&tokens[i], door_rights_text(tokens[i].granted, request_arena(request)),
			fields);
		if (secret != NULL)
			door_secret(sink, fields, FIELDS, "token", str_of(secret->text));
		else
			door_row(&table, fields, FIELDS);
	}
	if (e == OK && secret == NULL)
		door_table_end(&table, TEXT_DOOR_NONE);
	return e;
}

static err read_wish(const struct request *request, struct token_wish *wish, struct why *why)
{
	*wish = (struct token_wish){ .name = request_text(request, "name") };
	err e = door_role(request_text(request, "role"), &wish->role, why);

	if (e == OK)
		e = door_granted(request, &wish->granted, why);
	if (e == OK && request_has(request, "expires"))
		wish->expires_ms =
			request_now_ms(request) + request_duration_ms(request, "expires");
	return e;
}

static err create(
	const struct request *request, struct sink *sink, struct desk *desk, struct why *why)
{
	struct token_wish wish;
	struct secret secret;
	int64_t id;
	err e = read_wish(request, &wish, why);

	if (e == OK)
		e = token_create(desk, &wish, &id, &secret, why);
	if (e != OK)
		return e;
	e = door_note(request, desk, "token create", wish.name, why);
	if (e == OK)
		e = tell(request, sink, desk, id, &secret, why);
	secret_wipe(&secret, sizeof(secret));
	return e;
}

static err revoke(
	const struct request *request, struct sink *sink, struct desk *desk, struct why *why)
{
	str word = request_argument(request, 0);
	int64_t id;
	err e = door_id(word, &id, why);

	if (e == OK)
		e = token_revoke(desk, id, why);
	if (e == OK)
		e = door_note(request, desk, "token revoke", word, why);
	return e == OK ? tell(request, sink, desk, id, NULL, why) : e;
}

static err list(
	const struct request *request, struct sink *sink, struct desk *desk, struct why *why)
{
	return tell(request, sink, desk, 0, NULL, why);
}

/* ---- rows of the table of commands */

static err run_create(const struct request *request, struct sink *sink, struct why *why)
{
	return door_run(request, sink, true, create, why);
}

static err run_list(const struct request *request, struct sink *sink, struct why *why)
{
	return door_run(request, sink, false, list, why);
}

static err run_revoke(const struct request *request, struct sink *sink, struct why *why)
{
	return door_run(request, sink, false, revoke, why);
}

const struct command cmd_token_create = {
	.name = STR_INIT("token create"),
	.group = GROUP_DOORS,
	.summary = WORDS("make an API token: a program asks with it, as a role",
		"créer un jeton d'API : un programme interroge avec, dans un rôle"),
	.about = WORDS("The token is printed this once; what is kept is its keyed hash. A program "
		       "sends it as Authorization: Bearer TOKEN.",
		"Le jeton n'est affiché que cette fois ; seule son empreinte à clé est gardée. Un "
		"programme l'envoie dans l'en-tête Authorization, sous la forme « Bearer JETON »."),
	.options = { DOOR_ROLE_OPTION, DOOR_GRANT_OPTION,
		{ STR_INIT("name"), IS_TEXT, false, WORDS("NAME", "NOM"),
			WORDS("what it is for", "à quoi il sert"), STR_INIT("token") },
		{ STR_INIT("expires"), IS_DURATION, false, WORDS("DURATION", "DURÉE"),
			WORDS("it ends after so long; without, never",
				"il expire après ce temps ; sans cette option, jamais"),
			STR_INIT("") } },
	.examples = { { STR_INIT("ariane token create --role analyst --name notebook --expires "
				 "90d"),
		WORDS("for three months of questions", "pour trois mois de questions") } },
	.schema = STR_INIT("token"),
	.run = run_create,
};

const struct command cmd_token_list = {
	.name = STR_INIT("token list"),
	.group = GROUP_DOORS,
	.summary = WORDS("list the API tokens", "lister les jetons d'API"),
	.examples = { { STR_INIT("ariane token list"), WORDS("all of them", "tous") } },
	.schema = STR_INIT("token"),
	.json_lines = true,
	.read_only = true,
	.run = run_list,
};

const struct command cmd_token_revoke = {
	.name = STR_INIT("token revoke"),
	.group = GROUP_DOORS,
	.summary = WORDS("end an API token now", "mettre fin à un jeton d'API, tout de suite"),
	.arguments = { 1, 1, WORDS("ID", "ID"),
		WORDS("its number, as token list tells it",
			"son numéro, tel que token list le donne") },
	.examples = { { STR_INIT("ariane token revoke 1"), WORDS("it leaked", "il a fuité") } },
	.schema = STR_INIT("token"),
	.run = run_revoke,
};

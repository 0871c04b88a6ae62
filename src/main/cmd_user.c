/* main/cmd_user.c - ariane user create, list, role, password, disable, totp: people who sign in. */
#include "desk/users.h"
#include "exchange/inputs.h"
#include "main/door_rights.h"
#include "main/door_view.h"

enum { FIELDS = 7 };

static void fields_of(const struct user *user, str granted, struct door_field out[static FIELDS])
{
	const struct door_field fields[FIELDS] = {
		{ "name", TEXT_DOOR_NAME, FIELD_TEXT, user->name, 0 },
		{ "role", TEXT_DOOR_ROLE, FIELD_TEXT, role_name(user->role), 0 },
		{ "granted", TEXT_DOOR_GRANTED, FIELD_TEXT, granted, 0 },
		{ "password", TEXT_DOOR_PASSWORD, FIELD_YES, STR(""), user->has_password },
		{ "second_factor", TEXT_DOOR_CODE, FIELD_YES, STR(""), user->has_totp },
		{ "created", TEXT_DOOR_CREATED, FIELD_TIME, STR(""), user->created_ms },
		{ "disabled", TEXT_DOOR_DISABLED, FIELD_TIME, STR(""), user->disabled_ms },
	};

	memcpy(out, fields, sizeof(fields));
}

/* One, or with the name "" all; a secret that was made is shown with it. */
static err tell(const struct request *request, struct sink *sink, struct desk *desk, str name,
	const char *key, str secret, struct why *why)
{
	struct door_table table = door_table_of(request, sink);
	struct door_field fields[FIELDS];
	struct user one, *users = &one;
	size_t count = 1;
	err e = name.len > 0 ? user_named(desk, name, request_arena(request), &one, why)
			     : user_list(desk, request_arena(request), &users, &count, why);

	for (size_t i = 0; e == OK && i < count; i++) {
		fields_of(&users[i], door_rights_text(users[i].granted, request_arena(request)),
			fields);
		if (key != NULL)
			door_secret(sink, fields, FIELDS, key, secret);
		else
			door_row(&table, fields, FIELDS);
	}
	if (e == OK && key == NULL)
		door_table_end(&table, TEXT_DOOR_NONE);
	return e;
}

/* ---- passwords: the first line of standard input, or made and shown once; never an argument,
 * which everybody on the machine can see */

static err read_password(char out[static PASSWORD_BYTES_MAX], str *password, struct why *why)
{
	struct input_file *input;
	size_t got = 1, count = 0;
	err e = input_open("-", &input, why);

	if (e != OK)
		return e;
	struct input *stream = input_stream(input);
	while (e == OK && got > 0 && count < PASSWORD_BYTES_MAX) {
		e = stream->read(stream, out + count, PASSWORD_BYTES_MAX - count, &got, why);
		count += e == OK ? got : 0;
	}
	input_close(input);
	*password = (str){ out, count };
	str rest;
	(void)str_split(*password, '\n', password, &rest); /* without a newline: all of it */
	return e;
}

static err set_password(const struct request *request, struct sink *sink, struct desk *desk,
	str name, struct why *why)
{
	char typed[PASSWORD_BYTES_MAX];
	struct secret made = secret_make("pw_");
	str password = str_upto(str_of(made.text + 3), 24);
	bool reads = request_has(request, "stdin");
	err e = reads ? read_password(typed, &password, why) : OK;

	if (e == OK)
		e = user_set_password(desk, name, password, why);
	if (e == OK)
		e = tell(request, sink, desk, name, reads ? NULL : "new_password", password, why);
	secret_wipe(typed, sizeof(typed));
	secret_wipe(&made, sizeof(made));
	return e;
}

static err create(
	const struct request *request, struct sink *sink, struct desk *desk, struct why *why)
{
	str name = request_argument(request, 0);
	enum role role;
	rights granted;
	int64_t id;
	err e = door_role(request_text(request, "role"), &role, why);

	if (e == OK)
		e = door_granted(request, &granted, why);
	if (e == OK)
		e = user_create(desk, name, role, STR(""), &id, why);
	if (e == OK && granted != 0)
		e = user_set_role(desk, name, role, granted, why);
	if (e == OK)
		e = door_note(request, desk, "user create", name, why);
	return e == OK ? set_password(request, sink, desk, name, why) : e;
}

static err list(
	const struct request *request, struct sink *sink, struct desk *desk, struct why *why)
{
	return tell(request, sink, desk, STR(""), NULL, STR(""), why);
}

static err role(
	const struct request *request, struct sink *sink, struct desk *desk, struct why *why)
{
	str name = request_argument(request, 0);
	enum role role;
	rights granted;
	err e = door_role(request_argument(request, 1), &role, why);

	if (e == OK)
		e = door_granted(request, &granted, why);
	if (e == OK)
		e = user_set_role(desk, name, role, granted, why);
	if (e == OK)
		e = door_note(request, desk, "user role", name, why);
	return e == OK ? tell(request, sink, desk, name, NULL, STR(""), why) : e;
}

static err password(
	const struct request *request, struct sink *sink, struct desk *desk, struct why *why)
{
	str name = request_argument(request, 0);
	err e = set_password(request, sink, desk, name, why);

	return e == OK ? door_note(request, desk, "user password", name, why) : e;
}

static err disable(
	const struct request *request, struct sink *sink, struct desk *desk, struct why *why)
{
	str name = request_argument(request, 0);
	bool back = request_has(request, "undo");
	err e = user_disable(desk, name, !back, why);

	if (e == OK)
		e = door_note(request, desk, back ? "user enable" : "user disable", name, why);
	return e == OK ? tell(request, sink, desk, name, NULL, STR(""), why) : e;
}

static err totp(
	const struct request *request, struct sink *sink, struct desk *desk, struct why *why)
{
	str name = request_argument(request, 0);
	bool away = request_has(request, "remove");
	char letters[TOTP_LETTERS + 1] = "";
	err e = away ? user_totp_remove(desk, name, why) : user_totp_make(desk, name, letters, why);

	if (e == OK)
		e = door_note(request, desk, away ? "user totp remove" : "user totp", name, why);
	if (e == OK)
		e = tell(request, sink, desk, name, away ? NULL : "totp_secret", str_of(letters),
			why);
	secret_wipe(letters, sizeof(letters));
	return e;
}

static err oidc(
	const struct request *request, struct sink *sink, struct desk *desk, struct why *why)
{
	str name = request_argument(request, 0);
	bool away = request_argument_count(request) == 1;
	err e = user_set_oidc(desk, name, away ? STR("") : request_argument(request, 1), why);

	if (e == OK)
		e = door_note(request, desk, away ? "user oidc remove" : "user oidc", name, why);
	return e == OK ? tell(request, sink, desk, name, NULL, STR(""), why) : e;
}

/* ---- rows of the table of commands */

#define RUN(what, make) \
	static err run_##what(const struct request *request, struct sink *sink, struct why *why) \
	{ \
		return door_run(request, sink, (make), what, why); \
	}
RUN(create, true)
RUN(list, false)
RUN(role, false)
RUN(password, false)
RUN(disable, false)
RUN(totp, false)
RUN(oidc, false)

/* clang-format off */
#define NAME_ARGUMENT { 1, 1, WORDS("NAME", "NOM"), WORDS("of the user", "de l'utilisateur") }
#define STDIN_OPTION \
	{ STR_INIT("stdin"), IS_FLAG, false, SAME_WORDS(""), \
		WORDS("read the password from standard input; without, one is made and shown once", \
			"lire le mot de passe sur l'entrée standard ; sinon, il est créé et affiché une fois"), \
		STR_INIT("") }
/* clang-format on */

const struct command cmd_user_create = {
	.name = STR_INIT("user create"),
	.group = GROUP_DOORS,
	.summary = WORDS("make a user, who signs in with a password",
		"créer un utilisateur, qui se connecte par mot de passe"),
	.arguments = NAME_ARGUMENT,
	.options = { DOOR_ROLE_OPTION, DOOR_GRANT_OPTION, STDIN_OPTION },
	.examples = { { STR_INIT("ariane user create jeanne --role supervisor"),
		WORDS("her first password is shown once",
			"son premier mot de passe s'affiche une fois") } },
	.schema = STR_INIT("user"),
	.run = run_create,
};

const struct command cmd_user_list = {
	.name = STR_INIT("user list"),
	.group = GROUP_DOORS,
	.summary = WORDS("list the users", "lister les utilisateurs"),
	.examples = { { STR_INIT("ariane user list"), WORDS("all of them", "tous") } },
	.schema = STR_INIT("user"),
	.json_lines = true,
	.read_only = true,
	.run = run_list,
};

const struct command cmd_user_role = {
	.name = STR_INIT("user role"),
	.group = GROUP_DOORS,
	.summary = WORDS("give a user another role; his sessions end",
		"donner un autre rôle à un utilisateur ; ses sessions prennent fin"),
	.arguments = { 2, 2, WORDS("NAME ROLE", "NOM RÔLE"), SAME_WORDS(DOOR_ROLES) },
	.options = { DOOR_GRANT_OPTION },
	.examples = { { STR_INIT("ariane user role jeanne analyst --grant text"),
		WORDS("who may also read what people wrote",
			"qui peut aussi lire ce qu'ont écrit les gens") } },
	.schema = STR_INIT("user"),
	.run = run_role,
};

const struct command cmd_user_password = {
	.name = STR_INIT("user password"),
	.group = GROUP_DOORS,
	.summary = WORDS("give a user another password; his sessions end",
		"donner un autre mot de passe à un utilisateur ; ses sessions prennent fin"),
	.arguments = NAME_ARGUMENT,
	.options = { STDIN_OPTION },
	.examples = { { STR_INIT("ariane user password jeanne"),
		WORDS("shown once", "affiché une fois") } },
	.schema = STR_INIT("user"),
	.run = run_password,
};

const struct command cmd_user_disable = {
	.name = STR_INIT("user disable"),
	.group = GROUP_DOORS,
	.summary = WORDS("shut a user out now; his sessions end",
		"exclure un utilisateur, tout de suite ; ses sessions prennent fin"),
	.arguments = NAME_ARGUMENT,
	.options = { { STR_INIT("undo"), IS_FLAG, false, SAME_WORDS(""),
		WORDS("let him in again", "le laisser revenir"), STR_INIT("") } },
	.examples = { { STR_INIT("ariane user disable jeanne"),
		WORDS("she left", "elle est partie") } },
	.schema = STR_INIT("user"),
	.run = run_disable,
};

const struct command cmd_user_totp = {
	.name = STR_INIT("user totp"),
	.group = GROUP_DOORS,
	.summary = WORDS("give a user a second factor: codes of a telephone (RFC 6238)",
		"donner un second facteur à un utilisateur : les codes d'un téléphone (RFC 6238)"),
	.arguments = NAME_ARGUMENT,
	.options = { { STR_INIT("remove"), IS_FLAG, false, SAME_WORDS(""),
		WORDS("take it away: the telephone is lost", "l'enlever : le téléphone est perdu"),
		STR_INIT("") } },
	.examples = { { STR_INIT("ariane user totp jeanne"),
		WORDS("the secret to be typed into the telephone",
			"le secret à saisir dans le téléphone") } },
	.schema = STR_INIT("user"),
	.run = run_totp,
};

const struct command cmd_user_oidc = {
	.name = STR_INIT("user oidc"),
	.group = GROUP_DOORS,
	.summary = WORDS("let a user sign in by the OpenID provider, as this subject there",
		"laisser un utilisateur se connecter par le fournisseur OpenID, sous ce sujet"),
	.about = WORDS("Whom nobody has linked is refused, and told his subject. Without a subject "
		       "the link "
		       "is taken away. Settings: [oidc] in ariane.conf.",
		"Qui n'est lié à personne est refusé, et apprend son sujet. Sans sujet, le lien "
		"est "
		"retiré. Réglages : [oidc] dans ariane.conf."),
	.arguments = { 1, 2, WORDS("NAME [SUBJECT]", "NOM [SUJET]"),
		WORDS("the user, and the \"sub\" of his ID token",
			"l'utilisateur, et le « sub » de son jeton d'identité") },
	.examples = { { STR_INIT("ariane user oidc jeanne 248289761001"),
		WORDS("she needs no password here any more",
			"elle n'a plus besoin de mot de passe ici") } },
	.schema = STR_INIT("user"),
	.run = run_oidc,
};

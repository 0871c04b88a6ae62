/* main/cmd_key.c - ariane key create, list, rotate, revoke: who may write. */
#include "desk/keys.h"
#include "main/door_view.h"

enum { FIELDS = 6 };

static void fields_of(const struct write_key *key, struct door_field out[static FIELDS])
{
	const struct door_field fields[FIELDS] = {
		{ "id", TEXT_DOOR_ID, FIELD_NUMBER, STR(""), key->id },
		{ "source", TEXT_DEMO_SOURCE, FIELD_TEXT, key->source, 0 },
		{ "begins", TEXT_DOOR_BEGINS, FIELD_TEXT, key->hint, 0 },
		{ "created", TEXT_DOOR_CREATED, FIELD_TIME, STR(""), key->created_ms },
		{ "expires", TEXT_DOOR_EXPIRES, FIELD_TIME, STR(""), key->expires_ms },
		{ "revoked", TEXT_DOOR_REVOKED, FIELD_TIME, STR(""), key->revoked_ms },
	};

	memcpy(out, fields, sizeof(fields));
}

/* The row of one key; with its secret, where that is new. */
static err tell_one(const struct request *request, struct sink *sink, struct desk *desk, int64_t id,
	const struct secret *secret, struct why *why)
{
	struct door_table table = door_table_of(request, sink);
	struct door_field fields[FIELDS];
	struct write_key *keys;
	size_t count;
	err e = key_list(desk, request_arena(request), &keys, &count, why);

	for (size_t i = 0; e == OK && i < count; i++) {
		if (keys[i].id != id)
			continue;
		fields_of(&keys[i], fields);
		if (secret != NULL)
			door_secret(sink, fields, FIELDS, "key", str_of(secret->text));
		else
			door_row(&table, fields, FIELDS);
	}
	if (e == OK && secret == NULL)
		door_table_end(&table, TEXT_DOOR_NONE);
	return e;
}

static err create(
	const struct request *request, struct sink *sink, struct desk *desk, struct why *why)
{
	str source = request_text(request, "source");
	struct secret secret;
	int64_t id;
	err e = key_create(desk, source, &id, &secret, why);

	if (e != OK)
		return e;
	e = door_note(request, desk, "key create", source, why);
	if (e == OK)
		e = tell_one(request, sink, desk, id, &secret, why);
	secret_wipe(&secret, sizeof(secret));
	return e;
}

static err rotate(
	const struct request *request, struct sink *sink, struct desk *desk, struct why *why)
{
	str word = request_argument(request, 0);
	struct secret secret;
	int64_t id, new_id;
	err e = door_id(word, &id, why);

	if (e == OK)
		e = key_rotate(
			desk, id, request_duration_ms(request, "grace"), &new_id, &secret, why);
	if (e != OK)
		return e;
	e = door_note(request, desk, "key rotate", word, why);
	if (e == OK)
		e = tell_one(request, sink, desk, new_id, &secret, why);
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
		e = key_revoke(desk, id, why);
	if (e == OK)
		e = door_note(request, desk, "key revoke", word, why);
	return e == OK ? tell_one(request, sink, desk, id, NULL, why) : e;
}

static err list(
	const struct request *request, struct sink *sink, struct desk *desk, struct why *why)
{
	struct door_table table = door_table_of(request, sink);
	struct door_field fields[FIELDS];
	struct write_key *keys;
	size_t count;
	err e = key_list(desk, request_arena(request), &keys, &count, why);

	for (size_t i = 0; e == OK && i < count; i++) {
		fields_of(&keys[i], fields);
		door_row(&table, fields, FIELDS);
	}
	if (e == OK)
		door_table_end(&table, TEXT_DOOR_NONE);
	return e;
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

static err run_rotate(const struct request *request, struct sink *sink, struct why *why)
{
	return door_run(request, sink, false, rotate, why);
}

static err run_revoke(const struct request *request, struct sink *sink, struct why *why)
{
	return door_run(request, sink, false, revoke, why);
}

#define ID_ARGUMENT \
	{ \
		1, 1, WORDS("ID", "ID"), \
			WORDS("its number, as key list tells it", \
				"son numéro, tel que key list le donne") \
	}

const struct command cmd_key_create = {
	.name = STR_INIT("key create"),
	.group = GROUP_DOORS,
	.summary = WORDS("make a write key: who has it may add events, and read nothing",
		"créer une clé d'écriture : qui l'a peut ajouter des événements, et ne rien lire"),
	.about = WORDS(
		"The key is printed this once; what is kept is its keyed hash. A server that "
		"runs on the folder takes it at once.",
		"La clé n'est affichée que cette fois ; seule son empreinte à clé est gardée. Un "
		"serveur en marche sur le dossier l'accepte aussitôt."),
	.options = { { STR_INIT("source"), IS_TEXT, false, WORDS("NAME", "NOM"),
		WORDS("the source of its events", "la source de ses événements"),
		STR_INIT("web") } },
	.examples = { { STR_INIT("ariane key create --source shop"),
		WORDS("for the web shop", "pour la boutique en ligne") } },
	.schema = STR_INIT("key"),
	.run = run_create,
};

const struct command cmd_key_list = {
	.name = STR_INIT("key list"),
	.group = GROUP_DOORS,
	.summary = WORDS("list the write keys", "lister les clés d'écriture"),
	.examples = { { STR_INIT("ariane key list"), WORDS("all of them", "toutes") } },
	.schema = STR_INIT("key"),
	.json_lines = true,
	.read_only = true,
	.run = run_list,
};

const struct command cmd_key_rotate = {
	.name = STR_INIT("key rotate"),
	.group = GROUP_DOORS,
	.summary = WORDS("make the next key of a source; the old one ends a while later",
		"créer la clé suivante d'une source ; l'ancienne expire un peu plus tard"),
	.arguments = ID_ARGUMENT,
	.options = { { STR_INIT("grace"), IS_DURATION, false, WORDS("DURATION", "DURÉE"),
		WORDS("how long the old key goes on", "combien de temps l'ancienne vaut encore"),
		STR_INIT("24h") } },
	.examples = { { STR_INIT("ariane key rotate 1 --grace 7d"),
		WORDS("a week to change it everywhere", "une semaine pour la changer partout") } },
	.schema = STR_INIT("key"),
	.run = run_rotate,
};

const struct command cmd_key_revoke = {
	.name = STR_INIT("key revoke"),
	.group = GROUP_DOORS,
	.summary = WORDS("end a write key now", "mettre fin à une clé d'écriture, tout de suite"),
	.arguments = ID_ARGUMENT,
	.examples = { { STR_INIT("ariane key revoke 1"), WORDS("it leaked", "elle a fuité") } },
	.schema = STR_INIT("key"),
	.run = run_revoke,
};

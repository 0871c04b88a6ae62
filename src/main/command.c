/* main/command.c - see command.h */
#include "main/command.h"

static const struct command *const items[] = {
#define C(name) &cmd_##name,
#include "main/commands.def"
#undef C
};

const struct option global_options[] = {
	{ .name = STR_INIT("data"),
		.is = IS_PATH,
		.placeholder = WORDS("FOLDER", "DOSSIER"),
		.help = WORDS("the data folder", "le dossier de données"),
		.preset = STR_INIT("./data") },
	{ .name = STR_INIT("erase-within"),
		.is = IS_DURATION,
		.placeholder = WORDS("DURATION", "DURÉE"),
		.help = WORDS("how long erased bytes may stay on the disk, up to 24h",
			"combien de temps des octets effacés peuvent rester sur le disque, 24h au "
			"plus"),
		.preset = STR_INIT("1h") },
	{ .name = STR_INIT("json"),
		.is = IS_FLAG,
		.help = WORDS("answer in JSON; errors too, on standard error (RFC 9457)",
			"répondre en JSON ; les erreurs aussi, sur la sortie d'erreur (RFC "
			"9457)") },
	{ .name = STR_INIT("lang"),
		.is = IS_TEXT,
		.placeholder = SAME_WORDS("fr|en"),
		.help = WORDS("the language of messages; otherwise that of the locale",
			"la langue des messages ; sinon celle de l'environnement") },
	{ .name = STR_INIT("zone"),
		.is = IS_TEXT,
		.placeholder = WORDS("ZONE", "FUSEAU"),
		.help = WORDS("the time zone in which times are shown and read",
			"le fuseau horaire dans lequel les dates sont affichées et lues"),
		.preset = STR_INIT("Europe/Paris") },
	{ .name = STR_INIT("config"),
		.is = IS_PATH,
		.placeholder = WORDS("FILE", "FICHIER"),
		.help = WORDS("the configuration file; otherwise ./ariane.conf if there is one",
			"le fichier de configuration ; sinon ./ariane.conf s'il existe") },
	{ .name = STR_INIT("quiet"),
		.is = IS_FLAG,
		.help = WORDS("only answers and errors: no progress, no remarks",
			"seulement les réponses et les erreurs : ni progression ni remarques") },
	{ .name = STR_INIT("no-progress"),
		.is = IS_FLAG,
		.help = WORDS("no progress bar", "pas de barre de progression") },
	{ .name = STR_INIT("help"),
		.is = IS_FLAG,
		.help = WORDS("explain the command, with examples (-h)",
			"expliquer la commande, avec des exemples (-h)") },
	{ .name = STR_INIT("version"),
		.is = IS_FLAG,
		.help = WORDS("print the version", "afficher la version") },
	{ .name = STR_INIT("") },
};

const struct command_list *commands_all(void)
{
	static const struct command_list all = { items, ARRAY_LEN(items) };

	return &all;
}

/* Whether `name`, one or two words, is words[0] or words[0] and words[1]. */
static size_t words_used(str name, const str *words, size_t count)
{
	str first, second;

	if (!str_split(name, ' ', &first, &second))
		return count >= 1 && str_equal(name, words[0]) ? 1 : 0;
	bool both = count >= 2 && str_equal(first, words[0]) && str_equal(second, words[1]);
	return both ? 2 : 0;
}

const struct command *command_find(
	const struct command_list *list, const str *words, size_t count, size_t *used)
{
	const struct command *found = NULL;
	size_t longest = 0;

	for (size_t i = 0; i < list->count; i++) {
		size_t n = words_used(list->items[i]->name, words, count);
		if (n > longest) {
			found = list->items[i];
			longest = n;
		}
	}
	if (found != NULL)
		*used = longest;
	return found;
}

bool command_is_family(const struct command_list *list, str word)
{
	str first, second;

	for (size_t i = 0; i < list->count; i++)
		if (str_split(list->items[i]->name, ' ', &first, &second) && str_equal(first, word))
			return true;
	return false;
}

void command_add_dashed(struct strbuf *out, str name)
{
	for (size_t i = 0; i < name.len; i++)
		strbuf_add(out, name.ptr[i] == ' ' ? STR("-") : (str){ name.ptr + i, 1 });
}

bool command_in_house(const struct command *command)
{
	return command->in_house || str_starts(command->name, STR("journey "));
}

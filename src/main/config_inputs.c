/* main/config_inputs.c - see config_inputs.h */
#include "main/config_inputs.h"

#include <string.h>

#include "base/timestamp.h"
#include "identity/custom.h"
#include "main/suggest.h"

enum { NUMBER_MAX = 1000000000 };

#define KIND(name) (1U << INPUT_##name)

static const str kinds[INPUT_KIND_COUNT_] = {
	[INPUT_SOURCE] = STR_INIT("source"),
	[INPUT_HOOK] = STR_INIT("hook"),
	[INPUT_FOLDER] = STR_INIT("folder"),
	[INPUT_MQTT] = STR_INIT("mqtt"),
	[INPUT_IDENTIFIER] = STR_INIT("identifier"),
};

const struct words input_help[INPUT_KIND_COUNT_] = {
	[INPUT_SOURCE] = WORDS("What one source may do, however it sends.",
		"Ce qu'une source peut faire, quelle que soit la façon dont elle envoie."),
	[INPUT_HOOK] = WORDS("POST /v1/hook/NAME takes JSON that is signed by who sends it.",
		"POST /v1/hook/NOM reçoit du JSON signé par l'expéditeur."),
	[INPUT_FOLDER] = WORDS(
		"Files that are dropped into a folder are imported once they are whole, and moved "
		"to done/ or rejects/ in it.",
		"Les fichiers déposés dans un dossier sont importés une fois complets, puis "
		"déplacés dans son done/ ou son rejects/."),
	[INPUT_MQTT] = WORDS(
		"A subscription to an MQTT broker, with QoS 1 and a durable session. Messages are "
		"JSON; the mapping may name the columns topic, topic.0, topic.1 ... and received "
		"too.",
		"Un abonnement à un courtier MQTT, en QoS 1 et avec une session durable. Les "
		"messages sont du JSON ; la correspondance peut aussi nommer les colonnes topic, "
		"topic.0, topic.1 ... et received."),
	[INPUT_IDENTIFIER] = WORDS(
		"A type of identifier of your own: how its values are written, and which are none: "
		"those identify nobody and are kept as an attribute; an event with no other "
		"identifier is refused. What is there already stays "
		"as it is; a change needs a restart.",
		"Un type d'identifiant à vous : comment ses valeurs s'écrivent, et lesquelles n'en "
		"sont pas : elles n'identifient personne et restent en attribut ; un événement "
		"sans "
		"autre identifiant est refusé. Ce qui est déjà là "
		"ne change pas ; une modification demande un redémarrage."),
};

const struct input_row input_rows[INPUT_KEY_COUNT_] = {
	[INPUT_KEY_RATE] = { STR_INIT("rate"), KIND(SOURCE), KIND(SOURCE), INPUT_IS_NUMBER,
		STR_INIT(""), STR_INIT("0"),
		WORDS("Events a second that it may send; 0: any number.",
			"Événements par seconde permis ; 0 : sans limite.") },
	[INPUT_KEY_SOURCE] = { STR_INIT("source"), KIND(HOOK) | KIND(FOLDER) | KIND(MQTT), 0,
		INPUT_IS_TEXT, STR_INIT(""), STR_INIT(""),
		WORDS("The source of its events; not set: the section's name.",
			"La source de ses événements ; sans réglage : le nom de la section.") },
	[INPUT_KEY_MAPPING] = { STR_INIT("mapping"), KIND(HOOK) | KIND(FOLDER) | KIND(MQTT), 0,
		INPUT_IS_PATH, STR_INIT(""), STR_INIT(""),
		WORDS("A mapping file (docs/formats/mapping.md): which value is what. Of JSON, "
		      "columns are paths such as customer.email or lines.0.price. Not set: "
		      "guessed from the usual names.",
			"Un fichier de correspondance (docs/formats/mapping.md) : quelle valeur "
			"est quoi. En JSON, les colonnes sont des chemins comme customer.email ou "
			"lines.0.price. Sans réglage : deviné d'après les noms usuels.") },
	[INPUT_KEY_EVENTS] = { STR_INIT("events"), KIND(HOOK) | KIND(MQTT), 0, INPUT_IS_TEXT,
		STR_INIT(""), STR_INIT(""),
		WORDS("The path of the list in the body whose items are the events; not set: the "
		      "body is one, or a list of them.",
			"Le chemin, dans le corps, de la liste des événements ; sans réglage : le "
			"corps en est un, ou une liste.") },
	[INPUT_KEY_SIGNATURE] = { STR_INIT("signature"), KIND(HOOK), KIND(HOOK), INPUT_IS_CHOICE,
		STR_INIT("github|shopify|slack|stripe|zendesk|custom"), STR_INIT(""),
		WORDS("Who signs: github, shopify, slack, stripe, zendesk, or custom with the keys "
		      "below.",
			"Qui signe : github, shopify, slack, stripe, zendesk, ou custom avec les "
			"clés ci-dessous.") },
	[INPUT_KEY_SECRET_FILE] = { STR_INIT("secret_file"), KIND(HOOK), KIND(HOOK), INPUT_IS_PATH,
		STR_INIT(""), STR_INIT(""),
		WORDS("A file with the shared secret on its first line; a second line is the one "
		      "before, still taken.",
			"Un fichier avec le secret partagé en première ligne ; une seconde ligne "
			"est "
			"le précédent, encore accepté.") },
	[INPUT_KEY_HEADER] = { STR_INIT("header"), KIND(HOOK), 0, INPUT_IS_TEXT, STR_INIT(""),
		STR_INIT("X-Signature"),
		WORDS("custom: the header with the HMAC-SHA256.",
			"custom : l'en-tête portant le HMAC-SHA256.") },
	[INPUT_KEY_TIME_HEADER] = { STR_INIT("time_header"), KIND(HOOK), 0, INPUT_IS_TEXT,
		STR_INIT(""), STR_INIT(""),
		WORDS("custom: the header with the time that is signed too; not set: none is.",
			"custom : l'en-tête portant l'heure, signée elle aussi ; sans réglage : "
			"aucune.") },
	[INPUT_KEY_PREFIX] = { STR_INIT("prefix"), KIND(HOOK), 0, INPUT_IS_TEXT, STR_INIT(""),
		STR_INIT(""),
		WORDS("custom: what stands before the signature, as in sha256=.",
			"custom : ce qui précède la signature, comme sha256=.") },
	[INPUT_KEY_ENCODING] = { STR_INIT("encoding"), KIND(HOOK), 0, INPUT_IS_CHOICE,
		STR_INIT("hex|base64"), STR_INIT("hex"),
		WORDS("custom: how the signature is written, hex or base64.",
			"custom : comment la signature est écrite, hex ou base64.") },
	[INPUT_KEY_SIGNED] = { STR_INIT("signed"), KIND(HOOK), 0, INPUT_IS_TEXT, STR_INIT(""),
		STR_INIT("{body}"),
		WORDS("custom: what is signed, made of {time} and {body}, as in {time}.{body}; it "
		      "ends with {body}.",
			"custom : ce qui est signé, fait de {time} et {body}, comme "
			"{time}.{body} ; finit par {body}.") },
	[INPUT_KEY_TOLERANCE] = { STR_INIT("tolerance"), KIND(HOOK), 0, INPUT_IS_DURATION,
		STR_INIT(""), STR_INIT("5m"),
		WORDS("How far the signed time may be from now.",
			"De combien l'heure signée peut s'écarter de maintenant.") },
	[INPUT_KEY_PATH] = { STR_INIT("path"), KIND(FOLDER), KIND(FOLDER), INPUT_IS_PATH,
		STR_INIT(""), STR_INIT(""),
		WORDS("The folder. Those in it are watched too, each with its own mapping.json if "
		      "there is one.",
			"Le dossier. Ceux qu'il contient sont surveillés aussi, chacun avec son "
			"mapping.json s'il existe.") },
	[INPUT_KEY_KEEP] = { STR_INIT("keep"), KIND(FOLDER), 0, INPUT_IS_DURATION, STR_INIT(""),
		STR_INIT(""),
		WORDS("Files in done/ and rejects/ that are older are deleted; not set: none.",
			"Les fichiers plus anciens dans done/ et rejects/ sont supprimés ; sans "
			"réglage : aucun.") },
	[INPUT_KEY_HOST] = { STR_INIT("host"), KIND(MQTT), KIND(MQTT), INPUT_IS_TEXT, STR_INIT(""),
		STR_INIT(""), WORDS("The broker.", "Le courtier.") },
	[INPUT_KEY_PORT] = { STR_INIT("port"), KIND(MQTT), 0, INPUT_IS_NUMBER, STR_INIT(""),
		STR_INIT("1883"),
		WORDS("Its port; with TLS usually 8883.",
			"Son port ; en TLS le plus souvent 8883.") },
	[INPUT_KEY_TOPICS] = { STR_INIT("topics"), KIND(MQTT), KIND(MQTT), INPUT_IS_TEXT,
		STR_INIT(""), STR_INIT(""),
		WORDS("Filters of topics, separated by spaces: devices/+/state alarms/#.",
			"Des filtres de sujets, séparés par des espaces : devices/+/state "
			"alarms/#.") },
	[INPUT_KEY_CLIENT_ID] = { STR_INIT("client_id"), KIND(MQTT), 0, INPUT_IS_TEXT, STR_INIT(""),
		STR_INIT(""),
		WORDS("The client's id, which names the session; not set: ariane-NAME.",
			"L'identifiant du client, qui nomme la session ; sans réglage : "
			"ariane-NOM.") },
	[INPUT_KEY_USER] = { STR_INIT("user"), KIND(MQTT), 0, INPUT_IS_TEXT, STR_INIT(""),
		STR_INIT(""), WORDS("Who signs in.", "Qui se connecte.") },
	[INPUT_KEY_PASSWORD_FILE] = { STR_INIT("password_file"), KIND(MQTT), 0, INPUT_IS_PATH,
		STR_INIT(""), STR_INIT(""),
		WORDS("A file with the password on its first line.",
			"Un fichier avec le mot de passe en première ligne.") },
	[INPUT_KEY_CA] = { STR_INIT("ca"), KIND(MQTT), 0, INPUT_IS_PATH, STR_INIT(""), STR_INIT(""),
		WORDS("Certificates (PEM) that the broker's must come from: TLS; not set: plain.",
			"Les certificats (PEM) dont celui du courtier doit venir : TLS ; sans "
			"réglage : en clair.") },
	[INPUT_KEY_CERTIFICATE] = { STR_INIT("certificate"), KIND(MQTT), 0, INPUT_IS_PATH,
		STR_INIT(""), STR_INIT(""),
		WORDS("Our certificate (PEM), where the broker wants one.",
			"Notre certificat (PEM), si le courtier en demande un.") },
	[INPUT_KEY_CERTIFICATE_KEY] = { STR_INIT("key"), KIND(MQTT), 0, INPUT_IS_PATH, STR_INIT(""),
		STR_INIT(""), WORDS("Its private key (PEM).", "Sa clé privée (PEM).") },
	[INPUT_KEY_FORM] = { STR_INIT("form"), KIND(IDENTIFIER), 0, INPUT_IS_TEXT, STR_INIT(""),
		STR_INIT(""),
		WORDS("Words, in any number: compact (without blanks . - and / within), digits "
		      "(nothing else is kept), lower or upper (letters A to Z). Not set: as it "
		      "comes, without blanks around it.",
			"Des mots, autant qu'on veut : compact (sans espaces . - et / à "
			"l'intérieur), digits (rien d'autre n'est gardé), lower ou upper (lettres "
			"A à Z). Sans réglage : tel quel, sans espaces autour.") },
	[INPUT_KEY_PATTERN] = { STR_INIT("pattern"), KIND(IDENTIFIER), 0, INPUT_IS_TEXT,
		STR_INIT(""), STR_INIT(""),
		WORDS("What it then looks like: # is a digit, @ a letter, ? any sign, * anything; "
		      "CT-######## for example. Several with spaces between: one of them.",
			"À quoi il ressemble alors : # est un chiffre, @ une lettre, ? un signe, * "
			"n'importe quoi ; par exemple CT-########. Plusieurs séparés par des "
			"espaces : l'un d'eux.") },
	[INPUT_KEY_LENGTH] = { STR_INIT("length"), KIND(IDENTIFIER), 0, INPUT_IS_TEXT, STR_INIT(""),
		STR_INIT(""),
		WORDS("How many characters it then has: 8, or 8-12.",
			"Combien de caractères il a alors : 8, ou 8-12.") },
	[INPUT_KEY_CHECK] = { STR_INIT("check"), KIND(IDENTIFIER), 0, INPUT_IS_CHOICE,
		STR_INIT("luhn"), STR_INIT(""),
		WORDS("luhn: the last digit checks the others, as on cards.",
			"luhn : le dernier chiffre contrôle les autres, comme sur les cartes.") },
};

str input_kind_name(enum input_kind kind)
{
	return kinds[kind];
}

bool input_section_named(str section, enum input_kind *kind, str *name)
{
	str front = section, rest = STR("");

	(void)str_split(section, ' ', &front, &rest);
	for (size_t i = 0; i < INPUT_KIND_COUNT_; i++)
		if (str_equal(kinds[i], front)) {
			*kind = (enum input_kind)i;
			*name = str_trim(rest);
			return true;
		}
	return false;
}

void input_section_init(struct input_section *section, enum input_kind kind, str name)
{
	*section = (struct input_section){ .kind = kind, .name = name };
	for (size_t i = 0; i < INPUT_KEY_COUNT_; i++)
		section->values[i].text = input_rows[i].preset;
}

/* Part of an address, and of a client's id. */
err input_name_check(enum input_kind kind, str name, struct why *why)
{
	bool ok = name.len > 0 && name.len <= INPUT_NAME_BYTES_MAX;

	for (size_t i = 0; ok && i < name.len; i++) {
		char c = name.ptr[i];
		ok = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '-' ||
		     (c == '.' && i > 0);
	}
	return ok ? OK
		  : fail(why, MSG_INPUT_NAME, arg_str(kinds[kind]), arg_int(INPUT_NAME_BYTES_MAX));
}

static bool number_of(str text, uint64_t *out)
{
	uint64_t n = 0;

	for (size_t i = 0; i < text.len; i++) {
		if (text.ptr[i] < '0' || text.ptr[i] > '9' || n > NUMBER_MAX)
			return false;
		n = n * 10 + (uint64_t)(text.ptr[i] - '0');
	}
	*out = n;
	return text.len > 0 && n <= NUMBER_MAX;
}

static bool is_choice(str text, str choices)
{
	for (str choice; str_split(choices, '|', &choice, &choices);)
		if (str_equal(choice, text))
			return true;
	return str_equal(choices, text);
}

static bool is_value(const struct input_row *row, str text)
{
	uint64_t n;
	int64_t ms;

	switch (row->is) {
	case INPUT_IS_TEXT:
	case INPUT_IS_PATH:
		return true;
	case INPUT_IS_NUMBER:
		return number_of(text, &n);
	case INPUT_IS_DURATION:
		return duration_parse(text, &ms, NULL) == OK && ms > 0;
	case INPUT_IS_CHOICE:
		return is_choice(text, row->choices);
	}
	return false;
}

static err unknown_key(const struct input_section *section, str key, struct why *why)
{
	struct suggestion best = { 0 };

	for (size_t i = 0; i < INPUT_KEY_COUNT_; i++)
		if ((input_rows[i].kinds & 1U << section->kind) != 0)
			suggest(&best, key, input_rows[i].key);
	return best.name.len == 0
		       ? fail(why, MSG_CONFIG_KEY, arg_str(kinds[section->kind]), arg_str(key))
		       : fail(why, MSG_CONFIG_KEY_NEAR, arg_str(kinds[section->kind]), arg_str(key),
				 arg_str(best.name));
}

err input_set(struct input_section *section, str key, str text, int64_t line, struct why *why)
{
	size_t i = 0;

	while (i < INPUT_KEY_COUNT_ && !(str_equal(input_rows[i].key, key) &&
					       (input_rows[i].kinds & 1U << section->kind) != 0))
		i++;
	if (i == INPUT_KEY_COUNT_)
		return unknown_key(section, key, why);
	if (section->values[i].line != 0)
		return fail(why, MSG_CONFIG_TWICE, arg_str(kinds[section->kind]), arg_str(key),
			arg_int(section->values[i].line));
	if (!str_is_text(text) || text.len == 0)
		return fail(why, MSG_CONFIG_EMPTY, arg_str(kinds[section->kind]), arg_str(key));
	if (!is_value(&input_rows[i], text))
		return fail(why, MSG_INPUT_VALUE, arg_str(key), arg_str(text));
	section->values[i].text = text;
	section->values[i].line = line;
	return OK;
}

err input_check(const struct input_section *section, struct why *why)
{
	for (size_t i = 0; i < INPUT_KEY_COUNT_; i++)
		if ((input_rows[i].needed_by & 1U << section->kind) != 0 &&
			section->values[i].line == 0)
			return fail(why, MSG_INPUT_WANTS, arg_str(kinds[section->kind]),
				arg_str(section->name), arg_str(input_rows[i].key));
	struct identifier_custom ignored;
	return section->kind == INPUT_IDENTIFIER ? input_identifier(section, &ignored, why) : OK;
}

str input_text(const struct input_section *section, enum input_key key)
{
	return section->values[key].text;
}

uint64_t input_number(const struct input_section *section, enum input_key key)
{
	uint64_t n = 0;
	bool ok = number_of(input_text(section, key), &n);

	ASSERT(ok && input_rows[key].is == INPUT_IS_NUMBER); /* checked when set */
	return n;
}

int64_t input_ms(const struct input_section *section, enum input_key key)
{
	int64_t ms = 0;

	if (input_text(section, key).len == 0)
		return 0;
	err e = duration_parse(input_text(section, key), &ms, NULL);
	ASSERT(e == OK && input_rows[key].is == INPUT_IS_DURATION); /* checked when set */
	return ms;
}

err input_identifier(
	const struct input_section *section, struct identifier_custom *out, struct why *why)
{
	const struct custom_told told = { .type = section->name,
		.form = input_text(section, INPUT_KEY_FORM),
		.pattern = input_text(section, INPUT_KEY_PATTERN),
		.length = input_text(section, INPUT_KEY_LENGTH),
		.check = input_text(section, INPUT_KEY_CHECK) };

	return custom_read(&told, out, why);
}

bool input_brings_events(enum input_kind kind)
{
	return kind != INPUT_SOURCE && kind != INPUT_IDENTIFIER;
}

bool input_equal(const struct input_section *a, const struct input_section *b)
{
	bool same = a->kind == b->kind && str_equal(a->name, b->name);

	for (size_t i = 0; same && i < INPUT_KEY_COUNT_; i++)
		same = str_equal(a->values[i].text, b->values[i].text);
	return same;
}

/* main/command.h - what a command is, and the one table of them all.
 *
 * The command line, the Unix socket and HTTP call the same functions through this table; the
 * help, the manual pages and the checks of arguments are made from it.
 *
 * To add a command `journey map`: write cmd_journey_map.c with `const struct command
 * cmd_journey_map`, add its row to commands.def, its JSON schema to docs/schemas/, and run
 * tools/make-man.  tests/main_command_test.c says what is missing.
 */
#pragma once

#include "base/why.h"

struct request;
struct sink;

/* A text in every language, in static tables: WORDS("the customer", "le client"). */
struct words {
	str in[2]; /* by enum language */
};
/* clang-format off */
#define WORDS(english, french) { { STR_INIT(english), STR_INIT(french) } }
#define SAME_WORDS(both) WORDS(both, both)
/* clang-format on */

enum value_is {
	IS_FLAG, /* --strict: there or not */
	IS_TEXT,
	IS_PATH,
	IS_DOCUMENT, /* JSON: a file, or a ready-made one by its name; over HTTP never a file */
	IS_NUMBER, /* a whole number from 0 */
	IS_TIME, /* 2026-03-14T15:09:26Z, 2026-03-14 (in the zone of the request), 7d (ago) */
	IS_DURATION, /* 90s, 30m, 24h, 7d, 2w, 1d12h */
};

struct option {
	str name; /* without the dashes; "" ends a list */
	enum value_is is;
	bool repeats; /* may be given several times */
	struct words placeholder; /* TYPE=COLUMN; of a flag: empty */
	struct words help;
	str preset; /* what it is when not given; "": nothing */
};

/* The words that follow the command. */
struct arguments {
	size_t min, max; /* max 0: none */
	struct words placeholder, help;
};
enum { ARGUMENTS_ANY = 100000 };

struct example {
	str line; /* "" ends a list */
	struct words says;
};

enum command_group {
	GROUP_START,
	GROUP_EVENTS,
	GROUP_CUSTOMERS,
	GROUP_JOURNEYS,
	GROUP_STORE,
	GROUP_DOORS,
	GROUP_COUNT_
};

enum { COMMAND_OPTIONS_MAX = 64, COMMAND_EXAMPLES_MAX = 8 };

struct command {
	str name; /* one or two words: "journey map" */
	enum command_group group;
	struct words summary; /* one line, no full stop */
	struct words about; /* one or a few paragraphs, "" if the summary says all */
	struct arguments arguments;
	struct option options[COMMAND_OPTIONS_MAX + 1];
	struct example examples[COMMAND_EXAMPLES_MAX + 1];
	str schema; /* docs/schemas/NAME.json describes what --json prints */
	bool json_lines; /* --json prints one document a line, each of that schema */
	/* Needs the data folder and uses it through store.h alone: where a server has it open, the
	 * command runs there.  Else it runs where it was called: it needs no folder, or its lock.
	 */
	bool in_house;
	bool read_only; /* changes nothing in the data folder: served to readers too */
	/* Reads `request` (request.h), answers through `sink` (sink.h).  Polls
	 * request_cancelled() where it takes long, and then returns ERR_CANCELLED. */
	err (*run)(const struct request *request, struct sink *sink, struct why *why);
};

/* A list of commands: the program's, or a test's own. */
struct command_list {
	const struct command *const *items;
	size_t count;
};

/* Does it run where a server has the folder open?  The row says so; of the journey family all do,
 * for they ask through journey_ask.h. */
bool command_in_house(const struct command *command);

const struct command_list *commands_all(void);

/* The command whose name stands in front of `words`, the longest name first; *used is how many
 * words it took.  NULL if there is none. */
const struct command *command_find(
	const struct command_list *list, const str *words, size_t count, size_t *used);

/* Whether some command is called "word ...": then `word` alone names a family. */
bool command_is_family(const struct command_list *list, str word);

/* "journey map" -> "journey-map": of manual pages and schemas. */
void command_add_dashed(struct strbuf *out, str name);

/* What every command takes: --data, --json, --lang ...; ends with an option named "". */
extern const struct option global_options[];

#define C(name) extern const struct command cmd_##name;
#include "main/commands.def"
#undef C

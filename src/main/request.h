/* main/request.h - what is asked of a command: its arguments and options, checked.
 *
 * A request is made from words, however they came (a shell, a socket, a URL).  Its command
 * reads it by name; asking for a name that the command's row does not have is a bug.  It lives
 * in the arena given; nothing in it changes while the command runs, but the cancellation flag.
 */
#pragma once

#include <stdatomic.h>

#include "main/command.h"
#include "main/config.h"
#include "main/locale.h"

struct request;
struct house;

#define ACTOR_FOLDERS STR("folder") /* who imports what is dropped into a watched folder */

/* Reads words such as `import calls.csv --source pbx`.  Understood: --name VALUE, --name=VALUE,
 * --flag, -h, and -- before what must not be taken for an option.  Global options may stand
 * anywhere, a command's own behind its name.  Without a command (only global options) *out has
 * none.  With --help or --version, arguments may be missing.  `language` is that of the names
 * that messages quote from the table.
 * ERR_SYNTAX, ERR_NOT_FOUND, ERR_LIMIT: messages of the usage kind (render.h). */
err request_parse(const struct command_list *list, const str *words, size_t count,
	enum language language, struct arena *arena, struct request **out, struct why *why);

/* What the words do not say.  All borrowed for the life of the request. */
struct surroundings {
	const struct settings *settings;
	const struct locale *locale;
	int64_t now_ms; /* what 7d counts back from */
	const atomic_bool *stop; /* NULL: never cancelled */
	struct house *house; /* the folder is open already (house.h); NULL: it is not */
	bool hides_text; /* who asks may not read what people wrote */
	str actor; /* who asks, for decisions and the audit: "user:jeanne"; "": this process's user
		    */
};
/* Completes the request and reads its times in the zone of the locale: ERR_SYNTAX. */
err request_settle(struct request *request, const struct surroundings *around, struct why *why);

const struct command *request_command(const struct request *request); /* NULL: none */
const struct command_list *request_commands(const struct request *request);
struct arena *request_arena(const struct request *request);
const struct locale *request_locale(const struct request *request);
const struct settings *request_settings(const struct request *request);
str request_data(const struct request *request); /* the data folder; NUL-terminated */
int64_t request_now_ms(const struct request *request);
bool request_cancelled(const struct request *request); /* any thread */
struct house *request_house(const struct request *request); /* NULL: the command opens the folder */
bool request_hides_text(const struct request *request); /* verbatims are left out of answers */
str request_actor(const struct request *request); /* "user:jeanne", "uid:1000" */
/* Who asks from another machine names no file of this one; the configuration of watched folders
 * does. */
bool request_may_name_files(const struct request *request);
/* Before the file is opened that an option names: ERR_DENIED to those who may not, but for the
 * documents that they sent along. */
err request_check_file(
	const struct request *request, const char *option, str path, struct why *why);
/* What is wrong with a document is told of its file, or of the option that carried it along. */
void request_blame_document(const struct request *request, const char *option, struct why *why);
const atomic_bool *request_stop(const struct request *request); /* the flag itself, or NULL */

size_t request_argument_count(const struct request *request);
str request_argument(const struct request *request, size_t i); /* NUL-terminated */

/* Options, by name.  Not given: the preset of the row, if it has one.  Texts are
 * NUL-terminated.  Number, time and duration only of options of that kind, and only where
 * request_has() or a preset says that there is one. */
bool request_has(const struct request *request, const char *name); /* given, not preset */
str request_text(const struct request *request, const char *name); /* "" without */
int64_t request_number(const struct request *request, const char *name);
int64_t request_time_ms(const struct request *request, const char *name); /* UTC */
int64_t request_duration_ms(const struct request *request, const char *name);
size_t request_times(const struct request *request, const char *name); /* how often given */
str request_nth(const struct request *request, const char *name, size_t i); /* i-th from 0 */

/* Appends what was asked by the command's own options, but those named: the same bytes for the same
 * words in the same order, times as moments.  `but` ends with NULL. */
void request_add_asked(const struct request *request, const char *const *but, struct strbuf *out);

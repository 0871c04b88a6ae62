/* main/watched.h - folders into which old systems drop files: [folder NAME] of ariane.conf.
 *
 *   path/a.csv, path/sub/b.csv     whole? --> imported --> path/done/a.csv
 *                                                     \-> path/rejects/...   what could not be read
 *
 * One level of folders below the path is watched too; each has its own done/ and rejects/, and is
 * read by its own mapping.json if it has one, else by the section's mapping, else as `ariane
 * import` would read it.  Hidden files, *.tmp, *.part, *.filepart, *.crdownload and mappings are
 * no files of events.
 *
 * 1. A file that somebody has open for writing is not touched: the kernel is asked for a read lease
 *    on it.  Where it gives none (another user's file), the file must have been still for
 *    WATCHED_STILL_MS.
 * 2. Exactly once: importing a file again adds nothing, so a file is moved only after its import
 *    is durable, and one that was there when the server was killed is imported again.
 * 3. A file that changed meanwhile stays, and is imported again.
 * 4. A full disk, or anything else that passes, leaves the file; it is tried again after
 *    WATCHED_AGAIN_MS.  What no trying mends goes to rejects/, with NAME.reason.txt beside it.
 * 5. Looked at when the kernel tells of a change, and every WATCHED_AGAIN_MS: network file systems
 *    tell nothing.
 *
 * Threads: one of its own.
 */
#pragma once

#include "main/config.h"
#include "main/house.h"

enum {
	WATCHED_STILL_MS = 10000,
	WATCHED_AGAIN_MS = 30000,
	WATCHED_FOLDERS_MAX = 256, /* below one path */
	WATCHED_FILES_MAX = 100000, /* looked at in one round; others in the next */
};

struct watched;

struct watched_options {
	struct house *house;
	const struct command_list *commands;
	const struct settings *lasting; /* of the server: language and zone; outlive it */
	const struct settings *settings; /* with the folders; may go */
	void (*tell)(void *context, const char *what, const struct why *why); /* an error */
	void *context;
};

/* *out is NULL without such sections.  MSG_INPUT_FOLDER: one is not there. */
err watched_open(const struct watched_options *options, struct watched **out, struct why *why);
void watched_start(struct watched *watched); /* begins to look; NULL is fine */
/* What is being imported is stopped; it goes on with the next start.  NULL is fine. */
void watched_stop(struct watched *watched);

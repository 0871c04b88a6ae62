/* engine/backup.h - a copy of the data folder that can be trusted, and the way back.
 *
 * A back-up is a folder: the journal, the index of known messages, the secret and the format,
 * copied at one moment between two writes, and, written last:
 *
 *   backup   text, a line each: "ariane backup 1", "end SEQUENCE", "made MS",
 *            "file BYTES CRC32C NAME" (CRC in 8 hex digits), and "sum CRC32C" of the lines before
 *
 * The SQL store, if there is one, comes along: its secret, and as ariane.db the copy of the
 * database that the caller made just before, BACKUP_DATABASE in the data folder.
 *
 * Without that last file it is not a back-up.  Checkpoints are not in it: restoring replays.
 */
#pragma once

#include "engine/engine.h"

#define BACKUP_DATABASE "ariane.db.copy"

struct backup_summary {
	uint64_t end_seq, files, bytes;
	int64_t made_ms;
};

/* `target` must not exist, or be an empty folder.  In the writer's place. */
err engine_backup(
	struct engine *engine, const char *target, struct backup_summary *out, struct why *why);

/* Reads every byte of a back-up and compares it with the list: ERR_CORRUPT names the file. */
err backup_check(
	struct disk *disk, const char *folder, struct backup_summary *out, struct why *why);

/* Copies a back-up, each file checked, to `target`, which must not exist: written beside it as
 * TARGET.restoring, then renamed.  What a killed restore left there is emptied first (restore.c);
 * ERR_BUSY: another restore is at it; ERR_CONFLICT: it is not ours. */
err backup_restore(struct disk *disk, const char *folder, const char *target,
	struct backup_summary *out, struct why *why);

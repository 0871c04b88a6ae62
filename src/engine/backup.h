/* engine/backup.h - a copy of the data folder that can be trusted, and the way back.
 *
 * A back-up is a folder: the journal, the index of known messages, the secret and the format, as
 * they were at one moment between two writes, and, written last:
 *
 *   backup   text, a line each: "ariane backup 1", "end SEQUENCE", "made MS",
 *            "file BYTES CRC32C NAME" (CRC in 8 hex digits), and "sum CRC32C" of the lines before
 *
 * The SQL store, if there is one, comes along: its secret, and as ariane.db the copy of the
 * database that the caller made just before, BACKUP_DATABASE in the data folder.
 *
 * Without that last file it is not a back-up.  Checkpoints are not in it: restoring replays.  Of
 * the index of known messages there is what the disk had: restoring adds the rest.
 *
 * Producers go on, and so do sealing, merging and erasing:
 *
 *   begin   beside   the target is made; small files and the index are held open
 *   take    writer   a new segment is begun, the others are held (journal/pin.h): its moment
 *   step    beside   copies a piece, until *done
 *
 * Whoever is erased meanwhile is in the back-up, as in any that was made before; the room of his
 * bytes on the disk is free when it is done.
 */
#pragma once

#include "engine/engine.h"

#define BACKUP_DATABASE "ariane.db.copy"

struct backup_summary {
	uint64_t end_seq, files, bytes;
	int64_t made_ms;
};

struct backup;

/* `target` must not exist, or be an empty folder.  Any thread, while the engine is open. */
err backup_begin(struct engine *engine, const char *target, struct backup **out, struct why *why);
err backup_take(struct engine *engine, struct backup *backup, struct why *why);
/* At most BACKUP_PIECE_BYTES; by one thread at a time.  After an error the back-up is lost. */
err backup_step(struct backup *backup, bool *done, struct why *why);
struct backup_summary backup_summary(const struct backup *backup); /* so far */
uint64_t backup_bytes_all(const struct backup *backup); /* to be copied; 0: not known yet */
/* Before the engine is closed; NULL is fine.  One that is not done leaves what it has copied. */
void backup_free(struct backup *backup);

/* All of it, where nothing else goes on: in the writer's place. */
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

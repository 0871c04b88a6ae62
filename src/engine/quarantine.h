/* engine/quarantine.h - a record that crashes replay twice is set aside, not tried for ever.
 *
 * Replay is a function of the journal: if one record makes the program crash, it would do so at
 * every start.  So before records are applied, their place is noted in a file that a crash of the
 * process leaves behind.  A crash of the machine says nothing about a record: so the mark names
 * the running of the machine (boot_number()) that it belongs to, and counts only in that.
 *
 *   replay-mark   "BLOCK BOOT SEQ 1\n" (a block of QUARANTINE_BLOCK records begins), or
 *                 "RECORD BOOT SEQ TIMES\n"
 *   quarantine    "SEQ" a line: not applied, told by verify and status; or "SEQ unread": its
 * message id is not read either
 *
 * First start: marks by block, which cost nothing.  After a crash in a block: marks by record
 * within it.  After QUARANTINE_TIMES crashes in a row at the same record it goes into quarantine:
 * a process that was merely killed would have to be killed at the very same record twice.  Its
 * bytes stay in the journal for whoever mends the program; then the files `quarantine` and
 * `checkpoint/` are removed, and it is applied.
 *
 * Until then its message stays known: sent again it is a duplicate, or it would be there twice
 * once it is applied.  Only where reading that much crashes too, QUARANTINE_TIMES in a row again,
 * is it left unread: then it counts as new when it is sent again, and one of the two is to be
 * retracted in the end.
 */
#pragma once

#include "base/file.h"

enum { QUARANTINE_BLOCK = 4096, QUARANTINE_TIMES = 2, QUARANTINE_MAX = 10000 };

struct quarantine;

/* Reads what the last start left behind in the data folder, and draws its conclusion. */
err quarantine_open(struct disk *disk, const char *folder, uint64_t boot, struct quarantine **out,
	struct why *why); /* boot 0: not known; then no conclusion is drawn */
/* Replay has ended, well or with an error, but without a crash: the mark goes. */
err quarantine_close(struct quarantine *quarantine, struct why *why);
/* For tests: as if the process had crashed.  The mark stays. */
void quarantine_abandon(struct quarantine *quarantine);

/* No start crashed, and nothing is set aside: a record may be read ahead of its mark. */
bool quarantine_is_calm(const struct quarantine *quarantine);
bool quarantine_holds(const struct quarantine *quarantine, uint64_t seq);
/* Will quarantine_enter() write a new mark for this record?  What entered before it must have been
 * applied by then, for the mark would no longer speak of it. */
bool quarantine_will_mark(const struct quarantine *quarantine, uint64_t seq);
/* Before the record is decoded: what is to be done with it. */
enum quarantine_way { QUARANTINE_APPLY, QUARANTINE_KEY_ONLY, QUARANTINE_UNREAD };
err quarantine_enter(
	struct quarantine *quarantine, uint64_t seq, enum quarantine_way *way, struct why *why);
size_t quarantine_count(const struct quarantine *quarantine);
uint64_t quarantine_at(const struct quarantine *quarantine, size_t i);

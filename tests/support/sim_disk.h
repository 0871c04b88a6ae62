/* tests/support/sim_disk.h - a disk in memory that keeps exactly the promises of base/file.h.
 *
 * Each file has two contents: what is read now, and what the platter has.  A sync copies the
 * pages of 512 bytes that were written since; a crash lets each of them survive or not, by
 * chance, in no order; the size likewise.  Names too: creating, renaming and removing are noted
 * until the folder is synced, and a crash lets each survive or not, independently.
 *
 * Changing operations are counted from 1: creating (an open that makes or empties a file), write,
 * sync, truncate, rename, remove, making a folder, syncing a folder.  At operation `crash_at` the
 * power fails: it is done or not, by chance, and from then on every call answers ERR_IO until
 * sim_disk_reboot().  Files opened before stay dead after it: close them.  To kill also where power
 * is seldom drawn, it may be tied to a point instead: see struct sim_faults.
 *
 * Seeded, and single numbers decide everything: the same seed and the same calls give the same
 * disk.  Any number of threads (one lock).
 */
#pragma once

#include "base/file.h"

struct sim_disk;

enum { SIM_AIMS_MAX = 4 };

/* What goes wrong, and the bugs of a program that a test plants.  Change it at any time. */
struct sim_faults {
	uint64_t crash_at; /* operation; 0: never */
	/* Or: at the operation after `crash_skip` others whose point (below) has this class, from
	 * 1; 0: none.  Points fall into SIM_CLASSES classes by a hash of their names. */
	unsigned crash_class, crash_skip;
	/* Or at these very points, once each, also after reboots; NULL: none. */
	const char *crash_points[SIM_AIMS_MAX];
	bool uncounted; /* operations are not noted in the coverage */
	uint64_t fail_at; /* this operation fails with `fail_with`; 0: none */
	err fail_with; /* ERR_IO, ERR_FULL or ERR_READ_ONLY */
	uint64_t capacity; /* bytes in all files; past it ERR_FULL; 0: endless */
	bool sync_failure_forgets; /* a failed sync: the pages pass for clean and are not kept */
	bool bug_no_sync; /* the program forgets file_sync() */
	bool bug_late_sync; /* it acknowledges first: a sync takes effect at the next operation */
	bool bug_no_folder_sync; /* it forgets disk_sync_folder() */
	bool bug_half_rename; /* a rename removes the target first */
};

/* How often the power failed where; shared by many disks of one thread. */
enum { SIM_POINTS_MAX = 512, SIM_POINT_BYTES_MAX = 64, SIM_CLASSES = 97 };
struct sim_coverage {
	struct sim_point {
		/* "sync log": operation, suffix of the file; names without one stand as they are,
		 * less their digits, folders with a "/".  Before them what the tested program was
		 * doing, if the test says so: "open: sync log". */
		char name[SIM_POINT_BYTES_MAX];
		uint64_t met, crashed; /* operations; of these, crashes */
		uint64_t life; /* what `life` was when it was first met */
	} points[SIM_POINTS_MAX];
	size_t count;
	uint64_t life; /* the test's own: a seed, say */
};

struct sim_disk *sim_disk_create(uint64_t seed, struct sim_coverage *coverage /* may be NULL */);
void sim_disk_free(struct sim_disk *sim); /* all files are closed */
struct disk *sim_disk_of(struct sim_disk *sim); /* its root is "/" */
struct sim_faults *sim_disk_faults(struct sim_disk *sim);
uint64_t sim_disk_operations(const struct sim_disk *sim); /* so far */
size_t sim_disk_open_files(struct sim_disk *sim); /* now, by all who opened any */
uint64_t sim_disk_bytes_read(const struct sim_disk *sim); /* likewise; not through maps */
bool sim_disk_crashed(const struct sim_disk *sim);

/* What the tested program is doing now: goes before the names of points.  Static text; NULL: "". */
void sim_disk_doing(struct sim_disk *sim, const char *what);

/* Power returns.  Crashes first, if it has not. */
void sim_disk_reboot(struct sim_disk *sim);

/* Damages a file for good: now and on the platter. */
void sim_disk_flip(struct sim_disk *sim, const char *path, uint64_t at, uint8_t bits);

/* Do these bytes stand in any file that has a name, now or on the platter? */
bool sim_disk_holds(struct sim_disk *sim, str bytes);
/* The same for what stands under one folder. */
bool sim_disk_holds_under(struct sim_disk *sim, const char *folder, str bytes);

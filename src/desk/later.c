/* desk/later.c - commits that do not wait for the disk, and the thread that syncs what they wrote.
 *
 * Reads of personal data are noted before they are answered.  A sync for each would cost more than
 * the answer; so their rows are in the file at once (a killed program loses none), and on the disk
 * within DESK_LATER_MS (a power cut may take the last second of them).
 *
 * The thread begins with the first such commit and sleeps while nothing is owed.  What it does is
 * done so that nobody who asks waits for it: it syncs the log (the file NAME-wal) by itself.  Only
 * a log of LOG_BYTES_MAX is copied into the database and begun anew, here too: SQLite waits for
 * the disk with the first write to a new log, and that would be somebody's question.
 */
#include <time.h>

#include "base/file.h"
#include "desk/desk_internal.h"

#define LOG_BYTES_MAX ((uint64_t)4 << 20)

static struct timespec from_now(int64_t ms)
{
	struct timespec at;
	int failed = clock_gettime(CLOCK_MONOTONIC, &at);

	ASSERT(failed == 0);
	int64_t ns = at.tv_nsec + ms * 1000000;
	at.tv_sec += ns / 1000000000;
	at.tv_nsec = ns % 1000000000;
	return at;
}

/* What SQLite's readers of a log after a power cut believe is whole: so syncing it is enough. */
static bool sync_log(struct desk *desk, uint64_t *bytes)
{
	char path[PATH_BYTES_MAX];
	struct strbuf name = { .ptr = path, .cap = sizeof(path), .cap_max = sizeof(path) };
	struct file *log;

	strbuf_add_c(&name, desk->path);
	strbuf_add_c(&name, "-wal");
	strbuf_add_byte(&name, '\0');
	if (!strbuf_ok(&name) || disk_open(disk_real(), path, FILE_READ, &log, NULL) != OK)
		return false;
	bool synced = file_size(log, bytes, NULL) == OK && file_sync(log, NULL) == OK;
	file_close(log);
	return synced;
}

/* By a connection of its own: while the many pages are copied nobody waits. */
static bool empty_log(struct desk *desk)
{
	struct sql *sql = NULL;
	bool copied = sql_open(desk->path, &sql, NULL) == OK && sql_sync(sql, NULL) == OK;

	if (copied) {
		desk_lock(desk);
		copied = sql_sync(sql, NULL) == OK && sql_begin_log(sql, NULL) == OK;
		desk_unlock(desk);
	}
	sql_close(sql);
	return copied;
}

/* An error is not told: the next commit that waits meets the same disk. */
static bool pay(struct desk *desk)
{
	uint64_t bytes = 0;

	if (!sync_log(desk, &bytes)) /* also where the disk allows no log */
		return empty_log(desk);
	if (bytes >= LOG_BYTES_MAX)
		(void)empty_log(desk); /* or the next time: what is owed is on the disk */
	return true;
}

static void *run(void *context)
{
	struct desk *desk = context;
	struct desk_later *later = &desk->later;

	desk_lock(desk);
	while (!later->stops) {
		if (!later->owes) {
			(void)pthread_cond_wait(&later->wake, &desk->lock);
			continue;
		}
		struct timespec until = from_now(DESK_LATER_MS / 2);
		while (!later->stops &&
			pthread_cond_timedwait(&later->wake, &desk->lock, &until) == 0)
			; /* woken by the next that owes: the time stands */
		later->owes = false;
		desk_unlock(desk);
		bool paid = pay(desk);
		desk_lock(desk);
		later->owes |= !paid;
	}
	desk_unlock(desk);
	return NULL;
}

void desk_later_init(struct desk *desk)
{
	pthread_condattr_t attributes;

	ASSERT(pthread_condattr_init(&attributes) == 0);
	ASSERT(pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC) == 0);
	ASSERT(pthread_cond_init(&desk->later.wake, &attributes) == 0);
	ASSERT(pthread_condattr_destroy(&attributes) == 0);
}

void desk_later_done(struct desk *desk)
{
	if (desk->later.runs) {
		desk_lock(desk);
		desk->later.stops = true;
		(void)pthread_cond_signal(&desk->later.wake);
		desk_unlock(desk);
		ASSERT(pthread_join(desk->later.thread, NULL) == 0);
	}
	uint64_t bytes;
	if (desk->later.owes)
		(void)sync_log(desk, &bytes);
	ASSERT(pthread_cond_destroy(&desk->later.wake) == 0);
}

err desk_begin_later(struct desk *desk, struct why *why)
{
	desk_lock(desk);
	err e = sql_wait_for_disk(desk->sql, false, why);
	if (e == OK)
		e = sql_begin(desk->sql, why);
	if (e == OK)
		return OK;
	(void)sql_wait_for_disk(desk->sql, true, NULL); /* no I/O: it sets a number */
	desk_unlock(desk);
	return e;
}

err desk_end_later(struct desk *desk, err e, struct why *why)
{
	struct desk_later *later = &desk->later;

	if (e == OK)
		e = sql_commit(desk->sql, why);
	else
		sql_rollback(desk->sql);
	(void)sql_wait_for_disk(desk->sql, true, NULL);
	if (e == OK && !later->owes) {
		later->owes = true;
		if (!later->runs)
			later->runs = pthread_create(&later->thread, NULL, run, desk) == 0;
		else
			(void)pthread_cond_signal(&later->wake);
	}
	uint64_t bytes;
	if (e == OK && !later->runs) /* no thread to be had: now, then */
		later->owes = !sync_log(desk, &bytes);
	desk_unlock(desk);
	return e;
}

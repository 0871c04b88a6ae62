/* tests/support/journal_crash.c - see journal_crash.h */
#include "support/journal_crash.h"

#include "base/random.h"
#include "event/codec.h"
#include "journal/journal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FOLDER "/data/journal"

enum { RECORDS_MAX = 4096, STEPS = 40, ENTRIES_MAX = 12, SECRET_BYTES = 24 };

struct told {
	uint64_t content; /* from which the bytes are made again */
	uint32_t padding;
	enum { LIVE, ERASED, MAYBE_ERASED } state;
	int64_t received_ms; /* as read back the first time; 0: not yet */
};

struct world {
	struct random random;
	struct sim_disk *sim;
	struct journal *journal;
	struct told told[RECORDS_MAX]; /* by sequence */
	uint64_t acked; /* sequences below are acknowledged */
	uint64_t maybe; /* up to here one batch may be there: all of it or nothing */
	int64_t clock_ms;
	const char *wrong;
	char words[400];
};

static void wrong(struct world *w, const char *what)
{
	if (w->wrong == NULL)
		w->wrong = what;
}

/* An event, told apart by `content`; the secret within it can be looked for. */
static void secret_of(uint64_t content, char out[static SECRET_BYTES + 1])
{
	(void)snprintf(out, SECRET_BYTES + 1, "secret%018llu", (unsigned long long)content);
}

static str bytes_of(const struct told *told, bool tombstone, struct arena *arena)
{
	struct strbuf out = strbuf_in(arena, 1 << 16), text = strbuf_in(arena, 1 << 14);
	char secret[SECRET_BYTES + 1];
	struct record record = { .kind = tombstone ? RECORD_TOMBSTONE : RECORD_ENTITY };

	secret_of(told->content, secret);
	struct random noise = random_of(told->content);
	strbuf_add_c(&text, secret);
	for (uint32_t i = 0; i < told->padding; i++)
		strbuf_add_byte(&text, (char)('a' + random_below(&noise, 26)));
	if (!tombstone) {
		record.source = STR("crash");
		record.text = strbuf_str(&text);
	}
	record_encode(&record, &out);
	return strbuf_str(&out);
}

static bool chance(struct world *w, uint64_t one_in)
{
	return random_below(&w->random, one_in) == 0;
}

static void append(struct world *w)
{
	AUTO_ARENA arena = arena_create(8 << 20);
	size_t count = 1 + random_below(&w->random, ENTRIES_MAX);
	struct journal_entry entries[ENTRIES_MAX];
	uint64_t first = 0;
	struct why why = { 0 };

	if (w->acked + count >= RECORDS_MAX)
		return;
	for (size_t i = 0; i < count; i++) {
		struct told *told = &w->told[w->acked + i];
		*told = (struct told){ .content = random_next(&w->random) >> 8,
			.padding = (uint32_t)random_below(&w->random, chance(w, 6) ? 3000 : 80) };
		entries[i] = journal_entry_of(bytes_of(told, false, arena));
	}
	w->maybe = w->acked + count;
	w->clock_ms += (int64_t)random_below(&w->random, 20) - 4; /* it may jump back */
	if (journal_append(w->journal, w->clock_ms, entries, count, &first, &why) != OK)
		return;
	if (first != w->acked)
		wrong(w, "a sequence that was not the next");
	w->acked = w->maybe;
}

static void erase(struct world *w)
{
	uint64_t seqs[8], n = 0, at = 1;
	struct why why = { 0 };

	for (; n < ARRAY_LEN(seqs); n++) {
		at += 1 + random_below(&w->random, w->acked / 4 + 2);
		if (at >= w->acked)
			break;
		seqs[n] = at;
	}
	for (size_t i = 0; i < n; i++)
		if (w->told[seqs[i]].state == LIVE)
			w->told[seqs[i]].state = MAYBE_ERASED;
	if (journal_rewrite(w->journal, seqs, n, &why) != OK)
		return;
	for (size_t i = 0; i < n; i++) {
		char secret[SECRET_BYTES + 1];
		w->told[seqs[i]].state = ERASED;
		secret_of(w->told[seqs[i]].content, secret);
		if (sim_disk_holds(w->sim, str_of(secret)))
			wrong(w, "erased bytes are still on the disk");
	}
}

/* After a failed append the journal must refuse all others. */
static void append_in_vain(struct world *w)
{
	struct journal_entry entry = journal_entry_of(STR("x"));
	struct why why = { 0 };
	uint64_t first;

	if (journal_append(w->journal, w->clock_ms, &entry, 1, &first, &why) == OK)
		wrong(w, "it accepts records after a failed write");
}

/* Is this what the model knows?  After opening it learns what an erasure that was not acknowledged
 * has done; before, it may still come to light. */
static void check_record(struct world *w, const struct journal_record *record, bool opened)
{
	AUTO_ARENA arena = arena_create(1 << 20);
	struct told *told = &w->told[record->seq];
	bool live = str_equal(record->bytes, bytes_of(told, false, arena));
	bool stone = str_equal(record->bytes, bytes_of(told, true, arena));

	if (opened && told->state == MAYBE_ERASED && (live || stone))
		told->state = live ? LIVE : ERASED;
	if (!(live && told->state != ERASED) && !(stone && told->state != LIVE))
		wrong(w, "a record was altered");
	if (told->received_ms == 0)
		told->received_ms = record->received_ms;
	if (told->received_ms != record->received_ms)
		wrong(w, "a received time was altered");
}

static void check_all(struct world *w)
{
	struct journal_scan *scan;
	struct journal_record record = { 0 };
	struct why why = { 0 };
	bool more = true;
	uint64_t seq = 1;
	int64_t last_ms = INT64_MIN;

	if (journal_scan_open(w->journal, 1, &scan, &why) != OK)
		return wrong(w, "no scan");
	for (;; seq++) {
		err e = journal_scan_next(scan, &more, &record, &why);
		if (e != OK || !more) {
			if (e == ERR_CORRUPT)
				wrong(w, "an acknowledged record cannot be read");
			break;
		}
		if (record.seq != seq || seq >= w->acked)
			wrong(w, "sequences are not dense");
		if (record.received_ms < last_ms)
			wrong(w, "received time went back");
		last_ms = record.received_ms;
		if (w->wrong != NULL)
			break;
		check_record(w, &record, true);
	}
	journal_scan_close(scan);
	if (seq < w->acked && !sim_disk_crashed(w->sim))
		wrong(w, "an acknowledged record is missing");
}

static void check_read(struct world *w)
{
	AUTO_ARENA arena = arena_create(1 << 20);
	struct journal_record record;
	struct why why = { 0 };

	if (w->acked == 1)
		return;
	uint64_t seq = 1 + random_below(&w->random, w->acked - 1);
	err e = journal_read(w->journal, seq, arena, &record, &why);
	if (e == OK && record.seq == seq)
		check_record(w, &record, false);
	else if (e != ERR_IO)
		wrong(w, "a record cannot be read by its sequence");
}

static void note_fault(void *context, const struct why *fault)
{
	struct world *w = context;
	struct strbuf words = strbuf_heap(sizeof(w->words) - 1);

	why_words(fault, LANGUAGE_ENGLISH, &words);
	memcpy(w->words, words.ptr, words.len);
	strbuf_done(&words);
}

static void check_disk(struct world *w)
{
	struct why why = { 0 };
	uint64_t faults = 0;

	if (journal_check(w->journal, NULL, note_fault, w, &faults, &why) == OK && faults > 0)
		wrong(w, "check finds a fault");
}

static bool reopen(struct world *w)
{
	static const struct journal_options options = { .segment_bytes_max = 6000 };
	struct journal_recovery recovery = { 0 };
	struct why why = { 0 };
	struct disk *disk = sim_disk_of(w->sim);

	if (disk_make_folder(disk, "/data", &why) != OK || disk_sync_folder(disk, "/", &why) != OK)
		return false;
	err e = journal_open(disk, FOLDER, &options, &w->journal, &recovery, &why);
	if (e != OK) {
		if (e != ERR_IO && e != ERR_FULL && e != ERR_READ_ONLY) {
			note_fault(w, &why);
			wrong(w, "it does not open any more");
		}
		return false;
	}
	uint64_t end = journal_end(w->journal);
	if (end != w->acked && end != w->maybe)
		wrong(w, end < w->acked ? "acknowledged records are missing"
					: "part of a batch is there");
	if (recovery.damaged_records > 0)
		wrong(w, "recovery found damage");
	w->acked = w->maybe = end; /* what is here now, stays */
	return true;
}

static void step(struct world *w)
{
	struct why why = { 0 };
	bool did;

	switch (random_below(&w->random, 12)) {
	case 0:
		(void)journal_roll(w->journal, &why); /* may fail: the disk does */
		break;
	case 1:
	case 2:
		(void)journal_seal_one(w->journal, 1, &did, &why); /* likewise */
		break;
	case 3:
		erase(w);
		break;
	case 4:
		check_read(w);
		break;
	case 5:
		if (chance(w, 4)) {
			journal_close(w->journal);
			w->journal = NULL;
			(void)reopen(w); /* the round ends if it fails */
		}
		break;
	case 6:
		(void)journal_prepare(w->journal, &did, &why); /* likewise */
		break;
	default:
		if (w->maybe > w->acked)
			append_in_vain(w);
		else
			append(w);
	}
}

static void plan_trouble(struct world *w, bool errors)
{
	struct sim_faults *faults = sim_disk_faults(w->sim);
	/* One in three while it recovers, where crashes are rarest. */
	uint64_t span = chance(w, 3) ? 10 : 120;
	uint64_t at = sim_disk_operations(w->sim) + 1 + random_below(&w->random, span);
	static const err kinds[] = { ERR_IO, ERR_IO, ERR_FULL, ERR_READ_ONLY };

	faults->fail_at = 0;
	faults->sync_failure_forgets = true;
	if (errors && !chance(w, 3)) {
		faults->fail_at = at;
		faults->fail_with = kinds[random_below(&w->random, ARRAY_LEN(kinds))];
		at += random_below(&w->random, 60);
	}
	faults->crash_at = at;
}

static void play_round(struct world *w, bool errors)
{
	plan_trouble(w, errors);
	if (reopen(w))
		check_all(w);
	for (unsigned i = 0; i < STEPS && w->journal != NULL && w->wrong == NULL; i++) {
		step(w);
		if (sim_disk_crashed(w->sim))
			break;
		if (errors && chance(w, 8)) { /* what a planned error has stopped, starts again */
			journal_close(w->journal);
			w->journal = NULL;
			if (!reopen(w))
				break;
		}
	}
	journal_close(w->journal);
	w->journal = NULL;
	sim_disk_reboot(w->sim);
}

static struct world *world_of(uint64_t seed, struct sim_coverage *coverage)
{
	struct world *w = memory_alloc(sizeof(*w));

	w->random = random_of(seed);
	w->sim = sim_disk_create(seed, coverage);
	w->acked = w->maybe = 1;
	w->clock_ms = 1000;
	return w;
}

/* The last word: power is back, nothing fails any more. */
static const char *judge(struct world *w)
{
	static char text[600];

	if (w->wrong == NULL && reopen(w)) {
		check_all(w);
		check_disk(w);
	} else {
		wrong(w, "it does not open on a healthy disk");
	}
	journal_close(w->journal);
	sim_disk_free(w->sim);
	const char *what = w->wrong;
	if (what != NULL) {
		(void)snprintf(text, sizeof(text), "%s %s", what, w->words);
		what = text;
	}
	free(w);
	return what;
}

const char *journal_crash_live(const struct crash_life *life)
{
	struct world *w = world_of(life->seed, life->coverage);
	unsigned rounds = life->rounds == 0 ? 4 : life->rounds;

	*sim_disk_faults(w->sim) = life->bugs;
	for (unsigned i = 0; i < rounds && w->wrong == NULL; i++)
		play_round(w, life->errors);
	return judge(w);
}

static void play_until(struct world *w, uint64_t operation)
{
	if (!reopen(w))
		return;
	for (unsigned i = 0; i < STEPS && w->journal != NULL && w->wrong == NULL &&
			     sim_disk_operations(w->sim) < operation;
		i++)
		step(w);
	journal_close(w->journal);
	w->journal = NULL;
}

const char *journal_crash_at(uint64_t seed, uint64_t operation, bool *reached)
{
	struct world *w = world_of(seed, NULL);

	sim_disk_faults(w->sim)->crash_at = operation;
	play_until(w, operation);
	*reached = sim_disk_crashed(w->sim);
	sim_disk_reboot(w->sim);
	return judge(w);
}

const char *journal_crash_after_error(
	uint64_t seed, uint64_t operation, uint64_t after, bool *reached)
{
	struct world *w = world_of(seed, NULL);
	struct sim_faults *faults = sim_disk_faults(w->sim);

	faults->fail_at = operation;
	faults->fail_with = ERR_IO;
	faults->sync_failure_forgets = true;
	play_until(w, operation);
	*reached = sim_disk_operations(w->sim) >= operation;
	faults->crash_at = sim_disk_operations(w->sim) + after;
	if (reopen(w)) {
		journal_close(w->journal);
		w->journal = NULL;
	}
	sim_disk_reboot(w->sim);
	return judge(w);
}

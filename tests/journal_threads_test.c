/* tests/journal_threads_test.c - one writer, one sealer, three readers on one journal. */
#include "base/random.h"
#include "event/codec.h"
#include "journal/journal.h"
#include "test.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

enum { BATCHES = 400, READERS = 3, ENTRIES_MAX = 6 };

struct shared {
	struct journal *journal;
	atomic_bool over; /* the writer is done */
	atomic_uint wrong, seals, reads, scanned;
	atomic_uint next_reader;
};

static str bytes_of(struct arena *arena, uint64_t seq)
{
	struct strbuf text = strbuf_in(arena, 4096), out = strbuf_in(arena, 8192);
	struct record record = { .kind = RECORD_ENTITY, .source = STR("threads") };

	for (unsigned long long n = seq * 31; n < seq * 31 + 20 + seq % 50; n++)
		strbuf_printf(&text, "%llu ", n);
	record.text = strbuf_str(&text);
	record_encode(&record, &out);
	return strbuf_str(&out);
}

/* Every tenth record is erased at some time. */
static bool is_right(struct arena *arena, const struct journal_record *record)
{
	struct record stone = { .kind = RECORD_TOMBSTONE };
	struct strbuf out = strbuf_in(arena, 1024);

	record_encode(&stone, &out);
	return str_equal(record->bytes, bytes_of(arena, record->seq)) ||
	       (record->seq % 10 == 0 && str_equal(record->bytes, strbuf_str(&out)));
}

static bool append(struct shared *s, uint64_t batch)
{
	AUTO_ARENA arena = arena_create(1 << 20);
	struct journal_entry entries[ENTRIES_MAX];
	size_t count = 1 + batch % ENTRIES_MAX;
	uint64_t first, end = journal_end(s->journal);
	struct why why = { 0 };

	for (size_t i = 0; i < count; i++)
		entries[i] = journal_entry_of(bytes_of(arena, end + i));
	return journal_append(s->journal, (int64_t)batch, entries, count, &first, &why) == OK;
}

static void *write_all(void *context)
{
	struct shared *s = context;
	struct why why = { 0 };

	for (uint64_t batch = 0; batch < BATCHES; batch++) {
		uint64_t tenth = journal_end(s->journal) / 20 * 10;
		s->wrong += !append(s, batch);
		if (batch % 50 == 49)
			s->wrong += journal_rewrite(s->journal, &tenth, 1, &why) != OK;
	}
	s->wrong += journal_roll(s->journal, &why) != OK;
	s->over = true;
	return NULL;
}

static void *seal_all(void *context)
{
	struct shared *s = context;
	struct why why = { 0 };
	bool did = true;

	while (!s->over || did) {
		if (journal_seal_one(s->journal, 1, &did, &why) != OK)
			s->wrong++;
		s->seals += did;
	}
	return NULL;
}

static void read_one(struct shared *s, struct arena *arena, uint64_t seq)
{
	struct journal_record record;
	struct why why = { 0 };
	err e = journal_read(s->journal, seq, arena, &record, &why);

	if (e != OK || record.seq != seq || !is_right(arena, &record))
		s->wrong++;
	s->reads++;
}

static void scan_some(struct shared *s, uint64_t from, unsigned count)
{
	struct journal_scan *scan;
	struct journal_record record;
	struct why why = { 0 };
	bool more = true;

	if (journal_scan_open(s->journal, from, &scan, &why) != OK) {
		s->wrong++;
		return;
	}
	for (uint64_t seq = from; count > 0 && more; seq++, count--) {
		AUTO_ARENA arena = arena_create(1 << 20);
		err e = journal_scan_next(scan, &more, &record, &why);
		if (e != OK || (more && (record.seq != seq || !is_right(arena, &record))))
			s->wrong++;
		s->scanned += more;
	}
	journal_scan_close(scan);
}

static void *read_all(void *context)
{
	struct shared *s = context;
	struct random random = random_of(atomic_fetch_add(&s->next_reader, 1) + 1);

	for (bool last = false; !last;) {
		last = s->over; /* once more over all */
		uint64_t end = journal_end(s->journal);
		AUTO_ARENA arena = arena_create(1 << 20);
		for (int i = 0; i < 8 && end > 1; i++, arena_reset(arena))
			read_one(s, arena, 1 + random_below(&random, end - 1));
		scan_some(s, last ? 1 : 1 + random_below(&random, end), last ? UINT32_MAX : 50);
		(void)journal_bytes(s->journal); /* for the race detector */
	}
	return NULL;
}

TEST(journal_writer_sealer_and_readers)
{
	static const struct journal_options small = { .segment_bytes_max = 24 << 10 };
	struct shared s = { .journal = NULL };
	pthread_t threads[READERS + 2];
	struct why why = { 0 };
	char folder[PATH_BYTES_MAX];
	uint64_t faults = 1;

	CHECK("path", path_join(folder, test_folder(), "journal", &why) == OK);
	CHECK("open", journal_open(disk_real(), folder, &small, &s.journal, NULL, &why) == OK);
	for (size_t i = 0; i < ARRAY_LEN(threads); i++) {
		void *(*run)(void *) = i == 0 ? write_all : i == 1 ? seal_all : read_all;
		ASSERT(pthread_create(&threads[i], NULL, run, &s) == 0);
	}
	for (size_t i = 0; i < ARRAY_LEN(threads); i++)
		ASSERT(pthread_join(threads[i], NULL) == 0);
	CHECK("all right", s.wrong == 0);
	CHECK("they met", s.seals > 5 && s.reads > 100 && s.scanned > BATCHES);
	CHECK("check",
		journal_check(s.journal, NULL, NULL, NULL, &faults, &why) == OK && faults == 0);
	journal_close(s.journal);
}

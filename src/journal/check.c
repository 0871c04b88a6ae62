/* journal/check.c - every byte of the journal against its checksums: see journal.h */
#include "journal/journal_internal.h"

struct check {
	void (*report)(void *context, const struct why *fault);
	void *context;
	uint64_t faults;
};

static void tell(struct check *check, const struct why *fault)
{
	check->faults++;
	check->report(check->context, fault);
}

static void tell_file(struct check *check, const struct segment *s, uint64_t at)
{
	struct why fault = { 0 };

	why_at(&fault, str_of(s->path), -1, -1, (int64_t)at);
	(void)fail(&fault, MSG_JOURNAL_FILE_DAMAGED, arg_c(s->path), arg_int((int64_t)at));
	tell(check, &fault);
}

static void tell_records(
	struct check *check, struct segment *s, uint64_t seq, uint64_t end_seq, uint64_t at)
{
	struct why fault = { 0 };

	(void)segment_damage(s, seq, end_seq, at, &fault);
	segment_set_damaged(s);
	tell(check, &fault);
}

/* A batch whose checksum is wrong: which records?  None, if only the mark is to blame. */
static void check_batch(struct check *check, struct segment *s, const struct row_found *found)
{
	struct row_records records = { .body = found->body, .left = found->mark.count };
	uint64_t seq = found->seq, before = check->faults;
	uint32_t skip;
	bool ok;
	str bytes;

	for (size_t at = 0; row_records_next(&records, &bytes, &ok, &skip);
		at = records.at, seq += skip)
		if (!ok)
			tell_records(check, s, seq, seq + skip, found->at + ROW_MARK_BYTES + at);
	if (check->faults == before)
		tell_file(check, s, found->at);
}

static err check_rows(struct check *check, struct segment *s, bool active, struct why *why)
{
	struct row_found found = { .step = ROW_BATCH };
	uint64_t seq, end_seq;

	segment_lock(s);
	struct row_walk walk = segment_walk(s, s->end_at);
	end_seq = s->end_seq;
	segment_unlock(s);
	err e = OK;
	for (seq = walk.seq; e == OK && (found.step == ROW_BATCH || found.step == ROW_GAP);
		seq = walk.seq) {
		e = row_walk_next(&walk, &found, why);
		if (e == OK && found.step == ROW_GAP)
			tell_records(check, s, found.seq, found.end_seq, found.at);
		if (e == OK && found.step == ROW_BATCH && !found.body_ok)
			check_batch(check, s, &found);
	}
	if (e == OK && seq != end_seq)
		tell_records(check, s, MIN_OF(seq, end_seq), MAX_OF(seq, end_seq), found.at);
	else if (e == OK && !active && found.step != ROW_END)
		tell_file(check, s, found.at);
	else if (e == OK && !active && found.at + ROW_MARK_BYTES != walk.window.limit)
		tell_file(check, s, found.at + ROW_MARK_BYTES);
	row_window_done(&walk.window);
	return e;
}

static err check_block(
	struct check *check, struct segment *s, const struct sealed_block *block, struct why *why)
{
	AUTO_ARENA arena = arena_create(SEALED_BLOCK_MEMORY_MAX);
	struct sealed_record *records;
	bool ok;
	err e = sealed_block_head_check(s->file, block, &ok, why);

	if (e == OK && !ok)
		tell_file(check, s, block->at - SEALED_BLOCK_HEAD_BYTES);
	if (e == OK)
		e = sealed_block_load(s->file, block, arena, &ok, &records, why);
	if (e == OK && !ok)
		tell_records(
			check, s, block->first_seq, block->first_seq + block->count, block->at);
	return e;
}

static err check_sealed(struct check *check, struct segment *s, struct why *why)
{
	uint64_t seq = s->name.first_seq, at = SEGMENT_HEAD_BYTES, end_seq = segment_end_seq(s);
	err e = OK;

	if (!s->footer_ok)
		tell_file(check, s, s->end_at);
	for (size_t i = 0; e == OK && i < s->block_count; i++) {
		const struct sealed_block *block = &s->blocks[i];
		if (block->at != at + SEALED_BLOCK_HEAD_BYTES)
			tell_file(check, s, at);
		if (block->first_seq > seq)
			tell_records(check, s, seq, block->first_seq, at);
		e = check_block(check, s, block, why);
		seq = block->first_seq + block->count;
		at = block->at + block->bytes;
	}
	if (e == OK && seq != end_seq)
		tell_records(check, s, MIN_OF(seq, end_seq), MAX_OF(seq, end_seq), at);
	if (e == OK && s->footer_ok &&
		at + s->block_count * SEALED_FOOTER_ENTRY_BYTES + SEALED_TRAILER_BYTES != s->end_at)
		tell_file(check, s, at);
	return e;
}

/* The head as it is on the disk now, not as it was at opening. */
static err check_head(struct check *check, struct segment *s, struct why *why)
{
	char bytes[SEGMENT_HEAD_BYTES];
	struct segment_head head;
	size_t got = 0;
	err e = file_read_at(s->file, 0, bytes, sizeof(bytes), &got, why);

	if (e != OK)
		return e;
	if (segment_head_decode((str){ bytes, got }, s->path, &head, NULL) != OK ||
		head.first_seq != s->name.first_seq || head.generation != s->name.generation)
		tell_file(check, s, 0);
	return OK;
}

static void check_beginning(struct check *check, struct journal *journal)
{
	struct segment *first = journal_segment(journal, 0);
	struct why fault = { 0 };

	if (segment_first_seq(first) > 1) {
		(void)fail(&fault, MSG_JOURNAL_MISSING, arg_c(journal->folder), arg_int(1),
			arg_int((int64_t)segment_first_seq(first) - 1));
		tell(check, &fault);
	}
	segment_unref(first);
}

err journal_check(struct journal *journal, const struct watch *watch,
	void (*report)(void *context, const struct why *fault), void *context, uint64_t *faults,
	struct why *why)
{
	struct check check = { report, context, 0 };
	struct headway headway = headway_of(watch, journal_bytes(journal));
	struct segment *s = journal_segment(journal, 0), *next;
	err e = headway_look(&headway, why);

	check_beginning(&check, journal);
	for (size_t i = 1; e == OK && s != NULL; i++, s = next) {
		next = journal_segment(journal, i);
		e = check_head(&check, s, why);
		if (e == OK && s->name.sealed)
			e = check_sealed(&check, s, why);
		else if (e == OK)
			e = check_rows(&check, s, next == NULL, why);
		if (e == OK)
			e = headway_add(&headway, segment_bytes(s), why);
		segment_unref(s);
	}
	segment_unref(s);
	if (e == OK)
		*faults = check.faults;
	return e;
}

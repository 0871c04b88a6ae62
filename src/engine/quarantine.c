/* engine/quarantine.c - see quarantine.h */
#include "engine/quarantine.h"

#include <stdlib.h>
#include <string.h>

enum { MARK_BYTES = 96, FILE_BYTES_MAX = QUARANTINE_MAX * 32 };

struct quarantine {
	struct disk *disk;
	uint64_t boot;
	char folder[PATH_BYTES_MAX], mark_path[PATH_BYTES_MAX];
	struct file *mark; /* open from the first note on */
	uint64_t seqs[QUARANTINE_MAX];
	bool unread[QUARANTINE_MAX];
	size_t count;
	uint64_t careful_from, careful_to; /* marks by record within [from, to) */
	uint64_t suspect; /* the record at which the last start ended, or 0 ... */
	int64_t times; /* ... and how often in a row one did */
	uint64_t noted; /* the block that is noted, + 1; 0: none */
};

/* Where it is, or `count`. */
static size_t place_of(const struct quarantine *q, uint64_t seq)
{
	size_t i = 0;

	while (i < q->count && q->seqs[i] != seq)
		i++;
	return i;
}

bool quarantine_is_calm(const struct quarantine *q)
{
	return q->count == 0 && q->careful_to == 0;
}

bool quarantine_holds(const struct quarantine *q, uint64_t seq)
{
	return place_of(q, seq) < q->count;
}

static void take_line(struct quarantine *q, str line)
{
	str number = line, word = STR("");
	int64_t seq;

	(void)str_split(line, ' ', &number, &word); /* false: it is one word */
	if (!str_to_int64(number, &seq) || seq <= 0)
		return;
	q->unread[q->count] = str_equal(word, STR("unread"));
	q->seqs[q->count++] = (uint64_t)seq;
}

static err read_list(struct quarantine *q, struct why *why)
{
	AUTO_ARENA arena = arena_create(4 * FILE_BYTES_MAX);
	char path[PATH_BYTES_MAX];
	str text, line;
	err e = path_join(path, q->folder, "quarantine", why);

	if (e == OK)
		e = disk_read_whole(q->disk, path, FILE_BYTES_MAX, arena, &text, why);
	if (e == ERR_NOT_FOUND)
		return OK;
	if (e != OK)
		return e;
	while (q->count < QUARANTINE_MAX && str_split(text, '\n', &line, &text))
		take_line(q, line);
	return OK;
}

static err write_list(struct quarantine *q, struct why *why)
{
	struct strbuf text = strbuf_heap(FILE_BYTES_MAX);

	for (size_t i = 0; i < q->count; i++)
		strbuf_printf(&text, "%llu%s\n", (unsigned long long)q->seqs[i],
			q->unread[i] ? " unread" : "");
	err e = disk_write_whole(q->disk, q->folder, "quarantine", strbuf_str(&text), why);
	strbuf_done(&text);
	return e;
}

/* The next word of a mark, as a number. */
static bool take_number(str *text, char end, int64_t *number)
{
	str word;

	return str_split(*text, end, &word, text) && str_to_int64(word, number) && *number > 0;
}

/* First without applying it; if that crashed again, without reading it. */
static err set_aside(struct quarantine *q, struct why *why)
{
	size_t place = place_of(q, q->suspect);

	if (place == QUARANTINE_MAX || (place < q->count && q->unread[place]))
		return OK;
	q->unread[place] = place < q->count;
	q->seqs[place] = q->suspect;
	q->count = MAX_OF(q->count, place + 1);
	q->suspect = 0; /* what it does from now on is counted anew */
	return write_list(q, why);
}

/* A mark that was left behind says how far the last start came.  One that cannot be read says
 * nothing: the crash was the machine's. */
static err draw_conclusion(struct quarantine *q, str mark, struct why *why)
{
	bool block = str_skip_prefix(&mark, STR("BLOCK "));
	bool record = !block && str_skip_prefix(&mark, STR("RECORD "));
	int64_t boot, seq, times;

	if (!(block || record) || !take_number(&mark, ' ', &boot) ||
		!take_number(&mark, ' ', &seq) || !take_number(&mark, '\n', &times) ||
		q->boot == 0 || (uint64_t)boot != q->boot)
		return OK;
	q->careful_from = (uint64_t)seq / QUARANTINE_BLOCK * QUARANTINE_BLOCK;
	q->careful_to = q->careful_from + QUARANTINE_BLOCK;
	if (block)
		return OK;
	q->suspect = (uint64_t)seq;
	q->times = times;
	return times < QUARANTINE_TIMES ? OK : set_aside(q, why);
}

err quarantine_open(struct disk *disk, const char *folder, uint64_t boot, struct quarantine **out,
	struct why *why)
{
	AUTO_ARENA arena = arena_create(1 << 16);
	struct quarantine *q = memory_alloc(sizeof(*q));
	str mark;

	q->disk = disk;
	q->boot = boot;
	err e = path_join(q->folder, folder, "", why);
	if (e == OK)
		e = path_join(q->mark_path, folder, "replay-mark", why);
	if (e == OK)
		e = read_list(q, why);
	if (e == OK && disk_read_whole(disk, q->mark_path, 4096, arena, &mark, NULL) == OK)
		e = draw_conclusion(q, mark, why);
	if (e != OK) {
		free(q);
		return e;
	}
	*out = q;
	return OK;
}

static err note(
	struct quarantine *q, const char *what, uint64_t seq, int64_t times, struct why *why)
{
	char text[MARK_BYTES];
	struct strbuf mark = { .ptr = text, .cap = sizeof(text), .cap_max = sizeof(text) };
	err e = OK;

	if (q->mark == NULL)
		e = disk_open(q->disk, q->mark_path, FILE_CREATE_OR_EMPTY, &q->mark, why);
	if (e != OK)
		return e;
	strbuf_printf(&mark, "%s %llu %llu %lld\n", what, (unsigned long long)q->boot,
		(unsigned long long)seq, (long long)times);
	return file_write_at(q->mark, 0, mark.ptr, mark.len, why);
}

static bool is_careful(const struct quarantine *q, uint64_t seq)
{
	return seq >= q->careful_from && seq < q->careful_to;
}

bool quarantine_will_mark(const struct quarantine *q, uint64_t seq)
{
	return is_careful(q, seq) || q->noted != seq / QUARANTINE_BLOCK + 1 ||
	       quarantine_holds(q, seq);
}

static err note_record(struct quarantine *q, uint64_t seq, struct why *why)
{
	return note(q, "RECORD", seq, seq == q->suspect ? q->times + 1 : 1, why);
}

err quarantine_enter(struct quarantine *q, uint64_t seq, enum quarantine_way *way, struct why *why)
{
	uint64_t block = seq / QUARANTINE_BLOCK;
	size_t place = q->count > 0 ? place_of(q, seq) : 0;

	*way = QUARANTINE_APPLY;
	if (place < q->count) {
		*way = q->unread[place] ? QUARANTINE_UNREAD : QUARANTINE_KEY_ONLY;
		q->noted = 0; /* the next is not to be taken for this one */
		return *way == QUARANTINE_UNREAD ? OK : note_record(q, seq, why);
	}
	if (is_careful(q, seq))
		return note_record(q, seq, why);
	if (q->noted == block + 1)
		return OK;
	q->noted = block + 1;
	return note(q, "BLOCK", seq, 1, why);
}

err quarantine_close(struct quarantine *q, struct why *why)
{
	err e = OK;

	file_close(q->mark);
	if (q->mark != NULL || q->careful_to > 0) {
		e = disk_remove(q->disk, q->mark_path, why);
		e = e == ERR_NOT_FOUND ? OK : e;
	}
	q->mark = NULL;
	free(q);
	return e;
}

void quarantine_abandon(struct quarantine *q)
{
	if (q == NULL)
		return;
	file_close(q->mark);
	free(q);
}

size_t quarantine_count(const struct quarantine *q)
{
	return q->count;
}

uint64_t quarantine_at(const struct quarantine *q, size_t i)
{
	return q->seqs[i];
}

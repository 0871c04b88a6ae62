/* bench/memory_bench.c - what the state weighs in memory, on events of R2 (10 a customer).
 *
 *   memory_bench [THOUSANDS OF EVENTS, default 1000]
 *
 * Puts the events into identity and threads as the engine does, without a journal, once without
 * attribute columns and once with them; builds the base twice, as a rebuild under two snapshots
 * does; prints the resident memory after each step.  docs/decisions/0001-byte-budget.md adds up.
 *
 * smoke: 5
 */
#include "demo/workload.h"
#include "thread/thread.h"
#include "thread/thread_index.h"

#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>

enum { BATCH = 1000 };

static void must(err e, const struct why *why)
{
	struct strbuf words = strbuf_heap(2000);

	if (e == OK)
		return;
	why_words(why, LANGUAGE_ENGLISH, &words);
	fprintf(stderr, STR_FMT "\n", STR_ARG(strbuf_str(&words)));
	exit(1);
}

/* Bytes of this process in memory, now. */
static double resident(void)
{
	char line[200] = "";
	FILE *file = fopen("/proc/self/statm", "r");
	str all, pages, rest;
	int64_t resident_pages;

	(void)malloc_trim(0);
	ASSERT(file != NULL && fgets(line, sizeof(line), file) != NULL);
	(void)fclose(file);
	ASSERT(str_split(str_of(line), ' ', &all, &rest) && str_split(rest, ' ', &pages, &rest) &&
		str_to_int64(pages, &resident_pages));
	return (double)resident_pages * 4096;
}

static void show(const char *what, double bytes, uint64_t events)
{
	printf("%-52s %9.1f MB %8.2f bytes an event\n", what, bytes / 1e6, bytes / (double)events);
}

struct state {
	struct identity *identity;
	struct threads *threads;
};

static void fill(struct state *s, uint64_t events)
{
	struct workload_calls calls = workload_calls_of(1, events, MAX_OF(events / 10, 1));
	struct workload_call call;
	struct why why = { 0 };
	uint64_t seq = 1;
	AUTO_ARENA arena = arena_create(64 << 20);

	while (workload_calls_next(&calls, &call)) {
		struct record record;
		if (seq % BATCH == 0)
			arena_reset(arena);
		must(workload_call_record(&call, arena, &record, &why), &why);
		record.seq = seq++;
		uint32_t set = identity_set(s->identity, &record);
		uint32_t source = threads_name(s->threads, record.source);
		(void)threads_add(s->threads, &record, record.seq, set);
		identity_add(s->identity, set, record.seq, source, record.time.ms);
	}
}

static struct threads_view *publish(struct state *s)
{
	struct identity_view *identity = identity_publish(s->identity);
	struct threads_view *view = threads_publish(s->threads, identity);

	identity_view_unref(identity);
	return view;
}

static void set_base(struct state *s, const struct threads_view *view)
{
	threads_set_base(s->threads, thread_index_build_base(view, threads_view_rows(view), 1));
}

static void measure(uint64_t events, bool skip)
{
	double before = resident();
	struct state s = { identity_create(), threads_create() };

	printf("%s\n", skip ? "without attribute columns" : "with attribute columns");
	if (skip)
		threads_skip_attributes(s.threads);
	fill(&s, events);
	show("rows, names, identity", resident() - before, events);
	if (!skip)
		show("of these, attribute columns", (double)threads_attribute_bytes(s.threads),
			events);
	struct threads_view *first = publish(&s);
	set_base(&s, first);
	show("and the base", resident() - before, events);
	struct threads_view *second = publish(&s);
	set_base(&s, second);
	show("and a second one, while a reader holds the first", resident() - before, events);
	const struct identity_view *identity = threads_view_identity(second);
	printf("%u customers, %u identifiers, %u sets\n\n", identity_customer_count(identity),
		identity_live_count(identity), identity_set_count(identity));
	threads_view_unref(first);
	threads_view_unref(second);
	threads_free(s.threads);
	identity_free(s.identity);
}

int main(int argc, char **argv)
{
	int64_t thousands = 1000;

	if (argc > 1 && (!str_to_int64(str_of(argv[1]), &thousands) || thousands < 1 ||
				thousands > 1000000))
		return 2;
	uint64_t events = (uint64_t)thousands * 1000;
	printf("%llu events of R2\n", (unsigned long long)events);
	measure(events, true);
	measure(events, false);
	return 0;
}

/* main/cmd_demo.c - ariane demo: events made from a seed, to try things on. */
#include "base/file.h"
#include "demo/workload.h"
#include "main/request.h"
#include "main/sink.h"

#include <stdlib.h>

enum { BUFFER_BYTES = 1 << 20, ROOM_BYTES = 64 << 10 };

struct writing {
	struct file *file;
	uint64_t end;
	struct strbuf buffer;
};

static err flush(struct writing *w, struct why *why)
{
	str bytes = strbuf_str(&w->buffer);
	err e = bytes.len == 0 ? OK : file_write_at(w->file, w->end, bytes.ptr, bytes.len, why);

	w->end += bytes.len;
	strbuf_clear(&w->buffer);
	return e;
}

static err make_calls(const struct request *request, struct writing *w, uint64_t events,
	uint64_t customers, struct why *why)
{
	struct workload_calls *calls = memory_alloc(sizeof(*calls));
	struct workload_call call;
	err e = OK;

	*calls = workload_calls_of((uint64_t)request_number(request, "seed"), events, customers);
	while (e == OK && workload_calls_next(calls, &call)) {
		workload_call_json(&call, &w->buffer);
		if (w->buffer.len > BUFFER_BYTES - ROOM_BYTES)
			e = flush(w, why);
	}
	free(calls);
	return e;
}

static err make_visits(const struct request *request, struct writing *w, uint64_t events,
	uint64_t customers, struct why *why)
{
	struct workload_visits *visits = memory_alloc(sizeof(*visits));
	struct workload_visit visit;
	err e = OK;

	*visits = workload_visits_of((uint64_t)request_number(request, "seed"), events, customers);
	workload_csv_head(&w->buffer);
	while (e == OK && workload_visits_next(visits, &visit)) {
		workload_csv_row(&visit, &w->buffer);
		if (w->buffer.len > BUFFER_BYTES - ROOM_BYTES)
			e = flush(w, why);
	}
	free(visits);
	return e;
}

static void answer(
	const struct request *request, struct sink *sink, uint64_t events, uint64_t bytes)
{
	if (sink->json)
		sink_file_written(sink, STR("events"), events, bytes, request_text(request, "out"));
	else
		sink_say(sink, TEXT_DEMO_DONE, arg_int((int64_t)events),
			arg_str(request_text(request, "out")));
}

static err run(const struct request *request, struct sink *sink, struct why *why)
{
	struct writing w = { .buffer = strbuf_heap(BUFFER_BYTES) };
	uint64_t events = (uint64_t)MAX_OF(request_number(request, "events"), (int64_t)1);
	uint64_t customers = (uint64_t)MAX_OF(request_number(request, "customers"), (int64_t)1);
	bool csv = str_ends(request_text(request, "out"), STR(".csv"));
	err e = disk_open(
		disk_real(), request_text(request, "out").ptr, FILE_CREATE_OR_EMPTY, &w.file, why);

	if (e != OK)
		return e;
	e = (csv ? make_visits : make_calls)(request, &w, events, customers, why);
	if (e == OK)
		e = flush(&w, why);
	file_close(w.file);
	strbuf_done(&w.buffer);
	if (e == OK)
		answer(request, sink, events, w.end);
	return e;
}

const struct command cmd_demo = {
	.name = STR_INIT("demo"),
	.group = GROUP_START,
	.summary = WORDS("make a file of events from a seed, to try things on",
		"fabriquer un fichier d'événements à partir d'une graine, pour essayer"),
	.about = WORDS(
		"Writes Segment calls of a web shop as JSON lines, or narrow rows (customer, "
		"time, activity, channel) if the file is called *.csv. The same seed gives the "
		"same bytes.",
		"Écrit des appels Segment d'une boutique en ligne, en lignes JSON, ou des lignes "
		"étroites (client, date, activité, canal) si le fichier s'appelle *.csv. La même "
		"graine donne les mêmes octets."),
	.options = { { STR_INIT("out"), IS_PATH, false, WORDS("FILE", "FICHIER"),
			     WORDS("where to", "vers où"), STR_INIT("demo.jsonl") },
		{ STR_INIT("events"), IS_NUMBER, false, SAME_WORDS("N"),
			WORDS("how many events", "combien d'événements"), STR_INIT("10000") },
		{ STR_INIT("customers"), IS_NUMBER, false, SAME_WORDS("N"),
			WORDS("of how many customers", "de combien de clients"), STR_INIT("1000") },
		{ STR_INIT("seed"), IS_NUMBER, false, SAME_WORDS("N"),
			WORDS("another seed, other events", "autre graine, autres événements"),
			STR_INIT("1") } },
	.examples = { { STR_INIT("ariane demo --out demo.jsonl"),
		WORDS("ten thousand calls of a thousand customers",
			"dix mille appels de mille clients") } },
	.schema = STR_INIT("demo"),
	.read_only = true,
	.run = run,
};

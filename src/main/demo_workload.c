/* main/demo_workload.c - see demo_workload.h */
#include "main/demo_workload.h"

#include "base/file.h"
#include "base/json.h"
#include "demo/workload.h"

#include <stdlib.h>

enum { BUFFER_BYTES = 1 << 20, ROOM_BYTES = 64 << 10, EVENTS = 10000 };

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

static void answer(str path, struct sink *sink, uint64_t events, uint64_t bytes)
{
	if (sink->json)
		sink_file_written(sink, STR("events"), events, bytes, path);
	else
		sink_say(sink, TEXT_DEMO_DONE, arg_int((int64_t)events), arg_str(path));
}

err demo_workload(
	const struct request *request, str path, bool csv, struct sink *sink, struct why *why)
{
	struct writing w = { .buffer = strbuf_heap(BUFFER_BYTES) };
	uint64_t events = request_has(request, "events")
				  ? (uint64_t)MAX_OF(request_number(request, "events"), (int64_t)1)
				  : EVENTS;
	uint64_t customers = (uint64_t)MAX_OF(request_number(request, "customers"), (int64_t)1);
	err e = disk_open(disk_real(), path.ptr, FILE_CREATE_OR_EMPTY, &w.file, why);

	if (e != OK)
		return e;
	e = (csv ? make_visits : make_calls)(request, &w, events, customers, why);
	if (e == OK)
		e = flush(&w, why);
	file_close(w.file);
	strbuf_done(&w.buffer);
	if (e == OK)
		answer(path, sink, events, w.end);
	return e;
}

/* main/serve_metrics.c - see serve_metrics.h */
#include "main/serve_metrics.h"

enum { METRICS_BYTES_MAX = 4 << 20 };

static bool may_see(const struct http_exchange *x)
{
	str peer = http_peer(x);

	if (http_header(x, "X-Forwarded-For").len > 0 || http_header(x, "Forwarded").len > 0)
		return false;
	return http_is_local(x) || str_starts(peer, STR("127.")) || str_equal(peer, STR("::1")) ||
	       str_starts(peer, STR("::ffff:127."));
}

static void head(struct strbuf *out, const char *name, const char *type, const char *help)
{
	strbuf_printf(out, "# TYPE ariane_%s %s\n# HELP ariane_%s %s\n", name, type, name, help);
}

static void counter(struct strbuf *out, const char *name, const char *help, uint64_t n)
{
	head(out, name, "counter", help);
	strbuf_printf(out, "ariane_%s_total %llu\n", name, (unsigned long long)n);
}

static void gauge(struct strbuf *out, const char *name, const char *help, uint64_t n)
{
	head(out, name, "gauge", help);
	strbuf_printf(out, "ariane_%s %llu\n", name, (unsigned long long)n);
}

static void add_http(struct http_server *http, struct strbuf *out)
{
	struct http_counters c = http_counters(http);

	counter(out, "http_connections", "Connections accepted.", c.connections);
	gauge(out, "http_connections_open", "Connections open now.", c.connections_open);
	gauge(out, "http_requests_open", "Requests being done.", c.requests_open);
	head(out, "http_requests", "counter", "Requests by their answer; 0xx: lost before one.");
	for (size_t i = 0; i < ARRAY_LEN(c.answers); i++)
		strbuf_printf(out, "ariane_http_requests_total{status=\"%zuxx\"} %llu\n", i,
			(unsigned long long)c.answers[i]);
	counter(out, "http_body_bytes", "Bytes of bodies received.", c.body_bytes);
	counter(out, "http_slow_connections", "Connections cut for being slow.", c.cut_slow);
	counter(out, "http_refused_full", "Bodies refused for want of room.", c.refused_full);
}

static void seconds(struct strbuf *out, const char *name, const char *help, int64_t ns)
{
	head(out, name, "counter", help);
	strbuf_printf(out, "ariane_%s_total %.6f\n", name, (double)ns / 1e9);
}

static void add_writer(struct writer *writer, struct strbuf *out)
{
	struct writer_status s = writer_status(writer);

	counter(out, "writer_groups", "Groups made durable with one sync.", s.groups);
	counter(out, "writer_events", "Items written.", s.items);
	counter(out, "writer_fresh", "Items that were new.", s.fresh);
	seconds(out, "writer_group_seconds", "Time spent writing groups.", s.group_ns);
	counter(out, "writer_publications", "Snapshots published.", s.publications);
	seconds(out, "writer_publish_seconds", "Time spent publishing.", s.publish_ns);
	head(out, "writer_longest_seconds", "gauge", "What the writer took longest for, by stage.");
	for (enum stage stage = 0; stage < STAGES; stage++)
		strbuf_printf(out, "ariane_writer_longest_seconds{stage=\"%s\"} %.6f\n",
			stage_name(stage), (double)s.stage_ns_most[stage] / 1e9);
	counter(out, "writer_checkpoints", "Checkpoints written.", s.checkpoints);
	gauge(out, "writer_waiting_items", "Items that wait to be written.", s.queue.items);
	gauge(out, "writer_waiting_bytes", "Bytes that wait to be written.", s.queue.bytes);
	counter(out, "writer_refused", "Batches refused because the queue was full.",
		s.queue.refused);
	gauge(out, "writer_failed", "1: a write failed, nothing is accepted any more.",
		s.has_failed);
}

/* A label's value: quotes, backslashes and line ends are escaped. */
static void add_label(struct strbuf *out, const char *text)
{
	for (; *text != '\0'; text++) {
		if (*text == '"' || *text == '\\')
			strbuf_add_byte(out, '\\');
		strbuf_add(out, *text == '\n' ? STR("\\n") : (str){ text, 1 });
	}
}

static void add_sources(struct sources *sources, struct arena *arena, struct strbuf *out)
{
	static const char *const answers[] = { "accepted", "duplicate", "erased", "rejected" };
	size_t count;
	const struct source_view *views = sources_view(sources, arena, &count);

	head(out, "source_events", "counter", "Events of a source, by what became of them.");
	for (size_t i = 0; i < count; i++) {
		const struct source_counts *c = &views[i].counts;
		const uint64_t numbers[] = { c->accepted, c->duplicates, c->erased, c->rejected };
		for (size_t k = 0; k < ARRAY_LEN(answers); k++) {
			strbuf_add_c(out, "ariane_source_events_total{source=\"");
			add_label(out, views[i].name);
			strbuf_printf(out, "\",result=\"%s\"} %llu\n", answers[k],
				(unsigned long long)numbers[k]);
		}
	}
	head(out, "source_limited", "counter", "Requests told to come again later.");
	for (size_t i = 0; i < count; i++) {
		strbuf_add_c(out, "ariane_source_limited_total{source=\"");
		add_label(out, views[i].name);
		strbuf_printf(out, "\"} %llu\n", (unsigned long long)views[i].counts.limited);
	}
}

void serve_metrics_answer(struct http_exchange *x, void *context)
{
	const struct serve_metrics *m = context;
	struct strbuf out = strbuf_heap(METRICS_BYTES_MAX);
	struct why why = { 0 };

	if (!may_see(x)) {
		if (fail(&why, MSG_HTTP_NO_PATH) != OK)
			http_fail(x, &why);
		return;
	}
	add_http(m->http, &out);
	add_writer(m->writer, &out);
	add_sources(capture_sources(m->capture), http_arena(x), &out);
	strbuf_add_c(&out, "# EOF\n");
	http_answer_built(
		x, 200, "application/openmetrics-text; version=1.0.0; charset=utf-8", &out);
}

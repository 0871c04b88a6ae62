/* bench/serve_bench.c - events over HTTP: rate, acknowledgement times, processor time, memory.
 *
 * serve_bench [--ariane PROGRAM] [--seconds N] [--connections N] [--rate EVENTS] [--customers N]
 *   [--folder DIR] [--json FILE]
 *
 * Starts the real server (default: `ariane` beside this program) on a fresh folder under DIR
 * (default /var/tmp), and sends Segment batches of 100 events of workload R2 (about 490 bytes each)
 * over keep-alive connections, one batch under way on each: first as fast as answers come, or at
 * --rate events a second.  The batches of a connection are made before the clock starts, as many as
 * ROUND; when they are used up they are sent again with other message ids, written over the old
 * ones, so that the server never sees the same event twice.  Generator and server share the
 * machine.
 *
 * Prints events/s, acknowledgement times of batches (from the first byte sent to the whole answer),
 * processor seconds of server and generator for a million events, and the server's memory.  At the
 * end it asks the store how many events there are: it must be those acknowledged.
 *
 * smoke: --seconds 1 --connections 2 --folder build
 */
#include "base/clock.h"
#include "base/file.h"
#include "base/random.h"
#include "demo/workload.h"
#include "support/http_client.h"
#include "support/scratch.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { BATCH = 100, CONNECTIONS_MAX = 256, ROUND = 32, SEED = 2026, IDS_MAX = BATCH };
#define BATCH_BYTES_MAX ((size_t)1 << 20)
#define TIMES_MAX ((size_t)1 << 22)
#define LINE "%-52s %14.1f %s\n"

static FILE *json;
static bool json_begun;

static void show(const char *what, double value, const char *unit)
{
	printf(LINE, what, value, unit);
	(void)fflush(stdout);
	if (json == NULL)
		return;
	(void)fprintf(json, "%s\n  \"%s, %s\": %.3f", json_begun ? "," : "{", what, unit, value);
	json_begun = true;
}

static int64_t now_ns(void)
{
	return clock_real()->ticks_ns(clock_real());
}

/* ---- batches: whole requests, whose message ids can be written over */

struct batch {
	struct strbuf request;
	size_t ids[IDS_MAX]; /* where 16 hexadecimal digits of each id stand */
};

struct sender {
	struct bench *bench;
	struct batch batches[ROUND];
	struct random random;
	pthread_t thread;
	uint64_t acknowledged, refused;
	double *times_ms;
	size_t times;
};

struct bench {
	const char *ariane;
	char folder[PATH_BYTES_MAX], url[160], key[100];
	int64_t seconds, rate, customers;
	int connections;
	pid_t server;
	FILE *said; /* what the server prints: kept open, or its next line would end it */
	atomic_bool stop;
	struct sender senders[CONNECTIONS_MAX];
};

static void note_ids(struct batch *b)
{
	str text = strbuf_str(&b->request);
	const char *at = text.ptr;
	size_t n = 0;

	while (n < IDS_MAX && (at = memmem(at, text.len - (size_t)(at - text.ptr),
				       "\"messageId\":\"", 13)) != NULL) {
		at += 13;
		b->ids[n++] = (size_t)(at - text.ptr);
	}
	ASSERT(n == BATCH);
}

static void make_batch(struct bench *bench, struct workload_calls *calls, struct batch *b)
{
	struct strbuf body = strbuf_heap(BATCH_BYTES_MAX);
	struct workload_call call;

	strbuf_add_c(&body, "{\"batch\":[");
	for (int i = 0; i < BATCH; i++) {
		ASSERT(workload_calls_next(calls, &call));
		if (i > 0)
			strbuf_add_byte(&body, ',');
		workload_call_json(&call, &body);
		body.len--; /* its end of line */
	}
	strbuf_add_c(&body, "]}");
	b->request = strbuf_heap(BATCH_BYTES_MAX);
	strbuf_printf(&b->request,
		"POST /v1/batch?writeKey=%s HTTP/1.1\r\nHost: x\r\nContent-Type: "
		"application/json\r\n"
		"Content-Length: %zu\r\n\r\n",
		bench->key, body.len);
	strbuf_add(&b->request, strbuf_str(&body));
	ASSERT(strbuf_ok(&b->request) && strbuf_ok(&body));
	strbuf_done(&body);
	note_ids(b);
}

static void renew_ids(struct sender *s, struct batch *b)
{
	static const char digits[] = "0123456789abcdef";

	for (size_t i = 0; i < BATCH; i++) {
		uint64_t bits = random_next(&s->random);
		for (size_t k = 0; k < 8; k++)
			b->request.ptr[b->ids[i] + k] = digits[bits >> (4 * k) & 15];
	}
}

/* ---- sending */

static void wait_until(int64_t at_ns)
{
	const struct timespec at = { at_ns / 1000000000, at_ns % 1000000000 };

	while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &at, NULL) == EINTR) {
	}
}

static void send_one(struct sender *s, struct http_client *client, struct batch *b, int64_t from_ns)
{
	client_send(client, strbuf_str(&b->request));
	struct http_reply reply = client_receive(client);
	if (s->times < TIMES_MAX)
		s->times_ms[s->times++] = (double)(now_ns() - from_ns) / 1e6;
	ASSERT(reply.status == 200 || reply.status == 429);
	s->acknowledged += reply.status == 200 ? BATCH : 0;
	s->refused += reply.status != 200;
}

/* At a rate, a batch's time counts from when it was due: a server that is late makes later ones
 * late too. */
static void *send_all(void *context)
{
	struct sender *s = context;
	struct bench *b = s->bench;
	struct http_client client;
	int64_t step_ns = b->rate == 0 ? 0 : (int64_t)BATCH * b->connections * 1000000000 / b->rate;
	int64_t due_ns =
		now_ns() + (step_ns > 0 ? (int64_t)random_below(&s->random, (uint64_t)step_ns) : 0);

	client_connect(&client, b->url);
	for (size_t n = 0; !atomic_load(&b->stop); n++) {
		struct batch *batch = &s->batches[n % ROUND];
		renew_ids(s, batch);
		if (step_ns > 0)
			wait_until(due_ns);
		send_one(s, &client, batch, step_ns > 0 ? due_ns : now_ns());
		due_ns += step_ns;
	}
	client_close(&client);
	return NULL;
}

/* ---- the server */

static void first_line(const char *command, const char *front, char *out, size_t bytes)
{
	char line[1000] = "";
	FILE *f = popen(command, "r"); /* NOLINT: our own program */
	const char *found = NULL;

	while (f != NULL && found == NULL && fgets(line, sizeof(line), f) != NULL)
		found = strstr(line, front);
	if (f != NULL)
		(void)pclose(f);
	ASSERT(found != NULL);
	(void)snprintf(out, bytes, "%.*s", (int)strcspn(found, " \r\n\""), found);
}

/* Where it listens: the first http:// without a path.  The link for setting up, which has one, may
 * be told before. */
static bool find_address(FILE *said, char *out, size_t bytes)
{
	char line[1000];

	while (fgets(line, sizeof(line), said) != NULL) {
		const char *url = strstr(line, "http://");
		size_t len = url == NULL ? 0 : strcspn(url, " \r\n");
		size_t host = url == NULL ? 0 : strcspn(url + strlen("http://"), "/ \r\n");
		if (url == NULL || len > strlen("http://") + host + 1)
			continue;
		(void)snprintf(out, bytes, "%.*s", (int)(strlen("http://") + host), url);
		return true;
	}
	return false;
}

static void start_server(struct bench *b)
{
	char command[3 * PATH_BYTES_MAX];
	int out[2];

	(void)snprintf(command, sizeof(command), "'%s' --data '%s/data' key create --source bench",
		b->ariane, b->folder);
	first_line(command, "ak_", b->key, sizeof(b->key));
	(void)snprintf(command, sizeof(command), "%s/data", b->folder);
	ASSERT(pipe(out) == 0);
	ASSERT(b->ariane != NULL);
	b->server = fork();
	ASSERT(b->server >= 0);
	if (b->server == 0) {
		(void)dup2(out[1], 1);
		(void)close(out[0]);
		(void)execl(b->ariane, b->ariane, "--data", command, "serve", "--listen",
			"127.0.0.1:0", (char *)NULL);
		_exit(127);
	}
	(void)close(out[1]);
	b->said = fdopen(out[0], "r");
	bool found = b->said != NULL && find_address(b->said, b->url, sizeof(b->url));
	ASSERT(found);
}

static double resident_mb(pid_t pid, const char *which)
{
	char path[64], line[256];
	double kb = 0;

	(void)snprintf(path, sizeof(path), "/proc/%d/status", (int)pid);
	FILE *f = fopen(path, "r");
	while (f != NULL && fgets(line, sizeof(line), f) != NULL)
		if (strncmp(line, which, strlen(which)) == 0)
			kb = strtod(line + strlen(which), NULL);
	if (f != NULL)
		(void)fclose(f);
	return kb / 1024;
}

static double seconds_of(const struct rusage *r)
{
	return (double)(r->ru_utime.tv_sec + r->ru_stime.tv_sec) +
	       (double)(r->ru_utime.tv_usec + r->ru_stime.tv_usec) / 1e6;
}

static int by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return x < y ? -1 : x > y;
}

static void show_times(struct bench *b)
{
	size_t count = 0, at = 0;

	for (int i = 0; i < b->connections; i++)
		count += b->senders[i].times;
	double *all = memory_alloc((count + 1) * sizeof(*all));
	for (int i = 0; i < b->connections; i++) {
		memcpy(all + at, b->senders[i].times_ms, b->senders[i].times * sizeof(*all));
		at += b->senders[i].times;
	}
	qsort(all, count, sizeof(*all), by_value);
	if (count > 0) {
		show("acknowledgement of a batch, median", all[count / 2], "ms");
		show("acknowledgement of a batch, p99", all[(count - 1) * 99 / 100], "ms");
		show("acknowledgement of a batch, longest", all[count - 1], "ms");
	}
	free(all);
}

static uint64_t stored_events(struct bench *b)
{
	char command[3 * PATH_BYTES_MAX], text[100];

	(void)snprintf(command, sizeof(command), "'%s' --data '%s/data' --json status", b->ariane,
		b->folder);
	first_line(command, "\"events\": ", text, sizeof(text));
	FILE *f = popen(command, "r"); /* NOLINT: our own program */
	char line[1000];
	uint64_t events = 0;
	while (f != NULL && fgets(line, sizeof(line), f) != NULL)
		if (strstr(line, "\"events\":") != NULL)
			events = strtoull(strstr(line, "\"events\":") + 9, NULL, 10);
	ASSERT(f != NULL && pclose(f) == 0);
	return events;
}

static void run(struct bench *b)
{
	struct rusage server = { 0 }, own = { 0 };
	int64_t began = now_ns();
	uint64_t sum = 0, refused = 0;
	int status = 0;

	for (int i = 0; i < b->connections; i++)
		ASSERT(pthread_create(&b->senders[i].thread, NULL, send_all, &b->senders[i]) == 0);
	wait_until(began + b->seconds * 1000000000);
	atomic_store(&b->stop, true);
	for (int i = 0; i < b->connections; i++) {
		ASSERT(pthread_join(b->senders[i].thread, NULL) == 0);
		sum += b->senders[i].acknowledged;
		refused += b->senders[i].refused;
	}
	double seconds = (double)(now_ns() - began) / 1e9;
	show("events acknowledged", (double)sum, "events");
	show("rate", (double)sum / seconds, "events/s");
	show("batches told to come again", (double)refused, "batches");
	show_times(b);
	show("server's memory, most", resident_mb(b->server, "VmHWM:"), "MB");
	ASSERT(kill(b->server, SIGTERM) == 0 && wait4(b->server, &status, 0, &server) == b->server);
	ASSERT(WIFEXITED(status) && WEXITSTATUS(status) == 0);
	ASSERT(getrusage(RUSAGE_SELF, &own) == 0);
	double millions = sum > 0 ? (double)sum / 1e6 : 1;
	show("server's processor time", seconds_of(&server) / millions, "s for a million events");
	show("generator's, with making the batches", seconds_of(&own) / millions,
		"s for a million events");
	uint64_t stored = stored_events(b);
	if (stored != sum) {
		(void)fprintf(stderr, "stored %llu, acknowledged %llu\n",
			(unsigned long long)stored, (unsigned long long)sum);
		exit(1);
	}
}

static void prepare(struct bench *b)
{
	struct workload_calls calls = workload_calls_of(
		SEED, (uint64_t)b->connections * ROUND * BATCH, (uint64_t)b->customers);

	for (int i = 0; i < b->connections; i++) {
		struct sender *s = &b->senders[i];
		s->bench = b;
		s->random = random_of(SEED + (uint64_t)i);
		s->times_ms = memory_alloc(TIMES_MAX / (size_t)b->connections * sizeof(double) + 8);
		for (size_t k = 0; k < ROUND; k++)
			make_batch(b, &calls, &s->batches[k]);
	}
}

int main(int argc, char **argv)
{
	static struct bench b = { .seconds = 10, .connections = 16, .customers = 100000 };
	static char beside[PATH_BYTES_MAX];
	const char *folder = "/var/tmp", *slash = strrchr(argv[0], '/');

	(void)snprintf(beside, sizeof(beside), "%.*sariane",
		slash == NULL ? 0 : (int)(slash - argv[0]) + 1, argv[0]);
	b.ariane = beside;
	for (int i = 1; i + 1 < argc; i += 2) {
		const char *name = argv[i], *value = argv[i + 1];
		if (strcmp(name, "--ariane") == 0)
			b.ariane = value;
		else if (strcmp(name, "--seconds") == 0)
			b.seconds = strtoll(value, NULL, 10);
		else if (strcmp(name, "--connections") == 0)
			b.connections = (int)strtol(value, NULL, 10);
		else if (strcmp(name, "--rate") == 0)
			b.rate = strtoll(value, NULL, 10);
		else if (strcmp(name, "--customers") == 0)
			b.customers = strtoll(value, NULL, 10);
		else if (strcmp(name, "--folder") == 0)
			folder = value;
		else if (strcmp(name, "--json") == 0)
			json = fopen(value, "w");
	}
	ASSERT(b.connections > 0 && b.connections <= CONNECTIONS_MAX && b.seconds > 0);
	scratch_make(folder, b.folder);
	start_server(&b);
	prepare(&b);
	run(&b);
	scratch_remove(b.folder);
	if (json != NULL) {
		(void)fputs("\n}\n", json);
		(void)fclose(json);
	}
	return 0;
}

/* bench/serve_bench.c - events over HTTP: rate, acknowledgement times, processor time, backlog.
 *
 * serve_bench [--ariane PROGRAM] [--seconds N] [--half N] [--connections N] [--rate EVENTS]
 *   [--customers N] [--maps SECONDS] [--times yes|no] [--backup TARGET]
 *   [--folder DIR] [--data FOLDER] [--json FILE]
 *
 * Starts the real server (default: `ariane` beside this program) on a fresh folder under DIR
 * (default /var/tmp), or on --data, which is there already and stays, and sends Segment batches of
 * 100 events of workload R2 (about 490 bytes each) over keep-alive connections, one batch under way
 * on each.  First for --seconds as fast as answers come, or at --rate events a second; then for
 * --half seconds (default: a quarter of the first) at half the rate that was seen.  Meanwhile an
 * analyst asks for the map of all journeys, every --maps seconds (default 1; 0: nobody asks): its
 * counts, as the page draws it, or with --times yes means, medians and p90 too.  The server seals,
 * writes checkpoints and rebuilds its indexes as it always does.  Generator, analyst and server
 * share the machine.
 *
 * With --backup a third part, as long as the second and at its rate, begins with a back-up to that
 * folder (which stays), and tells how long that took; `longest` is then what senders saw of it.
 *
 * The batches of a connection are made before the clock starts, as many as ROUND; when they are
 * used up they are sent again with other message ids and with the time of day, less up to two
 * seconds, both written over the old ones: so the server never sees the same event twice, and
 * events are as late as those of browsers.
 *
 * Prints for each part: events/s, acknowledgement times of batches (from the first byte sent to the
 * whole answer; at a rate, from when it was due), the maps' times, the processor time of each
 * thread of the server, what lay unsealed at most, and ten lines on the way.  At the end it asks
 * the store how many events there are: it must be those acknowledged.
 *
 * smoke: --seconds 1 --half 1 --connections 2 --folder build
 */
#include "base/clock.h"
#include "base/file.h"
#include "base/random.h"
#include "demo/workload.h"
#include "support/http_client.h"
#include "support/real_server.h"
#include "support/scratch.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { BATCH = 100, CONNECTIONS_MAX = 256, ROUND = 32, SEED = 2026, LATE_MS = 2000, LINES = 10 };
enum { RENEWALS_MAX = 4096 }; /* of a batch in a run, about */
enum { ID_DIGITS = 8, TIME_BYTES = 24 }; /* 2026-03-14T15:09:26.535Z */
#define BATCH_BYTES_MAX ((size_t)1 << 20)
#define MAPS_MAX ((size_t)1 << 16)
#define TIMES_MAX ((size_t)1 << 22)
#define LINE "%-60s %14.1f %s\n"

static FILE *json;
static bool json_begun;

static void show(const char *part, const char *what, double value, const char *unit)
{
	char words[200];

	(void)snprintf(words, sizeof(words), "%s: %s", part, what);
	printf(LINE, words, value, unit);
	(void)fflush(stdout);
	if (json == NULL)
		return;
	(void)fprintf(json, "%s\n  \"%s, %s\": %.3f", json_begun ? "," : "{", words, unit, value);
	json_begun = true;
}

static int64_t now_ns(void)
{
	return clock_real()->ticks_ns(clock_real());
}

static void wait_until(int64_t at_ns)
{
	const struct timespec at = { at_ns / 1000000000, at_ns % 1000000000 };

	while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &at, NULL) == EINTR) {
	}
}

/* ---- times that were taken, in milliseconds */

struct times {
	double *ms;
	size_t count, room;
};

static void note_time(struct times *times, int64_t from_ns)
{
	if (times->count < times->room)
		times->ms[times->count++] = (double)(now_ns() - from_ns) / 1e6;
}

static int by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return x < y ? -1 : x > y;
}

static void show_times(const char *part, const char *what, struct times *times)
{
	static const struct {
		const char *name;
		size_t percent;
	} rows[] = { { "median", 50 }, { "p99", 99 }, { "longest", 100 } };
	char words[120];

	qsort(times->ms, times->count, sizeof(*times->ms), by_value);
	for (size_t i = 0; times->count > 0 && i < ARRAY_LEN(rows); i++) {
		(void)snprintf(words, sizeof(words), "%s, %s", what, rows[i].name);
		show(part, words, times->ms[(times->count - 1) * rows[i].percent / 100], "ms");
	}
}

/* ---- batches: whole requests, whose message ids and times can be written over */

struct batch {
	struct strbuf request;
	size_t ids[BATCH], times[BATCH]; /* where those of each event stand */
	uint32_t renewed; /* how often */
};

struct sender {
	struct bench *bench;
	struct batch batches[ROUND];
	struct random random;
	pthread_t thread;
	atomic_uint_fast64_t acknowledged;
	uint64_t refused;
	struct times times;
};

struct bench {
	struct real_server server;
	uint64_t stored_before;
	char folder[PATH_BYTES_MAX], key[SERVER_WORD_BYTES], token[SERVER_WORD_BYTES];
	int64_t seconds, half, rate, customers, maps;
	bool has_times; /* what the map tells */
	uint32_t renewed; /* where counting begins: no other run on the same folder has it */
	int connections;
	atomic_bool stop;
	pthread_t analyst;
	const char *backup; /* NULL: none is made */
	double backup_s;
	struct times map_times;
	double unsealed_mb_most;
	struct sender senders[CONNECTIONS_MAX];
};

static void note_places(const struct batch *b, str member, size_t places[static BATCH])
{
	str text = strbuf_str(&b->request);
	const char *at = text.ptr;
	size_t n = 0;

	while (n < BATCH && (at = memmem(at, text.len - (size_t)(at - text.ptr), member.ptr,
				     member.len)) != NULL) {
		at += member.len;
		places[n++] = (size_t)(at - text.ptr);
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
	note_places(b, STR("\"messageId\":\""), b->ids);
	note_places(b, STR("\"timestamp\":\""), b->times);
}

/* The whole seconds that may be told, as text. */
struct seconds {
	int64_t first_s;
	char text[LATE_MS / 1000 + 1][TIME_BYTES + 1];
};

static void write_seconds(int64_t now_ms, struct seconds *out)
{
	out->first_s = now_ms / 1000 - LATE_MS / 1000;
	for (size_t i = 0; i < ARRAY_LEN(out->text); i++) {
		time_t second = (time_t)(out->first_s + (int64_t)i);
		struct tm tm;
		ASSERT(gmtime_r(&second, &tm) != NULL);
		ASSERT(strftime(out->text[i], sizeof(out->text[i]), "%Y-%m-%dT%H:%M:%S.000Z",
			       &tm) == TIME_BYTES);
	}
}

static void write_time(const struct seconds *seconds, int64_t ms, char *to)
{
	int64_t thousandths = ms % 1000;

	memcpy(to, seconds->text[ms / 1000 - seconds->first_s], TIME_BYTES);
	to[20] = (char)('0' + thousandths / 100);
	to[21] = (char)('0' + thousandths / 10 % 10);
	to[22] = (char)('0' + thousandths % 10);
}

/* Digits that look like any, and never come again: drawn at random, some eleven of 69 million would
 * come twice, and be kept once. */
static void renew(struct sender *s, struct batch *b)
{
	static const char digits[] = "0123456789abcdef";
	int64_t now_ms = clock_real()->now_ms(clock_real());
	struct seconds seconds;

	write_seconds(now_ms, &seconds);
	b->renewed++;
	for (size_t i = 0; i < BATCH; i++) {
		uint64_t bits = random_next(&s->random);
		uint32_t id = (b->renewed * 2654435761u) ^ ((uint32_t)i * 2246822507u);
		for (size_t k = 0; k < ID_DIGITS; k++)
			b->request.ptr[b->ids[i] + k] = digits[id >> (4 * k) & 15];
		write_time(&seconds, now_ms - (int64_t)((bits >> 32) % LATE_MS),
			b->request.ptr + b->times[i]);
	}
}

/* ---- sending */

static void send_one(struct sender *s, struct http_client *client, struct batch *b, int64_t from_ns)
{
	client_send(client, strbuf_str(&b->request));
	struct http_reply reply = client_receive(client);
	note_time(&s->times, from_ns);
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

	client_connect(&client, b->server.url);
	for (size_t n = 0; !atomic_load(&b->stop); n++) {
		struct batch *batch = &s->batches[n % ROUND];
		renew(s, batch);
		if (step_ns > 0)
			wait_until(due_ns);
		send_one(s, &client, batch, step_ns > 0 ? due_ns : now_ns());
		due_ns += step_ns;
	}
	client_close(&client);
	return NULL;
}

/* ---- asking */

static void *ask_for_maps(void *context)
{
	struct bench *b = context;
	struct strbuf request = strbuf_heap(1000);
	struct http_client client;

	strbuf_printf(&request,
		"GET /api/v1/journey/map%s HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer %s\r\n\r\n",
		b->has_times ? "" : "?counts-only=true", b->token);
	client_connect(&client, b->server.url);
	for (int64_t due_ns = now_ns(); b->maps > 0 && !atomic_load(&b->stop);
		due_ns = MAX_OF(due_ns + b->maps * 1000000000, now_ns())) {
		wait_until(due_ns);
		int64_t began_ns = now_ns();
		client_send(&client, strbuf_str(&request));
		struct http_reply reply = client_receive(&client);
		ASSERT(reply.status == 200);
		note_time(&b->map_times, began_ns);
	}
	client_close(&client);
	strbuf_done(&request);
	return NULL;
}

/* ---- a part of the measurement */

static uint64_t acknowledged(const struct bench *b)
{
	uint64_t sum = 0;

	for (int i = 0; i < b->connections; i++)
		sum += b->senders[i].acknowledged;
	return sum;
}

/* Looks each second; tells ten times how it goes. */
static void watch(struct bench *b, int64_t seconds)
{
	int64_t began_ns = now_ns(), told_s = 0;
	uint64_t told = acknowledged(b);

	b->unsealed_mb_most = 0;
	for (int64_t s = 1; s <= seconds; s++) {
		wait_until(began_ns + s * 1000000000);
		double unsealed_mb = real_server_unsealed_mb(&b->server);
		b->unsealed_mb_most = MAX_OF(b->unsealed_mb_most, unsealed_mb);
		if (s * LINES / seconds == (s - 1) * LINES / seconds)
			continue;
		uint64_t now = acknowledged(b);
		size_t maps = b->map_times.count;
		printf("  after %lld s: %.0f events/s, %.0f MB unsealed, %.0f MB of memory, "
		       "last map %.1f ms\n",
			(long long)s, (double)(now - told) / (double)(s - told_s), unsealed_mb,
			real_server_memory_mb(&b->server, "VmRSS:"),
			maps == 0 ? 0 : b->map_times.ms[maps - 1]);
		(void)fflush(stdout);
		told = now;
		told_s = s;
	}
}

static double show_stages(const char *part, const struct thread_time *before, size_t before_count,
	const struct thread_time *after, size_t count, double millions)
{
	char words[80];
	double sum = 0;

	for (size_t i = 0; i < count; i++) {
		double seconds = after[i].seconds;
		for (size_t k = 0; k < before_count; k++)
			if (strcmp(before[k].name, after[i].name) == 0)
				seconds -= before[k].seconds;
		(void)snprintf(words, sizeof(words), "processor time of %.15s", after[i].name);
		if (seconds / millions >= 0.005)
			show(part, words, seconds / millions, "s for a million events");
		sum += seconds;
	}
	return sum / millions;
}

static void gather(struct bench *b, struct times *all, uint64_t *refused)
{
	for (int i = 0; i < b->connections; i++)
		all->room += b->senders[i].times.count;
	all->ms = memory_alloc((all->room + 1) * sizeof(*all->ms));
	for (int i = 0; i < b->connections; i++) {
		struct times *one = &b->senders[i].times;
		memcpy(all->ms + all->count, one->ms, one->count * sizeof(*one->ms));
		all->count += one->count;
		one->count = 0;
		*refused += b->senders[i].refused;
		b->senders[i].refused = 0;
	}
}

static void send_for(struct bench *b, int64_t seconds)
{
	atomic_store(&b->stop, false);
	b->map_times.count = 0;
	for (int i = 0; i < b->connections; i++)
		ASSERT(pthread_create(&b->senders[i].thread, NULL, send_all, &b->senders[i]) == 0);
	ASSERT(pthread_create(&b->analyst, NULL, ask_for_maps, b) == 0);
	watch(b, seconds);
	atomic_store(&b->stop, true);
	for (int i = 0; i < b->connections; i++)
		ASSERT(pthread_join(b->senders[i].thread, NULL) == 0);
	ASSERT(pthread_join(b->analyst, NULL) == 0);
}

/* Returns events a second. */
static double run_part(struct bench *b, const char *part, int64_t seconds)
{
	struct thread_time before[SERVER_THREADS_MAX], after[SERVER_THREADS_MAX];
	size_t before_count = real_server_threads(&b->server, before);
	uint64_t first = acknowledged(b), refused = 0;
	struct times all = { 0 };
	int64_t began_ns = now_ns();

	send_for(b, seconds);
	double took = (double)(now_ns() - began_ns) / 1e9, sum = (double)(acknowledged(b) - first);
	size_t count = real_server_threads(&b->server, after);
	gather(b, &all, &refused);
	show(part, "events acknowledged", sum, "events");
	show(part, "rate", sum / took, "events/s");
	show(part, "batches told to come again", (double)refused, "batches");
	show_times(part, "acknowledgement of a batch", &all);
	show_times(part, "a map of all journeys", &b->map_times);
	show(part, "unsealed, most", b->unsealed_mb_most, "MB");
	show(part, "server's processor time",
		show_stages(part, before, before_count, after, count, MAX_OF(sum, 1.0) / 1e6),
		"s for a million events");
	free(all.ms);
	return sum / took;
}

static double seconds_of(const struct rusage *r)
{
	return (double)(r->ru_utime.tv_sec + r->ru_stime.tv_sec) +
	       (double)(r->ru_utime.tv_usec + r->ru_stime.tv_usec) / 1e6;
}

static double millions_of(const struct bench *b)
{
	return MAX_OF((double)acknowledged(b), 1.0) / 1e6;
}

static uint64_t count_stored(struct bench *b)
{
	static const char front[] = "\"events\": ";
	char word[SERVER_WORD_BYTES];

	real_server_ask(&b->server, "--json status", front, word);
	return strtoull(word + strlen(front), NULL, 10);
}

static void check_stored(struct bench *b)
{
	uint64_t stored = count_stored(b) - b->stored_before;

	if (stored == acknowledged(b))
		return;
	(void)fprintf(stderr, "stored %llu, acknowledged %llu\n", (unsigned long long)stored,
		(unsigned long long)acknowledged(b));
	exit(1);
}

/* What the writer took longest for, of all the time. */
static void show_longest(struct bench *b)
{
	static const str front = STR_INIT("ariane_writer_longest_seconds{stage=\"");
	struct http_client client;
	str rest, line;

	client_connect(&client, b->server.url);
	client_send(&client, STR("GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n"));
	struct http_reply reply = client_receive(&client);
	for (rest = reply.body; str_split(rest, '\n', &line, &rest);) {
		char words[80];
		str name, value;
		if (!str_skip_prefix(&line, front) || !str_split(line, '"', &name, &value))
			continue;
		(void)snprintf(words, sizeof(words), "writer's longest %.*s", STR_ARG(name));
		show("all", words, strtod(value.ptr + 1, NULL) * 1e3, "ms");
	}
	client_close(&client);
}

static void *back_up(void *context)
{
	struct bench *b = context;
	char command[2 * PATH_BYTES_MAX + 64];
	int64_t began_ns = now_ns();

	(void)snprintf(command, sizeof(command), "%s --quiet --data %s backup %s",
		b->server.program, b->server.data, b->backup);
	ASSERT(system(command) == 0);
	b->backup_s = (double)(now_ns() - began_ns) / 1e9;
	return NULL;
}

static void run_backup(struct bench *b)
{
	static const char part[] = "while a back-up is made";
	pthread_t thread;

	ASSERT(pthread_create(&thread, NULL, back_up, b) == 0);
	(void)run_part(b, part, MAX_OF(b->half, (int64_t)1));
	ASSERT(pthread_join(thread, NULL) == 0);
	show(part, "that took", b->backup_s, "s");
}

static void run(struct bench *b)
{
	struct rusage server = { 0 }, own = { 0 };
	double rate = run_part(b, b->rate > 0 ? "at the rate" : "at full rate", b->seconds);

	if (b->half > 0 && b->rate == 0) {
		b->rate = MAX_OF((int64_t)(rate / 2), (int64_t)BATCH);
		(void)run_part(b, "at half the rate", b->half);
	}
	if (b->backup != NULL)
		run_backup(b);
	show_longest(b);
	show("all", "server's memory, most", real_server_memory_mb(&b->server, "VmHWM:"), "MB");
	real_server_stop(&b->server, &server);
	ASSERT(getrusage(RUSAGE_SELF, &own) == 0);
	show("all", "server's processor time, starting and stopping too",
		seconds_of(&server) / millions_of(b), "s for a million events");
	show("all", "generator's, making the batches too", seconds_of(&own) / millions_of(b),
		"s for a million events");
	check_stored(b);
}

static void make_times(struct times *times, size_t room)
{
	times->room = room;
	times->ms = memory_alloc(room * sizeof(*times->ms));
}

static void prepare(struct bench *b)
{
	struct workload_calls calls = workload_calls_of(
		SEED, (uint64_t)b->connections * ROUND * BATCH, (uint64_t)b->customers);

	b->renewed = (uint32_t)(now_ns() / 1000000000) * RENEWALS_MAX;
	make_times(&b->map_times, MAPS_MAX);
	for (int i = 0; i < b->connections; i++) {
		struct sender *s = &b->senders[i];
		s->bench = b;
		s->random = random_of(SEED + (uint64_t)i);
		make_times(&s->times, TIMES_MAX / (size_t)b->connections + 1);
		for (size_t k = 0; k < ROUND; k++) {
			make_batch(b, &calls, &s->batches[k]);
			s->batches[k].renewed = b->renewed;
		}
	}
}

static void start(struct bench *b, const char *program, const char *folder, const char *given)
{
	char data[PATH_BYTES_MAX + 8];

	if (given == NULL)
		scratch_make(folder, b->folder);
	(void)snprintf(data, sizeof(data), given == NULL ? "%s/data" : "%s",
		given == NULL ? b->folder : given);
	real_server_start(&b->server, program, data);
	b->stored_before = given == NULL ? 0 : count_stored(b);
	real_server_ask(&b->server, "key create --source bench", "ak_", b->key);
	real_server_ask(&b->server, "token create --role analyst", "at_", b->token);
}

int main(int argc, char **argv)
{
	static struct bench b = {
		.seconds = 10, .half = -1, .connections = 16, .customers = 100000, .maps = 1
	};
	static char beside[PATH_BYTES_MAX];
	const char *folder = "/var/tmp", *data = NULL, *program = beside,
		   *slash = strrchr(argv[0], '/');

	(void)snprintf(beside, sizeof(beside), "%.*sariane",
		slash == NULL ? 0 : (int)(slash - argv[0]) + 1, argv[0]);
	for (int i = 1; i + 1 < argc; i += 2) {
		const char *name = argv[i], *value = argv[i + 1];
		if (strcmp(name, "--ariane") == 0)
			program = value;
		else if (strcmp(name, "--seconds") == 0)
			b.seconds = strtoll(value, NULL, 10);
		else if (strcmp(name, "--half") == 0)
			b.half = strtoll(value, NULL, 10);
		else if (strcmp(name, "--connections") == 0)
			b.connections = (int)strtol(value, NULL, 10);
		else if (strcmp(name, "--rate") == 0)
			b.rate = strtoll(value, NULL, 10);
		else if (strcmp(name, "--customers") == 0)
			b.customers = strtoll(value, NULL, 10);
		else if (strcmp(name, "--maps") == 0)
			b.maps = strtoll(value, NULL, 10);
		else if (strcmp(name, "--times") == 0)
			b.has_times = strcmp(value, "yes") == 0;
		else if (strcmp(name, "--backup") == 0)
			b.backup = value;
		else if (strcmp(name, "--folder") == 0)
			folder = value;
		else if (strcmp(name, "--data") == 0)
			data = value;
		else if (strcmp(name, "--json") == 0)
			json = fopen(value, "w");
	}
	ASSERT(b.connections > 0 && b.connections <= CONNECTIONS_MAX && b.seconds > 0);
	b.half = b.half < 0 ? MAX_OF(b.seconds / 4, (int64_t)1) : b.half;
	start(&b, program, folder, data);
	prepare(&b);
	run(&b);
	if (data == NULL)
		scratch_remove(b.folder);
	if (json != NULL) {
		(void)fputs("\n}\n", json);
		(void)fclose(json);
	}
	return 0;
}

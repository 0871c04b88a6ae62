/* bench/pop_bench.c - the screen pop: what an agent's screen asks when it rings, and what is
 * seldom.
 *
 * pop_bench [--ariane PROGRAM] [--events 1000000] [--customers 100000] [--pops 2000] [--pause_us 0]
 *   [--data FOLDER] [--folder DIR] [--json FILE]
 *
 * A customer by an identifier, with profile and last 50 events in brief: asked as one question
 * (`pop`), and as the two of which it is made (`profile`, `events`; `both` is their sum). `payload`
 * is all of the last event, which is asked for when somebody looks at it.  `floor` is /healthz over
 * the same connection: what the client, the kernel and the HTTP layer take for themselves.
 *
 * All over one connection that stays open, one after the other, in turns, each from its first byte
 * sent to the last of its answer; `--pause_us` between two customers, as agents leave them (a
 * processor that slept wakes late).  Customers are drawn at random from all.
 *
 * Two parts: `sealing`, while the server seals what the import left (only where there is something
 * to seal), and `at rest`, after that; before that one, `--pops` customers are asked that do not
 * count: the goal is of a warm server.  `stolen` is the part of the time that the host of a virtual
 * machine gave to others.
 *
 * --data: a folder that is there already (its customers are named id:0 to id:N-1, as `ariane demo
 * --workload visits` names them), which the server seals; else one is made and imported in DIR
 * (default /var/tmp), and thrown away.
 *
 * smoke: --events 20000 --customers 2000 --pops 100 --folder build
 */
#include "base/clock.h"
#include "base/random.h"
#include "support/http_client.h"
#include "support/real_server.h"
#include "support/scratch.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { COMMAND_BYTES = 4 * PATH_BYTES_MAX, REQUEST_BYTES = 1000, LAST = 50 };
enum { SEALED_MB = 64, SEALING_S_MAX = 1800 }; /* what is being written stays as it is */
#define POPS_MAX ((size_t)1 << 20)

enum arm { ARM_FLOOR, ARM_POP, ARM_PROFILE, ARM_EVENTS, ARM_BOTH, ARM_PAYLOAD, ARMS };

static const struct {
	const char *name, *front, *back; /* of the path, around the customer; front NULL: a sum */
} arms[ARMS] = { [ARM_FLOOR] = { "floor", "/healthz?", "" },
	[ARM_POP] = { "pop", "/api/v1/customers/id:", "?last=50" },
	[ARM_PROFILE] = { "profile", "/api/v1/customers/id:", "" },
	[ARM_EVENTS] = { "events", "/api/v1/customers/id:", "/thread?last=50&brief=true" },
	[ARM_BOTH] = { "both", NULL, NULL },
	[ARM_PAYLOAD] = { "payload", "/api/v1/customers/id:", "/thread?last=1" } };

struct bench {
	struct real_server server;
	struct http_client client;
	char token[SERVER_WORD_BYTES];
	struct random random;
	size_t events, customers, pops;
	long pause_us;
	double *ms[ARMS]; /* of a part */
	size_t count; /* customers asked in it, of whom there was something */
	FILE *json;
};

static int64_t now_ns(void)
{
	return clock_real()->ticks_ns(clock_real());
}

/* ---- one customer */

/* 200 or, nobody having drawn this number, 404. */
static bool ask(struct bench *b, enum arm arm, uint64_t customer, double *ms)
{
	char text[REQUEST_BYTES];
	int n = snprintf(text, sizeof(text),
		"GET %s%llu%s HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer %s\r\n\r\n",
		arms[arm].front, (unsigned long long)customer, arms[arm].back, b->token);
	int64_t began = now_ns();

	ASSERT(n > 0 && (size_t)n < sizeof(text));
	client_send(&b->client, (str){ text, (size_t)n });
	struct http_reply reply = client_receive(&b->client);
	*ms = (double)(now_ns() - began) / 1e6;
	ASSERT(reply.status == 200 || (reply.status == 404 && arm != ARM_FLOOR));
	return reply.status == 200;
}

static bool ask_all(struct bench *b, uint64_t customer)
{
	double ms[ARMS];
	bool known = true;

	for (enum arm arm = 0; arm < ARMS; arm++)
		if (arms[arm].front != NULL)
			known = ask(b, arm, customer, &ms[arm]) && known;
	ms[ARM_BOTH] = ms[ARM_PROFILE] + ms[ARM_EVENTS];
	if (!known)
		return false;
	for (enum arm arm = 0; arm < ARMS; arm++)
		b->ms[arm][b->count] = ms[arm];
	b->count++;
	return true;
}

static void rest(const struct bench *b)
{
	const struct timespec pause = { b->pause_us / 1000000, b->pause_us % 1000000 * 1000 };

	if (b->pause_us > 0)
		(void)clock_nanosleep(CLOCK_MONOTONIC, 0, &pause, NULL);
}

/* ---- a part */

static int by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return x < y ? -1 : x > y;
}

/* Of all processors since the machine started, by the columns of /proc/stat: time stolen, and all.
 */
static void read_stolen(double *stolen, double *all)
{
	enum { COLUMNS = 8, LINE_BYTES = 400 };
	char line[LINE_BYTES] = "";
	FILE *f = fopen("/proc/stat", "r");
	char *at = line + strlen("cpu");

	*stolen = *all = 0;
	if (f == NULL)
		return;
	if (fgets(line, sizeof(line), f) == NULL)
		line[0] = '\0';
	(void)fclose(f);
	for (int i = 0; line[0] != '\0' && i < COLUMNS; i++) {
		double ticks = strtod(at, &at);
		*all += ticks;
		*stolen = ticks; /* the last column that is read */
	}
}

static void show(struct bench *b, const char *part, double stolen)
{
	static const double quantiles[] = { 0.5, 0.9, 0.99, 0.999, 1 };
	double load = 0;

	(void)getloadavg(&load, 1);
	printf("%s: %zu customers, %.0f MB resident, load %.1f, stolen %.1f %%\n", part, b->count,
		real_server_memory_mb(&b->server, "VmRSS:"), load, stolen * 100);
	for (enum arm arm = 0; arm < ARMS && b->count > 0; arm++) {
		qsort(b->ms[arm], b->count, sizeof(double), by_value);
		printf("  %-8s ms ", arms[arm].name);
		for (size_t q = 0; q < ARRAY_LEN(quantiles); q++) {
			double value = b->ms[arm][(size_t)((double)(b->count - 1) * quantiles[q])];
			printf("  %g: %.3f", quantiles[q], value);
			if (b->json != NULL)
				(void)fprintf(b->json, "%s\n  \"%s, %s, %g, ms\": %.3f",
					ftell(b->json) > 1 ? "," : "", part, arms[arm].name,
					quantiles[q], value);
		}
		printf("\n");
	}
	(void)fflush(stdout);
	b->count = 0;
}

static bool is_sealing(const struct bench *b)
{
	return real_server_unsealed_mb(&b->server) > SEALED_MB + 1;
}

static void measure(struct bench *b, const char *part, bool only_sealing)
{
	double stolen[2], all[2];

	read_stolen(&stolen[0], &all[0]);
	while (b->count < b->pops && (!only_sealing || is_sealing(b))) {
		(void)ask_all(b, random_below(&b->random, b->customers));
		rest(b);
	}
	read_stolen(&stolen[1], &all[1]);
	if (b->count > 0)
		show(b, part, (stolen[1] - stolen[0]) / MAX_OF(all[1] - all[0], 1.0));
}

static void wait_until_sealed(const struct bench *b)
{
	const struct timespec second = { 1, 0 };

	for (int s = 0; s < SEALING_S_MAX && is_sealing(b); s++)
		(void)clock_nanosleep(CLOCK_MONOTONIC, 0, &second, NULL);
}

static void measure_all(struct bench *b, const char *program, const char *data)
{
	struct rusage used;
	int64_t began = now_ns();

	real_server_start(&b->server, program, data);
	printf("started in %.2f s\n", (double)(now_ns() - began) / 1e9);
	real_server_ask(&b->server, "token create --role agent", "at_", b->token);
	client_connect(&b->client, b->server.url);
	measure(b, "sealing", true);
	wait_until_sealed(b);
	for (size_t i = 0; i < b->pops; i++)
		(void)ask_all(b, random_below(&b->random, b->customers));
	b->count = 0;
	measure(b, "at rest", false);
	client_close(&b->client);
	real_server_stop(&b->server, &used);
}

/* ---- the data */

static void run(const char *command)
{
	ASSERT(system(command) == 0); /* NOLINT: our own program, and paths of whoever measures */
}

static void make_data(const struct bench *b, const char *program, const char *folder)
{
	char command[COMMAND_BYTES];

	(void)snprintf(command, sizeof(command),
		"'%s' demo --workload visits --events %zu --customers %zu --out '%s/visits.csv' > "
		"/dev/null",
		program, b->events, b->customers, folder);
	run(command);
	(void)snprintf(command, sizeof(command),
		"'%s' --data '%s/data' --quiet import --customer id=customer --activity activity "
		"--time time --channel channel '%s/visits.csv' > /dev/null",
		program, folder, folder);
	run(command);
	(void)snprintf(command, sizeof(command), "%s/visits.csv", folder);
	(void)unlink(command);
}

int main(int argc, char **argv)
{
	static struct bench b = { .events = 1000000, .customers = 100000, .pops = 2000 };
	static char beside[PATH_BYTES_MAX], made[PATH_BYTES_MAX], data[PATH_BYTES_MAX + 8];
	const char *folder = "/var/tmp", *program = beside, *slash = strrchr(argv[0], '/');

	(void)snprintf(beside, sizeof(beside), "%.*sariane",
		slash == NULL ? 0 : (int)(slash - argv[0]) + 1, argv[0]);
	for (int i = 1; i + 1 < argc; i += 2) {
		const char *name = argv[i], *value = argv[i + 1];
		if (strcmp(name, "--ariane") == 0)
			program = value;
		else if (strcmp(name, "--events") == 0)
			b.events = strtoull(value, NULL, 10);
		else if (strcmp(name, "--customers") == 0)
			b.customers = strtoull(value, NULL, 10);
		else if (strcmp(name, "--pops") == 0)
			b.pops = strtoull(value, NULL, 10);
		else if (strcmp(name, "--pause_us") == 0)
			b.pause_us = strtol(value, NULL, 10);
		else if (strcmp(name, "--data") == 0)
			(void)snprintf(data, sizeof(data), "%s", value);
		else if (strcmp(name, "--folder") == 0)
			folder = value;
		else if (strcmp(name, "--json") == 0)
			b.json = fopen(value, "w");
	}
	ASSERT(b.pops > 0 && b.pops <= POPS_MAX && b.customers > 0);
	for (enum arm arm = 0; arm < ARMS; arm++)
		b.ms[arm] = memory_alloc(b.pops * sizeof(double));
	b.random = random_of(1);
	if (b.json != NULL)
		(void)fputs("{", b.json);
	if (data[0] == '\0') {
		scratch_make(folder, made);
		make_data(&b, program, made);
		(void)snprintf(data, sizeof(data), "%s/data", made);
	}
	measure_all(&b, program, data);
	if (made[0] != '\0')
		scratch_remove(made);
	for (enum arm arm = 0; arm < ARMS; arm++)
		free(b.ms[arm]);
	if (b.json != NULL) {
		(void)fputs("\n}\n", b.json);
		(void)fclose(b.json);
	}
	return 0;
}

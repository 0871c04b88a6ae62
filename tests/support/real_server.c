/* tests/support/real_server.c - see real_server.h */
#include "support/real_server.h"

#include <dirent.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

enum { LINE_BYTES_MAX = 1000, COMMAND_BYTES_MAX = 3 * PATH_BYTES_MAX };

void real_server_ask(const struct real_server *server, const char *arguments, const char *front,
	char out[static SERVER_WORD_BYTES])
{
	char command[COMMAND_BYTES_MAX], line[LINE_BYTES_MAX];
	char found[SERVER_WORD_BYTES] = "";
	size_t front_len = strlen(front);

	(void)snprintf(command, sizeof(command), "'%s' --data '%s' %s", server->program,
		server->data, arguments);
	FILE *f = popen(command, "r"); /* NOLINT: our own program */
	ASSERT(f != NULL);
	while (fgets(line, sizeof(line), f) != NULL) { /* all of it: it would not like less */
		const char *word = strstr(line, front);
		if (word != NULL && found[0] == '\0')
			(void)snprintf(found, sizeof(found), "%.*s",
				(int)(front_len + strcspn(word + front_len, ", \r\n\"")), word);
	}
	ASSERT(pclose(f) == 0 && found[0] != '\0');
	memcpy(out, found, sizeof(found));
}

/* Where it listens: the first http:// without a path.  The link for setting up, which has one, may
 * be told before. */
static bool find_address(FILE *said, char *out, size_t bytes)
{
	char line[LINE_BYTES_MAX];

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

void real_server_start(struct real_server *server, const char *program, const char *data)
{
	int out[2];

	server->program = program;
	(void)snprintf(server->data, sizeof(server->data), "%s", data);
	ASSERT(pipe(out) == 0);
	server->pid = fork();
	ASSERT(server->pid >= 0);
	if (server->pid == 0) {
		(void)dup2(out[1], 1);
		(void)close(out[0]);
		(void)execl(program, program, "--data", data, "serve", "--listen", "127.0.0.1:0",
			(char *)NULL);
		_exit(127);
	}
	(void)close(out[1]);
	server->said = fdopen(out[0], "r");
	bool found = server->said != NULL &&
		     find_address(server->said, server->url, sizeof(server->url));
	ASSERT(found);
}

void real_server_stop(struct real_server *server, struct rusage *used)
{
	int status = 0;

	ASSERT(kill(server->pid, SIGTERM) == 0);
	ASSERT(wait4(server->pid, &status, 0, used) == server->pid);
	ASSERT(WIFEXITED(status) && WEXITSTATUS(status) == 0);
	(void)fclose(server->said);
}

/* ---- while it runs */

/* "TID (NAME) STATE ...": behind the name the 12th and 13th word are ticks, its own and the
 * system's for it. */
static int64_t ticks_in(str words)
{
	enum { OWN = 11, SYSTEM = 12 };
	int64_t ticks = 0, number;
	str word;

	for (int i = 0; i <= SYSTEM && str_split(words, ' ', &word, &words); i++)
		if (i >= OWN && str_to_int64(word, &number))
			ticks += number;
	return ticks;
}

static bool read_thread(const char *path, struct thread_time *out)
{
	char line[LINE_BYTES_MAX] = "";
	FILE *f = fopen(path, "r");
	str head, words, name, tid;

	if (f == NULL)
		return false;
	bool got = fgets(line, sizeof(line), f) != NULL;
	(void)fclose(f);
	if (!got || !str_split_last(str_of(line), ')', &head, &words) ||
		!str_split(head, '(', &tid, &name) || words.len == 0)
		return false;
	(void)snprintf(out->name, sizeof(out->name), "%.*s", STR_ARG(name));
	out->seconds = (double)ticks_in(str_from(words, 1)) / (double)sysconf(_SC_CLK_TCK);
	return true;
}

static void add_thread(struct thread_time *out, size_t *count, const struct thread_time *one)
{
	size_t i = 0;

	while (i < *count && strcmp(out[i].name, one->name) != 0)
		i++;
	if (i == SERVER_THREADS_MAX)
		return;
	if (i == *count)
		out[(*count)++] = (struct thread_time){ 0 };
	memcpy(out[i].name, one->name, sizeof(one->name));
	out[i].seconds += one->seconds;
}

size_t real_server_threads(
	const struct real_server *server, struct thread_time out[static SERVER_THREADS_MAX])
{
	char path[PATH_BYTES_MAX];
	struct thread_time one;
	size_t count = 0;

	(void)snprintf(path, sizeof(path), "/proc/%d/task", (int)server->pid);
	DIR *tasks = opendir(path);
	ASSERT(tasks != NULL);
	for (const struct dirent *task; (task = readdir(tasks)) != NULL;) {
		(void)snprintf(path, sizeof(path), "/proc/%d/task/%s/stat", (int)server->pid,
			task->d_name);
		if (task->d_name[0] != '.' && read_thread(path, &one))
			add_thread(out, &count, &one);
	}
	(void)closedir(tasks);
	return count;
}

double real_server_memory_mb(const struct real_server *server, const char *which)
{
	char path[64], line[LINE_BYTES_MAX];
	double kb = 0;

	(void)snprintf(path, sizeof(path), "/proc/%d/status", (int)server->pid);
	FILE *f = fopen(path, "r");
	while (f != NULL && fgets(line, sizeof(line), f) != NULL)
		if (strncmp(line, which, strlen(which)) == 0)
			kb = strtod(line + strlen(which), NULL);
	if (f != NULL)
		(void)fclose(f);
	return kb / 1024;
}

double real_server_unsealed_mb(const struct real_server *server)
{
	char path[PATH_BYTES_MAX + 2 * NAME_MAX];
	double bytes = 0;
	struct stat st;

	(void)snprintf(path, sizeof(path), "%s/journal", server->data);
	DIR *journal = opendir(path);
	ASSERT(journal != NULL);
	for (const struct dirent *file; (file = readdir(journal)) != NULL;) {
		(void)snprintf(path, sizeof(path), "%s/journal/%s", server->data, file->d_name);
		if (str_ends(str_of(file->d_name), STR(".log")) && stat(path, &st) == 0)
			bytes += (double)st.st_size;
	}
	(void)closedir(journal);
	return bytes / (1 << 20);
}

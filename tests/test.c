/* tests/test.c - see test.h */
#include "test.h"

#include "support/scratch.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static struct {
	const char *name;
	void (*run)(void);
} tests[4096];
static size_t count, failures, skips;
static char folder[PATH_BYTES_MAX];

/* Where malloc returns NULL, a sanitizer would stop the program before we can. */
const char *__asan_default_options(void);
const char *__tsan_default_options(void) __attribute__((alias("__asan_default_options")));
const char *__asan_default_options(void)
{
	return "allocator_may_return_null=1";
}

void test_register(const char *name, void (*run)(void))
{
	ASSERT(count < ARRAY_LEN(tests));
	tests[count].name = name;
	tests[count++].run = run;
}

void test_check(bool ok, const char *row, const char *what, const char *file, int line)
{
	if (ok)
		return;
	failures++;
	printf("%s:%d: [%s] %s\n", file, line, row, what);
}

bool test_aborts(void (*run)(void))
{
	int status = 0;
	pid_t child = fork();

	if (child == 0) {
		(void)close(STDERR_FILENO); /* its last words are expected */
		run();
		_exit(0);
	}
	return waitpid(child, &status, 0) == child && WIFSIGNALED(status) &&
	       WTERMSIG(status) == SIGABRT;
}

const char *test_data(void)
{
	static char path[1024];
	const char *named = getenv("ARIANE_TEST_DATA");
	struct stat st;

	(void)snprintf(path, sizeof(path), "%s",
		named != NULL ? named : ARIANE_SOURCE_FOLDER "/../shared/data");
	if (stat(path, &st) == 0)
		return path;
	CHECK(path, getenv("CI") == NULL); /* there, external data are part of the bargain */
	return NULL;
}

void test_skip(const char *why)
{
	skips++;
	printf("skipped: %s\n", why);
}

static void remove_folder(void)
{
	if (folder[0] != '\0')
		scratch_remove(folder);
	folder[0] = '\0';
}

const char *test_folder(void)
{
	if (folder[0] == '\0')
		scratch_make("/tmp", folder);
	return folder;
}

/* "2/4": only every fourth test, from the second; so that processes may share the work. */
static bool is_share(const char *word, size_t *part, size_t *parts)
{
	str before, after;
	int64_t i, n;

	if (word == NULL || !str_split(str_of(word), '/', &before, &after) ||
		!str_to_int64(before, &i) || !str_to_int64(after, &n) || i < 1 || i > n)
		return false;
	*part = (size_t)i - 1;
	*parts = (size_t)n;
	return true;
}

int main(int argc, char **argv)
{
	size_t passed = 0, failed = 0, part = 0, parts = 1;
	bool shared = is_share(argv[1], &part, &parts);

	(void)setvbuf(stdout, NULL, _IOLBF, 0); /* after a crash, see how far it got */
	for (size_t i = 0; i < count; i++) {
		if (i % parts != part ||
			(argc > 1 && !shared && strstr(tests[i].name, argv[1]) == NULL))
			continue;
		failures = 0;
		tests[i].run();
		remove_folder();
		printf("%s %s\n", failures == 0 ? "ok  " : "FAIL", tests[i].name);
		failures == 0 ? passed++ : failed++;
	}
	if (skips > 0)
		printf("%zu skipped\n", skips);
	printf("%zu passed, %zu failed\n", passed, failed);
	return passed > 0 && failed == 0 ? 0 : 1;
}

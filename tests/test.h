/* tests/test.h - the whole test harness: register, run, count.
 *
 * CHECK reports and goes on, so one run shows every broken row of a table; `row`
 * names it.  main() takes a name part to run only some tests, or "2/4" for the
 * second quarter of them, and its last line is "N passed, N failed".
 */
#pragma once

#include "base/base.h"

void test_register(const char *name, void (*run)(void));
void test_check(bool ok, const char *row, const char *what, const char *file, int line);
bool test_aborts(void (*run)(void)); /* in a child: does it end by abort()? */

/* The folder of external test data (ARIANE_TEST_DATA, else ../shared/data beside the project),
 * or NULL when it is absent: then return from the test after test_skip().  Under CI absence
 * fails the run. */
const char *test_data(void);
void test_skip(const char *why);

/* A fresh folder, removed with all that is in it when the test ends.  Valid until then. */
const char *test_folder(void);

#define TEST(name) \
	static void name(void); \
	__attribute__((constructor)) static void name##_register(void) \
	{ \
		test_register(#name, name); \
	} \
	static void name(void)

#define CHECK(row, cond) test_check((cond), (row), #cond, __FILE__, __LINE__)

/* tests/main_throttle_test.c - who guesses from one address waits; others, and this machine, do
 * not. */
#include "main/throttle.h"

#include "test.h"

TEST(throttle_holds_back_who_guesses)
{
	static const struct {
		const char *name, *address;
		int64_t failures, after_ms;
		bool waits;
	} rows[] = {
		{ "nothing yet", "192.0.2.1", 0, 0, false },
		{ "some are free", "192.0.2.1", THROTTLE_FREE, 0, false },
		{ "one more is not", "192.0.2.1", THROTTLE_FREE + 1, 0, true },
		{ "two seconds later", "192.0.2.1", THROTTLE_FREE + 1, 2000, false },
		{ "many", "2001:db8::1", 1000, THROTTLE_WAIT_MS_MAX - 1, true },
		{ "never longer", "2001:db8::1", 1000, THROTTLE_WAIT_MS_MAX, false },
		{ "this machine", "127.0.0.1", 1000, 0, false },
		{ "this machine, too", "::1", 1000, 0, false },
		{ "a Unix socket", "", 1000, 0, false },
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct throttle *t = throttle_create();
		str address = str_of(rows[i].address);
		struct why why = { 0 };

		for (int64_t k = 0; k < rows[i].failures; k++)
			throttle_failed(t, address, 1000);
		err e = throttle_ask(t, address, 1000 + rows[i].after_ms, &why);
		CHECK(rows[i].name, e == (rows[i].waits ? ERR_BUSY : OK));
		throttle_free(t);
	}
}

TEST(throttle_forgets)
{
	struct throttle *t = throttle_create();
	const str guesser = STR("192.0.2.1");
	int64_t now_ms = 1000;

	for (int k = 0; k < 2 * THROTTLE_FREE; k++)
		throttle_failed(t, guesser, now_ms);
	now_ms += 2 * THROTTLE_WINDOW_MS;
	throttle_failed(t, guesser, now_ms);
	CHECK("a quarter of them is left", throttle_ask(t, guesser, now_ms, NULL) == OK);
	throttle_free(t);
}

/* tests/desk_totp_test.c - one-time codes against the published values. */
#include "desk/totp.h"

#include <stdio.h>
#include <string.h>

#include "test.h"

static const uint8_t secret[] = "12345678901234567890";

/* RFC 6238, appendix B, the last six digits */
TEST(totp_gives_the_published_codes)
{
	static const struct {
		int64_t seconds;
		uint32_t code;
	} rows[] = { { 59, 287082 }, { 1111111109, 81804 }, { 1111111111, 50471 },
		{ 1234567890, 5924 }, { 2000000000, 279037 }, { 20000000000, 353130 } };

	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		CHECK("code", totp_code(secret, 20, rows[i].seconds / 30) == rows[i].code);
}

TEST(totp_codes_are_good_once_and_around_now)
{
	static const struct {
		const char *row, *code;
		int64_t now_s, last_step;
		bool good;
	} rows[] = {
		{ "now", "287082", 59, 0, true },
		{ "a step late", "287082", 89, 0, true },
		{ "a step early", "287082", 29, 0, true },
		{ "two steps late", "287082", 119, 0, false },
		{ "used", "287082", 59, 1, false },
		{ "short", "28708", 59, 0, false },
		{ "long", "0287082", 59, 0, false },
		{ "letters", "28708a", 59, 0, false },
		{ "nothing", "", 59, 0, false },
		{ "another", "287083", 59, 0, false },
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		int64_t step = -1;
		bool good = totp_check(secret, 20, str_of(rows[i].code), rows[i].now_s * 1000,
			rows[i].last_step, &step);
		CHECK(rows[i].row, good == rows[i].good);
		CHECK(rows[i].row, good ? step == 1 : step == -1);
	}
}

TEST(totp_secrets_are_typed_in_base32) /* RFC 4648 */
{
	char letters[TOTP_LETTERS + 1];

	totp_letters(secret, letters);
	CHECK("letters", strcmp(letters, "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ") == 0);
}

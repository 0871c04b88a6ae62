/* tests/desk_own_test.c - one's own account: what needs the password, what ends, what is another's.
 */
#include "desk/own.h"

#include <stdio.h>
#include <string.h>

#include "support/moving_clock.h"
#include "test.h"

#define GOOD STR("correct horse battery")
#define OTHER STR("another horse, another battery")
#define JEANNE STR("jeanne")

static struct moving_clock fixed;

struct house {
	struct desk *desk;
	struct session here, there, pauls; /* two of Jeanne's, one of Paul's */
};

static struct house open_house(void)
{
	struct house h = { 0 };
	struct why why = { 0 };
	int64_t id;

	fixed = moving_clock_at((int64_t)1700000000 * 1000);
	ASSERT(desk_open(test_folder(), true, &fixed.base, &h.desk, &why) == OK);
	ASSERT(user_create(h.desk, JEANNE, ROLE_AGENT, GOOD, &id, &why) == OK);
	ASSERT(user_create(h.desk, STR("paul"), ROLE_AGENT, GOOD, &id, &why) == OK);
	ASSERT(session_begin(h.desk, JEANNE, &h.here, &why) == OK);
	ASSERT(session_begin(h.desk, JEANNE, &h.there, &why) == OK);
	ASSERT(session_begin(h.desk, STR("paul"), &h.pauls, &why) == OK);
	return h;
}

static bool lives(const struct house *h, const struct session *session)
{
	struct why why = { 0 };
	bool holds = false;

	ASSERT(session_holds(h->desk, str_of(session->cookie.text), &holds, &why) == OK);
	return holds;
}

/* Begins that one again, which a change has ended. */
static bool ended_alone(struct house *h)
{
	struct why why = { 0 };
	bool ended = !lives(h, &h->there) && lives(h, &h->here) && lives(h, &h->pauls);

	ASSERT(session_begin(h->desk, JEANNE, &h->there, &why) == OK);
	return ended;
}

static enum message sign_in(const struct house *h, str password, str code)
{
	struct session session;
	struct why why = { 0 };

	return user_sign_in(h->desk, JEANNE, password, code, &session, &why) == OK ? MSG_NONE
										   : why.message;
}

static enum message change(const struct house *h, str present, str wanted)
{
	struct why why = { 0 };

	return own_password(h->desk, JEANNE, str_of(h->here.cookie.text), present, wanted, &why) ==
			       OK
		       ? MSG_NONE
		       : why.message;
}

TEST(ones_own_password_needs_the_present_one)
{
	struct house h = open_house();

	CHECK("wrong", change(&h, OTHER, OTHER) == MSG_DESK_OWN_PASSWORD);
	CHECK("short", change(&h, GOOD, STR("short")) == MSG_DESK_PASSWORD);
	CHECK("nothing ended", lives(&h, &h.there));
	CHECK("changed", change(&h, GOOD, OTHER) == MSG_NONE);
	CHECK("the other session ends alone", ended_alone(&h));
	CHECK("the old one", sign_in(&h, GOOD, STR("")) == MSG_DESK_SIGN_IN);
	CHECK("the new one", sign_in(&h, OTHER, STR("")) == MSG_NONE);
	desk_close(h.desk);
}

TEST(who_guesses_ones_own_password_waits_as_at_signing_in)
{
	struct house h = open_house();

	for (int i = 0; i < USER_FAILURES_FREE; i++)
		CHECK("wrong", change(&h, STR("x"), OTHER) == MSG_DESK_OWN_PASSWORD);
	CHECK("waits, though right now", change(&h, GOOD, OTHER) == MSG_DESK_WAIT);
	CHECK("there too", sign_in(&h, GOOD, STR("")) == MSG_DESK_WAIT);
	fixed.now_ms += 1000;
	CHECK("waited", change(&h, GOOD, OTHER) == MSG_NONE);
	CHECK("and what was right takes it back",
		change(&h, STR("x"), GOOD) == MSG_DESK_OWN_PASSWORD);
	CHECK("once is free", change(&h, OTHER, GOOD) == MSG_NONE);
	desk_close(h.desk);
}

/* Whom a provider vouches for has no password here, and an empty one is none. */
TEST(ones_own_password_is_nothing_to_who_has_none)
{
	struct house h = open_house();
	struct why why = { 0 };
	char letters[TOTP_LETTERS + 1];
	str nobodys = STR("no cookie");

	CHECK("made",
		user_create_oidc(h.desk, STR("lou"), ROLE_AGENT, STR("subject-1"), &why) == OK);
	CHECK("none to be changed",
		own_password(h.desk, STR("lou"), nobodys, STR(""), OTHER, &why) == ERR_DENIED &&
			why.message == MSG_DESK_OWN_PASSWORD);
	CHECK("no second factor beside none",
		own_totp_begin(h.desk, STR("lou"), STR(""), letters, &why) == ERR_DENIED &&
			why.message == MSG_DESK_OWN_PASSWORD);
	desk_close(h.desk);
}

/* ---- the second factor */

static void code_of(const char *letters, char out[8])
{
	const char *alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
	uint8_t secret[TOTP_SECRET_BYTES] = { 0 };

	for (size_t i = 0, bit = 0; i < TOTP_LETTERS; i++, bit += 5) { /* base32 back */
		size_t five = (size_t)(strchr(alphabet, letters[i]) - alphabet);
		for (size_t b = 0; b < 5; b++)
			if (five >> (4 - b) & 1)
				secret[(bit + b) / 8] |= (uint8_t)(0x80 >> (bit + b) % 8);
	}
	(void)snprintf(
		out, 8, "%06u", totp_code(secret, sizeof(secret), fixed.now_ms / TOTP_STEP_MS));
}

static enum message begin(const struct house *h, str password, char letters[TOTP_LETTERS + 1])
{
	struct why why = { 0 };

	return own_totp_begin(h->desk, JEANNE, password, letters, &why) == OK ? MSG_NONE
									      : why.message;
}

static enum message confirm(const struct house *h, const char *code)
{
	struct why why = { 0 };

	return own_totp_confirm(h->desk, JEANNE, str_of(h->here.cookie.text), str_of(code), &why) ==
			       OK
		       ? MSG_NONE
		       : why.message;
}

static enum message take_away(const struct house *h, str password, const char *code)
{
	struct why why = { 0 };

	return own_totp_remove(h->desk, JEANNE, str_of(h->here.cookie.text), password, str_of(code),
		       &why) == OK
		       ? MSG_NONE
		       : why.message;
}

TEST(ones_own_second_factor_counts_once_a_code_has_come)
{
	struct house h = open_house();
	char letters[TOTP_LETTERS + 1], code[8], wrong[8];

	CHECK("not by a session alone", begin(&h, OTHER, letters) == MSG_DESK_OWN_PASSWORD);
	CHECK("none begun", confirm(&h, "000000") == MSG_DESK_OWN_NO_FACTOR);
	CHECK("begun", begin(&h, GOOD, letters) == MSG_NONE);
	CHECK("does not count", sign_in(&h, GOOD, STR("")) == MSG_NONE);
	fixed.now_ms += TOTP_WANTED_MS + 1;
	code_of(letters, code);
	CHECK("too long ago", confirm(&h, code) == MSG_DESK_OWN_NO_FACTOR);
	CHECK("begun again", begin(&h, GOOD, letters) == MSG_NONE);
	code_of(letters, code);
	(void)snprintf(wrong, sizeof(wrong), "%s", code);
	wrong[0] = wrong[0] == '9' ? '8' : (char)(wrong[0] + 1);
	CHECK("a wrong code", confirm(&h, wrong) == MSG_DESK_OWN_CODE);
	CHECK("still does not count", sign_in(&h, GOOD, STR("")) == MSG_NONE);
	CHECK("another's has not begun",
		own_totp_confirm(h.desk, STR("paul"), str_of(h.pauls.cookie.text), str_of(code),
			&(struct why){ 0 }) == ERR_CONFLICT);
	CHECK("confirmed", confirm(&h, code) == MSG_NONE);
	CHECK("the other session ends alone", ended_alone(&h));
	CHECK("once", confirm(&h, code) == MSG_DESK_OWN_NO_FACTOR);
	CHECK("asked for", sign_in(&h, GOOD, STR("")) == MSG_DESK_CODE_WANTED);
	CHECK("that code was used", sign_in(&h, GOOD, str_of(code)) == MSG_DESK_SIGN_IN);
	CHECK("not a second one", begin(&h, GOOD, letters) == MSG_DESK_OWN_FACTOR);
	desk_close(h.desk);
}

TEST(ones_own_second_factor_goes_by_the_password_or_a_code)
{
	struct house h = open_house();
	char letters[TOTP_LETTERS + 1], code[8];

	CHECK("there is none", take_away(&h, GOOD, "") == MSG_DESK_OWN_NO_FACTOR);
	for (int by_code = 0; by_code < 2; by_code++) {
		CHECK("begun", begin(&h, GOOD, letters) == MSG_NONE);
		code_of(letters, code);
		CHECK("confirmed", confirm(&h, code) == MSG_NONE && ended_alone(&h));
		CHECK("by nothing", take_away(&h, STR(""), "") == MSG_DESK_OWN_PROOF);
		CHECK("a wrong password", take_away(&h, OTHER, "") == MSG_DESK_OWN_PASSWORD);
		CHECK("a used code", take_away(&h, STR(""), code) == MSG_DESK_OWN_CODE);
		CHECK("still asked for", sign_in(&h, GOOD, STR("")) == MSG_DESK_CODE_WANTED);
		fixed.now_ms += (int64_t)2 * TOTP_STEP_MS;
		code_of(letters, code);
		CHECK("taken away", (by_code ? take_away(&h, STR(""), code)
					     : take_away(&h, GOOD, "")) == MSG_NONE);
		CHECK("the other session ends alone", ended_alone(&h));
		CHECK("not asked for", sign_in(&h, GOOD, STR("")) == MSG_NONE);
	}
	desk_close(h.desk);
}

TEST(who_guesses_codes_to_take_a_second_factor_away_waits)
{
	struct house h = open_house();
	char letters[TOTP_LETTERS + 1], code[8];

	CHECK("begun", begin(&h, GOOD, letters) == MSG_NONE);
	code_of(letters, code);
	CHECK("confirmed", confirm(&h, code) == MSG_NONE);
	for (int i = 0; i < USER_FAILURES_FREE; i++)
		CHECK("wrong", take_away(&h, STR(""), "12345") == MSG_DESK_OWN_CODE);
	CHECK("waits", take_away(&h, STR(""), "12345") == MSG_DESK_WAIT);
	desk_close(h.desk);
}

/* What an administrator does in between counts: what was begun before is over. */
TEST(a_second_factor_that_was_begun_gives_way_to_an_administrators)
{
	struct house h = open_house();
	char letters[TOTP_LETTERS + 1], given[TOTP_LETTERS + 1], code[8];
	struct why why = { 0 };

	CHECK("begun", begin(&h, GOOD, letters) == MSG_NONE);
	CHECK("given", user_totp_make(h.desk, JEANNE, given, &why) == OK);
	code_of(letters, code);
	CHECK("not confirmed", confirm(&h, code) == MSG_DESK_OWN_NO_FACTOR);
	CHECK("taken", user_totp_remove(h.desk, JEANNE, &why) == OK);
	CHECK("nor after that", confirm(&h, code) == MSG_DESK_OWN_NO_FACTOR);
	desk_close(h.desk);
}

/* ---- sessions */

TEST(ones_own_sessions_are_seen_and_end_and_nobody_elses)
{
	struct house h = open_house();
	AUTO_ARENA arena = arena_create(1 << 20);
	str here = str_of(h.here.cookie.text);
	struct own_session *mine, *pauls;
	struct why why = { 0 };
	size_t count, others;

	CHECK("seen",
		own_sessions(h.desk, JEANNE, here, arena, &mine, &count, &why) == OK && count == 2);
	CHECK("one asks", mine[0].is_this != mine[1].is_this);
	CHECK("his", own_sessions(h.desk, STR("paul"), here, arena, &pauls, &others, &why) == OK &&
			     others == 1 && !pauls[0].is_this);
	CHECK("another's is not there",
		own_session_end(h.desk, JEANNE, str_of(pauls[0].id), &why) == ERR_NOT_FOUND &&
			lives(&h, &h.pauls));
	CHECK("nobody's", own_session_end(h.desk, JEANNE, STR("0"), &why) == ERR_NOT_FOUND);
	CHECK("one's own ends",
		own_session_end(h.desk, JEANNE, str_of(mine[mine[0].is_this].id), &why) == OK &&
			ended_alone(&h));
	CHECK("all others", own_sessions_end(h.desk, JEANNE, here, &why) == OK && ended_alone(&h));
	fixed.now_ms += SESSION_IDLE_MS;
	CHECK("what is over is not told",
		own_sessions(h.desk, JEANNE, here, arena, &mine, &count, &why) == OK && count == 0);
	desk_close(h.desk);
}

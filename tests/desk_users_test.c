/* tests/desk_users_test.c - users: signing in, being refused, sessions that end, the first user. */
#include "desk/users.h"

#include <stdio.h>
#include <string.h>

#include "desk/tokens.h"
#include "support/moving_clock.h"
#include "test.h"

#define GOOD STR("correct horse battery")

static struct moving_clock fixed;

static struct desk *open_desk(void)
{
	struct desk *desk = NULL;
	struct why why = { 0 };

	fixed = moving_clock_at((int64_t)1700000000 * 1000);
	CHECK("open", desk_open(test_folder(), true, &fixed.base, &desk, &why) == OK);
	return desk;
}

static enum message sign_in(struct desk *desk, str name, str password, str code)
{
	struct session session;
	struct why why = { 0 };

	return user_sign_in(desk, name, password, code, &session, &why) == OK ? MSG_NONE
									      : why.message;
}

TEST(users_sign_in_and_are_throttled)
{
	struct desk *desk = open_desk();
	struct why why = { 0 };
	int64_t id;

	CHECK("short", user_create(desk, STR("jeanne"), ROLE_AGENT, STR("short"), &id, &why) ==
			       ERR_SYNTAX);
	CHECK("made", user_create(desk, STR("jeanne"), ROLE_AGENT, GOOD, &id, &why) == OK);
	CHECK("twice",
		user_create(desk, STR("JEANNE"), ROLE_AGENT, GOOD, &id, &why) == ERR_CONFLICT &&
			why.message == MSG_DESK_USER_THERE);
	CHECK("good", sign_in(desk, STR("Jeanne"), GOOD, STR("")) == MSG_NONE);
	CHECK("nobody", sign_in(desk, STR("paul"), GOOD, STR("")) == MSG_DESK_SIGN_IN);
	for (int i = 0; i < USER_FAILURES_FREE; i++)
		CHECK("wrong", sign_in(desk, STR("jeanne"), STR("x"), STR("")) == MSG_DESK_SIGN_IN);
	CHECK("waits, though right now",
		sign_in(desk, STR("jeanne"), GOOD, STR("")) == MSG_DESK_WAIT);
	fixed.now_ms += 1000;
	CHECK("waited", sign_in(desk, STR("jeanne"), GOOD, STR("")) == MSG_NONE);
	CHECK("disabled", user_disable(desk, STR("jeanne"), true, &why) == OK);
	CHECK("refused", sign_in(desk, STR("jeanne"), GOOD, STR("")) == MSG_DESK_SIGN_IN);
	desk_close(desk);
}

/* Who tries names learns nothing from the answers: they are the same, one by one. */
TEST(a_name_that_nobody_has_waits_like_one_that_somebody_has)
{
	static const str names[][2] = { { STR_INIT("jeanne"), STR_INIT("paul") },
		{ STR_INIT("Jeanne"), STR_INIT("PAUL") } };
	struct desk *desk = open_desk();
	struct why why = { 0 };
	int64_t id;

	CHECK("made", user_create(desk, STR("jeanne"), ROLE_AGENT, GOOD, &id, &why) == OK);
	for (int i = 0; i < 3 * USER_FAILURES_FREE; i++) {
		bool waited = i > USER_FAILURES_FREE && i % 3 == 0;
		enum message told[2];
		if (waited)
			fixed.now_ms += USER_WAIT_MS_MAX;
		for (size_t who = 0; who < 2; who++)
			told[who] = sign_in(desk, names[i % 2][who], STR("x"), STR(""));
		CHECK("the same", told[0] == told[1]);
		CHECK("waits in time",
			(told[0] == MSG_DESK_WAIT) == (i >= USER_FAILURES_FREE && !waited));
	}
	desk_close(desk);
}

struct guesser {
	struct desk *desk;
	enum message told;
};

static void *guess(void *context)
{
	struct guesser *g = context;

	g->told = sign_in(g->desk, STR("jeanne"), STR("x"), STR(""));
	return NULL;
}

TEST(guesses_made_at_once_are_counted_all)
{
	enum { GUESSERS = 3 * USER_FAILURES_FREE };
	struct desk *desk = open_desk();
	struct guesser guessers[GUESSERS];
	pthread_t threads[GUESSERS];
	struct why why = { 0 };
	int64_t id;
	int looked_at = 0;

	CHECK("made", user_create(desk, STR("jeanne"), ROLE_AGENT, GOOD, &id, &why) == OK);
	for (int i = 0; i < GUESSERS; i++) {
		guessers[i] = (struct guesser){ .desk = desk };
		ASSERT(pthread_create(&threads[i], NULL, guess, &guessers[i]) == 0);
	}
	for (int i = 0; i < GUESSERS; i++) {
		ASSERT(pthread_join(threads[i], NULL) == 0);
		looked_at += guessers[i].told == MSG_DESK_SIGN_IN;
	}
	CHECK("no more than one by one", looked_at == USER_FAILURES_FREE);
	desk_close(desk);
}

TEST(a_second_factor_is_asked_and_good_once)
{
	struct desk *desk = open_desk();
	char letters[TOTP_LETTERS + 1], code[8];
	struct why why = { 0 };
	uint8_t secret[TOTP_SECRET_BYTES] = { 0 };
	int64_t id;

	CHECK("made", user_create(desk, STR("jeanne"), ROLE_AGENT, GOOD, &id, &why) == OK);
	CHECK("factor", user_totp_make(desk, STR("jeanne"), letters, &why) == OK);
	for (size_t i = 0, bit = 0; i < TOTP_LETTERS; i++, bit += 5) { /* base32 back */
		const char *alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
		size_t five = (size_t)(strchr(alphabet, letters[i]) - alphabet);
		for (size_t b = 0; b < 5; b++)
			if (five >> (4 - b) & 1)
				secret[(bit + b) / 8] |= (uint8_t)(0x80 >> (bit + b) % 8);
	}
	(void)snprintf(code, sizeof(code), "%06u",
		totp_code(secret, sizeof(secret), fixed.now_ms / TOTP_STEP_MS));
	CHECK("asked", sign_in(desk, STR("jeanne"), GOOD, STR("")) == MSG_DESK_CODE_WANTED);
	CHECK("good", sign_in(desk, STR("jeanne"), GOOD, str_of(code)) == MSG_NONE);
	CHECK("once", sign_in(desk, STR("jeanne"), GOOD, str_of(code)) == MSG_DESK_SIGN_IN);
	CHECK("removed", user_totp_remove(desk, STR("jeanne"), &why) == OK);
	CHECK("not asked", sign_in(desk, STR("jeanne"), GOOD, STR("")) == MSG_NONE);
	desk_close(desk);
}

TEST(sessions_end)
{
	struct desk *desk = open_desk();
	AUTO_ARENA arena = arena_create(1 << 20);
	struct session session;
	char csrf[SECRET_LETTERS + 1];
	struct user user;
	struct why why = { 0 };
	int64_t id;

	CHECK("made", user_create(desk, STR("jeanne"), ROLE_AGENT, GOOD, &id, &why) == OK);
#define BEGIN() CHECK("begun", session_begin(desk, STR("jeanne"), &session, &why) == OK)
#define FIND() session_find(desk, str_of(session.cookie.text), arena, &user, csrf, &why)
	BEGIN();
	CHECK("found", FIND() == OK && user.id == id && str_equal(user.name, STR("jeanne")));
	CHECK("csrf", strcmp(csrf, session.csrf) == 0);
	fixed.now_ms += SESSION_IDLE_MS - 1;
	CHECK("used", FIND() == OK);
	fixed.now_ms += SESSION_IDLE_MS - 1;
	CHECK("used again", FIND() == OK);
	fixed.now_ms += SESSION_IDLE_MS + 1;
	CHECK("idle", FIND() == ERR_DENIED);
	BEGIN();
	CHECK("ended",
		session_end(desk, str_of(session.cookie.text), &why) == OK && FIND() == ERR_DENIED);
	BEGIN();
	CHECK("role", user_set_role(desk, STR("jeanne"), ROLE_ANALYST, RIGHT(TEXT), &why) == OK);
	CHECK("other rights", FIND() == ERR_DENIED);
	BEGIN();
	CHECK("rights", FIND() == OK && user.role == ROLE_ANALYST && user.granted == RIGHT(TEXT));
	CHECK("disabled",
		user_disable(desk, STR("jeanne"), true, &why) == OK && FIND() == ERR_DENIED);
	CHECK("nobody", user_set_role(desk, STR("x"), ROLE_AGENT, 0, &why) == ERR_NOT_FOUND);
	desk_close(desk);
}

TEST(the_first_user_comes_by_the_set_up_link_once)
{
	struct desk *desk = open_desk();
	struct secret link, second;
	struct why why = { 0 };

	CHECK("made", setup_make(desk, &link, &why) == OK);
	CHECK("guessed", setup_use(desk, STR("al_x"), STR("jeanne"), GOOD, &why) == ERR_DENIED);
	fixed.now_ms += SETUP_MS + 1;
	CHECK("late", setup_use(desk, str_of(link.text), STR("jeanne"), GOOD, &why) == ERR_DENIED);
	CHECK("made again", setup_make(desk, &second, &why) == OK);
	CHECK("the old one",
		setup_use(desk, str_of(link.text), STR("j"), GOOD, &why) == ERR_DENIED);
	CHECK("used", setup_use(desk, str_of(second.text), STR("jeanne"), GOOD, &why) == OK);
	CHECK("once", setup_use(desk, str_of(second.text), STR("paul"), GOOD, &why) != OK);
	CHECK("no more", setup_make(desk, &link, &why) == ERR_CONFLICT);
	CHECK("is there", sign_in(desk, STR("jeanne"), GOOD, STR("")) == MSG_NONE);
	desk_close(desk);
}

TEST(tokens_live_and_end)
{
	struct desk *desk = open_desk();
	AUTO_ARENA arena = arena_create(1 << 20);
	const struct token_wish wish = { STR("notebook"), ROLE_PLANNER, RIGHT(LISTS),
		fixed.now_ms + 1000 };
	struct secret secret;
	struct token token, *all;
	struct why why = { 0 };
	size_t count;
	int64_t id;

	CHECK("made", token_create(desk, &wish, &id, &secret, &why) == OK);
	CHECK("found", token_find(desk, str_of(secret.text), arena, &token, &why) == OK);
	CHECK("as wished", token.id == id && token.role == ROLE_PLANNER &&
				   token.granted == RIGHT(LISTS) &&
				   str_equal(token.name, wish.name));
	CHECK("listed", token_list(desk, arena, &all, &count, &why) == OK && count == 1);
	fixed.now_ms += 1000;
	CHECK("over", token_find(desk, str_of(secret.text), arena, &token, &why) == ERR_DENIED &&
			      why.message == MSG_DESK_TOKEN_OVER);
	CHECK("revoked", token_revoke(desk, id, &why) == OK);
	CHECK("denied", token_find(desk, str_of(secret.text), arena, &token, &why) == ERR_DENIED &&
				why.message == MSG_DESK_TOKEN_DENIED);
	desk_close(desk);
}

TEST(every_role_and_right_has_its_name)
{
	for (size_t i = 0; i < ROLE_COUNT_; i++) {
		enum role role = ROLE_COUNT_;
		CHECK("role", role_named(role_name((enum role)i), &role) && role == (enum role)i);
		CHECK("rights", role_rights(role) != 0 && role_rights(role) >> RIGHT_COUNT_ == 0);
	}
	for (size_t i = 0; i < RIGHT_COUNT_; i++) {
		enum right right = RIGHT_COUNT_;
		CHECK("right",
			right_named(right_name((enum right)i), &right) && right == (enum right)i);
	}
	CHECK("an agent does not export", (role_rights(ROLE_AGENT) & RIGHT(EXPORT)) == 0);
	CHECK("an analyst reads no words", (role_rights(ROLE_ANALYST) & RIGHT(TEXT)) == 0);
}

/* tests/identity_identity_test.c - customers against a naive closure, in any order of evidence.
 *
 * The oracle knows texts alone: it starts from nothing each time and follows the rules that
 * identity/closure.c states. */
#include "base/random.h"
#include "identity/identity.h"
#include "support/memory_file.h"
#include "test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { NAMES = 12, SETS_MAX = 200, IN_SET_MAX = 3, LIVES = 150, STEPS = 60 };

/* In canonical order of their ranks, then texts: see identifier_rank(). */
static const struct {
	str type, value, text;
} names[NAMES] = {
	{ STR_INIT("user_id"), STR_INIT("a"), STR_INIT("user_id:a") },
	{ STR_INIT("user_id"), STR_INIT("b"), STR_INIT("user_id:b") },
	{ STR_INIT("user_id"), STR_INIT("c"), STR_INIT("user_id:c") },
	{ STR_INIT("account"), STR_INIT("d"), STR_INIT("account:d") },
	{ STR_INIT("email"), STR_INIT("e@x"), STR_INIT("email:e@x") },
	{ STR_INIT("email"), STR_INIT("f@x"), STR_INIT("email:f@x") },
	{ STR_INIT("phone"), STR_INIT("+331"), STR_INIT("phone:+331") },
	{ STR_INIT("x"), STR_INIT("@h"), STR_INIT("x:@h") },
	{ STR_INIT("anonymous_id"), STR_INIT("i"), STR_INIT("anonymous_id:i") },
	{ STR_INIT("anonymous_id"), STR_INIT("j"), STR_INIT("anonymous_id:j") },
	{ STR_INIT("cookie"), STR_INIT("k"), STR_INIT("cookie:k") },
	{ STR_INIT("cookie"), STR_INIT("l"), STR_INIT("cookie:l") },
};

enum decided { NOTHING, TOGETHER, APART };

struct set {
	size_t names[IN_SET_MAX], count; /* ascending: the canonical order */
	unsigned live;
};

struct facts {
	struct set sets[SETS_MAX];
	size_t set_count;
	enum decided decided[NAMES][NAMES]; /* [lower text][higher text] */
};

/* ---- the oracle */

struct oracle {
	size_t group[NAMES];
	bool live[NAMES];
};

static int by_set(const void *a, const void *b)
{
	const struct set *x = a, *y = b;

	for (size_t i = 0; i < x->count && i < y->count; i++)
		if (x->names[i] != y->names[i])
			return str_compare(names[x->names[i]].text, names[y->names[i]].text);
	return (x->count > y->count) - (x->count < y->count);
}

static bool kept_apart(const struct facts *f, const struct oracle *o, size_t x, size_t y)
{
	for (size_t a = 0; a < NAMES; a++)
		for (size_t b = 0; b < NAMES; b++)
			if (f->decided[a][b] == APART &&
				((o->group[a] == x && o->group[b] == y) ||
					(o->group[a] == y && o->group[b] == x)))
				return true;
	return false;
}

static void oracle_join(const struct facts *f, struct oracle *o, size_t a, size_t b)
{
	size_t x = o->group[a], y = o->group[b];

	if (x == y || kept_apart(f, o, x, y))
		return;
	for (size_t i = 0; i < NAMES; i++)
		if (o->group[i] == y)
			o->group[i] = x;
}

/* Names by their texts: decisions are taken in that order. */
static void text_order(size_t order[static NAMES])
{
	for (size_t i = 0; i < NAMES; i++) {
		size_t at = i;
		for (; at > 0 && str_compare(names[i].text, names[order[at - 1]].text) < 0; at--)
			order[at] = order[at - 1];
		order[at] = i;
	}
}

static struct oracle oracle_of(const struct facts *f)
{
	struct facts sorted = *f;
	struct oracle o = { 0 };
	size_t order[NAMES];

	text_order(order);
	for (size_t i = 0; i < NAMES; i++)
		o.group[i] = i;
	for (size_t i = 0; i < NAMES; i++)
		for (size_t k = 0; k < NAMES; k++)
			if (f->decided[order[i]][order[k]] == TOGETHER)
				oracle_join(f, &o, order[i], order[k]);
	qsort(sorted.sets, sorted.set_count, sizeof(sorted.sets[0]), by_set);
	for (size_t i = 0; i < sorted.set_count; i++) {
		const struct set *s = &sorted.sets[i];
		for (size_t a = 0; s->live > 0 && a < s->count; a++) {
			o.live[s->names[a]] = true;
			for (size_t b = a + 1; b < s->count; b++)
				oracle_join(f, &o, s->names[a], s->names[b]);
		}
	}
	return o;
}

/* ---- the tested code, told the same */

static uint32_t set_code(struct identity *identity, const struct set *s)
{
	struct record_identifier ids[IN_SET_MAX];
	struct record record = {
		.kind = RECORD_EVENT, .identifiers = ids, .identifier_count = s->count
	};

	for (size_t i = 0; i < s->count; i++) { /* backwards: any order means the same set */
		const size_t name = s->names[s->count - 1 - i];
		ids[i] = (struct record_identifier){ .type = names[name].type,
			.value = names[name].value };
	}
	return identity_set(identity, &record);
}

static void decide(struct identity *identity, size_t a, size_t b, enum decided what, uint64_t seq)
{
	static const str activities[] = { STR_INIT("forget"), STR_INIT("link"),
		STR_INIT("unlink") };
	const struct record_identifier ids[] = {
		{ .type = names[a].type, .value = names[a].value },
		{ .type = names[b].type, .value = names[b].value },
	};
	const struct record record = { .kind = RECORD_IDENTITY,
		.seq = seq,
		.activity = activities[what],
		.identifiers = ids,
		.identifier_count = 2 };

	CHECK("decision", identity_decide(identity, &record));
}

static uint32_t customer_of(const struct identity_view *view, size_t name)
{
	uint32_t code = identity_find(view, names[name].text);

	return code == IDENTITY_NO_CODE ? CUSTOMER_NONE : identity_customer_of(view, code);
}

static bool agrees(struct identity *identity, const struct facts *facts)
{
	struct oracle o = oracle_of(facts);
	struct identity_view *view = identity_publish(identity);
	uint32_t live = 0, customers = 0;
	bool same = true;

	for (size_t i = 0; i < NAMES; i++) {
		uint32_t mine = customer_of(view, i), members = 0;
		bool first = true;
		same &= (mine != CUSTOMER_NONE) == o.live[i];
		if (mine == CUSTOMER_NONE)
			continue;
		for (size_t k = 0; k < NAMES; k++) {
			bool together = customer_of(view, k) == mine;
			same &= together == (o.live[k] && o.group[k] == o.group[i]);
			members += together;
			first &= !together || k >= i;
		}
		same &= identity_customer(view, mine)->members == members;
		live++;
		customers += first;
	}
	same &= identity_live_count(view) == live && identity_customer_count(view) == customers;
	identity_view_unref(view);
	return same;
}

/* ---- one life: evidence and decisions come and go */

struct life {
	struct random random;
	struct facts facts;
	struct identity *identity;
	uint64_t seq;
};

static struct set random_set(struct random *random)
{
	struct set s = { 0 };
	size_t count = 1 + random_below(random, IN_SET_MAX);

	for (size_t name = 0; name < NAMES && s.count < count; name++)
		if (random_below(random, NAMES - name) < count - s.count)
			s.names[s.count++] = name;
	return s;
}

static struct set *find_set(struct facts *f, const struct set *wanted)
{
	for (size_t i = 0; i < f->set_count; i++)
		if (by_set(&f->sets[i], wanted) == 0)
			return &f->sets[i];
	f->sets[f->set_count] = *wanted;
	return &f->sets[f->set_count++];
}

static void add_one(struct life *l)
{
	struct set fresh = random_set(&l->random), *s = find_set(&l->facts, &fresh);

	s->live++;
	identity_add(l->identity, set_code(l->identity, s), ++l->seq, 0);
}

static void remove_one(struct life *l)
{
	if (l->facts.set_count == 0)
		return;
	struct set *s = &l->facts.sets[random_below(&l->random, l->facts.set_count)];
	if (s->live == 0)
		return;
	s->live--;
	identity_remove(l->identity, set_code(l->identity, s));
}

static void decide_one(struct life *l)
{
	size_t a = random_below(&l->random, NAMES), b = random_below(&l->random, NAMES);
	enum decided what = (enum decided)random_below(&l->random, 3);

	if (a == b)
		return;
	bool in_order = str_compare(names[a].text, names[b].text) < 0;
	size_t low = in_order ? a : b, high = in_order ? b : a;
	l->facts.decided[low][high] = what;
	decide(l->identity, a, b, what, ++l->seq);
}

static void step(struct life *l, bool with_decisions)
{
	uint64_t roll = random_below(&l->random, 10);

	if (roll < 5)
		add_one(l);
	else if (roll < 8 || !with_decisions)
		remove_one(l);
	else
		decide_one(l);
}

/* The same facts, told in another order. */
static struct identity *retold(const struct facts *f, struct random *random)
{
	struct identity *identity = identity_create();
	size_t order[SETS_MAX + NAMES * NAMES], count = f->set_count + NAMES * NAMES;

	for (size_t i = 0; i < count; i++) {
		size_t at = random_below(random, i + 1);
		order[i] = order[at];
		order[at] = i;
	}
	for (size_t i = 0; i < count; i++) {
		if (order[i] < f->set_count) {
			const struct set *s = &f->sets[order[i]];
			for (unsigned n = 0; n < s->live; n++)
				identity_add(identity, set_code(identity, s), i + 1, 0);
			continue;
		}
		size_t pair = order[i] - f->set_count, a = pair / NAMES, b = pair % NAMES;
		if (f->decided[a][b] != NOTHING)
			decide(identity, a, b, f->decided[a][b], i + 1);
	}
	return identity;
}

static struct identity *reloaded(struct identity *identity, struct memory_file *file)
{
	struct strbuf index = strbuf_heap(1 << 20);
	struct identity *loaded = NULL;
	struct why why = { 0 };
	uint64_t end = 0;

	struct saving *saving = saving_create();
	identity_save(identity, saving);
	CHECK("saves", saving_write(saving, &file->file, &end, &index, &why) == OK);
	saving_free(saving);
	str left = strbuf_str(&index);
	CHECK("loads", identity_load(&file->file, &left, &loaded, &why) == OK && left.len == 0);
	strbuf_done(&index);
	return loaded;
}

TEST(identity_is_a_function_of_the_evidence)
{
	char row[32];

	for (uint64_t seed = 1; seed <= LIVES; seed++) {
		struct life l = { .random = random_of(seed), .identity = identity_create() };
		(void)snprintf(row, sizeof(row), "seed %u", (unsigned)seed);
		bool same = true;
		for (int i = 0; i < STEPS && same; i++) {
			step(&l, seed % 3 != 0);
			same = agrees(l.identity, &l.facts);
		}
		CHECK(row, same);
		struct identity *other = retold(&l.facts, &l.random);
		CHECK(row, agrees(other, &l.facts));
		identity_free(other);
		struct memory_file *file = memory_file_create();
		identity_free(l.identity);
		l.identity = retold(&l.facts, &l.random);
		other = reloaded(l.identity, file);
		CHECK(row, agrees(other, &l.facts));
		struct life on = {
			.random = l.random, .facts = l.facts, .identity = other, .seq = l.seq + 1000
		};
		for (int i = 0; i < 10; i++)
			step(&on, true);
		CHECK(row, agrees(on.identity, &on.facts));
		identity_free(other);
		memory_file_free(file);
		identity_free(l.identity);
	}
}

/* Whatever is done and then undone leaves the customers as they were. */
TEST(identity_undoes)
{
	char row[32];

	for (uint64_t seed = 1; seed <= LIVES; seed++) {
		struct life l = { .random = random_of(seed * 7919), .identity = identity_create() };
		(void)snprintf(row, sizeof(row), "seed %u", (unsigned)seed);
		for (int i = 0; i < STEPS / 2; i++)
			step(&l, true);
		size_t a = random_below(&l.random, NAMES), b = (a + 1) % NAMES;
		bool in_order = str_compare(names[a].text, names[b].text) < 0;
		enum decided before = in_order ? l.facts.decided[a][b] : l.facts.decided[b][a];
		decide(l.identity, a, b, TOGETHER, ++l.seq);
		decide(l.identity, a, b, APART, ++l.seq);
		decide(l.identity, b, a, before, ++l.seq);
		CHECK(row, agrees(l.identity, &l.facts));
		struct set all = random_set(&l.random);
		uint32_t code = set_code(l.identity, &all);
		identity_add(l.identity, code, ++l.seq, 0);
		identity_remove(l.identity, code);
		CHECK(row, agrees(l.identity, &l.facts));
		uint64_t forgotten = ++l.seq;
		decide(l.identity, a, b, APART, forgotten);
		identity_forget(l.identity, forgotten);
		l.facts.decided[in_order ? a : b][in_order ? b : a] = NOTHING;
		CHECK(row, agrees(l.identity, &l.facts));
		identity_free(l.identity);
	}
}

/* Many records at once: known is what was made before, whatever the order and the twins. */
TEST(identity_finds_the_sets_of_many)
{
	static char value[512];
	enum { RECORDS = IDENTITY_FIND_MAX };
	struct identity *identity = identity_create();
	struct record_identifier ids[RECORDS][4];
	struct record records[RECORDS];
	uint32_t made[RECORDS], found[RECORDS];
	size_t known = 0;

	memset(value, 'v', sizeof(value));
	for (size_t i = 0; i < RECORDS; i++) {
		size_t count = i % 4; /* 0: of nobody */
		for (size_t k = 0; k < count; k++)
			ids[i][k] = (struct record_identifier){ .type = k % 2 == 0 ? STR("email")
										   : STR("x"),
				.value = { value, 1 + (i / 8 + k % 2 * 7) * 3 } };
		if (i % 16 == 3)
			ids[i][2] = ids[i][0];
		records[i] = (struct record){
			.kind = RECORD_EVENT, .identifiers = ids[i], .identifier_count = count
		};
	}
	identity_find_many(identity, records, RECORDS, found);
	for (size_t i = 0; i < RECORDS; i++)
		CHECK("nothing yet", found[i] == IDENTITY_NO_CODE);
	for (size_t i = 0; i < RECORDS; i += 2)
		made[i] = identity_set(identity, &records[i]);
	identity_find_many(identity, records, RECORDS, found);
	for (size_t i = 0; i < RECORDS; i++) {
		CHECK("as made", i % 2 == 1 || found[i] == made[i]);
		uint32_t set = identity_set(identity, &records[i]);
		CHECK("known or not", found[i] == IDENTITY_NO_CODE || found[i] == set);
		known += found[i] != IDENTITY_NO_CODE;
	}
	CHECK("some", known >= RECORDS / 4 && known < RECORDS);
	identity_find_many(identity, records, RECORDS, found);
	for (size_t i = 0; i < RECORDS; i++)
		CHECK("all", found[i] == identity_set(identity, &records[i]));
	identity_free(identity);
}

/* More text than is looked up at once: the rest is merely left to identity_set(). */
TEST(identity_finds_the_sets_of_many_long_ones)
{
	static char value[IDENTIFIER_VALUE_BYTES_MAX];
	struct identity *identity = identity_create();
	struct record_identifier ids[SET_IDENTIFIERS_MAX];
	struct record records[3];
	uint32_t found[3];

	memset(value, 'v', sizeof(value));
	for (size_t k = 0; k < SET_IDENTIFIERS_MAX; k++)
		ids[k] = (struct record_identifier){ .type = STR("x"),
			.value = { value, sizeof(value) - k } };
	for (size_t i = 0; i < ARRAY_LEN(records); i++) {
		records[i] = (struct record){ .kind = RECORD_EVENT,
			.identifiers = ids,
			.identifier_count = i == 1 ? SET_IDENTIFIERS_MAX : 2 };
		(void)identity_set(identity, &records[i]);
	}
	identity_find_many(identity, records, ARRAY_LEN(records), found);
	CHECK("short ones", found[0] != IDENTITY_NO_CODE && found[0] == found[2]);
	CHECK("too much at once", found[1] == IDENTITY_NO_CODE);
	identity_free(identity);
}

TEST(identity_passes_over_what_decides_nothing)
{
	struct identity *identity = identity_create();
	const struct record_identifier ids[] = { { .type = STR("x"), .value = STR("1") },
		{ .type = STR("x"), .value = STR("1") }, { .type = STR("x"), .value = STR("2") } };
	struct record record = { .kind = RECORD_IDENTITY,
		.activity = STR("link"),
		.identifiers = ids,
		.identifier_count = 2 };

	CHECK("with itself", !identity_decide(identity, &record));
	record.identifier_count = 1;
	CHECK("alone", !identity_decide(identity, &record));
	record.identifier_count = 3;
	CHECK("three", !identity_decide(identity, &record));
	record.identifiers = ids + 1;
	record.identifier_count = 2;
	record.activity = STR("marry");
	CHECK("unknown", !identity_decide(identity, &record));
	record.activity = STR("link");
	CHECK("a pair", identity_decide(identity, &record));
	struct identity_view *view = identity_publish(identity);
	CHECK("known, not alive", identity_find(view, STR("x:2")) != IDENTITY_NO_CODE &&
					  identity_live_count(view) == 0 &&
					  identity_customer_count(view) == 0);
	identity_view_unref(view);
	CHECK("no set", identity_set(identity, &(struct record){ 0 }) == IDENTITY_NO_CODE);
	identity_free(identity);
}

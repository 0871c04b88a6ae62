/* tests/identity_identity_test.c - customers against a naive closure, in any order of evidence.
 *
 * The oracle knows texts alone: it starts from nothing each time and follows the rules that
 * identity/identity.h states, for several documents of rules. */
#include "base/random.h"
#include "identity/identity.h"
#include "identity/recount.h"
#include "identity/rules.h"
#include "support/memory_file.h"
#include "test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { NAMES = 13, TELLINGS_MAX = 300, IN_SET_MAX = 3, LIVES = 300, STEPS = 60, SOURCES = 3 };

/* ARIANE_TEST_LIVES=50000: a long run. */
static uint64_t lives(void)
{
	const char *asked = getenv("ARIANE_TEST_LIVES");

	return asked != NULL ? strtoull(asked, NULL, 10) : LIVES;
}
enum { DECISIONS_MAX = 400 };

#define HASH_OF_E "91bd7fcba5ca26f4b057a7843164a507c424037f9db5154fba6a7d77adc0394b"

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
	{ STR_INIT("email_sha256"), STR_INIT(HASH_OF_E), STR_INIT("email_sha256:" HASH_OF_E) },
	{ STR_INIT("phone"), STR_INIT("+331"), STR_INIT("phone:+331") },
	{ STR_INIT("x"), STR_INIT("@h"), STR_INIT("x:@h") },
	{ STR_INIT("anonymous_id"), STR_INIT("i"), STR_INIT("anonymous_id:i") },
	{ STR_INIT("anonymous_id"), STR_INIT("j"), STR_INIT("anonymous_id:j") },
	{ STR_INIT("cookie"), STR_INIT("k"), STR_INIT("cookie:k") },
	{ STR_INIT("cookie"), STR_INIT("null"), STR_INIT("cookie:null") },
};

static const str sources[SOURCES] = { STR_INIT("crm"), STR_INIT("site"), STR_INIT("widget") };

/* Documents, and what the oracle makes of them: of each type of `names`, by its first name. */
enum { USER = 0, ACCOUNT = 3, EMAIL = 4, HASH = 6, PHONE = 7, X = 8, ANONYMOUS = 9, COOKIE = 11 };
struct plain_rules {
	const char *document;
	bool unique[NAMES], shared[NAMES];
	unsigned limit[NAMES], owners[NAMES], priority[NAMES];
	int64_t within[NAMES];
	bool blocks_null, blocks_e, without_hashes;
	unsigned trust[SOURCES];
	bool widget_asserts_cookies_alone;
};
#define USUAL_PRIORITIES \
	{ \
		0, 0, 0, 1, 3, 3, 3, 4, 10, 20, 20, 20, 20 \
	}
#define SAME_TRUST \
	{ \
		50, 50, 50 \
	}
static const struct plain_rules documents[] = {
	{ "{\"version\":1}", .priority = USUAL_PRIORITIES, .trust = SAME_TRUST },
	{ "{\"version\":1,\"blocked\":[\"NULL\"],\"types\":[{\"type\":\"user_id\",\"unique\":true}]"
	  "}",
		.unique = { [USER] = true }, .limit = { [USER] = 1 }, .blocks_null = true,
		.priority = USUAL_PRIORITIES, .trust = SAME_TRUST },
	{ "{\"version\":1,\"types\":[{\"type\":\"user_id\",\"unique\":true},"
	  "{\"type\":\"email\",\"owners\":1,\"limit\":1},{\"type\":\"cookie\",\"owners\":2},"
	  "{\"type\":\"phone\",\"use\":\"shared\"},{\"type\":\"x\",\"priority\":0}]}",
		.unique = { [USER] = true }, .shared = { [PHONE] = true },
		.limit = { [USER] = 1, [EMAIL] = 1 }, .owners = { [EMAIL] = 1, [COOKIE] = 2 },
		.priority = { 0, 0, 0, 1, 3, 3, 3, 4, 0, 20, 20, 20, 20 }, .trust = SAME_TRUST },
	{ "{\"version\":1,\"types\":[{\"type\":\"anonymous_id\",\"limit\":1,\"within\":\"10s\"},"
	  "{\"type\":\"user_id\",\"limit\":2}],\"sources\":[{\"source\":\"c*\",\"trust\":90},"
	  "{\"source\":\"widget\",\"trust\":10,\"asserts\":[\"cookie\",\"anonymous_id\"],"
	  "\"verifies\":[\"cookie\"]}]}",
		.limit = { [USER] = 2, [ANONYMOUS] = 1 }, .within = { [ANONYMOUS] = 10000 },
		.priority = USUAL_PRIORITIES, .trust = { 90, 50, 10 },
		.widget_asserts_cookies_alone = true },
	{ "{\"version\":1,\"types\":[{\"type\":\"user_id\",\"unique\":true},"
	  "{\"type\":\"email\",\"limit\":1,\"owners\":1,\"hashes\":[]}]}",
		.unique = { [USER] = true }, .limit = { [USER] = 1, [EMAIL] = 1 },
		.owners = { [EMAIL] = 1 }, .trust = SAME_TRUST,
		.priority = { 0, 0, 0, 1, 3, 3, 10, 4, 10, 20, 20, 20, 20 },
		.without_hashes = true },
	{ "{\"version\":1,\"types\":[{\"type\":\"user_id\",\"unique\":true},"
	  "{\"type\":\"email\",\"limit\":1,\"within\":\"10s\",\"owners\":2}]}",
		.unique = { [USER] = true }, .limit = { [USER] = 1, [EMAIL] = 1 },
		.within = { [EMAIL] = 10000 }, .owners = { [EMAIL] = 2 },
		.priority = USUAL_PRIORITIES, .trust = SAME_TRUST },
	{ "{\"version\":1,\"types\":[{\"type\":\"email\",\"blocked\":[\"e@*\"],"
	  "\"hashes\":[\"sha256\",\"md5\"]},{\"type\":\"user_id\",\"limit\":1}]}",
		.limit = { [USER] = 1 }, .priority = USUAL_PRIORITIES, .trust = SAME_TRUST,
		.blocks_e = true },
};

enum decided { NOTHING, TOGETHER, APART };

/* A record that was told and is still there. */
struct telling {
	size_t names[IN_SET_MAX], count; /* ascending: the canonical order */
	unsigned verified; /* a bit each */
	size_t source;
	int64_t time;
	uint32_t set;
	bool gone;
};

struct decision {
	size_t a, b;
	enum decided what;
	bool by_people;
	uint64_t seq, undoes; /* undoes: the sequence of what this one takes back; 0: it decides */
	bool void_;
};

struct facts {
	struct telling tellings[TELLINGS_MAX];
	size_t count;
	struct decision decisions[DECISIONS_MAX]; /* in the order of their sequences */
	size_t decision_count;
	const struct plain_rules *rules;
};

/* ---- the oracle */

struct oracle {
	size_t group[NAMES];
	bool live[NAMES], barred[NAMES];
	int64_t time[NAMES]; /* of the first link */
	enum decided decided[NAMES][NAMES]; /* [lower text][higher text] */
	bool by_people[NAMES][NAMES];
};

struct link {
	size_t a, b, place;
	const struct telling *from; /* NULL: a decision */
	bool by_people, by_hash, verified;
	unsigned trust, priority;
	int64_t time;
};

static size_t type_at(size_t name)
{
	static const size_t first[NAMES] = { USER, USER, USER, ACCOUNT, EMAIL, EMAIL, HASH, PHONE,
		X, ANONYMOUS, ANONYMOUS, COOKIE, COOKIE };

	return first[name];
}

/* What rules say of an address they say of its digest. */
static size_t ruled_as(const struct facts *f, size_t name)
{
	return name == HASH && !f->rules->without_hashes ? EMAIL : type_at(name);
}

/* The first e-mail address and its digest are one. */
static bool are_twins(const struct facts *f, const struct oracle *o)
{
	return !f->rules->without_hashes && o->live[EMAIL] && o->live[HASH];
}

static bool are_one(const struct facts *f, const struct oracle *o, size_t a, size_t b)
{
	return a == b ||
	       (are_twins(f, o) && ((a == EMAIL && b == HASH) || (a == HASH && b == EMAIL)));
}

static bool by_text(size_t a, size_t b)
{
	return str_compare(names[a].text, names[b].text) < 0;
}

/* An undo takes back the one before it: from the newest to the oldest. */
static void decide_all(const struct facts *f, struct oracle *o)
{
	bool undone[DECISIONS_MAX] = { false };

	for (size_t i = f->decision_count; i-- > 0;)
		for (size_t k = 0; k < i; k++)
			undone[k] |= f->decisions[i].undoes > 0 && !f->decisions[i].void_ &&
				     !undone[i] && f->decisions[k].seq == f->decisions[i].undoes;
	for (size_t i = 0; i < f->decision_count; i++) {
		const struct decision *d = &f->decisions[i];
		if (d->undoes > 0 || d->void_ || undone[i])
			continue;
		size_t low = by_text(d->a, d->b) ? d->a : d->b, high = d->a + d->b - low;
		o->decided[low][high] = d->what;
		o->by_people[low][high] = d->by_people;
	}
}

static bool may_join(
	const struct facts *f, const struct oracle *o, const struct telling *t, size_t i)
{
	size_t type = type_at(t->names[i]);
	bool asserted = !f->rules->widget_asserts_cookies_alone || t->source != 2 ||
			type == COOKIE || type == ANONYMOUS;

	return asserted && !o->barred[t->names[i]];
}

/* The names of a telling that may join, by priority. */
static size_t ends_of(const struct facts *f, const struct oracle *o, const struct telling *t,
	size_t places[static IN_SET_MAX])
{
	size_t count = 0;

	for (size_t i = 0; i < t->count; i++) {
		size_t at = count;
		if (t->count > 1 && !may_join(f, o, t, i))
			continue;
		for (; at > 0 && f->rules->priority[type_at(t->names[i])] <
					 f->rules->priority[type_at(t->names[places[at - 1]])];
			at--)
			places[at] = places[at - 1];
		places[at] = i;
		count++;
	}
	return count;
}

static void bar_by_rules(const struct facts *f, struct oracle *o)
{
	for (size_t n = 0; n < NAMES; n++)
		o->barred[n] = f->rules->shared[type_at(n)] || (n == EMAIL && f->rules->blocks_e) ||
			       (f->rules->blocks_null && str_equal(names[n].value, STR("null")));
}

static void bar(const struct facts *f, struct oracle *o)
{
	bool shared[NAMES] = { false };

	bar_by_rules(f, o);
	for (size_t n = 0; n < NAMES; n++) {
		bool told_with[NAMES] = { false };
		size_t owners = 0, places[IN_SET_MAX];
		for (size_t i = 0; i < f->count; i++) {
			const struct telling *t = &f->tellings[i];
			size_t count = t->gone ? 0 : ends_of(f, o, t, places);
			bool is_end = false;
			for (size_t k = 0; k < count; k++)
				is_end |= are_one(f, o, t->names[places[k]], n);
			for (size_t k = 0; is_end && k < count; k++)
				told_with[t->names[places[k]]] |=
					f->rules->unique[type_at(t->names[places[k]])];
		}
		told_with[n] = false;
		for (size_t k = 0; k < NAMES; k++)
			owners += told_with[k];
		shared[n] = f->rules->owners[ruled_as(f, n)] > 0 &&
			    owners > f->rules->owners[ruled_as(f, n)];
	}
	shared[HASH] |= are_twins(f, o) && o->barred[EMAIL];
	for (size_t n = 0; n < NAMES; n++)
		o->barred[n] |= shared[n];
}

static int by_set(const struct telling *x, const struct telling *y)
{
	for (size_t i = 0; i < x->count && i < y->count; i++)
		if (x->names[i] != y->names[i])
			return str_compare(names[x->names[i]].text, names[y->names[i]].text);
	return (x->count > y->count) - (x->count < y->count);
}

static int kind_of_link(const struct link *l)
{
	return l->from != NULL ? 2 : l->by_people ? 0 : l->by_hash ? 1 : 3;
}

static int in_order(const void *a, const void *b)
{
	const struct link *x = a, *y = b;

	if (kind_of_link(x) != kind_of_link(y))
		return kind_of_link(x) - kind_of_link(y);
	if (x->from == NULL) {
		int order = str_compare(names[x->a].text, names[y->a].text);
		return order != 0 ? order : str_compare(names[x->b].text, names[y->b].text);
	}
	if (x->verified != y->verified)
		return x->verified ? -1 : 1;
	if (x->trust != y->trust)
		return x->trust > y->trust ? -1 : 1;
	if (x->priority != y->priority)
		return x->priority < y->priority ? -1 : 1;
	if (x->time != y->time)
		return x->time < y->time ? -1 : 1;
	int order = by_set(x->from, y->from);
	return order != 0 ? order : (x->place > y->place) - (x->place < y->place);
}

static bool are_apart(const struct oracle *o, size_t x, size_t y)
{
	for (size_t a = 0; a < NAMES; a++)
		for (size_t b = 0; b < NAMES; b++)
			if (o->decided[a][b] == APART &&
				((o->group[a] == x && o->group[b] == y) ||
					(o->group[a] == y && o->group[b] == x)))
				return true;
	return false;
}

/* A digest does not count beside its address. */
static bool counts_as(const struct facts *f, const struct oracle *o, size_t n, size_t type)
{
	return o->live[n] && ruled_as(f, n) == type && !(n == HASH && are_twins(f, o));
}

static bool are_too_many(const struct facts *f, const struct oracle *o, size_t x, size_t y)
{
	for (size_t type = 0; type < NAMES; type++) {
		unsigned in[2] = { 0, 0 }, crowded = 0;
		if (type_at(type) != type || f->rules->limit[type] == 0)
			continue;
		for (size_t n = 0; n < NAMES; n++)
			if (counts_as(f, o, n, type) && (o->group[n] == x || o->group[n] == y))
				in[o->group[n] == y]++;
		if (in[0] == 0 || in[1] == 0 || in[0] + in[1] <= f->rules->limit[type])
			continue;
		if (f->rules->within[type] == 0)
			return true;
		for (size_t n = 0; n < NAMES; n++) { /* a window that begins with n: limit is 1 */
			for (size_t m = 0; m < NAMES; m++)
				crowded += m != n && counts_as(f, o, n, type) &&
					   counts_as(f, o, m, type) &&
					   (o->group[n] == x || o->group[n] == y) &&
					   (o->group[m] == x || o->group[m] == y) &&
					   o->time[m] >= o->time[n] &&
					   (uint64_t)o->time[m] - (uint64_t)o->time[n] <
						   (uint64_t)f->rules->within[type];
		}
		if (crowded > 0)
			return true;
	}
	return false;
}

static void oracle_join(const struct facts *f, struct oracle *o, const struct link *l)
{
	size_t x = o->group[l->a], y = o->group[l->b];
	bool by_people = l->from == NULL && l->by_people;

	if (x == y || are_apart(o, x, y) || (!by_people && are_too_many(f, o, x, y)))
		return;
	for (size_t i = 0; i < NAMES; i++)
		if (o->group[i] == y)
			o->group[i] = x;
}

/* The earliest of what is told of the same set, by the same source, verified or not alike. */
static int64_t first_time(const struct facts *f, const struct telling *t)
{
	int64_t first = t->time;

	for (size_t i = 0; i < f->count; i++)
		if (!f->tellings[i].gone && f->tellings[i].set == t->set)
			first = MIN_OF(first, f->tellings[i].time);
	return first;
}

static size_t links_of(const struct facts *f, struct oracle *o, struct link *links)
{
	size_t count = 0;

	for (size_t a = 0; a < NAMES; a++)
		for (size_t b = 0; b < NAMES; b++)
			if (o->decided[a][b] == TOGETHER)
				links[count++] = (struct link){
					.a = a, .b = b, .by_people = o->by_people[a][b]
				};
	for (size_t i = 0; i < f->count; i++) {
		const struct telling *t = &f->tellings[i];
		size_t places[IN_SET_MAX], ends = t->gone ? 0 : ends_of(f, o, t, places);
		for (size_t k = 1; k < ends; k++) {
			unsigned said = t->verified >> places[0] | t->verified >> places[k];
			bool limited = f->rules->widget_asserts_cookies_alone && t->source == 2;
			bool cookies = ((t->verified >> places[0] & 1) != 0 &&
					       type_at(t->names[places[0]]) == COOKIE) ||
				       ((t->verified >> places[k] & 1) != 0 &&
					       type_at(t->names[places[k]]) == COOKIE);
			struct link l = { .a = t->names[places[0]],
				.b = t->names[places[k]],
				.place = k,
				.from = t,
				.verified = limited ? cookies : (said & 1) != 0,
				.trust = f->rules->trust[t->source],
				.priority = f->rules->priority[type_at(t->names[places[k]])],
				.time = first_time(f, t) };
			links[count++] = l;
			o->time[l.a] = MIN_OF(o->time[l.a], l.time);
			o->time[l.b] = MIN_OF(o->time[l.b], l.time);
		}
	}
	if (are_twins(f, o) && !o->barred[EMAIL] && !o->barred[HASH]) {
		links[count++] = (struct link){ .a = EMAIL, .b = HASH, .by_hash = true };
		o->time[EMAIL] = MIN_OF(o->time[EMAIL], o->time[HASH]);
	}
	return count;
}

static struct oracle oracle_of(const struct facts *f)
{
	static struct link links[TELLINGS_MAX * IN_SET_MAX + NAMES * NAMES];
	struct oracle o = { 0 };

	decide_all(f, &o);
	for (size_t i = 0; i < f->count; i++)
		for (size_t k = 0; k < f->tellings[i].count; k++)
			o.live[f->tellings[i].names[k]] |= !f->tellings[i].gone;
	bar(f, &o);
	for (size_t i = 0; i < NAMES; i++) {
		o.group[i] = i;
		o.time[i] = INT64_MAX;
	}
	size_t count = links_of(f, &o, links);
	qsort(links, count, sizeof(links[0]), in_order);
	for (size_t i = 0; i < count; i++)
		oracle_join(f, &o, &links[i]);
	return o;
}

/* ---- the tested code, told the same */

static uint32_t set_code(struct identity *identity, const struct telling *t)
{
	struct record_identifier ids[IN_SET_MAX];
	struct record record = { .kind = RECORD_EVENT,
		.source = sources[t->source],
		.identifiers = ids,
		.identifier_count = t->count };

	for (size_t i = 0; i < t->count; i++) { /* backwards: any order means the same set */
		const size_t at = t->count - 1 - i;
		ids[i] = (struct record_identifier){ .type = names[t->names[at]].type,
			.value = names[t->names[at]].value,
			.verified = (t->verified >> at & 1) != 0 };
	}
	return identity_set(identity, &record);
}

static bool decide(struct identity *identity, const struct decision *d)
{
	static const str activities[] = { STR_INIT("forget"), STR_INIT("link"),
		STR_INIT("unlink") };
	const struct record_identifier ids[] = {
		{ .type = names[d->a].type, .value = names[d->a].value },
		{ .type = names[d->b].type, .value = names[d->b].value },
	};
	const struct record record = { .kind = RECORD_IDENTITY,
		.seq = d->seq,
		.target = d->undoes,
		.activity = d->undoes > 0 ? STR("undo") : activities[d->what],
		.actor = d->by_people ? STR("uid:1") : STR("ariane:match"),
		.identifiers = ids,
		.identifier_count = d->undoes > 0 ? 0 : 2 };

	return identity_decide(identity, &record);
}

static void put_rules(struct identity *identity, const struct plain_rules *rules, uint64_t seq)
{
	const struct attribute document = { .key = STR("rules"),
		.value = { .kind = VALUE_STRING, .string = str_of(rules->document) } };
	const struct record record = { .kind = RECORD_IDENTITY,
		.seq = seq,
		.activity = STR("rules"),
		.attributes = &document,
		.attribute_count = 1 };

	CHECK("rules", identity_decide(identity, &record));
}

static uint32_t customer_of(const struct identity_view *view, size_t name)
{
	uint32_t code = identity_find(view, names[name].text);

	return code == IDENTITY_NO_CODE ? CUSTOMER_NONE : identity_customer_of(view, code);
}

/* The owner of a telling's set: the first end, judged without what evidence makes of it. */
static bool owner_agrees(const struct identity_view *view, const struct facts *f, size_t i)
{
	const struct telling *t = &f->tellings[i];
	struct oracle o = { 0 };
	size_t places[IN_SET_MAX], owner = t->names[0];

	bar_by_rules(f, &o);
	if (t->count > 1 && ends_of(f, &o, t, places) > 0)
		owner = t->names[places[0]];
	return str_equal(identity_text(view, identity_set_owner(view, t->set)), names[owner].text);
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
	for (size_t i = 0; i < facts->count; i++)
		same &= facts->tellings[i].gone || owner_agrees(view, facts, i);
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

static struct telling random_telling(struct random *random)
{
	struct telling t = { .source = random_below(random, SOURCES),
		.time = (int64_t)random_below(random, 40) * 1000,
		.verified = random_below(random, 4) == 0 ? (unsigned)random_below(random, 8) : 0 };
	size_t count = 1 + random_below(random, IN_SET_MAX);

	for (size_t name = 0; name < NAMES && t.count < count; name++)
		if (random_below(random, NAMES - name) < count - t.count)
			t.names[t.count++] = name;
	return t;
}

static void add_one(struct life *l)
{
	struct telling *t = &l->facts.tellings[l->facts.count];
	size_t like = l->facts.count > 0 ? random_below(&l->random, 3 * l->facts.count) : SIZE_MAX;

	*t = random_telling(&l->random);
	if (like < l->facts.count) { /* once more, at another time */
		int64_t time = t->time;
		*t = l->facts.tellings[like];
		t->gone = false;
		t->time = time;
	}
	t->set = set_code(l->identity, t);
	l->facts.count++;
	identity_add(l->identity, t->set, ++l->seq, 0, t->time);
}

static void remove_one(struct life *l)
{
	if (l->facts.count == 0)
		return;
	struct telling *t = &l->facts.tellings[random_below(&l->random, l->facts.count)];
	if (t->gone)
		return;
	t->gone = true;
	identity_remove(l->identity, t->set, t->time);
}

static void decide_one(struct life *l)
{
	size_t a = random_below(&l->random, NAMES), b = random_below(&l->random, NAMES);
	struct decision *d = &l->facts.decisions[l->facts.decision_count];

	if (a == b)
		return;
	*d = (struct decision){ .a = a,
		.b = b,
		.what = (enum decided)random_below(&l->random, 3),
		.by_people = random_below(&l->random, 3) > 0,
		.seq = ++l->seq };
	if (l->facts.decision_count > 0 && random_below(&l->random, 3) == 0)
		d->undoes =
			l->facts.decisions[random_below(&l->random, l->facts.decision_count)].seq;
	l->facts.decision_count++;
	CHECK("decision", decide(l->identity, d));
}

static void forget_one(struct life *l)
{
	if (l->facts.decision_count == 0)
		return;
	struct decision *d = &l->facts.decisions[random_below(&l->random, l->facts.decision_count)];
	d->void_ = true;
	identity_forget(l->identity, d->seq);
}

static void step(struct life *l, bool with_decisions)
{
	uint64_t roll = random_below(&l->random, 40);

	if (roll < 20)
		add_one(l);
	else if (roll < 31 || !with_decisions)
		remove_one(l);
	else if (roll < 38)
		decide_one(l);
	else if (roll < 39)
		forget_one(l);
	else {
		l->facts.rules = &documents[random_below(&l->random, ARRAY_LEN(documents))];
		put_rules(l->identity, l->facts.rules, ++l->seq);
	}
}

/* As the engine answers it: the earliest that stays. */
static void find_times(void *context, const uint32_t *sets, int64_t *times, size_t count)
{
	const struct facts *f = context;

	for (size_t i = 0; i < count; i++) {
		times[i] = INT64_MAX - 1;
		CHECK("ascending", i == 0 || sets[i] > sets[i - 1]);
		for (size_t k = 0; k < f->count; k++)
			if (f->tellings[k].set == sets[i] && !f->tellings[k].gone)
				times[i] = MIN_OF(times[i], f->tellings[k].time);
	}
}

static struct life life_of(uint64_t seed)
{
	struct life l = { .random = random_of(seed), .identity = identity_create() };

	l.facts.rules = &documents[seed % ARRAY_LEN(documents)];
	put_rules(l.identity, l.facts.rules, ++l.seq);
	return l;
}

/* The same facts, told in another order; decisions keep theirs, which is part of them. */
static struct identity *retold(struct facts *f, struct random *random)
{
	struct identity *identity = identity_create();
	size_t order[TELLINGS_MAX] = { 0 }, told = 0, decided = 0;

	identity_ask_times(identity, find_times, f);
	for (size_t i = 0; i < f->count; i++) {
		size_t at = random_below(random, i + 1);
		order[i] = order[at];
		order[at] = i;
	}
	bool has_rules = false;
	while (told < f->count || decided < f->decision_count || !has_rules) {
		uint64_t roll = random_below(random, 10);
		if (!has_rules && roll == 0) {
			put_rules(identity, f->rules, 1000000);
			has_rules = true;
		} else if (roll < 6 && told < f->count) {
			struct telling *t = &f->tellings[order[told++]];
			t->set = set_code(identity, t);
			if (!t->gone)
				identity_add(identity, t->set, told, 0, t->time);
		} else if (decided < f->decision_count && !has_rules) {
			const struct decision *d = &f->decisions[decided++];
			CHECK("decides", decide(identity, d));
			if (d->void_)
				identity_forget(identity, d->seq);
		} else if (decided < f->decision_count) { /* sequences ascend */
			identity_free(identity);
			return retold(f, random);
		}
	}
	return identity;
}

static struct identity *reloaded(struct identity *identity, struct memory_file *file)
{
	struct strbuf index = strbuf_heap(1 << 20);
	struct identity *loaded = NULL;
	struct why why = { 0 };
	struct table_store store = { .file = &file->file, .index = &index };

	struct saving *saving = saving_create();
	identity_save(identity, saving);
	CHECK("saves", saving_write(saving, &store, &why) == OK);
	saving_free(saving);
	str left = strbuf_str(&index);
	CHECK("loads", identity_load(&file->file, &left, &loaded, &why) == OK && left.len == 0);
	strbuf_done(&index);
	return loaded;
}

TEST(identity_is_a_function_of_the_evidence)
{
	static struct life l;
	char row[32];

	for (uint64_t seed = 1; seed <= lives(); seed++) {
		l = life_of(seed);
		identity_ask_times(l.identity, find_times, &l.facts);
		(void)snprintf(row, sizeof(row), "seed %u", (unsigned)seed);
		bool same = true;
		for (int i = 0; i < STEPS && same; i++) {
			step(&l, seed % 3 != 0);
			if (seed % 2 == 0 || i % 7 == 0) /* several changes at once, too */
				same = agrees(l.identity, &l.facts);
		}
		CHECK(row, same && agrees(l.identity, &l.facts));
		identity_free(l.identity);
		l.identity = retold(&l.facts, &l.random);
		CHECK(row, agrees(l.identity, &l.facts));
		struct memory_file *file = memory_file_create();
		struct identity *other = reloaded(l.identity, file);
		identity_free(l.identity);
		l.identity = other;
		identity_ask_times(l.identity, find_times, &l.facts);
		CHECK(row, agrees(l.identity, &l.facts));
		l.seq = 2000000;
		for (int i = 0; i < 10; i++)
			step(&l, true);
		CHECK(row, agrees(l.identity, &l.facts));
		identity_free(l.identity);
		memory_file_free(file);
	}
}

/* ---- computed beside */

/* Times as they were when the recount began: it may be asked later. */
struct beside {
	struct facts then;
	struct recount *recount; /* NULL: none is under way */
	enum { TO_COMPUTE, TO_CATCH_UP, TO_FOLLOW } next;
	uint64_t taken, given_up, in_vain;
};

static void begin_beside(struct life *l, struct beside *b)
{
	identity_view_unref(identity_publish(l->identity));
	if (!identity_is_behind(l->identity))
		return;
	b->then = l->facts;
	b->recount = recount_begin(l->identity);
	b->next = TO_COMPUTE;
}

static void end_beside(struct beside *b, uint64_t *count)
{
	recount_free(b->recount);
	b->recount = NULL;
	(*count)++;
}

static void catch_up(struct life *l, struct beside *b)
{
	size_t left;

	if (!recount_catch_up(b->recount, l->identity, &left)) {
		recount_give_up(l->identity);
		end_beside(b, &b->in_vain);
	} else if (left > 3) {
		b->next = TO_FOLLOW;
	} else {
		recount_follow(b->recount);
		recount_take(b->recount, l->identity);
		end_beside(b, &b->taken);
	}
}

static void step_beside(struct life *l, struct beside *b)
{
	if (b->recount == NULL) {
		begin_beside(l, b);
	} else if (random_below(&l->random, 40) == 0) {
		recount_give_up(l->identity);
		end_beside(b, &b->given_up);
	} else if (b->next == TO_COMPUTE) {
		recount_compute(b->recount, find_times, &b->then);
		b->next = TO_CATCH_UP;
	} else if (b->next == TO_CATCH_UP) {
		catch_up(l, b);
	} else {
		recount_follow(b->recount);
		b->next = TO_CATCH_UP;
	}
}

/* Rings are whole, and of the living, whatever is still to be computed. */
static bool is_sound(struct identity *identity)
{
	struct identity_view *view = identity_publish(identity);
	uint32_t customers = 0;
	bool sound = true;

	for (uint32_t c = 0; c < identity_customer_end(view); c++) {
		const struct customer *customer = identity_customer(view, c);
		if (customer->head == IDENTITY_NO_CODE)
			continue;
		uint32_t at = customer->head, members = 0;
		do
			at = identity_next_member(view, at);
		while (++members < customer->members && at != customer->head);
		sound &= members == customer->members && at == customer->head;
		customers++;
	}
	sound &= customers == identity_customer_count(view);
	identity_view_unref(view);
	return sound;
}

/* With hardly a step for a look everything strict is computed beside, while evidence comes and
 * goes: once it is quiet, the customers are those of the oracle. */
TEST(identity_is_the_same_computed_beside)
{
	static const size_t steps_max[] = { 1, 3, 8, 20, 60 };
	/* the earliest event of a set went after its time was found beside */
	static const uint64_t once_wrong[] = { 895, 1976 };
	static struct life l;
	static struct beside b;
	char row[32];

	for (uint64_t n = 1; n <= lives() + ARRAY_LEN(once_wrong); n++) {
		uint64_t seed = n <= lives() ? n : once_wrong[n - lives() - 1];
		l = life_of(seed * 31);
		identity_ask_times(l.identity, find_times, &l.facts);
		identity_look_within(l.identity, steps_max[seed % ARRAY_LEN(steps_max)]);
		(void)snprintf(row, sizeof(row), "seed %u", (unsigned)seed);
		for (int i = 0; i < 3 * STEPS; i++) {
			if (random_below(&l.random, 2) == 0 && i < 2 * STEPS)
				step(&l, seed % 3 != 0);
			else
				step_beside(&l, &b);
			if (i % 4 == 0)
				CHECK(row, is_sound(l.identity));
		}
		for (int i = 0; i < 200 && (b.recount != NULL || identity_is_behind(l.identity));
			i++) {
			step_beside(&l, &b);
			identity_view_unref(identity_publish(l.identity));
		}
		CHECK(row, b.recount == NULL && !identity_is_behind(l.identity));
		CHECK(row, agrees(l.identity, &l.facts));
		struct memory_file *file = memory_file_create();
		for (int i = 0; i < 10; i++)
			step(&l, true);
		struct identity *other = reloaded(l.identity, file); /* with what is not computed */
		identity_ask_times(other, find_times, &l.facts);
		CHECK(row, agrees(other, &l.facts));
		identity_free(other);
		memory_file_free(file);
		identity_settle(l.identity);
		CHECK(row, agrees(l.identity, &l.facts));
		identity_free(l.identity);
	}
	CHECK("taken", b.taken > lives() && b.given_up > 10 && b.in_vain > 10);
}

/* Whatever is done and then undone leaves the customers as they were. */
TEST(identity_undoes)
{
	static struct life l;
	char row[32];

	for (uint64_t seed = 1; seed <= lives(); seed++) {
		l = life_of(seed * 7919);
		identity_ask_times(l.identity, find_times, &l.facts);
		(void)snprintf(row, sizeof(row), "seed %u", (unsigned)seed);
		for (int i = 0; i < STEPS / 2; i++)
			step(&l, true);
		size_t a = random_below(&l.random, NAMES), b = (a + 1) % NAMES;
		struct decision link = { a, b, TOGETHER, true, ++l.seq, 0, false };
		struct decision unlink = { b, a, APART, true, ++l.seq, 0, false };
		CHECK(row, decide(l.identity, &link) && decide(l.identity, &unlink));
		for (uint64_t seq = unlink.seq; seq >= link.seq; seq--) {
			struct decision undo = { a, b, NOTHING, true, ++l.seq, seq, false };
			CHECK(row, decide(l.identity, &undo));
		}
		CHECK(row, agrees(l.identity, &l.facts));
		struct telling all = random_telling(&l.random);
		uint32_t code = set_code(l.identity, &all);
		identity_add(l.identity, code, ++l.seq, 0, -5000);
		identity_remove(l.identity, code, -5000);
		CHECK(row, agrees(l.identity, &l.facts));
		struct decision forgotten = { a, b, APART, true, ++l.seq, 0, false };
		CHECK(row, decide(l.identity, &forgotten));
		identity_forget(l.identity, forgotten.seq);
		CHECK(row, agrees(l.identity, &l.facts));
		const struct plain_rules *other = &documents[seed % ARRAY_LEN(documents)];
		put_rules(l.identity, other, ++l.seq);
		struct decision undo = { a, b, NOTHING, true, ++l.seq, l.seq - 1, false };
		undo.undoes = undo.seq - 1;
		CHECK(row, decide(l.identity, &undo) && agrees(l.identity, &l.facts));
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

/* However many are asked for: all that are known are found, also while what was lately sought is
 * remembered; what is new, or too long, is not. */
TEST(identity_finds_what_was_asked_for_one_by_one)
{
	static char value[IDENTIFIER_VALUE_BYTES_MAX];
	struct identity_asked asked = { .count = 0 };

	memset(value, 'v', sizeof(value));
	for (int remembers = 0; remembers <= 1; remembers++) {
		struct identity *identity = identity_create();
		uint32_t made[IDENTITY_FIND_MAX], found[IDENTITY_FIND_MAX] = { 0 };
		if (remembers)
			identity_remember(identity, 1000);
		for (size_t i = 0; i < IDENTITY_FIND_MAX; i++)
			made[i] = i % 5 == 0 ? IDENTITY_NO_CODE
					     : identity_set_of_one(
						       identity, STR("id"), (str){ value, i + 1 });
		for (size_t count = 0; count <= IDENTITY_FIND_MAX; count++) {
			for (size_t i = 0; i < count; i++)
				identity_ask_one(
					identity, &asked, STR("id"), (str){ value, i + 1 });
			identity_find_asked(identity, &asked, found);
			CHECK("the next may come", asked.count == 0);
			for (size_t i = 0; i < count; i++) {
				bool fits = sizeof("id:") - 1 + i + 1 <= IDENTITY_ASKED_BYTES;
				CHECK("found", found[i] == (fits ? made[i] : IDENTITY_NO_CODE));
				identity_ask_evidence(identity, found[i]);
			}
		}
		identity_free(identity);
	}
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

/* tests/matching_matching_test.c - the whole: persons out of records, in any order, within limits.
 */
#include "base/file.h"
#include "base/random.h"
#include "matching/matching.h"
#include "test.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BYTES ((size_t)1 << 30)

static const struct matching_options usual = { .link = MATCHING_LINK_WEIGHT,
	.review = MATCHING_REVIEW_WEIGHT,
	.threads = 2,
	.bytes_max = BYTES };

/* ---- made people: everybody twice, the second time with an error; twins and households too */

static const str names[] = { STR_INIT("given_name"), STR_INIT("surname"), STR_INIT("birth_date"),
	STR_INIT("address"), STR_INIT("postcode"), STR_INIT("phone") };
enum { FIELDS = ARRAY_LEN(names) };

struct person {
	char id[24], cells[FIELDS][40];
};

static void word(struct random *r, char *out, int syllables)
{
	static const char *const parts[] = { "ba", "cou", "de", "fi", "go", "lan", "mar", "nel",
		"pier", "quin", "ro", "sen", "ti", "vau", "bert" };
	size_t len = 0;

	for (int i = 0; i < syllables; i++)
		len += (size_t)snprintf(
			out + len, 40 - len, "%s", parts[random_below(r, ARRAY_LEN(parts))]);
}

static void make(struct random *r, struct person *p)
{
	word(r, p->cells[0], 2);
	word(r, p->cells[1], 3);
	int year = 1930 + (int)random_below(r, 70), month = 1 + (int)random_below(r, 12);
	int day = 1 + (int)random_below(r, 28); /* arguments have no order of their own */
	(void)snprintf(p->cells[2], 40, "%d-%02d-%02d", year, month, day);
	(void)snprintf(p->cells[3], 40, "%d rue ", 1 + (int)random_below(r, 60));
	word(r, p->cells[3] + strlen(p->cells[3]), 3);
	(void)snprintf(p->cells[4], 40, "%05d", 1000 + (int)random_below(r, 900) * 100);
	(void)snprintf(p->cells[5], 40, "06%08d", (int)random_below(r, 100000000));
}

/* Somebody of the same home whom a reader of both records would take for the same, with a slip,
 * has no truth that could be found. */
static bool could_be_a_slip(const struct person *a, const struct person *b)
{
	return labs(strtol(a->cells[2], NULL, 10) - strtol(b->cells[2], NULL, 10)) < 5 ||
	       strncmp(a->cells[0], b->cells[0], 2) == 0;
}

/* Two records each; a third one lives with the first: same surname, address, phone. */
static size_t make_all(struct person *people, size_t persons)
{
	struct random r = random_of(11);
	size_t count = 0;

	for (size_t i = 0; i < persons; i++) {
		struct person p, other;
		memset(&p, 0, sizeof(p));
		memset(&other, 0, sizeof(other));
		make(&r, &p);
		do
			make(&r, &other);
		while (could_be_a_slip(&p, &other));
		(void)snprintf(p.id, sizeof(p.id), "%zu-a", i);
		people[count++] = p;
		char *cell = p.cells[random_below(&r, FIELDS)];
		cell[random_below(&r, strlen(cell))] = cell[0] >= '0' && cell[0] <= '9' ? '7' : 'x';
		(void)snprintf(p.id, sizeof(p.id), "%zu-b", i);
		people[count++] = p;
		if (i % 4 == 0) { /* of the household */
			p = people[count - 2];
			memcpy(p.cells[0], other.cells[0], sizeof(p.cells[0]));
			memcpy(p.cells[2], other.cells[2], sizeof(p.cells[2]));
			(void)snprintf(p.id, sizeof(p.id), "%zu+h", i);
			people[count++] = p;
		}
	}
	return count;
}

static struct match_records *records_of(
	const struct person *people, size_t count, const size_t *order)
{
	struct match_records *records = NULL;
	str values[FIELDS];

	CHECK("created", match_records_create(names, FIELDS, BYTES, &records, NULL) == OK);
	for (size_t i = 0; i < count; i++) {
		const struct person *p = &people[order != NULL ? order[i] : i];
		for (size_t f = 0; f < FIELDS; f++)
			values[f] = str_of(p->cells[f]);
		CHECK("added", match_records_add(records, str_of(p->id), values, NULL) == OK);
	}
	match_records_settle(records);
	return records;
}

static str person_name(str id)
{
	str before, behind;

	return str_split(id, '-', &before, &behind) ? before : id;
}

/* Pairs found, wanted and both. */
struct score {
	size_t found, wanted, both;
};

static struct score score_of(
	const struct matching *m, const struct match_records *records, str (*truth)(str id))
{
	struct score score = { 0, 0, 0 };
	size_t n = match_records_count(records);

	for (uint32_t a = 0; a < n; a++)
		for (uint32_t b = a + 1; b < n; b++) {
			bool found = matching_person(m, a) == matching_person(m, b);
			bool wanted = str_equal(truth(match_records_id(records, a)),
				truth(match_records_id(records, b)));
			score.found += found;
			score.wanted += wanted;
			score.both += found && wanted;
		}
	return score;
}

static double f1_of(struct score s)
{
	return 2.0 * (double)s.both / (double)(s.found + s.wanted);
}

TEST(matching_finds_persons_and_no_households)
{
	static struct person people[2400];
	size_t count = make_all(people, 1000);
	struct match_records *records = records_of(people, count, NULL);
	struct matching *m = NULL;

	CHECK("run", matching_run(records, &usual, &m, NULL) == OK);
	struct score s = score_of(m, records, person_name);
	CHECK("wanted", s.wanted == 1000);
	CHECK("recall", (double)s.both >= 0.99 * (double)s.wanted);
	CHECK("households stay apart", (double)s.found <= 1.002 * (double)s.both);
	CHECK("by keys", matching_keys(m) != NULL && matching_keys(m)->count > 1);
	matching_free(m);
	match_records_free(records);
}

static void shuffle(size_t *order, size_t count, uint64_t seed)
{
	struct random r = random_of(seed);

	for (size_t i = 0; i < count; i++)
		order[i] = i;
	for (size_t i = count; i > 1; i--) {
		size_t k = random_below(&r, i), kept = order[i - 1];
		order[i - 1] = order[k];
		order[k] = kept;
	}
}

static bool same_result(const struct matching *x, const struct matching *y, size_t rows)
{
	size_t count_x, count_y;
	const struct match_pair *a = matching_pairs(x, &count_x), *b = matching_pairs(y, &count_y);

	if (count_x != count_y)
		return false;
	for (size_t i = 0; i < count_x; i++)
		if (a[i].a != b[i].a || a[i].b != b[i].b || a[i].weight != b[i].weight ||
			a[i].fate != b[i].fate)
			return false;
	for (uint32_t row = 0; row < rows; row++)
		if (matching_person(x, row) != matching_person(y, row))
			return false;
	return true;
}

TEST(matching_knows_no_order)
{
	static struct person people[4800];
	static size_t order[4800];
	static const size_t persons[] = { 200, 900 }; /* all pairs; by keys */

	for (size_t i = 0; i < ARRAY_LEN(persons); i++) {
		size_t count = make_all(people, persons[i]);
		struct match_records *first = records_of(people, count, NULL);
		struct matching *m = NULL, *again = NULL;
		CHECK("run", matching_run(first, &usual, &m, NULL) == OK);
		shuffle(order, count, i);
		struct match_records *second = records_of(people, count, order);
		struct matching_options one_thread = usual;
		one_thread.threads = 1;
		CHECK("run", matching_run(second, &one_thread, &again, NULL) == OK);
		CHECK("the same", same_result(m, again, count));
		matching_free(m);
		matching_free(again);
		match_records_free(first);
		match_records_free(second);
	}
}

/* ---- what is known before */

/* Of each person but every twentieth keys say that he is one; each of both records of the others,
 * and of those of households, has a key of which a person has one. */
struct told_people {
	uint32_t *told;
	uint8_t *keys;
	struct row_pair *together;
	size_t together_count;
};

static struct told_people tell(const struct match_records *records, bool with_keys)
{
	size_t n = match_records_count(records);
	struct told_people t = { .told = memory_alloc(n * sizeof(uint32_t)),
		.keys = memory_alloc(n),
		.together = memory_alloc(n * sizeof(struct row_pair)) };

	for (uint32_t row = 0; row < n; row++) {
		str person = person_name(match_records_id(records, row));
		bool known = str_ends(person, STR("7")) == false;
		t.told[row] = row;
		t.keys[row] = with_keys && !known;
		if (row > 0 && known &&
			str_equal(person, person_name(match_records_id(records, row - 1)))) {
			t.told[row] = t.told[row - 1];
			t.together[t.together_count++] = (struct row_pair){ row - 1, row };
		}
	}
	return t;
}

static void told_done(struct told_people *t)
{
	free(t->told);
	free(t->keys);
	free(t->together);
}

struct told_result {
	double prior;
	size_t links, listed_known, apart;
};

static struct told_result match_told(const struct match_records *records, bool with_keys)
{
	struct told_people t = tell(records, with_keys);
	struct matching_options options = usual;
	struct matching *m = NULL;
	size_t count;

	options.known = (struct known_pairs){ .together = t.together,
		.together_count = t.together_count,
		.told = t.told,
		.keys = t.keys };
	CHECK("run", matching_run(records, &options, &m, NULL) == OK);
	struct told_result result = { .prior = matching_report(m)->prior,
		.links = matching_report(m)->links,
		.apart = matching_report(m)->apart };
	const struct match_pair *pairs = matching_pairs(m, &count);
	for (size_t i = 0; i < count; i++)
		result.listed_known += t.told[pairs[i].a] == t.told[pairs[i].b];
	matching_free(m);
	told_done(&t);
	return result;
}

/* 1,000 persons twice, nine of ten known: the others are found, at the odds that are theirs. */
TEST(matching_asks_only_of_what_keys_leave_open)
{
	static struct person people[2400];
	static const size_t persons[] = { 200, 1000 }; /* all pairs; by keys of blocking */

	for (size_t i = 0; i < ARRAY_LEN(persons); i++) {
		size_t count = make_all(people, persons[i]), open = persons[i] / 10;
		struct match_records *records = records_of(people, count, NULL);
		double pairs = (double)count * ((double)count - 1) / 2;
		struct told_result told = match_told(records, false);
		CHECK("the others are found", told.links >= open - 1 && told.links <= open + 1);
		CHECK("at their odds", fabs(told.prior - log2((double)open / pairs)) < 0.3);
		CHECK("known ones are not told again", told.listed_known == 0);
		told = match_told(records, true);
		CHECK("keys keep apart", told.links == 0 && told.apart * 10 >= open * 9);
		match_records_free(records);
	}
}

/* ---- kept: records that come later */

static bool kept_again(const struct matching *m, const struct match_records *from,
	const struct match_records *to, struct match_kept *out)
{
	AUTO_ARENA arena = arena_create(1 << 24);
	struct json_parser *parser = json_parser_create(NULL);
	struct strbuf text = strbuf_heap(1 << 20);
	struct json_writer w = json_writer_of(&text, JSON_COMPACT);
	struct json tree;
	struct why why = { 0 };

	match_kept_write(from, matching_model(m), matching_keys(m), &w);
	bool good = json_parse(parser, strbuf_str(&text), arena, &tree, &why) == OK &&
		    match_kept_read(&tree, to, out, &why) == OK;
	strbuf_done(&text);
	json_parser_free(parser);
	return good;
}

/* Linked pairs that one result has and another has not. */
static size_t linked_only_in(const struct matching *x, const struct matching *y, size_t rows)
{
	size_t only = 0;

	for (uint32_t a = 0; a < rows; a++)
		for (uint32_t b = a + 1; b < rows; b++)
			only += matching_person(x, a) == matching_person(x, b) &&
				matching_person(y, a) != matching_person(y, b);
	return only;
}

/* What the first records came to, by rows of all; the others are fresh. */
static size_t carry_over(const struct matching *some, const struct match_records *part,
	const struct match_records *records, struct row_pair *known, uint8_t *fresh)
{
	size_t count = 0;

	for (uint32_t row = 0; row < match_records_count(records); row++) {
		uint32_t before, person;
		fresh[row] = !match_records_find(part, match_records_id(records, row), &before);
		if (fresh[row] || matching_person(some, before) == before)
			continue;
		str lowest = match_records_id(part, matching_person(some, before));
		CHECK("found", match_records_find(records, lowest, &person));
		known[count++] = (struct row_pair){ person, row };
	}
	return count;
}

/* All at once, or some first and the rest by what was learnt of them: the most links that one has
 * and the other has not, and how many pairs were compared. */
struct later {
	size_t links, missing, more;
	uint64_t compared, compared_later;
};

static struct later compare_later(
	const char *row, const struct match_records *records, const struct match_records *part)
{
	struct matching *all = NULL, *some = NULL, *later = NULL;
	struct matching_options options = usual;
	size_t count = match_records_count(records);
	struct row_pair *known = memory_alloc(count * sizeof(*known));
	uint8_t *fresh = memory_alloc(count);
	struct match_kept kept;

	CHECK(row, matching_run(records, &options, &all, NULL) == OK);
	CHECK(row, matching_run(part, &options, &some, NULL) == OK);
	CHECK(row, kept_again(some, part, records, &kept));
	options.known.together_count = carry_over(some, part, records, known, fresh);
	options.known.together = known;
	options.kept = &kept;
	options.fresh = fresh;
	CHECK(row, matching_run(records, &options, &later, NULL) == OK);
	const struct later told = { .links = matching_report(all)->links,
		.missing = linked_only_in(all, later, count),
		.more = linked_only_in(later, all, count),
		.compared = matching_report(all)->compared,
		.compared_later = matching_report(later)->compared };
	matching_free(all);
	matching_free(some);
	matching_free(later);
	free(known);
	free(fresh);
	return told;
}

/* 99 in 100 of the links are the same, and only pairs of the rest were compared. */
TEST(matching_later_ones_as_all_at_once)
{
	static struct person people[3000];
	size_t count = make_all(people, 1200), first = count * 9 / 10;
	struct match_records *records = records_of(people, count, NULL);
	struct match_records *part = records_of(people, first, NULL);
	struct later later = compare_later("made", records, part);

	CHECK("links", later.links > 1000);
	CHECK("few are missing", later.missing * 100 <= later.links);
	CHECK("few are more", later.more * 100 <= later.links);
	CHECK("few were compared", later.compared_later * 3 < later.compared);
	match_records_free(records);
	match_records_free(part);
}

TEST(matching_reads_only_what_it_kept)
{
	static const struct {
		const char *row, *json;
		err expected;
	} rows[] = {
		{ "no object", "[]", ERR_CORRUPT },
		{ "no version", "{\"prior\":1.0}", ERR_CORRUPT },
		{ "of the past", "{\"version\":1}", ERR_CORRUPT },
		{ "of the future", "{\"version\":3}", ERR_CORRUPT },
		{ "no fields", "{\"version\":2,\"prior\":-9.0,\"homes\":-3.0,\"keys\":[]}",
			ERR_CONFLICT },
		{ "other fields", "{\"version\":2,\"fields\":[{\"name\":\"shoe\"},{},{},{},{},{}]}",
			ERR_CONFLICT },
		{ "no shares",
			"{\"version\":2,\"prior\":-9.0,\"homes\":-3.0,\"keys\":[],\"fields\":["
			"{\"name\":\"given_name\"},{\"name\":\"surname\"},{\"name\":"
			"\"birth_date\"},{\"name\":\"address\"},{\"name\":\"postcode\"},"
			"{\"name\":\"phone\"}]}",
			ERR_CORRUPT },
		{ "above itself",
			"{\"version\":2,\"prior\":-9.0,\"homes\":-3.0,\"keys\":[],\"fields\":["
			"{\"name\":\"given_name\",\"second\":\"given_name\"},{\"name\":"
			"\"surname\"},{\"name\":\"birth_date\"},{\"name\":\"address\"},{"
			"\"name\":\"postcode\"},{\"name\":\"phone\"}]}",
			ERR_CORRUPT },
	};
	static struct person people[3];
	size_t count = make_all(people, 1);
	struct match_records *records = records_of(people, count, NULL);
	struct json_parser *parser = json_parser_create(NULL);
	AUTO_ARENA arena = arena_create(1 << 20);
	struct match_kept kept;
	struct json tree;

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		CHECK(rows[i].row,
			json_parse(parser, str_of(rows[i].json), arena, &tree, NULL) == OK);
		CHECK(rows[i].row,
			match_kept_read(&tree, records, &kept, NULL) == rows[i].expected);
	}
	json_parser_free(parser);
	match_records_free(records);
}

TEST(matching_explains_its_weights)
{
	static struct person people[480];
	size_t count = make_all(people, 200), pairs;
	struct match_records *records = records_of(people, count, NULL);
	struct matching *m = NULL;
	struct explanation why;

	CHECK("run", matching_run(records, &usual, &m, NULL) == OK);
	const struct match_pair *pair = matching_pairs(m, &pairs);
	CHECK("pairs", pairs > 100);
	for (size_t i = 0; i < pairs; i++) {
		double sum = 0;
		matching_explain(m, pair[i].a, pair[i].b, &why);
		for (size_t f = 0; f < why.field_count; f++)
			sum += why.fields[f].weight;
		CHECK("the sum of its fields",
			fabs(sum + why.prior + why.home - why.weight) < 1e-9);
		CHECK("as weighed", fabs(why.weight - (double)pair[i].weight) < 1e-3);
		CHECK("heaviest first", i == 0 || pair[i - 1].weight >= pair[i].weight);
	}
	matching_free(m);
	match_records_free(records);
}

TEST(matching_is_bounded)
{
	static const str values[FIELDS] = { STR_INIT("ann"), STR_INIT("lee"),
		STR_INIT("1970-01-01"), STR_INIT("1 rue"), STR_INIT("75001"),
		STR_INIT("0612345678") };
	static const str nothing[FIELDS] = { { NULL, 0 } };
	struct match_records *records = NULL;
	struct matching *m = NULL;
	char id[16];

	CHECK("no records", match_records_create(names, FIELDS, BYTES, &records, NULL) == OK);
	match_records_settle(records);
	CHECK("run", matching_run(records, &usual, &m, NULL) == OK);
	matching_free(m);
	match_records_free(records);

	/* one person 10,000 times, and some of whom nothing is known */
	CHECK("created", match_records_create(names, FIELDS, BYTES, &records, NULL) == OK);
	for (int i = 0; i < 10000; i++) {
		(void)snprintf(id, sizeof(id), "%06d", i);
		CHECK("added", match_records_add(records, str_of(id),
				       i % 1000 == 0 ? nothing : values, NULL) == OK);
	}
	match_records_settle(records);
	CHECK("run", matching_run(records, &usual, &m, NULL) == OK);
	CHECK("few comparisons",
		matching_report(m)->compared <= (uint64_t)10000 * BLOCK_WINDOW * BLOCK_KEYS_MAX);
	matching_free(m);
	match_records_free(records);

	CHECK("no fields", match_records_create(names, 0, BYTES, &records, NULL) == ERR_LIMIT);
	CHECK("too many", match_records_create(names, MATCHING_FIELDS_MAX, BYTES, &records, NULL) ==
				  ERR_LIMIT);
}

TEST(matching_needs_room)
{
	static struct person people[4800];
	size_t count = make_all(people, 900);
	struct match_records *records = records_of(people, count, NULL);
	bool refused = false;

	for (size_t bytes = 1 << 16;; bytes *= 2) {
		struct matching_options o = usual;
		struct matching *m = NULL;
		o.bytes_max = bytes;
		err e = matching_run(records, &o, &m, NULL);
		CHECK("refused, or whole", e == OK || (e == ERR_LIMIT && m == NULL));
		matching_free(m);
		refused |= e == ERR_LIMIT;
		if (e == OK)
			break;
	}
	CHECK("it was refused first", refused);
	match_records_free(records);
}

/* ---- data of others: thresholds are the usual ones, nothing was fitted to the answers */

static str febrl_person(str id) /* rec-N-org, rec-N-dup-k */
{
	str first, rest, number = { NULL, 0 }, behind;

	CHECK("form", str_split(id, '-', &first, &rest) && str_split(rest, '-', &number, &behind));
	return number;
}

static size_t cells_of(str line, str *cells)
{
	size_t count = 0;
	str cell, rest = line;

	for (bool more = true; more && count < 16;) {
		more = str_split(rest, ',', &cell, &rest);
		cells[count++] = str_trim(more ? cell : rest);
	}
	return count;
}

static const str febrl_fields[] = { STR_INIT("given_name"), STR_INIT("surname"),
	STR_INIT("street_number"), STR_INIT("address"), STR_INIT("address_2"), STR_INIT("suburb"),
	STR_INIT("postcode"), STR_INIT("state"), STR_INIT("birth_date"), STR_INIT("national_id") };

/* The columns behind the first, which is the id; without one line in `without`, if there is such.
 */
static struct match_records *read_file(const char *name, size_t without, struct arena *arena)
{
	const str *fields = febrl_fields;
	size_t count = ARRAY_LEN(febrl_fields), number = 0;
	struct match_records *records = NULL;
	char path[PATH_BYTES_MAX];
	str bytes = { NULL, 0 }, line, rest, cells[16];

	(void)snprintf(path, sizeof(path), "%s/linkage/%s", test_data(), name);
	CHECK(path, disk_read_whole(disk_real(), path, 1 << 24, arena, &bytes, NULL) == OK);
	CHECK(path, match_records_create(fields, count, BYTES, &records, NULL) == OK);
	(void)str_split(bytes, '\n', &line, &rest);
	while (str_split(rest, '\n', &line, &rest))
		if (cells_of(line, cells) > count && (without == 0 || ++number % without != 0))
			CHECK(path, match_records_add(records, cells[0], cells + 1, NULL) == OK);
	match_records_settle(records);
	return records;
}

TEST(matching_of_febrl)
{
	static const struct {
		const char *file;
		size_t wanted;
	} rows[] = { { "febrl1.csv", 500 }, { "febrl3.csv", 6538 } };
	if (test_data() == NULL) {
		test_skip("no external data");
		return;
	}
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		AUTO_ARENA arena = arena_create(1 << 26);
		struct match_records *records = read_file(rows[i].file, 0, arena);
		struct matching *m = NULL;
		CHECK(rows[i].file, matching_run(records, &usual, &m, NULL) == OK);
		struct score s = score_of(m, records, febrl_person);
		CHECK(rows[i].file, s.wanted == rows[i].wanted);
		CHECK(rows[i].file, f1_of(s) >= 0.99);
		matching_free(m);
		match_records_free(records);
	}
}

/* Every tenth record comes later: at most 1 in 100 links differ from all matched at once. */
TEST(matching_of_febrl_in_two_parts)
{
	static const char *const files[] = { "febrl1.csv", "febrl3.csv" };

	if (test_data() == NULL) {
		test_skip("no external data");
		return;
	}
	for (size_t i = 0; i < ARRAY_LEN(files); i++) {
		AUTO_ARENA arena = arena_create(1 << 26);
		struct match_records *records = read_file(files[i], 0, arena);
		struct match_records *part = read_file(files[i], 10, arena);
		struct later later = compare_later(files[i], records, part);
		size_t count = match_records_count(records);
		CHECK(files[i], match_records_count(part) == count - count / 10);
		CHECK(files[i], later.links >= count / 3);
		CHECK(files[i], later.missing * 100 <= later.links);
		CHECK(files[i], later.more * 100 <= later.links);
		match_records_free(records);
		match_records_free(part);
	}
}

/* bench/matching_bench.c - matching of records: accuracy against known truth, and speed.
 *
 *   matching_bench FILE.csv ID=COLUMN TRUTH=COLUMN NAME=COLUMN...   pairwise precision, recall, F1
 *   matching_bench --made N                                         N made records, timed
 *   matching_bench --compare N                                      pairs of N made records, one
 *                                                                   thread
 *   matching_bench --write N                                        N made records, as CSV
 *
 * The truth is used to count and for nothing else: for febrl it is what stands before "-org" or
 * "-dup" of the id.
 * smoke: --made 2000
 */
#include "base/file.h"
#include "base/random.h"
#include "matching/matching.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { COLUMNS_MAX = 32, FILE_BYTES_MAX = 64 << 20 };
#define VALUES_BYTES ((size_t)4 << 30)

static double cpu_s(clockid_t clock)
{
	struct timespec t;

	(void)clock_gettime(clock, &t);
	return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

/* ---- truth */

struct truth {
	str *person; /* by row */
};

static str person_of(str cell)
{
	str before = cell, behind;

	if (str_starts(cell, STR("rec-"))) /* febrl: rec-N-org, rec-N-dup-k */
		for (int i = 0;
			i < 2 &&
			str_split(str_from(cell, before.len < cell.len ? before.len + 1 : 0), '-',
				&before, &behind);
			i++)
			before = (str){ cell.ptr, (size_t)(behind.ptr - 1 - cell.ptr) };
	return before;
}

static int by_text(const void *a, const void *b)
{
	return str_compare(*(const str *)a, *(const str *)b);
}

static double pairs_within(str *labels, size_t n)
{
	double pairs = 0;

	qsort(labels, n, sizeof(*labels), by_text);
	for (size_t from = 0, to; from < n; from = to) {
		for (to = from + 1; to < n && str_equal(labels[to], labels[from]);)
			to++;
		pairs += (double)(to - from) * (double)(to - from - 1) / 2;
	}
	return pairs;
}

static void print_accuracy(
	const struct matching *m, const struct match_records *records, const struct truth *truth)
{
	size_t n = match_records_count(records);
	str *labels = memory_alloc(n * sizeof(*labels));
	char(*texts)[160] = memory_alloc(n * sizeof(*texts));

	for (uint32_t i = 0; i < n; i++)
		labels[i] = truth->person[i];
	double real = pairs_within(labels, n);
	for (uint32_t i = 0; i < n; i++) {
		(void)snprintf(texts[i], sizeof(texts[i]), "%u", matching_person(m, i));
		labels[i] = str_of(texts[i]);
	}
	double found = pairs_within(labels, n);
	for (uint32_t i = 0; i < n; i++) {
		(void)snprintf(texts[i], sizeof(texts[i]), "%u " STR_FMT, matching_person(m, i),
			STR_ARG(truth->person[i]));
		labels[i] = str_of(texts[i]);
	}
	double both = pairs_within(labels, n);
	size_t count, right = 0, heavy = 0;
	const struct match_pair *pairs = matching_pairs(m, &count);
	for (size_t i = 0; i < count; i++)
		if ((double)pairs[i].weight >= MATCHING_LINK_WEIGHT) {
			heavy++;
			right += str_equal(truth->person[pairs[i].a], truth->person[pairs[i].b]);
		}
	double p = both / fmax(found, 1), r = both / fmax(real, 1);
	printf("clusters: precision %.4f recall %.4f F1 %.4f\n", p, r, 2 * p * r / (p + r));
	p = (double)right / fmax((double)heavy, 1);
	r = (double)right / fmax(real, 1);
	printf("pairs:    precision %.4f recall %.4f F1 %.4f\n", p, r, 2 * p * r / (p + r));
	free(labels);
	free(texts);
}

/* ---- files: plain, no quotes */

struct table {
	str names[COLUMNS_MAX], **rows;
	size_t columns, count;
};

static size_t cut_line(str line, str *cells)
{
	size_t count = 0;
	str cell, rest = line;

	for (bool more = true; more && count < COLUMNS_MAX;) {
		more = str_split(rest, ',', &cell, &rest);
		cells[count++] = str_trim(more ? cell : rest);
	}
	return count;
}

static bool read_table(const char *path, struct arena *arena, struct table *out)
{
	struct why why = { 0 };
	str bytes, line, rest;

	if (disk_read_whole(disk_real(), path, FILE_BYTES_MAX, arena, &bytes, &why) != OK)
		return false;
	rest = bytes;
	(void)str_split(rest, '\n', &line, &rest);
	out->columns = cut_line(line, out->names);
	out->rows = arena_array(arena, bytes.len / out->columns + 1, sizeof(*out->rows));
	for (out->count = 0; str_split(rest, '\n', &line, &rest); out->count++) {
		out->rows[out->count] = arena_array(arena, COLUMNS_MAX, sizeof(str));
		(void)cut_line(line, out->rows[out->count]);
	}
	return true;
}

static size_t column_of(const struct table *t, str name)
{
	for (size_t i = 0; i < t->columns; i++)
		if (str_equal(t->names[i], name))
			return i;
	fprintf(stderr, "no column " STR_FMT "\n", STR_ARG(name));
	exit(2);
}

static void print_model(const struct matching *m, const struct match_records *records)
{
	static const char *const levels[] = { "missing", "different", "related", "similar",
		"sounds", "alias", "swapped", "typo", "exact" };
	const struct match_model *model = matching_model(m);

	for (size_t f = 0; f < match_records_fields(records); f++) {
		printf("  %-14.*s", STR_ARG(match_records_field(records, f)->name));
		if (model->parent[f] != NO_PARENT)
			printf(" under " STR_FMT,
				STR_ARG(match_records_field(records, (size_t)model->parent[f])
						->name));
		if (model->second[f] != NO_PARENT)
			printf(" and " STR_FMT,
				STR_ARG(match_records_field(records, (size_t)model->second[f])
						->name));
		for (size_t state = 0; state < PARENT_STATES; state++) {
			static const char *const states[] = { " |", "\n      apart |",
				"\n      in part |", "\n      alike |" };
			if (state > 0 && model->parent[f] == NO_PARENT)
				break;
			if (state == PARENT_PART && model->second[f] == NO_PARENT)
				continue;
			printf("%s", states[state]);
			for (size_t l = LEVEL_DIFFERENT; l < LEVEL_COUNT_; l++)
				printf(" %s %.4f/%.6f=%.1f", levels[l], model->m[f][state][l],
					model->u[f][state][l],
					log2(model->m[f][state][l] / model->u[f][state][l]));
		}
		printf("\n");
	}
	printf("  households for a match: 2^%.1f\n", model->homes);
	const struct block_choice *keys = matching_keys(m);
	for (size_t k = 0; keys != NULL && k < keys->count; k++) {
		printf("  key");
		for (size_t i = 0; i < keys->keys[k].part_count; i++) {
			const struct records_field *f =
				match_records_field(records, keys->keys[k].parts[i].field);
			printf(" " STR_FMT " (%s)", STR_ARG(f->name),
				field_key_name(f->kind, keys->keys[k].parts[i].key));
		}
		printf(": %.0f pairs\n", keys->keys[k].pairs);
	}
}

static void print_report(const struct matching *m, double wall, double cpu)
{
	const struct matching_report *r = matching_report(m);

	printf("%zu records, %zu persons, %lu compared, %zu links, %zu bridges, %zu to review, "
	       "prior "
	       "%.1f, recall of keys %.4f, cut %lu; %.2f s, %.2f s CPU\n",
		r->records, r->persons, (unsigned long)r->compared, r->links, r->bridges,
		r->reviews, r->prior, r->recall, (unsigned long)r->cut_rows, wall, cpu);
}

static struct matching *run(struct match_records *records, double cpu_before, double wall_before)
{
	const char *link = getenv("LINK"), *threads = getenv("THREADS");
	struct matching_options options = { .link = link ? strtod(link, NULL)
							 : MATCHING_LINK_WEIGHT,
		.review = -10,
		.threads = threads ? (unsigned)strtol(threads, NULL, 10) : 2,
		.bytes_max = VALUES_BYTES };
	struct why why = { 0 };
	struct matching *m = NULL;

	options.review = fmin(MATCHING_REVIEW_WEIGHT, options.link);
	match_records_settle(records);
	if (matching_run(records, &options, &m, &why) != OK)
		exit(1);
	print_report(m, cpu_s(CLOCK_MONOTONIC) - wall_before,
		cpu_s(CLOCK_PROCESS_CPUTIME_ID) - cpu_before);
	return m;
}

static int bench_file(int argc, char **argv)
{
	AUTO_ARENA arena = arena_create(SIZE_MAX);
	struct table t;
	str names[COLUMNS_MAX], values[COLUMNS_MAX], name, column;
	size_t columns[COLUMNS_MAX], count = 0, id = 0, truth_column = 0;
	struct match_records *records;
	struct why why = { 0 };

	if (!read_table(argv[1], arena, &t))
		return 1;
	for (int i = 2; i < argc; i++) {
		if (!str_split(str_of(argv[i]), '=', &name, &column))
			return 2;
		if (str_equal(name, STR("ID")))
			id = column_of(&t, column);
		else if (str_equal(name, STR("TRUTH")))
			truth_column = column_of(&t, column);
		else {
			names[count] = name;
			columns[count++] = column_of(&t, column);
		}
	}
	double cpu = cpu_s(CLOCK_PROCESS_CPUTIME_ID), wall = cpu_s(CLOCK_MONOTONIC);
	if (match_records_create(names, count, VALUES_BYTES, &records, &why) != OK)
		return 1;
	for (size_t row = 0; row < t.count; row++) {
		for (size_t i = 0; i < count; i++)
			values[i] = t.rows[row][columns[i]];
		if (match_records_add(records, t.rows[row][id], values, &why) != OK)
			return 1;
	}
	struct matching *m = run(records, cpu, wall);
	struct truth truth = { arena_array(arena, t.count, sizeof(str)) };
	for (size_t row = 0; row < t.count; row++) {
		uint32_t at;
		ASSERT(match_records_find(records, t.rows[row][id], &at));
		truth.person[at] = person_of(t.rows[row][truth_column]);
	}
	if (getenv("VERBOSE") != NULL)
		print_model(m, records);
	print_accuracy(m, records, &truth);
	matching_free(m);
	match_records_free(records);
	return 0;
}

/* ---- made records: persons, a fifth of the records with errors a second or third time */

enum { MADE_FIELDS = 9, CELL_BYTES = 64 };
static const str made_names[MADE_FIELDS] = { STR_INIT("given_name"), STR_INIT("surname"),
	STR_INIT("birth_date"), STR_INIT("street_number"), STR_INIT("address"), STR_INIT("city"),
	STR_INIT("postcode"), STR_INIT("email"), STR_INIT("phone") };

struct made {
	char cells[MADE_FIELDS][CELL_BYTES];
};

/* A word by its number: the same number, the same word. */
static void add_word(char *out, uint64_t number, unsigned syllables)
{
	static const char *const parts[] = { "ba", "cou", "de", "fi", "go", "lan", "mar", "nel",
		"pier", "quin", "ro", "sen", "ti", "vau", "bert", "char", "don", "gui", "lou",
		"mi" };
	struct random r = random_of(number);
	size_t len = strlen(out);

	for (unsigned i = 0; i < syllables; i++)
		len += (size_t)snprintf(out + len, CELL_BYTES - len, "%s",
			parts[random_below(&r, ARRAY_LEN(parts))]);
}

/* Few are frequent, many are rare. */
static uint64_t skewed(struct random *r, double most)
{
	return (uint64_t)exp(random_unit(r) * log(most));
}

static void make_person(struct random *r, struct made *p)
{
	uint64_t given = skewed(r, 3000), surname = skewed(r, 60000), city = skewed(r, 8000);

	memset(p, 0, sizeof(*p));
	add_word(p->cells[0], given, 2);
	add_word(p->cells[1], 1000000 + surname, 3);
	int year = 1930 + (int)random_below(r, 75), month = 1 + (int)random_below(r, 12);
	int day = 1 + (int)random_below(r, 28); /* arguments have no order of their own */
	(void)snprintf(p->cells[2], CELL_BYTES, "%d-%02d-%02d", year, month, day);
	(void)snprintf(p->cells[3], CELL_BYTES, "%d", 1 + (int)skewed(r, 300));
	(void)snprintf(p->cells[4], CELL_BYTES, "rue ");
	add_word(p->cells[4], 2000000 + skewed(r, 100000), 3);
	add_word(p->cells[5], 3000000 + city, 3);
	(void)snprintf(p->cells[6], CELL_BYTES, "%05d", (int)(city * 7919 % 95000) + 1000);
	int number = (int)random_below(r, 100), domain = (int)skewed(r, 30);
	(void)snprintf(p->cells[7], CELL_BYTES, "%.20s.%.20s%d@exemple%d.fr", p->cells[0],
		p->cells[1], number, domain);
	(void)snprintf(p->cells[8], CELL_BYTES, "06%08d", (int)random_below(r, 100000000));
	if (random_below(r, 3) == 0)
		p->cells[7][0] = '\0';
	if (random_below(r, 3) == 0)
		p->cells[8][0] = '\0';
}

static void spoil(struct random *r, struct made *p)
{
	for (uint64_t errors = 1 + random_below(r, 3); errors > 0; errors--) {
		char *cell = p->cells[random_below(r, MADE_FIELDS)];
		size_t len = strlen(cell);
		size_t at = len > 0 ? random_below(r, len) : 0;
		switch (random_below(r, 4)) {
		case 0:
			cell[0] = '\0';
			break;
		case 1: /* one letter less */
			memmove(cell + at, cell + at + 1, len - at);
			break;
		default: /* another letter or digit */
			if (len > 0)
				cell[at] = (char)(cell[at] >= '0' && cell[at] <= '9'
							  ? '0' + (int)random_below(r, 10)
							  : 'a' + (int)random_below(r, 26));
			break;
		}
	}
}

/* Calls back for each of n records; the person stands behind the dash of the id. */
typedef void made_record(void *context, const char *id, const struct made *record);

static void make_each(size_t n, made_record *each, void *context)
{
	struct random r = random_of(7);
	struct made person, record;
	uint64_t number = 0;
	char id[CELL_BYTES];

	for (size_t i = 0; i < n; i++) {
		if (i == 0 || random_below(&r, 5) != 0) {
			make_person(&r, &person);
			record = person;
			number++;
		} else {
			record = person;
			spoil(&r, &record);
		}
		(void)snprintf(id, sizeof(id), "%zu-%lu", i, (unsigned long)number);
		each(context, id, &record);
	}
}

static void add_record(void *context, const char *id, const struct made *record)
{
	struct why why = { 0 };
	str values[MADE_FIELDS];

	for (size_t f = 0; f < MADE_FIELDS; f++)
		values[f] = str_of(record->cells[f]);
	ASSERT(match_records_add(context, str_of(id), values, &why) == OK);
}

static struct match_records *make_records(size_t n)
{
	struct match_records *records = NULL;
	struct why why = { 0 };

	ASSERT(match_records_create(made_names, MADE_FIELDS, VALUES_BYTES, &records, &why) == OK);
	make_each(n, add_record, records);
	return records;
}

/* No cell has a comma or a quote. */
static void write_record(void *context, const char *id, const struct made *record)
{
	(void)context;
	(void)fputs(id, stdout);
	for (size_t f = 0; f < MADE_FIELDS; f++)
		printf(",%s", record->cells[f]);
	(void)putchar('\n');
}

static int write_made(size_t n)
{
	printf("id");
	for (size_t f = 0; f < MADE_FIELDS; f++)
		printf("," STR_FMT, STR_ARG(made_names[f]));
	(void)putchar('\n');
	make_each(n, write_record, NULL);
	return 0;
}

static int bench_made(size_t n)
{
	AUTO_ARENA arena = arena_create(SIZE_MAX);
	double cpu = cpu_s(CLOCK_PROCESS_CPUTIME_ID), wall = cpu_s(CLOCK_MONOTONIC);
	struct match_records *records = make_records(n);

	printf("made and read in %.2f s CPU\n", cpu_s(CLOCK_PROCESS_CPUTIME_ID) - cpu);
	struct matching *m = run(records, cpu, wall);
	struct truth truth = { arena_array(arena, n, sizeof(str)) };
	for (uint32_t row = 0; row < n; row++) {
		str before;
		ASSERT(str_split(match_records_id(records, row), '-', &before, &truth.person[row]));
	}
	if (getenv("VERBOSE") != NULL)
		print_model(m, records);
	print_accuracy(m, records, &truth);
	matching_free(m);
	match_records_free(records);
	return 0;
}

/* All pairs of n records, weighed by one thread as matching does it. */
static int bench_compare(size_t n)
{
	struct match_records *records = make_records(n);
	struct matching *m = run(records, 0, 0);
	const struct match_model *model = matching_model(m);
	const struct score_options options = {
		.floor = -model->prior - 12, .keep = -model->prior, .threads = 1
	};
	struct scores scores;
	struct why why = { 0 };

	double cpu = cpu_s(CLOCK_PROCESS_CPUTIME_ID);
	if (score_pairs(records, model, NULL, &options, &scores, &why) != OK)
		return 1;
	cpu = cpu_s(CLOCK_PROCESS_CPUTIME_ID) - cpu;
	printf("%lu comparisons of %d fields in %.2f s CPU: %.2f million a second and core\n",
		(unsigned long)scores.compared, MADE_FIELDS, cpu,
		(double)scores.compared / cpu / 1e6);
	scores_done(&scores);
	matching_free(m);
	match_records_free(records);
	return 0;
}

int main(int argc, char **argv)
{
	if (argc == 3 && strcmp(argv[1], "--made") == 0)
		return bench_made((size_t)strtoul(argv[2], NULL, 10));
	if (argc == 3 && strcmp(argv[1], "--compare") == 0)
		return bench_compare((size_t)strtoul(argv[2], NULL, 10));
	if (argc == 3 && strcmp(argv[1], "--write") == 0)
		return write_made((size_t)strtoul(argv[2], NULL, 10));
	return argc > 2 ? bench_file(argc, argv) : 2;
}

/* tests/thread_budget_test.c - what docs/decisions/0001-byte-budget.md says of sizes is so. */
#include "identity/identity_internal.h"
#include "test.h"
#include "thread/attribute_internal.h"
#include "thread/thread_index.h"
#include "thread/threads_internal.h"

#include <stdio.h>

enum { ROWS = 100000, CUSTOMERS = 10000, TEXTS = 200000 };

static const struct {
	const char *name;
	size_t said, is;
} sizes[] = {
	{ "an identifier's member", 16, sizeof(struct member) },
	{ "a node of evidence", 8, sizeof(struct node) },
	{ "evidence of a set", 32, sizeof(struct evidence) },
	{ "a customer", 16, sizeof(struct customer) },
	{ "an origin of a correction", 16, sizeof(struct origin) },
	{ "a run of sequences", 16, sizeof(struct sequence_run) },
	{ "an attribute block", 32, sizeof(struct attribute_block) },
	{ "a pair not yet in a block", 16, sizeof(struct pair) },
	{ "a source's budget", 16, sizeof(struct budget) },
};

TEST(budget_sizes_of_items)
{
	for (size_t i = 0; i < ARRAY_LEN(sizes); i++)
		CHECK(sizes[i].name, sizes[i].is == sizes[i].said);
}

/* `count` items of `said` bytes, give or take a hundredth and what one chunk and a start need. */
static void check_near(const char *name, size_t bytes, double said)
{
	bool near = (double)bytes >= said * 0.99 && (double)bytes <= said * 1.03 + 65536;

	if (!near)
		printf("%s: %zu bytes, not %.0f\n", name, bytes, said);
	CHECK(name, near);
}

static void fill(struct identity *identity, struct threads *threads)
{
	for (uint32_t row = 0; row < ROWS; row++) {
		char value[16];
		int len = snprintf(value, sizeof(value), "%06u", row % CUSTOMERS);
		struct record_identifier id = { .type = STR("account"),
			.value = { value, (size_t)len } };
		struct attribute list[] = { { STR("n"),
			{ .kind = VALUE_INTEGER, .integer = row % 200 } } };
		struct record record = { .kind = RECORD_EVENT,
			.seq = row + 1,
			.has_time = true,
			.time = { .ms = row },
			.source = STR("s"),
			.channel = STR("web"),
			.activity = STR("visit"),
			.identifiers = &id,
			.identifier_count = 1,
			.attributes = list,
			.attribute_count = 1 };
		uint32_t set = identity_set(identity, &record);
		(void)threads_add(threads, &record, record.seq, set);
		identity_add(identity, set, record.seq, 0, row);
	}
}

TEST(budget_of_rows_and_the_index)
{
	struct identity *identity = identity_create();
	struct threads *threads = threads_create();

	fill(identity, threads);
	/* A chunk of 4 KiB has a head of 16 bytes, its directory entry 16: below 1 %. */
	check_near("time", table_resident_bytes(threads->time), 8.0 * ROWS);
	check_near("set", table_resident_bytes(threads->set), 4.0 * ROWS);
	check_near("what", table_resident_bytes(threads->kind), 4.0 * ROWS);
	check_near("flags", table_resident_bytes(threads->flags), 1.0 * ROWS);
	check_near("members", table_resident_bytes(identity->members), 16.0 * CUSTOMERS);
	check_near("sets of one", table_resident_bytes(identity->alone), 4.0 * CUSTOMERS);
	check_near("evidence", table_resident_bytes(identity->evidence), 32.0 * CUSTOMERS);
	check_near("kinds", table_resident_bytes(identity->kinds), 1.0 * CUSTOMERS);
	check_near("owners", table_resident_bytes(identity->owners), 1.0 * CUSTOMERS);
	check_near("customers", table_resident_bytes(identity->customers), 16.0 * CUSTOMERS);
	struct identity_view *people = identity_publish(identity);
	struct threads_view *view = threads_publish(threads, people);
	struct thread_index *base = thread_index_build_base(view, ROWS, 1);
	check_near("base", thread_index_bytes(base), 16.0 * ROWS + (20 + 4) * CUSTOMERS);
	thread_index_unref(base);
	threads_view_unref(view);
	identity_view_unref(people);
	identity_free(identity);
	threads_free(threads);
}

/* A number of one byte in every row: one byte and the block's share. */
TEST(budget_of_a_dense_column)
{
	struct identity *identity = identity_create();
	struct threads *threads = threads_create();

	fill(identity, threads);
	check_near("packed", table_resident_bytes(threads->attributes->packed), 1.0 * ROWS);
	CHECK("no row numbers", table_count(threads->attributes->packed) * 8 <= ROWS);
	identity_free(identity);
	threads_free(threads);
}

TEST(budget_of_texts)
{
	struct strings *strings = strings_create(1);
	size_t bytes = 0;

	for (unsigned i = 0; i < TEXTS; i++) {
		char text[40];
		int len = snprintf(text, sizeof(text), "email:user%u@exemple.fr", i * 7919);
		ASSERT(strings_intern(strings, (str){ text, (size_t)len }) == i);
		bytes += (size_t)len;
	}
	double beside = (double)(strings_resident_bytes(strings) - bytes) / TEXTS;
	CHECK("14 to 18 bytes beside a text", beside > 14 && beside < 18);
	strings_free(strings);
}

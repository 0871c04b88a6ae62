/* tests/thread_attribute_seek_test.c - records added after attributes_seek(), and without it, make
 * the same columns: known and new keys and texts, nested, too long, too many, some never added.
 */
#include "thread/attribute.h"

#include "base/random.h"
#include "test.h"

#include <stdio.h>
#include <string.h>

enum { FEW = ATTRIBUTES_SEEK_MAX, LIST_MAX = 60, NAME_BYTES = 24, GROUPS = 120 };

/* The records of a group and what their slices point to. */
struct made {
	struct record records[FEW];
	struct attribute lists[FEW][LIST_MAX], inner[FEW][2];
	char names[FEW][LIST_MAX][NAME_BYTES], texts[FEW][LIST_MAX][NAME_BYTES];
	char fields[FEW][2][NAME_BYTES];
};

static str write(char to[static NAME_BYTES], const char *front, uint64_t n)
{
	int len = snprintf(to, NAME_BYTES, "%s%u", front, (unsigned)n);

	return (str){ to, (size_t)len };
}

static struct value make_value(struct random *random, struct made *m, size_t i, size_t k)
{
	static char long_text[ATTRIBUTE_TEXT_BYTES_MAX + 1];
	uint64_t kind = random_below(random, 12);

	if (kind == 0)
		return (struct value){ .kind = VALUE_INTEGER,
			.integer = (int64_t)random_below(random, 100) };
	if (kind == 1)
		return (struct value){ .kind = VALUE_NULL };
	if (kind == 2) {
		m->inner[i][0] = (struct attribute){ STR("a"),
			{ .kind = VALUE_STRING, .string = STR("inner") } };
		m->inner[i][1] = (struct attribute){ STR("b"), { .kind = VALUE_BOOLEAN } };
		return (struct value){ .kind = VALUE_MAP, .map = { m->inner[i], 2 } };
	}
	memset(long_text, 'x', sizeof(long_text));
	str text = kind == 3 ? (str){ long_text, sizeof(long_text) }
			     : write(m->texts[i][k], "text ",
				       random_below(random, kind < 8 ? 10 : 2000));
	return (struct value){ .kind = VALUE_STRING, .string = text };
}

/* Now and then far more values than attributes_seek() has room for. */
static size_t make_group(struct random *random, size_t group, struct made *m)
{
	static const str sources[] = { STR_INIT("web"), STR_INIT("crm"), STR_INIT("") };
	size_t count = 1 + random_below(random, FEW);
	size_t most = group % 20 == 19 ? LIST_MAX : 12;

	for (size_t i = 0; i < count; i++) {
		struct record *r = &m->records[i];
		size_t values = random_below(random, most + 1);
		*r = (struct record){ .source = sources[random_below(random, 3)],
			.attributes = m->lists[i],
			.attribute_count = values };
		if (random_below(random, 2) == 0)
			r->actor = write(m->fields[i][0], "actor ", random_below(random, 500));
		if (random_below(random, 5) == 0)
			r->text = STR("hello");
		r->case_id = write(m->fields[i][1], "case ", random_below(random, 5000));
		for (size_t k = 0; k < values; k++) {
			uint64_t key = random_below(random, 10 + group / 4);
			m->lists[i][k] = (struct attribute){ write(m->names[i][k], "key ", key),
				make_value(random, m, i, k) };
		}
	}
	return count;
}

static bool same_column(
	const struct attribute_column *a, const struct attribute_column *b, bool same_bits)
{
	static struct attribute_cursor one, other;
	bool same = true;

	if (a == NULL || b == NULL)
		return a == b;
	attribute_cursor_init(&one, a);
	attribute_cursor_init(&other, b);
	for (bool more = true; same && more;) {
		more = attribute_next_block(&one);
		same = attribute_next_block(&other) == more;
		if (!same || !more)
			break;
		same = one.count == other.count;
		for (size_t i = 0; same && i < one.count; i++)
			same = one.rows[i] == other.rows[i] &&
			       (!same_bits || one.values[i] == other.values[i]);
	}
	return same;
}

/* Codes were given in the same order: so all bits are the same, but those of hashes. */
static bool same_views(const struct attributes_view *a, const struct attributes_view *b)
{
	size_t keys = attributes_key_count(a);
	bool same = keys == attributes_key_count(b) &&
		    attributes_value_count(a) == attributes_value_count(b) &&
		    attributes_not_indexed(a) == attributes_not_indexed(b) &&
		    same_column(attributes_partial(a), attributes_partial(b), true);

	for (uint32_t t = 0; same && t < ATTRIBUTE_TYPE_COUNT; t++) {
		enum attribute_type type = (enum attribute_type)t;
		bool bits = type != ATTRIBUTE_HASHED;
		for (uint32_t f = 0; same && f < FIELD_COUNT; f++)
			same = same_column(attributes_field(a, (enum attribute_field)f, type),
				attributes_field(b, (enum attribute_field)f, type), bits);
		for (uint32_t k = 0; same && k < keys; k++)
			same = str_equal(attributes_key(a, k), attributes_key(b, k)) &&
			       same_column(attributes_column(a, k, type),
				       attributes_column(b, k, type), bits);
	}
	return same;
}

TEST(attribute_seeking_changes_nothing)
{
	static struct made made;
	struct random random = random_of(11);
	struct attributes *sought = attributes_create(), *plain = attributes_create();
	uint32_t row = 0;

	for (size_t group = 0; group < GROUPS; group++) {
		size_t count = make_group(&random, group, &made);
		attributes_seek(sought, made.records, count);
		for (size_t i = 0; i < count; i++) {
			row += 1 + (uint32_t)random_below(&random, 3);
			if (random_below(&random, 10) == 0)
				continue; /* a correction of what is gone adds nothing */
			attributes_add(sought, row, &made.records[i]);
			attributes_add(plain, row, &made.records[i]);
		}
		attributes_seek_end(sought);
		if (group % 8 != 7)
			continue;
		struct attributes_view *a = attributes_publish(sought);
		struct attributes_view *b = attributes_publish(plain);
		CHECK("the same columns", same_views(a, b));
		attributes_view_unref(a);
		attributes_view_unref(b);
	}
	attributes_free(sought);
	attributes_free(plain);
}

/* tests/thread_attribute_test.c - columns against a plain list of what was put in. */
#include "thread/attribute.h"

#include "base/random.h"
#include "support/sim_disk.h"
#include "test.h"
#include "thread/thread.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- blocks */

struct block_row {
	const char *name;
	uint32_t first, step; /* rows: first, first + step ... */
	uint32_t twice_at; /* the row of this entry is that of the one before; 0: none */
	uint32_t count;
	uint64_t value, value_step;
	enum attribute_rows_as rows_as;
	uint8_t value_bytes;
	size_t words;
};

static const struct block_row block_rows[] = {
	{ "one", 7, 1, 0, 1, 99, 0, ROWS_RUN, 0, 0 },
	{ "constant in every row", 0, 1, 0, 1024, UINT64_MAX, 0, ROWS_RUN, 0, 0 },
	{ "every row, codes", 5, 1, 0, 256, 1000, 1, ROWS_RUN, 1, 32 },
	{ "every row, two bytes", 5, 1, 0, 1000, 0, 7, ROWS_RUN, 2, 250 },
	{ "every other row", 5, 2, 0, 1024, 3, 0, ROWS_BITMAP, 0, 32 },
	{ "a list in one row", 5, 2, 9, 1024, 3, 0, ROWS_NEAR, 0, 256 },
	{ "one in 60", 5, 60, 0, 1024, 3, 0, ROWS_NEAR, 0, 256 },
	{ "one in 17", 0, 17, 0, 1024, 3, 0, ROWS_NEAR, 0, 256 },
	{ "one in a thousand", 5, 1000, 0, 1024, 3, 70000, ROWS_FAR, 4, 1024 },
	{ "up to the last row", UINT32_MAX - 2, 1, 0, 2, 0, UINT64_MAX, ROWS_RUN, 8, 2 },
};

TEST(attribute_block_gives_back_what_was_packed)
{
	for (size_t i = 0; i < ARRAY_LEN(block_rows); i++) {
		const struct block_row *r = &block_rows[i];
		uint32_t rows[ATTRIBUTE_BLOCK_ENTRIES], rows_back[ATTRIBUTE_BLOCK_ENTRIES];
		uint64_t values[ATTRIBUTE_BLOCK_ENTRIES], values_back[ATTRIBUTE_BLOCK_ENTRIES];
		uint64_t words[ATTRIBUTE_BLOCK_WORDS_MAX];
		struct attribute_block block;
		for (uint32_t k = 0; k < r->count; k++) {
			rows[k] = r->twice_at > 0 && k == r->twice_at ? rows[k - 1]
								      : r->first + k * r->step;
			values[k] = r->value + k * r->value_step;
		}
		size_t taken = attribute_block_pack(rows, values, r->count, &block, words);
		CHECK(r->name, attribute_block_is_sound(&block));
		CHECK(r->name, block.rows_as == r->rows_as && block.value_bytes == r->value_bytes);
		CHECK(r->name, taken == r->words && attribute_block_words(&block) == taken);
		attribute_block_unpack(&block, words, rows_back, values_back);
		CHECK(r->name, memcmp(rows, rows_back, r->count * sizeof(*rows)) == 0);
		CHECK(r->name, memcmp(values, values_back, r->count * sizeof(*values)) == 0);
	}
}

/* ---- laying flat */

static struct value text_of(str text)
{
	return (struct value){ .kind = VALUE_STRING, .string = text };
}
static struct value whole(int64_t n)
{
	return (struct value){ .kind = VALUE_INTEGER, .integer = n };
}
static struct value map_of(const struct attribute *items, size_t count)
{
	return (struct value){ .kind = VALUE_MAP, .map = { items, count } };
}
static struct value list_of(const struct value *items, size_t count)
{
	return (struct value){ .kind = VALUE_LIST, .list = { items, count } };
}

struct flat {
	struct strbuf text;
};

static void write_flat(void *context, str key, const struct value *value)
{
	struct flat *f = context;

	strbuf_add(&f->text, key);
	strbuf_add_byte(&f->text, '=');
	if (value->kind == VALUE_STRING)
		strbuf_add(&f->text, value->string);
	else
		strbuf_add_int(&f->text, value->integer);
	strbuf_add_byte(&f->text, ' ');
}

TEST(attribute_walk_lays_flat)
{
	const struct attribute inner[] = { { STR("c"), text_of(STR("x")) }, { STR(""), whole(4) } };
	const struct attribute outer[] = { { STR("b"), map_of(inner, 2) }, { STR("d"), whole(5) } };
	const struct value items[] = { whole(1), map_of(outer, 2), { .kind = VALUE_NULL },
		whole(2) };
	const struct attribute all[] = { { STR("a"), list_of(items, 4) }, { STR("n"), { 0 } },
		{ STR("e"), list_of(NULL, 0) }, { STR("a"), whole(9) } };
	struct record record = { .attributes = all, .attribute_count = ARRAY_LEN(all) };
	struct flat f = { .text = strbuf_heap(1000) };

	CHECK("nothing left out", attribute_walk(&record, write_flat, &f) == 0);
	CHECK("flat", str_equal(strbuf_str(&f.text), STR("a=1 a.b.c=x a.b.=4 a.d=5 a=2 a=9 ")));
	strbuf_done(&f.text);
}

TEST(attribute_walk_has_limits)
{
	static char long_key[ATTRIBUTE_KEY_BYTES_MAX + 2];
	struct value deep[ATTRIBUTE_DEPTH_MAX + 2] = { whole(1) }, many[ATTRIBUTE_ROW_VALUES_MAX];
	struct flat f = { .text = strbuf_heap(100000) };

	for (size_t i = 1; i < ARRAY_LEN(deep); i++)
		deep[i] = list_of(&deep[i - 1], 1);
	for (size_t i = 0; i < ARRAY_LEN(many); i++)
		many[i] = whole(1);
	memset(long_key, 'k', sizeof(long_key));
	const str longest = { long_key, ATTRIBUTE_KEY_BYTES_MAX };
	const struct attribute in_map[] = { { STR("x"), whole(1) } };
	const struct attribute all[] = { { STR("deepest"), deep[ATTRIBUTE_DEPTH_MAX] },
		{ STR("deep"), deep[ATTRIBUTE_DEPTH_MAX + 1] }, { longest, whole(1) },
		{ { long_key, longest.len + 1 }, whole(1) }, { longest, map_of(in_map, 1) },
		{ STR("m"), list_of(many, ARRAY_LEN(many)) } };
	const size_t left_out[] = { 0, 1, 0, 1, 1, 0 };
	for (size_t i = 0; i < ARRAY_LEN(all); i++) {
		struct record record = { .attributes = &all[i], .attribute_count = 1 };
		CHECK("left out", attribute_walk(&record, write_flat, &f) == left_out[i]);
	}
	struct record whole_record = { .attributes = all, .attribute_count = ARRAY_LEN(all) };
	CHECK("two values more than fit", attribute_walk(&whole_record, write_flat, &f) == 3 + 2);
	strbuf_done(&f.text);
}

/* ---- columns against a list */

enum { ORACLE_ROWS = 6000, ORACLE_MAX = 100000, KEY_MAX = 12 };

struct told {
	uint32_t row;
	char key[32];
	struct value value;
	char text[24];
};

struct oracle {
	struct told *told;
	size_t count;
	struct random random;
};

static uint64_t below(struct oracle *o, uint64_t n)
{
	return random_next(&o->random) % n;
}

static struct value random_value(struct oracle *o, struct told *told)
{
	switch (below(o, 6)) {
	case 0:
		return whole((int64_t)random_next(&o->random));
	case 1:
		return (struct value){ .kind = VALUE_FLOAT,
			.number = ((double)below(o, 1000) - 500) / 8 };
	case 2:
		return (struct value){ .kind = VALUE_BOOLEAN, .boolean = below(o, 2) == 1 };
	case 3:
		return (struct value){ .kind = VALUE_TIME,
			.time = { .ms = (int64_t)below(o, 1u << 31) - (1 << 30), .sub_ns = 700 } };
	default:
		(void)snprintf(told->text, sizeof(told->text), "text %u", (unsigned)below(o, 3000));
		return text_of(str_of(told->text));
	}
}

/* Keys 0 to 3 in nearly all rows, the others ever rarer; a few several times. */
static void make_row(struct oracle *o, struct attributes *attributes, uint32_t row)
{
	struct attribute list[KEY_MAX * 2];
	struct record record = { .source = STR("s"), .attributes = list };

	for (uint32_t key = 0; key < KEY_MAX; key++) {
		if (below(o, (uint64_t)1 << (key < 4 ? 0 : key - 3)) != 0)
			continue;
		for (size_t times = below(o, 20) == 0 ? 2 : 1; times > 0; times--) {
			struct told *told = &o->told[o->count++];
			ASSERT(o->count < ORACLE_MAX);
			told->row = row;
			(void)snprintf(told->key, sizeof(told->key), "key %u", key);
			told->value = random_value(o, told);
			list[record.attribute_count++] =
				(struct attribute){ str_of(told->key), told->value };
		}
	}
	attributes_add(attributes, row, &record);
}

static enum attribute_type type_of(enum value_kind kind)
{
	static const enum attribute_type types[VALUE_KIND_COUNT_] = {
		[VALUE_STRING] = ATTRIBUTE_STRING,
		[VALUE_INTEGER] = ATTRIBUTE_INTEGER,
		[VALUE_FLOAT] = ATTRIBUTE_FLOAT,
		[VALUE_BOOLEAN] = ATTRIBUTE_BOOLEAN,
		[VALUE_TIME] = ATTRIBUTE_TIME,
	};

	return types[kind];
}

static bool same_value(
	const struct attribute_column *column, uint64_t bits, const struct value *value)
{
	switch (value->kind) {
	case VALUE_STRING:
		return str_equal(attribute_text(column, (uint32_t)bits), value->string);
	case VALUE_INTEGER:
		return attribute_integer(bits) == value->integer;
	case VALUE_FLOAT:
		return attribute_float(bits) == value->number;
	case VALUE_BOOLEAN:
		return bits == value->boolean;
	case VALUE_TIME:
		return attribute_integer(bits) == ticks_of(value->time);
	case VALUE_NULL:
	case VALUE_LIST:
	case VALUE_MAP:
	case VALUE_KIND_COUNT_:
		break;
	}
	return false;
}

/* Every value told is the next of its column, and no column has more. */
static void check_columns(
	const struct oracle *o, const struct attributes_view *view, const char *row)
{
	static struct attribute_cursor cursors[KEY_MAX][ATTRIBUTE_TYPE_COUNT];
	bool good = attributes_key_count(view) == KEY_MAX;

	CHECK(row, attributes_value_count(view) == o->count);
	for (uint32_t k = 0; k < KEY_MAX && good; k++)
		for (size_t t = 0; t < ATTRIBUTE_TYPE_COUNT; t++)
			attribute_cursor_init(
				&cursors[k][t], attributes_column(view, k, (enum attribute_type)t));
	for (size_t i = 0; i < o->count && good; i++) {
		const struct told *told = &o->told[i];
		uint32_t key = attributes_find_key(view, str_of(told->key));
		good = key != STRINGS_NONE;
		if (!good)
			break;
		struct attribute_cursor *c = &cursors[key][type_of(told->value.kind)];
		if (c->at == c->count)
			good = attribute_next_block(c);
		good = good && c->rows[c->at] == told->row &&
		       same_value(c->column, c->values[c->at], &told->value);
		c->at++;
	}
	CHECK(row, good);
	for (size_t k = 0; k < KEY_MAX && good; k++)
		for (size_t t = 0; t < ATTRIBUTE_TYPE_COUNT; t++)
			CHECK(row, cursors[k][t].at == cursors[k][t].count &&
					   !attribute_next_block(&cursors[k][t]));
}

/* Anywhere: the first value told in that row under that key, of that type. */
static void check_seek(struct oracle *o, const struct attributes_view *view)
{
	static struct attribute_cursor c;

	for (size_t n = 0; n < 2000; n++) {
		size_t i = below(o, o->count);
		const struct told *told = &o->told[i];
		while (i > 0 && o->told[i - 1].row == told->row)
			i--;
		while (strcmp(o->told[i].key, told->key) != 0 ||
			o->told[i].value.kind != told->value.kind)
			i++;
		uint32_t key = attributes_find_key(view, str_of(told->key));
		attribute_cursor_init(&c, attributes_column(view, key, type_of(told->value.kind)));
		CHECK("there", attribute_seek(&c, told->row) && c.rows[c.at] == told->row);
		CHECK("value", same_value(c.column, c.values[c.at], &o->told[i].value));
		CHECK("behind the last", !attribute_seek(&c, UINT32_MAX));
	}
}

struct store {
	struct sim_disk *sim;
	struct file *file;
	uint64_t end;
	struct strbuf index;
};

static struct store store_make(void)
{
	struct store s = { .sim = sim_disk_create(1, NULL), .index = strbuf_heap(1 << 20) };

	CHECK("file", disk_open(sim_disk_of(s.sim), "/tables", FILE_CREATE_OR_EMPTY, &s.file,
			      NULL) == OK);
	return s;
}

static void store_done(struct store *s)
{
	file_close(s->file);
	sim_disk_free(s->sim);
	strbuf_done(&s->index);
}

static struct attributes *save_and_load(struct store *s, struct attributes *a)
{
	struct attributes *loaded = NULL;
	struct why why = { 0 };

	strbuf_clear(&s->index);
	struct saving *saving = saving_create();
	attributes_save(a, saving);
	struct table_store to = { .file = s->file, .end = s->end, .index = &s->index };
	CHECK("save", saving_write(saving, &to, &why) == OK);
	s->end = to.end;
	CHECK("saved", saving_bytes(saving) > 0);
	saving_free(saving);
	str entry = strbuf_str(&s->index);
	CHECK("load", attributes_load(s->file, &entry, &loaded, &why) == OK && entry.len == 0);
	return loaded;
}

TEST(attribute_columns_hold_exactly_what_was_told)
{
	struct oracle o = { .told = memory_alloc(ORACLE_MAX * sizeof(*o.told)),
		.random = random_of(7) };
	struct attributes *live = attributes_create();
	struct store store = store_make();
	uint32_t row = 0;

	for (; row < ORACLE_ROWS / 2; row += 1 + (uint32_t)below(&o, 3))
		make_row(&o, live, row);
	struct attributes_view *early = attributes_publish(live);
	size_t early_count = o.count;
	struct attributes *loaded = save_and_load(&store, live);
	for (; row < ORACLE_ROWS; row += 1 + (uint32_t)below(&o, 3)) {
		struct oracle copy = o;
		make_row(&o, live, row);
		make_row(&copy, loaded, row); /* the same again */
	}
	struct attributes_view *view = attributes_publish(live),
			       *after = attributes_publish(loaded);
	check_columns(&o, view, "live");
	check_columns(&o, after, "saved, loaded, and the tail added");
	check_seek(&o, view);
	o.count = early_count;
	check_columns(&o, early, "the view of before");
	struct attributes_view *again = attributes_publish(live);
	CHECK("the same view", again == view);
	attributes_view_unref(again);
	attributes_view_unref(view);
	attributes_view_unref(early);
	attributes_view_unref(after);
	attributes_free(live);
	attributes_free(loaded);
	store_done(&store);
	free(o.told);
}

TEST(attribute_fields_are_columns)
{
	struct attributes *a = attributes_create();
	struct record record = { .source = STR("pbx"),
		.case_id = STR("4711"),
		.interaction = STR("i"),
		.actor = STR("Zoé"),
		.text = STR("Bonjour") };
	const char *texts[] = { "pbx", "Zoé", "i", "4711" };
	static struct attribute_cursor c;

	attributes_add(a, 3, &record);
	struct attributes_view *view = attributes_publish(a);
	for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
		attribute_cursor_init(
			&c, attributes_field(view, (enum attribute_field)i, ATTRIBUTE_STRING));
		CHECK(texts[i], attribute_next_block(&c) && c.count == 1 && c.rows[0] == 3);
		CHECK(texts[i], attribute_code(c.column, str_of(texts[i])) == c.values[0]);
	}
	attribute_cursor_init(&c, attributes_field(view, FIELD_TEXT, ATTRIBUTE_BOOLEAN));
	CHECK("text", attribute_next_block(&c) && c.count == 1 && c.values[0] == 1);
	CHECK("no key", attributes_key_count(view) == 0 && attributes_partial(view) == NULL);
	attributes_view_unref(view);
	attributes_free(a);
}

static void add_key(struct attributes *a, uint32_t row, const char *source, size_t key)
{
	char name[32];
	(void)snprintf(name, sizeof(name), "key %zu", key);
	struct attribute list[] = { { str_of(name), text_of(str_of(source)) } };
	struct record record = {
		.source = str_of(source), .attributes = list, .attribute_count = 1
	};

	attributes_add(a, row, &record);
}

TEST(attribute_keys_have_a_budget_by_source)
{
	struct attributes *a = attributes_create();
	static struct attribute_cursor c;
	uint32_t row = 0, i = 0;
	uint64_t count = 0;
	str source;

	for (size_t key = 0; key < ATTRIBUTE_SOURCE_KEYS_MAX + 5; key++)
		add_key(a, row++, "greedy", key);
	add_key(a, row++, "greedy", 0); /* a known one is always taken */
	add_key(a, row++, "modest", ATTRIBUTE_SOURCE_KEYS_MAX + 7);
	struct attributes_view *view = attributes_publish(a);
	CHECK("keys", attributes_key_count(view) == ATTRIBUTE_SOURCE_KEYS_MAX + 1);
	CHECK("left out", attributes_not_indexed(view) == 5);
	CHECK("by whom", attributes_next_over_budget(view, &i, &source, &count) &&
				 str_equal(source, STR("greedy")) && count == 5 &&
				 !attributes_next_over_budget(view, &i, &source, &count));
	attribute_cursor_init(&c, attributes_partial(view));
	CHECK("rows",
		attribute_next_block(&c) && c.count == 5 && c.rows[0] == ATTRIBUTE_SOURCE_KEYS_MAX);
	attributes_view_unref(view);
	attributes_free(a);
}

TEST(attribute_texts_too_long_for_the_dictionary_are_hashed)
{
	static char text[ATTRIBUTE_TEXT_BYTES_MAX + 1];
	memset(text, 'x', sizeof(text));
	struct attribute list[] = { { STR("k"), text_of((str){ text, sizeof(text) }) },
		{ STR("k"), text_of((str){ text, sizeof(text) - 1 }) } };
	struct record record = { .source = STR("s"), .attributes = list, .attribute_count = 2 };
	struct attributes *a = attributes_create();
	static struct attribute_cursor c;

	attributes_add(a, 0, &record);
	struct attributes_view *view = attributes_publish(a);
	attribute_cursor_init(&c, attributes_column(view, 0, ATTRIBUTE_HASHED));
	CHECK("hashed", attribute_next_block(&c) && c.count == 1 &&
				c.values[0] == attributes_hash(view, list[0].value.string));
	CHECK("the other", attribute_count(attributes_column(view, 0, ATTRIBUTE_STRING)) == 1);
	attributes_view_unref(view);
	attributes_free(a);
}

TEST(attribute_saved_columns_are_checked)
{
	struct store store = store_make();
	struct attributes *a = attributes_create(), *out = NULL;

	for (uint32_t row = 0; row < 3000; row++)
		add_key(a, row, "s", row % 3);
	attributes_free(save_and_load(&store, a));
	for (size_t len = 0; len < store.index.len; len += 1 + len / 16) {
		str cut = str_upto(strbuf_str(&store.index), len);
		CHECK("cut short", attributes_load(store.file, &cut, &out, NULL) != OK);
	}
	store.index.ptr[0] = 9;
	str newer = strbuf_str(&store.index);
	CHECK("version", attributes_load(store.file, &newer, &out, NULL) == ERR_VERSION);
	attributes_free(a);
	store_done(&store);
}

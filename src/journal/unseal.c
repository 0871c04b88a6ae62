/* journal/unseal.c - fills the templates of a sealed block; seal.c tables the bytes */
#include "journal/unseal_internal.h"

#include <string.h>
#include <zstd.h>

struct column_reader {
	enum column_type type;
	uint8_t decimals;
	struct ints numbers;
	struct text *text;
};

struct operation {
	struct column_reader *column; /* NULL: the literal */
	str literal;
};

struct template
{
	str bytes;
	struct operation *operations; /* NULL until it is first used */
	size_t count;
};

struct block {
	struct unsealer u;
	struct sealed_record *records;
	struct ints received, templates_of;
	struct template *templates;
	uint64_t template_count;
	struct column_reader *columns;
	uint64_t column_count;
	char *out;
	size_t len, cap; /* of out */
	size_t count;
};

static void read_templates(struct block *b)
{
	struct unsealer *u = &b->u;

	b->template_count = reader_varint(&u->directory);
	if (u->directory.failed || b->template_count > b->count)
		u->failed = true;
	b->templates = unseal_alloc(u, b->template_count, sizeof(*b->templates));
	for (uint64_t i = 0; i < b->template_count && !u->failed; i++)
		b->templates[i].bytes = reader_sized(&u->directory);
	u->failed |= u->directory.failed;
	b->templates_of = unseal_ints(u);
}

static void read_column(struct unsealer *u, struct column_reader *c)
{
	uint8_t type = reader_u8(&u->directory);

	if (u->directory.failed || type >= COLUMN_TYPE_COUNT_) {
		u->failed = true;
		return;
	}
	c->type = type;
	if (column_is_text(c->type)) {
		c->text = unseal_text(u);
		return;
	}
	if (c->type == COLUMN_FLOAT) {
		c->decimals = reader_u8(&u->directory);
		if (c->decimals > FLOAT_DECIMALS_MAX && c->decimals != FLOAT_BITS)
			u->failed = true;
	}
	c->numbers = unseal_ints(u);
}

static void read_columns(struct block *b)
{
	struct unsealer *u = &b->u;

	b->column_count = reader_varint(&u->directory);
	if (u->directory.failed || b->column_count > reader_left(&u->directory))
		u->failed = true;
	b->columns = unseal_alloc(u, b->column_count, sizeof(*b->columns));
	for (uint64_t i = 0; i < b->column_count && !u->failed; i++)
		read_column(u, &b->columns[i]);
}

/* The operations of a template, as they are run. */
static void prepare(struct block *b, struct template *t)
{
	struct reader in = reader_of(t->bytes), ahead = in;
	size_t count = 0;

	for (; reader_left(&ahead) > 0 && !ahead.failed; count++)
		if (reader_varint(&ahead) == 0 && reader_sized(&ahead).len == 0)
			ahead.failed = true;
	if (ahead.failed || count == 0)
		b->u.failed = true;
	t->operations = unseal_alloc(&b->u, count, sizeof(*t->operations));
	for (; t->count < count && !b->u.failed; t->count++) {
		struct operation *o = &t->operations[t->count];
		uint64_t column = reader_varint(&in);
		if (column == 0)
			o->literal = reader_sized(&in);
		else if (column <= b->column_count)
			o->column = &b->columns[column - 1];
		else
			b->u.failed = true;
	}
}

static void put(struct block *b, const char *bytes, size_t len)
{
	if (len > b->cap - b->len)
		b->u.failed = true;
	else if (len > 0)
		memcpy(b->out + b->len, bytes, len);
	b->len += b->u.failed ? 0 : len;
}

static void put_varint(struct block *b, uint64_t n)
{
	char bytes[VARINT_BYTES_MAX];

	put(b, bytes, varint_put(bytes, n));
}

static void put_float(struct block *b, int64_t number, uint8_t decimals)
{
	static const double powers[] = { 1, 10, 100, 1e3, 1e4, 1e5, 1e6 };
	uint64_t bits = (uint64_t)number;
	char bytes[8];

	if (decimals != FLOAT_BITS) {
		double value = (double)number / powers[decimals];
		memcpy(&bits, &value, sizeof(bits));
	}
	for (int i = 0; i < 8; i++)
		bytes[i] = (char)(bits >> (8 * i));
	put(b, bytes, sizeof(bytes));
}

static void put_value(struct block *b, struct column_reader *c, int64_t received_ms)
{
	if (column_is_text(c->type)) {
		str text = text_next(c->text, &b->u);
		if (c->type == COLUMN_STRING)
			put_varint(b, text.len);
		put(b, text.ptr, text.len);
		return;
	}
	int64_t number = ints_next(&c->numbers, &b->u);
	char byte = (char)number;
	switch (c->type) {
	case COLUMN_UNSIGNED:
		put_varint(b, (uint64_t)number);
		break;
	case COLUMN_SIGNED:
		put_varint(b, zigzag(number));
		break;
	case COLUMN_TIME:
		put_varint(b, zigzag((int64_t)((uint64_t)number + (uint64_t)received_ms)));
		break;
	case COLUMN_FLOAT:
		put_float(b, number, c->decimals);
		break;
	case COLUMN_BYTE:
		put(b, &byte, 1);
		break;
	case COLUMN_RAW:
	case COLUMN_STRING:
	case COLUMN_TYPE_COUNT_:
		break;
	}
}

/* Each operation makes at least one byte, but for the raw value of an empty record: that may only
 * stand alone. */
static void fill(struct block *b, struct sealed_record *record)
{
	uint64_t which = (uint64_t)ints_next(&b->templates_of, &b->u);
	size_t start = b->len;

	record->received_ms = ints_next(&b->received, &b->u);
	if (b->u.failed || which >= b->template_count) {
		b->u.failed = true;
		return;
	}
	struct template *t = &b->templates[which];
	if (t->operations == NULL)
		prepare(b, t);
	for (size_t i = 0; i < t->count && !b->u.failed; i++) {
		struct operation *o = &t->operations[i];
		if (o->column == NULL)
			put(b, o->literal.ptr, o->literal.len);
		else if (o->column->type == COLUMN_RAW && t->count > 1)
			b->u.failed = true;
		else
			put_value(b, o->column, record->received_ms);
	}
	record->bytes = (str){ b->out + start, b->len - start };
}

/* The head, and where the directory and the frames lie. */
static void read_head(struct block *b, struct reader *in)
{
	struct unsealer *u = &b->u;
	uint64_t count = reader_varint(in), bytes = reader_varint(in);
	uint64_t directory = reader_varint(in), packed = reader_varint(in);
	uint64_t frames = reader_varint(in);

	if (in->failed || count == 0 || count > SEAL_RECORDS_MAX || bytes > SEAL_BLOCK_BYTES_MAX ||
		directory == 0 || frames > reader_left(in))
		u->failed = true;
	b->count = u->failed ? 0 : (size_t)count;
	b->cap = u->failed ? 0 : (size_t)bytes;
	u->values_max = u->words_left = u->word_bytes_left = b->cap + b->count;
	u->sizes = *in;
	for (uint64_t i = 0; i < frames && !u->failed; i++) {
		(void)reader_varint(in);
		(void)reader_varint(in);
		u->failed |= in->failed;
	}
	u->sizes.end = in->at;
	const char *text = u->failed ? NULL : unseal_unpack(u, in, directory, packed);
	if (text != NULL)
		u->directory = reader_of((str){ text, (size_t)directory });
	u->frames = *in;
}

static void read_block(struct block *b, struct reader *in)
{
	read_head(b, in);
	b->received = unseal_ints(&b->u);
	read_templates(b);
	read_columns(b);
	if (reader_left(&b->u.directory) > 0 || reader_left(&b->u.frames) > 0 ||
		reader_left(&b->u.sizes) > 0)
		b->u.failed = true;
	b->records = unseal_alloc(&b->u, b->count, sizeof(*b->records));
	b->out = unseal_alloc(&b->u, b->cap, 1);
	for (size_t i = 0; i < b->count && !b->u.failed; i++)
		fill(b, &b->records[i]);
	if (b->len != b->cap)
		b->u.failed = true;
}

err unseal_block(str bytes, struct arena *arena, struct sealed_record **records, size_t *count,
	struct why *why)
{
	struct block b = { .u = { .arena = arena } };
	struct reader in = reader_of(bytes);
	uint8_t version = reader_u8(&in);

	if (!in.failed && version > SEAL_VERSION)
		return fail(why, MSG_SEALED_VERSION, arg_int(version), arg_int(SEAL_VERSION));
	b.u.failed = version != SEAL_VERSION;
	b.u.zstd = ZSTD_createDCtx();
	ASSERT(b.u.zstd != NULL);
	read_block(&b, &in);
	(void)ZSTD_freeDCtx(b.u.zstd); /* always 0 */
	if (b.u.full)
		return fail(why, MSG_SEALED_ROOM, arg_int((int64_t)arena_left(arena)));
	if (b.u.failed)
		return fail(why, MSG_SEALED_BYTES, arg_int((int64_t)reader_offset(&in)));
	*records = b.records;
	*count = b.count;
	return OK;
}

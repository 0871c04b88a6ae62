/* journal/seal_shred.c - cuts canonical records into templates and columns; see seal_internal.h
 *
 * The walk follows event/codec.h.  What it takes out as a value leaves a hole; all bytes between
 * holes are the template's, whatever they are, so a record is reproduced even if the walk were to
 * misunderstand it.  Only varints must be in their shortest form, which the reader demands.
 */
#include "journal/seal_internal.h"

#include "event/codec.h"

#include <stdlib.h>
#include <string.h>

enum { HAS_TIME = 1, HAS_SUB = 2, HAS_OFFSET = 4, HAS_TARGET = 8 };

/* The top of the tree of places; below them nodes are numbered as they appear. */
enum place {
	PLACE_TIME = 1,
	PLACE_SUB,
	PLACE_OFFSET,
	PLACE_TARGET,
	PLACE_STRING, /* ten, one after the other */
	PLACE_IDENTIFIER = PLACE_STRING + 10,
	PLACE_IDENTIFIER_RAW,
	PLACE_ATTRIBUTE,
	PLACE_OBJECT,
	PLACE_TRAIT,
	PLACE_ITEM, /* of a list */
	PLACE_OTHER, /* past SEAL_NODES_MAX */
};

enum { STRING_COUNT = 10, STRING_SOURCE = 0, STRING_CHANNEL = 2, STRING_ACTIVITY = 3 };
enum { NODES_FIRST = 128, NODE_HEAD_BYTES = 8 };
enum { NAME_BYTES_MAX = 64 }; /* of a source, channel or activity that goes into a template */

/* A place in records.  Keys come in the same order again and again: where the next node is the one
 * that followed the last time, its name need not be sought. */
struct node {
	uint32_t next; /* 0: not known, for nothing is followed by the root */
	uint32_t columns[COLUMN_TYPE_COUNT_]; /* + 1; 0: has none yet */
};

struct shredder {
	bool whole; /* records are kept plain */
	struct arena *arena; /* copies of templates and nodes */
	struct names templates, nodes;
	struct seal_tree *tree; /* the templates again, to be followed */
	struct node *node; /* of each, room for node_room */
	size_t node_room;
	uint32_t node_last;
	struct column *columns;
	size_t column_count, value_count;

	/* of the record at hand */
	struct reader in;
	const char *literal; /* the first byte that no hole has taken */
	int64_t received_ms;
	struct strbuf ops;
	struct hole holes[SEAL_HOLES_MAX];
	size_t hole_count;
};

static void make_room(struct shredder *s)
{
	size_t room = MAX_OF(s->node_room * 2, (size_t)NODES_FIRST);

	if (s->nodes.count <= s->node_room)
		return;
	s->node = memory_resize(s->node, room * sizeof(*s->node));
	memset(s->node + s->node_room, 0, (room - s->node_room) * sizeof(*s->node));
	s->node_room = room;
}

static uint32_t find_node(struct shredder *s, str name)
{
	static const uint32_t other[2] = { 0, PLACE_OTHER };

	if (s->nodes.count >= SEAL_NODES_MAX && !names_has(&s->nodes, name))
		name = (str){ (const char *)other, sizeof(other) };
	uint32_t node = names_add(&s->nodes, name, s->arena);
	make_room(s);
	return node;
}

static uint32_t node_of(struct shredder *s, uint32_t parent, enum place place, str key)
{
	char bytes[NODE_HEAD_BYTES + RECORD_NAME_BYTES_MAX];
	uint32_t head[2] = { parent, (uint32_t)place };
	uint32_t next = s->node[s->node_last].next;
	str guess = s->nodes.items[next];

	key = str_upto(key, RECORD_NAME_BYTES_MAX);
	if (next == 0 || guess.len != sizeof(head) + key.len ||
		memcmp(guess.ptr, head, sizeof(head)) != 0 ||
		!str_equal(str_from(guess, sizeof(head)), key)) {
		memcpy(bytes, head, sizeof(head));
		if (key.len > 0)
			memcpy(bytes + sizeof(head), key.ptr, key.len);
		next = find_node(s, (str){ bytes, sizeof(head) + key.len });
		s->node[s->node_last].next = next;
	}
	s->node_last = next;
	return next;
}

static uint32_t column_of(struct shredder *s, uint32_t node, enum column_type type)
{
	uint32_t *column = &s->node[node].columns[type];

	if (*column == 0) {
		s->columns = memory_resize(s->columns, (s->column_count + 1) * sizeof(*s->columns));
		s->columns[s->column_count++] = (struct column){ .type = type };
		*column = (uint32_t)s->column_count;
	}
	return *column - 1;
}

/* The bytes from `from` to where the reader stands have become a value. */
static struct hole *add_hole(struct shredder *s, const char *from, uint32_t column)
{
	if (s->in.failed || s->hole_count == SEAL_HOLES_MAX) {
		s->in.failed = true;
		return NULL;
	}
	if (from > s->literal) {
		strbuf_add_varint(&s->ops, 0);
		strbuf_add_sized(&s->ops, (str){ s->literal, (size_t)(from - s->literal) });
	}
	strbuf_add_varint(&s->ops, column + 1);
	s->literal = s->in.at;
	s->holes[s->hole_count] = (struct hole){ .column = column };
	return &s->holes[s->hole_count++];
}

static void take(struct shredder *s, uint32_t node, enum column_type type)
{
	const char *from = s->in.at;
	struct hole value = { .column = column_of(s, node, type) };

	if (!hole_read(&s->in, type, s->received_ms, &value))
		return;
	struct hole *hole = add_hole(s, from, value.column);
	if (hole != NULL)
		*hole = value;
}

static void walk_instant(struct shredder *s, uint32_t node, uint8_t flags)
{
	take(s, node_of(s, node, PLACE_TIME, STR("")), COLUMN_TIME);
	if (flags & HAS_SUB)
		take(s, node_of(s, node, PLACE_SUB, STR("")), COLUMN_UNSIGNED);
	if (flags & HAS_OFFSET)
		take(s, node_of(s, node, PLACE_OFFSET, STR("")), COLUMN_SIGNED);
}

static void walk_attributes(struct shredder *s, uint32_t parent, enum place place, int depth);

static void walk_value(struct shredder *s, uint32_t node, int depth)
{
	uint8_t kind = reader_u8(&s->in);
	uint64_t count;

	if (kind >= VALUE_KIND_COUNT_ || depth > RECORD_NESTING_MAX)
		s->in.failed = true;
	if (s->in.failed)
		return;
	switch ((enum value_kind)kind) {
	case VALUE_NULL:
	case VALUE_KIND_COUNT_:
		break;
	case VALUE_STRING:
		take(s, node, COLUMN_STRING);
		break;
	case VALUE_INTEGER:
		take(s, node, COLUMN_SIGNED);
		break;
	case VALUE_FLOAT:
		take(s, node, COLUMN_FLOAT);
		break;
	case VALUE_BOOLEAN:
		take(s, node, COLUMN_BYTE);
		break;
	case VALUE_TIME:
		walk_instant(s, node, reader_u8(&s->in));
		break;
	case VALUE_LIST:
		count = reader_varint(&s->in);
		node = node_of(s, node, PLACE_ITEM, STR(""));
		for (uint64_t i = 0; i < count && !s->in.failed; i++)
			walk_value(s, node, depth + 1);
		break;
	case VALUE_MAP:
		walk_attributes(s, node, PLACE_ATTRIBUTE, depth + 1);
		break;
	}
}

static void walk_attributes(struct shredder *s, uint32_t parent, enum place place, int depth)
{
	uint64_t count = reader_varint(&s->in);

	for (uint64_t i = 0; i < count && !s->in.failed; i++) {
		str key = reader_sized(&s->in);
		if (!s->in.failed)
			walk_value(s, node_of(s, parent, place, key), depth);
	}
}

static void walk_head(struct shredder *s)
{
	uint8_t version = reader_u8(&s->in);

	(void)reader_u8(&s->in); /* any kind will do */
	uint8_t flags = reader_u8(&s->in);
	if (version != RECORD_CODEC_VERSION)
		s->in.failed = true;
	if (flags & HAS_TIME)
		walk_instant(s, 0, flags);
	if (flags & HAS_TARGET)
		take(s, node_of(s, 0, PLACE_TARGET, STR("")), COLUMN_UNSIGNED);
}

static void walk_strings(struct shredder *s)
{
	for (int i = 0; i < STRING_COUNT && !s->in.failed; i++) {
		struct reader ahead = s->in;
		str text = reader_sized(&ahead);
		bool is_name = i == STRING_SOURCE || i == STRING_CHANNEL || i == STRING_ACTIVITY;
		if (ahead.failed || text.len == 0 || (is_name && text.len <= NAME_BYTES_MAX))
			s->in = ahead; /* stays in the template */
		else
			take(s, node_of(s, 0, PLACE_STRING + (enum place)i, STR("")),
				COLUMN_STRING);
	}
}

static void walk_identifiers(struct shredder *s)
{
	uint64_t count = reader_varint(&s->in);

	for (uint64_t i = 0; i < count && !s->in.failed; i++) {
		str type = reader_sized(&s->in);
		take(s, node_of(s, 0, PLACE_IDENTIFIER, type), COLUMN_STRING);
		struct reader ahead = s->in;
		if (reader_sized(&ahead).len == 0)
			s->in = ahead;
		else
			take(s, node_of(s, 0, PLACE_IDENTIFIER_RAW, type), COLUMN_STRING);
		(void)reader_u8(&s->in); /* verified: stays in the template */
	}
}

static void walk_objects(struct shredder *s)
{
	uint64_t count = reader_varint(&s->in);

	for (uint64_t i = 0; i < count && !s->in.failed; i++) {
		str type = reader_sized(&s->in);
		take(s, node_of(s, 0, PLACE_OBJECT, type), COLUMN_STRING);
		(void)reader_sized(&s->in); /* the qualifier: stays in the template */
	}
}

static bool walk(struct shredder *s, const struct sealed_record *record)
{
	s->in = reader_of(record->bytes);
	s->literal = s->in.at;
	s->received_ms = record->received_ms;
	strbuf_clear(&s->ops);
	s->hole_count = 0;
	s->node_last = 0;
	walk_head(s);
	walk_strings(s);
	walk_identifiers(s);
	walk_attributes(s, 0, PLACE_ATTRIBUTE, 0);
	walk_objects(s);
	walk_attributes(s, 0, PLACE_TRAIT, 0);
	if (s->in.failed || reader_left(&s->in) > 0)
		return false;
	if (s->in.at > s->literal) {
		strbuf_add_varint(&s->ops, 0);
		strbuf_add_sized(&s->ops, (str){ s->literal, (size_t)(s->in.at - s->literal) });
	}
	return s->value_count + s->hole_count <= SEAL_VALUES_MAX;
}

static void keep_plain(struct shredder *s, str bytes)
{
	uint32_t column = column_of(s, 0, COLUMN_RAW);

	strbuf_clear(&s->ops);
	strbuf_add_varint(&s->ops, column + 1);
	s->holes[0] = (struct hole){ .column = column, .text = bytes };
	s->hole_count = 1;
}

static void store(struct column *c, const struct hole *hole)
{
	bool is_text = column_is_text(c->type);

	if (c->count == c->cap) {
		c->cap = MAX_OF(c->cap * 2, (size_t)VALUES_FIRST);
		if (is_text)
			c->texts = memory_resize(c->texts, c->cap * sizeof(*c->texts));
		else
			c->numbers = memory_resize(c->numbers, c->cap * sizeof(*c->numbers));
	}
	if (is_text)
		c->texts[c->count++] = hole->text;
	else
		c->numbers[c->count++] = hole->number;
}

static uint32_t cut_anew(struct shredder *s, const struct sealed_record *record)
{
	bool is_plain = s->whole || !walk(s, record);
	uint32_t known = s->templates.count;

	if (is_plain)
		keep_plain(s, record->bytes);
	uint32_t template = names_add(&s->templates, strbuf_str(&s->ops), s->arena);
	if (template == known && !is_plain)
		seal_tree_add(s->tree, s->templates.items[template], s->columns, template);
	return template;
}

/* Most records are like one before: then nothing has to be found out. */
static bool follow(struct shredder *s, const struct sealed_record *record, uint32_t *template)
{
	return seal_tree_follow(s->tree, record, s->holes, &s->hole_count, template) &&
	       s->value_count + s->hole_count <= SEAL_VALUES_MAX;
}

uint32_t shredder_add(struct shredder *s, const struct sealed_record *record)
{
	uint32_t template;

	if (!follow(s, record, &template))
		template = cut_anew(s, record);
	for (size_t i = 0; i < s->hole_count; i++)
		store(&s->columns[s->holes[i].column], &s->holes[i]);
	s->value_count += s->hole_count;
	return template;
}

struct shredder *shredder_create(bool whole)
{
	struct shredder *s = memory_alloc(sizeof(*s));

	s->whole = whole;
	s->arena = arena_create(SIZE_MAX);
	s->ops = strbuf_heap(SIZE_MAX);
	s->tree = seal_tree_create();
	(void)names_add(&s->nodes, STR("root"), NULL); /* node 0: above all places */
	make_room(s);
	return s;
}

void shredder_free(struct shredder *s)
{
	for (size_t i = 0; i < s->column_count; i++) {
		free(s->columns[i].texts);
		free(s->columns[i].numbers);
	}
	free(s->columns);
	free(s->node);
	names_done(&s->templates);
	names_done(&s->nodes);
	seal_tree_free(s->tree);
	strbuf_done(&s->ops);
	arena_free(s->arena);
	free(s);
}

const struct names *shredder_templates(const struct shredder *s)
{
	return &s->templates;
}

const struct column *shredder_columns(const struct shredder *s, size_t *count)
{
	*count = s->column_count;
	return s->columns;
}

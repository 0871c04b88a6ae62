/* journal/seal_tree.c - templates as a tree: a record like one before is cut without being looked
 * into; see seal_internal.h
 *
 *   root -- literal -- column -- literal -- column ... -- a template ends here
 *                   \- column -- ...
 *
 * Records that begin alike share their first branches.  A record is held against the tree from its
 * first byte on: against each branch the literal must stand there, or a value of the column's type.
 * Where it comes to an end together with a template it is cut.  That is not always how a walk
 * through the record would cut it, but whatever fits gives back the same bytes.
 *
 * The branch that was taken last stands first among its siblings; few are tried.
 */
#include "journal/seal_internal.h"

#include <stdlib.h>
#include <string.h>

enum { BRANCHES_MAX = 65536, TRIED_MAX = 64, BRANCHES_FIRST = 64 };

struct branch {
	str literal; /* empty: a column */
	uint32_t column;
	enum column_type type;
	uint32_t template; /* + 1; 0: none ends here */
	uint32_t first, next; /* child, sibling; 0: none, for the root is nobody's */
};

struct seal_tree {
	struct branch *branches; /* 0: the root */
	uint32_t count, room;
};

struct seal_tree *seal_tree_create(void)
{
	struct seal_tree *tree = memory_alloc(sizeof(*tree));

	tree->room = BRANCHES_FIRST;
	tree->branches = memory_alloc(tree->room * sizeof(*tree->branches));
	tree->count = 1;
	return tree;
}

void seal_tree_free(struct seal_tree *tree)
{
	free(tree->branches);
	free(tree);
}

bool hole_read(struct reader *in, enum column_type type, int64_t received_ms, struct hole *out)
{
	uint64_t number = 0;

	switch (type) {
	case COLUMN_STRING:
		out->text = reader_sized(in);
		break;
	case COLUMN_BYTE:
		number = reader_u8(in);
		break;
	case COLUMN_FLOAT:
		number = reader_u64(in);
		break;
	case COLUMN_UNSIGNED:
		number = reader_varint(in);
		break;
	case COLUMN_SIGNED:
		number = (uint64_t)unzigzag(reader_varint(in));
		break;
	case COLUMN_TIME:
		number = (uint64_t)unzigzag(reader_varint(in)) - (uint64_t)received_ms;
		break;
	case COLUMN_RAW: /* a whole record: never read out of one */
	case COLUMN_TYPE_COUNT_:
		in->failed = true;
		break;
	}
	out->number = (int64_t)number;
	return !in->failed;
}

/* ---- following */

/* Moves on if it fits. */
static bool fits(const struct branch *b, struct reader *in, int64_t received_ms, struct hole *hole)
{
	struct reader ahead = *in;

	if (b->literal.len > 0) {
		size_t len = b->literal.len;
		if (reader_left(in) < len || in->at[len - 1] != b->literal.ptr[len - 1] ||
			memcmp(in->at, b->literal.ptr, len) != 0)
			return false;
		in->at += len;
		return true;
	}
	hole->column = b->column;
	if (!hole_read(&ahead, b->type, received_ms, hole))
		return false;
	*in = ahead;
	return true;
}

/* The child of `at` that fits, put first; 0: none does. */
static uint32_t next_branch(struct seal_tree *tree, uint32_t at, struct reader *in,
	int64_t received_ms, struct hole *hole)
{
	uint32_t *link = &tree->branches[at].first, first = *link, tried = 0;

	while (*link != 0 && !fits(&tree->branches[*link], in, received_ms, hole)) {
		if (++tried == TRIED_MAX)
			return 0;
		link = &tree->branches[*link].next;
	}
	uint32_t found = *link;
	if (found == 0 || found == first)
		return found;
	*link = tree->branches[found].next;
	tree->branches[found].next = first;
	tree->branches[at].first = found;
	return found;
}

bool seal_tree_follow(struct seal_tree *tree, const struct sealed_record *record,
	struct hole holes[static SEAL_HOLES_MAX], size_t *count, uint32_t *template)
{
	struct reader in = reader_of(record->bytes);
	uint32_t at = 0;

	for (*count = 0; reader_left(&in) > 0;) {
		if (*count == SEAL_HOLES_MAX)
			return false;
		at = next_branch(tree, at, &in, record->received_ms, &holes[*count]);
		if (at == 0)
			return false;
		*count += tree->branches[at].literal.len == 0;
	}
	if (tree->branches[at].template == 0)
		return false;
	*template = tree->branches[at].template - 1;
	return true;
}

/* ---- growing */

static bool is_same(const struct branch *a, const struct branch *b)
{
	return a->literal.len > 0 ? str_equal(a->literal, b->literal)
				  : b->literal.len == 0 && a->column == b->column;
}

/* The child of `at` that is like `wanted`, made if there is none; 0: there are too many. */
static uint32_t branch_of(struct seal_tree *tree, uint32_t at, const struct branch *wanted)
{
	uint32_t child = tree->branches[at].first;

	for (uint32_t tried = 0; child != 0 && tried < TRIED_MAX; tried++) {
		if (is_same(&tree->branches[child], wanted))
			return child;
		child = tree->branches[child].next;
	}
	if (tree->count == BRANCHES_MAX)
		return 0;
	if (tree->count == tree->room) {
		tree->room *= 2;
		tree->branches =
			memory_resize(tree->branches, tree->room * sizeof(*tree->branches));
	}
	child = tree->count++;
	tree->branches[child] = *wanted;
	tree->branches[child].next = tree->branches[at].first;
	tree->branches[at].first = child;
	return child;
}

void seal_tree_add(
	struct seal_tree *tree, str operations, const struct column *columns, uint32_t template)
{
	struct reader in = reader_of(operations);
	uint32_t at = 0;

	while (reader_left(&in) > 0) {
		struct branch wanted = { .column = (uint32_t)reader_varint(&in) };
		if (wanted.column == 0)
			wanted.literal = reader_sized(&in);
		else
			wanted.type = columns[--wanted.column].type;
		at = branch_of(tree, at, &wanted);
		if (at == 0)
			return;
	}
	ASSERT(!in.failed && at != 0);
	tree->branches[at].template = template + 1;
}

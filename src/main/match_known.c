/* main/match_known.c - see match_known.h
 *
 * Links by matching hold like others, and say nothing of whether matching was right.  So where
 * there are any in a customer, what it is without them is found by joining the sets of identifiers
 * that records carry, within that customer.
 */
#include "main/match_known.h"

#include "identity/identifier.h"
#include "identity/rules.h"
#include "main/profile_gather.h"
#include "main/store.h"

#include <stdlib.h>
#include <string.h>

enum { DECISION_ARENA_BYTES = 64 << 20 };

struct finding {
	struct engine *engine;
	const struct snapshot *snapshot;
	const struct identity_view *identity;
	const struct match_records *records;
	struct identity_rules *rules;
	struct belonging *rows; /* by customer */
	/* By identifier, once a link by matching was met; else NULL. */
	uint32_t *root; /* IDENTITY_NO_CODE: of a customer without such a link */
	uint8_t *root_keys;
	struct match_known found;
};

struct belonging {
	uint32_t customer, row, identifier;
};

static int by_customer(const void *a, const void *b)
{
	const struct belonging *x = a, *y = b;

	if (x->customer != y->customer)
		return x->customer < y->customer ? -1 : 1;
	return (x->row > y->row) - (x->row < y->row);
}

/* Rows of one customer, each with the one before. */
static void list_together(struct finding *f)
{
	size_t n = match_records_count(f->records);

	f->rows = memory_alloc((n + 1) * sizeof(*f->rows));
	f->found.together = memory_alloc((n + 1) * sizeof(*f->found.together));
	for (uint32_t row = 0; row < n; row++) {
		uint32_t id = identity_find(f->identity, match_records_id(f->records, row));
		f->rows[row] = (struct belonging){
			.customer = id == IDENTITY_NO_CODE ? CUSTOMER_NONE
							   : identity_customer_of(f->identity, id),
			.row = row,
			.identifier = id
		};
	}
	qsort(f->rows, n, sizeof(*f->rows), by_customer);
	for (size_t i = 1; i < n; i++)
		if (f->rows[i].customer == f->rows[i - 1].customer &&
			f->rows[i].customer != CUSTOMER_NONE)
			f->found.together[f->found.together_count++] =
				(struct row_pair){ f->rows[i - 1].row, f->rows[i].row };
}

/* ---- customers without the links of matching */

static uint32_t root_of(struct finding *f, uint32_t identifier)
{
	while (f->root[identifier] != identifier) {
		f->root[identifier] = f->root[f->root[identifier]];
		identifier = f->root[identifier];
	}
	return identifier;
}

static void join(struct finding *f, uint32_t a, uint32_t b)
{
	uint32_t x = root_of(f, a), y = root_of(f, b);

	if (x != y)
		f->root[MAX_OF(x, y)] = MIN_OF(x, y);
}

/* Its customer is taken apart into identifiers. */
static void take_apart(struct finding *f, uint32_t identifier)
{
	uint32_t n = identity_identifier_count(f->identity), i = identifier;

	if (f->root == NULL) {
		f->root = memory_alloc((size_t)n * sizeof(*f->root));
		f->root_keys = memory_alloc(n);
		memset(f->root, 0xff, (size_t)n * sizeof(*f->root));
	}
	if (f->root[i] != IDENTITY_NO_CODE)
		return;
	do {
		f->root[i] = i;
		i = identity_next_member(f->identity, i);
	} while (i != identifier);
}

static void join_sets(struct finding *f)
{
	uint32_t members[SET_IDENTIFIERS_MAX];

	for (uint32_t set = 0; set < identity_set_count(f->identity); set++) {
		size_t count = identity_set_members(f->identity, set, members);
		for (size_t i = 1; i < count; i++)
			if (f->root[members[0]] != IDENTITY_NO_CODE &&
				identity_customer_of(f->identity, members[0]) ==
					identity_customer_of(f->identity, members[i]))
				join(f, members[0], members[i]);
	}
}

/* ---- decisions */

struct decided {
	uint32_t a, b; /* identifiers */
};

static bool codes_of(struct finding *f, const struct record *record, struct arena *arena,
	uint32_t codes[static 2])
{
	if (record->identifier_count != 2)
		return false;
	for (int i = 0; i < 2; i++) {
		str text = identifier_text(
			record->identifiers[i].type, record->identifiers[i].value, arena);
		codes[i] = text.ptr == NULL ? IDENTITY_NO_CODE : identity_find(f->identity, text);
	}
	return codes[0] != IDENTITY_NO_CODE && codes[1] != IDENTITY_NO_CODE;
}

static bool live(const struct finding *f, const uint32_t codes[static 2])
{
	return identity_customer_of(f->identity, codes[0]) != CUSTOMER_NONE &&
	       identity_customer_of(f->identity, codes[0]) ==
		       identity_customer_of(f->identity, codes[1]);
}

static void note_apart(struct finding *f, const uint32_t codes[static 2])
{
	struct row_pair pair;

	if (match_records_find(f->records, identity_text(f->identity, codes[0]), &pair.a) &&
		match_records_find(f->records, identity_text(f->identity, codes[1]), &pair.b))
		f->found.apart[f->found.apart_count++] = pair;
}

/* People's links are kept for later: behind them a link by matching may yet take apart. */
static err heed_decisions(struct finding *f, const uint64_t *seqs, size_t count,
	struct decided *linked, size_t *linked_count, struct why *why)
{
	AUTO_ARENA arena = arena_create(DECISION_ARENA_BYTES);
	struct record record;
	err e = OK;

	for (size_t i = 0; e == OK && i < count; i++) {
		enum decision_kind kind;
		uint32_t codes[2];
		arena_reset(arena);
		e = engine_read(f->engine, seqs[i], arena, &record, why);
		if (e != OK || !identity_decision_named(record.activity, &kind) ||
			!codes_of(f, &record, arena, codes))
			continue;
		if (kind == DECISION_APART)
			note_apart(f, codes);
		else if (kind == DECISION_TOGETHER && live(f, codes)) {
			if (!identity_decided_by_people(&record))
				take_apart(f, codes[0]);
			else
				linked[(*linked_count)++] = (struct decided){ codes[0], codes[1] };
		}
	}
	return e;
}

static err read_decisions(struct finding *f, const struct request *request, struct why *why)
{
	uint64_t *seqs = NULL;
	size_t count = 0, linked_count = 0;
	err e = store_decisions(request, f->engine, &seqs, &count, why);
	struct decided *linked = memory_alloc((count + 1) * sizeof(*linked));

	f->found.apart = memory_alloc((count + 1) * sizeof(*f->found.apart));
	if (e == OK)
		e = heed_decisions(f, seqs, count, linked, &linked_count, why);
	if (e == OK && f->root != NULL) {
		join_sets(f);
		for (size_t i = 0; i < linked_count; i++)
			if (f->root[linked[i].a] != IDENTITY_NO_CODE)
				join(f, linked[i].a, linked[i].b);
	}
	free(linked);
	free(seqs);
	return e;
}

/* ---- keys */

/* The bit of an identifier's type, if a customer has one of it. */
static uint8_t key_of(const struct finding *f, uint32_t identifier)
{
	str type, value, text = identity_text(f->identity, identifier);

	if (!str_split(text, ':', &type, &value))
		return 0;
	unsigned row = rules_row(f->rules, type);
	if (row == RULES_TYPE_OTHER || !rules_type(f->rules, row)->unique ||
		rules_bar(f->rules, row, value) != BAR_NONE)
		return 0;
	return (uint8_t)(1u << rules_type(f->rules, row)->slot);
}

static uint8_t keys_of_customer(struct finding *f, uint32_t identifier)
{
	uint32_t i = identifier;
	uint8_t keys = 0;

	do {
		uint8_t key = key_of(f, i);
		keys |= key;
		if (f->root != NULL && f->root[i] != IDENTITY_NO_CODE)
			f->root_keys[root_of(f, i)] |= key;
		i = identity_next_member(f->identity, i);
	} while (i != identifier);
	return keys;
}

static void fill_labels(struct finding *f)
{
	size_t n = match_records_count(f->records);
	uint32_t first = 0; /* of the customer's identifiers, the one met first */
	uint8_t keys = 0;

	f->found.told = memory_alloc((n + 1) * sizeof(*f->found.told));
	f->found.keys = memory_alloc(n + 1);
	for (size_t i = 0; i < n; i++) {
		const struct belonging *r = &f->rows[i];
		if (r->customer == CUSTOMER_NONE) {
			f->found.told[r->row] = r->identifier;
			continue;
		}
		if (i == 0 || f->rows[i - 1].customer != r->customer) {
			first = r->identifier;
			keys = keys_of_customer(f, first);
		}
		bool parted = f->root != NULL && f->root[r->identifier] != IDENTITY_NO_CODE;
		uint32_t root = parted ? root_of(f, r->identifier) : first;
		f->found.told[r->row] = root;
		f->found.keys[r->row] = parted ? f->root_keys[root] : keys;
	}
}

static err find_all(struct finding *f, const struct request *request, struct why *why)
{
	err e = profile_trust_in_force(f->identity, &f->rules, why);

	if (e != OK)
		return e;
	list_together(f);
	e = read_decisions(f, request, why);
	if (e == OK)
		fill_labels(f);
	return e;
}

err match_known_find(const struct request *request, struct engine *engine,
	const struct snapshot *snapshot, const struct match_records *records,
	struct match_known *out, struct why *why)
{
	struct finding f = { .engine = engine,
		.snapshot = snapshot,
		.identity = snapshot_identity(snapshot),
		.records = records };
	err e = find_all(&f, request, why);

	rules_free(f.rules);
	free(f.rows);
	free(f.root);
	free(f.root_keys);
	if (e == OK)
		*out = f.found;
	else
		match_known_done(&f.found);
	return e;
}

void match_known_done(struct match_known *known)
{
	free(known->together);
	free(known->apart);
	free(known->told);
	free(known->keys);
	*known = (struct match_known){ .told = NULL };
}

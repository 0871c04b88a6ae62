/* engine/verify_evidence.c - sets of identifiers, and how often they are told; see verify.h */
#include "engine/verify_internal.h"

#include "base/map64.h"
#include "identity/identifier.h"

#include <stdlib.h>
#include <string.h>

/* What is known of a set, one bit each.  A set that a record named which is gone has no first and
 * last event that could be compared. */
enum { SEEN_FIRST = 1, SEEN_LAST = 2, SEEN = 4, BLURRED = 8 };

struct verify_evidence {
	struct verifying *v;
	uint32_t *live; /* events, by set */
	uint8_t *marks; /* by set */
	struct map64 *pairs; /* of identifiers, + 1 each -> index of the decision */
	struct verify_decision *decisions;
	size_t decision_count, decision_room;
	struct told *told; /* every record that decides, in order */
	size_t told_count, told_room;
};

/* What a record decides; the pair's place among the decisions, or UINT32_MAX. */
struct told {
	uint64_t seq, undoes; /* undoes: 0, or the record that is as if it never was */
	uint32_t pair;
	enum decision_kind kind;
	bool by_people, gone;
};

struct verify_evidence *verify_evidence_create(struct verifying *v)
{
	struct verify_evidence *e = memory_alloc(sizeof(*e));
	size_t sets = identity_set_count(v->identity);

	e->v = v;
	e->live = memory_alloc((sets + 1) * sizeof(*e->live));
	e->marks = memory_alloc(sets + 1);
	e->pairs = map64_create();
	return e;
}

void verify_evidence_free(struct verify_evidence *e)
{
	if (e == NULL)
		return;
	free(e->live);
	free(e->marks);
	map64_free(e->pairs);
	free(e->decisions);
	free(e->told);
	free(e);
}

static uint32_t code_of(const struct verify_evidence *e, const struct record_identifier *id)
{
	char text[IDENTIFIER_TEXT_BYTES_MAX];
	size_t len = id->type.len + 1 + id->value.len;

	if (len > sizeof(text))
		return IDENTITY_NO_CODE;
	memcpy(text, id->type.ptr, id->type.len);
	text[id->type.len] = ':';
	memcpy(text + id->type.len + 1, id->value.ptr, id->value.len);
	return identity_find(e->v->identity, (str){ text, len });
}

static int compare(const struct record_identifier *a, const struct record_identifier *b)
{
	int order = identifier_rank(a->type) - identifier_rank(b->type);

	if (order == 0)
		order = str_compare(a->type, b->type);
	return order != 0 ? order : str_compare(a->value, b->value);
}

/* The identifiers that come before the i-th in a set; twins count once. */
static size_t place_of(const struct record *record, size_t i, bool *is_twin)
{
	size_t place = 0;

	*is_twin = false;
	for (size_t k = 0; k < record->identifier_count; k++) {
		int order = compare(&record->identifiers[k], &record->identifiers[i]);
		bool first_of_equals = true;
		*is_twin |= k < i && order == 0;
		for (size_t j = 0; j < k && order < 0 && first_of_equals; j++)
			first_of_equals =
				compare(&record->identifiers[j], &record->identifiers[k]) != 0;
		place += order < 0 && first_of_equals;
	}
	return place;
}

/* A set of several says by whom, and what he says to be verified. */
static bool has_marks_of(const struct verify_evidence *e, uint32_t set, const struct record *record,
	const uint32_t *members, size_t count)
{
	uint64_t verified = 0;

	for (size_t i = 0; count > 1 && i < record->identifier_count; i++)
		for (size_t k = 0; k < count; k++)
			if (record->identifiers[i].verified &&
				members[k] == code_of(e, &record->identifiers[i]))
				verified |= UINT64_C(1) << k;
	return count == 1 ||
	       (verified == identity_set_verified(e->v->identity, set) &&
		       str_equal(record->source, identity_set_source(e->v->identity, set)));
}

/* Each identifier of the record stands in its place of the set, and there is no other. */
static bool is_set_of(const struct verify_evidence *e, uint32_t set, const struct record *record)
{
	uint32_t members[SET_IDENTIFIERS_MAX];
	size_t found = 0, count = 0;

	if (set == IDENTITY_NO_CODE)
		return record->identifier_count == 0;
	count = identity_set_members(e->v->identity, set, members);
	for (size_t i = 0; i < record->identifier_count; i++) {
		bool is_twin;
		size_t place = place_of(record, i, &is_twin);
		if (place >= count || members[place] != code_of(e, &record->identifiers[i]))
			return false;
		found += !is_twin;
	}
	return found == count && has_marks_of(e, set, record, members, count);
}

static bool fits_evidence(struct verify_evidence *e, uint32_t set, const struct record *record)
{
	const struct evidence *there = identity_evidence(e->v->state_of, set);

	if (record->seq == there->first_seq)
		e->marks[set] |= SEEN_FIRST;
	if (record->seq == there->last_seq)
		e->marks[set] |= SEEN_LAST;
	return record->seq >= there->first_seq && record->seq <= there->last_seq &&
	       (record->seq != there->first_seq ||
		       str_equal(threads_view_name(e->v->view, there->source), record->source));
}

void verify_evidence_add(struct verify_evidence *e, uint32_t set, const struct record *record)
{
	if (!is_set_of(e, set, record))
		verify_fault_at(e->v, MSG_VERIFY_SET, record->seq);
	if (set == IDENTITY_NO_CODE)
		return;
	e->live[set]++;
	e->marks[set] |= SEEN;
	if (!fits_evidence(e, set, record))
		verify_fault_at(e->v, MSG_VERIFY_SET, record->seq);
}

void verify_evidence_pass(struct verify_evidence *e, uint32_t set)
{
	e->marks[set] |= BLURRED;
}

/* Of a row that is there too much, nothing was added. */
void verify_evidence_remove(struct verify_evidence *e, uint32_t set)
{
	if (e->live[set] > 0)
		e->live[set]--;
}

/* ---- decisions */

static struct verify_decision *decision_on(struct verify_evidence *e, uint32_t a, uint32_t b)
{
	const struct identity_view *identity = e->v->identity;
	bool in_order = str_compare(identity_text(identity, a), identity_text(identity, b)) < 0;
	uint64_t key = ((uint64_t)MIN_OF(a, b) + 1) << 32 | (MAX_OF(a, b) + 1);
	uint64_t at;

	if (map64_get(e->pairs, key, &at))
		return &e->decisions[at];
	if (e->decision_count == e->decision_room) {
		e->decision_room = MAX_OF(e->decision_room * 2, (size_t)16);
		e->decisions =
			memory_resize(e->decisions, e->decision_room * sizeof(*e->decisions));
	}
	map64_put(e->pairs, key, e->decision_count);
	struct verify_decision *d = &e->decisions[e->decision_count++];
	*d = (struct verify_decision){ .a = in_order ? a : b, .b = in_order ? b : a };
	return d;
}

static void note_told(struct verify_evidence *e, const struct told *told)
{
	if (e->told_count == e->told_room) {
		e->told_room = MAX_OF(e->told_room * 2, (size_t)16);
		e->told = memory_resize(e->told, e->told_room * sizeof(*e->told));
	}
	e->told[e->told_count++] = *told;
}

void verify_evidence_decide(struct verify_evidence *e, const struct record *record)
{
	struct told told = { .seq = record->seq,
		.pair = UINT32_MAX,
		.by_people = identity_decided_by_people(record) };

	if (str_equal(record->activity, STR("undo")))
		told.undoes = record->target;
	if (!identity_decision_named(record->activity, &told.kind)) {
		note_told(e, &told); /* an undo, or rules: these can be undone too */
		return;
	}
	if (record->identifier_count != 2)
		return;
	uint32_t a = code_of(e, &record->identifiers[0]), b = code_of(e, &record->identifiers[1]);
	if (a == IDENTITY_NO_CODE || b == IDENTITY_NO_CODE) {
		verify_fault_at(e->v, MSG_VERIFY_DECISION, record->seq);
		return;
	}
	if (a == b)
		return;
	told.pair = (uint32_t)(decision_on(e, a, b) - e->decisions);
	note_told(e, &told);
}

void verify_evidence_forget(struct verify_evidence *e, uint64_t seq)
{
	size_t low = 0, high = e->told_count; /* they ascend */

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (e->told[middle].seq < seq)
			low = middle + 1;
		else
			high = middle;
	}
	if (low < e->told_count && e->told[low].seq == seq)
		e->told[low].gone = true;
}

/* An undo comes behind what it undoes: from the newest to the oldest, each knows its fate. */
static void decide_all(struct verify_evidence *e)
{
	for (size_t i = e->told_count; i-- > 0;)
		for (size_t k = 0; !e->told[i].gone && e->told[i].undoes > 0 && k < i; k++)
			e->told[k].gone |= e->told[k].seq == e->told[i].undoes;
	for (size_t i = 0; i < e->told_count; i++) {
		const struct told *told = &e->told[i];
		if (told->gone || told->pair == UINT32_MAX)
			continue;
		struct verify_decision *d = &e->decisions[told->pair];
		d->kind = told->kind;
		d->seq = told->seq;
		d->by_people = told->by_people;
	}
}

/* One that does not hold any more may be unknown: its record may be gone. */
static void check_decisions(struct verify_evidence *e)
{
	const struct identity *identity = e->v->state_of;
	size_t held = 0, expected = 0;

	for (size_t i = 0; i < identity_decision_count(identity); i++) {
		const struct identity_decision *d = identity_decision_at(identity, i);
		if (d->kind == DECISION_NONE)
			continue;
		const struct verify_decision *ours = decision_on(e, d->a, d->b);
		if (ours->kind != d->kind || ours->seq != d->seq || ours->a != d->a ||
			ours->by_people != d->by_people)
			verify_fault_at(e->v, MSG_VERIFY_DECISION, d->seq);
		held++;
	}
	for (size_t i = 0; i < e->decision_count; i++)
		expected += e->decisions[i].kind != DECISION_NONE;
	if (held != expected)
		verify_fault_at(e->v, MSG_VERIFY_DECISION, expected);
}

/* ---- the end */

static bool is_same_set(const struct verify_evidence *e, uint32_t set)
{
	const struct evidence *there = identity_evidence(e->v->state_of, set);
	uint8_t marks = e->marks[set];
	uint8_t ends = SEEN | SEEN_FIRST | SEEN_LAST;
	bool has_ends = (marks & SEEN) == 0 || (marks & BLURRED) != 0 || (marks & ends) == ends;

	return there->live == e->live[set] && has_ends;
}

void verify_evidence_end(struct verify_evidence *e)
{
	const struct identity_view *identity = e->v->identity;

	for (uint32_t set = 0; set < identity_set_count(identity); set++)
		if (!is_same_set(e, set))
			verify_fault_of(e->v, MSG_VERIFY_EVIDENCE,
				identity_text(identity, identity_set_owner(identity, set)));
	decide_all(e);
	check_decisions(e);
	verify_customers(e->v, e->live, e->decisions, e->decision_count);
}

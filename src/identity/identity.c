/* identity/identity.c - see identity.h */
#include "identity/identity.h"

#include "base/map64.h"
#include "base/random.h"
#include "identity/identifier.h"
#include "identity/identity_internal.h"
#include "identity/rules.h"
#include "identity/twins.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

struct identity *identity_create(void)
{
	struct identity *identity = memory_alloc(sizeof(*identity));
	uint64_t seed; /* identifiers come from outside: nobody shall choose those that collide */

	secret_bytes(&seed, sizeof(seed));
	identity->identifiers = strings_create(seed);
	identity->sets = strings_create(seed);
	identity->sources = strings_create(seed);
	identity->documents = strings_create(seed);
	identity->subject_names = strings_create(seed);
	identity->members = table_create(sizeof(struct member));
	identity->kinds = table_create(sizeof(uint8_t));
	identity->alone = table_create(sizeof(uint32_t));
	identity->nodes = table_create(sizeof(struct node));
	identity->evidence = table_create(sizeof(struct evidence));
	identity->owners = table_create(sizeof(uint8_t));
	identity->customers = table_create(sizeof(struct customer));
	identity->free_customers = table_create(sizeof(uint32_t));
	identity->decisions = table_create(sizeof(struct identity_decision));
	identity->acts = table_create(sizeof(struct act));
	identity->subjects = table_create(sizeof(struct subject));
	identity->rules = rules_default();
	identity->newest_rules = identity->rules_held = IDENTITY_NO_CODE;
	identity->unsettled = table_create(sizeof(uint32_t));
	identity->twins = table_create(sizeof(struct twin));
	identity->prints = strings_create(seed);
	identity->print_of = table_create(sizeof(uint32_t));
	return identity;
}

void identity_free(struct identity *identity)
{
	if (identity == NULL)
		return;
	strings_free(identity->identifiers);
	strings_free(identity->sets);
	strings_free(identity->sources);
	strings_free(identity->documents);
	strings_free(identity->subject_names);
	table_free(identity->members);
	table_free(identity->kinds);
	table_free(identity->alone);
	table_free(identity->nodes);
	table_free(identity->evidence);
	table_free(identity->owners);
	table_free(identity->customers);
	table_free(identity->free_customers);
	table_free(identity->decisions);
	table_free(identity->acts);
	table_free(identity->subjects);
	rules_free(identity->rules);
	free(identity->source_rules);
	table_free(identity->unsettled);
	table_free(identity->twins);
	strings_free(identity->prints);
	table_free(identity->print_of);
	map64_free(identity->far);
	codes_done(&identity->seeds);
	codes_done(&identity->deferred);
	codes_done(&identity->lent);
	codes_done(&identity->touched_sets);
	codes_done(&identity->touched_decisions);
	free(identity);
}

size_t identity_identifiers_left(const struct identity *identity)
{
	return IDENTIFIERS_MAX - table_count(identity->members);
}

/* ---- lists */

void codes_add(struct codes *codes, uint32_t code)
{
	if (codes->count == codes->room) {
		codes->room = MAX_OF(codes->room * 2, (size_t)64);
		codes->items = memory_resize(codes->items, codes->room * sizeof(*codes->items));
	}
	codes->items[codes->count++] = code;
}

void codes_add_all(struct codes *codes, const struct codes *more)
{
	for (size_t i = 0; i < more->count; i++)
		codes_add(codes, more->items[i]);
}

static int by_number(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return (x > y) - (x < y);
}

void codes_sort(struct codes *codes)
{
	size_t kept = 0;

	if (codes->count > 0)
		qsort(codes->items, codes->count, sizeof(*codes->items), by_number);
	for (size_t i = 0; i < codes->count; i++)
		if (kept == 0 || codes->items[kept - 1] != codes->items[i])
			codes->items[kept++] = codes->items[i];
	codes->count = kept;
}

void codes_done(struct codes *codes)
{
	free(codes->items);
	*codes = (struct codes){ 0 };
}

void watch_set(struct identity *identity, uint32_t set)
{
	if (identity->watching)
		codes_add(&identity->touched_sets, set);
}

void watch_decision(struct identity *identity, uint32_t decision)
{
	if (identity->watching)
		codes_add(&identity->touched_decisions, decision);
}

/* ---- customers */

uint32_t customer_new(struct identity *identity, uint32_t head)
{
	size_t unused = table_count(identity->free_customers);
	uint32_t number = (uint32_t)table_count(identity->customers);

	if (unused > 0) {
		number = *(const uint32_t *)table_at(identity->free_customers, unused - 1);
		table_resize(identity->free_customers, unused - 1);
	} else {
		(void)table_push(identity->customers);
	}
	const struct lens lens = lens_of(identity);
	const struct rules_type *type =
		rules_type(identity->rules, kind_at(identity, head) & KIND_ROW);
	struct customer fresh = { .head = head, .members = 1 };
	if (type->limit > 0 && twins_let_count(&lens, head))
		fresh.counts[type->slot] = 1;
	*(struct customer *)table_change(identity->customers, number) = fresh;
	struct member *member = member_change(identity, head);
	member->customer = number;
	member->next = head;
	identity->live_customers++;
	return number;
}

void customer_drop(struct identity *identity, uint32_t customer)
{
	*(struct customer *)table_change(identity->customers, customer) =
		(struct customer){ .head = IDENTITY_NO_CODE };
	*(uint32_t *)table_push(identity->free_customers) = customer;
	identity->live_customers--;
}

/* The smaller ring is renumbered: over all joins, each identifier at most log2(n) times. */
void rings_join(struct identity *identity, uint32_t a, uint32_t b)
{
	uint32_t to = member_at(identity, a)->customer, from = member_at(identity, b)->customer;

	if (to == from)
		return;
	const struct customer *customers[] = { table_at(identity->customers, to),
		table_at(identity->customers, from) };
	if (customers[0]->members < customers[1]->members) {
		rings_join(identity, b, a);
		return;
	}
	struct customer joined = *customers[0];
	joined.members += customers[1]->members;
	joined.restrained |= customers[1]->restrained;
	for (size_t i = 0; i < CUSTOMER_LIMITS; i++)
		joined.counts[i] =
			(uint8_t)MIN_OF(joined.counts[i] + customers[1]->counts[i], UINT8_MAX);
	uint32_t at = b;
	do {
		struct member *member = member_change(identity, at);
		member->customer = to;
		at = member->next;
	} while (at != b);
	uint32_t after_a = member_at(identity, a)->next, after_b = member_at(identity, b)->next;
	member_change(identity, a)->next = after_b; /* two rings crossed are one */
	member_change(identity, b)->next = after_a;
	*(struct customer *)table_change(identity->customers, to) = joined;
	customer_drop(identity, from);
}

/* All of its ring are dead. */
static void empty_ring(struct identity *identity, uint32_t identifier)
{
	uint32_t customer = member_at(identity, identifier)->customer, at = identifier;

	do {
		struct member *member = member_change(identity, at);
		member->customer = CUSTOMER_NONE;
		at = member->next;
	} while (at != identifier);
	customer_drop(identity, customer);
}

static uint32_t living_from(const struct identity *identity, uint32_t at)
{
	while (member_at(identity, at)->live == 0)
		at = member_at(identity, at)->next;
	return at;
}

void member_died(struct identity *identity, uint32_t identifier)
{
	uint32_t number = member_at(identity, identifier)->customer;
	const struct customer *now =
		number == CUSTOMER_NONE ? NULL : table_at(identity->customers, number);

	if (now == NULL)
		return;
	if (now->members == 1) {
		empty_ring(identity, identifier);
		return;
	}
	struct customer *customer = table_change(identity->customers, number);
	customer->members--;
	if (customer->head == identifier)
		customer->head = living_from(identity, identifier);
}

void member_lives(struct identity *identity, uint32_t identifier)
{
	uint32_t number = member_at(identity, identifier)->customer;

	if (number == CUSTOMER_NONE)
		(void)customer_new(identity, identifier);
	else /* it went and came since the last look */
		((struct customer *)table_change(identity->customers, number))->members++;
}

/* ---- evidence */

static void make_live(struct identity *identity, uint32_t set)
{
	struct set_parts parts;

	set_parts(strings_get(identity->sets, set), &parts);
	for (size_t i = 0; i < parts.count; i++) {
		struct member *member = member_change(identity, parts.codes[i]);
		if (member->live++ > 0)
			continue;
		identity->live_identifiers++;
		member_lives(identity, parts.codes[i]);
		if (table_count(identity->decisions) > 0) /* one may concern it */
			seed(identity, parts.codes[i]);
		twins_seed(identity, parts.codes[i]);
	}
	if (parts.count > 1)
		link_set(identity, set);
}

void identity_add(
	struct identity *identity, uint32_t set, uint64_t seq, uint32_t source, int64_t time)
{
	struct evidence *evidence = table_change(identity->evidence, set);
	bool earlier = time < evidence->first_time && evidence->first_time != TIME_UNKNOWN;

	if (evidence->first_seq == 0) {
		evidence->first_seq = seq;
		evidence->source = source;
	}
	evidence->last_seq = MAX_OF(evidence->last_seq, seq);
	if (evidence->live == 0 || earlier || evidence->first_time == TIME_UNKNOWN)
		watch_set(identity, set);
	if (evidence->live++ == 0) {
		evidence->first_time = time;
		make_live(identity, set);
	} else if (earlier) {
		evidence->first_time = time;
		link_moved(identity, set);
	}
}

static void make_dead(struct identity *identity, uint32_t set)
{
	struct set_parts parts;

	set_parts(strings_get(identity->sets, set), &parts);
	for (size_t i = 0; i < parts.count; i++) {
		if (--member_change(identity, parts.codes[i])->live == 0) {
			identity->live_identifiers--;
			member_died(identity, parts.codes[i]);
			twins_seed(identity, parts.codes[i]);
		}
		if (parts.count > 1 || member_at(identity, parts.codes[i])->live == 0)
			seed(identity, parts.codes[i]);
	}
}

void identity_remove(struct identity *identity, uint32_t set, int64_t time)
{
	struct evidence *evidence = table_change(identity->evidence, set);

	ASSERT(evidence->live > 0);
	/* unknown: it may just have been found beside, of the event that goes */
	if (evidence->live == 1 || time == evidence->first_time ||
		evidence->first_time == TIME_UNKNOWN)
		watch_set(identity, set);
	if (--evidence->live == 0) {
		make_dead(identity, set);
	} else if (time == evidence->first_time && identity->find_times != NULL) {
		evidence->first_time = TIME_UNKNOWN;
		link_moved(identity, set);
	}
}

void identity_count_rows(struct identity *identity, identity_rows_fn *rows)
{
	identity->times_rows = rows;
}

void identity_ask_times(struct identity *identity, identity_times_fn *find, void *context)
{
	identity->find_times = find;
	identity->times_context = context;
}

const struct evidence *identity_evidence(const struct identity *identity, uint32_t set)
{
	return table_at(identity->evidence, set);
}

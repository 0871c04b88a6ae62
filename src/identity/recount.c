/* identity/recount.c - see recount.h
 *
 * `fork` is the identity that is computed beside.  Its members, kinds, owners and customers are its
 * own, and take the others' place in the end; texts, evidence and decisions are those of the last
 * moment that it follows.  What the writer does to customers meanwhile is not copied: the same
 * evidence is brought in here, by the same functions (link.c), and leads to the same customers.
 */
#include "identity/recount.h"

#include "base/map64.h"
#include "identity/moment.h"
#include "identity/twins.h"

#include <stdlib.h>

struct recount {
	uint64_t rulings, owners_version; /* of the identity, when it was begun */
	struct identity_moment *moment; /* to be computed, or followed */
	struct identity *fork; /* NULL: not computed yet */
	struct codes sets, decisions; /* that changed before `moment` */
	/* Times that were unknown and are found; of a set that changed again: TIME_UNKNOWN. */
	struct codes timed; /* sets */
	struct map64 *times; /* set + 1 -> time */
};

static void note_time(struct recount *r, uint32_t set, int64_t time)
{
	map64_put(r->times, (uint64_t)set + 1, (uint64_t)time);
}

void identity_look_within(struct identity *identity, size_t steps)
{
	identity->steps_max = steps;
}

bool identity_is_behind(const struct identity *identity)
{
	return identity->deferred.count > 0 || identity->lent.count > 0 ||
	       rules_are_due(identity) || twins_are_due(identity);
}

bool identity_looks_suffice(const struct identity *identity)
{
	return identity->deferred.count == 0 && identity->lent.count == 0 &&
	       !rules_are_due(identity);
}

struct recount *recount_begin(struct identity *identity)
{
	struct recount *r = memory_alloc(sizeof(*r));

	ASSERT(!identity->watching && !identity->all_stale && identity->lent.count == 0);
	r->rulings = identity->rulings;
	r->owners_version = identity->owners_version;
	r->moment = identity_moment(identity);
	r->times = map64_create();
	map64_free(identity->far);
	identity->far = NULL;
	identity->lent = identity->deferred;
	identity->deferred = (struct codes){ 0 };
	identity->watching = true;
	return r;
}

static void stop_watching(struct identity *identity)
{
	identity->watching = false;
	codes_done(&identity->touched_sets);
	codes_done(&identity->touched_decisions);
}

void recount_give_up(struct identity *identity)
{
	stop_watching(identity);
	codes_add_all(&identity->deferred, &identity->lent);
	codes_done(&identity->lent);
}

bool recount_moved_owners(const struct recount *r)
{
	return r->fork->owners_version != r->owners_version;
}

struct identity_view *recount_publish(struct recount *r, const struct identity_view *then)
{
	return view_of_fork(r->fork, then);
}

void recount_free(struct recount *r)
{
	if (r == NULL)
		return;
	identity_moment_free(r->moment);
	identity_free(r->fork);
	codes_done(&r->sets);
	codes_done(&r->decisions);
	codes_done(&r->timed);
	map64_free(r->times);
	free(r);
}

/* ---- compute */

struct asking {
	struct recount *recount;
	identity_times_fn *find;
	void *context;
};

/* Notes what it answers: the writer need not look for it again. */
static void find_times(void *context, const uint32_t *sets, int64_t *times, size_t count)
{
	struct asking *a = context;

	a->find(a->context, sets, times, count);
	for (size_t i = 0; i < count; i++) {
		codes_add(&a->recount->timed, sets[i]);
		note_time(a->recount, sets[i], times[i]);
	}
}

void recount_compute(struct recount *r, identity_times_fn *find, void *context)
{
	struct asking asking = { r, find, context };

	r->fork = identity_of_moment(r->moment, find == NULL ? NULL : find_times, &asking);
	identity_ask_times(r->fork, NULL, NULL); /* it was for this moment */
	identity_moment_free(r->moment);
	r->moment = NULL;
	table_own(r->fork->members);
	table_own(r->fork->kinds);
	table_own(r->fork->owners);
	table_own(r->fork->customers);
	table_own(r->fork->free_customers);
}

/* ---- follow */

/* Also by what nobody carries: a record may name an identifier and decide nothing. */
static bool has_grown(const struct identity *fork, const struct identity *identity)
{
	return table_count(fork->members) < table_count(identity->members) ||
	       table_count(fork->owners) < table_count(identity->owners) ||
	       table_count(fork->twins) < table_count(identity->twins) ||
	       fork->source_count < identity->source_count;
}

bool recount_catch_up(struct recount *r, struct identity *identity, size_t *left)
{
	if (r->rulings != identity->rulings)
		return false;
	ASSERT(r->moment == NULL && identity->watching);
	codes_done(&r->sets);
	codes_done(&r->decisions);
	r->sets = identity->touched_sets;
	r->decisions = identity->touched_decisions;
	identity->touched_sets = identity->touched_decisions = (struct codes){ 0 };
	*left = r->sets.count + r->decisions.count;
	if (*left > 0 || has_grown(r->fork, identity))
		r->moment = identity_moment(identity);
	return true;
}

/* How many there are in the fork before it follows. */
struct before {
	size_t identifiers, sets, twins;
	struct table *evidence;
};

/* As make_live() and make_dead() of identity.c did there. */
static void refresh(struct recount *r, uint32_t identifier)
{
	const struct member *now = view_at(r->moment->members, identifier);
	struct member *member = member_change(r->fork, identifier);
	bool lived = member->live > 0;

	member->live = now->live;
	member->nodes = now->nodes;
	if (lived == (now->live > 0))
		return;
	if (lived)
		member_died(r->fork, identifier);
	else
		member_lives(r->fork, identifier);
	if (lived || table_count(r->fork->decisions) > 0)
		seed(r->fork, identifier);
	twins_seed(r->fork, identifier);
}

static void refresh_set(struct recount *r, uint32_t set)
{
	struct set_parts parts;

	set_parts(strings_get(r->fork->sets, set), &parts);
	for (size_t i = 0; i < parts.count; i++)
		refresh(r, parts.codes[i]);
}

static void add_new(struct recount *r, const struct before *before)
{
	struct identity *fork = r->fork;

	for (size_t i = fork->source_count; i < strings_count(fork->sources); i++)
		rules_add_source(fork, strings_get(fork->sources, (uint32_t)i));
	for (uint32_t i = (uint32_t)before->identifiers; i < view_count(r->moment->members); i++) {
		struct member *member = table_push(fork->members);
		*member = (struct member){ .customer = CUSTOMER_NONE, .nodes = NODE_END };
		*(uint8_t *)table_push(fork->kinds) =
			kind_of(fork->rules, strings_get(fork->identifiers, i));
	}
	for (uint32_t i = (uint32_t)before->identifiers; i < view_count(r->moment->members); i++)
		refresh(r, i); /* all are there: twins look at each other */
	const struct lens lens = lens_of(fork);
	for (uint32_t set = (uint32_t)before->sets; set < view_count(r->moment->owners); set++) {
		*(uint8_t *)table_push(fork->owners) = lens_owner(&lens, set);
		refresh_set(r, set);
	}
}

static void bring_in(struct recount *r, const struct before *before, uint32_t set)
{
	static const struct evidence none;
	struct identity *fork = r->fork;
	const struct evidence *was = set < before->sets ? table_at(before->evidence, set) : &none;
	const struct evidence *is = table_at(fork->evidence, set);
	struct set_parts parts;

	set_parts(strings_get(fork->sets, set), &parts);
	note_time(r, set, TIME_UNKNOWN);
	if (parts.count == 1)
		return;
	if (is->live == 0)
		seed_set(fork, set);
	else if (was->live == 0)
		link_set(fork, set);
	else if (was->first_time != is->first_time || is->first_time == TIME_UNKNOWN)
		link_moved(fork, set); /* unknown: found here, and perhaps another by now */
}

static void bring_in_decision(struct recount *r, uint32_t i)
{
	const struct identity_decision *d = table_at(r->fork->decisions, i);

	refresh(r, d->a);
	refresh(r, d->b);
	seed(r->fork, d->a);
	seed(r->fork, d->b);
}

static void bring_in_twins(struct recount *r, size_t i)
{
	const struct twin *twin = table_at(r->fork->twins, i);

	refresh(r, twin->hash);
	refresh(r, twin->plain);
	seed(r->fork, twin->hash);
	seed(r->fork, twin->plain);
}

void recount_follow(struct recount *r)
{
	struct identity *fork = r->fork;

	if (r->moment == NULL)
		return;
	struct before before = { .identifiers = table_count(fork->members),
		.sets = table_count(fork->owners),
		.twins = table_count(fork->twins),
		.evidence = fork->evidence };
	fork->evidence = NULL; /* kept, to be compared with */
	moment_evidence(fork, r->moment);
	codes_sort(&r->sets);
	codes_sort(&r->decisions);
	add_new(r, &before);
	for (size_t i = 0; i < r->sets.count; i++)
		refresh_set(r, r->sets.items[i]);
	for (size_t i = 0; i < r->decisions.count; i++)
		bring_in_decision(r, r->decisions.items[i]);
	for (size_t i = before.twins; i < table_count(fork->twins); i++)
		bring_in_twins(r, i);
	for (size_t i = 0; i < r->sets.count; i++)
		bring_in(r, &before, r->sets.items[i]);
	table_free(before.evidence);
	identity_moment_free(r->moment);
	r->moment = NULL;
}

/* ---- take */

static void exchange(struct table **a, struct table **b)
{
	struct table *kept = *a;

	*a = *b;
	*b = kept;
}

static void exchange_rules(struct identity *a, struct identity *b)
{
	struct identity_rules *rules = a->rules;
	struct rules_source *sources = a->source_rules;

	a->rules = b->rules;
	a->source_rules = b->source_rules;
	a->rules_held = b->rules_held;
	b->rules = rules;
	b->source_rules = sources;
}

static void tell_times(const struct recount *r, struct identity *identity, uint32_t set)
{
	const struct evidence *evidence = table_at(identity->evidence, set);
	uint64_t time = (uint64_t)TIME_UNKNOWN;

	(void)map64_get(r->times, (uint64_t)set + 1, &time);
	if (evidence->first_time == TIME_UNKNOWN)
		((struct evidence *)table_change(identity->evidence, set))->first_time =
			(int64_t)time;
}

void recount_take(struct recount *r, struct identity *identity)
{
	struct identity *fork = r->fork;

	ASSERT(r->rulings == identity->rulings && r->moment == NULL &&
		identity->touched_sets.count == 0 && identity->touched_decisions.count == 0);
	ASSERT(table_count(fork->members) == table_count(identity->members) &&
		fork->source_count == identity->source_count);
	exchange(&identity->members, &fork->members);
	exchange(&identity->kinds, &fork->kinds);
	exchange(&identity->owners, &fork->owners);
	exchange(&identity->customers, &fork->customers);
	exchange(&identity->free_customers, &fork->free_customers);
	exchange_rules(identity, fork);
	identity->live_customers = fork->live_customers;
	identity->owners_version = fork->owners_version;
	codes_add_all(&identity->seeds, &fork->seeds);
	codes_done(&identity->lent);
	stop_watching(identity);
	for (size_t i = 0; i < r->timed.count; i++)
		tell_times(r, identity, r->timed.items[i]);
}

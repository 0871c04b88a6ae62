/* identity/moment.c - identity as it is at one moment, and another that begins so; see recount.h
 *
 * The other shares all that it does not change (table_of_view()).  It knows its texts by their
 * codes alone: nothing is found or added by text.
 */
#include "identity/moment.h"

#include <stdlib.h>

struct identity_moment *identity_moment(struct identity *identity)
{
	struct identity_moment *m = memory_alloc(sizeof(*m));

	m->identifiers = strings_publish(identity->identifiers);
	m->sets = strings_publish(identity->sets);
	m->sources = strings_publish(identity->sources);
	m->documents = strings_publish(identity->documents);
	m->members = table_publish(identity->members);
	m->kinds = table_publish(identity->kinds);
	m->nodes = table_publish(identity->nodes);
	m->evidence = table_publish(identity->evidence);
	m->owners = table_publish(identity->owners);
	m->customers = table_publish(identity->customers);
	m->free_customers = table_publish(identity->free_customers);
	m->decisions = table_publish(identity->decisions);
	m->acts = table_publish(identity->acts);
	m->twins = table_publish(identity->twins);
	m->live_identifiers = identity->live_identifiers;
	m->live_customers = identity->live_customers;
	m->newest_rules = identity->newest_rules;
	m->rules_held = identity->rules_held;
	m->owners_version = identity->owners_version;
	codes_add_all(&m->seeds, &identity->seeds);
	codes_add_all(&m->seeds, &identity->deferred);
	codes_add_all(&m->seeds, &identity->lent);
	return m;
}

void identity_moment_free(struct identity_moment *m)
{
	if (m == NULL)
		return;
	strings_view_unref(m->identifiers);
	strings_view_unref(m->sets);
	strings_view_unref(m->sources);
	strings_view_unref(m->documents);
	view_unref(m->members);
	view_unref(m->kinds);
	view_unref(m->nodes);
	view_unref(m->evidence);
	view_unref(m->owners);
	view_unref(m->customers);
	view_unref(m->free_customers);
	view_unref(m->decisions);
	view_unref(m->acts);
	view_unref(m->twins);
	codes_done(&m->seeds);
	free(m);
}

void moment_evidence(struct identity *identity, const struct identity_moment *m)
{
	strings_free(identity->identifiers);
	strings_free(identity->sets);
	strings_free(identity->sources);
	strings_free(identity->documents);
	table_free(identity->nodes);
	table_free(identity->evidence);
	table_free(identity->decisions);
	table_free(identity->acts);
	table_free(identity->twins);
	identity->identifiers = strings_of_view(m->identifiers);
	identity->sets = strings_of_view(m->sets);
	identity->sources = strings_of_view(m->sources);
	identity->documents = strings_of_view(m->documents);
	identity->nodes = table_of_view(m->nodes);
	identity->evidence = table_of_view(m->evidence);
	identity->decisions = table_of_view(m->decisions);
	identity->acts = table_of_view(m->acts);
	identity->twins = table_of_view(m->twins);
	identity->live_identifiers = m->live_identifiers;
	identity->newest_rules = m->newest_rules;
}

struct identity *identity_of_moment(
	struct identity_moment *m, identity_times_fn *find, void *context)
{
	struct identity *identity = memory_alloc(sizeof(*identity));

	moment_evidence(identity, m);
	identity->members = table_of_view(m->members);
	identity->kinds = table_of_view(m->kinds);
	identity->owners = table_of_view(m->owners);
	identity->customers = table_of_view(m->customers);
	identity->free_customers = table_of_view(m->free_customers);
	identity->live_customers = m->live_customers;
	identity->rules_held = m->rules_held;
	identity->owners_version = m->owners_version;
	rules_reload(identity);
	codes_add_all(&identity->seeds, &m->seeds);
	codes_sort(&identity->seeds);
	identity_ask_times(identity, find, context);
	settle(identity);
	return identity;
}

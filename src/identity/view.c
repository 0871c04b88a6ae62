/* identity/view.c - what readers see of identity; see identity.h */
#include "identity/identity_internal.h"
#include "identity/moment.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

struct identity_view {
	atomic_uint references;
	struct strings_view *identifiers, *sets, *sources, *documents, *subject_names;
	struct view *members, *customers, *owners, *subjects;
	uint32_t live_identifiers, live_customers;
	uint32_t rules_text; /* in documents; IDENTITY_NO_CODE: the default */
	bool is_behind;
};

static uint32_t rules_text(const struct identity *identity)
{
	const struct act *act = identity->rules_held == IDENTITY_NO_CODE
					? NULL
					: table_at(identity->acts, identity->rules_held);

	return act == NULL ? IDENTITY_NO_CODE : act->about;
}

struct identity_view *identity_publish(struct identity *identity)
{
	struct identity_view *view = memory_alloc(sizeof(*view));

	settle_for_look(identity);
	atomic_init(&view->references, 1);
	view->identifiers = strings_publish(identity->identifiers);
	view->sets = strings_publish(identity->sets);
	view->sources = strings_publish(identity->sources);
	view->documents = strings_publish(identity->documents);
	view->subject_names = strings_publish(identity->subject_names);
	view->members = table_publish(identity->members);
	view->customers = table_publish(identity->customers);
	view->owners = table_publish(identity->owners);
	view->subjects = table_publish(identity->subjects);
	view->live_identifiers = identity->live_identifiers;
	view->live_customers = identity->live_customers;
	view->rules_text = rules_text(identity);
	view->is_behind = identity_is_behind(identity);
	return view;
}

struct identity_view *view_of_fork(struct identity *fork, const struct identity_view *then)
{
	struct identity_view *view = memory_alloc(sizeof(*view));

	atomic_init(&view->references, 1);
	view->identifiers = strings_view_ref(then->identifiers);
	view->sets = strings_view_ref(then->sets);
	view->sources = strings_view_ref(then->sources);
	view->documents = strings_view_ref(then->documents);
	view->subject_names = strings_view_ref(then->subject_names);
	view->subjects = view_ref(then->subjects);
	view->members = table_publish(fork->members);
	view->customers = table_publish(fork->customers);
	view->owners = table_publish(fork->owners);
	view->live_identifiers = fork->live_identifiers;
	view->live_customers = fork->live_customers;
	view->rules_text = rules_text(fork);
	return view;
}

struct identity_view *identity_view_ref(struct identity_view *view)
{
	atomic_fetch_add_explicit(&view->references, 1, memory_order_relaxed);
	return view;
}

void identity_view_unref(struct identity_view *view)
{
	if (view == NULL ||
		atomic_fetch_sub_explicit(&view->references, 1, memory_order_acq_rel) > 1)
		return;
	strings_view_unref(view->identifiers);
	strings_view_unref(view->sets);
	strings_view_unref(view->sources);
	strings_view_unref(view->documents);
	strings_view_unref(view->subject_names);
	view_unref(view->members);
	view_unref(view->customers);
	view_unref(view->owners);
	view_unref(view->subjects);
	free(view);
}

bool identity_view_is_behind(const struct identity_view *view)
{
	return view->is_behind;
}

static const struct member *seen(const struct identity_view *view, uint32_t identifier)
{
	return view_at(view->members, identifier);
}

uint32_t identity_identifier_count(const struct identity_view *view)
{
	return (uint32_t)view_count(view->members);
}

uint32_t identity_live_count(const struct identity_view *view)
{
	return view->live_identifiers;
}

uint32_t identity_customer_count(const struct identity_view *view)
{
	return view->live_customers;
}

uint32_t identity_customer_end(const struct identity_view *view)
{
	return (uint32_t)view_count(view->customers);
}

const struct customer *identity_customer(const struct identity_view *view, uint32_t customer)
{
	return view_at(view->customers, customer);
}

uint32_t identity_find(const struct identity_view *view, str type_value)
{
	uint32_t code = strings_view_find(view->identifiers, type_value);

	return code < view_count(view->members) ? code : IDENTITY_NO_CODE;
}

str identity_text(const struct identity_view *view, uint32_t identifier)
{
	return strings_view_get(view->identifiers, identifier);
}

uint32_t identity_customer_of(const struct identity_view *view, uint32_t identifier)
{
	return seen(view, identifier)->live == 0 ? CUSTOMER_NONE : seen(view, identifier)->customer;
}

uint32_t identity_live_sets(const struct identity_view *view, uint32_t identifier)
{
	return seen(view, identifier)->live;
}

uint32_t identity_next_member(const struct identity_view *view, uint32_t identifier)
{
	do
		identifier = seen(view, identifier)->next;
	while (seen(view, identifier)->live == 0);
	return identifier;
}

size_t identity_set_members(
	const struct identity_view *view, uint32_t set, uint32_t out[static SET_IDENTIFIERS_MAX])
{
	struct set_parts parts;

	set_parts(strings_view_get(view->sets, set), &parts);
	memcpy(out, parts.codes, parts.count * sizeof(*out));
	return parts.count;
}

uint64_t identity_set_verified(const struct identity_view *view, uint32_t set)
{
	struct set_parts parts;

	set_parts(strings_view_get(view->sets, set), &parts);
	return parts.verified;
}

str identity_set_source(const struct identity_view *view, uint32_t set)
{
	struct set_parts parts;

	set_parts(strings_view_get(view->sets, set), &parts);
	return parts.source == IDENTITY_NO_CODE ? STR("")
						: strings_view_get(view->sources, parts.source);
}

uint32_t identity_set_owner(const struct identity_view *view, uint32_t set)
{
	uint8_t place = *(const uint8_t *)view_at(view->owners, set);
	str bytes = strings_view_get(view->sets, set);
	uint32_t owner;

	ASSERT(bytes.len >= (place + 1u) * sizeof(owner));
	memcpy(&owner, bytes.ptr + place * sizeof(owner), sizeof(owner));
	return owner & ~SET_VERIFIED;
}

uint32_t identity_set_count(const struct identity_view *view)
{
	return (uint32_t)strings_view_count(view->sets);
}

str identity_document(const struct identity_view *view, str subject, uint64_t *seq)
{
	uint32_t code = strings_view_find(view->subject_names, subject);
	str name, document;

	if (code >= view_count(view->subjects))
		return STR("");
	const struct subject *s = view_at(view->subjects, code);
	if (s->text == IDENTITY_NO_CODE || !str_split(strings_view_get(view->documents, s->text),
						   DOCUMENT_CUT, &name, &document))
		return STR("");
	if (seq != NULL)
		*seq = s->seq;
	return document;
}

uint32_t identity_subject_count(const struct identity_view *view)
{
	return (uint32_t)view_count(view->subjects);
}

str identity_subject(const struct identity_view *view, uint32_t i)
{
	return strings_view_get(view->subject_names, i);
}

str identity_view_rules(const struct identity_view *view)
{
	return view->rules_text == IDENTITY_NO_CODE
		       ? STR("")
		       : strings_view_get(view->documents, view->rules_text);
}

/* identity/view.c - what readers see of identity; see identity.h */
#include "identity/identity_internal.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

struct identity_view {
	atomic_uint references;
	struct strings_view *identifiers, *sets, *sources;
	struct view *members, *customers, *owners;
	uint32_t live_identifiers, live_customers;
};

struct identity_view *identity_publish(struct identity *identity)
{
	struct identity_view *view = memory_alloc(sizeof(*view));

	settle(identity);
	atomic_init(&view->references, 1);
	view->identifiers = strings_publish(identity->identifiers);
	view->sets = strings_publish(identity->sets);
	view->sources = strings_publish(identity->sources);
	view->members = table_publish(identity->members);
	view->customers = table_publish(identity->customers);
	view->owners = table_publish(identity->owners);
	view->live_identifiers = identity->live_identifiers;
	view->live_customers = identity->live_customers;
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
	view_unref(view->members);
	view_unref(view->customers);
	view_unref(view->owners);
	free(view);
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
	return seen(view, identifier)->next;
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

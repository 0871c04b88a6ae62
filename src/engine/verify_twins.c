/* engine/verify_twins.c - addresses and their digests that are one, sought anew; see verify.h
 *
 * Not by identity's prints: every living address is hashed, and its digest looked up among what
 * there is.  Where nobody told a digest nothing is done.
 */
#include "engine/verify_internal.h"
#include "identity/identifier.h"
#include "identity/rules.h"

#include <stdlib.h>

struct verify_twins {
	const struct identity_view *identity;
	struct verify_twin *items;
	size_t count, room;
	uint32_t *class; /* by identifier: the least of those it is one with; NULL: no twins */
	uint32_t *size; /* by class */
	uint32_t *plain; /* by identifier: what a digest is of, + 1; 0: nothing */
};

static uint32_t class_of(const struct verify_twins *t, uint32_t i)
{
	while (t->class[i] != i)
		i = t->class[i] = t->class[t->class[i]];
	return i;
}

static void add(struct verify_twins *t, uint32_t hash, uint32_t plain)
{
	if (t->count == t->room) {
		t->room = MAX_OF(t->room * 2, (size_t)64);
		t->items = memory_resize(t->items, t->room * sizeof(*t->items));
	}
	t->items[t->count++] = (struct verify_twin){ hash, plain };
}

static void find_of(struct verify_twins *t, uint32_t plain, str type, str value, unsigned hash)
{
	char digits[HASH_DIGITS_MAX], room[IDENTIFIER_TEXT_BYTES_MAX];
	str forms[HASH_FORMS_MAX];
	size_t place, count = hash_forms(type, value, forms);

	if (!hash_plain_type(type, &place))
		return;
	for (size_t i = 0; i < count; i++) {
		struct strbuf text = { .ptr = room, .cap = sizeof(room), .cap_max = sizeof(room) };
		strbuf_add(&text, hash_type_name(place, (enum identifier_hash)hash));
		strbuf_add_byte(&text, ':');
		strbuf_add(&text, hash_of((enum identifier_hash)hash, forms[i], digits));
		uint32_t found = identity_find(t->identity, strbuf_str(&text));
		if (found != IDENTITY_NO_CODE && identity_live_sets(t->identity, found) > 0)
			add(t, found, plain);
	}
}

static const struct rules_type *row_of(
	const struct identity_view *identity, const struct identity_rules *rules, uint32_t i)
{
	str type, value;

	return str_split(identity_text(identity, i), ':', &type, &value)
		       ? rules_type(rules, rules_row(rules, type))
		       : rules_type(rules, RULES_TYPE_OTHER);
}

static bool has_digests(const struct identity_view *identity, const struct identity_rules *rules)
{
	for (uint32_t i = 0; i < identity_identifier_count(identity); i++)
		if (row_of(identity, rules, i)->hash_of != RULES_TYPE_OTHER)
			return true;
	return false;
}

static void find_all(struct verify_twins *t, const struct identity_rules *rules)
{
	for (uint32_t i = 0; i < identity_identifier_count(t->identity); i++) {
		unsigned hashes = row_of(t->identity, rules, i)->hashes;
		str type, value;
		if (hashes == 0 || identity_live_sets(t->identity, i) == 0 ||
			!str_split(identity_text(t->identity, i), ':', &type, &value))
			continue;
		for (unsigned hash = 0; hash < HASH_KINDS; hash++)
			if ((hashes >> hash & 1) != 0)
				find_of(t, i, type, value, hash);
	}
}

static void note_plain(struct verify_twins *t, const struct verify_twin *twin)
{
	uint32_t *plain = &t->plain[twin->hash];

	if (*plain == 0 || str_compare(identity_text(t->identity, twin->plain),
				   identity_text(t->identity, *plain - 1)) < 0)
		*plain = twin->plain + 1;
}

static void make_classes(struct verify_twins *t)
{
	size_t count = identity_identifier_count(t->identity);

	t->class = memory_alloc((count + 1) * sizeof(*t->class));
	t->size = memory_alloc((count + 1) * sizeof(*t->size));
	t->plain = memory_alloc((count + 1) * sizeof(*t->plain));
	for (uint32_t i = 0; i < count; i++)
		t->class[i] = i;
	for (size_t i = 0; i < t->count; i++) {
		uint32_t x = class_of(t, t->items[i].hash), y = class_of(t, t->items[i].plain);
		t->class[MAX_OF(x, y)] = MIN_OF(x, y);
		note_plain(t, &t->items[i]);
	}
	for (uint32_t i = 0; i < count; i++)
		t->size[class_of(t, i)]++;
}

struct verify_twins *verify_twins_create(
	const struct identity_view *identity, const struct identity_rules *rules)
{
	struct verify_twins *t = memory_alloc(sizeof(*t));

	t->identity = identity;
	if (has_digests(identity, rules))
		find_all(t, rules);
	if (t->count > 0)
		make_classes(t);
	return t;
}

void verify_twins_free(struct verify_twins *t)
{
	if (t == NULL)
		return;
	free(t->items);
	free(t->class);
	free(t->size);
	free(t->plain);
	free(t);
}

const struct verify_twin *verify_twins_all(const struct verify_twins *t, size_t *count)
{
	*count = t->count;
	return t->items;
}

uint32_t verify_twins_class(const struct verify_twins *t, uint32_t identifier)
{
	return t->count == 0 ? identifier : class_of(t, identifier);
}

size_t verify_twins_size(const struct verify_twins *t, uint32_t class)
{
	return t->count == 0 ? 1 : t->size[class];
}

uint32_t verify_twins_plain(const struct verify_twins *t, uint32_t identifier)
{
	return t->count == 0 || t->plain[identifier] == 0 ? identifier : t->plain[identifier] - 1;
}

/* identity/save.c - identity into a table store and back; see identity.h
 *
 * The entry:  u32 version, 6
 *             u32 live identifiers, u32 live customers, u32 newest act on the rules, u32 act whose
 *             rules are in force
 *             u32 families of digests that are watched, a bit each; u32 identifiers that were
 *             looked through, for each of them (twins.h)
 *             the dictionaries of identifiers, sets, sources, documents, subjects' names and
 *             prints (strings_save)
 *             the tables members, kinds, alone, nodes, evidence, owners, customers,
 *             free_customers, decisions, acts, subjects, twins, print_of, unsettled: identifiers
 *             from which customers are still to be computed
 */
#include "identity/identity_internal.h"

#include "base/varint.h"

#include <stdlib.h>

enum { SAVE_VERSION = 6, TABLES = 14 };

struct named {
	struct table **table;
	size_t item_bytes;
};

static void tables_of(struct identity *identity, struct named out[static TABLES])
{
	const struct named tables[TABLES] = {
		{ &identity->members, sizeof(struct member) },
		{ &identity->kinds, sizeof(uint8_t) },
		{ &identity->alone, sizeof(uint32_t) },
		{ &identity->nodes, sizeof(struct node) },
		{ &identity->evidence, sizeof(struct evidence) },
		{ &identity->owners, sizeof(uint8_t) },
		{ &identity->customers, sizeof(struct customer) },
		{ &identity->free_customers, sizeof(uint32_t) },
		{ &identity->decisions, sizeof(struct identity_decision) },
		{ &identity->acts, sizeof(struct act) },
		{ &identity->subjects, sizeof(struct subject) },
		{ &identity->twins, sizeof(struct twin) },
		{ &identity->print_of, sizeof(uint32_t) },
		{ &identity->unsettled, sizeof(uint32_t) },
	};

	for (size_t i = 0; i < TABLES; i++)
		out[i] = tables[i];
}

static void note_unsettled(struct identity *identity)
{
	const struct codes *const lists[] = { &identity->seeds, &identity->deferred,
		&identity->lent };

	table_resize(identity->unsettled, 0);
	for (size_t l = 0; l < ARRAY_LEN(lists); l++)
		for (size_t i = 0; i < lists[l]->count; i++)
			*(uint32_t *)table_push(identity->unsettled) = lists[l]->items[i];
}

void identity_save(struct identity *identity, struct saving *saving)
{
	struct named tables[TABLES];

	settle_for_look(identity);
	note_unsettled(identity);
	saving_add_u32(saving, SAVE_VERSION);
	saving_add_u32(saving, identity->live_identifiers);
	saving_add_u32(saving, identity->live_customers);
	saving_add_u32(saving, identity->newest_rules);
	saving_add_u32(saving, identity->rules_held);
	saving_add_u32(saving, identity->watched);
	for (size_t i = 0; i < HASH_FAMILIES; i++)
		saving_add_u32(saving, identity->scanned[i]);
	saving_add_strings(saving, identity->identifiers);
	saving_add_strings(saving, identity->sets);
	saving_add_strings(saving, identity->sources);
	saving_add_strings(saving, identity->documents);
	saving_add_strings(saving, identity->subject_names);
	saving_add_strings(saving, identity->prints);
	tables_of(identity, tables);
	for (size_t i = 0; i < TABLES; i++)
		saving_add_table(saving, *tables[i].table);
}

/* Codes that lead outside would be read there: a checkpoint is believed only where its parts
 * agree in number. */
static bool agrees(const struct identity *identity)
{
	size_t members = table_count(identity->members);

	return members == strings_count(identity->identifiers) &&
	       members == table_count(identity->alone) && members == table_count(identity->kinds) &&
	       table_count(identity->evidence) == table_count(identity->owners) &&
	       table_count(identity->evidence) == strings_count(identity->sets) &&
	       table_count(identity->subjects) == strings_count(identity->subject_names) &&
	       table_count(identity->print_of) == strings_count(identity->prints) &&
	       identity->live_identifiers <= members &&
	       identity->live_customers + table_count(identity->free_customers) ==
		       table_count(identity->customers) &&
	       (identity->newest_rules == IDENTITY_NO_CODE ||
		       identity->newest_rules < table_count(identity->acts)) &&
	       (identity->rules_held == IDENTITY_NO_CODE ||
		       identity->rules_held < table_count(identity->acts));
}

/* They are computed before anybody looks, or beside. */
static bool take_unsettled(struct identity *identity)
{
	for (size_t i = 0; i < table_count(identity->unsettled); i++) {
		uint32_t code = *(const uint32_t *)table_at(identity->unsettled, i);
		if (code >= table_count(identity->members))
			return false;
		codes_add(&identity->seeds, code);
	}
	return true;
}

err identity_load(struct file *file, str *index, struct identity **out, struct why *why)
{
	struct identity *identity = memory_alloc(sizeof(*identity));
	struct reader in = reader_of(*index);
	struct named tables[TABLES];
	uint32_t version = reader_u32(&in);
	err e = OK;

	identity->live_identifiers = reader_u32(&in);
	identity->live_customers = reader_u32(&in);
	identity->newest_rules = reader_u32(&in);
	identity->rules_held = reader_u32(&in);
	identity->watched = reader_u32(&in);
	for (size_t i = 0; i < HASH_FAMILIES; i++)
		identity->scanned[i] = reader_u32(&in);
	if (in.failed)
		e = fail(why, MSG_STATE_DAMAGED);
	else if (version != SAVE_VERSION)
		e = fail(why, MSG_STATE_VERSION);
	else
		*index = str_from(*index, reader_offset(&in));
	struct strings **const dictionaries[] = { &identity->identifiers, &identity->sets,
		&identity->sources, &identity->documents, &identity->subject_names,
		&identity->prints };
	for (size_t i = 0; e == OK && i < ARRAY_LEN(dictionaries); i++)
		e = strings_load(file, index, dictionaries[i], why);
	tables_of(identity, tables);
	for (size_t i = 0; e == OK && i < TABLES; i++)
		e = table_load(file, tables[i].item_bytes, index, tables[i].table, why);
	if (e == OK && (!agrees(identity) || !take_unsettled(identity)))
		e = fail(why, MSG_STATE_DAMAGED);
	if (e != OK) {
		identity_free(identity);
		return e;
	}
	rules_reload(identity);
	*out = identity;
	return OK;
}

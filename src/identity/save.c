/* identity/save.c - identity into a table store and back; see identity.h
 *
 * The entry:  u32 version, 2
 *             u32 live identifiers, u32 live customers
 *             the dictionaries of identifiers and of sets (strings_save)
 *             the tables members, alone, nodes, evidence, customers, free_customers, decisions
 */
#include "identity/identity_internal.h"

#include "base/varint.h"

#include <stdlib.h>

enum { SAVE_VERSION = 2, TABLES = 7 };

struct named {
	struct table **table;
	size_t item_bytes;
};

static void tables_of(struct identity *identity, struct named out[static TABLES])
{
	const struct named tables[TABLES] = {
		{ &identity->members, sizeof(struct member) },
		{ &identity->alone, sizeof(uint32_t) },
		{ &identity->nodes, sizeof(struct node) },
		{ &identity->evidence, sizeof(struct evidence) },
		{ &identity->customers, sizeof(struct customer) },
		{ &identity->free_customers, sizeof(uint32_t) },
		{ &identity->decisions, sizeof(struct identity_decision) },
	};

	for (size_t i = 0; i < TABLES; i++)
		out[i] = tables[i];
}

void identity_save(struct identity *identity, struct saving *saving)
{
	struct named tables[TABLES];

	saving_add_u32(saving, SAVE_VERSION);
	saving_add_u32(saving, identity->live_identifiers);
	saving_add_u32(saving, identity->live_customers);
	saving_add_strings(saving, identity->identifiers);
	saving_add_strings(saving, identity->sets);
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
	       members == table_count(identity->alone) &&
	       table_count(identity->evidence) == strings_count(identity->sets) &&
	       identity->live_identifiers <= members &&
	       identity->live_customers + table_count(identity->free_customers) ==
		       table_count(identity->customers);
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
	if (in.failed)
		e = fail(why, MSG_STATE_DAMAGED);
	else if (version != SAVE_VERSION)
		e = fail(why, MSG_STATE_VERSION);
	else
		*index = str_from(*index, reader_offset(&in));
	if (e == OK)
		e = strings_load(file, index, &identity->identifiers, why);
	if (e == OK)
		e = strings_load(file, index, &identity->sets, why);
	tables_of(identity, tables);
	for (size_t i = 0; e == OK && i < TABLES; i++)
		e = table_load(file, tables[i].item_bytes, index, tables[i].table, why);
	if (e == OK && !agrees(identity))
		e = fail(why, MSG_STATE_DAMAGED);
	if (e != OK) {
		identity_free(identity);
		return e;
	}
	*out = identity;
	return OK;
}

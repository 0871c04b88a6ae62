/* identity/save.c - identity into a table store and back; see identity.h
 *
 * The entry:  u32 version, 1
 *             u32 live identifiers, u32 live customers
 *             the dictionaries of identifiers and of sets (strings_save)
 *             the tables members, nodes, evidence, customers, free_customers, decisions
 */
#include "identity/identity_internal.h"

#include "base/varint.h"

#include <stdlib.h>

enum { SAVE_VERSION = 1, TABLES = 6 };

struct named {
	struct table **table;
	size_t item_bytes;
};

static void tables_of(struct identity *identity, struct named out[static TABLES])
{
	const struct named tables[TABLES] = {
		{ &identity->members, sizeof(struct member) },
		{ &identity->nodes, sizeof(struct node) },
		{ &identity->evidence, sizeof(struct evidence) },
		{ &identity->customers, sizeof(struct customer) },
		{ &identity->free_customers, sizeof(uint32_t) },
		{ &identity->decisions, sizeof(struct identity_decision) },
	};

	for (size_t i = 0; i < TABLES; i++)
		out[i] = tables[i];
}

static err save_strings(struct strings *strings, struct file *file, uint64_t *end,
	struct strbuf *index, struct why *why)
{
	struct strings_view *view = strings_publish(strings);
	err e = strings_save(strings, view, file, end, index, why);

	strings_view_unref(view);
	return e;
}

static err save_table(struct table *table, struct file *file, uint64_t *end, struct strbuf *index,
	struct why *why)
{
	struct view *view = table_publish(table);
	err e = table_save(table, view, file, end, index, why);

	view_unref(view);
	return e;
}

err identity_save(struct identity *identity, struct file *file, uint64_t *end, struct strbuf *index,
	struct why *why)
{
	struct named tables[TABLES];

	strbuf_add_u32(index, SAVE_VERSION);
	strbuf_add_u32(index, identity->live_identifiers);
	strbuf_add_u32(index, identity->live_customers);
	err e = save_strings(identity->identifiers, file, end, index, why);
	if (e == OK)
		e = save_strings(identity->sets, file, end, index, why);
	tables_of(identity, tables);
	for (size_t i = 0; e == OK && i < TABLES; i++)
		e = save_table(*tables[i].table, file, end, index, why);
	return e;
}

/* Codes that lead outside would be read there: a checkpoint is believed only where its parts
 * agree in number. */
static bool agrees(const struct identity *identity)
{
	size_t members = table_count(identity->members);

	return members == strings_count(identity->identifiers) &&
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
	if (in.failed || version != SAVE_VERSION)
		e = fail(why, MSG_STATE_DAMAGED);
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

uint64_t identity_saved_bytes(const struct identity *identity)
{
	return strings_saved_bytes(identity->identifiers) + strings_saved_bytes(identity->sets) +
	       table_saved_bytes(identity->members) + table_saved_bytes(identity->nodes) +
	       table_saved_bytes(identity->evidence) + table_saved_bytes(identity->customers) +
	       table_saved_bytes(identity->free_customers) + table_saved_bytes(identity->decisions);
}

void identity_forget_saved(struct identity *identity)
{
	struct named tables[TABLES];

	strings_forget_saved(identity->identifiers);
	strings_forget_saved(identity->sets);
	tables_of(identity, tables);
	for (size_t i = 0; i < TABLES; i++)
		table_forget_saved(*tables[i].table);
}

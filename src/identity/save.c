/* identity/save.c - identity into a table store and back; see identity.h
 *
 * The entry:  u32 version, 1
 *             u32 live identifiers, u32 live customers
 *             the dictionaries of identifiers and of sets (strings_save)
 *             the tables members, nodes, evidence, customers, free_customers, decisions
 */
#include "identity/identity_internal.h"

#include "base/stored.h"
#include "base/varint.h"

#include <string.h>

enum { SAVE_VERSION = 1, PARTS = 8 };

static void parts_of(struct identity *identity, struct stored out[static PARTS])
{
	const struct stored parts[PARTS] = {
		STORED_STRINGS(&identity->identifiers),
		STORED_STRINGS(&identity->sets),
		STORED_TABLE(&identity->members, struct member),
		STORED_TABLE(&identity->nodes, struct node),
		STORED_TABLE(&identity->evidence, struct evidence),
		STORED_TABLE(&identity->customers, struct customer),
		STORED_TABLE(&identity->free_customers, uint32_t),
		STORED_TABLE(&identity->decisions, struct identity_decision),
	};

	memcpy(out, parts, sizeof(parts));
}

err identity_save(struct identity *identity, struct file *file, uint64_t *end, struct strbuf *index,
	struct why *why)
{
	struct stored parts[PARTS];

	parts_of(identity, parts);
	strbuf_add_u32(index, SAVE_VERSION);
	strbuf_add_u32(index, identity->live_identifiers);
	strbuf_add_u32(index, identity->live_customers);
	return stored_save(parts, PARTS, file, end, index, why);
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
	struct stored parts[PARTS];
	uint32_t version = reader_u32(&in);
	err e = OK;

	identity->live_identifiers = reader_u32(&in);
	identity->live_customers = reader_u32(&in);
	if (in.failed || version != SAVE_VERSION)
		e = fail(why, MSG_STATE_DAMAGED);
	else
		*index = str_from(*index, reader_offset(&in));
	parts_of(identity, parts);
	if (e == OK)
		e = stored_load(parts, PARTS, file, index, why);
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
	struct identity same = *identity; /* its pointers: the list could change them */
	struct stored parts[PARTS];

	parts_of(&same, parts);
	return stored_bytes(parts, PARTS);
}

void identity_forget_saved(struct identity *identity)
{
	struct stored parts[PARTS];

	parts_of(identity, parts);
	stored_forget(parts, PARTS);
}

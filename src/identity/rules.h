/* identity/rules.h - which identifiers may make one customer of two: a document that people edit.
 *
 * Deterministic joining ruins itself on values that say nothing ("null"), on things that several
 * people use (a fixed line, a family's address, a kiosk) and on sources that claim what they cannot
 * know.  The document (docs/schemas/identity-rules.json, docs/identity.md) names them:
 *
 *   types    of each type of identifier: priority, how many a customer may have (limit, within a
 *            window), unique (one), owners (of how many unique values it may be told before it is
 *            taken for shared), use (identifies, shared, context), blocked and shared values;
 *            hashes: which digests of it, told elsewhere, are it (hashed.h)
 *   blocked  values that join nobody, whatever their type; patterns (base/glob.h), case ignored
 *   sources  by pattern: trust, which types a source may assert, which it may call verified
 *
 * Rules are a plain, immutable value: any thread.  They are parsed once; what the joining asks is
 * answered from small tables.
 */
#pragma once

#include "base/fields.h"
#include "identity/hashed.h"

enum {
	RULES_VERSION = 1,
	RULES_BYTES_MAX = 60000, /* of the document */
	RULES_TYPES_MAX = 60, /* of a document */
	RULES_ROWS_MAX = 63, /* with those that hashes add */
	RULES_LIMITED_MAX = 7, /* types with a limit, the unique ones among them */
	RULES_LIMIT_MAX = 254, /* identifiers of a type that a limit may allow */
	RULES_OWNERS_MAX = 50,
	RULES_PRIORITY_MAX = 99,
	RULES_TRUST_MAX = 100,
	RULES_TRUST_USUAL = 50,
	RULES_SOURCES_MAX = 200,
};

enum rules_use {
	USE_IDENTIFIES, /* joins */
	USE_SHARED, /* of several people: joins nobody */
	USE_CONTEXT, /* a thing, not a person: joins nobody */
};

struct rules_type {
	str type;
	enum rules_use use;
	uint8_t priority; /* lower: says better who somebody is */
	uint8_t limit; /* of this type within one customer; 0: any number */
	uint8_t slot; /* of the limit, below RULES_LIMITED_MAX */
	uint8_t owners; /* values of one unique type that it may be told with; 0: any number */
	bool unique; /* limit 1, and others are counted by it */
	uint8_t hashes; /* a bit for each enum identifier_hash whose digests of it are it */
	uint8_t hash_of; /* the row of what it is a digest of, or RULES_TYPE_OTHER */
	int64_t within_ms; /* the limit counts those first linked within this time; 0: ever */
	struct field_names blocked, shared; /* values: patterns */
};

/* Of a source, by type row (rules_row()): bit r. */
struct rules_source {
	uint64_t asserts; /* its word is enough */
	uint64_t verifies; /* its word that the identifier was verified is believed */
	uint8_t trust;
};

struct identity_rules;

/* MSG_FIELD_*, MSG_RULES_*, those of json_parse(), placed.  The rules own all they need. */
err rules_parse(str document, struct identity_rules **out, struct why *why);
struct identity_rules *rules_default(void); /* examples/identity/default.json */
void rules_free(struct identity_rules *rules); /* NULL is fine */

str rules_document(const struct identity_rules *rules); /* as it was parsed */
str rules_name(const struct identity_rules *rules); /* "" if it has none */

/* A row for each type; RULES_TYPE_OTHER for one that no row names.  A type of digests that are as
 * good as what they were made of has a row of its own, by what is said of the other: the same
 * priority, owners and limit (counted together), and it is blocked if the other's value is. */
enum { RULES_TYPE_OTHER = 63 };
unsigned rules_row(const struct identity_rules *rules, str type);
const struct rules_type *rules_type(const struct identity_rules *rules, unsigned row);
/* Rows are below this, RULES_TYPE_OTHER apart. */
unsigned rules_type_count(const struct identity_rules *rules);
/* Is there a limit that counts within a window? */
bool rules_have_windows(const struct identity_rules *rules);

/* Why an identifier of this type and value joins nobody, whoever tells it. */
enum rules_bar { BAR_NONE, BAR_BLOCKED, BAR_SHARED, BAR_CONTEXT };
enum rules_bar rules_bar(const struct identity_rules *rules, unsigned row, str value);

struct rules_source rules_source(const struct identity_rules *rules, str source);

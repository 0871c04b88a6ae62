/* identity/twins.c - see twins.h */
#include "identity/twins.h"

#include "identity/rules.h"

#include <string.h>

enum { PRINT_BYTES = 16, PRINT_KEY_BYTES = PRINT_BYTES + 2, HASH_STEPS = 16 };
#define FIND_NO_END SIZE_MAX

static str text_of(const struct identity *identity, uint32_t identifier)
{
	return strings_get(identity->identifiers, identifier);
}

/* ---- found */

void twins_note_type(struct identity *identity, str type)
{
	enum identifier_hash hash;
	size_t place;
	str plain;

	if (hashed_type(type, &plain, &hash) && hash_plain_type(plain, &place))
		identity->watched |= 1u << (place * HASH_KINDS + hash);
}

static bool is_watched(const struct identity *identity, size_t family)
{
	return (identity->watched >> family & 1) != 0;
}

bool twins_are_due(const struct identity *identity)
{
	bool due = false;

	for (size_t i = 0; i < HASH_FAMILIES; i++)
		due |= is_watched(identity, i) &&
		       identity->scanned[i] < table_count(identity->members);
	return due && identity->prints != NULL;
}

/* The n-th identifier that a digest was made of. */
static str print_key(size_t family, str digits, unsigned n, char key[static PRINT_KEY_BYTES])
{
	static const char all[] = "0123456789abcdef";

	key[0] = (char)family;
	key[1] = (char)n;
	for (size_t i = 0; i < PRINT_BYTES; i++) {
		const char *high = strchr(all, digits.ptr[2 * i]);
		const char *low = strchr(all, digits.ptr[2 * i + 1]);
		ASSERT(high != NULL && low != NULL); /* a normal form */
		key[2 + i] = (char)((high - all) << 4 | (low - all));
	}
	return (str){ key, PRINT_KEY_BYTES };
}

static void make_twins(struct identity *identity, uint32_t hash, uint32_t plain, unsigned kind)
{
	uint32_t i = (uint32_t)table_count(identity->twins);

	*(struct twin *)table_push(identity->twins) =
		(struct twin){ .hash = hash, .plain = plain, .kind = kind };
	add_node(identity, hash, NODE_TWIN | i);
	add_node(identity, plain, NODE_TWIN | i);
	seed(identity, hash);
	seed(identity, plain);
}

static void add_print(struct identity *identity, size_t family, str digits, uint32_t plain)
{
	char key[PRINT_KEY_BYTES];

	for (unsigned n = 0; n <= TWINS_MAX; n++) {
		uint32_t code = strings_intern(identity->prints, print_key(family, digits, n, key));
		if (code < table_count(identity->print_of))
			continue;
		if (code != STRINGS_NONE) /* gigabytes of them: then a digest finds no address */
			*(uint32_t *)table_push(identity->print_of) = plain;
		return;
	}
}

/* A digest that was made known before the address is found by its text; a later one by the print.
 */
static void scan_plain(struct identity *identity, size_t family, uint32_t i, str type, str value)
{
	enum identifier_hash hash = (enum identifier_hash)(family % HASH_KINDS);
	str forms[HASH_FORMS_MAX], name = hash_type_name(family / HASH_KINDS, hash);
	char digits[HASH_DIGITS_MAX], room[IDENTIFIER_TYPE_BYTES_MAX + 1 + HASH_DIGITS_MAX];
	size_t count = hash_forms(type, value, forms);

	for (size_t k = 0; k < count; k++) {
		struct strbuf text = { .ptr = room, .cap = sizeof(room), .cap_max = sizeof(room) };
		str digest = hash_of(hash, forms[k], digits);
		strbuf_add(&text, name);
		strbuf_add_byte(&text, ':');
		strbuf_add(&text, digest);
		uint32_t found = strings_find(identity->identifiers, strbuf_str(&text));
		if (found != STRINGS_NONE && found < i)
			make_twins(identity, found, i, hash);
		add_print(identity, family, digest, i);
	}
}

/* Prints are shorter than digests. */
static bool is_hash_of(
	const struct identity *identity, enum identifier_hash hash, str digits, uint32_t identifier)
{
	char room[HASH_DIGITS_MAX];
	str type, value, forms[HASH_FORMS_MAX];
	bool is = false;

	if (!str_split(text_of(identity, identifier), ':', &type, &value))
		return false;
	size_t count = hash_forms(type, value, forms);
	for (size_t i = 0; i < count; i++)
		is |= str_equal(hash_of(hash, forms[i], room), digits);
	return is;
}

static void scan_hash(struct identity *identity, size_t family, uint32_t i, str digits)
{
	enum identifier_hash hash = (enum identifier_hash)(family % HASH_KINDS);
	char key[PRINT_KEY_BYTES];

	if (digits.len != hash_digits(hash))
		return;
	for (unsigned n = 0; n <= TWINS_MAX; n++) {
		uint32_t code = strings_find(identity->prints, print_key(family, digits, n, key));
		if (code == STRINGS_NONE)
			return;
		uint32_t plain = *(const uint32_t *)table_at(identity->print_of, code);
		if (is_hash_of(identity, hash, digits, plain))
			make_twins(identity, i, plain, hash);
	}
}

/* Returns the steps it took. */
static size_t scan(struct identity *identity, size_t family, uint32_t i)
{
	str type, value, plain;
	enum identifier_hash hash;
	size_t place;

	if (!str_split(text_of(identity, i), ':', &type, &value))
		return 1;
	if (hash_plain_type(type, &place) && place == family / HASH_KINDS) {
		scan_plain(identity, family, i, type, value);
		return HASH_STEPS;
	}
	if (hashed_type(type, &plain, &hash) && hash_plain_type(plain, &place) &&
		place * HASH_KINDS + hash == family)
		scan_hash(identity, family, i, value);
	return 1;
}

bool twins_find(struct identity *identity, size_t steps)
{
	if (identity->prints == NULL)
		return true; /* beside: the writer finds them */
	for (size_t family = 0; family < HASH_FAMILIES; family++) {
		uint32_t *at = &identity->scanned[family];
		while (is_watched(identity, family) && *at < table_count(identity->members)) {
			if (steps == 0)
				return false;
			size_t taken = scan(identity, family, (*at)++);
			steps = steps == FIND_NO_END ? steps : steps - MIN_OF(steps, taken);
		}
	}
	return true;
}

/* ---- used */

static const struct rules_type *row_of(const struct lens *lens, uint32_t identifier)
{
	return rules_type(lens->rules, lens_kind(lens, identifier) & KIND_ROW);
}

static bool may_have_twins(const struct lens *lens, uint32_t identifier)
{
	const struct rules_type *type = row_of(lens, identifier);

	return (type->hashes != 0 || type->hash_of != RULES_TYPE_OTHER) &&
	       table_count(lens->identity->twins) > 0;
}

bool twins_are_one(const struct lens *lens, const struct twin *twin)
{
	return (row_of(lens, twin->plain)->hashes >> twin->kind & 1) != 0 &&
	       member_at(lens->identity, twin->plain)->live > 0 &&
	       member_at(lens->identity, twin->hash)->live > 0;
}

bool twins_join(const struct lens *lens, const struct twin *twin)
{
	uint8_t kinds = lens_kind(lens, twin->plain) | lens_kind(lens, twin->hash);

	return (kinds & (KIND_BARRED | KIND_SHARED)) == 0 && twins_are_one(lens, twin);
}

/* The next twin in the evidence of an identifier, from a node on; NULL: no more, or no steps. */
static const struct twin *next_twin(const struct identity *identity, uint32_t *at, size_t *steps)
{
	while (*at != NODE_END && *steps > 0) {
		const struct node *node = table_at(identity->nodes, *at);
		*at = node->next;
		*steps -= *steps < SIZE_MAX;
		if (node_kind(node->what) == NODE_TWIN)
			return table_at(identity->twins, node_index(node->what));
	}
	return NULL;
}

static void add_to_class(struct twin_class *class, uint32_t code)
{
	for (size_t i = 0; i < class->count; i++)
		if (class->codes[i] == code)
			return;
	if (class->count == TWINS_MAX)
		class->is_crowded = true;
	else
		class->codes[class->count++] = code;
}

void twins_of(const struct lens *lens, uint32_t identifier, struct twin_class *out, size_t *steps)
{
	const struct twin *twin;

	out->codes[0] = identifier;
	out->count = 1;
	out->is_crowded = false;
	if (!may_have_twins(lens, identifier))
		return;
	for (size_t i = 0; i<out->count && * steps> 0; i++) {
		uint32_t at = member_at(lens->identity, out->codes[i])->nodes;
		while ((twin = next_twin(lens->identity, &at, steps)) != NULL)
			if (twins_are_one(lens, twin)) {
				add_to_class(out, twin->hash);
				add_to_class(out, twin->plain);
			}
	}
}

uint32_t twins_plain(const struct lens *lens, uint32_t identifier)
{
	const struct identity *identity = lens->identity;
	uint32_t best = identifier, at = member_at(identity, identifier)->nodes;
	size_t steps = SIZE_MAX;
	const struct twin *twin;

	if (row_of(lens, identifier)->hash_of == RULES_TYPE_OTHER ||
		!may_have_twins(lens, identifier))
		return identifier;
	while ((twin = next_twin(identity, &at, &steps)) != NULL)
		if (twins_are_one(lens, twin) &&
			(best == identifier || str_compare(text_of(identity, twin->plain),
						       text_of(identity, best)) < 0))
			best = twin->plain;
	return best;
}

bool twins_let_count(const struct lens *lens, uint32_t identifier)
{
	return twins_plain(lens, identifier) == identifier;
}

void twins_seed(struct identity *identity, uint32_t identifier)
{
	const struct lens lens = lens_of(identity);
	uint32_t at = member_at(identity, identifier)->nodes;
	size_t steps = SIZE_MAX;
	const struct twin *twin;

	if (!may_have_twins(&lens, identifier))
		return;
	while ((twin = next_twin(identity, &at, &steps)) != NULL) {
		seed(identity, twin->hash);
		seed(identity, twin->plain);
	}
}

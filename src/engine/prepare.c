/* engine/prepare.c - see prepare.h */
#include "engine/prepare.h"

#include "base/crc32c.h"
#include "base/hash.h"
#include "base/varint.h"
#include "event/codec.h"

#include <string.h>

/* "h:" DIGEST "#" n */
#define ID_PREFIX "h:"
#define FIRST_SUFFIX "#1"
enum {
	ID_DIGEST_AT = 2,
	ID_DIGEST_BYTES = 32,
	FIRST_ID_BYTES = ID_DIGEST_AT + ID_DIGEST_BYTES + 2,
	ID_BYTES_MAX = FIRST_ID_BYTES + 19, /* n has up to 20 digits */
	FINISHED_AT_ONCE = 32,
};

KEPT_APART static err no_room(struct why *why, const struct arena *arena)
{
	return fail(why, MSG_NO_ROOM, arg_c("record"), arg_int((int64_t)arena_taken(arena)));
}

/* Adds "identifier:TYPE" = what was not taken, at the end of the attributes. */
static err keep_as_attribute(struct record *record, const struct record_identifier *id,
	struct arena *arena, struct why *why)
{
	size_t count = record->attribute_count;
	struct attribute *grown = arena_array(arena, count + 1, sizeof(*grown));
	struct strbuf key = strbuf_in(arena, RECORD_NAME_BYTES_MAX);

	strbuf_add(&key, STR("identifier:"));
	strbuf_add(&key, str_cut(id->type, IDENTIFIER_TYPE_BYTES_MAX));
	if (grown == NULL || !strbuf_ok(&key))
		return no_room(why, arena);
	if (count > 0)
		memcpy(grown, record->attributes, count * sizeof(*grown));
	grown[count] = (struct attribute){ .key = strbuf_str(&key),
		.value = { .kind = VALUE_STRING, .string = id->value } };
	record->attributes = grown;
	record->attribute_count = count + 1;
	return OK;
}

static str as_told(const struct record_identifier *id)
{
	return id->raw.len > 0 ? id->raw : id->value;
}

static enum identifier_form form_of(struct preparation *p, str type)
{
	if (type.len == 0 || type.len > IDENTIFIER_TYPE_BYTES_MAX)
		return IDENTIFIER_OF_OWN_FORM;
	size_t slot = type.len + (uint8_t)type.ptr[type.len - 1];
	struct form_kept *kept = &p->forms[slot % FORMS_KEPT];
	if (str_equal((str){ kept->type, kept->len }, type))
		return kept->form;
	kept->form = identifier_form_of(&p->rules, type);
	kept->len = type.len;
	memcpy(kept->type, type.ptr, type.len);
	return kept->form;
}

/* `normal` has room for RECORD_IDENTIFIERS_MAX; with more of them record_check() has the words. */
static err normalise(struct preparation *p, struct record *record, struct record_identifier *normal,
	struct arena *arena, struct why *why)
{
	size_t count = record->identifier_count, kept = 0;
	const struct record_identifier *refused = NULL;

	if (count > RECORD_IDENTIFIERS_MAX)
		return OK;
	for (size_t i = 0; i < count; i++) {
		const struct record_identifier *id = &record->identifiers[i];
		if (id->raw.len == 0 && identifier_has_form(form_of(p, id->type), id->value)) {
			normal[kept++] = *id;
			continue;
		}
		normal[kept] = (struct record_identifier){ .verified = id->verified };
		if (identifier_normalise(
			    &p->rules, id->type, as_told(id), arena, &normal[kept], NULL) == OK) {
			kept++;
			continue;
		}
		refused = id;
		err e = keep_as_attribute(record, id, arena, why);
		if (e != OK)
			return e;
		p->identifiers_dropped++;
	}
	record->identifiers = normal;
	record->identifier_count = kept;
	if (kept > 0 || refused == NULL)
		return OK;
	p->identifiers_dropped -= count; /* refused as a whole, not kept without them */
	return identifier_normalise(&p->rules, refused->type, as_told(refused), arena, &normal[0],
		why); /* again, for the words */
}

bool engine_is_keyed(enum record_kind kind)
{
	return kind == RECORD_EVENT || kind == RECORD_ENTITY || kind == RECORD_IDENTITY ||
	       kind == RECORD_SOURCE;
}

/* ---- items of rows, and others */

void item_record(
	const struct engine_item *item, struct record_identifier *identifiers, struct record *out)
{
	if (item->row != NULL)
		formed_row_record(item->row, identifiers, out);
	else
		*out = *item->record;
}

static str source_of(const struct engine_item *item)
{
	return item->row != NULL ? formed_row_source(item->row) : item->record->source;
}

static str id_of(const struct engine_item *item)
{
	return item->row != NULL ? formed_row_id(item->row) : item->record->message_id;
}

/* What of the record is asked often. */
static void note_record(struct engine_item *item)
{
	const struct record *record = item->row != NULL ? &item->row->form->pattern : item->record;

	item->check = crc32c(0, item->bytes);
	item->has_key = engine_is_keyed(record->kind);
	item->identifier_count = (uint8_t)record->identifier_count;
}

static void complete(const uint8_t *secret, struct engine_item *item)
{
	note_record(item);
	if (item->has_key)
		item->key = dedup_key_of(secret, source_of(item), id_of(item));
}

_Static_assert((int)RECORD_IDENTIFIERS_MAX <= UINT8_MAX, "counted in a byte");

/* ---- ids made from the content */

typedef uint8_t bytes16 __attribute__((vector_size(16)));
typedef int8_t signed16 __attribute__((vector_size(16))); /* which are quicker to compare */

/* Half bytes as digits. */
static bytes16 digits_of(bytes16 halves)
{
	bytes16 letters = (bytes16)((signed16)halves > 9) & ('a' - '0' - 10);

	return halves + '0' + letters;
}

/* Two digits for each byte, the upper half first: all sixteen at once. */
static void write_digest(const struct digest128 *digest, char to[static ID_DIGEST_BYTES])
{
	bytes16 bytes;

	memcpy(&bytes, digest->bytes, sizeof(bytes));
	bytes16 upper = digits_of(bytes >> 4), lower = digits_of(bytes & 0x0f);
	bytes16 first = __builtin_shufflevector(
		upper, lower, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
	bytes16 second = __builtin_shufflevector(
		upper, lower, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31);
	memcpy(to, &first, sizeof(first));
	memcpy(to + sizeof(first), &second, sizeof(second));
}

_Static_assert((int)ID_DIGEST_BYTES == 2 * (int)sizeof(bytes16), "two digits for each byte");

static void write_first_id(const struct digest128 *digest, char id[static FIRST_ID_BYTES])
{
	memcpy(id, ID_PREFIX, ID_DIGEST_AT);
	write_digest(digest, id + ID_DIGEST_AT);
	memcpy(id + ID_DIGEST_AT + ID_DIGEST_BYTES, FIRST_SUFFIX, sizeof(FIRST_SUFFIX) - 1);
}

static void put_first_id(struct prepared *prepared, const struct digest128 *digest)
{
	char id[FIRST_ID_BYTES];

	if (prepared->row != NULL) {
		write_first_id(digest, formed_row_place_id(prepared->row));
		return;
	}
	write_first_id(digest, id);
	record_put_message_id(prepared->kept, (str){ id, sizeof(id) });
}

static uint8_t hex_value(char c)
{
	return (uint8_t)(c <= '9' ? c - '0' : c - 'a' + 10);
}

struct digest128 item_digest(const struct engine_item *item)
{
	str id = id_of(item);
	struct digest128 digest;

	ASSERT(id.len >= FIRST_ID_BYTES);
	for (size_t i = 0; i < sizeof(digest.bytes); i++)
		digest.bytes[i] = (uint8_t)(hex_value(id.ptr[ID_DIGEST_AT + 2 * i]) << 4 |
					    hex_value(id.ptr[ID_DIGEST_AT + 2 * i + 1]));
	return digest;
}

bool item_is_first(const struct engine_item *item)
{
	return str_ends(id_of(item), STR(FIRST_SUFFIX));
}

/* Rare: a record even of a row. */
struct numbered {
	struct record record;
	struct record_identifier identifiers[FORM_IDENTIFIERS_MAX]; /* of a row */
};

err item_number(const uint8_t *secret, struct engine_item *item, uint64_t n, struct arena *arena,
	struct why *why)
{
	str old = id_of(item), bytes = item->bytes;
	size_t at = (size_t)(old.ptr - 1 - bytes.ptr); /* of its length, one byte */
	struct strbuf out = strbuf_in(arena, bytes.len + ID_BYTES_MAX);
	struct numbered *numbered = arena_room(arena, sizeof(*numbered));
	char room[ID_BYTES_MAX];
	struct strbuf id = { .ptr = room, .cap = sizeof(room), .cap_max = sizeof(room) };

	ASSERT(n > 0 && at < bytes.len && old.len == FIRST_ID_BYTES);
	strbuf_add(&id, str_upto(old, old.len - 1)); /* without the 1 */
	strbuf_add_int(&id, (int64_t)n);
	(void)strbuf_room(&out, out.cap_max); /* all it will take, at once */
	strbuf_add(&out, str_upto(bytes, at));
	strbuf_add_sized(&out, strbuf_str(&id));
	size_t end = out.len;
	strbuf_add(&out, str_from(bytes, at + 1 + old.len));
	if (numbered == NULL || !strbuf_ok(&out))
		return no_room(why, arena);
	item_record(item, numbered->identifiers, &numbered->record);
	numbered->record.message_id = (str){ out.ptr + end - id.len, id.len };
	item->record = &numbered->record;
	item->row = NULL;
	item->bytes = strbuf_str(&out);
	complete(secret, item);
	return OK;
}

/* ---- a record */

KEPT_APART static err too_large(struct why *why)
{
	return fail(why, MSG_RECORD_TOO_LARGE, arg_int(RECORD_BYTES_MAX));
}

static inline err check_length(str bytes, struct why *why)
{
	return bytes.len + ID_BYTES_MAX <= RECORD_BYTES_MAX ? OK : too_large(why);
}

static err keep(const struct preparation *p, const struct record *record, struct arena *arena,
	struct prepared *out, struct why *why)
{
	bool guess = record->message_id.len == 0 && engine_is_keyed(record->kind);
	struct kept_record *kept = arena_room(arena, sizeof(*kept));

	if (kept == NULL || !record_keep(record, guess ? FIRST_ID_BYTES : 0, arena, kept))
		return no_room(why, arena);
	out->kept = kept;
	out->row = NULL;
	out->item = (struct engine_item){ .numbering = guess ? p->numbering : NULL };
	return guess ? check_length(kept->bytes, why) : OK;
}

err item_begin(struct preparation *p, const struct record *raw, struct arena *arena,
	struct prepared *out, struct why *why)
{
	struct record_identifier normal[RECORD_IDENTIFIERS_MAX];
	struct record record = *raw;

	if (record.source.len == 0)
		record.source = p->default_source;
	err e = normalise(p, &record, normal, arena, why);
	if (e == OK && !p->is_checked)
		e = record_check(&record, why);
	return e == OK ? keep(p, &record, arena, out, why) : e;
}

/* In a form: 0 says nothing. */
enum { KIND_OF_FORM = 1 };

void preparation_form(struct preparation *p, struct record_form *form)
{
	for (size_t i = 0; i < form->pattern.identifier_count; i++)
		form->kinds[i] =
			(uint8_t)(KIND_OF_FORM + form_of(p, form->pattern.identifiers[i].type));
}

static enum identifier_form kept_form(
	struct preparation *p, const struct record_form *form, size_t i)
{
	return form->kinds[i] == 0 ? form_of(p, form->identifiers[i].type)
				   : (enum identifier_form)(form->kinds[i] - KIND_OF_FORM);
}

/* Are all identifiers in normal form as they came?  Of clean text that is taken as it is there is
 * nothing to ask. */
static bool are_normal(
	struct preparation *p, const struct record_form *form, const struct formed *formed)
{
	const str *values = formed->texts + form->string_count;

	for (size_t i = 0; i < form->pattern.identifier_count; i++) {
		enum identifier_form kind = kept_form(p, form, i);
		if ((!formed->is_clean || kind != IDENTIFIER_AS_IT_IS) &&
			!identifier_has_form(kind, values[i]))
			return false;
	}
	return true;
}

KEPT_APART static err begin_unformed(struct preparation *p, const struct record_form *form,
	const struct formed *formed, struct arena *arena, struct prepared *out, struct why *why)
{
	struct record_identifier identifiers[FORM_IDENTIFIERS_MAX];
	struct record record;

	record_of_form(form, formed, identifiers, &record);
	return item_begin(p, &record, arena, out, why);
}

err item_begin_formed(struct preparation *p, const struct record_form *form,
	const struct formed *formed, struct arena *arena, struct prepared *out, struct why *why)
{
	if (!are_normal(p, form, formed))
		return begin_unformed(p, form, formed, arena, out, why);
	bool guess = !record_form_has_id(form);
	out->kept = NULL;
	out->row = record_form_lay(form, formed, guess ? FIRST_ID_BYTES : 0, arena);
	if (out->row == NULL)
		return no_room(why, arena);
	out->item = (struct engine_item){ .numbering = guess ? p->numbering : NULL };
	return check_length(out->row->bytes, why);
}

/* As complete(), of some. */
static void complete_some(const uint8_t *secret, struct prepared *prepared, size_t count)
{
	struct dedup_key_text texts[FINISHED_AT_ONCE];
	struct dedup_key keys[FINISHED_AT_ONCE];

	for (size_t i = 0; i < count; i++) {
		struct engine_item *item = &prepared[i].item;
		note_record(item);
		texts[i] = (struct dedup_key_text){ source_of(item), id_of(item) };
	}
	dedup_keys_of(secret, texts, count, keys);
	for (size_t i = 0; i < count; i++)
		if (prepared[i].item.has_key)
			prepared[i].item.key = keys[i];
}

static bool has_no_id(const struct prepared *prepared)
{
	return (prepared->row != NULL ? prepared->row->gap : prepared->kept->gap) > 0;
}

static str bytes_of(const struct prepared *prepared)
{
	return prepared->row != NULL ? prepared->row->bytes : prepared->kept->bytes;
}

static void finish_some(const uint8_t *secret, struct prepared *prepared, size_t count)
{
	struct digest128 digests[FINISHED_AT_ONCE];
	str contents[FINISHED_AT_ONCE] = { { NULL, 0 } };
	size_t n = 0;

	for (size_t i = 0; i < count; i++)
		if (has_no_id(&prepared[i]))
			contents[n++] = bytes_of(&prepared[i]);
	digest128_many(contents, n, digests);
	n = 0;
	for (size_t i = 0; i < count; i++) {
		struct prepared *p = &prepared[i];
		if (has_no_id(p))
			put_first_id(p, &digests[n++]);
		p->item.record = p->kept == NULL ? NULL : &p->kept->record;
		p->item.row = p->row;
		p->item.bytes = bytes_of(p);
	}
	complete_some(secret, prepared, count);
}

void items_finish(const struct preparation *p, struct prepared *prepared, size_t count)
{
	for (size_t at = 0; at < count; at += FINISHED_AT_ONCE)
		finish_some(p->secret, prepared + at, MIN_OF(count - at, (size_t)FINISHED_AT_ONCE));
}

err item_prepare(struct preparation *p, const struct record *raw, struct arena *arena,
	struct prepared *out, struct why *why)
{
	err e = item_begin(p, raw, arena, out, why);

	if (e == OK)
		items_finish(p, out, 1);
	return e;
}

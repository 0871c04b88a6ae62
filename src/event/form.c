/* event/form.c - see form.h; codec.h tables the bytes */
#include "event/form.h"

#include "event/keep_internal.h"

/* A kept record and its identifiers, as they lie in the arena: the bytes follow. */
struct formed_record {
	struct kept_record kept;
	struct record_identifier identifiers[FORM_IDENTIFIERS_MAX];
};

enum { NO_TEXT = FORM_TEXTS_MAX, HEAD_BYTES_MOST = 3 + 3 * VARINT_BYTES_MAX };

static size_t place_of_string(size_t string) /* from one in struct record */
{
	return offsetof(struct formed_record, kept.record) + string;
}

static size_t place_of_identifier(size_t i)
{
	return offsetof(struct formed_record, identifiers) + i * sizeof(struct record_identifier);
}

static void set_str(struct formed_record *record, size_t at, str text)
{
	memcpy((char *)record + at, &text, sizeof(text));
}

/* ---- making one */

struct making {
	struct record_form *form;
	struct strbuf bytes;
	size_t from; /* where the piece at hand begins */
};

static void put_text(struct making *m, size_t text, size_t at)
{
	struct record_form *form = m->form;

	form->pieces[form->piece_count++] =
		(struct form_piece){ m->from, m->bytes.len - m->from, text, at };
	m->from = m->bytes.len;
}

/* Returns where it lies in the form. */
static str put_shared(struct making *m, str text, size_t at)
{
	struct record_form *form = m->form;

	bool is_id = at == place_of_string(offsetof(struct record, message_id));

	strbuf_add_sized(&m->bytes, text);
	if ((text.len == 0 && !is_id) || !strbuf_ok(&m->bytes)) /* record_put_message_id() asks */
		return STR("");
	size_t start = m->bytes.len - text.len;
	form->shared[form->shared_count++] =
		(struct form_shared){ form->piece_count, start - m->from, at };
	return (str){ form->bytes + start, text.len };
}

static size_t which(const size_t *strings, size_t count, size_t string)
{
	size_t i = 0;

	while (i < count && strings[i] != string)
		i++;
	return i == count ? NO_TEXT : i;
}

static void put_strings(struct making *m, const struct record *pattern)
{
	const str *const strings[RECORD_STRING_COUNT] = RECORD_STRINGS(pattern);
	struct record_form *form = m->form;

	for (size_t i = 0; i < RECORD_STRING_COUNT; i++) {
		size_t string = (size_t)((const char *)strings[i] - (const char *)pattern);
		size_t at = place_of_string(string);
		size_t text = which(form->strings, form->string_count, string);
		str shared = STR("");
		if (text != NO_TEXT)
			put_text(m, text, at);
		else
			shared = put_shared(m, *strings[i], at);
		memcpy((char *)&form->pattern + string, &shared, sizeof(shared));
	}
}

static void put_identifiers(struct making *m, const struct record *pattern)
{
	struct record_form *form = m->form;

	strbuf_add_varint(&m->bytes, pattern->identifier_count);
	for (size_t i = 0; i < pattern->identifier_count; i++) {
		const struct record_identifier *told = &pattern->identifiers[i];
		size_t at = place_of_identifier(i);
		str type = put_shared(m, told->type, at + offsetof(struct record_identifier, type));
		form->identifiers[i] = (struct record_identifier){
			.type = type, .value = STR(""), .raw = STR(""), .verified = told->verified
		};
		put_text(m, form->string_count + i, at + offsetof(struct record_identifier, value));
		strbuf_add_byte(&m->bytes, 0); /* raw */
		strbuf_add_byte(&m->bytes, told->verified ? 1 : 0);
	}
	form->pattern.identifiers = form->identifiers;
}

static bool has_form(const struct record *pattern, size_t string_count)
{
	return pattern->kind == RECORD_EVENT && pattern->target == 0 &&
	       pattern->message_id.len == 0 && pattern->payload.len == 0 &&
	       pattern->attribute_count == 0 && pattern->object_count == 0 &&
	       pattern->trait_count == 0 && string_count <= FORM_STRINGS_MAX &&
	       pattern->identifier_count > 0 && pattern->identifier_count <= FORM_IDENTIFIERS_MAX;
}

bool record_form_init(struct record_form *form, const struct record *pattern, const size_t *strings,
	size_t string_count)
{
	struct making m = { .form = form };

	if (!has_form(pattern, string_count))
		return false;
	*form = (struct record_form){ .pattern = *pattern, .string_count = string_count };
	if (string_count > 0)
		memcpy(form->strings, strings, string_count * sizeof(*strings));
	form->pattern.has_time = true;
	m.bytes = (struct strbuf){
		.ptr = form->bytes, .cap = sizeof(form->bytes), .cap_max = sizeof(form->bytes)
	};
	put_strings(&m, pattern);
	put_identifiers(&m, pattern);
	for (int i = 0; i < 3; i++) /* no attributes, objects, traits */
		strbuf_add_byte(&m.bytes, 0);
	put_text(&m, NO_TEXT, 0);
	form->byte_count = m.bytes.len;
	return strbuf_ok(&m.bytes);
}

bool record_form_has_id(const struct record_form *form)
{
	return which(form->strings, form->string_count, offsetof(struct record, message_id)) !=
	       NO_TEXT;
}

/* ---- one record */

static bool may_be(size_t string, str text)
{
	if (string == offsetof(struct record, channel))
		return channel_is_valid(text);
	if (string == offsetof(struct record, text))
		return text.len <= RECORD_BYTES_MAX / 2; /* the rest is far smaller */
	if (string == offsetof(struct record, activity) ||
		string == offsetof(struct record, message_id))
		return text.len > 0 && text.len <= RECORD_NAME_BYTES_MAX;
	return text.len <= RECORD_NAME_BYTES_MAX;
}

_Static_assert((int)RECORD_MESSAGE_ID_BYTES_MAX == (int)RECORD_NAME_BYTES_MAX, "one limit");

bool record_form_takes(const struct record_form *form, const struct formed *formed)
{
	const str *values = formed->texts + form->string_count;

	for (size_t i = 0; i < form->string_count; i++)
		if (!may_be(form->strings[i], formed->texts[i]))
			return false;
	for (size_t i = 0; i < form->pattern.identifier_count; i++)
		if (values[i].len == 0 || values[i].len > IDENTIFIER_VALUE_BYTES_MAX)
			return false;
	return instant_is_valid(&formed->time);
}

void record_of_form(const struct record_form *form, const struct formed *formed,
	struct record_identifier *identifiers, struct record *out)
{
	*out = form->pattern;
	out->time = formed->time;
	for (size_t i = 0; i < form->string_count; i++)
		memcpy((char *)out + form->strings[i], &formed->texts[i], sizeof(str));
	memcpy(identifiers, form->identifiers,
		form->pattern.identifier_count * sizeof(*identifiers));
	for (size_t i = 0; i < form->pattern.identifier_count; i++)
		identifiers[i].value = formed->texts[form->string_count + i];
	out->identifiers = identifiers;
}

static size_t bytes_most(const struct record_form *form, const struct formed *formed)
{
	size_t texts = form->piece_count - 1, bytes = HEAD_BYTES_MOST + form->byte_count;

	for (size_t i = 0; i < texts; i++)
		bytes += VARINT_BYTES_MAX + formed->texts[i].len;
	return bytes;
}

static char *put_head(char *at, const struct record *r)
{
	*at++ = RECORD_CODEC_VERSION;
	*at++ = (char)r->kind;
	*at++ = (char)record_flags(r);
	return put_instant(at, &r->time);
}

/* Returns where the bytes end. */
static char *put_pieces(const struct record_form *form, const struct formed *formed,
	struct formed_record *record, char *at)
{
	const char *starts[FORM_TEXTS_MAX + 1];

	for (size_t i = 0; i < form->piece_count; i++) {
		const struct form_piece *piece = &form->pieces[i];
		starts[i] = at;
		if (piece->len > 0)
			copy_bytes(at, form->bytes + piece->from, piece->len);
		at += piece->len;
		if (piece->text == NO_TEXT)
			break;
		str text = formed->texts[piece->text];
		at = put_varint(at, text.len);
		if (text.len > 0)
			copy_bytes(at, text.ptr, text.len);
		set_str(record, piece->at, (str){ at, text.len });
		at += text.len;
	}
	for (size_t i = 0; i < form->shared_count; i++) {
		const struct form_shared *shared = &form->shared[i];
		const char *own = starts[shared->piece] + shared->from;
		memcpy((char *)record + shared->at, &own, sizeof(own)); /* the length is right */
	}
	return at;
}

struct kept_record *record_keep_formed(const struct record_form *form, const struct formed *formed,
	size_t gap, struct arena *arena)
{
	size_t ids = form->pattern.identifier_count * sizeof(struct record_identifier);
	size_t before = offsetof(struct formed_record, identifiers) + ids + gap;
	size_t most = before + bytes_most(form, formed);
	struct formed_record *record = arena_room(arena, most);

	if (record == NULL)
		return NULL;
	struct kept_record *kept = &record->kept;
	char *bytes = (char *)record + before;
	kept->record = form->pattern;
	kept->record.time = formed->time;
	kept->record.identifiers = record->identifiers;
	memcpy(record->identifiers, form->identifiers, ids);
	char *end = put_pieces(form, formed, record, put_head(bytes, &kept->record));
	kept->bytes = (str){ bytes, (size_t)(end - bytes) };
	kept->gap = gap;
	arena_give_back(arena, record, most, before + kept->bytes.len);
	return kept;
}

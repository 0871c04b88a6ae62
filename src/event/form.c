/* event/form.c - see form.h; codec.h tables the bytes */
#include "event/form.h"

#include "event/keep_internal.h"

enum { NO_TEXT = FORM_TEXTS_MAX, HEAD_BYTES_MOST = 3 + 3 * VARINT_BYTES_MAX };

/* ---- making one */

struct making {
	struct record_form *form;
	struct strbuf bytes;
	size_t from; /* where the piece at hand begins */
};

static void put_text(struct making *m, size_t text)
{
	struct record_form *form = m->form;

	form->pieces[form->piece_count++] =
		(struct form_piece){ m->from, m->bytes.len - m->from, text };
	m->from = m->bytes.len;
}

/* Returns where it lies in the form. */
static str put_shared(struct making *m, str text)
{
	strbuf_add_sized(&m->bytes, text);
	if (text.len == 0 || !strbuf_ok(&m->bytes))
		return STR("");
	return (str){ m->form->bytes + m->bytes.len - text.len, text.len };
}

static size_t text_of_string(const struct record_form *form, size_t string)
{
	size_t i = 0;

	while (i < form->string_count && form->strings[i] != string)
		i++;
	return i == form->string_count ? NO_TEXT : i;
}

static void put_strings(struct making *m, const struct record *pattern)
{
	const str *const strings[RECORD_STRING_COUNT] = RECORD_STRINGS(pattern);
	struct record_form *form = m->form;

	for (size_t i = 0; i < RECORD_STRING_COUNT; i++) {
		size_t string = (size_t)((const char *)strings[i] - (const char *)pattern);
		size_t text = text_of_string(form, string);
		str shared = STR("");
		if (text != NO_TEXT)
			put_text(m, text);
		else
			shared = put_shared(m, *strings[i]);
		if (text == NO_TEXT && string == offsetof(struct record, message_id)) {
			form->id_piece = form->piece_count;
			form->id_from = m->bytes.len - m->from;
		}
		memcpy((char *)&form->pattern + string, &shared, sizeof(shared));
	}
}

static void put_identifiers(struct making *m, const struct record *pattern)
{
	struct record_form *form = m->form;

	strbuf_add_varint(&m->bytes, pattern->identifier_count);
	for (size_t i = 0; i < pattern->identifier_count; i++) {
		const struct record_identifier *told = &pattern->identifiers[i];
		form->identifiers[i] =
			(struct record_identifier){ .type = put_shared(m, told->type),
				.value = STR(""),
				.raw = STR(""),
				.verified = told->verified };
		put_text(m, form->string_count + i);
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
	form->source_text = text_of_string(form, offsetof(struct record, source));
	form->id_text = text_of_string(form, offsetof(struct record, message_id));
	form->channel_text = text_of_string(form, offsetof(struct record, channel));
	form->activity_text = text_of_string(form, offsetof(struct record, activity));
	form->pattern.has_time = true;
	m.bytes = (struct strbuf){
		.ptr = form->bytes, .cap = sizeof(form->bytes), .cap_max = sizeof(form->bytes)
	};
	put_strings(&m, pattern);
	put_identifiers(&m, pattern);
	for (int i = 0; i < 3; i++) /* no attributes, objects, traits */
		strbuf_add_byte(&m.bytes, 0);
	put_text(&m, NO_TEXT);
	form->byte_count = m.bytes.len;
	return strbuf_ok(&m.bytes);
}

bool record_form_has_id(const struct record_form *form)
{
	return form->id_text != NO_TEXT;
}

bool record_form_is_plain(const struct record_form *form)
{
	const struct record *shared = &form->pattern;
	size_t differ = (size_t)(form->id_text != NO_TEXT) + (form->channel_text != NO_TEXT) +
			(form->activity_text != NO_TEXT);

	return shared->identifier_count == 1 && form->string_count == differ &&
	       shared->interaction.len == 0 && shared->case_id.len == 0 && shared->actor.len == 0 &&
	       shared->text.len == 0;
}

static str moved(str text, const char *from, const char *to)
{
	return text.len == 0 ? text : (str){ to + (text.ptr - from), text.len };
}

void record_form_copy(const struct record_form *form, struct record_form *copy)
{
	const str *const strings[RECORD_STRING_COUNT] = RECORD_STRINGS(&form->pattern);

	*copy = *form;
	for (size_t i = 0; i < RECORD_STRING_COUNT; i++) {
		str text = moved(*strings[i], form->bytes, copy->bytes);
		memcpy((char *)&copy->pattern +
				((const char *)strings[i] - (const char *)&form->pattern),
			&text, sizeof(text));
	}
	for (size_t i = 0; i < form->pattern.identifier_count; i++)
		copy->identifiers[i].type =
			moved(form->identifiers[i].type, form->bytes, copy->bytes);
	copy->pattern.identifiers = copy->identifiers;
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

static char *put_head(char *at, const struct record_form *form, const struct instant *time)
{
	*at++ = RECORD_CODEC_VERSION;
	*at++ = (char)form->pattern.kind;
	*at++ = (char)(HAS_TIME | instant_flags(time));
	return put_instant(at, time);
}

static uint32_t from_row(const struct formed_row *row, const char *at)
{
	return (uint32_t)(at - (const char *)row);
}

/* Returns where the bytes end. */
static char *put_pieces(const struct record_form *form, const struct formed *formed,
	struct formed_row *row, char *at)
{
	for (size_t i = 0; i < form->piece_count; i++) {
		const struct form_piece *piece = &form->pieces[i];
		if (i == form->id_piece)
			row->id_at = from_row(row, at) + (uint32_t)form->id_from;
		if (piece->len > 0)
			copy_bytes(at, form->bytes + piece->from, piece->len);
		at += piece->len;
		if (piece->text == NO_TEXT)
			break;
		str text = formed->texts[piece->text];
		at = put_varint(at, text.len);
		row->texts[piece->text].at = from_row(row, at);
		row->texts[piece->text].bytes = (uint32_t)text.len;
		if (text.len > 0)
			copy_bytes(at, text.ptr, text.len);
		at += text.len;
	}
	return at;
}

struct formed_row *record_form_lay(const struct record_form *form, const struct formed *formed,
	size_t gap, struct arena *arena)
{
	size_t texts = form->piece_count - 1;
	size_t before = sizeof(struct formed_row) +
			texts * sizeof(((struct formed_row *)NULL)->texts[0]) + gap;
	size_t most = before + bytes_most(form, formed);
	struct formed_row *row = arena_room(arena, most);

	if (row == NULL)
		return NULL;
	char *bytes = (char *)row + before;
	row->form = form;
	row->time = formed->time;
	row->gap = gap;
	row->id_bytes = 0;
	char *end = put_pieces(form, formed, row, put_head(bytes, form, &formed->time));
	row->bytes = (str){ bytes, (size_t)(end - bytes) };
	arena_give_back(arena, row, most, before + row->bytes.len);
	return row;
}

void formed_row_put_id(struct formed_row *row, str message_id)
{
	size_t gap = row->gap, id_at = row->id_at - gap; /* as will be */
	char *from = (char *)(uintptr_t)row->bytes.ptr, *to = from - gap, *id = (char *)row + id_at;

	ASSERT(row->form->id_text == NO_TEXT && row->id_bytes == 0);
	ASSERT(message_id.len == gap && gap > 0 && gap < 0x80);
	memmove(to, from, (size_t)(id - 1 - to));
	id[-1] = (char)gap;
	copy_bytes(id, message_id.ptr, gap);
	if (row->form->source_text != NO_TEXT) /* the only one that stands before the id */
		row->texts[row->form->source_text].at -= (uint32_t)gap;
	row->id_at = (uint32_t)id_at;
	row->id_bytes = (uint32_t)gap;
	row->bytes = (str){ to, row->bytes.len + gap };
	row->gap = 0;
}

/* ---- reading a row */

static str text_of(const struct formed_row *row, size_t i)
{
	return (str){ (const char *)row + row->texts[i].at, row->texts[i].bytes };
}

static str text_or(const struct formed_row *row, size_t text, str shared)
{
	return text == NO_TEXT ? shared : text_of(row, text);
}

str formed_row_source(const struct formed_row *row)
{
	return text_or(row, row->form->source_text, row->form->pattern.source);
}

str formed_row_channel(const struct formed_row *row)
{
	return text_or(row, row->form->channel_text, row->form->pattern.channel);
}

str formed_row_activity(const struct formed_row *row)
{
	return text_or(row, row->form->activity_text, row->form->pattern.activity);
}

str formed_row_value(const struct formed_row *row)
{
	return text_of(row, row->form->string_count);
}

str formed_row_id(const struct formed_row *row)
{
	size_t text = row->form->id_text;

	return text == NO_TEXT ? (str){ (const char *)row + row->id_at, row->id_bytes }
			       : text_of(row, text);
}

void formed_row_next_record(
	const struct formed_row *row, struct record_identifier *identifiers, struct record *out)
{
	const struct record_form *form = row->form;

	out->time = row->time;
	out->message_id = formed_row_id(row);
	for (size_t i = 0; i < form->string_count; i++) {
		str text = text_of(row, i);
		memcpy((char *)out + form->strings[i], &text, sizeof(text));
	}
	for (size_t i = 0; i < form->pattern.identifier_count; i++)
		identifiers[i].value = text_of(row, form->string_count + i);
}

void formed_row_record(
	const struct formed_row *row, struct record_identifier *identifiers, struct record *out)
{
	const struct record_form *form = row->form;

	*out = form->pattern;
	memcpy(identifiers, form->identifiers,
		form->pattern.identifier_count * sizeof(*identifiers));
	out->identifiers = identifiers;
	formed_row_next_record(row, identifiers, out);
}

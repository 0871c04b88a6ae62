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
		if (text == NO_TEXT && string == offsetof(struct record, message_id))
			form->id_from = m->bytes.len - m->from;
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

_Static_assert((int)RECORD_MESSAGE_ID_BYTES_MAX == (int)RECORD_NAME_BYTES_MAX, "one limit");

static struct form_rule rule_of(size_t string)
{
	if (string == offsetof(struct record, channel))
		return (struct form_rule){ 1, CHANNEL_BYTES_MAX };
	if (string == offsetof(struct record, text))
		return (struct form_rule){ 0, RECORD_BYTES_MAX / 2 }; /* the rest is far smaller */
	bool must = string == offsetof(struct record, activity) ||
		    string == offsetof(struct record, message_id);
	return (struct form_rule){ must, RECORD_NAME_BYTES_MAX };
}

static void make_rules(struct record_form *form)
{
	form->text_count = form->string_count + form->pattern.identifier_count;
	for (size_t i = 0; i < form->string_count; i++)
		form->rules[i] = rule_of(form->strings[i]);
	for (size_t i = form->string_count; i < form->text_count; i++)
		form->rules[i] = (struct form_rule){ 1, IDENTIFIER_VALUE_BYTES_MAX };
}

static void measure(struct record_form *form)
{
	form->row_bytes = sizeof(struct formed_row) +
			  form->text_count * sizeof(((struct formed_row *)NULL)->texts[0]);
	form->most_bytes = HEAD_BYTES_MOST + form->byte_count +
			   form->text_count * VARINT_BYTES_MAX + FORM_CHUNK_BYTES;
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
		.ptr = form->bytes, .cap = FORM_BYTES_MAX, .cap_max = FORM_BYTES_MAX
	};
	put_strings(&m, pattern);
	put_identifiers(&m, pattern);
	for (int i = 0; i < 3; i++) /* no attributes, objects, traits */
		strbuf_add_byte(&m.bytes, 0);
	put_text(&m, NO_TEXT);
	form->byte_count = m.bytes.len;
	make_rules(form);
	measure(form);
	return strbuf_ok(&m.bytes);
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

bool record_form_takes(const struct record_form *form, const struct formed *formed)
{
	for (size_t i = 0; i < form->text_count; i++)
		if (!record_form_takes_text(form, i, formed->texts[i]))
			return false;
	return record_form_takes_channel(form, formed) && instant_is_valid(&formed->time);
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
	size_t bytes = form->most_bytes;

	for (size_t i = 0; i < form->text_count; i++)
		bytes += formed->texts[i].len;
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

/* Copies some more: both sides have room for it. */
static inline char *put_piece(char *at, const char *piece, size_t len)
{
	memcpy(at, piece, FORM_CHUNK_BYTES);
	for (size_t i = FORM_CHUNK_BYTES; i < len; i += FORM_CHUNK_BYTES)
		memcpy(at + i, piece + i, FORM_CHUNK_BYTES);
	return at + len;
}

/* As copy_bytes(); where more may be read, most texts are one chunk. */
static inline void put_text_bytes(char *at, str text, bool may_read_on)
{
	if (may_read_on && text.len <= FORM_CHUNK_BYTES)
		memcpy(at, text.ptr, FORM_CHUNK_BYTES);
	else
		copy_bytes(at, text.ptr, text.len);
}

/* Returns where the bytes end. */
static char *put_pieces(const struct record_form *form, const struct formed *formed,
	struct formed_row *row, char *at)
{
	for (const struct form_piece *piece = form->pieces;; piece++) {
		at = put_piece(at, form->bytes + piece->from, piece->len);
		if (piece->text == NO_TEXT)
			return at;
		str text = formed->texts[piece->text];
		at = put_varint(at, text.len);
		row->texts[piece->text].at = from_row(row, at);
		row->texts[piece->text].bytes = (uint32_t)text.len;
		if (text.len > 0)
			put_text_bytes(at, text, formed->may_read_on);
		at += text.len;
	}
}

/* Where the id would stand; of the strings only the source stands before it. */
static uint32_t find_id(const struct record_form *form, const struct formed_row *row, uint32_t head)
{
	if (form->source_text != NO_TEXT)
		head = row->texts[form->source_text].at + row->texts[form->source_text].bytes;
	return head + (uint32_t)form->id_from;
}

struct formed_row *record_form_lay(const struct record_form *form, const struct formed *formed,
	size_t gap, struct arena *arena)
{
	size_t before = form->row_bytes + gap;
	size_t most = before + bytes_most(form, formed);
	struct formed_row *row = arena_room(arena, most);

	if (row == NULL)
		return NULL;
	char *bytes = (char *)row + before;
	row->form = form;
	row->time = (struct instant){ formed->time.ms, formed->time.sub_ns,
		formed->time.offset_min }; /* as it was written: one move would wait for that */
	row->gap = gap;
	row->id_bytes = 0;
	char *head_end = put_head(bytes, form, &formed->time);
	char *end = put_pieces(form, formed, row, head_end);
	row->bytes = (str){ bytes, (size_t)(end - bytes) };
	row->id_at = find_id(form, row, from_row(row, head_end));
	arena_give_back(arena, row, most, before + row->bytes.len);
	return row;
}

char *formed_row_place_id(struct formed_row *row)
{
	size_t gap = row->gap, id_at = row->id_at - gap; /* as will be */
	char *from = (char *)(uintptr_t)row->bytes.ptr, *to = from - gap, *id = (char *)row + id_at;
	size_t before = (size_t)(id - 1 - to); /* bytes that stand before the id */

	ASSERT(row->form->id_text == NO_TEXT && row->id_bytes == 0);
	ASSERT(gap > 0 && gap < 0x80);
	if (before <= gap)
		copy_bytes(to, from, before);
	else
		memmove(to, from, before);
	id[-1] = (char)gap;
	if (row->form->source_text != NO_TEXT) /* the only one that stands before the id */
		row->texts[row->form->source_text].at -= (uint32_t)gap;
	row->id_at = (uint32_t)id_at;
	row->id_bytes = (uint32_t)gap;
	row->bytes = (str){ to, row->bytes.len + gap };
	row->gap = 0;
	return id;
}

/* ---- reading a row */

void formed_row_next_record(
	const struct formed_row *row, struct record_identifier *identifiers, struct record *out)
{
	const struct record_form *form = row->form;

	out->time = row->time;
	out->message_id = formed_row_id(row);
	for (size_t i = 0; i < form->string_count; i++) {
		str text = formed_row_text(row, i);
		memcpy((char *)out + form->strings[i], &text, sizeof(text));
	}
	for (size_t i = 0; i < form->pattern.identifier_count; i++)
		identifiers[i].value = formed_row_text(row, form->string_count + i);
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

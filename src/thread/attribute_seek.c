/* thread/attribute_seek.c - the values of several records, laid flat and sought in their columns
 * before the first of them is added; see attribute.h
 *
 * A text of a column with many texts waits for memory four times: directory, bucket, place, text.
 * Those of all records wait together here.  What is found is only a hint: a key or text that is new
 * is made when its record is added, in the order of the records, so that it does not matter which
 * records came together.
 */
#include "base/hash.h"
#include "thread/attribute_internal.h"

#include <string.h>

/* ---- keys: nearly always the one that came next the last time */

static uint32_t *follower_of(struct attributes *a, uint32_t before)
{
	size_t count = a->follower_count;

	if (before >= count) {
		a->follower_count = MAX_OF((size_t)before + 1, count * 2);
		a->followers =
			memory_resize(a->followers, a->follower_count * sizeof(*a->followers));
		memset(a->followers + count, 0,
			(a->follower_count - count) * sizeof(*a->followers));
	}
	return &a->followers[before];
}

void attributes_note_key(struct attributes *a, uint32_t *before, uint32_t code)
{
	*follower_of(a, *before) = code;
	*before = code + 1;
}

uint32_t attributes_known_key(struct attributes *a, uint32_t *before, str key)
{
	uint32_t code = *follower_of(a, *before);

	if (code >= strings_count(a->keys) || !str_equal(strings_get(a->keys, code), key))
		code = strings_find(a->keys, key);
	if (code != STRINGS_NONE)
		attributes_note_key(a, before, code);
	return code;
}

/* ---- values */

struct seeking {
	struct attributes *all;
	struct sought *sought;
	uint32_t before; /* the key before, + 1 */
	bool is_whole;
};

/* A text that is not among the recent ones is asked for. */
static void ask(struct sought *s, const struct column *column, const struct sought_value *value)
{
	if (column == NULL || s->text_count == SOUGHT_TEXTS_MAX ||
		value->text.len > ATTRIBUTE_TEXT_BYTES_MAX ||
		(column->recent != NULL &&
			recent_of(column, value->hash)->check == recent_check(value->hash)))
		return;
	s->texts_of[s->text_count] = (size_t)(value - s->values);
	s->texts[s->text_count++] =
		(struct strings_question){ column->dictionary, value->text, STRINGS_NONE };
}

static struct sought_value *add(struct seeking *in)
{
	if (in->sought->count == SOUGHT_VALUES_MAX) {
		in->is_whole = false;
		return NULL;
	}
	return &in->sought->values[in->sought->count++];
}

static void add_text(
	struct seeking *in, const struct value *value, uint32_t key, size_t slot, str text)
{
	struct sought_value *to = add(in);

	if (to == NULL)
		return;
	*to = (struct sought_value){ .value = value,
		.text = text,
		.hash = hash64(in->all->seed, text),
		.slot = slot,
		.key = key,
		.code = STRINGS_NONE };
	ask(in->sought, in->all->columns[slot], to);
}

static void add_field(struct seeking *in, enum attribute_field field, str text)
{
	if (text.len > 0)
		add_text(in, NULL, 0, slot_of_special(field, ATTRIBUTE_STRING), text);
}

static void add_value(void *context, str key, const struct value *value)
{
	struct seeking *in = context;
	uint32_t code = STRINGS_NONE;

	if (in->is_whole)
		code = attributes_known_key(in->all, &in->before, key);
	if (code == STRINGS_NONE) {
		in->is_whole = false;
		return;
	}
	if (value->kind == VALUE_STRING) {
		add_text(in, value, code, slot_of_key(code, ATTRIBUTE_STRING), value->string);
		return;
	}
	struct sought_value *to = add(in);
	if (to != NULL)
		*to = (struct sought_value){ .value = value, .key = code };
}

static void seek_record(struct attributes *a, const struct record *record, size_t i)
{
	struct sought *s = a->sought;
	struct seeking in = { .all = a, .sought = s, .is_whole = true };

	s->of[i].first = s->count;
	s->of[i].is_whole = false;
	if (record->attribute_count == 0) /* four fields at most: not worth it */
		return;
	add_field(&in, FIELD_SOURCE, record->source);
	add_field(&in, FIELD_ACTOR, record->actor);
	add_field(&in, FIELD_INTERACTION, record->interaction);
	add_field(&in, FIELD_CASE, record->case_id);
	s->of[i].left_out = attribute_walk(record, add_value, &in);
	s->of[i].count = s->count - s->of[i].first;
	s->of[i].is_whole = in.is_whole;
}

void attributes_seek(struct attributes *a, const struct record *records, size_t count)
{
	if (a->sought == NULL)
		a->sought = memory_resize(NULL, sizeof(*a->sought));
	struct sought *s = a->sought;

	ASSERT(count <= ATTRIBUTES_SEEK_MAX);
	s->records = records;
	s->record_count = count;
	s->count = s->text_count = 0;
	for (size_t i = 0; i < count; i++)
		seek_record(a, &records[i], i);
	strings_find_each(s->texts, s->text_count);
	for (size_t i = 0; i < s->text_count; i++)
		s->values[s->texts_of[i]].code = s->texts[i].code;
}

void attributes_seek_end(struct attributes *a)
{
	if (a->sought != NULL)
		a->sought->record_count = 0;
}

bool attributes_sought_of(const struct attributes *a, const struct record *record,
	const struct sought_value **values, size_t *count, uint64_t *left_out)
{
	const struct sought *s = a->sought;

	if (s == NULL || s->record_count == 0 || record < s->records ||
		record >= s->records + s->record_count)
		return false;
	size_t i = (size_t)(record - s->records);
	if (!s->of[i].is_whole)
		return false;
	*values = s->values + s->of[i].first;
	*count = s->of[i].count;
	*left_out = s->of[i].left_out;
	return true;
}

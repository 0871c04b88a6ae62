/* exchange/catalogue.c - see catalogue.h */
#include "exchange/catalogue.h"

#include "base/embedded.h"
#include "exchange/csv.h"

#include <string.h>

EMBEDDED(ready_mappings);

enum { LINE_BYTES_MAX = 8 << 10, COLUMN_WEIGHT = 16 };

/* ---- patterns */

/* One character of the pattern against one of the text; *length: of what stands in the pattern. */
static bool fits_one(str pattern, char c, size_t *length)
{
	*length = 1;
	if (pattern.ptr[0] == '?')
		return true;
	if (pattern.ptr[0] != '[')
		return pattern.ptr[0] == c;
	bool in = false;
	size_t i = 1;
	for (; i < pattern.len && (pattern.ptr[i] != ']' || i == 1); i++) {
		char from = pattern.ptr[i];
		if (i + 2 < pattern.len && pattern.ptr[i + 1] == '-' && pattern.ptr[i + 2] != ']') {
			in = in || (c >= from && c <= pattern.ptr[i + 2]);
			i += 2;
		} else {
			in = in || c == from;
		}
	}
	*length = MIN_OF(i + 1, pattern.len);
	return in;
}

bool pattern_fits(str pattern, str text)
{
	size_t p = 0, t = 0, star = SIZE_MAX, mark = 0, length = 0;

	while (t < text.len) {
		if (p < pattern.len && pattern.ptr[p] == '*') {
			star = p++;
			mark = t;
		} else if (p < pattern.len &&
			   fits_one(str_from(pattern, p), text.ptr[t], &length)) {
			p += length;
			t++;
		} else if (star != SIZE_MAX) { /* the last star takes one more */
			p = star + 1;
			t = ++mark;
		} else {
			return false;
		}
	}
	while (p < pattern.len && pattern.ptr[p] == '*')
		p++;
	return p == pattern.len;
}

static size_t pattern_weight(str pattern)
{
	size_t weight = 0, length = 0;

	for (size_t i = 0; i < pattern.len; i += length) {
		length = 1;
		if (pattern.ptr[i] == '[')
			(void)fits_one(str_from(pattern, i), '\0', &length);
		weight += pattern.ptr[i] != '*' && pattern.ptr[i] != '?';
	}
	return weight;
}

/* ---- the first line */

static str first_line(str bytes)
{
	str line, rest;

	if (csv_preface(bytes).len > 0 && str_split(bytes, '\n', &line, &rest))
		bytes = rest;
	(void)str_skip_prefix(&bytes, STR("\xef\xbb\xbf"));
	if (!str_split(bytes, '\n', &line, &rest))
		line = bytes;
	return str_trim(str_upto(line, LINE_BYTES_MAX));
}

static char delimiter_of(const struct mapping *mapping, str line)
{
	static const char candidates[] = { ',', ';', '\t', '|' };
	size_t most = 0;
	char best = mapping->delimiter;

	for (size_t c = 0; mapping->delimiter == 0 && c < sizeof(candidates); c++) {
		size_t count = 0;
		for (size_t i = 0; i < line.len; i++)
			count += line.ptr[i] == candidates[c];
		if (count > most) {
			most = count;
			best = candidates[c];
		}
	}
	return best;
}

static str unquoted(str field)
{
	field = str_trim(field);
	if (field.len >= 2 && field.ptr[0] == '"' && field.ptr[field.len - 1] == '"')
		return str_upto(str_from(field, 1), field.len - 2);
	return field;
}

/* Names of columns have no delimiters in practice, quoted or not. */
static bool has_column(str line, char delimiter, str name)
{
	str field;

	while (str_split(line, delimiter, &field, &line))
		if (str_equal(unquoted(field), name))
			return true;
	return str_equal(unquoted(line), name);
}

static bool has_columns(const struct mapping *m, str line)
{
	const struct mapping_names *header = &m->signs.header;
	char delimiter = delimiter_of(m, line);

	for (size_t i = 0; i < header->count; i++)
		if (!has_column(line, delimiter, header->items[i]))
			return false;
	return true;
}

static str base_name(str path)
{
	str folder, name;

	return str_split_last(path, '/', &folder, &name) ? name : path;
}

/* 0: it does not fit, or does not say by what it is known. */
static size_t weight_of(const struct mapping *m, str name, str line)
{
	const struct mapping_signs *s = &m->signs;

	if ((s->line.len > 0 && !pattern_fits(s->line, line)) ||
		(s->name.len > 0 && !pattern_fits(s->name, name)) || !has_columns(m, line))
		return 0;
	return s->header.count * COLUMN_WEIGHT + pattern_weight(s->line) + pattern_weight(s->name);
}

err catalogue_recognise(const struct catalogue *catalogue, str path, str first_bytes,
	const struct catalogue_entry **out, struct why *why)
{
	const struct catalogue_entry *best = NULL, *equal = NULL;
	str line = first_line(first_bytes), name = base_name(path);
	size_t most = 0;

	for (size_t i = 0; i < catalogue->count; i++) {
		size_t weight = weight_of(&catalogue->entries[i].mapping, name, line);
		if (weight > most) {
			best = &catalogue->entries[i];
			equal = NULL;
			most = weight;
		} else if (weight > 0 && weight == most) {
			equal = &catalogue->entries[i];
		}
	}
	if (equal != NULL)
		return fail(why, MSG_MAPPING_AMBIGUOUS, arg_str(path), arg_str(best->name),
			arg_str(equal->name));
	*out = best;
	return OK;
}

/* ---- the built-in ones */

err catalogue_read(struct arena *arena, struct catalogue *out, struct why *why)
{
	struct catalogue_entry *entries =
		arena_array(arena, ready_mappings_count, sizeof(*entries));
	err e = OK;

	if (entries == NULL)
		return fail(
			why, MSG_NO_ROOM, arg_c("mappings"), arg_int((int64_t)arena_taken(arena)));
	for (size_t i = 0; e == OK && i < ready_mappings_count; i++) {
		str name = ready_mappings[i].name;
		entries[i].name =
			str_ends(name, STR(".json")) ? str_upto(name, name.len - 5) : name;
		e = mapping_parse(ready_mappings[i].text, arena, &entries[i].mapping, why);
		if (e != OK)
			why_at(why, name, -1, -1, -1);
	}
	if (e == OK)
		*out = (struct catalogue){ entries, ready_mappings_count };
	return e;
}

const struct catalogue_entry *catalogue_named(const struct catalogue *catalogue, str name)
{
	for (size_t i = 0; i < catalogue->count; i++)
		if (str_equal(catalogue->entries[i].name, name))
			return &catalogue->entries[i];
	return NULL;
}

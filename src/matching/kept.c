/* matching/kept.c - see kept.h */
#include "matching/kept.h"

#include <math.h>

/* ---- writing */

static void put_shares(struct json_writer *w, const char *key, const double (*shares)[LEVEL_COUNT_])
{
	json_put_key(w, str_of(key));
	json_put_array(w);
	for (size_t state = 0; state < PARENT_STATES; state++) {
		json_put_array(w);
		for (size_t level = 0; level < LEVEL_COUNT_; level++)
			json_put_float(w, shares[state][level]);
		json_put_end(w);
	}
	json_put_end(w);
}

static str name_of(const struct match_records *records, size_t field)
{
	return match_records_field(records, field)->name;
}

static void put_field(struct json_writer *w, const struct match_records *records,
	const struct match_model *model, size_t f)
{
	json_put_object(w);
	json_member_string(w, "name", name_of(records, f));
	if (model->parent[f] != NO_PARENT) {
		json_member_string(w, "parent", name_of(records, (size_t)model->parent[f]));
	}
	if (model->second[f] != NO_PARENT) {
		json_member_string(w, "second", name_of(records, (size_t)model->second[f]));
	}
	put_shares(w, "m", model->m[f]);
	put_shares(w, "u", model->u[f]);
	json_put_end(w);
}

static void put_keys(
	struct json_writer *w, const struct match_records *records, const struct block_choice *keys)
{
	json_put_key(w, STR("keys"));
	json_put_array(w);
	for (size_t k = 0; keys != NULL && k < keys->count; k++) {
		json_put_array(w);
		for (size_t p = 0; p < keys->keys[k].part_count; p++) {
			json_put_array(w);
			json_put_string(w, name_of(records, keys->keys[k].parts[p].field));
			json_put_uint(w, keys->keys[k].parts[p].key);
			json_put_end(w);
		}
		json_put_end(w);
	}
	json_put_end(w);
}

void match_kept_write(const struct match_records *records, const struct match_model *model,
	const struct block_choice *keys, struct json_writer *w)
{
	json_put_object(w);
	json_member_int(w, "version", KEPT_VERSION);
	json_put_key(w, STR("prior"));
	json_put_float(w, model->prior);
	json_put_key(w, STR("homes"));
	json_put_float(w, model->homes);
	json_put_key(w, STR("fields"));
	json_put_array(w);
	for (size_t f = 0; f < model->field_count; f++)
		put_field(w, records, model, f);
	json_put_end(w);
	put_keys(w, records, keys);
	json_put_end(w);
}

/* ---- reading */

static bool number_of(const struct json *value, double least, double most, double *out)
{
	if (value == NULL || value->kind != JSON_FLOAT)
		return false;
	*out = value->number;
	return *out >= least && *out <= most;
}

static bool list_of(const struct json *value, size_t least, size_t most)
{
	return value != NULL && value->kind == JSON_ARRAY && value->array.count >= least &&
	       value->array.count <= most;
}

static bool read_shares(const struct json *value, double (*out)[LEVEL_COUNT_])
{
	bool good = list_of(value, PARENT_STATES, PARENT_STATES);

	for (size_t state = 0; good && state < PARENT_STATES; state++) {
		const struct json *row = &value->array.items[state];
		good = list_of(row, LEVEL_COUNT_, LEVEL_COUNT_);
		for (size_t level = 0; good && level < LEVEL_COUNT_; level++)
			good = number_of(&row->array.items[level], 0, 1, &out[state][level]);
	}
	return good;
}

static bool find_field(const struct match_records *records, str name, size_t *field)
{
	size_t f = 0;

	while (f < match_records_fields(records) && !str_equal(name_of(records, f), name))
		f++;
	*field = f;
	return f < match_records_fields(records);
}

/* Another field that is named here, if one is. */
static bool read_above(
	const struct json *name, const struct match_records *records, size_t field, int *out)
{
	size_t above;

	if (name == NULL)
		return true;
	if (name->kind != JSON_STRING || !find_field(records, name->string, &above) ||
		above == field)
		return false;
	*out = (int)above;
	return true;
}

/* *seen: fields that were told, a bit each. */
static bool read_field(const struct json *value, const struct match_records *records,
	struct match_model *model, uint32_t *seen)
{
	size_t field;

	if (!find_field(records, json_get_string(value, STR("name"), STR("")), &field) ||
		(*seen >> field & 1) != 0)
		return false;
	*seen |= 1u << field;
	return read_above(json_get(value, STR("parent")), records, field, &model->parent[field]) &&
	       read_above(json_get(value, STR("second")), records, field, &model->second[field]) &&
	       read_shares(json_get(value, STR("m")), model->m[field]) &&
	       read_shares(json_get(value, STR("u")), model->u[field]);
}

static bool read_key(
	const struct json *value, const struct match_records *records, struct block_key *out)
{
	bool good = list_of(value, 1, BLOCK_PARTS_MAX);

	*out = (struct block_key){ .part_count = 0 };
	for (size_t p = 0; good && p < value->array.count; p++) {
		const struct json *part = &value->array.items[p];
		size_t field;
		good = list_of(part, 2, 2) && part->array.items[0].kind == JSON_STRING &&
		       part->array.items[1].kind == JSON_INTEGER &&
		       find_field(records, part->array.items[0].string, &field) &&
		       part->array.items[1].integer >= 0 &&
		       (size_t)part->array.items[1].integer <
			       field_key_count(match_records_field(records, field)->kind);
		if (!good)
			break;
		out->parts[p].field = (uint8_t)field;
		out->parts[p].key = (uint8_t)part->array.items[1].integer;
		out->part_count++;
	}
	return good;
}

static bool read_all(
	const struct json *kept, const struct match_records *records, struct match_kept *out)
{
	const struct json *fields = json_get(kept, STR("fields")),
			  *keys = json_get(kept, STR("keys"));
	uint32_t seen = 0;
	bool good = json_get_int(kept, STR("version"), 0) == KEPT_VERSION &&
		    number_of(json_get(kept, STR("prior")), WEIGHTS_LEAST, WEIGHTS_MOST,
			    &out->model.prior) &&
		    number_of(json_get(kept, STR("homes")), WEIGHTS_LEAST, WEIGHTS_MOST,
			    &out->model.homes) &&
		    list_of(fields, out->model.field_count, out->model.field_count) &&
		    list_of(keys, 0, BLOCK_KEYS_MAX);

	for (size_t i = 0; good && i < fields->array.count; i++)
		good = read_field(&fields->array.items[i], records, &out->model, &seen);
	for (size_t i = 0; good && i < keys->array.count; i++)
		good = read_key(&keys->array.items[i], records, &out->keys.keys[out->keys.count++]);
	return good;
}

/* Do the kept fields bear the names of those there are now? */
static bool has_same_fields(const struct json *kept, const struct match_records *records)
{
	const struct json *fields = json_get(kept, STR("fields"));
	size_t field;
	bool same = list_of(fields, 0, MATCHING_FIELDS_MAX) &&
		    fields->array.count == match_records_fields(records);

	for (size_t i = 0; same && i < fields->array.count; i++)
		same = find_field(records,
			json_get_string(&fields->array.items[i], STR("name"), STR("")), &field);
	return same;
}

err match_kept_read(const struct json *kept, const struct match_records *records,
	struct match_kept *out, struct why *why)
{
	struct match_kept read = { .keys = { .count = 0 } };

	if (kept == NULL || json_get_int(kept, STR("version"), 0) != KEPT_VERSION)
		return fail(why, MSG_MATCH_KEPT_BAD);
	if (!has_same_fields(kept, records))
		return fail(why, MSG_MATCH_KEPT_FIELDS);
	model_init(&read.model, records);
	if (!read_all(kept, records, &read))
		return fail(why, MSG_MATCH_KEPT_BAD);
	*out = read;
	return OK;
}

/* exchange/json_value.h - JSON values as the typed values of a record.
 *
 * Strings stay strings (also those that look like times), integers integers, floats floats; a
 * number that neither int64 nor double can hold becomes the string of its digits.
 */
#pragma once

#include "base/json.h"
#include "event/record.h"

/* Strings are shared with the tree, arrays lie in `arena`; false if it is full. */
bool value_of_json(const struct json *json, struct arena *arena, struct value *out);
bool attributes_of_json(
	const struct json_members *members, struct arena *arena, const struct attribute **out);

/* A value that JSON has itself: null, a string, a number, a boolean; how a time, a list and a map
 * are told is each format's own affair. */
void json_put_plain(struct json_writer *w, const struct value *value);

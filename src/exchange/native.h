/* exchange/native.h - Ariane's own JSON: every field of a record, and nothing else.
 *
 *   {"type":"ariane.record","kind":"event","time":"2026-03-14T16:09:26.535+01:00",
 *    "source":"crm","message_id":"m1","channel":"phone","activity":"call.answered",
 *    "interaction":"i9","case":"c7","actor":"agent 12","text":"...","language":"fr",
 *    "identifiers":[{"type":"email","value":"jeanne@exemple.fr","raw":"Jeanne@exemple.fr"}],
 *    "attributes":{"wait_s":42,"score":0.5,"asked":{"$time":"2026-03-14"}},
 *    "objects":[{"type":"order","id":"o1","qualifier":"about"}],"traits":{"city":"Nantes"}}
 *
 * Members that are empty or false are left out; their order does not matter when read; a member
 * of another name is refused.  "target" is a number, "payload" hexadecimal.
 *
 * Values: null, strings, integers (no point, no exponent), floats (always with one), booleans and
 * lists are JSON's.  A time is {"$time":TEXT}: the text tells offset and precision; without an
 * offset it is in UTC.  A map is an object, unless a key comes twice or begins with '$': then it is
 * {"$map":[[KEY,VALUE],...]}.  So a member that begins with '$' is always one of these two and
 * alone in its object.  Attributes and traits are maps in this sense.
 *
 * docs/schemas/record.json is the schema; what is written and read again is the same record, byte
 * for byte of its canonical form.
 */
#pragma once

#include "base/json.h"
#include "event/record.h"

bool native_is_record(const struct json *line); /* "type" is "ariane.record" */

/* Strings are shared with the tree, arrays lie in `arena`.  ERR_SYNTAX: not of this form;
 * ERR_LIMIT: the arena is full.  The record is not yet checked. */
err native_read(const struct json *line, struct arena *arena, struct record *out, struct why *why);

/* One object, compact, on one line, for a record that record_check() accepts. */
void native_write(struct json_writer *w, const struct record *record);

/* The same for a value alone: other formats carry what they cannot tell in this form. */
err native_value_read(
	const struct json *json, struct arena *arena, struct value *out, struct why *why);
void native_value_write(struct json_writer *w, const struct value *value);

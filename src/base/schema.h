/* base/schema.h - does a JSON value keep to its schema?
 *
 * The part of JSON Schema (draft 2020-12) that our published schemas use:
 *
 *   type, enum, const                     minimum, maximum, exclusiveMinimum, exclusiveMaximum
 *   properties, required,                 minLength, maxLength (in characters), minItems, maxItems
 *     additionalProperties, propertyNames pattern: a POSIX extended regular expression, found
 * anywhere items (one schema for all)            format: date-time (RFC 3339); others are comments
 *   oneOf, anyOf, allOf, not              $ref within the document: "#" or "#/pointer"
 *   $schema $id $defs definitions $comment title description default examples: comments
 *
 * Any other keyword in a schema is refused: a rule that is silently not checked is a lie.
 */
#pragma once

#include "base/json.h"

enum { SCHEMA_DEPTH_MAX = 1024 }; /* of schemas within each other, $ref included */

/* ERR_SYNTAX: `value` breaks a rule; `why` names the JSON pointer (RFC 6901; "" is the whole
 * value), the keyword, and what it asks.  Also when the schema itself
 * is wrong: then MSG_SCHEMA_WRONG names the pointer into the value and the keyword.  Pure. */
err schema_check(const struct json *schema, const struct json *value, struct why *why);

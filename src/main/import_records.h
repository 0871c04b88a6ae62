/* main/import_records.h - records of people without events: what --records, --id and --field say.
 *
 * Each row becomes an entity: its id is an identifier (`record:17`, or of the type told) and its
 * message id, so that reading the file again adds only what is new; its fields are traits, kept as
 * the text they are, so that a postcode keeps its zeros.  Other columns are kept as attributes.
 */
#pragma once

#include "exchange/mapping.h"
#include "main/request.h"

/* Nothing without --records.  MSG_MATCH_ID, MSG_MATCH_FIELD, or what a wrong --customer says. */
err import_records_flags(const struct request *request, struct mapping *mapping, struct why *why);

/* main/store.h - the data folder, opened for a command and closed behind it. */
#pragma once

#include "engine/engine.h"
#include "engine/erasing.h"
#include "main/request.h"
#include "main/sink.h"

enum store_use {
	STORE_READ, /* must exist */
	STORE_CHANGE, /* must exist */
	STORE_MAKE, /* made if it is not there */
};

/* Opens the folder that the request names; says beside the answer what opening had to mend.  Bytes
 * of what was erased longer ago than the setting allows are rewritten first, but for STORE_READ. */
err store_open(const struct request *request, struct sink *sink, enum store_use use,
	struct engine **out, struct why *why);

/* engine_erase_bytes() with a progress bar. */
err store_erase_bytes(
	struct sink *sink, struct engine *engine, struct erasing_result *result, struct why *why);

/* How identifiers that a person types are read: the country of the settings. */
struct identifier_rules;
struct identifier_rules store_identifier_rules(const struct request *request);

/* The customer whom a person means by "type:value".  ERR_NOT_FOUND: nobody; `text` gets the normal
 * form, in the request's arena. */
err store_customer(const struct request *request, const struct snapshot *snapshot, str typed,
	str *text, uint32_t *customer, struct why *why);

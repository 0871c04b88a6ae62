/* journey/metrics_definition_internal.h - parts of the document of figures that have a file each.
 */
#pragma once

#include "journey/metrics_definition.h"

/* metrics_reasons.c: the key "reasons", as struct field wants it; nothing is written to `target`.
 */
err metrics_reasons(struct fields *f, str key, const struct json *value, void *target);

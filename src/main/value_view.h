/* main/value_view.h - an attribute's value in a few words, safe for a terminal. */
#pragma once

#include "event/record.h"
#include "main/locale.h"

/* Text as it is, in quotes where it has blanks; whole numbers without separators, because many
 * are names (accounts, orders); times in the reader's zone; lists and maps by their size.
 * At most about VALUE_VIEW_BYTES_MAX bytes. */
enum { VALUE_VIEW_BYTES_MAX = 400 };
void value_view_add(const struct value *value, const struct locale *locale, struct strbuf *out);

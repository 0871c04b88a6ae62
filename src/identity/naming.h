/* identity/naming.h - by which of his identifiers a customer is told of.
 *
 * People know a customer by his number, not by the cookie of his last visit.  So what is told is
 * the best identifier he has: by kind first, then by text; the same whatever order they came in.
 * That is another order than that of trust (identifier_rank(), rules.h), which says whose an event
 * is.
 *
 *   0  customer                     5  what the company itself declares or nobody here knows,
 *   1  account, user_id                names on social networks
 *   2  email                        6  case
 *   3  phone, whatsapp              7  what names one contact: interaction, call, session ...
 *   4  loyalty_card, person         8  device, cookie, anonymous_id, and digests of all kinds
 *
 * Pure functions over a view.
 */
#pragma once

#include "identity/identity.h"

enum { TELLING_CONTACT = 7 }; /* from here on it says less than a person */

int identifier_telling(str type); /* 0: the best */
/* Is `a` to be told rather than `b`?  Both "type:value". */
bool identifier_tells_more(str a, str b);

/* The best there is, as "type:value"; of a customer that exists.  Lives as long as the view. */
str identity_customer_text(const struct identity_view *view, uint32_t customer);

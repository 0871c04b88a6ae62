/* exchange/log.h - the access logs of web servers in: common and combined format (Apache, nginx).
 *
 *   host ident user [day/Mon/year:hh:mm:ss +zone] "method path protocol" status bytes
 *        ["referer" "user agent" [more]]
 *
 * Each line becomes the columns below, and these become a record by a mapping, as the columns of a
 * CSV do.  A field "-" is empty.  In quoted fields \" and \\ and \xHH are read, unless what comes
 * out is no text.
 *
 *   host ident user time method path page query protocol status bytes referer user_agent more
 *
 * page is the path without its query.  What the mapping leaves open: the activity is
 * "{method} {page}", the channel web, the customer user_id:USER and ip:HOST, the source import.
 *
 * Rejected, with line and reason: lines that do not follow the format, and what csv.h rejects.
 */
#pragma once

#include "exchange/mapping.h"
#include "exchange/stream.h"

err log_read(struct input *input, const struct mapping *mapping, struct record_sink *sink,
	struct read_summary *summary, struct why *why);

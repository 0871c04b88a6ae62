/* exchange/xes_head.h - the beginning of an XES file, from the entity that the reader made of one.
 *
 * The entity has objects[0] = { "xes:log", its concept:name or "log" } and the attributes, each
 * where it is not empty and in this order:
 *
 *   xes:head         map   the XML attributes of <log>, but for the defaults
 *   xes:extensions   list  of maps: the XML attributes of each <extension>
 *   xes:globals      list  of maps: the XML attributes, then "attributes": map
 *   xes:classifiers  list  of maps: the XML attributes
 *   log:KEY                each attribute of the log
 */
#pragma once

#include "exchange/xes_internal.h"

/* Would the reader make just this record of what xes_put_head() and its fields say? */
bool xes_is_log(const struct record *record);

/* All up to the first trace but for the record's fields; NULL: a log without entity, with the
 * standard extensions before ours, which the reader drops. */
void xes_put_head(struct strbuf *out, const struct record *record);

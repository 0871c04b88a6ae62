/* thread/where_internal.h - how values stand to a condition: for where.c and where_select.c. */
#pragma once

#include "thread/where.h"

enum order { ORDER_NONE, ORDER_LESS, ORDER_EQUAL, ORDER_MORE };

/* The value to the condition's. */
enum order where_order_integer(const struct where *where, int64_t integer);
enum order where_order_float(const struct where *where, double number);
enum order where_order_boolean(const struct where *where, bool boolean);
enum order where_order_ticks(const struct where *where, int64_t ticks);
enum order where_order_text(const struct where *where, str text);
/* WHERE_NOT_EQUAL as WHERE_EQUAL: it is about all values together. */
bool where_accepts(enum where_is is, enum order order);

bool where_is_field(const struct where *where, enum attribute_field *field);

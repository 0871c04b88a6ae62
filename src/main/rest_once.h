/* main/rest_once.h - changes that must not be made twice, or not of what somebody else changed.
 *
 * Idempotency-Key: a change with a key that the same caller sent within a day is not done again.
 *
 *   the same request, done     its answer again, with Idempotency-Replayed: true
 *   the same request, running  409 api-once-runs
 *   another request            409 api-once-other
 *   done before a restart      409 api-once-unknown: the answer is not known any more, but that it
 *                              was begun is (desk/once.h)
 *   refused                    nothing was done, and the key is free again
 *
 * Answers are kept in memory, REST_ONCE_ANSWERS of the newest with at most REST_ONCE_KEPT_BYTES:
 * they may hold secrets that are shown once.
 *
 * If-Match: a change is made only if what it changes still has the ETag that the client saw.  Such
 * changes take turns, so that nothing comes between looking and changing.
 */
#pragma once

#include "main/rest.h"

enum { REST_ONCE_BYTES_MAX = 200, REST_ONCE_ANSWERS = 1000, REST_ONCE_KEPT_BYTES = 64 << 10 };

struct rest_once;
struct rest_once *rest_once_create(void);
void rest_once_free(struct rest_once *once);

/* *answered: the answer of before was given.  Without the header: nothing. */
err rest_once_begin(struct rest_call *call, bool *answered, struct why *why);
void rest_once_keep(struct rest_call *call, int status, const char *type, str body);
void rest_once_forget(struct rest_call *call); /* it was refused */

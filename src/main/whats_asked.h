/* main/whats_asked.h - of what happened, that which --activity and --channel ask for. */
#pragma once

#include "main/request.h"
#include "thread/thread.h"

/* For each what of the view whether its activity and its channel fit one of the patterns that the
 * request gives for each (base/glob.h), or it gives none.  On the heap: free(). */
uint8_t *whats_asked(const struct request *request, const struct threads_view *view);

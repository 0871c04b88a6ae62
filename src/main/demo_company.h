/* main/demo_company.h - ariane demo: the files of a simulated company, and the truth about it. */
#pragma once

#include "main/request.h"
#include "main/sink.h"

/* Into the folder `path` (made if it is not there), NUL-terminated; the truth into path/truth.
 * ERR_LIMIT, ERR_SYNTAX, ERR_NOT_FOUND: a size or a figure that cannot be; ERR_CANCELLED. */
err demo_company(const struct request *request, str path, struct sink *sink, struct why *why);
/* The figures and what they are, with what --set changes. */
err demo_parameters(const struct request *request, struct sink *sink, struct why *why);

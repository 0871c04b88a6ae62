/* main/demo_workload.h - ariane demo --workload: a reference workload as one file. */
#pragma once

#include "main/request.h"
#include "main/sink.h"

/* Narrow rows (R1) if `csv`, else Segment calls (R2), into `path`, NUL-terminated. */
err demo_workload(
	const struct request *request, str path, bool csv, struct sink *sink, struct why *why);

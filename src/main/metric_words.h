/* main/metric_words.h - what a figure is called, and the rule by which it is counted, in words. */
#pragma once

#include "journey/metrics.h"
#include "main/locale.h"
#include "main/text.h"

str metric_title(enum metric metric, enum language language); /* lives for ever */
/* A sentence with the definition's own lengths of time in it. */
void metric_rule(enum metric metric, const struct metrics_definition *definition,
	enum language language, struct strbuf *out);

/* demo/erlang.h - how many agents a queue needs: Erlang A (Palm), with impatient callers. */
#pragma once

#include "base/base.h"

/* The share of callers who give up when `load` erlangs come to `agents` agents and callers wait
 * for `patience` on average, as a multiple of the mean handling time.  agents > 0, load > 0. */
double erlang_abandonment(double load, unsigned agents, double patience);
/* The number of agents, with a fraction, at which that share is `abandonment`: linear between
 * whole numbers, where n + 0.3 means n agents in seven intervals of ten and n + 1 in three. */
double erlang_agents(double load, double abandonment, double patience);

/* demo/workload_internal.h - who the customer of an event is; see workload.h */
#pragma once

#include "demo/workload.h"

struct workload_crowd workload_crowd_of(uint64_t customers);
/* Customer of event `at` of `events`. */
uint32_t workload_customer(
	const struct workload_crowd *crowd, uint64_t at, uint64_t events, struct random *random);
/* 0 to count - 1, the smaller the likelier: about 1 / (n + 3). */
uint32_t workload_rank(struct random *random, uint32_t count);

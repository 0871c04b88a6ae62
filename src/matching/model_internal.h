/* matching/model_internal.h - what the files of the model share. */
#pragma once

#include "matching/model.h"

/* By pattern: how many of these pairs, which keys keep apart, are of two persons indeed.  Where
 * somebody was given two customer numbers, keys are wrong, and would teach that strangers agree.
 * On the heap. */
double *model_strangers(const struct match_model *model, const struct patterns *two);

static inline uint32_t bit_of(int field)
{
	return field == NO_PARENT ? 0 : UINT32_C(1) << field;
}

static inline uint32_t parents_of(const struct match_model *model, size_t field)
{
	return bit_of(model->parent[field]) | bit_of(model->second[field]);
}

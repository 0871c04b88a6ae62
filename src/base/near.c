/* base/near.c - see near.h */
#include "base/near.h"

static char folded(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c + ('a' - 'A')) : c;
}

uint32_t near_distance(str a, str b)
{
	uint32_t row[NEAR_BYTES_MAX +
		     1]; /* distances of the first i bytes of a to each start of b */

	if (a.len > NEAR_BYTES_MAX || b.len > NEAR_BYTES_MAX)
		return UINT32_MAX;
	for (uint32_t j = 0; j <= b.len; j++)
		row[j] = j;
	for (uint32_t i = 0; i < a.len; i++) {
		uint32_t diagonal = row[0];
		row[0] = i + 1;
		for (size_t j = 0; j < b.len; j++) {
			uint32_t replaced = diagonal + (folded(a.ptr[i]) != folded(b.ptr[j]));
			diagonal = row[j + 1];
			row[j + 1] = MIN_OF(replaced, MIN_OF(diagonal, row[j]) + 1);
		}
	}
	return row[b.len];
}

str near_best(str name, const str *candidates, size_t count)
{
	uint32_t least = (uint32_t)MIN_OF(name.len / 3, (size_t)4) + 1;
	str best = { NULL, 0 };

	for (size_t i = 0; i < count; i++) {
		uint32_t far = near_distance(name, candidates[i]);
		if (far < least) {
			least = far;
			best = candidates[i];
		}
	}
	return best;
}

/* tests/exchange_ocel_hops_test.c - as many relationships as there are. */
#include "exchange/ocel_hops.h"
#include "test.h"

#include <stdio.h>

TEST(ocel_hops_grow)
{
	struct ocel_hops *hops = ocel_hops_create();
	char from[16], to[16];

	for (int i = 0; i < 1000; i++) {
		int from_len = snprintf(from, sizeof(from), "o%d", i % 300);
		int to_len = snprintf(to, sizeof(to), "c%d", i);
		CHECK("added", ocel_hops_add(hops, (str){ from, (size_t)from_len },
				       (str){ to, (size_t)to_len }));
	}
	int found = 0;
	for (uint32_t hop = ocel_hops_first(hops, STR("o5")); hop != 0;
		hop = ocel_hops_next(hops, hop))
		found += str_equal(ocel_hops_id(hops, hop), STR("c5")) ||
			 str_equal(ocel_hops_id(hops, hop), STR("c305")) ||
			 str_equal(ocel_hops_id(hops, hop), STR("c605")) ||
			 str_equal(ocel_hops_id(hops, hop), STR("c905"));
	CHECK("all four", found == 4);
	CHECK("nobody", ocel_hops_first(hops, STR("o300")) == 0);
	ocel_hops_free(hops);
	ocel_hops_free(NULL);
}

/* tests/main_match_provider_test.c - e-mail addresses that are delivered to one box. */
#include "main/match_provider.h"

#include "event/codec.h"
#include "test.h"

TEST(addresses_have_a_box)
{
	static const struct {
		const char *address, *box;
	} rows[] = {
		{ "ann@example.org", "ann@example.org" },
		{ "ann+shop@example.org", "ann@example.org" },
		{ "ann+a+b@example.org", "ann@example.org" },
		{ "an.n@example.org", "an.n@example.org" },
		{ "an.n@gmail.com", "ann@gmail.com" },
		{ "a.n.n+x@googlemail.com", "ann@gmail.com" },
		{ "ann@mail.gmail.com", "ann@mail.gmail.com" },
		{ "+shop@example.org", "+shop@example.org" },
		{ "...@gmail.com", "...@gmail.com" },
		{ "no address", "no address" },
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		char room[IDENTIFIER_VALUE_BYTES_MAX], again[IDENTIFIER_VALUE_BYTES_MAX];
		str box = provider_box(str_of(rows[i].address), room);
		CHECK(rows[i].address, str_equal(box, str_of(rows[i].box)));
		CHECK(rows[i].address, str_equal(provider_box(box, again), box));
	}
}

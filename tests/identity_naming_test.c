/* tests/identity_naming_test.c - by which identifier a customer is told of, whatever the order in
 * which they came. */
#include "identity/naming.h"

#include "test.h"

TEST(what_people_know_is_told_rather_than_what_machines_count)
{
	/* Each before the next. */
	static const char *const order[] = { "customer:17798410", "account:12", "user_id:u-1",
		"email:a@x.fr", "phone:+33612345678", "loyalty_card:1", "x:jeanne", "case:1",
		"call:1", "anonymous_id:0a561c87" };

	for (size_t i = 0; i < ARRAY_LEN(order); i++)
		for (size_t k = 0; k < ARRAY_LEN(order); k++)
			CHECK(order[i], identifier_tells_more(str_of(order[i]), str_of(order[k])) ==
						(i < k));
	CHECK("equal kinds by text", identifier_tells_more(STR("email:a@x"), STR("email:b@x")));
	CHECK("a digest says nothing", identifier_telling(STR("email_sha256")) >= TELLING_CONTACT);
	CHECK("a company's own kind does", identifier_telling(STR("contract")) < TELLING_CONTACT);
}

TEST(a_customer_is_told_by_the_best_there_is)
{
	static const struct {
		const char *row, *type[3], *value[3], *told;
	} rows[] = {
		{ "his number, not his cookie", { "anonymous_id", "customer", "call" },
			{ "0a", "7", "1" }, "customer:7" },
		{ "the other way round", { "call", "customer", "anonymous_id" }, { "1", "7", "0a" },
			"customer:7" },
		{ "the first by text", { "phone", "phone", "cookie" }, { "+332", "+331", "c" },
			"phone:+331" },
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct record_identifier ids[3];
		struct record record = { .kind = RECORD_EVENT,
			.source = STR("crm"),
			.identifiers = ids,
			.identifier_count = 3 };
		struct identity *identity = identity_create();
		for (size_t k = 0; k < 3; k++)
			ids[k] = (struct record_identifier){ .type = str_of(rows[i].type[k]),
				.value = str_of(rows[i].value[k]) };
		identity_add(identity, identity_set(identity, &record), 1, 0, 1);
		struct identity_view *view = identity_publish(identity);
		uint32_t code = identity_find(view, str_of(rows[i].told));
		CHECK(rows[i].row, code != IDENTITY_NO_CODE);
		uint32_t customer = identity_customer_of(view, code);
		CHECK(rows[i].row,
			str_equal(identity_customer_text(view, customer), str_of(rows[i].told)));
		identity_view_unref(view);
		identity_free(identity);
	}
}

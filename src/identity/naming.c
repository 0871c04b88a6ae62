/* identity/naming.c - see naming.h */
#include "identity/naming.h"

#include "identity/hashed.h"

enum { TELLING_OTHER = 5, TELLING_DIGEST = 8 };

static const struct {
	str type;
	int place;
} kinds[] = {
	{ STR_INIT("customer"), 0 },
	{ STR_INIT("account"), 1 },
	{ STR_INIT("user_id"), 1 },
	{ STR_INIT("email"), 2 },
	{ STR_INIT("phone"), 3 },
	{ STR_INIT("whatsapp"), 3 },
	{ STR_INIT("loyalty_card"), 4 },
	{ STR_INIT("person"), 4 },
	{ STR_INIT("case"), 6 },
	{ STR_INIT("interaction"), TELLING_CONTACT },
	{ STR_INIT("call"), TELLING_CONTACT },
	{ STR_INIT("session"), TELLING_CONTACT },
	{ STR_INIT("chat"), TELLING_CONTACT },
	{ STR_INIT("ticket"), TELLING_CONTACT },
	{ STR_INIT("message"), TELLING_CONTACT },
	{ STR_INIT("device"), TELLING_DIGEST },
	{ STR_INIT("cookie"), TELLING_DIGEST },
	{ STR_INIT("anonymous_id"), TELLING_DIGEST },
};

int identifier_telling(str type)
{
	enum identifier_hash ignored;
	str plain;

	for (size_t i = 0; i < ARRAY_LEN(kinds); i++)
		if (str_equal(kinds[i].type, type))
			return kinds[i].place;
	return hashed_type(type, &plain, &ignored) ? TELLING_DIGEST : TELLING_OTHER;
}

static int telling_of(str text)
{
	str type = text, value;

	(void)str_split(text, ':', &type, &value);
	return identifier_telling(type);
}

bool identifier_tells_more(str a, str b)
{
	int order = telling_of(a) - telling_of(b);

	return order != 0 ? order < 0 : str_compare(a, b) < 0;
}

str identity_customer_text(const struct identity_view *view, uint32_t customer)
{
	const struct customer *c = identity_customer(view, customer);
	uint32_t member = c->head;
	str best = identity_text(view, member);

	for (uint32_t i = 1; i < c->members; i++) {
		member = identity_next_member(view, member);
		str text = identity_text(view, member);
		if (identifier_tells_more(text, best))
			best = text;
	}
	return best;
}

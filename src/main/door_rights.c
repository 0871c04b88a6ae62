/* main/door_rights.c - see door_rights.h */
#include "main/door_rights.h"

err door_role(str name, enum role *out, struct why *why)
{
	return role_named(name, out) ? OK : fail(why, MSG_DESK_ROLE, arg_str(name));
}

err door_granted(const struct request *request, rights *out, struct why *why)
{
	rights granted = 0;
	enum right right;

	for (size_t i = 0; i < request_times(request, "grant"); i++) {
		str name = request_nth(request, "grant", i);
		if (!right_named(name, &right))
			return fail(why, MSG_DESK_RIGHT, arg_str(name));
		granted |= (rights)1 << right;
	}
	*out = granted;
	return OK;
}

str door_rights_text(rights granted, struct arena *arena)
{
	struct strbuf text = strbuf_in(arena, 1 << 10);

	for (size_t i = 0; i < RIGHT_COUNT_; i++) {
		if ((granted >> i & 1) == 0)
			continue;
		if (text.len > 0)
			strbuf_add_byte(&text, ' ');
		strbuf_add(&text, right_name((enum right)i));
	}
	return strbuf_ok(&text) ? strbuf_str(&text) : STR("");
}

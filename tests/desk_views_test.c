/* tests/desk_views_test.c - saved views: what is kept, what is refused, what goes with them. */
#include "desk/views.h"

#include <string.h>

#include "support/moving_clock.h"
#include "test.h"

static struct moving_clock fixed;

static struct desk *open_desk(void)
{
	struct desk *desk = NULL;
	struct why why = { 0 };

	fixed = moving_clock_at((int64_t)1700000000 * 1000);
	CHECK("open", desk_open(test_folder(), true, &fixed.base, &desk, &why) == OK);
	return desk;
}

TEST(views_are_kept_changed_and_removed)
{
	struct desk *desk = open_desk();
	AUTO_ARENA arena = arena_create(1 << 20);
	struct view_comment *said;
	struct why why = { 0 };
	struct view *all;
	size_t count;

	CHECK("saved",
		view_save(desk, STR("monday"), STR("{\"a\":1}"), STR("user:jeanne"), &why) == OK);
	fixed.now_ms += 1000;
	CHECK("changed", view_save(desk, STR("monday"), STR("{}"), STR("user:paul"), &why) == OK);
	CHECK("another", view_save(desk, STR("été"), STR("{}"), STR("user:paul"), &why) == OK);
	CHECK("said",
		view_comment(desk, STR("monday"), STR("user:jeanne"), STR("look"), &why) == OK);
	CHECK("listed", view_list(desk, arena, &all, &count, &why) == OK && count == 2);
	CHECK("by name", str_equal(all[0].name, STR("monday")) && all[0].comments == 1);
	CHECK("the last", str_equal(all[0].who, STR("user:paul")) &&
				  str_equal(all[0].document, STR("{}")) &&
				  all[0].changed_ms - all[0].created_ms == 1000);
	CHECK("comments", view_comments(desk, STR("monday"), arena, &said, &count, &why) == OK &&
				  count == 1 && str_equal(said[0].text, STR("look")));
	CHECK("removed", view_remove(desk, STR("monday"), &why) == OK);
	CHECK("gone", view_remove(desk, STR("monday"), &why) == ERR_NOT_FOUND &&
			      why.message == MSG_DESK_NO_VIEW);
	CHECK("with comments",
		view_comments(desk, STR("monday"), arena, &said, &count, &why) == OK && count == 0);
	desk_close(desk);
}

TEST(views_that_cannot_be_kept_are_refused)
{
	static const struct {
		const char *what, *name, *document;
		enum message refused;
	} rows[] = {
		{ "no name", "", "{}", MSG_DESK_NAME },
		{ "a line in the name", "a\nb", "{}", MSG_DESK_NAME },
		{ "a list", "a", "[1]", MSG_DESK_VIEW_DOCUMENT },
		{ "a number", "a", "1", MSG_DESK_VIEW_DOCUMENT },
	};
	struct desk *desk = open_desk();
	AUTO_ARENA arena = arena_create(1 << 20);
	static char large[VIEW_DOCUMENT_BYTES_MAX + 1];
	struct why why = { 0 };
	struct view *all;
	size_t count;

	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		CHECK(rows[i].what, view_save(desk, str_of(rows[i].name), str_of(rows[i].document),
					    STR("user:a"), &why) != OK &&
					    why.message == rows[i].refused);
	CHECK("half", view_save(desk, STR("a"), STR("{\"a\":"), STR("user:a"), &why) == ERR_SYNTAX);
	memset(large, ' ', sizeof(large));
	CHECK("large", view_save(desk, STR("a"), (str){ large, sizeof(large) }, STR("user:a"),
			       &why) == ERR_LIMIT);
	CHECK("nothing said",
		view_comment(desk, STR("a"), STR("user:a"), STR(""), &why) == ERR_SYNTAX);
	CHECK("of nothing",
		view_comment(desk, STR("a"), STR("user:a"), STR("x"), &why) == ERR_NOT_FOUND);
	CHECK("none", view_list(desk, arena, &all, &count, &why) == OK && count == 0);
	desk_close(desk);
}

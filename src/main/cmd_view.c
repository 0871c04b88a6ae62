/* main/cmd_view.c - ariane view list, save, remove, comment, comments: what people look at, kept.
 */
#include "desk/views.h"
#include "main/door_view.h"

enum { FIELDS = 6, COMMENT_FIELDS = 4 };

static err list(
	const struct request *request, struct sink *sink, struct desk *desk, struct why *why)
{
	struct door_table table = door_table_of(request, sink);
	str only = request_argument_count(request) > 0 ? request_argument(request, 0) : STR("");
	struct view *views;
	size_t count;
	err e = view_list(desk, request_arena(request), &views, &count, why);

	if (e != OK)
		return e;
	for (size_t i = 0; i < count; i++) {
		if (only.len > 0 && !str_equal(only, views[i].name))
			continue;
		const struct door_field fields[FIELDS] = {
			{ "name", TEXT_DOOR_NAME, FIELD_TEXT, views[i].name, 0 },
			{ "who", TEXT_DOOR_WHO, FIELD_TEXT, views[i].who, 0 },
			{ "created", TEXT_DOOR_CREATED, FIELD_TIME, STR(""), views[i].created_ms },
			{ "changed", TEXT_VIEW_CHANGED, FIELD_TIME, STR(""), views[i].changed_ms },
			{ "comments", TEXT_VIEW_COMMENTS, FIELD_NUMBER, STR(""),
				views[i].comments },
			{ "document", TEXT_VIEW_DOCUMENT, FIELD_TEXT, views[i].document, 0 },
		};
		door_row(&table, fields, FIELDS);
	}
	door_table_end(&table, TEXT_DOOR_NONE);
	return OK;
}

static err comments(
	const struct request *request, struct sink *sink, struct desk *desk, struct why *why)
{
	struct door_table table = door_table_of(request, sink);
	struct view_comment *said;
	size_t count;
	err e = view_comments(
		desk, request_argument(request, 0), request_arena(request), &said, &count, why);

	if (e != OK)
		return e;
	for (size_t i = 0; i < count; i++) {
		const struct door_field fields[COMMENT_FIELDS] = {
			{ "id", TEXT_DOOR_ID, FIELD_NUMBER, STR(""), said[i].id },
			{ "who", TEXT_DOOR_WHO, FIELD_TEXT, said[i].who, 0 },
			{ "time", TEXT_DOOR_TIME, FIELD_TIME, STR(""), said[i].at_ms },
			{ "text", TEXT_VIEW_TEXT, FIELD_TEXT, said[i].text, 0 },
		};
		door_row(&table, fields, COMMENT_FIELDS);
	}
	door_table_end(&table, TEXT_DOOR_NONE);
	return OK;
}

static err save(
	const struct request *request, struct sink *sink, struct desk *desk, struct why *why)
{
	str name = request_argument(request, 0);
	err e = view_save(
		desk, name, request_text(request, "document"), request_actor(request), why);

	if (e == OK)
		e = door_note(request, desk, "view save", name, why);
	return e == OK ? list(request, sink, desk, why) : e;
}

static err remove_view(
	const struct request *request, struct sink *sink, struct desk *desk, struct why *why)
{
	str name = request_argument(request, 0);
	err e = view_remove(desk, name, why);

	if (e == OK)
		e = door_note(request, desk, "view remove", name, why);
	(void)sink; /* what is no more tells nothing */
	return e;
}

static err comment(
	const struct request *request, struct sink *sink, struct desk *desk, struct why *why)
{
	str name = request_argument(request, 0);
	err e = view_comment(
		desk, name, request_actor(request), request_text(request, "text"), why);

	if (e == OK)
		e = door_note(request, desk, "view comment", name, why);
	return e == OK ? comments(request, sink, desk, why) : e;
}

/* ---- rows of the table of commands */

static err run_list(const struct request *request, struct sink *sink, struct why *why)
{
	return door_run(request, sink, false, list, why);
}

static err run_save(const struct request *request, struct sink *sink, struct why *why)
{
	return door_run(request, sink, true, save, why);
}

static err run_remove(const struct request *request, struct sink *sink, struct why *why)
{
	return door_run(request, sink, false, remove_view, why);
}

static err run_comment(const struct request *request, struct sink *sink, struct why *why)
{
	return door_run(request, sink, false, comment, why);
}

static err run_comments(const struct request *request, struct sink *sink, struct why *why)
{
	return door_run(request, sink, false, comments, why);
}

#define NAME_ARGUMENT \
	{ \
		1, 1, WORDS("NAME", "NOM"), WORDS("the view's name", "le nom de la vue") \
	}

const struct command cmd_view_list = {
	.name = STR_INIT("view list"),
	.group = GROUP_DOORS,
	.summary = WORDS("list the saved views of the web application",
		"lister les vues enregistrées de l'application web"),
	.about = WORDS("A view is an address of the application, or a journey definition that was "
		       "drawn there.",
		"Une vue est une adresse de l'application, ou une définition de parcours qui y a "
		"été dessinée."),
	.examples = { { STR_INIT("ariane view list"), WORDS("all of them", "toutes") } },
	.schema = STR_INIT("view"),
	.json_lines = true,
	.read_only = true,
	.run = run_list,
};

const struct command cmd_view_save = {
	.name = STR_INIT("view save"),
	.group = GROUP_DOORS,
	.summary = WORDS("keep a view under a name, or change it",
		"garder une vue sous un nom, ou la modifier"),
	.arguments = NAME_ARGUMENT,
	.options = { { STR_INIT("document"), IS_TEXT, false, WORDS("JSON", "JSON"),
		WORDS("what the application keeps of it: an object",
			"ce qu'en garde l'application : un objet"),
		STR_INIT("{}") } },
	.examples = { { STR_INIT("ariane view save monday --document "
				 "'{\"path\":\"/journeys/map\"}'"),
		WORDS("the map", "la carte") } },
	.schema = STR_INIT("view"),
	.json_lines = true,
	.run = run_save,
};

const struct command cmd_view_remove = {
	.name = STR_INIT("view remove"),
	.group = GROUP_DOORS,
	.summary = WORDS("remove a saved view and what was said of it",
		"supprimer une vue enregistrée et ce qui en a été dit"),
	.arguments = NAME_ARGUMENT,
	.examples = { { STR_INIT("ariane view remove monday"),
		WORDS("nobody needs it any more", "plus personne n'en a besoin") } },
	.schema = STR_INIT("view"),
	.json_lines = true,
	.run = run_remove,
};

const struct command cmd_view_comment = {
	.name = STR_INIT("view comment"),
	.group = GROUP_DOORS,
	.summary = WORDS("say something about a saved view", "commenter une vue enregistrée"),
	.arguments = NAME_ARGUMENT,
	.options = { { STR_INIT("text"), IS_TEXT, false, WORDS("TEXT", "TEXTE"),
		WORDS("what is said", "ce qui est dit"), STR_INIT("") } },
	.examples = { { STR_INIT("ariane view comment monday --text checked"),
		WORDS("for who opens it next", "pour qui l'ouvrira ensuite") } },
	.schema = STR_INIT("view-comment"),
	.json_lines = true,
	.run = run_comment,
};

const struct command cmd_view_comments = {
	.name = STR_INIT("view comments"),
	.group = GROUP_DOORS,
	.summary = WORDS("tell what was said of a saved view",
		"dire ce qui a été dit d'une vue enregistrée"),
	.arguments = NAME_ARGUMENT,
	.examples = { { STR_INIT("ariane view comments monday"),
		WORDS("the oldest first", "du plus ancien au plus récent") } },
	.schema = STR_INIT("view-comment"),
	.json_lines = true,
	.read_only = true,
	.run = run_comments,
};

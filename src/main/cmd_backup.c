/* main/cmd_backup.c - ariane backup: a copy that can be trusted. */
#include "base/json.h"
#include "engine/backup.h"
#include "main/store.h"
#include "main/summary.h"

struct copying {
	char target[PATH_BYTES_MAX]; /* absolute: the writer may live in another folder */
	struct backup_summary summary;
};

static err copy(struct engine *engine, void *context, struct why *why)
{
	struct copying *c = context;

	return engine_backup(engine, c->target, &c->summary, why);
}

static err run(const struct request *request, struct sink *sink, struct why *why)
{
	struct copying copying = { .target = { 0 } };
	struct engine *engine;
	err e = path_absolute(copying.target, request_argument(request, 0).ptr, why);

	if (e == OK)
		e = store_open(request, sink, STORE_CHANGE, &engine, why);
	if (e != OK)
		return e;
	e = store_call_alone(request, engine, copy, &copying, why);
	if (e == OK)
		summary_of_backup(request, sink, TEXT_BACKUP_DONE, &copying.summary);
	store_close(request, engine);
	return e;
}

const struct command cmd_backup = {
	.name = STR_INIT("backup"),
	.group = GROUP_STORE,
	.summary = WORDS("copy the data folder to a new folder, with checksums",
		"copier le dossier de données dans un nouveau dossier, avec sommes de contrôle"),
	.arguments = { 1, 1, WORDS("FOLDER", "DOSSIER"),
		WORDS("the back-up to be made: new or empty",
			"la sauvegarde à faire : nouveau ou vide") },
	.examples = { { STR_INIT("ariane backup /srv/backup/2026-11-21"),
		WORDS("as of now", "à cet instant") } },
	.schema = STR_INIT("backup"),
	.in_house = true,
	.run = run,
};

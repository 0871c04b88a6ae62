/* main/cmd_backup.c - ariane backup: a copy that can be trusted. */
#include "base/json.h"
#include "desk/desk.h"
#include "engine/backup.h"
#include "main/store.h"
#include "main/summary.h"

#include <stdatomic.h>

static err take(struct engine *engine, void *context, struct why *why)
{
	return backup_take(engine, context, why);
}

static void tell(struct sink *sink, const struct backup *backup)
{
	const struct progress_state state = { .doing = TEXT_DOING_BACKUP,
		.unit = UNIT_BYTES,
		.done = backup_summary(backup).bytes,
		.total = backup_bytes_all(backup) };

	sink_progress(sink, &state);
}

/* In a house only the moment is the writer's. */
static err copy(const struct request *request, struct sink *sink, struct engine *engine,
	struct backup *backup, struct why *why)
{
	const atomic_bool *stop = request_stop(request);
	bool done = false;
	err e = store_ask(request, engine, take, backup, why);

	while (e == OK && !done) {
		if (stop != NULL && atomic_load(stop))
			return fail(why, MSG_CANCELLED);
		e = backup_step(backup, &done, why);
		tell(sink, backup);
	}
	return e;
}

/* The database first, then the journal: what the one announces, the other has.  The copy lies in
 * the data folder for as long. */
static err copy_desk(const char *folder, char copy[static PATH_BYTES_MAX], struct why *why)
{
	struct desk *desk;
	err e = path_join(copy, folder, BACKUP_DATABASE, why);

	(void)disk_remove(disk_real(), copy, NULL); /* of a back-up that was killed */
	if (e != OK || !desk_exists(folder))
		return e;
	e = desk_open(folder, false, NULL, &desk, why);
	if (e != OK)
		return e;
	e = desk_copy(desk, copy, why);
	desk_close(desk);
	return e;
}

static err copy_both(const struct request *request, struct sink *sink, struct engine *engine,
	struct backup_summary *out, struct why *why)
{
	char database[PATH_BYTES_MAX] = "", target[PATH_BYTES_MAX];
	struct backup *backup = NULL;
	err e = path_absolute(target, request_argument(request, 0).ptr, why);

	if (e == OK)
		e = copy_desk(engine_options(engine)->folder, database, why);
	if (e == OK)
		e = backup_begin(engine, target, &backup, why);
	if (e == OK)
		e = copy(request, sink, engine, backup, why);
	if (e == OK)
		*out = backup_summary(backup);
	backup_free(backup);
	(void)disk_remove(disk_real(), database, NULL); /* if there is none, as well */
	return e;
}

static err run(const struct request *request, struct sink *sink, struct why *why)
{
	struct backup_summary summary;
	struct engine *engine;
	err e = store_open(request, sink, STORE_CHANGE, &engine, why);

	if (e != OK)
		return e;
	e = copy_both(request, sink, engine, &summary, why);
	if (e == OK)
		summary_of_backup(request, sink, TEXT_BACKUP_DONE, &summary);
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

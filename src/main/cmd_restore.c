/* main/cmd_restore.c - ariane restore: a back-up becomes a data folder. */
#include "engine/backup.h"
#include "main/store.h"
#include "main/summary.h"

/* Opening it replays everything: what comes out of a back-up is known to work. */
static err open_once(const struct request *request, struct sink *sink, struct why *why)
{
	struct engine *engine;
	err e = store_open(request, sink, STORE_READ, &engine, why);

	if (e != OK)
		return e;
	engine_index(engine);
	e = engine_checkpoint(engine, why);
	engine_close(engine);
	return e;
}

static err run(const struct request *request, struct sink *sink, struct why *why)
{
	const char *backup = request_argument(request, 0).ptr;
	struct backup_summary summary;
	err e = backup_check(disk_real(), backup, &summary, why);

	if (e == OK && !request_has(request, "check"))
		e = backup_restore(disk_real(), backup, request_data(request).ptr, &summary, why);
	if (e == OK && !request_has(request, "check"))
		e = open_once(request, sink, why);
	if (e == OK)
		summary_of_backup(request, sink,
			request_has(request, "check") ? TEXT_BACKUP_SOUND : TEXT_RESTORE_DONE,
			&summary);
	return e;
}

const struct command cmd_restore = {
	.name = STR_INIT("restore"),
	.group = GROUP_STORE,
	.summary = WORDS("make a data folder of a back-up, after checking every byte",
		"refaire un dossier de données d'une sauvegarde, après en avoir vérifié chaque "
		"octet"),
	.about = WORDS(
		"The data folder must not exist: nothing is ever overwritten. Move the old one "
		"away first; what came in after the back-up is still in it.",
		"Le dossier de données ne doit pas exister : rien n'est jamais écrasé. Déplacez "
		"d'abord l'ancien ; ce qui est arrivé après la sauvegarde s'y trouve encore."),
	.arguments = { 1, 1, WORDS("FOLDER", "DOSSIER"), WORDS("the back-up", "la sauvegarde") },
	.options = { { STR_INIT("check"), IS_FLAG, false, SAME_WORDS(""),
		WORDS("only check it", "seulement la vérifier"), STR_INIT("") } },
	.examples = { { STR_INIT("ariane --data /srv/ariane restore /srv/backup/2026-11-21"),
			      WORDS("into a new folder", "dans un nouveau dossier") },
		{ STR_INIT("ariane restore --check /srv/backup/2026-11-21"),
			WORDS("is it sound?", "est-elle intacte ?") } },
	.schema = STR_INIT("backup"),
	.run = run,
};

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

/* What the present folder has and the back-up has not: said before anything is moved. */
static err tell_divergence(const struct request *request, struct sink *sink,
	const struct backup_summary *summary, bool *exists, struct why *why)
{
	struct engine *engine;
	err e = store_open(request, sink, STORE_READ, &engine, why);

	*exists = e != ERR_NOT_FOUND;
	if (e != OK) /* missing, or damaged: that is what one restores for */
		return e == ERR_BUSY ? e : OK;
	uint64_t end = journal_end(engine_journal(engine));
	engine_close(engine);
	if (end > summary->end_seq)
		sink_remark(sink, TEXT_RESTORE_NEWER, arg_int((int64_t)(end - summary->end_seq)),
			arg_int((int64_t)summary->end_seq), arg_int((int64_t)end - 1));
	else if (end < summary->end_seq)
		sink_remark(sink, TEXT_RESTORE_OLDER, arg_int((int64_t)(summary->end_seq - end)));
	else
		sink_remark(sink, TEXT_RESTORE_SAME);
	return OK;
}

/* Nothing is deleted: the folder is kept under another name. */
static err set_aside(const struct request *request, struct sink *sink, struct why *why)
{
	str data = path_trim(request_data(request));
	struct strbuf aside = strbuf_in(request_arena(request), PATH_BYTES_MAX);
	char parent[PATH_BYTES_MAX];

	strbuf_add(&aside, data);
	strbuf_add_c(&aside, ".before-restore-");
	strbuf_add_int(&aside, request_now_ms(request));
	strbuf_add_byte(&aside, '\0');
	if (!strbuf_ok(&aside))
		return fail(why, MSG_PATH_TOO_LONG, arg_str(data), arg_int(PATH_BYTES_MAX));
	err e = path_parent(parent, request_data(request).ptr, why);
	if (e == OK)
		e = disk_rename(
			disk_real(), request_data(request).ptr, strbuf_str(&aside).ptr, why);
	if (e == OK)
		e = disk_sync_folder(disk_real(), parent, why);
	if (e == OK)
		sink_remark(sink, TEXT_RESTORE_ASIDE, arg_str(str_of(strbuf_str(&aside).ptr)));
	return e;
}

static err restore(const struct request *request, struct sink *sink, struct backup_summary *summary,
	struct why *why)
{
	bool exists;
	err e = tell_divergence(request, sink, summary, &exists, why);

	if (e == OK && exists && request_has(request, "replace"))
		e = set_aside(request, sink, why);
	if (e == OK)
		e = backup_restore(disk_real(), request_argument(request, 0).ptr,
			request_data(request).ptr, summary, why);
	return e != OK ? e : open_once(request, sink, why);
}

static err run(const struct request *request, struct sink *sink, struct why *why)
{
	struct backup_summary summary;
	bool only_check = request_has(request, "check");
	err e = backup_check(disk_real(), request_argument(request, 0).ptr, &summary, why);

	if (e == OK && !only_check)
		e = restore(request, sink, &summary, why);
	if (e == OK)
		summary_of_backup(request, sink, only_check ? TEXT_BACKUP_SOUND : TEXT_RESTORE_DONE,
			&summary);
	return e;
}

const struct command cmd_restore = {
	.name = STR_INIT("restore"),
	.group = GROUP_STORE,
	.summary = WORDS("make a data folder of a back-up, after checking every byte",
		"restaurer un dossier de données d'une sauvegarde, après en avoir vérifié chaque "
		"octet"),
	.about = WORDS(
		"The data folder must not exist: nothing is ever overwritten. Move the old one "
		"away first; what came in after the back-up is still in it.",
		"Le dossier de données ne doit pas exister : rien n'est jamais écrasé. Déplacez "
		"d'abord l'ancien ; ce qui est arrivé après la sauvegarde s'y trouve encore."),
	.arguments = { 1, 1, WORDS("FOLDER", "DOSSIER"), WORDS("the back-up", "la sauvegarde") },
	.options = { { STR_INIT("check"), IS_FLAG, false, SAME_WORDS(""),
			     WORDS("only check it", "seulement la vérifier"), STR_INIT("") },
		{ STR_INIT("replace"), IS_FLAG, false, SAME_WORDS(""),
			WORDS("keep the present data folder under another name, and restore",
				"garder le dossier de données présent sous un autre nom, et "
				"restaurer"),
			STR_INIT("") } },
	.examples = { { STR_INIT("ariane --data /srv/ariane restore /srv/backup/2026-11-21"),
			      WORDS("into a new folder", "dans un nouveau dossier") },
		{ STR_INIT("ariane restore --check /srv/backup/2026-11-21"),
			WORDS("is it sound?", "est-elle intacte ?") } },
	.schema = STR_INIT("backup"),
	.run = run,
};

/* main/cmd_export.c - ariane export: what is there, in a format that others read. */
#include "exchange/csv_write.h"
#include "exchange/jsonl.h"
#include "exchange/ocel.h"
#include "exchange/xes_write.h"
#include "main/records.h"
#include "main/store.h"

#include <stdlib.h>
#include <string.h>

/* Bytes to the answer, or to a file. */
struct target {
	struct output output;
	struct sink *sink; /* or ... */
	struct file *file;
	uint64_t end;
};

static err write_target(struct output *output, str bytes, struct why *why)
{
	struct target *t = (struct target *)output;

	if (t->file == NULL) {
		sink_add(t->sink, bytes);
		return sink_ok(t->sink) ? OK : sink_finish(t->sink, why);
	}
	err e = bytes.len == 0 ? OK : file_write_at(t->file, t->end, bytes.ptr, bytes.len, why);
	t->end += bytes.len;
	return e;
}

static const struct {
	str name;
	enum records_order order;
	err (*write)(struct record_source *source, struct output *output, struct why *why);
} formats[] = {
	{ STR_INIT("csv"), BY_SEQUENCE, csv_write },
	{ STR_INIT("jsonl"), BY_SEQUENCE, jsonl_write },
	{ STR_INIT("ocel"), BY_SEQUENCE, ocel_write },
	{ STR_INIT("xes"), BY_CUSTOMER, xes_write },
};

static err find_format(const struct request *request, size_t *format, struct why *why)
{
	str name = request_text(request, "format");

	for (size_t i = 0; i < ARRAY_LEN(formats); i++)
		if (str_equal(formats[i].name, name)) {
			*format = i;
			return OK;
		}
	return fail(why, MSG_EXPORT_FORMAT, arg_str(name));
}

static void answer(
	const struct request *request, struct sink *sink, uint64_t records, uint64_t bytes)
{
	if (sink->json)
		sink_file_written(
			sink, STR("records"), records, bytes, request_text(request, "out"));
	else
		sink_say(sink, TEXT_EXPORT_DONE, arg_int((int64_t)records));
}

static err export_to(const struct request *request, struct sink *sink, struct engine *engine,
	size_t format, struct why *why)
{
	struct target target = { .output = { write_target }, .sink = sink };
	str path = request_text(request, "out");
	err e = OK;

	if (path.len > 0)
		e = disk_open(disk_real(), path.ptr, FILE_CREATE_OR_EMPTY, &target.file, why);
	if (e != OK)
		return e;
	AUTO_SNAPSHOT snapshot = store_snapshot(request, engine);
	uint64_t *decisions;
	size_t decision_count;
	e = store_decisions(request, engine, &decisions, &decision_count, why);
	struct records *records =
		records_open(engine, snapshot, decisions, decision_count, formats[format].order);
	free(decisions);
	if (e == OK)
		e = formats[format].write(records_source(records), &target.output, why);
	if (e == OK && target.file != NULL)
		e = file_sync(target.file, why);
	if (e == OK && target.file != NULL)
		answer(request, sink, records_count(records), target.end);
	records_close(records);
	file_close(target.file);
	return e;
}

static err run(const struct request *request, struct sink *sink, struct why *why)
{
	struct engine *engine;
	size_t format = 0;
	err e = find_format(request, &format, why);

	if (e == OK)
		e = store_open(request, sink, STORE_READ, &engine, why);
	if (e != OK)
		return e;
	store_index(request, engine);
	e = export_to(request, sink, engine, format, why);
	store_close(request, engine);
	return e;
}

const struct command cmd_export = {
	.name = STR_INIT("export"),
	.group = GROUP_EVENTS,
	.summary = WORDS("write what is there as CSV, JSON lines, XES or OCEL",
		"exporter les données en CSV, lignes JSON, XES ou OCEL"),
	.about = WORDS(
		"Everything is written that is needed to have the same again: importing the "
		"file into a new folder gives the same threads, and exporting that gives the "
		"same bytes.",
		"Rien ne se perd à l'aller-retour : importer le fichier dans un nouveau "
		"dossier donne les mêmes fils, et l'exporter à son tour donne les mêmes octets."),
	.options = { { STR_INIT("format"), IS_TEXT, false, SAME_WORDS("csv|jsonl|xes|ocel"),
			     WORDS("the format", "le format"), STR_INIT("jsonl") },
		{ STR_INIT("out"), IS_PATH, false, WORDS("FILE", "FICHIER"),
			WORDS("write to this file and not to standard output",
				"écrire dans ce fichier et non sur la sortie standard"),
			STR_INIT("") } },
	.examples = { { STR_INIT("ariane export --format xes --out threads.xes"),
			      WORDS("for a process mining program",
				      "pour un logiciel de fouille de processus") },
		{ STR_INIT("ariane export | gzip > events.jsonl.gz"),
			WORDS("everything, as JSON lines", "tout, en lignes JSON") } },
	.schema = STR_INIT("export"),
	.read_only = true,
	.in_house = true,
	.run = run,
};

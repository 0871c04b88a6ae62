/* main/cmd_import.c - ariane import: files into the journal. */
#include "main/importer.h"
#include "main/rejects.h"
#include "main/store.h"

enum { MAPPING_ARENA_BYTES = 8 << 20 };

/* ---- files */

static void tell(void *context, const struct input_progress *read, uint64_t records)
{
	struct importer *im = context;
	const struct progress_state state = { .doing = TEXT_IMPORTING,
		.unit = UNIT_BYTES,
		.done = read->consumed,
		.total = read->total_known ? read->total : 0 };

	sink_progress(im->sink, &state);
	if (request_house(im->request) != NULL)
		house_tell_import(request_house(im->request), state.done, state.total, records);
}

/* The files of all arguments, folders looked into. */
static err list_inputs(
	struct importer *im, struct import_input **out, size_t *count, struct why *why)
{
	struct arena *arena = request_arena(im->request);
	size_t n = request_argument_count(im->request), total = 0;
	str **lists = arena_array(arena, n, sizeof(*lists));
	size_t *counts = arena_array(arena, n, sizeof(*counts));
	err e = OK;

	if (lists == NULL || counts == NULL)
		return fail(why, MSG_NO_ROOM, arg_c("files"), arg_int(0));
	for (size_t i = 0; e == OK && i < n; i++) {
		e = input_list(
			request_argument(im->request, i).ptr, arena, &lists[i], &counts[i], why);
		total += e == OK ? counts[i] : 0;
	}
	if (e != OK)
		return e;
	*out = arena_array(arena, total, sizeof(**out));
	if (*out == NULL)
		return fail(why, MSG_NO_ROOM, arg_c("files"), arg_int((int64_t)total));
	*count = 0;
	for (size_t i = 0; i < n; i++)
		for (size_t k = 0; k < counts[i]; k++)
			if (!str_ends(lists[i][k],
				    STR(IMPORT_MAPPING_BESIDE))) /* says how, not what */
				(*out)[(*count)++] = (struct import_input){ lists[i][k],
					!str_equal(lists[i][k], request_argument(im->request, i)) };
	return OK;
}

/* An answer that lists refusals is none that failed for who asked over HTTP: he looks at it. */
static err check_some(const struct importer *im, struct why *why)
{
	const struct import_counts *c = &im->counts;

	if (importer_is_preview(im) || c->rejected == 0 || c->rejected < c->records ||
		!request_may_name_files(im->request))
		return OK;
	return fail(why, MSG_IMPORT_REJECTED, arg_int((int64_t)c->rejected),
		arg_c(rejects_path(im->rejects)));
}

static err import_all(struct importer *im, struct why *why)
{
	struct import_input *files = NULL;
	size_t count = 0;
	err e = list_inputs(im, &files, &count, why);

	if (e == OK) {
		im->files = count;
		e = import_inputs(
			im->engine, files, count, &im->options, im->rejects, &im->counts, why);
	}
	im->files -= MIN_OF(im->files, im->counts.files_skipped);
	if (e == OK || im->counts.records > 0 || im->skipped->count + im->failed->count > 0)
		importer_answer(im);
	return e == OK ? check_some(im, why) : e;
}

static err import_opened(struct importer *im, struct why *why)
{
	const struct request *request = im->request;

	im->own_arena = arena_create(MAPPING_ARENA_BYTES);
	im->rejects = rejects_create(disk_real(), request_data(request).ptr,
		request_now_ms(request), request_locale(request)->language);
	err e = import_all(im, why);
	err kept = rejects_free(im->rejects, e == OK ? why : NULL);
	e = e == OK ? kept : e;
	if (e == OK && im->counts.fresh > 0)
		e = store_settle(request, im->engine, why);
	else
		store_index(request, im->engine);
	arena_free(im->own_arena);
	return e;
}

static void passed_over(void *context, str path, const struct why *reason, bool failed)
{
	struct importer *im = context;
	struct passed_list *list = failed ? im->failed : im->skipped;

	if (list->count < PASSED_TOLD_MAX)
		list->items[list->count++] = (struct passed){ path, *reason };
}

static err take_turn(struct importer *im, struct why *why)
{
	struct house *house = request_house(im->request);

	if (house == NULL)
		return import_opened(im, why);
	err e = house_begin_import(house, im->options.stop, why);
	if (e != OK)
		return e;
	im->options.writer = house->writer;
	e = import_opened(im, why);
	house_end_import(house, e != OK);
	store_await(im->request);
	return e;
}

static void refused(void *context, const struct why *reason, str raw)
{
	import_preview_refused(&((struct importer *)context)->preview, reason, raw);
}

static bool look(void *context, const struct record *record, const struct why *reason, str raw)
{
	return import_preview_look(&((struct importer *)context)->preview, record, reason, raw);
}

/* A preview takes no turn: it changes nothing. */
static err import_or_preview(struct importer *im, struct why *why)
{
	bool is_look = request_has(im->request, "preview");

	im->options.look = is_look ? look : NULL;
	im->options.refused = im->sink->json ? refused : NULL;
	import_preview_init(&im->preview, im->sink, is_look ? request_arena(im->request) : NULL);
	err e = is_look ? import_opened(im, why) : take_turn(im, why);
	import_preview_done(&im->preview);
	return e;
}

static err run(const struct request *request, struct sink *sink, struct why *why)
{
	struct importer im = { .request = request, .sink = sink };

	im.options = (struct import_options){ .mapping = &im.mapping,
		.customs = request_settings(request)->customs,
		.custom_count = request_settings(request)->custom_count,
		.strict = request_has(request, "strict"),
		.called = request_text(request, "called"),
		.stop = request_stop(request),
		.progress = tell,
		.passed_over = passed_over,
		.context = &im };
	im.skipped = arena_array(request_arena(request), 1, sizeof(*im.skipped));
	im.failed = arena_array(request_arena(request), 1, sizeof(*im.failed));
	if (im.skipped == NULL || im.failed == NULL)
		return fail(why, MSG_NO_ROOM, arg_c("files"), arg_int(0));
	im.options.choose = importer_choose;
	err e = importer_know_mappings(&im, why);
	if (e == OK)
		e = importer_say_mapping(&im, why);
	if (e == OK)
		e = store_open(request, sink, STORE_MAKE, &im.engine, why);
	if (e != OK)
		return e;
	e = import_or_preview(&im, why);
	store_close(request, im.engine);
	return e;
}

const struct command cmd_import = {
	.name = STR_INIT("import"),
	.group = GROUP_EVENTS,
	.summary = WORDS("read files of events into the data folder",
		"lire des fichiers d'événements dans le dossier de données"),
	.about = WORDS(
		"Reads CSV, TSV, JSON lines (Segment calls, or what ariane export wrote), XES, OCEL 2.0 "
		"and access logs; gzip or zstd; files, folders, or - for standard input. What is "
		"acknowledged is durable. Reading the same file again, renamed, compressed or grown, "
		"adds only what is new; rows that stand twice in one file are kept twice. What cannot "
		"be read goes to a rejects file with line, column and reason; once mended, that file is "
		"read as the whole was, dates that could be two days included: the command is printed. "
		"Files of well-known "
		"systems are recognised and read by the mapping made for them (docs/formats/mappings.md); "
		"so is a file with its own beside it, FILE.mapping.json. Options that name columns, or "
		"--mapping, come before. What a folder holds beside events (notes, thumbnails, empty "
		"files) is skipped and told. Exit code 1: a file that looks like events failed, by its "
		"name or because it was asked for, while the others were read; or every row was "
		"rejected.",
		"Lit du CSV, du TSV, des lignes JSON (appels Segment, ou ce qu'a écrit ariane export), "
		"du XES, de l'OCEL 2.0 et des journaux d'accès ; gzip ou zstd ; fichiers, dossiers, ou "
		"- pour l'entrée standard. Ce qui est acquitté est durable. Relire le même fichier, "
		"renommé, compressé ou allongé, n'ajoute que ce qui est nouveau ; les lignes présentes deux "
		"fois dans un fichier sont gardées deux fois. Ce qui ne peut être lu va dans un "
		"fichier de rejets, avec ligne, colonne et raison ; une fois corrigé, il est lu comme "
		"l'était l'ensemble, dates à double sens comprises : la commande est affichée. Les "
		"fichiers de systèmes connus sont "
		"reconnus et lus par la correspondance faite pour eux (docs/formats/mappings.md) ; de même "
		"un fichier accompagné de la sienne, FICHIER.mapping.json. Les options qui nomment des "
		"colonnes, ou --mapping, passent avant. Ce qu'un dossier contient à côté des événements "
		"(notes, vignettes, fichiers vides) est ignoré et indiqué. Code de retour 1 : un fichier "
		"qui semble contenir des événements a échoué, par son nom ou parce qu'il était demandé, "
		"tandis que les autres étaient lus ; ou toutes les lignes ont été rejetées."),
	.arguments = { 1, ARGUMENTS_ANY, WORDS("FILE", "FICHIER"),
		WORDS("files, folders, or - for standard input",
			"fichiers, dossiers, ou - pour l'entrée standard") },
	.options = {
		{ STR_INIT("format"), IS_TEXT, false, SAME_WORDS("csv|tsv|jsonl|xes|ocel|log"),
			WORDS("what the files hold; otherwise told from their content",
				"ce que contiennent les fichiers ; sinon déduit de leur contenu"),
			STR_INIT("") },
		{ STR_INIT("called"), IS_TEXT, false, WORDS("NAME", "NOM"),
			WORDS("what standard input is called: in errors, for its format and its mapping",
				"le nom de l'entrée standard : dans les erreurs, pour son format et sa "
				"correspondance"),
			STR_INIT("") },
		{ STR_INIT("source"), IS_TEXT, false, WORDS("NAME", "NOM"),
			WORDS("where the events come from; otherwise import",
				"d'où viennent les événements ; sinon import"),
			STR_INIT("") },
		{ STR_INIT("mapping"), IS_DOCUMENT, false, WORDS("FILE|NAME", "FICHIER|NOM"),
			WORDS("which column is what: a mapping file, or the name of a ready-made one",
				"quelle colonne est quoi : un fichier de correspondance, ou le nom d'une "
				"toute prête"),
			STR_INIT("") },
		{ STR_INIT("customer"), IS_TEXT, true, WORDS("TYPE=COLUMN", "TYPE=COLONNE"),
			WORDS("a column that names the customer, and the type of that identifier",
				"une colonne qui désigne le client, et le type de cet identifiant"),
			STR_INIT("") },
		{ STR_INIT("activity"), IS_TEXT, false, WORDS("COLUMN", "COLONNE"),
			WORDS("the column that says what happened", "la colonne qui dit ce qui s'est passé"),
			STR_INIT("") },
		{ STR_INIT("time"), IS_TEXT, false, WORDS("COLUMN", "COLONNE"),
			WORDS("the column that says when", "la colonne qui dit quand"), STR_INIT("") },
		{ STR_INIT("channel"), IS_TEXT, false, WORDS("COLUMN|=VALUE", "COLONNE|=VALEUR"),
			WORDS("the column that says on which channel, or one channel for all",
				"la colonne qui dit sur quel canal, ou un canal pour tous"),
			STR_INIT("") },
		{ STR_INIT("interaction"), IS_TEXT, false, WORDS("COLUMN", "COLONNE"),
			WORDS("the column that says which contact an event belongs to",
				"la colonne qui dit à quel contact appartient un événement"),
			STR_INIT("") },
		{ STR_INIT("case"), IS_TEXT, false, WORDS("COLUMN", "COLONNE"),
			WORDS("the column that says which case it belongs to",
				"la colonne qui dit à quel dossier il appartient"),
			STR_INIT("") },
		{ STR_INIT("actor"), IS_TEXT, false, WORDS("COLUMN", "COLONNE"),
			WORDS("the column that says who acted for the company",
				"la colonne qui dit qui a agi pour l'entreprise"),
			STR_INIT("") },
		{ STR_INIT("text"), IS_TEXT, false, WORDS("COLUMN", "COLONNE"),
			WORDS("the column that has what was said or written",
				"la colonne qui contient ce qui a été dit ou écrit"),
			STR_INIT("") },
		{ STR_INIT("time-format"), IS_TEXT, false, WORDS("FORMAT", "FORMAT"),
			WORDS("how times are written; otherwise told from the column",
				"comment les dates sont écrites ; sinon déduit de la colonne"),
			STR_INIT("") },
		{ STR_INIT("delimiter"), IS_TEXT, false, WORDS("CHARACTER", "CARACTÈRE"),
			WORDS("between the fields of a CSV; otherwise told from the file",
				"entre les champs d'un CSV ; sinon déduit du fichier"),
			STR_INIT("") },
		{ STR_INIT("encoding"), IS_TEXT, false, WORDS("NAME", "NOM"),
			WORDS("of the characters; otherwise told from the file",
				"l'encodage des caractères ; sinon déduit du fichier"),
			STR_INIT("") },
		{ STR_INIT("records"), IS_FLAG, false, SAME_WORDS(""),
			WORDS("the rows are records of people, not events: with --id and --field",
				"les lignes sont des fiches de personnes, pas des événements : avec --id "
				"et --field"),
			STR_INIT("") },
		{ STR_INIT("id"), IS_TEXT, false, WORDS("[TYPE=]COLUMN", "[TYPE=]COLONNE"),
			WORDS("the column that tells a record from all others, and the type of that "
			      "identifier; otherwise record",
				"la colonne qui distingue une fiche de toutes les autres, et le type de "
				"cet identifiant ; sinon record"),
			STR_INIT("") },
		{ STR_INIT("field"), IS_TEXT, true, WORDS("NAME=COLUMN", "NOM=COLONNE"),
			WORDS("what a column of a record says: given_name, surname, full_name, birth_date, "
			      "street_number, address, suburb, city, postcode, state, country, phone, "
			      "email, national_id, occupation, gender, or any other name",
				"ce que dit une colonne d'une fiche : given_name, surname, full_name, "
				"birth_date, street_number, address, suburb, city, postcode, state, country, "
				"phone, email, national_id, occupation, gender, ou tout autre nom"),
			STR_INIT("") },
		{ STR_INIT("preview"), IS_FLAG, false, SAME_WORDS(""),
			WORDS("import nothing: show what would be made of the first 1,000 rows",
				"ne rien importer : montrer ce que donneraient les 1 000 premières "
				"lignes"),
			STR_INIT("") },
		{ STR_INIT("strict"), IS_FLAG, false, SAME_WORDS(""),
			WORDS("import nothing at all if a single row cannot be read",
				"ne rien importer du tout si une seule ligne ne peut être lue"),
			STR_INIT("") },
	},
	.examples = {
		{ STR_INIT("ariane import calls.csv --customer phone=caller --activity event --time at "
			   "--channel =phone"),
			WORDS("a list of calls", "une liste d'appels") },
		{ STR_INIT("ariane import Master.csv --mapping asterisk-cdr"),
			WORDS("what Asterisk wrote, by a ready-made mapping",
				"ce qu'a écrit Asterisk, par une correspondance toute prête") },
		{ STR_INIT("ariane import --records crm.csv --id crm=number --field full_name=name "
			   "--field birth_date=born --field postcode=zip"),
			WORDS("people without a common key, to be matched: see identity match",
				"des personnes sans clé commune, à rapprocher : voir identity match") },
		{ STR_INIT("ariane import - --format jsonl --source web"),
			WORDS("Segment calls from standard input",
				"des appels Segment depuis l'entrée standard") },
	},
	.schema = STR_INIT("import"),
	.in_house = true,
	.run = run,
};

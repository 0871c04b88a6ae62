/* main/importer.h - one `ariane import` under way: what its three files share.
 *
 *   cmd_import.c        the command: its files, its turn at the writer
 *   importer_mapping.c  by which mapping each file is read
 *   importer_answer.c   what was read, refused and passed over, told to people and programs
 *
 * One thread.
 */
#pragma once

#include "exchange/catalogue.h"
#include "main/import.h"
#include "main/import_preview.h"
#include "main/request.h"
#include "main/sink.h"

#define IMPORT_MAPPING_BESIDE ".mapping.json" /* calls.csv.mapping.json */

/* A ready-made mapping that files of this import are read by. */
struct chosen {
	struct mapping mapping;
	uint64_t files;
};

/* An input of which nothing, or not all, was read. */
struct passed {
	str path;
	struct why reason;
};
enum { PASSED_TOLD_MAX = 20 };
struct passed_list {
	struct passed items[PASSED_TOLD_MAX];
	size_t count;
};

struct importer {
	const struct request *request;
	struct sink *sink;
	struct engine *engine;
	struct mapping said; /* by --mapping and flags */
	struct mapping mapping; /* with the settings: of all files, or of those that no other is
				 * for */
	struct catalogue catalogue;
	struct chosen *chosen; /* of the catalogue's entries: with the flags applied */
	struct mapping own; /* of the file at hand, from beside it */
	struct arena *own_arena;
	struct import_options options;
	struct import_counts counts;
	struct rejects *rejects;
	struct import_preview preview;
	struct passed_list *skipped, *failed;
	uint64_t files;
};

/* importer_mapping.c: into im->catalogue; into im->said and im->mapping.  What a mapping or a flag
 * is wrong in is told with its place. */
err importer_know_mappings(struct importer *im, struct why *why);
err importer_say_mapping(struct importer *im, struct why *why);
/* import_options.choose, the importer being its context. */
err importer_choose(void *importer, str path, str called, str first_bytes,
	const struct mapping **out, struct why *why);

/* importer_answer.c */
bool importer_is_preview(const struct importer *im);
void importer_answer(struct importer *im); /* in the form that its sink asks for */

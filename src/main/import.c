/* main/import.c - see import.h */
#include "main/import.h"

#include "exchange/csv.h"
#include "exchange/jsonl.h"
#include "exchange/log.h"
#include "exchange/ocel.h"
#include "exchange/xes.h"
#include "main/import_batch.h"
#include "main/import_standard.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PROGRESS_RECORDS = 256 }; /* between two looks at how far it is */

/* One reading of one input: where its records and rejects go. */
struct importing {
	struct record_sink sink;
	const struct import_options *options;
	struct pipeline *pipeline; /* NULL: only looking, the first reading of strict mode */
	struct preparation *preparation;
	struct arena *arena; /* only looking: of the record at hand */
	struct rejects *rejects;
	struct input_file *input;
	str zone; /* in which times without one are read */
	uint64_t records, rejected;
	bool skips; /* a file that a folder holds: empty ones are none */
	bool first_is_error; /* strict */
	bool has_enough; /* only looking */
	struct why reason; /* of the record at hand; zeroing one for each would cost more than it */
};

static struct importing *importing_of(struct record_sink *sink)
{
	return (struct importing *)sink;
}

KEPT_APART static err tell_progress_now(const struct importing *im, struct why *why)
{
	const struct import_options *o = im->options;

	if (o->stop != NULL && atomic_load(o->stop))
		return fail(why, MSG_CANCELLED);
	if (o->progress != NULL) {
		struct input_progress at = input_progress(im->input);
		o->progress(o->context, &at, im->records);
	}
	return OK;
}

static inline err tell_progress(const struct importing *im, struct why *why)
{
	return im->records % PROGRESS_RECORDS == 0 ? tell_progress_now(im, why) : OK;
}

static err tell_look(struct importing *im, const struct record *record, const struct why *reason,
	str raw, struct why *why)
{
	const struct import_options *o = im->options;

	if (o->look == NULL || im->pipeline != NULL || im->first_is_error ||
		o->look(o->context, record, reason, raw))
		return OK;
	im->has_enough = true;
	return fail(why, MSG_CANCELLED);
}

static err take_reject(struct record_sink *sink, const struct why *reason, str raw, struct why *why)
{
	struct importing *im = importing_of(sink);

	im->rejected++;
	if (im->first_is_error) {
		*why = *reason;
		why_at(why, input_stream(im->input)->name, -1, -1, -1);
		return message_code(reason->message);
	}
	if (im->pipeline != NULL) {
		rejects_add(im->rejects, reason, raw);
		if (im->options->refused != NULL)
			im->options->refused(im->options->context, reason, raw);
	}
	return tell_look(im, NULL, reason, raw, why);
}

/* A record that the format accepts and the house does not. */
static err refuse(
	struct importing *im, const struct place *place, struct why *reason, struct why *why)
{
	why_at(reason, STR(""), place->line, place->column, place->offset);
	err e = take_reject(&im->sink, reason, place->raw, why);
	*reason = (struct why){ 0 };
	return e;
}

static err look_at(struct importing *im, const struct record *record, const struct place *place,
	struct why *why)
{
	struct prepared prepared;
	struct why reason = { 0 };

	arena_reset(im->arena);
	err e = item_prepare(im->preparation, record, im->arena, &prepared, &reason);
	return e == OK ? tell_look(im, prepared.item.record, NULL, STR(""), why)
		       : refuse(im, place, &reason, why);
}

/* What became of a record: `e` and im->reason are the pipeline's. */
static err settle_added(
	struct importing *im, err e, bool ended, const struct place *place, struct why *why)
{
	if (ended) /* the writer's own error is told at the end */
		return fail(why, MSG_CANCELLED);
	if (e == ERR_SYNTAX || e == ERR_LIMIT) {
		im->records--;
		return refuse(im, place, &im->reason, why);
	}
	if (e != OK)
		*why = im->reason;
	return e;
}

static err take_record(struct record_sink *sink, const struct record *record,
	const struct place *place, struct why *why)
{
	struct importing *im = importing_of(sink);
	bool ended = false;

	im->records++;
	err e = tell_progress(im, why);
	if (e != OK)
		return e;
	if (im->pipeline == NULL)
		return look_at(im, record, place, why);
	e = pipeline_add(im->pipeline, record, &ended, &im->reason);
	return e == OK && !ended ? OK : settle_added(im, e, ended, place, why);
}

static bool take_form(struct record_sink *sink, const struct record *pattern, const size_t *strings,
	size_t string_count)
{
	struct importing *im = importing_of(sink);

	return im->pipeline != NULL && pipeline_form(im->pipeline, pattern, strings, string_count);
}

static err take_formed(struct record_sink *sink, const struct formed *formed,
	const struct place *place, struct why *why)
{
	struct importing *im = importing_of(sink);
	bool ended = false;

	im->records++;
	err e = tell_progress(im, why);
	if (e != OK)
		return e;
	e = pipeline_add_formed(im->pipeline, formed, &ended, &im->reason);
	return e == OK && !ended ? OK : settle_added(im, e, ended, place, why);
}

static void take_header(struct record_sink *sink, str text)
{
	rejects_header(importing_of(sink)->rejects, text);
}

/* With what the importer adds to it: a command line that is not given again. */
static void take_reading(struct record_sink *sink, const struct mapping *mapping)
{
	const struct importing *im = importing_of(sink);
	struct strbuf json = strbuf_heap(MAPPING_BYTES_MAX);
	struct json_writer w = json_writer_of(&json, JSON_PRETTY);
	struct mapping as = *mapping;

	as.signs = (struct mapping_signs){ 0 };
	as.source = im->preparation->default_source;
	as.zone = im->zone;
	mapping_write(&as, &w);
	if (strbuf_ok(&json))
		rejects_mapping(im->rejects, strbuf_str(&json));
	strbuf_done(&json);
}

/* ---- what each format's reader wants to know */

static enum mapping_format format_of(enum exchange_format format)
{
	switch (format) {
	case EXCHANGE_CSV:
	case EXCHANGE_TSV:
		return MAPPING_CSV;
	case EXCHANGE_JSONL:
		return MAPPING_JSONL;
	case EXCHANGE_OCEL:
		return MAPPING_OCEL;
	case EXCHANGE_XES:
		return MAPPING_XES;
	case EXCHANGE_UNKNOWN:
	case EXCHANGE_FORMAT_COUNT_:
		break;
	}
	return MAPPING_ANY;
}

bool import_format_named(str name, enum mapping_format *format)
{
	static const struct {
		str name;
		enum mapping_format format;
	} names[] = {
		{ STR_INIT("csv"), MAPPING_CSV },
		{ STR_INIT("tsv"), MAPPING_CSV },
		{ STR_INIT("jsonl"), MAPPING_JSONL },
		{ STR_INIT("ocel"), MAPPING_OCEL },
		{ STR_INIT("xes"), MAPPING_XES },
		{ STR_INIT("log"), MAPPING_LOG },
	};

	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		if (str_equal(names[i].name, name)) {
			*format = names[i].format;
			return true;
		}
	return false;
}

static int64_t utc_of_local(void *zone, int64_t local_ms)
{
	return zone_utc_of_local(zone, local_ms);
}

/* JSON lines and OCEL have a rule of their own: there, such times are in UTC. */
static str zone_of(enum mapping_format format, const struct mapping *mapping)
{
	if (format == MAPPING_JSONL || format == MAPPING_OCEL)
		return STR("UTC");
	return mapping->zone.len > 0 ? mapping->zone : STR("Europe/Paris");
}

static err read_xes(struct importing *im, struct read_summary *summary, struct why *why)
{
	const struct mapping *m = im->options->mapping;
	struct xes_customer customers[XES_CUSTOMERS_MAX];
	const struct zone *zone;
	err e = zone_named(im->zone, &zone, why);

	if (e != OK)
		return e;
	if (m->identifier_count > XES_CUSTOMERS_MAX)
		return fail(why, MSG_IMPORT_CUSTOMERS, arg_int(XES_CUSTOMERS_MAX));
	for (size_t i = 0; i < m->identifier_count; i++)
		customers[i] =
			(struct xes_customer){ m->identifiers[i].type, m->identifiers[i].column };
	AUTO_ARENA arena = arena_create(16 << 20);
	struct xes_channel_word *words =
		arena_array(arena, m->channel.values.count, sizeof(*words));
	if (words == NULL)
		return fail(why, MSG_NO_ROOM, arg_c("channels"), arg_int(16 << 20));
	for (size_t i = 0; i < m->channel.values.count; i++)
		words[i] = (struct xes_channel_word){ m->channel.values.items[i].from,
			m->channel.values.items[i].to };
	union { /* a context is not const */
		const struct zone *is;
		void *as;
	} context = { zone };
	const struct xes_options options = { .customers = customers,
		.customer_count = m->identifier_count,
		.channel = m->channel.text,
		.channel_is_attribute = m->channel.origin == ORIGIN_COLUMN,
		.channel_words = words,
		.channel_word_count = m->channel.values.count,
		.utc_ms = utc_of_local,
		.zone_context = context.as };
	return xes_read(input_stream(im->input), &options, &im->sink, summary, why);
}

static err read_ocel(
	struct importing *im, const char *path, struct read_summary *summary, struct why *why)
{
	const struct mapping *m = im->options->mapping;
	struct ocel_customer customers[OCEL_CUSTOMERS_MAX];
	size_t count = 0;
	struct ocel_summary ocel = { 0 };
	struct input_file *second;

	if (m->identifier_count + m->object_types.count > OCEL_CUSTOMERS_MAX)
		return fail(why, MSG_IMPORT_CUSTOMERS, arg_int(OCEL_CUSTOMERS_MAX));
	for (size_t i = 0; i < m->identifier_count; i++)
		customers[count++] =
			(struct ocel_customer){ m->identifiers[i].type, m->identifiers[i].column };
	for (size_t i = 0; i < m->object_types.count; i++)
		customers[count++] = (struct ocel_customer){ m->object_types.items[i].to,
			m->object_types.items[i].from };
	err e = input_open(path, &second, why);
	if (e != OK)
		return e;
	const struct ocel_options options = { customers, count };
	e = ocel_read(
		input_stream(im->input), input_stream(second), &options, &im->sink, &ocel, why);
	*summary = ocel.read;
	input_close(second);
	return e;
}

/* What people give and no reader is for. */
static err check_form(enum mapping_format format, str name, str first_bytes, struct why *why)
{
	str text = str_trim(first_bytes), rest = str_trim(str_from(text, text.len > 0));

	if (str_starts(first_bytes, STR("PK\x03\x04")))
		return fail(why, MSG_IMPORT_ZIP, arg_str(name));
	if (str_starts(text, STR("[")) && str_starts(rest, STR("{")) && format != MAPPING_LOG)
		return fail(why, MSG_IMPORT_ARRAY, arg_str(name));
	return OK;
}

/* JSON lines say themselves what they are, but for what the importer adds. */
static void tell_lines(struct importing *im)
{
	struct mapping as = mapping_default();

	as.format = MAPPING_JSONL;
	as.phone_country = im->options->mapping->phone_country;
	if (im->sink.read_as != NULL)
		im->sink.read_as(&im->sink, &as);
}

static err read_format(struct importing *im, const char *path, enum mapping_format format,
	struct read_summary *summary, struct why *why)
{
	struct input *input = input_stream(im->input);

	im->preparation->is_checked = format == MAPPING_CSV || format == MAPPING_LOG;
	im->zone = zone_of(format, im->options->mapping);
	switch (format) {
	case MAPPING_CSV:
		return csv_read(input, im->options->mapping, &im->sink, summary, why);
	case MAPPING_JSONL:
		tell_lines(im);
		return jsonl_read(
			input, &(const struct jsonl_options){ 0 }, &im->sink, summary, why);
	case MAPPING_XES:
		return read_xes(im, summary, why);
	case MAPPING_OCEL:
		return read_ocel(im, path, summary, why);
	case MAPPING_LOG:
		return log_read(input, im->options->mapping, &im->sink, summary, why);
	case MAPPING_ANY:
		break;
	}
	return fail(why, MSG_IMPORT_FORMAT, arg_str(input->name));
}

/* ---- what is no file of events
 *
 * Folders hold what nobody put there as events: notes, thumbnails, empty files. */

/* What became of one input. */
struct outcome {
	bool is_final; /* the error is no fault of the input: nothing more is read */
	bool is_skipped;
};

/* Nothing of it was read, for no reader knows what it is. */
static bool is_no_events(const struct importing *im, err e, enum message message)
{
	return im->records + im->rejected == 0 &&
	       (e == ERR_SYNTAX || e == ERR_NOT_FOUND || e == ERR_LIMIT || e == ERR_CORRUPT) &&
	       (message == MSG_IMPORT_EMPTY || !exchange_is_named(im->options->called));
}

/* ---- one reading */

static bool is_standard_input(str path)
{
	return str_equal(path, STR("-"));
}

static err read_once(
	struct importing *im, const char *path, struct read_summary *summary, struct why *why)
{
	enum mapping_format format = im->options->format != MAPPING_ANY
					     ? im->options->format
					     : im->options->mapping->format;
	str first_bytes;
	err e = input_open(path, &im->input, why);

	if (e != OK)
		return e;
	str called = im->options->called;
	input_stream(im->input)->name = called; /* places are told in what the user gave */
	e = input_peek(im->input, &first_bytes, why);
	if (e == OK && im->skips && str_trim(first_bytes).len == 0)
		e = fail(why, MSG_IMPORT_EMPTY, arg_str(called));
	if (e == OK && format == MAPPING_ANY)
		format = format_of(exchange_detect(called, first_bytes));
	if (e == OK)
		e = check_form(format, called, first_bytes, why);
	if (e == OK && im->pipeline != NULL)
		rejects_begin(
			im->rejects, is_standard_input(called) ? STR(REJECTS_KEPT_INPUT) : called);
	if (e == OK)
		e = read_format(im, path, format, summary, why);
	if (e != OK)
		why_at(why, called, -1, -1, -1);
	input_close(im->input);
	return e;
}

static void add_zone(struct import_counts *counts, str zone, uint64_t times)
{
	size_t at = 0;

	counts->times_without_zone += times;
	if (times == 0)
		return;
	while (at < counts->zone_count && !str_equal(str_of(counts->zones[at].zone), zone))
		at++;
	if (at == IMPORT_ZONES_MAX)
		at--;
	struct import_zone *of = &counts->zones[at];
	struct strbuf name = {
		.ptr = of->zone, .cap = sizeof(of->zone) - 1, .cap_max = sizeof(of->zone) - 1
	};
	if (at == counts->zone_count) {
		strbuf_add(&name, zone);
		counts->zone_count++;
	}
	of->times += times;
}

static void add_counts(struct import_counts *counts, const struct importing *im,
	const struct batch_counts *batch, const struct read_summary *summary)
{
	counts->records += im->records + im->rejected;
	counts->rejected += im->rejected;
	counts->fresh += batch->fresh;
	counts->duplicates += batch->duplicates;
	counts->conflicts += batch->conflicts;
	counts->erased += batch->erased;
	for (size_t i = 0;
		i < batch->conflicts_named && counts->conflicts_named < CONFLICTS_NAMED_MAX; i++)
		counts->conflict[counts->conflicts_named++] = batch->conflict[i];
	add_zone(counts, im->zone, summary->times_without_zone);
	counts->delimiter = summary->delimiter;
	memcpy(counts->encoding, summary->encoding, sizeof(counts->encoding));
	memcpy(counts->time_format, summary->time_format, sizeof(counts->time_format));
}

static struct preparation preparation_of(
	struct engine *engine, const struct import_options *options)
{
	const struct mapping *mapping = options->mapping;
	str country = mapping->phone_country.len > 0 ? mapping->phone_country : STR("FR");

	return (struct preparation){ .rules = { .phone_country = identifier_country(country),
					     .customs = options->customs,
					     .custom_count = options->custom_count },
		.default_source = mapping->source.len > 0 ? mapping->source : STR("import"),
		.secret = engine_secret(engine) };
}

static err import_checked(struct engine *engine, const char *path,
	const struct import_options *options, bool is_found, struct rejects *rejects,
	struct import_counts *counts, struct outcome *outcome, struct why *why)
{
	struct preparation preparation = preparation_of(engine, options);
	struct importing im = { .skips = is_found,
		.sink = { take_record, take_reject, take_form, take_formed, take_header,
			take_reading },
		.options = options,
		.preparation = &preparation,
		.rejects = rejects };
	struct read_summary summary = { 0 };
	struct batch_counts batch = { 0 };
	char scratch[PATH_BYTES_MAX];
	struct why reading = { 0 }, writing = { 0 };
	err e = path_join(scratch, engine_options(engine)->folder, "counting", why);

	*outcome = (struct outcome){ .is_final = true };
	if (e == OK)
		e = pipeline_open(
			engine, options->writer, &preparation, scratch, &im.pipeline, why);
	if (e != OK)
		return e;
	e = read_once(&im, path, &summary, &reading);
	/* What was read before a fault stays: reading it again adds nothing. */
	err written = pipeline_close(im.pipeline, true, &batch, &writing);
	add_counts(counts, &im, &batch, &summary);
	counts->identifiers_dropped += preparation.identifiers_dropped;
	if (written != OK) {
		*why = writing;
		return written;
	}
	if (e != OK)
		*why = reading;
	outcome->is_final = e == ERR_CANCELLED;
	outcome->is_skipped = e != OK && is_found && is_no_events(&im, e, reading.message);
	return e;
}

/* The first reading of strict mode: no reject may come. */
static err check_strictly(struct engine *engine, const char *path,
	const struct import_options *options, bool is_found, bool *is_skipped, struct why *why)
{
	AUTO_ARENA arena = arena_create(64 << 20);
	struct preparation preparation = preparation_of(engine, options);
	struct importing im = { .sink = { .record = take_record, .reject = take_reject },
		.options = options,
		.preparation = &preparation,
		.arena = arena,
		.skips = is_found,
		.first_is_error = true };
	struct read_summary summary = { 0 };
	err e = read_once(&im, path, &summary, why);

	*is_skipped = e != OK && is_found && is_no_events(&im, e, why->message);
	return e;
}

/* Nothing is written; what is read is told. */
static err look_through(struct engine *engine, const char *path,
	const struct import_options *options, bool is_found, struct import_counts *counts,
	struct outcome *outcome, struct why *why)
{
	AUTO_ARENA arena = arena_create(64 << 20);
	struct preparation preparation = preparation_of(engine, options);
	struct importing im = { .sink = { .record = take_record, .reject = take_reject },
		.options = options,
		.preparation = &preparation,
		.skips = is_found,
		.arena = arena };
	struct read_summary summary = { 0 };
	const struct batch_counts none = { 0 };
	err e = read_once(&im, path, &summary, why);

	add_counts(counts, &im, &none, &summary);
	*outcome = (struct outcome){ .is_final = e == ERR_CANCELLED,
		.is_skipped = e != OK && is_found && is_no_events(&im, e, why->message) };
	if (e != ERR_CANCELLED || !im.has_enough)
		return e;
	*why = (struct why){ 0 };
	return OK;
}

/* The options for one input, with the mapping that is its own.  `given` is what the user named,
 * `path` where it lies. */
static err options_for(str given, const char *path, const struct import_options *options,
	struct import_options *out, struct why *why)
{
	bool is_standard = is_standard_input(given);
	struct stat status;
	struct input_file *input;
	str first_bytes;

	*out = *options;
	if (!is_standard || out->called.len == 0)
		out->called = given;
	if (options->choose == NULL || stat(path, &status) != 0 || !S_ISREG(status.st_mode))
		return OK; /* what is not there is told when it is opened */
	err e = input_open(path, &input, why);
	if (e != OK)
		return e;
	e = input_peek(input, &first_bytes, why);
	if (e == OK)
		e = options->choose(options->context, is_standard ? STR("") : given, out->called,
			first_bytes, &out->mapping, why);
	input_close(input);
	return e;
}

static err check_one(struct engine *engine, const struct import_input *input, const char *path,
	const struct import_options *options, bool *is_skipped, struct why *why)
{
	struct import_options own;
	err e = options_for(input->path, path, options, &own, why);

	*is_skipped = false;
	return e == OK ? check_strictly(engine, path, &own, input->is_found, is_skipped, why) : e;
}

static bool is_read_once(const struct import_options *options)
{
	enum mapping_format format =
		options->format != MAPPING_ANY ? options->format : options->mapping->format;

	return !options->strict && format != MAPPING_ANY && format != MAPPING_OCEL;
}

static err import_one(struct engine *engine, const struct import_input *input, const char *path,
	const struct import_options *options, struct rejects *rejects, struct import_counts *counts,
	struct outcome *outcome, struct why *why)
{
	struct import_options own;
	bool is_found = input->is_found;

	*outcome = (struct outcome){ .is_final = true };
	if (options->stop != NULL && atomic_load(options->stop))
		return fail(why, MSG_CANCELLED);
	err e = options_for(input->path, path, options, &own, why);
	outcome->is_final = false;
	if (e == OK && own.look != NULL)
		return look_through(engine, path, &own, is_found, counts, outcome, why);
	return e == OK ? import_checked(engine, path, &own, is_found, rejects, counts, outcome, why)
		       : e;
}

/* ---- all of them */

struct round {
	struct engine *engine;
	const struct import_input *inputs;
	size_t count;
	const char *kept; /* the copy of standard input */
	const struct import_options *options;
	struct rejects *rejects;
	struct import_counts *counts;
	bool *skipped; /* by the first reading of strict mode */
	struct why first; /* what failed first, and as what */
	err failed;
};

static const char *path_of(const struct round *r, size_t i)
{
	return is_standard_input(r->inputs[i].path) ? r->kept : r->inputs[i].path.ptr;
}

static void pass_over(struct round *r, size_t i, err e, bool is_skipped, const struct why *reason)
{
	const struct import_options *o = r->options;

	r->counts->files_skipped += is_skipped;
	r->counts->files_failed += !is_skipped;
	if (!is_skipped && r->failed == OK) {
		r->failed = e;
		r->first = *reason;
	}
	if (o->passed_over != NULL && (is_skipped || r->count > 1))
		o->passed_over(o->context, r->inputs[i].path, reason, !is_skipped);
}

static err check_all(struct round *r, struct why *why)
{
	for (size_t i = 0; i < r->count; i++) {
		err e = check_one(
			r->engine, &r->inputs[i], path_of(r, i), r->options, &r->skipped[i], why);
		if (e != OK && !r->skipped[i])
			return e;
		if (e != OK) {
			pass_over(r, i, e, true, why);
			*why = (struct why){ 0 };
		}
	}
	return OK;
}

static err import_each(struct round *r, struct why *why)
{
	for (size_t i = 0; i < r->count; i++) {
		struct outcome outcome;
		struct why reason = { 0 };
		if (r->skipped[i])
			continue;
		err e = import_one(r->engine, &r->inputs[i], path_of(r, i), r->options, r->rejects,
			r->counts, &outcome, &reason);
		if (e != OK && outcome.is_final) {
			*why = reason;
			return e;
		}
		if (e != OK)
			pass_over(r, i, e, outcome.is_skipped, &reason);
	}
	return OK;
}

/* Every input by its path, standard input by that of its copy. */
static err import_files(struct engine *engine, const struct import_input *inputs, size_t count,
	const char *kept, const struct import_options *options, struct rejects *rejects,
	struct import_counts *counts, struct why *why)
{
	struct round r = { .engine = engine,
		.inputs = inputs,
		.count = count,
		.kept = kept,
		.options = options,
		.rejects = rejects,
		.counts = counts,
		.skipped = memory_alloc(count + 1) };
	err e = options->strict ? check_all(&r, why) : OK;

	if (e == OK)
		e = import_each(&r, why);
	free(r.skipped);
	if (e != OK || r.failed == OK)
		return e;
	if (counts->files_failed > 1)
		return fail(why, MSG_IMPORT_FILES, arg_int((int64_t)counts->files_failed),
			arg_int((int64_t)count));
	*why = r.first;
	return r.failed;
}

/* A place in the copy is one in what the user gave. */
static void name_standard_input(struct why *why, const char *kept)
{
	if (why != NULL && strcmp(why->file, kept) == 0)
		why_at(why, STR("-"), -1, -1, -1);
}

static err look_at_standard_input(struct engine *engine, const struct import_input *inputs,
	size_t count, const struct import_options *options, struct import_counts *counts,
	struct why *why)
{
	char path[PATH_BYTES_MAX];
	int fd = -1;
	err e = import_hold_input(&fd, path, why);

	if (e == OK)
		e = import_files(engine, inputs, count, path, options, NULL, counts, why);
	if (e != OK)
		name_standard_input(why, path);
	if (fd >= 0)
		(void)close(fd); /* memory alone */
	return e;
}

err import_inputs(struct engine *engine, const struct import_input *inputs, size_t count,
	const struct import_options *options, struct rejects *rejects, struct import_counts *counts,
	struct why *why)
{
	const struct engine_options *o = engine_options(engine);
	char kept[PATH_BYTES_MAX];
	bool keeps = false;

	for (size_t i = 0; i < count; i++)
		keeps = keeps || (is_standard_input(inputs[i].path) && !is_read_once(options));
	if (!keeps)
		return import_files(engine, inputs, count, "-", options, rejects, counts, why);
	if (options->look != NULL)
		return look_at_standard_input(engine, inputs, count, options, counts, why);
	err e = path_join(kept, o->folder, REJECTS_KEPT_INPUT, why);
	if (e == OK)
		e = import_keep_input(o->disk, kept, why);
	if (e == OK)
		e = import_files(engine, inputs, count, kept, options, rejects, counts, why);
	if (e != OK)
		name_standard_input(why, kept);
	(void)disk_remove(o->disk, kept, NULL); /* overwritten by the next, if it stays */
	return e;
}

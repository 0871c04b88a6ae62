/* main/demo_company.c - see demo_company.h */
#include "main/demo_company.h"

#include "main/demo_live.h"

#include "base/file.h"
#include "base/json.h"
#include "demo/company.h"
#include "demo/truth_files.h"
#include "demo/writers.h"

enum { ANSWER_BYTES_MAX = 1 << 20 };

static err take_figures(
	const struct request *request, struct parameters *parameters, struct why *why)
{
	err e = OK;

	for (size_t i = 0; i < request_times(request, "set") && e == OK; i++)
		e = parameters_set(parameters, request_nth(request, "set", i), why);
	return e;
}

static err in_bounds(const char *name, int64_t number, int64_t most, struct why *why)
{
	if (number >= 1 && number <= most)
		return OK;
	return fail(why, MSG_DEMO_SIZE, arg_c(name), arg_int(1), arg_int(most));
}

static err read_plan(const struct request *request, struct company_plan *plan, struct why *why)
{
	int64_t customers = request_number(request, "customers"),
		days = request_number(request, "days");
	err e = in_bounds("--customers", customers, COMPANY_CUSTOMERS_MAX, why);

	if (e == OK)
		e = in_bounds("--days", days, COMPANY_DAYS_MAX, why);
	if (e != OK)
		return e;
	*plan = company_plan_of((uint32_t)customers);
	plan->days = (uint32_t)days;
	plan->seed = (uint64_t)request_number(request, "seed");
	plan->clean = request_has(request, "clean");
	plan->stop = request_stop(request);
	if (request_has(request, "start"))
		plan->first_day = locale_day_number(
			request_locale(request), request_time_ms(request, "start"));
	return take_figures(request, &plan->parameters, why);
}

/* ---- the run */

struct run {
	struct company_plan plan;
	struct people people;
	struct company_totals totals;
	struct writers *writers;
	struct truth_files *truth;
	char truth_folder[PATH_BYTES_MAX];
};

static err open_files(struct run *run, const char *folder, struct why *why)
{
	struct writers_options options = { .disk = disk_real(),
		.people = &run->people,
		.folder = folder,
		.truth_folder = run->truth_folder };
	err e = disk_make_folder(disk_real(), folder, why);

	if (e == OK)
		e = path_join(run->truth_folder, folder, "truth", why);
	if (e == OK)
		e = disk_make_folder(disk_real(), run->truth_folder, why);
	if (e == OK)
		e = writers_create(&options, &run->writers, why);
	if (e == OK)
		e = truth_files_create(
			disk_real(), run->truth_folder, &run->plan, &run->truth, why);
	return e;
}

static void answer(
	const struct request *request, const struct run *run, str path, struct sink *sink)
{
	struct strbuf out = strbuf_in(request_arena(request), ANSWER_BYTES_MAX);
	struct json_writer w = json_writer_of(&out, JSON_PRETTY);

	if (!sink->json) {
		sink_say(sink, TEXT_DEMO_COMPANY, arg_int(run->plan.customers),
			arg_int(run->plan.days), arg_int((int64_t)writers_rows(run->writers)),
			arg_str(path));
		sink_say(sink, TEXT_DEMO_TRUTH, arg_c(run->truth_folder));
		return;
	}
	json_put_object(&w);
	json_member_uint(&w, "customers", run->plan.customers);
	json_member_uint(&w, "days", run->plan.days);
	json_member_uint(&w, "seed", run->plan.seed);
	json_put_key(&w, STR("clean"));
	json_put_bool(&w, run->plan.clean);
	json_member_uint(&w, "happenings", run->totals.happenings);
	json_member_uint(&w, "contacts", run->totals.contacts);
	json_member_uint(&w, "rows", writers_rows(run->writers));
	json_member_uint(&w, "bytes", writers_bytes(run->writers));
	json_member_string(&w, "folder", path);
	json_member_string(&w, "truth", str_of(run->truth_folder));
	json_put_end(&w);
	strbuf_add_byte(&out, '\n');
	sink_built(sink, &out);
}

err demo_company(const struct request *request, str path, struct sink *sink, struct why *why)
{
	struct run run = { 0 };
	err e = read_plan(request, &run.plan, why);

	if (e != OK)
		return e;
	if (request_has(request, "live"))
		return demo_live(request, &run.plan, sink, why);
	run.people = company_people(&run.plan);
	e = open_files(&run, path.ptr, why);
	if (e == OK)
		e = company_run(&run.plan, writers_listener(run.writers),
			truth_files_witness(run.truth), &run.totals, why);
	if (e == OK)
		e = writers_finish(run.writers, why);
	if (e == OK)
		e = truth_files_finish(run.truth, &run.totals, why);
	if (e == OK)
		answer(request, &run, path, sink);
	writers_free(run.writers);
	truth_files_free(run.truth);
	return e;
}

/* ---- the figures */

static void put_parameter(struct json_writer *w, enum parameter i, double value)
{
	const struct parameter_row *row = parameter_row(i);

	json_put_object(w);
	json_member_string(w, "name", row->name);
	json_put_key(w, STR("value"));
	json_put_float(w, value);
	json_put_key(w, STR("preset"));
	json_put_float(w, row->preset);
	json_put_key(w, STR("least"));
	json_put_float(w, row->least);
	json_put_key(w, STR("most"));
	json_put_float(w, row->most);
	json_member_string(w, "unit", parameter_unit_name(row->unit));
	json_member_string(w, "source",
		row->source == PARAMETER_PUBLISHED ? STR("published") : STR("estimate"));
	json_member_string(w, "what", row->words[LANGUAGE_ENGLISH]);
	json_put_end(w);
}

static void answer_json(
	const struct request *request, const struct parameters *parameters, struct sink *sink)
{
	struct strbuf out = strbuf_in(request_arena(request), ANSWER_BYTES_MAX);
	struct json_writer w = json_writer_of(&out, JSON_PRETTY);

	json_put_object(&w);
	json_put_key(&w, STR("parameters"));
	json_put_array(&w);
	for (unsigned i = 0; i < PARAMETER_COUNT_; i++)
		put_parameter(&w, (enum parameter)i, parameters->value[i]);
	json_put_end(&w);
	json_put_end(&w);
	strbuf_add_byte(&out, '\n');
	sink_built(sink, &out);
}

static void add_row(
	struct grid *grid, const struct parameter_row *row, double value, enum language language)
{
	char number[JSON_FLOAT_BYTES];
	str text = { number, json_float_text(value, number) };

	if (str_ends(text, STR(".0")))
		text.len -= 2;
	grid_add_cell(grid, row->name);
	grid_add_cell(grid, text);
	grid_add_cell(grid, parameter_unit_name(row->unit));
	grid_add_cell(grid, row->source == PARAMETER_PUBLISHED ? STR("[S]") : STR("[E]"));
	grid_add_cell(grid, row->words[language]);
}

err demo_parameters(const struct request *request, struct sink *sink, struct why *why)
{
	struct parameters parameters = parameters_preset();
	enum language language = sink->locale->language;
	err e = take_figures(request, &parameters, why);

	if (e != OK)
		return e;
	if (sink->json) {
		answer_json(request, &parameters, sink);
		return OK;
	}
	struct grid *grid = grid_create(request_arena(request));
	if (grid == NULL)
		return fail(why, MSG_NO_ROOM, arg_c("--parameters"), arg_int(ANSWER_BYTES_MAX));
	grid_add_column(grid, text_words(TEXT_DEMO_NAME, language), GRID_TEXT);
	grid_add_column(grid, text_words(TEXT_DEMO_VALUE, language), GRID_NUMBER);
	grid_add_column(grid, text_words(TEXT_DEMO_UNIT, language), GRID_TEXT);
	grid_add_column(grid, text_words(TEXT_DEMO_SOURCE, language), GRID_TEXT);
	grid_add_column(grid, text_words(TEXT_DEMO_WHAT, language), GRID_SHRINKS);
	for (unsigned i = 0; i < PARAMETER_COUNT_; i++)
		add_row(grid, parameter_row((enum parameter)i), parameters.value[i], language);
	sink_grid(sink, request_arena(request), grid);
	return OK;
}
